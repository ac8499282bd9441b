"""An exhibit binder made of files alone, without a case and a database: index, slip sheets, Bates numbers, volumes.

The same code as a packet's: every file is opened in a child process with limits, and a file that cannot be used is left
out and named. What does not fit into one PDF is split into volumes, each with the index of all.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from casemgr.documents import marks
from casemgr.documents.proposals import propose
from casemgr.filings import volumes
from casemgr.filings.building import Made, NotBuilt
from casemgr.filings.conforming import build_conforming
from casemgr.filings.material import long_date
from casemgr.pdf.model import Bates, Exhibit, ExhibitKind, Packet
from casemgr.storage import renditions, soffice
from casemgr.storage.names import clean_name
from casemgr.storage.objects import EDGE
from casemgr.storage.phrases import Found, find_phrases
from casemgr.storage.preview import preview
from casemgr.storage.sniff import sniff
from casemgr.storage.types import Family, FileType, Refused

KINDS = {
    Family.PDF: ExhibitKind.PDF,
    Family.IMAGE: ExhibitKind.IMAGE,
    Family.AUDIO: ExhibitKind.NATIVE,
    Family.VIDEO: ExhibitKind.NATIVE,
    Family.CALENDAR: ExhibitKind.NATIVE,
}
MOST_PAGES = 20_000  # of one exhibit
UNPACK = "Unpack it first, and name the files that are inside."
WAY_OUT = (
    "If that is not so, give a copy without the mark, or put it into a case, where a mark is changed with a kept "
    "reason; otherwise redact it, and give the redacted copy."
)
CLOSED = {
    marks.PRIVILEGED: "as advice between attorney and client, which must not leave the house",
    marks.SETTLEMENT: "as said to settle or in mediation, which may not be used in a hearing",
}
NOT_LOOKED_THROUGH = "Not all of its pages could be looked through for marks such as “privileged”."
IN_BINDER, LEFT_OUT = "in_binder", "left_out"


@dataclass(frozen=True)
class Wish:
    """What was asked for. `naming`: what stands before the number of an exhibit (P gives P-1); `most_bytes` of one
    PDF, None: no limit."""

    title: str = "Exhibit binder"
    naming: str = "P"
    bates_prefix: str = ""
    most_bytes: int | None = None
    version: str = ""
    archival: str = ""
    """PDF/A-2b, as in `conforming.WISHES`."""


@dataclass
class Answer:
    """What became of one file. `volume` counts from 1, and is 0 where there is one PDF alone."""

    path: Path
    status: str = IN_BINDER
    reason: str = ""
    sha256: str = ""
    label: str = ""
    pages: int = 0
    bates: tuple[str, str] = ("", "")
    volume: int = 0
    notes: tuple[str, ...] = ()


@dataclass
class Binder:
    """The finished files, in order, and an answer for each file that was given."""

    answers: list[Answer]
    made: list[Path] = field(default_factory=list)


class NoBinder(NotBuilt):
    """There is no binder. `answers`: what had become of each file by then."""

    def __init__(self, problem: NotBuilt, answers: list[Answer]) -> None:
        """Name the file of the exhibit that stopped it."""
        used = [answer.path.name for answer in answers if answer.status == IN_BINDER]
        place = problem.label.rpartition("-")[2]
        name = f" ({used[int(place) - 1]})" if place.isdigit() and 0 < int(place) <= len(used) else ""
        super().__init__(problem.why, f"{problem.label}{name}")
        self.answers = answers


@dataclass
class _Given:
    answer: Answer
    exhibit: Exhibit | None = None
    when: datetime = datetime(1980, 1, 1, tzinfo=UTC)
    warnings: tuple[str, ...] = ()


def make(paths: Sequence[Path], out: Path, wish: Wish, office: soffice.Office | None) -> Binder:
    """Make the binder at `out` (with volumes: beside it, named by number), and `out` with .json: its manifest.

    Raises NoBinder when no file can be used, or when one page alone is over the limit; OSError when the machine is at
    fault. Nothing is left behind then."""
    with tempfile.TemporaryDirectory(prefix="binder-") as name:
        work = Path(name)
        given = [_look(path, work / f"given-{place}", office) for place, path in enumerate(paths)]
        try:
            kept, finished = _finished(given, work, wish)
        except NotBuilt as problem:
            raise NoBinder(problem, [one.answer for one in given]) from problem
        _tell(kept, finished)
        return Binder([one.answer for one in given], list(_move(finished, out)))


def _finished(given: list[_Given], work: Path, wish: Wish) -> tuple[list[_Given], list[tuple[Made, int]]]:
    """Make the PDF, or its volumes with their numbers."""
    pdfs = [(one, pdf) for one in given if (pdf := _pdf_of(one)) is not None]
    said: Future[list[list[Found] | None]] = Future()
    # Nobody waits for it after Ctrl-C: its child ends with this process.
    threading.Thread(target=_search, args=(said, [pdf for _, pdf in pdfs], work / "said"), daemon=True).start()
    try:
        whole, kept, packet = _whole(given, work, wish)
    except Exception:
        wait([said])
        raise
    if _take_out([one for one, _ in pdfs], said.result()):
        whole, kept, packet = _whole(given, work, wish)
    if wish.most_bytes is None or whole.pdf.stat().st_size <= wish.most_bytes:
        return kept, [(whole, 0)]
    parts = volumes.split(packet, whole, volumes.Limit(wish.most_bytes), work)
    return kept, [(part, number) for number, part in enumerate(parts, 1)]


def _search(said: Future[list[list[Found] | None]], pdfs: list[Path], folder: Path) -> None:
    try:
        said.set_result(find_phrases(pdfs, marks.PATTERN, folder))
    except BaseException as problem:
        said.set_exception(problem)


def _look(path: Path, work: Path, office: soffice.Office | None) -> _Given:
    """Find out what a file is and, where it is no PDF and no picture, have a PDF made of it."""
    answer, name = Answer(path), os.fsencode(path.name).decode("utf-8", "replace")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Refused("This is not a file with contents.", "")
        with path.open("rb") as file:
            answer.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            head = file.read(EDGE)
            file.seek(max(0, status.st_size - EDGE))
            file_type = sniff(head, name, tail=file.read(EDGE), size=status.st_size)
        exhibit, text = _exhibit(_reachable(path, work), name, answer.sha256, file_type, work, office)
    except Refused as refusal:
        return _Given(_leave_out(answer, str(refusal)))
    except OSError as problem:
        if problem.errno == 28:  # a full disk is no fault of the file
            raise
        return _Given(_leave_out(answer, f"It cannot be read ({problem.strerror})."))
    proposal = propose(name, file_type, head, datetime.now(UTC).date())
    if mark := marks.mark_in_name(" ".join(re.split(r"[\W_]+", Path(name).stem))):
        return _Given(_leave_out(answer, _closed(mark, "Its name marks it")))
    if proposal.is_privileged:
        return _Given(_leave_out(answer, f"Its words mark it {CLOSED[marks.PRIVILEGED]}. {WAY_OUT}"))
    given = _Given(answer, exhibit, datetime.fromtimestamp(int(status.st_mtime), UTC))
    if _is_closed(given, [Found(0, text)]):
        return given
    when = long_date(proposal.document_on) if proposal.document_on else ""
    given.exhibit = replace(exhibit, title=proposal.title, when=when, file_name=clean_name(name))
    return given


def _pdf_of(given: _Given) -> Path | None:
    exhibit = given.exhibit
    return (exhibit.rendition or exhibit.path) if exhibit and exhibit.kind is ExhibitKind.PDF else None


def _take_out(pdfs: Sequence[_Given], said: Sequence[Sequence[Found] | None]) -> bool:
    """Leave out the PDFs whose pages mark them; return whether there is any. Words in a picture are not seen."""
    for one, found in zip(pdfs, said, strict=True):
        if found is None:
            one.warnings = (NOT_LOOKED_THROUGH,)
    closed = [_is_closed(one, found) for one, found in zip(pdfs, said, strict=True) if found]
    return any(closed)


def _is_closed(given: _Given, places: Sequence[Found]) -> bool:
    """Leave a file out that has a mark at one of these places; words inside a sentence are only told."""
    for place in places:
        where = f"Page {place.page:,}" if place.page else "Its text"
        for mark in marks.marks_in(place.text):
            if mark.stands_alone:
                _leave_out(given.answer, _closed(mark, f"{where} marks it"))
                return True
            given.warnings = (f"{where} says “{mark.words}”: look whether it may leave.",)
    return False


def _closed(mark: marks.Mark, who: str) -> str:
    return f"{who} {CLOSED[mark.kind]} (“{mark.words}”). {WAY_OUT}"


def _reachable(path: Path, work: Path) -> Path:
    """Return the way to a file; a link where its name, as the disk has it, is no text: libraries cannot open that."""
    whole = path.resolve()
    try:
        str(whole).encode()
    except UnicodeEncodeError:
        link = work.with_name(f"{work.name}-link")
        link.symlink_to(whole)
        return link
    return whole


def _exhibit(
    path: Path, name: str, sha256: str, file_type: FileType, work: Path, office: soffice.Office | None
) -> tuple[Exhibit, str]:
    """The exhibit, and its text where the file has no pages. Raises Refused for what cannot be one."""
    if file_type.damaged:
        raise Refused(file_type.damaged, "")
    if file_type.family is Family.ARCHIVE or file_type.extension == "mbox":
        raise Refused("Other files are inside this file.", UNPACK)
    kind = KINDS.get(file_type.family)
    if kind is not None:
        return Exhibit("X", "", kind, path, sha256=sha256), ""
    seen = preview(path, file_type, work / "seen")
    about = renditions.About(name, clean_name(name), sha256, path.stat().st_size)
    made = renditions.make(path, file_type, seen, work / "made", about, office)
    if made is None:
        raise Refused(seen.note or "This file cannot be shown on paper.", "")
    with made.path.open("rb") as file:
        rendition_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    exhibit = Exhibit(
        "X",
        "",
        ExhibitKind.PDF,
        path,
        sha256=sha256,
        rendition=made.path,
        rendition_sha256=rendition_sha256,
        rendition_note=made.how_made,
    )
    return exhibit, seen.text


def _leave_out(answer: Answer, reason: str) -> Answer:
    words = " ".join(reason.split())
    answer.status, answer.reason = LEFT_OUT, words[:1].upper() + words[1:]
    return answer


def _packet(kept: Sequence[_Given], wish: Wish) -> Packet:
    exhibits = [
        replace(one.exhibit, label=f"{wish.naming}-{number}") for number, one in enumerate(kept, 1) if one.exhibit
    ]
    return Packet(
        title=wish.title,
        student="",
        forum="",
        # Of the files and not of the clock: the same files give the same bytes.
        made_at=max(one.when for one in kept),
        program_version=wish.version,
        exhibits=tuple(exhibits),
        max_pages_per_exhibit=MOST_PAGES,
        bates=Bates(wish.bates_prefix),
        archival=bool(wish.archival),
    )


def _whole(given: Sequence[_Given], work: Path, wish: Wish) -> tuple[Made, list[_Given], Packet]:
    """Make one PDF of every file that can be used. A file that ends the child is left out, and a new child begins."""
    while kept := [one for one in given if one.exhibit is not None and one.answer.status == IN_BINDER]:
        folder = _fresh(work / "whole")
        labels = {f"{wish.naming}-{number}": one for number, one in enumerate(kept, 1)}
        try:
            made, packet = build_conforming(
                _packet(kept, wish), folder, lambda done, total, now: None, wish=wish.archival, may_leave_out=True
            )
        except NotBuilt as problem:
            stopped = [] if problem.left_out else [(problem.label, problem.why)]
            if not problem.left_out and problem.label not in labels:
                raise
            # What was left out moved the labels behind it: without it, a new child names the file that stops it.
            for label, why in [*problem.left_out, *stopped]:
                _leave_out(labels[label].answer, why)
            continue
        for label, why in made.left_out:
            _leave_out(labels[label].answer, why)
        if used := [one for one in kept if one.answer.status == IN_BINDER]:
            return made, used, packet if len(used) == len(kept) else _packet(used, wish)
    raise NotBuilt("None of the files can be used.")


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _tell(kept: Sequence[_Given], finished: Sequence[tuple[Made, int]]) -> None:
    """Fill the answers from the manifests. An exhibit over two volumes has the pages of both."""
    by_label: dict[str, Answer] = {}
    unnamed = iter(kept)
    for one in kept:
        one.answer.notes = one.warnings
    for made, volume in finished:
        for row in json.loads(made.manifest.read_bytes())["exhibits"]:
            answer = by_label.get(row["label"])
            if answer is None:
                answer = by_label[row["label"]] = next(unnamed).answer
                answer.label, answer.volume = row["label"], volume
                answer.notes += tuple(row["notes"])
                answer.bates = row["bates_first"], row["bates_last"]
            else:
                answer.bates = answer.bates[0], row["bates_last"]
            answer.pages += row["pages"]
    first: dict[str, str] = {}
    for one in kept:
        if (before := first.setdefault(one.answer.sha256, one.answer.label)) != one.answer.label:
            one.answer.notes += (f"It is the same file as {before}.",)


def _move(finished: Sequence[tuple[Made, int]], out: Path) -> Iterator[Path]:
    """Put the finished files into place, each whole or not there."""
    for made, volume in finished:
        target = out.with_stem(f"{out.stem}-volume-{volume}") if volume else out
        for source, place in ((made.manifest, target.with_suffix(".json")), (made.pdf, target)):
            with _beside(place) as part:
                shutil.copyfile(source, part)
        yield target


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    part = place.with_name(f".{place.name}.part")
    try:
        yield part
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def line_of(answer: Answer) -> str:
    """What became of one file, in a line."""
    if answer.status != IN_BINDER:
        return f"Left out: {printable(answer.path)}. {answer.reason}"
    volume = f", volume {answer.volume}" if answer.volume else ""
    pages = f"{answer.pages:,} page{'s' if answer.pages != 1 else ''}"
    notes = f" {' '.join(answer.notes)}" if answer.notes else ""
    return f"{answer.label}: {printable(answer.path)}, {pages}, {' – '.join(answer.bates)}{volume}.{notes}"


def printable(path: Path) -> str:
    """A name from a disk may hold anything, also what moves the cursor."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(path))
