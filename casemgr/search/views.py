"""The search box: over all of a person's cases, and inside one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.roles import Permission
from casemgr.cases.lists import Workplace, workplaces_of
from casemgr.cases.models import Case
from casemgr.cases.queries import people_of, person
from casemgr.cases.roles import PERSON_ROLES
from casemgr.documents.kinds import DOCUMENT_KINDS, VISIBILITIES, choices_for
from casemgr.evidence.kinds import EVIDENCE_KINDS
from casemgr.issues import queries as issues
from casemgr.reading.audiences import AUDIENCES
from casemgr.search import forms, names, queries, words
from casemgr.search.queries import Section, Wanted
from casemgr.search.showing import Hit
from casemgr.web.permissions import case_access, requires, signed_in

bp = Blueprint("search", __name__)
MOST_NAMES = 20_000


@bp.app_template_global()
def search_url() -> str:
    """Where the box in the header searches: on a page of a case in that case, else in all of them."""
    return url_for("search.in_case", case_id=g.access.case.id) if "access" in g else url_for("search.index")


@bp.get("/search")
@signed_in
def index() -> ResponseReturnValue:
    asked = forms.read(request.args)
    places = workplaces_of(current_user)
    found = _find(places, asked, Wanted(words.read(asked.q)))
    return render_template("search/index.html", **found, many_cases=True, visibility_choices=choices_for(VISIBILITIES))


@bp.get("/cases/<uuid:case_id>/search")
@requires(Permission.CASE_READ)
def in_case(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    asked = forms.read(request.args, access.visible)
    chosen = person(access.case, asked.person) if asked.person else None
    wanted = Wanted(words.read(asked.q), case_id=case_id, person=chosen, issue_id=asked.issue)
    here = [place for place in workplaces_of(current_user) if place.org_id == access.case.org_id]
    return render_template(
        "search/in_case.html",
        **_find(here, asked, wanted, access.case),
        many_cases=False,
        case=access.case,
        people=[(str(one.id), one.name) for one in people_of(access.case)],
        issues=issues.choices(access.case),
        visibility_choices=choices_for(access.visible),
    )


def _find(places: Sequence[Workplace], asked: forms.Asked, wanted: Wanted, case: Case | None = None) -> dict[str, Any]:
    """What the page shows: the sections, why there are none, and names that are nearly those typed."""
    wanted = replace(
        wanted,
        what=asked.what,
        paper_kind=asked.kind,
        visibility=asked.visibility,
        since=asked.since,
        until=asked.until,
        page=asked.page,
    )
    is_question = bool(wanted.words) and queries.question(wanted.words) != ""
    sections: list[Section] = queries.find(places, wanted) if is_question else []
    nearly = _nearly(places, asked.q, wanted, of_papers=not sections)
    instead = nearly[0] if nearly and not sections else ""
    if instead:  # nothing says what was typed, and a name is nearly that
        sections = queries.find(places, replace(wanted, words=words.read(instead)))
    return {
        "asked": asked,
        "instead": instead if sections else "",
        "wanted": wanted,
        "sections": sections,
        "is_question": is_question,
        "nearly": nearly,
        "url_here": _address(case),
        "url_of": lambda hit: hit_url(hit, instead or asked.q),
        "audiences": AUDIENCES,
        "kinds": DOCUMENT_KINDS,
        "entry_kinds": EVIDENCE_KINDS,
        "person_roles": PERSON_ROLES,
    }


def _nearly(places: Sequence[Workplace], typed: str, wanted: Wanted, *, of_papers: bool) -> list[str]:
    """The search as it would be with a name that is nearly one of the words."""
    if not wanted.words.names:
        return []
    near = names.near(wanted.words.names, queries.names_of(places, wanted.case_id, MOST_NAMES, of_papers=of_papers))
    return [typed.replace(word, name) for word, found in near.items() for name in found]


def _address(case: Case | None) -> Any:
    def address(**arguments: object) -> str:
        if case is None:
            return url_for("search.index", **arguments)
        return url_for("search.in_case", case_id=case.id, **arguments)

    return address


def hit_url(hit: Hit, q: str = "") -> str:
    """The page where a hit is: of a paper, the page of it in the reader, with the words marked."""
    if hit.kind == "paper" and hit.page:
        return url_for("reading.show", case_id=hit.case_id, document_id=hit.id, page=hit.page, q=q or None)
    if hit.kind == "paper":
        return url_for("documents.show", case_id=hit.case_id, document_id=hit.id)
    if hit.kind == "note":
        return url_for(
            "reading.show", case_id=hit.case_id, document_id=hit.paper, page=hit.page, _anchor=f"note-{hit.id}"
        )
    if hit.kind == "entry":
        return url_for("evidence.show", case_id=hit.case_id, entry_id=hit.id)
    if hit.kind == "issue":
        return url_for("issues.show", case_id=hit.case_id, issue_id=hit.id)
    if hit.kind == "person":
        return url_for("cases.people", case_id=hit.case_id)
    return url_for("cases.show", case_id=hit.case_id)
