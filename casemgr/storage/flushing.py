"""Files that must be on the disk, under their names, before anybody is told that they are safe."""

import os
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


def rename_all(moves: Iterable[tuple[Path, Path]]) -> None:
    """Give files that are on disk their final names, and return when these are on disk too."""
    changed: set[Path] = set()
    for incoming, final in moves:
        changed.add(final.parent)
        changed.update(folder.parent for folder in final.parents if not folder.exists())
        final.parent.mkdir(parents=True, exist_ok=True)
        incoming.replace(final)
    side_by_side(_fsync_folder, changed)


def side_by_side(flush: Callable[[Any], None], things: Collection[Any]) -> None:
    """Flush files or folders at once: the disk writes them down together, in a quarter of the time."""
    if len(things) < 2:
        for thing in things:
            flush(thing)
        return
    with ThreadPoolExecutor(min(8, len(things))) as helpers:
        list(helpers.map(flush, things))


def _fsync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows cannot flush a folder; NTFS journals the rename
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def second_name(path: Path, name: Path) -> bool:
    """Give a file a second name; False where the disk cannot, or is another one."""
    name.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, name)
    except OSError:
        return False
    return True
