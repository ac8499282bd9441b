"""E-mail that is odd or damaged: nothing of it is lost in silence."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from casemgr.storage.readers import mail, outlook, unpack

HEADERS = b"From: A Teacher <a@school.example>\r\nSubject: Meeting\r\nDate: Mon, 5 Jan 2026 10:00:00 -0500\r\n"
END, FREE, OF_THE_TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def container(chain: list[int]) -> bytes:
    """An OLE container ([MS-CFB]) with one stream of eight sectors, which follow each other as `chain` says."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    table = [OF_THE_TABLE, END, *chain]

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        letters = name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<HBB3I", len(letters), kind, 1, FREE, FREE, child)
        return letters.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, END, 0) + entry("words", 2, FREE, 2, 4096) + bytes(256)
    return head + struct.pack("<128I", *table, *[FREE] * (128 - len(table))) + folder + b"w" * 4096


WHOLE, BROKEN = [3, 4, 5, 6, 7, 8, 9, END], [3, 4, 5, 6, 7, 8, 9999, END]


@pytest.mark.parametrize(("chain", "said"), [(WHOLE, []), (BROKEN, [outlook.DAMAGED])])
def test_a_damaged_outlook_message_is_shown_with_a_warning(
    chain: list[int], said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.msg").write_bytes(container(chain))
    monkeypatch.setattr(outlook, "read_outlook", lambda path: mail.OpenedLetter({"Subject": "Meeting"}, "Words", []))
    told = []
    outlook.show_outlook(report=lambda event, **facts: told.append((event, facts)), path=str(tmp_path / "a.msg"))
    assert told[0][1]["hidden"] == said and "Words" in told[0][1]["text"]


def test_nothing_left_of_an_outlook_message_is_not_called_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.msg").write_bytes(container(BROKEN))
    monkeypatch.setattr(outlook, "read_outlook", lambda path: mail.OpenedLetter({}, outlook.RTF_ONLY, []))
    with pytest.raises(ValueError, match="nothing is left"):
        outlook.show_outlook(report=lambda *event, **facts: None, path=str(tmp_path / "a.msg"))


def test_attachments_beyond_the_most_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = b"--B\r\nContent-Type: text/plain; name=a.txt\r\n\r\nwords\r\n"
    head = HEADERS + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n"
    (tmp_path / "a.eml").write_bytes(head + part * 700 + b"--B--\r\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(unpack, "MAX_PARTS", 3)
    told = []
    unpack.unpack_mail(report=lambda event, **facts: told.append((event, facts.get("count"))), path="a.eml")
    assert told == [("part", None)] * 3 + [("left_out", 697), ("letter", None), ("done", None)]


def test_a_mark_before_the_headers_does_not_hide_them() -> None:
    letter = mail.letter_of(mail.parse(b"\xef\xbb\xbf" + HEADERS + b"\r\nWords"))
    assert (letter.headers["Subject"], letter.body) == ("Meeting", "Words")
    assert letter.headers["From"].endswith("<a@school.example>")
