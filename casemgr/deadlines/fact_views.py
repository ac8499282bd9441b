"""Pages that record, correct and take back facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import choosing, forms, listing, preview, queries, recording
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.forms import FactForm, RetractForm
from casemgr.deadlines.models import Fact
from casemgr.deadlines.paper import max_upload_bytes, take_paper
from casemgr.deadlines.services import FactRefused, NewFact
from casemgr.documents import queries as documents
from casemgr.extensions import db
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind
from casemgr.proceedings import words
from casemgr.proceedings.models import Proceeding
from casemgr.proceedings.queries import proceeding as proceeding_of
from casemgr.web.filters import plural, short_date
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires
from casemgr.web.voice import told

MOST_NAMED = 3


@bp.route("/cases/<uuid:case_id>/facts/new", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def new_fact(case_id: UUID) -> ResponseReturnValue:
    """Choose a kind; then the form for that kind."""
    access = case_access()
    if "kind" not in request.args:
        return _choose(access.case)
    kind = _kind(request.args["kind"])
    if request.method == "GET" and kind in choosing.LOGGED:
        return redirect(_in_the_log(case_id, kind))
    form = _form(access, kind, given=_prefilled())
    new = _told(access, form)
    if new is not None and not _only_looking():
        try:
            row, made = make_once(Fact, new.id, case_id, lambda: recording.record(access.case, new, by=current_user))
        except FactRefused as refusal:
            db.session.rollback()
            form.show_refusal(refusal)
        else:
            flash(_recorded(access.case, row) if made else "This fact was recorded already.")
            return redirect(url_for(".index", case_id=case_id))
    page = render_template(
        "deadlines/fact.html",
        case=access.case,
        form=form,
        info=FACTS[kind],
        starts=choosing.starts(access.case.state, kind),
        two_days=choosing.two_days(access.case, kind),
        is_a_move=choosing.is_a_move(kind),
        effects=preview.effects(access.case, new) if new is not None else None,
        max_upload=max_upload_bytes(),
    )
    return page, _status(form)


@bp.get("/cases/<uuid:case_id>/facts/<uuid:fact_id>")
@requires(Permission.CASE_READ)
def show_fact(case_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    """One fact: how it is known, what hangs on it, and what was said before it was put right."""
    access = case_access()
    row = queries.fact(access.case, fact_id) or abort(404)
    versions = queries.versions_of(row)
    return render_template(
        "deadlines/show_fact.html",
        case=access.case,
        fact=row,
        info=FACTS[FactKind(row.kind)],
        newest=versions[-1],
        versions=versions,
        hanging=listing.hanging_on(access.case, versions[-1]),
        proceeding=proceeding_name(own) if (own := _proceeding_of(access.case, row)) else "",
        papers=dict(documents.choices(access.case, access.visible)),
    )


@bp.route("/cases/<uuid:case_id>/facts/<uuid:fact_id>/correct", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def correct_fact(case_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    access = case_access()
    old = _current(access.case, fact_id)
    form = _form(access, FactKind(old.kind), old=old)
    new = _told(access, form, old)
    if new is not None and not _only_looking():
        try:
            make_once(
                Fact,
                new.id,
                case_id,
                lambda: recording.correct(access.case, old, new, form.reason.data, by=current_user),
            )
        except FactRefused as refusal:
            db.session.rollback()
            form.show_refusal(refusal)
        else:
            flash("Corrected. The deadlines were counted anew; the old entry stays in the record.")
            return redirect(url_for(".index", case_id=case_id))
    page = render_template(
        "deadlines/correct.html",
        case=access.case,
        form=form,
        info=FACTS[FactKind(old.kind)],
        old=old,
        two_days=choosing.two_days(access.case, FactKind(old.kind)),
        effects=preview.effects(access.case, new, old) if new is not None else None,
        max_upload=max_upload_bytes(),
    )
    return page, _status(form)


def _told(access: Access, form: FactForm, old: Fact | None = None) -> NewFact | None:
    """Return the fact that was sent, if it can be read. A paper that came along is kept in any case."""
    if not form.is_submitted():
        return None
    readable = form.validate()
    if not take_paper(access, form) or not readable:
        return None
    new = form.to_fact()
    return new if old is None else _as_before(form, new, old)


def _as_before(form: FactForm, new: NewFact, old: Fact) -> NewFact:
    """Keep what the form of this kind does not ask."""
    asked = {field.name.removeprefix(forms.DETAIL) for field in form.details}
    kept = {key: value for key, value in old.details.items() if key not in asked}
    return replace(
        new,
        entry_id=old.entry_id,
        details=kept | new.details,
        by_party=new.by_party if "by_party" in form else old.by_party,
        how=new.how if "how" in form else old.how,
    )


def _only_looking() -> bool:
    return "preview" in request.form


@bp.route("/cases/<uuid:case_id>/facts/<uuid:fact_id>/retract", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def retract_fact(case_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    access = case_access()
    old = _current(access.case, fact_id)
    form = RetractForm()
    if form.validate_on_submit():
        try:
            stepped_back = recording.retract(access.case, old, form.reason.data, by=current_user)
        except FactRefused as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            flash("Taken back. It stays in the record, and the deadlines were counted anew.")
            if stepped_back is not None:
                flash(_stepped_back(stepped_back))
            return redirect(url_for(".index", case_id=case_id))
    page = render_template("deadlines/retract.html", case=access.case, form=form, old=old)
    return page, _status(form)


def _stepped_back(row: Proceeding) -> str:
    now = f"{words.PROCEEDINGS[row.kind]} is back at: {words.step_name(row.step)}."
    return f"{now} If the case itself moved because of it, undo that move in the history."


def _choose(case: Case) -> ResponseReturnValue:
    text = request.args.get("q", "").strip()[:80]
    return render_template(
        "deadlines/choose.html",
        case=case,
        text=text,
        likely=[] if text else choosing.likely(case),
        groups=choosing.groups(case.track, text),
    )


def _in_the_log(case_id: UUID, kind: FactKind) -> str:
    """Where a removal is logged instead: the log counts its days, and its facts follow from it."""
    if removal := choosing.LOGGED[kind]:
        return url_for("discipline.new", case_id=case_id, kind=removal.value)
    flash("Enter it in the discipline log: correct the removal, with its last day. The count follows from it.")
    return url_for("discipline.index", case_id=case_id)


def _kind(text: str) -> FactKind:
    """Return a kind that people record; birthdays follow from the date of birth."""
    if text not in FACTS or FACTS[FactKind(text)].group == choosing.WORKED_OUT:
        abort(404)
    return FactKind(text)


def _current(case: Case, fact_id: UUID) -> Fact:
    row = queries.fact(case, fact_id)
    if row is None or row.is_retraction:
        abort(404)
    return row


def _prefilled() -> dict[str, Any]:
    """Return what a link can fill in: the proceeding and the paper."""
    asked = {
        "proceeding": request.args.get("proceeding"),
        "document": request.args.get("document"),
    }
    return {name: value for name, value in asked.items() if value}


def _form(access: Access, kind: FactKind, *, given: dict[str, Any] | None = None, old: Fact | None = None) -> FactForm:
    papers = documents.choices(access.case, access.visible)
    own = [(str(row.id), proceeding_name(row)) for row in choosing.open_proceedings(access.case, kind)]
    if old is not None:
        given = forms.given_by(old)
        papers += [(text, "The paper chosen before") for text in _not_offered(given["document"], papers)]
        own += [(text, _old_proceeding(access.case, old)) for text in _not_offered(given["proceeding"], own)]
    rules = _rules(access.case, kind)
    return forms.make(
        kind,
        papers=papers,
        proceedings=own,
        rules=rules,
        state=access.case.state,
        case_today=today(access.case),
        given=given,
        is_correction=old is not None,
    )


def _not_offered(chosen: str, offered: list[tuple[str, str]]) -> list[str]:
    return [chosen] if chosen and chosen not in {value for value, _ in offered} else []


def _proceeding_of(case: Case, row: Fact) -> Proceeding | None:
    return proceeding_of(case, row.proceeding_id) if row.proceeding_id else None


def _old_proceeding(case: Case, old: Fact) -> str:
    row = _proceeding_of(case, old)
    return proceeding_name(row) if row else "The proceeding chosen before"


def proceeding_name(row: Proceeding) -> str:
    """Return a proceeding as a choice of a form ("Mediation since Nov 2, 2026, no. 12")."""
    number = f", no. {row.docket_number}" if row.docket_number else ""
    ended = ", ended" if row.ended_on else ""
    return f"{words.PROCEEDINGS[row.kind]} since {short_date(row.opened_on)}{number}{ended}"


def _rules(case: Case, kind: FactKind) -> list[tuple[str, str]]:
    """Return the deadlines of the case that a fact of this kind may change, by rule id."""
    if all(detail.key != forms.RULE for detail in FACTS[kind].details):
        return []
    rulebook = rulebook_for(case.state)
    extendable = {rule.id for rule in rulebook.rules if rule.extension}
    found = {row.rule_id: told(row.title) for row in queries.deadlines_of(case) if row.state != "superseded"}
    if kind is FactKind.DEADLINE_EXTENDED:
        found = {rule: title for rule, title in found.items() if rule in extendable}
    return list(found.items())


def _recorded(case: Case, row: Fact) -> str:
    """Say that it was recorded and which deadlines it started."""
    started = recording.started_by(case, row)
    if not started:
        return "Recorded."
    named = [
        f"{told(one.title)} ({short_date(one.act_by)})" if one.act_by else told(one.title)
        for one in started[:MOST_NAMED]
    ]
    more = f", and {len(started) - MOST_NAMED} more" if len(started) > MOST_NAMED else ""
    return f"Recorded. {plural(len(started), 'deadline')} started: {'; '.join(named)}{more}."


def _status(form: Any) -> int:
    return 422 if (form.errors or form.form_errors) and not _only_looking() else 200
