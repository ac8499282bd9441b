"""Every file of the corpus goes through `sniff` and `preview`, and ends as its manifest expects.

The folder is named by CASEMGR_CORPUS; without it this module holds no tests.
"""

import csv
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from casemgr.storage import forking
from casemgr.storage.preview import preview
from casemgr.storage.sandbox import Limits
from casemgr.storage.sniff import sniff
from casemgr.storage.types import Family, FileType, PreviewState, Refused

__test__ = "CASEMGR_CORPUS" in os.environ
pytestmark = [pytest.mark.corpus, pytest.mark.xdist_group("reading")]  # one process, whose children are measured

CORPUS = Path(os.environ.get("CASEMGR_CORPUS", "."))
EDGE = 65536
SECONDS = 180
MEGABYTES_OF_PARENT = 64

# Where we differ from the manifest's word, and why. Every name here is looked up by a test below.
SHOWN_ALTHOUGH_LOCKED = {"pdf-hostile/encrypted-attachment.pdf": "only the attachment is locked; the page is open"}
SHOWN_ALTHOUGH_FATAL = {
    "pdf-hostile/PDFBOX-3148-2-fuzzed.pdf": "one page is there and comes out empty: shown with both warnings",
    "pdf-hostile/Pages-tree-refs.pdf": "the page that is there is shown, the one that loops is named",
}
SHOWN_ALTHOUGH_BOMB = {
    "pdf-hostile/bomb_giant.pdf": "the cover page draws; the giant images are never decoded",
    "pdf-hostile/made-image-bomb-40000px.pdf": "drawn at screen size within the limits",
    "pdf-hostile/made-pages-100k-shared-kid.pdf": "the first 300 pages are drawn, all are counted",
}
KEPT_ALTHOUGH_UNSUPPORTED = {"office/testWORD_macros.doc": "LibreOffice opens old Word files; we do not"}
REFUSED_ALTHOUGH_DAMAGED = {
    "office/testODTnotaZipFile.odt": "24 letters of plain text under the name of a document",
    "pdf-hostile/made-empty.pdf": "no bytes",
}
DRAWN = (Family.PDF, Family.IMAGE)


@dataclass(frozen=True)
class Row:
    path: str
    kind: str
    pages: str
    expect: str


def rows() -> list[Row]:
    if not __test__:
        return []
    with (CORPUS / "MANIFEST.csv").open(encoding="utf-8", newline="") as manifest:
        return [Row(*(row[name] for name in ("path", "kind", "pages", "expect"))) for row in csv.DictReader(manifest)]


def sniffed(row: Row) -> FileType:
    data = (CORPUS / row.path).read_bytes()
    return sniff(data[:EDGE], Path(row.path).name, tail=data[-EDGE:], size=len(data))


@pytest.fixture(scope="module")
def memory_before() -> int:
    return psutil.Process().memory_info().rss


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.path.encode("ascii", "replace").decode()[:60])
def test_a_file_ends_as_the_manifest_expects(row, tmp_path, memory_before):
    start = time.monotonic()
    try:
        file_type = sniffed(row)
    except Refused as refused:
        assert row.expect == "unsupported" or row.path in REFUSED_ALTHOUGH_DAMAGED
        assert refused.reason
        assert refused.what_to_do
        return
    assert row.kind in (file_type.extension, file_type.family) or file_type.family is Family.TEXT
    seen = preview(CORPUS / row.path, file_type, tmp_path / "out")
    assert time.monotonic() - start < SECONDS
    assert psutil.Process().memory_info().rss - memory_before < MEGABYTES_OF_PARENT << 20
    assert seen.state is PreviewState.READY or seen.note
    drawn = [page for page in seen.pages if page.image_path]
    assert all(page.image_path.is_relative_to(tmp_path) and page.thumb_path.is_file() for page in drawn)
    CHECKS[row.expect](row, file_type, seen, drawn)


def check_ok(row, file_type, seen, drawn):
    if file_type.family not in DRAWN:
        assert seen.state in (PreviewState.READY, PreviewState.NONE)
        return
    assert seen.state is PreviewState.READY
    assert drawn
    if row.pages:
        assert seen.page_count == int(row.pages)
        assert len(drawn) == min(int(row.pages), 300)


def check_recoverable(row, file_type, seen, drawn):
    check_ok(row, file_type, seen, drawn)
    assert file_type.family not in DRAWN or seen.warnings


def check_fatal(row, file_type, seen, drawn):
    if row.path in SHOWN_ALTHOUGH_FATAL:
        assert seen.warnings
    else:
        assert seen.state is (PreviewState.NONE if file_type.family is Family.CALENDAR else PreviewState.FAILED)


def check_bomb(row, file_type, seen, drawn):
    if row.path in SHOWN_ALTHOUGH_BOMB:
        assert seen.page_count == int(row.pages)
    else:
        assert not drawn
        opened = file_type.family in (*DRAWN, Family.OFFICE)
        assert seen.state is (PreviewState.FAILED if opened else PreviewState.NONE)


def check_encrypted(row, file_type, seen, drawn):
    if row.path in SHOWN_ALTHOUGH_LOCKED:
        assert any("locked" in warning for warning in seen.warnings)
    else:
        assert seen.state is PreviewState.ENCRYPTED
        assert "password" in seen.note


def check_unsupported(row, file_type, seen, drawn):
    assert row.path in KEPT_ALTHOUGH_UNSUPPORTED
    assert seen.state is PreviewState.NONE


CHECKS = {
    "ok": check_ok,
    "damaged-recoverable": check_recoverable,
    "damaged-fatal": check_fatal,
    "bomb": check_bomb,
    "encrypted": check_encrypted,
    "unsupported": check_unsupported,
}


def test_every_exception_from_the_manifest_is_about_a_file_that_is_there():
    known = {row.path for row in rows()}
    for exceptions in (SHOWN_ALTHOUGH_LOCKED, SHOWN_ALTHOUGH_FATAL, SHOWN_ALTHOUGH_BOMB):
        assert exceptions.keys() <= known
    assert KEPT_ALTHOUGH_UNSUPPORTED.keys() | REFUSED_ALTHOUGH_DAMAGED.keys() <= known


def test_no_reading_child_was_larger_than_its_limit():
    """Runs last: the largest of all children that this process has waited for."""
    import resource

    forking.stop()  # whose children count as ours when it has ended
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    largest *= 1 if sys.platform == "darwin" else 1024
    assert largest <= Limits().memory_bytes * 1.1
