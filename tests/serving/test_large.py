"""What no single e-mail can carry goes in several, each with a whole PDF, and no part goes out twice."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pikepdf
import pytest

from casemgr.accounts.models import User
from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.filings.services import FilingRefused
from casemgr.pdf import navigation
from casemgr.pdf.cutting import PageTooLarge, cut
from casemgr.serving import parts, queries, services
from casemgr.serving.outgoing import Outgoing
from tests.mailserver import Post
from tests.serving.makers import killed_while_handing_over, looked_at, made, made_binder, mail_to, rows, with_out, work
from tests.world import World

PAGE = 20_000  # bytes of one page


def large(pages: int = 9, starts: tuple[int, ...] = (0, 2, 5)) -> bytes:
    """A PDF whose pages are large, share one picture, and have bookmarks, labels and a link to the first page."""
    with pikepdf.new() as made:
        shared = made.make_indirect(made.make_stream(os.urandom(5_000), Type=pikepdf.Name.XObject))
        for n in range(pages):
            page = made.add_blank_page()
            page.obj.Contents = made.make_stream(b"%" + os.urandom(PAGE).hex().encode()[:PAGE])
            page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=shared))
            link = pikepdf.Dictionary(
                Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], Dest=[made.pages[0].obj, pikepdf.Name.Fit]
            )
            page.obj.Annots = pikepdf.Array([link])
            page.obj.Number = n
        below = [(f"P-{n}", start + 1, ()) for n, start in enumerate(starts[1:], 1)]
        entries = [("Cover", 1, ()), ("Exhibits", starts[1] + 1, below)]
        navigation.add_bookmarks(made, entries, [page.obj for page in made.pages])
        navigation.add_labels(made, [(n, navigation.page_label(f"EX {n:06d}")) for n in range(pages)])
        made.docinfo["/Title"] = "A packet"
        made.Root.Lang = pikepdf.String("en-US")
        out = io.BytesIO()
        made.save(out, compress_streams=False)
        return out.getvalue()


def test_parts_hold_each_page_once_in_order_and_can_be_read_alone(tmp_path: Path) -> None:
    whole = tmp_path / "whole.pdf"
    whole.write_bytes(large())
    most = 4 * PAGE
    made = cut(whole, most, tmp_path)
    assert [(part.first, part.last) for part in made] == [(1, 2), (3, 5), (6, 8), (9, 9)]
    for part in made:
        assert part.path.stat().st_size <= most
        with pikepdf.open(part.path) as pdf, pdf.open_outline() as outline:
            assert [int(page.obj.Number) + 1 for page in pdf.pages] == list(range(part.first, part.last + 1))
            assert [page.label for page in pdf.pages] == [f"EX {n - 1:06d}" for n in range(part.first, part.last + 1)]
            assert not any(page.obj.Annots for page in pdf.pages) and str(pdf.Root.Lang) == "en-US"
            titles = [(item.title, [below.title for below in item.children]) for item in outline.root]
            assert str(pdf.docinfo["/Title"]) == f"A packet, pages {part.first} to {part.last} of 9"
        expected = {1: [("Cover", [])], 3: [("Exhibits", ["P-1"])], 6: [("P-2", [])], 9: []}
        assert titles == expected[part.first]
    (tmp_path / "again").mkdir()
    again = cut(whole, most, tmp_path / "again")
    assert [part.path.read_bytes() for part in again] == [part.path.read_bytes() for part in made]
    with pytest.raises(PageTooLarge, match="Page 1 alone"):
        cut(whole, PAGE // 2, tmp_path / "again")


def test_a_large_packet_goes_in_numbered_messages_and_a_killed_worker_repeats_none(
    world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "LARGEST", 4 * PAGE)
    case, packet_id, _url = made(world, "iep", data=large(), pages=9)
    looked_at(case, packet_id)
    lee = ("Lee", "lee@example.org")
    assert mail_to(case, packet_id, lee) == (4, 0)
    first, second, *_ = found = rows(case, packet_id)
    assert [(row.part, row.parts, row.holds) for row in found][:2] == [
        (1, 4, "pages 1 to 2 of 9"),
        (2, 4, "pages 3 to 5 of 9"),
    ]
    work(case, first)
    killed_while_handing_over(monkeypatch, case, second)
    for row in (*found, *found):  # the jobs of a killed worker come again
        work(case, row)
    assert [row.state for row in rows(case, packet_id)] == ["accepted", "unknown", "accepted", "accepted"]
    subjects = [message["Subject"] for _to, message in post.letters]
    assert subjects == [f"Due process complaint ({n} of 4)" for n in (1, 3, 4)]
    words, attached = post.letters[0][1].get_payload()
    assert "This is message 1 of 4. It holds pages 1 to 2 of 9." in words.get_payload(decode=True).decode()
    with pikepdf.open(io.BytesIO(attached.get_payload(decode=True))) as pdf:
        assert len(pdf.pages) == 2
    with case.open():
        assert db.session.get_one(Document, case.papers["iep"]).custody[-1]["act"] != "sent"  # not all of it is out

    assert mail_to(case, packet_id, lee) == (0, 4)  # what they have, or may have, does not go again by itself
    with case.open() as (_row, user):
        unknown = next(row for row in queries.copies_of({"packet_id": packet_id}) if row.state == "unknown")
        services.answer(unknown, False, by=user)

    def send_again(row: Case, out: Outgoing, by: User) -> None:
        refused = next(one for one in queries.copies_of(out.keys) if one.state == "refused")
        services.send_again(row, out, refused, by=by)

    with_out(case, "packet", packet_id, send_again)
    work(case, second)
    [sending] = [queries.Sending(tuple(rows(case, packet_id)))]
    assert sending.is_out and len(post.letters) == 4
    with case.open():
        custody = db.session.get_one(Document, case.papers["iep"]).custody
    assert [line["words"] for line in custody if line["act"] == "sent"] == [
        "Sent by e-mail, in 4 messages in: Due process complaint."
    ]
    assert mail_to(case, packet_id, lee, again=True) == (4, 0)


def test_what_is_too_large_all_the_same_says_the_way_out(
    world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, packet_id, _url = made(world, data=large(), pages=9)
    lee = ("Lee", "lee@example.org")
    for limit, words in ((PAGE // 2, "far too large"), (int(PAGE * 0.9), "Page 1 alone is larger")):
        monkeypatch.setattr(parts, "LARGEST", limit)
        with pytest.raises(FilingRefused, match=words) as refused:
            mail_to(case, packet_id, lee)
        assert "USB stick" in str(refused.value) and "portal" in str(refused.value)
    monkeypatch.setattr(parts, "LARGEST", 100)
    binder, version_id, _url = made_binder(world)
    with pytest.raises(FilingRefused, match="set the largest file to 0 MB"):
        monkeypatch.setattr(parts, "MOST_MESSAGES", 10_000)
        mail_to(binder.case, version_id, lee, what="binder")
    assert rows(case, packet_id) == [] and rows(binder.case, version_id, "binder") == []
