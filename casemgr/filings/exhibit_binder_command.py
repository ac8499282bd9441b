"""`python -m casemgr binder`: what is typed, and what is told."""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from casemgr.filings.building import NotBuilt
from casemgr.filings.exhibit_binder import IN_BINDER, Answer, Binder, NoBinder, Wish, line_of, make, printable
from casemgr.storage import soffice

NAMING = re.compile(r"[A-Za-z][A-Za-z0-9]{0,7}")
PREFIX = re.compile(r"[A-Za-z0-9 ._\-]{0,20}")


class CannotBind(Exception):
    """What was typed cannot be meant; the text says what to type."""


def tell(paths: Sequence[Path], out: Path, wish: Wish, office: soffice.Office | None, *, as_json: bool) -> None:
    """Make the binder, and print a line for each file: first those that cannot be used. Raises CannotBind, NotBuilt."""
    if not NAMING.fullmatch(wish.naming):
        raise CannotBind("--naming: one to eight letters or digits, beginning with a letter, such as P.")
    if not PREFIX.fullmatch(wish.bates_prefix):
        raise CannotBind("--prefix: up to 20 plain letters, digits, spaces, dots and hyphens.")
    if out.suffix.lower() != ".pdf" or not out.parent.is_dir():
        raise CannotBind("--out: name a file that ends in .pdf, in a folder that exists.")
    for path in paths:
        if _would_be_lost(path, out):
            raise CannotBind(f"--out: {printable(path)} is one of the files to put in. Name another file.")
    try:
        with _like_ctrl_c():
            binder = make(paths, out, wish, office)
    except NoBinder as problem:
        _say([answer for answer in problem.answers if answer.status != IN_BINDER], as_json=as_json)
        raise
    _say(binder.answers, as_json=as_json)
    if as_json:
        click.echo(json.dumps({"summary": _summary(binder)}))
        return
    for path in binder.made:
        click.echo(f"Made {printable(path)} ({path.stat().st_size:,} bytes); its manifest: {path.stem}.json")


@contextmanager
def _like_ctrl_c() -> Iterator[None]:
    """Let the end of the window or of the session leave as little behind as Ctrl-C: no papers in the folder for
    temporary files."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {
            one: signal.signal(one, _interrupt) for one in (signal.SIGTERM, getattr(signal, "SIGHUP", None)) if one
        }
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _would_be_lost(path: Path, out: Path) -> bool:
    """Tell whether the binder, one of its volumes or a manifest would take the place of a file that is to go in."""
    names = re.compile(rf"{re.escape(out.stem)}(-volume-\d+)?\.(pdf|json)", re.IGNORECASE)
    try:
        return bool(names.fullmatch(path.name)) and path.resolve().parent.samefile(out.parent)
    except OSError:
        return False


def _say(answers: Sequence[Answer], *, as_json: bool) -> None:
    if as_json:
        for answer in answers:
            click.echo(json.dumps(_as_json(answer)))
        return
    for answer in sorted(answers, key=lambda one: one.status == IN_BINDER):
        click.echo(line_of(answer))


def _summary(binder: Binder) -> dict[str, Any]:
    used = [answer for answer in binder.answers if answer.status == IN_BINDER]
    return {
        "files": len(binder.answers),
        "in_binder": len(used),
        "left_out": len(binder.answers) - len(used),
        "pages": sum(answer.pages for answer in used),
        "made": [str(path) for path in binder.made],
    }


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "path": str(answer.path),
        "status": answer.status,
        "reason": answer.reason,
        "sha256": answer.sha256,
        "label": answer.label,
        "pages": answer.pages,
        "bates_first": answer.bates[0],
        "bates_last": answer.bates[1],
        "volume": answer.volume or None,
        "notes": list(answer.notes),
    }


__all__ = ["CannotBind", "NotBuilt", "Wish", "tell"]
