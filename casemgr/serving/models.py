"""Copies of packets and binders that went out, and the certificates of service that were made from the record."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Posted, case_owned, same_case

ONE_OF_THE_TWO = "(packet_id IS NULL) <> (version_id IS NULL) AND (binder_id IS NULL) = (version_id IS NULL)"


class SentCopy(CaseOwned, Created, Posted, db.Model):
    """One message, or one copy that a person tells of, to one recipient. Kept also when it failed or was taken back.

    What is too large for one message goes in several: rows of one `sending_id`, each with its own PDF."""

    __tablename__ = "sent_copies"
    __table_args__ = case_owned(
        "sent_copies",
        same_case("sent_copies", "packet_id", "packets"),
        same_case("sent_copies", "binder_id", "exhibit_binders"),
        same_case("sent_copies", "proof_document_id", "documents"),
        CheckConstraint(
            "state in ('queued', 'handing_over', 'accepted', 'refused', 'unknown', 'by_hand', 'taken_back')",
            name="state_known",
        ),
        CheckConstraint("state not in ('accepted', 'by_hand') OR sent_on IS NOT NULL", name="sent_has_a_day"),
        CheckConstraint(ONE_OF_THE_TWO, name="of_a_packet_or_a_binder"),
        CheckConstraint("part between 1 and parts", name="part_is_one_of_them"),
        Index("ix_sent_copies_packet_id", "packet_id"),
        Index("ix_sent_copies_version_id", "version_id"),
    )

    packet_id: Mapped[UUID | None]
    binder_id: Mapped[UUID | None]
    version_id: Mapped[UUID | None] = mapped_column(
        comment="binder_versions; one that went to nobody in the end may be gone"
    )
    sending_id: Mapped[UUID] = mapped_column(comment="What went to one recipient at once, in one message or several")
    part: Mapped[int] = mapped_column(default=1, comment="From 1")
    parts: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(300), comment="Who gets it")
    address: Mapped[str] = mapped_column(Text, default="")
    way: Mapped[str] = mapped_column(String(20), comment="filings.kinds.SEND_METHODS")
    state: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64), comment="What was sent: kept as long as this row")
    size: Mapped[int] = mapped_column(BigInteger, comment="Bytes")
    of_sha256: Mapped[str] = mapped_column(
        String(64), default="", comment="Of what it is a copy: the PDF of the packet, or the manifest of the binder"
    )
    file_name: Mapped[str] = mapped_column(String(300), default="", comment="Of the PDF in the message")
    holds: Mapped[str] = mapped_column(String(100), default="", comment="Of a part: pages 1 to 120, volume 2")
    message: Mapped[str] = mapped_column(Text, default="", comment="What the e-mail says")
    answer: Mapped[str] = mapped_column(Text, default="", comment="What the mail server said, or a person, on its end")
    sent_on: Mapped[date | None] = mapped_column(comment="Local date; of an e-mail, when the server took it")


class ServiceCertificate(CaseOwned, Created, db.Model):
    """A certificate of service, made from what is recorded. Never changed; a later one of the same paper supersedes
    it."""

    __tablename__ = "service_certificates"
    __table_args__ = case_owned(
        "service_certificates",
        same_case("service_certificates", "packet_id", "packets"),
        same_case("service_certificates", "binder_id", "exhibit_binders"),
        same_case("service_certificates", "document_id", "documents"),
        UniqueConstraint("packet_id", "number"),
        UniqueConstraint("version_id", "number"),
        CheckConstraint(ONE_OF_THE_TWO, name="of_a_packet_or_a_binder"),
    )

    packet_id: Mapped[UUID | None]
    binder_id: Mapped[UUID | None]
    version_id: Mapped[UUID | None] = mapped_column(comment="binder_versions")
    number: Mapped[int] = mapped_column(comment="From 1; the newest counts")
    document_id: Mapped[UUID] = mapped_column(comment="The PDF, as a paper of the case")
    lists: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, comment="What it lists: [{copies, name, role, address, how, sent}], as printed"
    )
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    made_by_name: Mapped[str] = mapped_column(String(200), default="")
