"""Pages: what can be done now, moving the case, its history, and each proceeding."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.models import Fact
from casemgr.deadlines.services import FactRefused, ask_about
from casemgr.extensions import db
from casemgr.law import drawing, stages
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stages import Option, TransitionRefused, Verdict
from casemgr.law.terms import VerdictKind
from casemgr.platform.locking import StaleForm
from casemgr.proceedings import paths, queries, services, words
from casemgr.proceedings.forms import FormOfFacts, MoveForm, PressForm, ProceedingForm, StepForm, UndoForm
from casemgr.proceedings.models import Proceeding, StageMove
from casemgr.proceedings.services import CaseMoved, MoveInput
from casemgr.web.once import made_before, make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("proceedings", __name__)

MOVED_ON = "The case has moved since this page was opened. Nothing was recorded now."


@bp.app_template_global()
def proceeding_words() -> object:
    """Give templates the plain names of `proceedings.words`."""
    return words


@bp.app_template_global()
def stage_is_over(case: Case) -> str:
    """Return how the proceeding of the case's stage ended ("ended without agreement"), or an empty text."""
    own = queries.own_proceeding(case)
    return words.end_name(own.step) if own is not None and own.ended_on is not None else ""


@bp.get("/cases/<uuid:case_id>/next")
@requires(Permission.CASE_READ)
def options(case_id: UUID) -> ResponseReturnValue:
    """What can I do now? Every path from here, with its reason."""
    case = case_access().case
    return render_template(
        "proceedings/options.html",
        case=case,
        paths=paths.from_here(case),
        proceedings=[row for row in queries.proceedings_of(case) if row.ended_on is None],
        notices=rulebook_for(case.state).notices,
    )


@bp.get("/cases/<uuid:case_id>/next/compare")
@requires(Permission.CASE_READ)
def compare(case_id: UUID) -> ResponseReturnValue:
    """The paths side by side: time, cost, what it leads to, stay-put, what is missing."""
    case = case_access().case
    found = paths.from_here(case)
    only_open = request.args.get("show") == "open"
    rows = [*found.open, *found.warned] if only_open else found.all
    return render_template("proceedings/compare.html", case=case, rows=rows, only_open=only_open)


@bp.get("/cases/<uuid:case_id>/next/map")
@requires(Permission.CASE_READ)
def machine_map(case_id: UUID) -> ResponseReturnValue:
    """The machine drawn from the law's tables, with where this case stands in it."""
    case = case_access().case
    steps: dict[str, set[str]] = {}
    for row in queries.proceedings_of(case):
        steps.setdefault(row.kind, set()).add(row.step)
    stages_drawn, *kinds = drawing.machines()
    return render_template(
        "proceedings/map.html",
        case=case,
        stages_drawn=stages_drawn,
        kinds=sorted(kinds, key=lambda machine: machine.key not in steps),
        steps=steps,
    )


@bp.route("/cases/<uuid:case_id>/move/<event>", methods=["GET", "POST"])
@requires(Permission.CASE_MOVE)
def move(case_id: UUID, event: str) -> ResponseReturnValue:
    case = case_access().case
    if made_before(StageMove, request.form.get("submission"), case_id):
        return redirect(url_for("cases.show", case_id=case_id))
    option = _option(case, event)
    form, recorded = _move_form(case, option)
    verdict, moved_on = option.verdict, False
    try:
        found = _carry_out(case, option, form) if form.is_submitted() else verdict
        if found is None:
            flash(f"Recorded: {option.transition.title}.")
            return redirect(url_for("cases.show", case_id=case_id))
        verdict = found
    except CaseMoved:
        db.session.rollback()
        case, moved_on = case_access().case, True
        option = _option(case, event)
        verdict = option.verdict
        form.seen_newest.raw_data, form.seen_newest.data = None, str(queries.newest_number(case))
    if verdict.kind is not VerdictKind.WARNING:
        del form.override_reason
    page = render_template(
        "proceedings/move.html",
        case=case,
        form=form,
        option=option,
        verdict=verdict,
        recorded=recorded,
        moved_on=moved_on,
        forum=paths.forum_of(case, option.transition),
    )
    return page, 409 if moved_on else 422 if form.errors or form.form_errors else 200


@bp.post("/cases/<uuid:case_id>/move/<event>/now")
@requires(Permission.CASE_MOVE)
def move_now(case_id: UUID, event: str) -> ResponseReturnValue:
    """Carry out, at one press, a move whose fact is on record. Where the law has more to ask, the form of it does."""
    case = case_access().case
    home = redirect(url_for("cases.show", case_id=case_id))
    if made_before(StageMove, request.form.get("submission"), case_id):
        return home
    option, form = _option(case, event), PressForm()
    recorded = queries.end_on_record(case, option.transition)
    if recorded is None or option.verdict.kind is not VerdictKind.ALLOWED or not form.validate():
        return redirect(url_for(".move", case_id=case_id, event=event))
    given = MoveInput(recorded.on_date, seen=form.seen_move, id=form.submission.uuid)
    try:
        make_once(StageMove, given.id, case.id, lambda: services.move(case, option.event, given, by=current_user))
    except (CaseMoved, TransitionRefused):
        db.session.rollback()
        flash(MOVED_ON)
    else:
        flash(f"Recorded: {option.transition.title}.")
    return home


def _carry_out(case: Case, option: Option, form: MoveForm) -> Verdict | None:
    """Move the case and return None; else return the verdict to show, the errors put on the form. Raises CaseMoved."""
    if form.seen_move != queries.newest_number(case):
        raise CaseMoved
    if not form.validate():
        return option.verdict
    given = form.to_input()
    verdict = services.check(case, option.event, given.facts)
    if verdict.kind is VerdictKind.WARNING and not given.override_reason:
        form.override_reason.errors = ["Read the warning above. To go on, say why; the reason is kept."]
        return verdict
    try:
        for fact in given.facts:
            ask_about(case, fact)
        make_once(StageMove, given.id, case.id, lambda: services.move(case, option.event, given, by=current_user))
    except (TransitionRefused, FactRefused) as refusal:
        db.session.rollback()
        _show_refusal(form, refusal)
        return verdict
    return None


def _option(case: Case, event: str) -> Option:
    """Return the path that `event` names from the present stage; a refused one has no form, only its reasons."""
    found = stages.options(queries.case_view(case), rulebook_for(case.state))
    option = next((option for option in found if option.event.value == event), None)
    if option is None:
        if paths.is_event(event):
            abort(409, f"{MOVED_ON} This step is not possible from where the case stands now.")
        abort(404)
    return option


def _move_form(case: Case, option: Option) -> tuple[MoveForm, Fact | None]:
    """Return the form of a move, and the fact that ends it where that is on record: then it is not asked again."""
    step = option.transition
    recorded = queries.end_on_record(case, step)
    demands = () if recorded else step.demands
    forum = paths.forum_of(case, step)
    form = MoveForm.asking(demands)(
        step,
        today(case),
        demands=demands,
        data={
            "on_date": recorded.on_date if recorded else today(case),
            "seen_newest": str(queries.newest_number(case)),
            "forum": forum.name if forum else "",
        },
    )
    return form, recorded


def _show_refusal(form: FormOfFacts, refusal: TransitionRefused | FactRefused) -> None:
    if isinstance(refusal, TransitionRefused):
        form.form_errors.extend(reason.text for reason in refusal.reasons)
    else:
        form.show_refusal(refusal)


@bp.get("/cases/<uuid:case_id>/history")
@requires(Permission.CASE_READ)
def history(case_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    moves = queries.moves_of(case)
    standing = queries.standing_moves(case)
    newest = standing[-1] if standing and standing[-1].event != "opened" else None
    return render_template(
        "proceedings/history.html",
        case=case,
        moves=moves,
        undone={row.corrects_id for row in moves if row.corrects_id},
        newest=newest,
        proceedings=queries.proceedings_of(case),
    )


@bp.route("/cases/<uuid:case_id>/history/<uuid:move_id>/undo", methods=["GET", "POST"])
@requires(Permission.CASE_MOVE)
def undo(case_id: UUID, move_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    moves = queries.moves_of(case)
    row = next((row for row in moves if row.id == move_id), None)
    if row is None:
        abort(404)
    if any(later.corrects_id == row.id for later in moves):
        flash("This move is undone already.")
        return redirect(url_for(".history", case_id=case_id))
    form = UndoForm()
    if form.validate_on_submit():
        try:
            services.undo(case, row, form.reason.data, by=current_user)
        except services.CannotUndo as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            flash("The move was undone. Both stay in the history.")
            return redirect(url_for(".history", case_id=case_id))
    page = render_template("proceedings/undo.html", case=case, form=form, move=row)
    return page, 422 if form.errors or form.form_errors else 200


@bp.route("/cases/<uuid:case_id>/proceedings/<uuid:proceeding_id>", methods=["GET", "POST"])
@requires(Permission.CASE_READ)
def show(case_id: UUID, proceeding_id: UUID) -> ResponseReturnValue:
    """One proceeding: where it stands and, for who may, its next step."""
    access = case_access()
    row = _proceeding(access, proceeding_id)
    here = url_for(".show", case_id=case_id, proceeding_id=proceeding_id)
    if request.method == "POST":
        if not access.allows(Permission.FACT_RECORD):
            abort(403)
        if made_before(Fact, request.form.get("submission"), case_id):
            return redirect(here)
    moves = queries.next_steps(row)
    form = StepForm.asking(option.fact for option in moves)(
        moves, today(access.case), data={"on_date": today(access.case)}
    )
    if form.validate_on_submit():
        fact = form.to_fact()
        try:
            ask_about(access.case, replace(fact, proceeding_id=row.id))
            make_once(Fact, fact.id, case_id, lambda: services.advance(access.case, row, fact, by=current_user))
        except (TransitionRefused, FactRefused) as refusal:
            db.session.rollback()
            _show_refusal(form, refusal)
        except StaleDataError:
            db.session.rollback()
            form.form_errors.append("Somebody recorded a step at the same moment. Look at the page and try again.")
        else:
            flash("Recorded. The deadlines were counted anew.")
            return redirect(here)
    case = case_access().case
    row = _proceeding(case_access(), proceeding_id)
    page = render_template(
        "proceedings/show.html",
        case=case,
        row=row,
        moves=moves,
        form=form,
        facts=queries.facts_of(case, proceeding_id),
        stage_waits=bool(row.ended_on) and row == queries.own_proceeding(case),
    )
    return page, 422 if form.errors or form.form_errors else 200


@bp.route("/cases/<uuid:case_id>/proceedings/<uuid:proceeding_id>/edit", methods=["GET", "POST"])
@requires(Permission.CASE_MOVE)
def edit(case_id: UUID, proceeding_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _proceeding(access, proceeding_id)
    form = ProceedingForm(obj=row)
    form.decider.label.text = words.DECIDERS[row.kind]
    versions = None
    if form.validate_on_submit():
        try:
            services.edit_proceeding(
                access.case,
                row,
                {name: form[name].data or "" for name in services.EDITABLE},
                version=form.seen_version,
                by=current_user,
            )
        except (StaleForm, StaleDataError):
            db.session.rollback()
            row = _proceeding(case_access(), proceeding_id)
            versions = _versions(form, row)
        else:
            flash("Saved.")
            return redirect(url_for(".show", case_id=case_id, proceeding_id=proceeding_id))
    page = render_template("proceedings/edit.html", case=access.case, row=row, form=form, versions=versions)
    return page, 409 if versions else 422 if form.errors else 200


def _proceeding(access: Access, proceeding_id: UUID) -> Proceeding:
    return queries.proceeding(access.case, proceeding_id) or abort(404)


def _versions(form: ProceedingForm, row: Proceeding) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return both versions for the conflict component, and let the form go on from the saved one."""
    theirs = [(form[name].label.text, getattr(row, name)) for name in services.EDITABLE]
    mine = [(form[name].label.text, form[name].data or "") for name in services.EDITABLE]
    form.version.raw_data, form.version.data = None, row.version
    return theirs, mine
