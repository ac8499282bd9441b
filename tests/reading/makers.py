"""Papers with pages as a worker leaves them: words with places, or text alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from casemgr.documents.models import Document, DocumentPage
from casemgr.extensions import db
from casemgr.reading.models import PageNote
from tests.world import Actor, World

HASH = "0" * 64
LINE, LETTER = 0.02, 0.01


def placed(text: str) -> list[list[Any]]:
    """Words of a page, each with a place: a line of the text is a line on the picture."""
    words, top = [], 0.1
    for line in text.splitlines():
        left = 0.1
        for word in line.split():
            words.append(
                [word, round(left, 4), round(top, 4), round(left + LETTER * len(word), 4), round(top + LINE, 4)]
            )
            left += LETTER * (len(word) + 1)
        top += 1.5 * LINE
    return words


def paper(world: World, actor: Actor, case_id: UUID, *pages: str, drawn: bool = True, **more: Any) -> UUID:
    """A paper with these pages; `drawn`: each has a picture (whose bytes are not there) and the places of its words."""
    own = {"org_id": actor.org_id, "case_id": case_id}
    given = {"title": "IEP of March", "kind": "iep", "visibility": "shared"} | more
    with world.scope(actor):
        row = Document(
            **own,
            **given,
            original_name="iep.pdf",
            sha256=HASH,
            size=1,
            media_type="application/pdf",
            family="pdf",
            preview_state="ready",
            page_count=len(pages),
        )
        db.session.add(row)
        db.session.flush()
        for number, text in enumerate(pages, 1):
            db.session.add(
                DocumentPage(
                    **own,
                    document_id=row.id,
                    number=number,
                    width=1236,
                    height=1600,
                    image_sha256=HASH if drawn else "",
                    thumb_sha256=HASH if drawn else "",
                    text=text,
                    words=placed(text) if drawn else None,
                )
            )
        db.session.commit()
        return row.id


def note(world: World, actor: Actor, case_id: UUID, paper_id: UUID, body: str = "Ask about this.", **more: Any) -> UUID:
    """A note straight in the table, as its author."""
    given = {"page": 1, "audience": "private", "color": "yellow", "quote": "", "boxes": []} | more
    with world.scope(actor):
        row = PageNote(
            org_id=actor.org_id,
            case_id=case_id,
            document_id=paper_id,
            body=body,
            author_id=actor.user_id,
            author_name=actor.name,
            **given,
        )
        db.session.add(row)
        db.session.commit()
        return row.id
