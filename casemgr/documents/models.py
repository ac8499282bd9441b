"""Papers: the original as it came, and the pictures of its pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Searched, Versioned, case_owned, now, same_case, searched


class Document(CaseOwned, Searched, Versioned, db.Model):
    """One paper. The bytes are in the object store under (organization, SHA-256) and are never altered."""

    __tablename__ = "documents"
    __table_args__ = case_owned(
        "documents",
        CheckConstraint("visibility in ('shared', 'internal', 'privileged', 'mediation')", name="visibility_known"),
        CheckConstraint("scan_state in ('not_scanned', 'waiting', 'clean', 'infected')", name="scan_state_known"),
        CheckConstraint("(rendition_sha256 = '') = (rendition_how = '')", name="rendition_is_whole"),
        Index("ix_documents_org_id_sha256", "org_id", "sha256"),
        Index("ix_documents_case_id_uploaded_at", "case_id", "uploaded_at"),
        searched("documents"),
        Index("ix_documents_org_id_unchecked", "org_id", postgresql_where=text("scan_state = 'not_scanned'")),
        CheckConstraint(
            "recognition_state in ('', 'waiting', 'no_program', 'done', 'failed')", name="recognition_state_known"
        ),
        Index(
            "ix_documents_org_id_unread",
            "org_id",
            postgresql_where=text("recognition_state in ('waiting', 'no_program')"),
        ),
    )

    title: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(40), comment="documents.kinds.DOCUMENT_KINDS")
    document_on: Mapped[date | None] = mapped_column(comment="The date on the paper")
    received_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200), default="", comment="Who it came from")
    received_how: Mapped[str] = mapped_column(String(40), default="")
    author: Mapped[str] = mapped_column(String(200), default="", comment="Who wrote, made or signed it")
    visibility: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    original_name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger, comment="Bytes")
    media_type: Mapped[str] = mapped_column(String(120))
    family: Mapped[str] = mapped_column(String(20), comment="storage.sniff family: pdf, image, text …")
    page_count: Mapped[int | None]
    preview_state: Mapped[str] = mapped_column(String(20), default="waiting", comment="waiting, ready, none, failed")
    preview_note: Mapped[str] = mapped_column(Text, default="")
    reading: Mapped[int] = mapped_column(
        default=0, comment="Which documents.tasks.READING its pages were read with; 0: none, or an earlier version"
    )
    rendition_sha256: Mapped[str] = mapped_column(
        String(64), default="", comment="The PDF made of the original; empty: it has none, or is a PDF itself"
    )
    rendition_size: Mapped[int] = mapped_column(BigInteger, default=0, comment="Bytes")
    rendition_how: Mapped[str] = mapped_column(String(20), default="", comment="storage.renditions.How")
    rendition_note: Mapped[str] = mapped_column(Text, default="", comment="How it was made, in words")
    scan_state: Mapped[str] = mapped_column(
        String(20), default="not_scanned", comment="not_scanned, waiting, clean, infected"
    )
    scan_note: Mapped[str] = mapped_column(Text, default="", comment="The virus, or why it waits")
    custody: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, comment="What happened to the file")
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    uploaded_by_name: Mapped[str] = mapped_column(String(200), default="")
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    trashed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_source: Mapped[bool] = mapped_column(
        default=False, comment="A photo that another paper is made of: not in the list of papers"
    )
    parts_state: Mapped[str] = mapped_column(
        String(20), default="", comment="Of an e-mail or ZIP: waiting, done, failed"
    )
    parts_note: Mapped[str] = mapped_column(Text, default="")
    recognition_state: Mapped[str] = mapped_column(
        String(20), default="", comment="waiting, no_program, done, failed; empty: has text, or no pages"
    )
    recognition_note: Mapped[str] = mapped_column(Text, default="", comment="What a person should know about it")
    searchable_sha256: Mapped[str] = mapped_column(
        String(64), default="", comment="A PDF copy with the recognised text"
    )
    kept_own: Mapped[list[str]] = mapped_column(
        JSONB, default=list, comment="Proposals from its text that a person did not take"
    )


class DocumentPage(CaseOwned, Searched, db.Model):
    """The picture and the text of one page, made by a worker.

    `recognition` other than "" says that there was a picture and (nearly) no text: "read" is text that a machine
    recognised, to be checked against the picture."""

    __tablename__ = "document_pages"
    __table_args__ = case_owned(
        "document_pages",
        same_case("document_pages", "document_id", "documents"),
        UniqueConstraint("document_id", "number"),
        searched("document_pages"),
        CheckConstraint(
            "recognition in ('', 'waiting', 'read', 'nothing', 'blank', 'failed')", name="recognition_known"
        ),
    )

    document_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(comment="From 1")
    width: Mapped[int] = mapped_column(comment="Pixels of the picture")
    height: Mapped[int]
    image_sha256: Mapped[str] = mapped_column(String(64))
    thumb_sha256: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text, default="")
    recognition: Mapped[str] = mapped_column(
        String(20), default="", comment="waiting, read, nothing, blank, failed; empty: not asked"
    )
    confidence: Mapped[int | None] = mapped_column(comment="Of a recognised text, 0 to 100")
    turn: Mapped[int] = mapped_column(
        default=0, comment="Degrees clockwise that the picture was turned to stand upright"
    )
    words: Mapped[list[tuple[str, float, float, float, float]] | None] = mapped_column(
        JSONB(none_as_null=True),
        deferred=True,
        comment="In reading order: [text, x0, y0, x1, y1], from 0 to 1 of the picture as it is stored",
    )


class DocumentPart(CaseOwned, db.Model):
    """One file inside an e-mail or a ZIP: the paper it became, or why it became none.

    A relation and not a column of the paper, because the same file often comes with several e-mails."""

    __tablename__ = "document_parts"
    __table_args__ = case_owned(
        "document_parts",
        same_case("document_parts", "parent_id", "documents"),
        same_case("document_parts", "document_id", "documents"),
        UniqueConstraint("parent_id", "position"),
        Index("ix_document_parts_document_id", "document_id"),
    )

    parent_id: Mapped[UUID] = mapped_column(comment="The e-mail or ZIP")
    position: Mapped[int] = mapped_column(comment="From 1, in the order inside")
    name: Mapped[str] = mapped_column(String(500), comment="As it is called inside, with its path in a ZIP")
    document_id: Mapped[UUID | None] = mapped_column(comment="None: refused")
    is_own: Mapped[bool] = mapped_column(default=False, comment="The paper was made of this part, not there before")
    refused: Mapped[str] = mapped_column(Text, default="", comment="Why it became no paper, in words")


class Letter(CaseOwned, db.Model):
    """What the headers of an e-mail say. They are claims of whoever sent it, and only used to propose and to group."""

    __tablename__ = "letters"
    __table_args__ = case_owned(
        "letters",
        same_case("letters", "document_id", "documents"),
        UniqueConstraint("document_id"),
        Index("ix_letters_case_id_conversation_id", "case_id", "conversation_id"),
        Index("ix_letters_case_id_fingerprint", "case_id", "fingerprint"),
    )

    document_id: Mapped[UUID]
    sender: Mapped[str] = mapped_column(String(500))
    recipients: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(String(500))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    message_id: Mapped[str] = mapped_column(String(300), default="", comment="RFC 5322 Message-ID")
    ids: Mapped[list[str]] = mapped_column(JSONB, comment="Its Message-ID and those of In-Reply-To and References")
    conversation_id: Mapped[UUID] = mapped_column(comment="The same for all letters that share an id")
    fingerprint: Mapped[str] = mapped_column(String(64), comment="SHA-256 of what was said, not of the bytes")


class MailboxMessage(CaseOwned, db.Model):
    """One message of a mailbox (.mbox) as its headers tell. It becomes a paper when a person picks it; then there is
    a `DocumentPart` with the same position."""

    __tablename__ = "mailbox_messages"
    __table_args__ = case_owned(
        "mailbox_messages",
        same_case("mailbox_messages", "document_id", "documents"),
        UniqueConstraint("document_id", "position"),
        Index("ix_mailbox_messages_case_id_fingerprint", "case_id", "fingerprint"),
    )

    document_id: Mapped[UUID] = mapped_column(comment="The mailbox")
    position: Mapped[int] = mapped_column(comment="From 1, in the order of the file")
    start: Mapped[int] = mapped_column(BigInteger, comment="First byte, of the line that begins with From")
    length: Mapped[int] = mapped_column(BigInteger, comment="Bytes")
    sender: Mapped[str] = mapped_column(String(500))
    recipients: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(String(500))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attachments: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64), comment="As of letters; empty: too large to be opened")
    is_wanted: Mapped[bool] = mapped_column(default=False, comment="A person picked it")
