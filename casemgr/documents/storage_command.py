"""`python -m casemgr storage …`: keys, moving, and checking of stored files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import config
    from casemgr.documents.keeping import Round

KEY_FILE = click.Path(dir_okay=False, path_type=Path)


def storage_commands(read_settings: Callable[[], config.Settings]) -> click.Group:
    """Return the group. It loads what it needs when a command runs."""

    @click.group()
    def storage() -> None:
        """Look after the stored files. All of this can run while people work."""

    @storage.command("new-key")
    @click.argument("path", type=KEY_FILE)
    def new_key(path: Path) -> None:
        """Add a new key to the key file at PATH (made when missing). New files are sealed with it from now on."""
        from casemgr.storage.keys import add_key

        with _plain_errors():
            click.echo(f"Key {add_key(path)} was added to {path}. Keep a copy of that file apart from the backups.")

    @storage.command()
    def rotate() -> None:
        """Seal every file in the folder with the newest key, files that were kept plain too."""
        from casemgr.documents import keeping, store

        with _plain_errors():
            result = keeping.rotate(store.open_from(read_settings()))
        _tell(result, f"{result.done} file(s) sealed with the newest key; {result.left_alone} were already.")

    @storage.command()
    @click.option("--to", "target", required=True, help="A folder, or s3://bucket/prefix.")
    @click.option("--from", "source", help="Where they are now; without: STORAGE_URL.")
    @click.option("--key-file", type=KEY_FILE, help="Keys of a folder that is not STORAGE_URL's, or is not yet.")
    @click.option("--plain", is_flag=True, help="Do not seal the files in the new folder.")
    def move(target: str, source: str | None, key_file: Path | None, plain: bool) -> None:
        """Copy every file to another store, and compare its hash there. Nothing is removed where it was.

        Started again, it copies only what is not there yet."""
        from casemgr.documents import keeping
        from casemgr.storage.objects import open_store

        settings = read_settings()
        keys = key_file or settings.storage_key_file
        with _plain_errors():
            old = open_store(source or settings.storage_url, settings.storage_options, key_file=keys)
            new = open_store(target, settings.storage_options, key_file=None if plain else keys)
            result = keeping.move(old, new)
        _tell(result, f"{result.done} file(s) copied and compared; {result.left_alone} were there already.")

    @storage.command()
    @click.option("--quick", is_flag=True, help="Only look whether each file is there; do not read it.")
    def check(quick: bool) -> None:
        """Name every file that a record names and that is missing or altered. Exit status 1 when there is one."""
        from casemgr.documents import keeping, store
        from casemgr.platform import database

        settings = read_settings()
        with _plain_errors():
            result = keeping.check(store.open_from(settings), database.owner_url(settings), read_them=not quick)
        _tell(result, f"{result.done} file(s) looked at; {len(result.problems)} missing or altered.")

    return storage


def _tell(result: Round, words: str) -> None:
    for problem in result.problems:
        click.echo(problem)
    click.echo(words)
    sys.exit(1 if result.problems else 0)


@contextmanager
def _plain_errors() -> Iterator[None]:
    from casemgr.documents.sweeping import NotTheOwner
    from casemgr.storage.errors import KeyFileRefused, StorageError, StoreNotKnown

    try:
        yield
    except (KeyFileRefused, NotTheOwner, StorageError, StoreNotKnown, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
