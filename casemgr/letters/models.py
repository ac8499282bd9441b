"""Letters that people on a case write and send: drafts, every saved version, and what became of each sending.

`documents.Letter` is something else: what the headers of an e-mail say that came in as a paper.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Posted, Versioned, case_owned, now, same_case


class OutgoingLetter(CaseOwned, Created, Versioned, db.Model):
    """One letter. What it says is in its versions; once it was sent, no version is added."""

    __tablename__ = "outgoing_letters"
    __table_args__ = case_owned(
        "outgoing_letters",
        same_case("outgoing_letters", "document_id", "documents"),
        same_case("outgoing_letters", "entry_id", "evidence_entries"),
        same_case("outgoing_letters", "sent_fact_id", "facts"),
        same_case("outgoing_letters", "received_fact_id", "facts"),
        same_case("outgoing_letters", "receipt_document_id", "documents"),
        CheckConstraint("state in ('draft', 'sending', 'sent', 'discarded')", name="state_known"),
        CheckConstraint("(state = 'sent') = (sent_on IS NOT NULL)", name="sent_has_a_day"),
        CheckConstraint("received_on >= sent_on", name="received_after_it_was_sent"),
    )

    kind: Mapped[str] = mapped_column(String(40), comment="letters.kinds")
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="What was chosen before drafting")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    used: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, comment="What of the case the draft was made from: [{slot, label, value, place, id}]"
    )
    said_otherwise: Mapped[list[str]] = mapped_column(
        JSONB, default=list, comment="Items that the letter says in words of its own, as a person confirmed"
    )
    sent_version: Mapped[int | None] = mapped_column(comment="Number of the version that was sent")
    sent_on: Mapped[date | None] = mapped_column(comment="Local date")
    document_id: Mapped[UUID | None] = mapped_column(comment="The PDF that was sent, as a paper of the case")
    entry_id: Mapped[UUID | None]
    sent_fact_id: Mapped[UUID | None]
    received_on: Mapped[date | None] = mapped_column(comment="Local date, as somebody knows it")
    received_how: Mapped[str] = mapped_column(Text, default="", comment="How the day is known")
    received_fact_id: Mapped[UUID | None]
    receipt_document_id: Mapped[UUID | None] = mapped_column(comment="The paper that shows the day of receipt")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    created_by_name: Mapped[str] = mapped_column(String(200), default="")


class LetterVersion(CaseOwned, db.Model):
    """One saved state of a letter. Append-only."""

    __tablename__ = "outgoing_letter_versions"
    __table_args__ = case_owned(
        "outgoing_letter_versions",
        same_case("outgoing_letter_versions", "letter_id", "outgoing_letters"),
        UniqueConstraint("letter_id", "number"),
    )

    letter_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(comment="From 1")
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="letters.content.Content without its body")
    body: Mapped[str] = mapped_column(Text, comment="HTML of letters.richtext: p, strong, em, ul, ol, li, br")
    restored_from: Mapped[int | None]
    saved_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    saved_by_name: Mapped[str] = mapped_column(String(200), default="")
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class LetterSending(CaseOwned, Created, Posted, db.Model):
    """One sending: by e-mail from here, or by hand as a person told. Kept also when it failed or was taken back."""

    __tablename__ = "outgoing_letter_sendings"
    __table_args__ = case_owned(
        "outgoing_letter_sendings",
        same_case("outgoing_letter_sendings", "letter_id", "outgoing_letters"),
        same_case("outgoing_letter_sendings", "proof_document_id", "documents"),
        CheckConstraint(
            "state in ('queued', 'handing_over', 'accepted', 'refused', 'unknown', 'by_hand', 'stopped', 'taken_back')",
            name="state_known",
        ),
        Index("ix_outgoing_letter_sendings_letter_id", "letter_id"),
        Index(
            "uq_outgoing_letter_sendings_one_under_way",
            "letter_id",
            unique=True,
            postgresql_where="state in ('queued', 'handing_over', 'unknown')",
        ),
    )

    letter_id: Mapped[UUID]
    letter_version: Mapped[int]
    way: Mapped[str] = mapped_column(String(20), comment="letters.ways.WAYS")
    state: Mapped[str] = mapped_column(String(20))
    recipients: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, comment="[{name, address, person_id?, answer?, refused?}]"
    )
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    pdf_size: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(Text, default="", comment="What the mail server said when it took it")
    sent_on: Mapped[date | None] = mapped_column(comment="Local date")
    kept_because: Mapped[str] = mapped_column(
        Text, default="", comment="Why the day is right although facts speak against it"
    )
    seen: Mapped[list[str]] = mapped_column(JSONB, default=list, comment="Keys of what spoke against it")
    move_id: Mapped[UUID | None] = mapped_column(comment="The move of the case that the sending was")
