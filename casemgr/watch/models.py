"""What the nightly look found: cases that may be stuck."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import DateTime, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, case_owned, now


class Finding(CaseOwned, db.Model):
    """One reason why a case may be stuck. Mended ones stay as rows, so that what was said about them is not lost."""

    __tablename__ = "watch_findings"
    __table_args__ = case_owned(
        "watch_findings", UniqueConstraint("case_id", "kind", "subject", name="uq_watch_findings_once")
    )

    kind: Mapped[str] = mapped_column(String(40), comment="watch.kinds.KINDS")
    subject: Mapped[str] = mapped_column(String(80), default="", comment="Id of the row it is about; empty: the case")
    detail: Mapped[str] = mapped_column(Text, default="", comment="What exactly, in a few words")
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    mended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    left_until: Mapped[date | None] = mapped_column(comment="Somebody looked: nothing to do before this day")
    left_because: Mapped[str] = mapped_column(Text, default="")
    left_by_name: Mapped[str] = mapped_column(String(200), default="")
    left_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
