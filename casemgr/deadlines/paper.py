"""The paper behind a fact, when it is added together with the fact."""

from __future__ import annotations

from flask import current_app
from flask_login import current_user

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.deadlines.forms import FactForm
from casemgr.documents import intake
from casemgr.documents import queries as documents
from casemgr.documents import services as papers
from casemgr.documents.services import PaperDetails
from casemgr.extensions import db


def max_upload_bytes() -> int:
    return current_app.config["SETTINGS"].max_upload_bytes


def take_paper(access: Access, form: FactForm) -> bool:
    """Take in the file that came with the form, and choose it as the paper of the fact.

    It stays a paper of the case even when the fact is refused: a browser cannot show a chosen file again.
    Returns False, with the reason beside the field, for a file that is not taken."""
    file = form.upload.data
    if not file or not file.filename:
        return True
    if not access.allows(Permission.DOCUMENT_ADD):
        form.upload.errors = ["You may not add papers to this case. Choose one that is there."]
        return False
    case, visible, org_id = access.case, access.visible, access.case.org_id
    try:
        with intake.one_of_few(current_user.id):
            db.session.rollback()  # a slow upload must not hold a transaction open
            taken = intake.take_in(org_id, file.stream, file.filename, size=None, max_bytes=max_upload_bytes())
    except intake.NotTaken as refusal:
        form.upload.errors = [str(refusal)]
        return False
    document, _ = papers.receive(
        case, taken.stored, taken.file_type, taken.name, PaperDetails(), by=current_user, visible=visible
    )
    choice = (str(document.id), documents.label(document))
    if choice[0] not in {value for value, _ in form.document.choices}:
        form.document.choices = [*form.document.choices, choice]
    form.document.data, form.document.raw_data = choice[0], [choice[0]]
    return True
