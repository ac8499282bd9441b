"""A binder of files alone, from the command line: what goes in, what is left out and why, volumes, and its proof."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner, Result

from casemgr import cli
from casemgr.filings import exhibit_binder, exhibit_binder_command
from casemgr.filings.building import Made, NotBuilt
from casemgr.pdf.model import Packet
from tests.pdf import samples
from tests.pdf.conftest import page_texts

DAY = 1_790_000_000


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two PDFs, a picture, a text, sound; and what cannot go in: advice, a program, a locked PDF, a broken one."""
    folder = tmp_path / "files"
    folder.mkdir()
    samples.pdf_file(folder / "2026-01-05 IEP.pdf", 3)
    samples.pdf_file(folder / "Thư mời họp.pdf", 2, (792, 612))
    samples.picture_file(folder / "photo.jpg", (600, 400))
    (folder / "notes.txt").write_text("Called the chair.\n")
    (folder / "call.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" + b"\0" * 40)
    (folder / "advice PRIVILEGED.txt").write_text("Attorney-client communication: settle.\n")
    samples.pdf_file(folder / "e-mails.pdf", words="ATTORNEY-CLIENT PRIVILEGED")
    (folder / "run.exe").write_bytes(b"MZ" + b"\0" * 300)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"garbage " * 50)
    with pikepdf.open(samples.pdf_file(folder / "locked.pdf"), allow_overwriting_input=True) as pdf:
        pdf.save(folder / "locked.pdf", encryption=pikepdf.Encryption(user="secret", owner="other"))
    for path in folder.iterdir():
        os.utime(path, (DAY, DAY))
    return sorted(folder.iterdir())


def run(*words: object) -> Result:
    return CliRunner(env={"CASEMGR_SOFFICE": "none"}).invoke(cli.main, [str(word) for word in words])


def bind(files: list[Path], out: Path, *more: object) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    result = run("binder", "--out", out, "--json", *more, *files)
    assert result.exit_code == 0, result.output
    *answers, last = map(json.loads, result.stdout.splitlines())
    return {Path(answer["path"]).name: answer for answer in answers}, last["summary"]


def test_each_file_is_an_exhibit_or_is_named_with_its_reason(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "binder.pdf"
    answers, summary = bind(files, out, "--prefix", "STU", "--naming", "S", "--title", "Exhibits")
    assert (summary["in_binder"], summary["left_out"], summary["made"]) == (5, 5, [str(out)])
    reasons = {name: answer["reason"] for name, answer in answers.items() if answer["status"] == "left_out"}
    assert "between attorney and client" in reasons["advice PRIVILEGED.txt"]
    assert reasons["e-mails.pdf"].startswith("Page 1 marks it as advice"), "its pages are looked at"
    assert "needs a password" in reasons["locked.pdf"] and "is a program" in reasons["run.exe"]
    assert reasons["broken.pdf"].startswith("The file is damaged")
    used = [answer for answer in answers.values() if answer["label"]]
    assert [answer["label"] for answer in used] == ["S-1", "S-2", "S-3", "S-4", "S-5"], "without a gap"
    assert [(answer["bates_first"], answer["pages"]) for answer in used][:2] == [("STU000001", 3), ("STU000004", 2)]
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 14, "cover, index, five slips and seven pages: the slip of the sound is its page"
        assert json.loads(pdf.attachments["manifest.json"].get_file().read_bytes())["pdf"] == {"pages": len(pdf.pages)}
    assert "Thư mời họp" in page_texts(out)[1]


def test_the_same_files_give_the_same_bytes_and_a_change_is_found(files: list[Path], tmp_path: Path) -> None:
    one, two = tmp_path / "one.pdf", tmp_path / "two.pdf"
    bind(files[:3], one)
    bind(files[:3], two)
    assert one.read_bytes() == two.read_bytes()
    intact = run("verify", one)
    assert intact.exit_code == 0 and "Intact" in intact.output
    one.write_bytes(one.read_bytes() + b"\n% more")
    altered = run("verify", one)
    assert altered.exit_code == 1 and "was changed" in altered.output
    two.with_suffix(".json").unlink()
    alone = run("verify", two)
    assert alone.exit_code == 0 and "Compare the SHA-256" in alone.output
    with pikepdf.open(two, allow_overwriting_input=True) as pdf:
        pdf.pages[1].contents_add(b"0 0 m 100 100 l S")
        pdf.save(two)
    assert "The part “index” (pages 2 to 2) was changed" in run("verify", two).output


def test_what_is_too_large_becomes_volumes_with_numbers_that_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    noise = [samples.Image.effect_noise((700, 900), 60 + n) for n in range(8)]
    long = folder / "a long scan.pdf"
    noise[0].save(long, save_all=True, append_images=noise[1:6])
    noise[6].save(folder / "b.jpg", quality=90)
    samples.pdf_file(folder / "c.pdf", 2)
    out = tmp_path / "binder.pdf"
    answers, summary = bind(sorted(folder.iterdir()), out, "--max-mb", "1.2")
    made = [Path(path) for path in summary["made"]]
    assert len(made) >= 2 and not out.exists()
    assert [path.name for path in made] == [f"binder-volume-{n}.pdf" for n in range(1, len(made) + 1)]
    assert all(path.stat().st_size <= 1.2 * 1024 * 1024 for path in made)
    assert [answer["pages"] for answer in answers.values()] == [6, 1, 2], "every page, once"
    assert [answer["bates_last"] for answer in answers.values()] == ["000006", "000007", "000009"]
    rows = [row for path in made for row in json.loads(path.with_suffix(".json").read_bytes())["exhibits"]]
    assert [page for row in rows if row["label"] == "P-1" for page in range(*_span(row))] == [1, 2, 3, 4, 5, 6]
    index = page_texts(made[0])[1]
    assert "P-3" in index and f"Volume {len(made)}" in index and "in volume 2" in index
    assert all(run("verify", path).exit_code == 0 for path in made)


def _span(row: dict[str, Any]) -> tuple[int, int]:
    first, last = row.get("only_pages", (1, row["pages"]))
    return first, last + 1


def test_a_file_that_ends_the_child_is_the_one_that_is_named(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child dies at S-2 after it has left out a file before it: by then S-2 is the third file."""
    first, locked, third = files[0], tmp_path / "files" / "locked.pdf", files[1]
    real, calls = exhibit_binder.build_conforming, 0

    def dies_twice(packet: Packet, *more: Any, **named: Any) -> Made:
        nonlocal calls
        calls += 1
        if calls == 3:
            return real(packet, *more, **named)
        problem = NotBuilt("the program that reads it stopped.", "S-2")
        problem.left_out = (("S-2", "it needs a password."),) if calls == 1 else ()
        raise problem

    monkeypatch.setattr(exhibit_binder, "build_conforming", dies_twice)
    answers, _ = bind([first, locked, third], tmp_path / "binder.pdf", "--naming", "S")
    assert answers[first.name]["label"] == "S-1"
    assert "password" in answers[locked.name]["reason"] and "stopped" in answers[third.name]["reason"]


def test_what_cannot_be_done_is_said_and_leaves_nothing(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "binder.pdf"
    for words, says in [
        (("--naming", "1-", files[0]), "--naming"),
        (("--prefix", "ä", files[0]), "--prefix"),
        (("--max-mb", "0.05", tmp_path / "files" / "photo.jpg"), "alone is over the limit"),
        ((tmp_path / "files" / "run.exe", tmp_path / "nowhere.pdf"), "None of the files can be used"),
    ]:
        result = run("binder", "--out", out, *words)
        assert result.exit_code != 0 and says in result.output, result.output
    assert run("binder", "--out", tmp_path / "no" / "b.pdf", files[0]).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_no_file_that_goes_in_is_written_over(files: list[Path], tmp_path: Path) -> None:
    first = files[0]
    before = first.read_bytes()
    for out, given in [
        (first, first),
        (first.with_name("notes.pdf"), copied(first, "notes.json")),
        (first.with_name("b.pdf"), copied(first, "b-volume-2.pdf")),
    ]:
        result = run("binder", "--out", out, first, given)
        assert result.exit_code == 2 and f"{given.name} is one of the files" in " ".join(result.output.split())
    assert first.read_bytes() == before


def copied(path: Path, name: str) -> Path:
    return Path(shutil.copy(path, path.with_name(name)))


def test_each_file_is_answered_also_where_there_is_no_binder(files: list[Path], tmp_path: Path) -> None:
    locked, missing = tmp_path / "files" / "locked.pdf", tmp_path / "nowhere.pdf"
    result = run("binder", "--out", tmp_path / "b.pdf", locked, missing)
    assert result.exit_code == 1 and "needs a password" in result.output and "No such file" in result.output
    told = [
        json.loads(line) for line in run("binder", "--out", tmp_path / "b.pdf", "--json", missing).stdout.splitlines()
    ]
    assert [one["status"] for one in told] == ["left_out"]
    too_large = run("binder", "--out", tmp_path / "b.pdf", "--max-mb", "0.05", tmp_path / "files" / "photo.jpg")
    assert "Exhibit P-1 (photo.jpg): Page 1 alone is over the limit" in too_large.output


def test_a_name_that_is_no_text_is_bound_and_a_file_given_twice_is_told(files: list[Path], tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(files[0].parent) + b"/d\xe9cision\x1b[31m.pdf"))
    shutil.copy(files[0], odd)
    answers, summary = bind([files[0], odd, odd], tmp_path / "b.pdf")
    assert summary["in_binder"] == 3
    assert answers[odd.name]["notes"] == ["It is the same file as P-1."] and answers[files[0].name]["notes"] == []
    assert "\x1b" not in run("binder", "--out", tmp_path / "c.pdf", odd).output


def test_the_end_of_the_session_leaves_as_little_as_ctrl_c(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def ended(*_: object) -> None:
        handler = signal.getsignal(signal.SIGTERM)
        assert callable(handler)
        handler(signal.SIGTERM, None)

    monkeypatch.setattr(exhibit_binder_command, "make", ended)
    result = run("binder", "--out", tmp_path / "b.pdf", files[0])
    assert result.exit_code == 1 and "Aborted" in result.output
    assert signal.getsignal(signal.SIGTERM) == before
