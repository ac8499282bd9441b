"""Pages of letters: the list, how one is begun, the draft with its versions, and what it looks like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.citations import queries as citations
from casemgr.citations.showing import with_papers_named
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.letters import citing, forms, gathering, queries, richtext, sending_views, services
from casemgr.letters.blueprint import LETTER, LETTERS, bp, letter_or_404, place_url, sees_drafts
from casemgr.letters.checking import Look
from casemgr.letters.content import Content, differing, printed
from casemgr.letters.forms import DraftForm
from casemgr.letters.kinds import GROUPS, Kind, kinds
from casemgr.letters.models import OutgoingLetter
from casemgr.letters.services import LetterRefused
from casemgr.platform import page_drawing
from casemgr.platform.locking import StaleForm
from casemgr.platform.page_drawing import NotDrawn, Pages
from casemgr.storage.names import content_disposition
from casemgr.storage.objects import ObjectMissing
from casemgr.web import page_preview
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

__all__ = ["bp", "sending_views"]
TAB = "letters.index"
LIVE = "live"


@bp.get(LETTERS)
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> Any:
    access = case_access()
    drafts = sees_drafts(access)
    known = queries.kinds_for(access.case)
    return render_template(
        "letters/index.html",
        case=access.case,
        letters=queries.letters_of(access.case, drafts=drafts),
        suggested=queries.suggested(access.case) if drafts else [],
        groups=[(group, [kind for kind in known if kind.group == group]) for group in GROUPS] if drafts else [],
    )


@bp.route(f"{LETTERS}/new/<kind>", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def begin(case_id: UUID, kind: str) -> Any:
    """What the letter is for and what it must say; then its draft is made from the facts of the case."""
    access = case_access()
    case = access.case
    found = kinds().get(kind) or abort(404)
    asked = [choice for choice in found.choices if services.setting_of(case, {}).fits(choice)]
    asks_voice = access.organization.kind != gathering.FAMILY and not found.signed_by
    form = forms.begin_form(asked, asks_voice=asks_voice)
    if form.validate_on_submit():
        own_id, chosen = form.submission.uuid, form.chosen
        row, _made = make_once(
            OutgoingLetter,
            own_id,
            case_id,
            lambda: services.begin(
                case, found, chosen, organization=access.organization, by=current_user, letter_id=own_id
            ),
        )
        return redirect(url_for(".show", case_id=case_id, letter_id=row.id))
    page = render_template(
        "letters/begin.html",
        case=case,
        case_tab=TAB,
        kind=found,
        form=form,
        hints={choice.key: {one.value: one.hint for one in choice.options if one.hint} for choice in asked},
        items=_items(access, found),
        is_own=access.organization.kind == gathering.FAMILY,
        people=gathering.named(case, found),
    )
    return page, 422 if form.errors else 200


def _items(access: Access, kind: Kind) -> list[Any]:
    """Return what the letter must and may say in this case, whatever is chosen, as findings without a gap."""
    case = access.case
    return [
        item
        for item in kind.items
        if item.where.fits(case.state, case.track, case.plan, {key: one[0] for key, one in item.where.when.items()})
    ]


@bp.route(LETTER, methods=["GET", "POST"])
@requires(Permission.CASE_READ)
def show(case_id: UUID, letter_id: UUID) -> Any:
    access = case_access()
    row = letter_or_404(access, letter_id)
    if row.state != "draft":
        return sending_views.letter_page(access, row)
    if not access.allows(Permission.PACKET_EDIT):
        abort(403)
    content = queries.content_of(queries.newest(row))
    form = _draft_form(access, row, content)
    if not form.is_submitted():
        if "missing" in request.args:
            _show_gaps(access, row, form, content)
        return _draft_page(access, row, form, content)
    theirs = None
    if form.validate():
        try:
            services.save(
                access.case,
                row,
                _typed_now(access, form),
                form.said_otherwise.data or [],
                version=form.seen_version,
                by=current_user,
            )
        except (StaleForm, StaleDataError):
            db.session.rollback()
            row = letter_or_404(access, letter_id)
            theirs = queries.content_of(queries.newest(row))
            form.show_version(row.version)
        except LetterRefused as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
            return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))
        else:
            return _after_saving(case_id, letter_id)
    page = _draft_page(access, row, form, citing.with_references(access.case, form.to_content()), theirs)
    return page, 409 if theirs is not None else 422


def _typed_now(access: Access, form: DraftForm) -> Content:
    """Return what was typed, its references as they are kept; those in plain words too, where that was asked for."""
    content = citing.with_references(access.case, form.to_content())
    return citing.made_live(access.case, content) if request.form.get("then") == LIVE else content


def _after_saving(case_id: UUID, letter_id: UUID) -> Any:
    """Go on to what the button named, which saved the letter on the way."""
    then = request.form.get("then", "")
    if then in ("mail", "by_hand"):
        return redirect(url_for(f".{then}", case_id=case_id, letter_id=letter_id))
    flash("Saved. What you cite follows the order of the exhibits now." if then == LIVE else "Saved.")
    return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))


def _draft_form(access: Access, row: OutgoingLetter, content: Content) -> DraftForm:
    """The form, with a tick for each required thing that the letter may say in words of its own."""
    kind, setting = services.kind_of(row), services.setting_of(access.case, row.choices)
    items = [(one.key, one.label) for one in kind.items if one.words and one.blocks and setting.fits(one)]
    known = [(one.id, f"The {one.name}") for one in citing.numberings(access.case)]
    shown = citing.shown(access.case, content, access.visible)
    return forms.draft_form(today(access.case), shown, row.said_otherwise, items, known, row.version)


def _show_gaps(access: Access, row: OutgoingLetter, form: DraftForm, content: Content) -> None:
    """Put what keeps the letter from being sent beside the field that it is about."""
    for one in services.look(access.case, row, content).stops:
        field = form[one.item.key] if one.item.key in ("to", "signer") else form.body
        field.errors = [*field.errors, f"{one.item.label}: {one.gap}"]


def _draft_page(
    access: Access, row: OutgoingLetter, form: DraftForm, content: Content, theirs: Content | None = None
) -> Any:
    case = access.case
    slots, used = gathering.slots_of(case, gathering.voice_in(row, access.organization)), citing.without_sent(row.used)
    return render_template(
        "letters/draft.html",
        case=case,
        case_tab=TAB,
        letter=row,
        kind=services.kind_of(row),
        form=form,
        rich=richtext.to_html(citing.shown(case, content, access.visible).body, marked=True),
        look=_look(access, row, content, form),
        used=[(one, place_url(case, one)) for one in used],
        changed=gathering.since_changed(used, slots),
        saved=queries.newest(row),
        is_grown=gathering.is_grown(case),
        dates=queries.dates_for(case, services.kind_of(row)),
        last=next(iter(queries.sendings_of(row)), None),
        conflict_rows=dict(zip(("theirs", "mine"), _compared(theirs, content), strict=True)) if theirs else None,
        **_exhibits(access, content, form),
    )


def _exhibits(access: Access, content: Content, form: DraftForm) -> dict[str, Any]:
    """What the page needs to show and take references to exhibits."""
    known = citing.numberings(access.case)
    said = citing.looked_at(access.case, content, access.visible)
    ids = [one.id for one in known]
    return {
        "said": [("", "", said, [])],
        "chips": citing.chips(access.case, content, known, access.visible),
        "typed": citing.typed(content, known),
        "exhibits": citations.choices(access.case, known, access.visible)[0],
        "example": known[0].places[0].label if known else "",
        "asks_whose": len(ids) > 1 or (form.exhibits_of.data or "") not in ("", *ids),
    }


def _look(access: Access, row: OutgoingLetter, content: Content, form: DraftForm) -> Look:
    return services.look(access.case, row, content, form.said_otherwise.data or [])


def _compared(one: Content, other: Content) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (label, value) of what differs, with the papers named that are cited."""
    return differing(*(replace(each, body=richtext.changed(each.body, with_papers_named)) for each in (one, other)))


@bp.post(f"{LETTER}/preview")
@requires(Permission.PACKET_EDIT)
def preview(case_id: UUID, letter_id: UUID) -> Any:
    """The letter as it is typed now, as pictures of its pages, and what is missing from it. Nothing is kept."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    form = _draft_form(access, row, queries.content_of(queries.newest(row)))
    if not form.validate():
        return page_preview.as_json(page_preview.not_drawn_for(form))
    content = citing.with_references(access.case, form.to_content())
    stops = [f"{one.item.label}: {one.gap}" for one in _look(access, row, content, form).stops]
    looks = page_preview.looks_of(lambda: _drawn(access, row, content, pictures=True))
    return page_preview.as_json(looks, stops=stops)


def _drawn(access: Access, row: OutgoingLetter, content: Content, *, pictures: bool) -> Pages:
    made_at = queries.newest(row).saved_at
    content = citing.worded(content, citing.labels(access.case, content))
    look = gathering.look_of(row, access.organization)
    letter = printed(content, look=look, on=today(access.case), made_at=made_at)
    db.session.rollback()  # a transaction is not held open while pages are drawn
    return page_drawing.draw(letter, pictures=pictures)


@bp.get(f"{LETTER}/page/<int:number>.png")
@requires(Permission.PACKET_EDIT)
def picture(case_id: UUID, letter_id: UUID, number: int) -> Any:
    """A page of the letter as it is saved, for a browser without a script."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    try:
        pages = _drawn(access, row, queries.content_of(queries.newest(row)), pictures=True)
    except NotDrawn:
        abort(404)
    if not 1 <= number <= len(pages.pictures):
        abort(404)
    return Response(pages.pictures[number - 1], mimetype="image/png")


@bp.get(f"{LETTER}/pdf")
@requires(Permission.CASE_READ)
def pdf(case_id: UUID, letter_id: UUID) -> Any:
    """The letter as a PDF: the very file that was sent, or the draft as it is saved."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    kind = services.kind_of(row)
    sent = next(
        (one for one in queries.sendings_of(row) if one.state not in ("taken_back", "refused", "stopped")), None
    )
    if row.state != "draft" and sent is not None:
        try:
            data = b"".join(store().open_stream(row.org_id, sent.pdf_sha256))
        except ObjectMissing:
            abort(404)
    else:
        try:
            data = _drawn(access, row, queries.content_of(queries.newest(row)), pictures=False).pdf
        except NotDrawn as problem:
            flash(str(problem), "error")
            return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = content_disposition(f"{kind.kind.replace('_', '-')}.pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get(f"{LETTER}/versions")
@requires(Permission.PACKET_EDIT)
def versions(case_id: UUID, letter_id: UUID) -> Any:
    """Every saved version, newest first."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    return render_template(
        "letters/versions.html",
        case=access.case,
        case_tab=TAB,
        letter=row,
        kind=services.kind_of(row),
        versions=[(one, one.content.get("subject", "")) for one in queries.versions_of(row)],
    )


@bp.get(f"{LETTER}/versions/<int:number>")
@requires(Permission.PACKET_EDIT)
def version(case_id: UUID, letter_id: UUID, number: int) -> Any:
    """One saved version, to read."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    saved = queries.version(row, number) or abort(404)
    content = queries.content_of(saved)
    newest = queries.version(row) or saved
    words = citing.as_sent(row, content).body if saved.number == row.sent_version else content.body
    then, now = _compared(content, queries.content_of(newest))
    return render_template(
        "letters/version.html",
        case=access.case,
        case_tab=TAB,
        letter=row,
        kind=services.kind_of(row),
        saved=saved,
        newest=newest,
        changes=[(label, before, after) for (label, before), (_label, after) in zip(then, now, strict=True)],
        content=content,
        rich=richtext.to_html(richtext.changed(words, with_papers_named), marked=True),
    )


@bp.post(f"{LETTER}/versions/<int:number>/restore")
@requires(Permission.PACKET_EDIT)
def restore(case_id: UUID, letter_id: UUID, number: int) -> Any:
    """Bring an older version back as the newest one."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    form = forms.VersionForm()
    try:
        services.restore(access.case, row, number, version=form.seen_version, by=current_user)
    except (StaleForm, StaleDataError):
        db.session.rollback()
        flash("Someone saved this letter meanwhile. Look at the newest version first.", "warning")
        return redirect(url_for(".versions", case_id=case_id, letter_id=letter_id))
    except LetterRefused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
    else:
        flash(f"Version {number} is back, as the newest one.")
    return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))


@bp.route(f"{LETTER}/discard", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def discard(case_id: UUID, letter_id: UUID) -> Any:
    access = case_access()
    row = letter_or_404(access, letter_id)
    form = forms.VersionForm()
    if not form.is_submitted():
        return render_template(
            "letters/discard.html", case=access.case, case_tab=TAB, letter=row, kind=services.kind_of(row)
        )
    try:
        services.discard(access.case, row, version=form.seen_version, by=current_user)
    except (StaleForm, StaleDataError, LetterRefused) as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))
    flash("The draft was thrown away.")
    return redirect(url_for(".index", case_id=case_id))
