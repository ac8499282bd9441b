"""Start a case in three short steps. Nothing is in the database until the last one is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.access import access_to_case, active_membership
from casemgr.accounts.models import Organization
from casemgr.cases import drafts, services
from casemgr.cases.blueprint import bp
from casemgr.cases.clock import today_in
from casemgr.cases.drafts import Draft, DraftTooLarge
from casemgr.cases.forms import ConcernForm, PeopleForm, StudentForm
from casemgr.cases.records import NewCase, PersonRecord
from casemgr.cases.tracks import suggested_track
from casemgr.platform.tenancy import Scope, acting_in
from casemgr.web.permissions import Permission, in_organization

STEPS = ["The student", "The people", "The concern"]
USUAL_ROLES = ("parent", "special_education_director", "teacher")
BLANK = {"role": ""}
UNSENT = {"csrf": False}
TOO_LARGE = (
    "That is more than we can hold between the steps, so nothing was kept from this page. Shorten the longest text, or "
    "remove some people for now: on the case’s own pages there is room for any number of people and any length."
)
CHANGED = "Another tab or window is starting a case for a different student. Check the steps below before you go on."


@bp.route("/cases/new", methods=["GET", "POST"])
@in_organization(Permission.CASE_CREATE)
def new() -> ResponseReturnValue:
    organization = _organization()
    draft = drafts.current() or Draft()
    form = _student_form(organization, None if request.method == "POST" else draft)
    if form.validate_on_submit():
        try:
            _keep_student(draft, form)
        except DraftTooLarge:
            form.form_errors.append(TOO_LARGE)
        else:
            return redirect(url_for("cases.new_people"))
    status = 422 if form.errors else 200
    return render_template("cases/new_student.html", form=form, steps=STEPS, draft=draft, place=organization), status


def _student_form(organization: Organization, draft: Draft | None) -> StudentForm:
    day = today_in(organization.timezone)
    if draft is not None and draft.student:
        return StudentForm(drafts.as_sent(draft.student), today=day)
    return StudentForm(today=day, state=organization.state)


def _keep_student(draft: Draft, form: StudentForm) -> None:
    """Keep step 1 under a fresh token, so that pages of another student's steps are noticed."""
    answers = drafts.typed(form)
    concern = dict(draft.concern)
    if answers.get("plan") != draft.student.get("plan"):
        concern.pop("track", None)  # the suggestion follows the plan
    drafts.keep(Draft(str(uuid4()), answers, draft.people, concern))


@bp.post("/cases/new/forget")
@in_organization(Permission.CASE_CREATE)
def new_forget() -> ResponseReturnValue:
    drafts.forget()
    return redirect(url_for("cases.new"))


@bp.route("/cases/new/people", methods=["GET", "POST"])
@in_organization(Permission.CASE_CREATE)
def new_people() -> ResponseReturnValue:
    draft = drafts.current()
    if draft is None:
        return _without_a_draft()
    form = PeopleForm() if request.method == "POST" else PeopleForm(data={"people": _rows(draft)})
    return _step("cases/new_people.html", draft, form, lambda: _answer_people(draft, form))


def _answer_people(draft: Draft, form: PeopleForm) -> ResponseReturnValue | None:
    """Do what the pressed button says: add a row, take one out, go back, or go on. None: the form has errors."""
    rows = [row.data for row in form.people]
    go = request.form.get("go", "on")
    where = url_for("cases.new_concern")
    if go == "add":
        rows.append(BLANK)
        where = url_for("cases.new_people", _anchor=f"person-{len(rows)}")
    elif go.startswith("remove-"):
        rows = [row for place, row in enumerate(rows) if go != f"remove-{place}"]
        where = url_for("cases.new_people")
    elif go == "back":
        where = url_for("cases.new")
    elif not form.validate():
        return None
    else:
        rows = [row.data for row in form.people if not row.form.is_blank] or rows[:1]
    people = [{name: text for name, text in row.items() if text} or BLANK for row in rows]
    drafts.keep(Draft(draft.token, draft.student, people, draft.concern))
    return redirect(where)


def _rows(draft: Draft) -> list[dict[str, str]]:
    """The people so far; at first the usual three, with the person's own name when they are the parent."""
    if draft.people:
        return draft.people
    rows = [{"role": role} for role in USUAL_ROLES]
    if current_user.persona == "parent":
        rows[0] |= {"name": current_user.name, "email": current_user.email}
    return rows


@bp.route("/cases/new/concern", methods=["GET", "POST"])
@in_organization(Permission.CASE_CREATE)
def new_concern() -> ResponseReturnValue:
    draft = drafts.current()
    if made := _made_before(request.form.get("draft", "")):
        return redirect(url_for("cases.show", case_id=made))
    if draft is None:
        return _without_a_draft()
    organization = _organization()
    day = today_in(organization.timezone)
    student = StudentForm(drafts.as_sent(draft.student), today=day, meta=UNSENT)
    people = PeopleForm(None, data={"people": draft.people}, meta=UNSENT).to_people()
    if not student.validate():
        return redirect(url_for("cases.new"))
    suggestion = suggested_track(student.plan.data)
    form = _concern_form(draft, day, student.born_on.data, suggestion.track)

    def answer() -> ResponseReturnValue | None:
        if request.form.get("go") == "back":
            drafts.keep(Draft(draft.token, draft.student, draft.people, drafts.typed(form)))
            return redirect(url_for("cases.new_people"))
        if not form.validate():
            return None
        case = services.start_case(_new_case(draft, student, people, form), by=current_user, org_id=organization.id)
        drafts.forget()
        flash("The case is open. Below is what to do next.")
        return redirect(url_for("cases.show", case_id=case.id))

    shown = {"student": student, "people": people, "suggestion": suggestion, "place": organization}
    return _step("cases/new_concern.html", draft, form, answer, **shown)


def _concern_form(draft: Draft, day: date, birthday: date, track: str) -> ConcernForm:
    if request.method == "POST":
        return ConcernForm(today=day, birthday=birthday)
    answers = {"concern_on": day.isoformat(), "track": track} | draft.concern
    return ConcernForm(drafts.as_sent(answers), today=day, birthday=birthday)


def _new_case(draft: Draft, student: StudentForm, people: tuple[PersonRecord, ...], form: ConcernForm) -> NewCase:
    return NewCase(
        id=draft.case_id,
        student=student.to_student(),
        state=student.state.data,
        plan=student.plan.data,
        people=people,
        concern=form.concern.data,
        concern_on=form.concern_on.data,
        track=form.track.data,
        track_note=form.track_note.data,
    )


def _step(
    template: str,
    draft: Draft,
    form: PeopleForm | ConcernForm,
    answer: Callable[[], ResponseReturnValue | None],
    **shown: Any,
) -> ResponseReturnValue:
    """Answer one step: what the sent form leads to, or the page, with the typed text and what is in the way."""
    status = 200
    if form.is_submitted():
        status = 422
        if form.draft.data != draft.token:
            status = 409
            form.form_errors.append(CHANGED)
        else:
            try:
                if answered := answer():
                    return answered
            except DraftTooLarge:
                form.form_errors.append(TOO_LARGE)
    form.draft.raw_data, form.draft.data = None, draft.token
    return render_template(template, form=form, steps=STEPS, draft=draft, **shown), status


def _made_before(token: str) -> UUID | None:
    """Return the case that this very form made when it was sent before: a double click, or Back and again."""
    try:
        case_id = UUID(token)
    except ValueError:
        return None
    with acting_in(Scope(None, current_user.id)):
        access = access_to_case(current_user, case_id)
        return case_id if access is not None else None


def _without_a_draft() -> ResponseReturnValue:
    flash("Start with the student; the other steps follow.", "warning")
    return redirect(url_for("cases.new"))


def _organization() -> Organization:
    membership = active_membership(current_user)
    assert membership is not None, "the door asks for one"
    return membership.organization
