"""Every PDF and picture of the corpus either becomes an exhibit or is refused in plain words.

Each is built in a child process with limits on memory and time. The folder is named by CASEMGR_CORPUS;
without it this module holds no tests.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

__test__ = "CASEMGR_CORPUS" in os.environ
pytestmark = pytest.mark.corpus

CORPUS = Path(os.environ.get("CASEMGR_CORPUS", "."))
ROOT = Path(__file__).parents[2]
SECONDS, MEGABYTES = 300, 1500

CHILD = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from casemgr.pdf import ExhibitUnreadable, build_packet
from casemgr.pdf.model import Exhibit, ExhibitKind, Packet
kind, file, out = sys.argv[1:]
paper = Exhibit("P-1", Path(file).name, ExhibitKind(kind), Path(file), file_name=Path(file).name)
packet = Packet("Packet", "J.S.", "Forum", datetime(2026, 1, 1, tzinfo=UTC), "1", exhibits=(paper,))
try:
    print(json.dumps(build_packet(packet, Path(out)).manifest))
except ExhibitUnreadable as refused:
    print(json.dumps({"reason": refused.reason, "remedy": refused.remedy}))
"""
REFUSED = {
    "pdf/made-5000-pages.pdf": "more than 3,000 pages",
    "pdf-hostile/made-empty.pdf": "empty",
    "pdf-hostile/made-zero-pages.pdf": "no pages",
    "pdf-hostile/made-user-password-aes256.pdf": "password",
    "pdf-hostile/graph-encrypted.pdf": "password",
    "pdf-hostile/made-pages-100k-shared-kid.pdf": "more than 3,000 pages",
    "pdf-hostile/made-flate-bomb-1GB-single.pdf": "impossible size",
    "pdf-hostile/made-flate-bomb-4GB-double.pdf": "impossible size",
    "pdf-hostile/made-truncated-60pct.pdf": "page 3",
    "pdf-hostile/made-truncated-tail.pdf": "page 4",
    "pdf-hostile/made-zeroed-2KB-middle.pdf": "damaged",
    "pdf-hostile/made-jpeg-named.pdf": "not a PDF",
    "pdf-hostile/made-executable-named.pdf": "not a PDF",
    "image/reallybig.bmp": "million pixels",
    "image/made-png-bomb-60000px-1bit.png": "million pixels",
    "image/truncated_jpeg.jpg": "damaged",
    "image/made-svg-script.svg": "unknown kind",
}
# Streams that were damaged on arrival and are no page content travel as they are; qpdf then warns.
DAMAGED_WITHIN = {"pdf-hostile/PDFBOX-3148-2-fuzzed.pdf"}


def files(*folders: str) -> list[str]:
    """Return the corpus files of these folders as relative names."""
    found = [path for folder in folders for path in sorted((CORPUS / folder).glob("*"))]
    return [path.relative_to(CORPUS).as_posix() for path in found]


def build(kind: str, name: str, out: Path) -> dict[str, object]:
    """Build a packet of the one file in a child process with limits; return manifest or refusal."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))

    command = [sys.executable, "-c", CHILD, kind, str(CORPUS / name), str(out)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, preexec_fn=limit, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, object] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("name", files("pdf", "pdf-hostile", "image"))
def test_each_file_becomes_an_exhibit_or_is_refused_in_plain_words(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    result = build("image" if name.startswith("image/") else "pdf", name, out)
    if "reason" in result:
        assert result["reason"] and result["remedy"] and not list(tmp_path.iterdir())
        assert REFUSED.get(name, "") in str(result["reason"])
        assert not name.startswith("pdf/") or name in REFUSED
        return
    assert name not in REFUSED
    (exhibit,) = result["exhibits"]  # type: ignore[misc]
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == exhibit["last_page"] == result["pdf"]["pages"]  # type: ignore[index]
        assert pdf.pages[exhibit["first_page"] - 1].label == exhibit["bates_first"]
    checked = subprocess.run(["qpdf", "--check", out], capture_output=True, text=True, check=False)
    assert checked.returncode in ((0, 3) if name in DAMAGED_WITHIN else (0,)), checked.stderr


def test_active_content_of_the_corpus_stays_behind(tmp_path: Path) -> None:
    for name in ("pdf-hostile/made-active-content.pdf", "pdf/form_210966.pdf", "pdf/xfa_issue14315.pdf"):
        out = tmp_path / "out.pdf"
        build("pdf", name, out)
        with pikepdf.open(out) as pdf:
            pdf.save(tmp_path / "plain.pdf", stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                     compress_streams=False)  # fmt: skip
        data = (tmp_path / "plain.pdf").read_bytes()
        for word in (b"/JavaScript", b"/Launch", b"/SubmitForm", b"/OpenAction", b"/XFA"):
            assert word not in data, (name, word)
        with pikepdf.open(out) as pdf:
            assert list(pdf.attachments) == ["manifest.json"], "ours, and none that came along"


def test_the_papers_of_the_case_file_make_one_packet(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from casemgr.pdf import build_packet
    from casemgr.pdf.model import Bates, Exhibit, ExhibitKind, Packet

    kinds = {".pdf": "pdf", ".heic": "image", ".tif": "image", ".png": "image", ".eml": "text", ".csv": "text"}
    papers = []
    for n, path in enumerate(sorted((CORPUS / "case-file").glob("[0-9]*")), 1):
        kind = ExhibitKind(kinds.get(path.suffix, "native"))
        text = path.read_text(errors="replace") if kind is ExhibitKind.TEXT else ""
        papers.append(Exhibit(f"P-{n}", path.stem, kind, path, "", "", path.name, text))
    packet = Packet(
        "Exhibits", "J.S.", "Forum", datetime(2026, 1, 1, tzinfo=UTC), "1", exhibits=tuple(papers),
        bates=Bates("JS", 1, 5),
    )  # fmt: skip
    built = build_packet(packet, tmp_path / "out.pdf")
    assert len(built.exhibits) == len(papers) >= 40
    assert built.exhibits[-1].bates_last == f"JS{sum(e.pages for e in built.exhibits):05d}"
    assert subprocess.run(["qpdf", "--check", built.path], capture_output=True, check=False).returncode == 0
