"""Hand the e-mail of a letter to the mail server, once (see platform/posting), and record what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.letters import citing, queries, recording
from casemgr.letters import content as contents
from casemgr.letters.content import Content
from casemgr.letters.models import LetterSending, OutgoingLetter
from casemgr.notices.services import News, tell
from casemgr.platform import mail
from casemgr.platform.columns import now
from casemgr.platform.mail import Attachment, EmailMessage, Handed, MailServer
from casemgr.platform.posting import Posting


class LetterPosting(Posting[LetterSending]):
    """One sending of one letter."""

    letter: OutgoingLetter

    def lock(self) -> LetterSending | None:
        """Letters are locked first, then their sendings."""
        found = db.session.scalar(select(LetterSending).where(LetterSending.id == self.row_id))
        if found is None:
            return None
        self.letter = db.session.scalars(
            select(OutgoingLetter)
            .where(OutgoingLetter.id == found.letter_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        db.session.refresh(found)
        return found

    def message(self, server: MailServer, row: LetterSending) -> tuple[EmailMessage, list[str]]:
        saved = queries.version(self.letter, row.letter_version)
        assert saved is not None, "a sending names a version that is kept"
        content = citing.as_sent(self.letter, queries.content_of(saved))
        pdf = b"".join(store().open_stream(row.org_id, row.pdf_sha256))
        everyone = [one["address"] for one in row.recipients]
        own = row.reply_to.casefold()
        copied = {one["address"] for one in row.recipients if _gets_a_copy(one["name"], content)}
        to = [address for address in everyone if address.casefold() != own and address not in copied] or everyone
        made = mail.letter(
            server,
            to,
            content.subject,
            contents.as_message(content),
            message_id=str(row.id),
            sender_name=content.signer.partition("\n")[0] or row.asked_by_name,
            reply_to=row.reply_to,
            copy_to=[address for address in everyone if address not in to],
            attachments=[Attachment(f"{self.letter.kind.replace('_', '-')}.pdf", "application/pdf", pdf)],
        )
        return made, everyone

    def end(self, row: LetterSending, state: str, problem: str, handed: Handed | None) -> None:
        case = db.session.get_one(Case, row.case_id)
        row.state, row.problem = state, problem
        if handed is not None and state == "accepted":
            row.answer = handed.answer
            row.recipients = [_answered(one, handed) for one in row.recipients]
            recording.went_out(case, self.letter, row, today(case), by=db.session.get_one(User, row.asked_by))
        elif state == "refused":
            row.done_at = now()
            if self.letter.state == "sending":
                self.letter.state = "draft"
            audit.record(case, "letters:letter:refused", by=None, subject=self.letter.id)
            self._tell(row, "A letter was not sent.")
        else:
            self._tell(row, "Nobody knows whether a letter went out. Look before you send it again.")

    def _tell(self, row: LetterSending, words: str) -> None:
        """Tell whoever asked for it: by now they may be on another page."""
        news = News(
            row.case_id,
            "needs_attention",
            words,
            lines=(row.problem,),
            page="letters.show",
            arguments={"letter_id": str(self.letter.id)},
            to=[row.asked_by] if row.asked_by else [],
        )
        tell([news], change_id=row.id, but=row.id)  # nobody: the person in whose name this runs does not know yet


def deliver(sending_id: UUID) -> None:
    """Do what was queued. Raises posting.TryAgain."""
    LetterPosting(sending_id).run()


def _gets_a_copy(name: str, content: Content) -> bool:
    """Whether the letter names somebody among the copies alone."""
    return bool(name) and name in content.copies and name not in content.to


def _answered(one: dict[str, Any], handed: Handed) -> dict[str, Any]:
    refused = handed.refused.get(one["address"])
    return one | {"refused": refused} if refused else one
