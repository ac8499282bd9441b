"""Choose the exhibits of a binder, put them in order, say what each is; replace and withdraw what was served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.exhibit_binders import citing, citing_views, forms, queries, services
from casemgr.exhibit_binders.blueprint import ONE, STALE, binder_or_404, bp
from casemgr.exhibit_binders.models import ExhibitBinder
from casemgr.exhibit_binders.services import Line
from casemgr.extensions import db
from casemgr.filings.services import FilingRefused
from casemgr.platform.locking import StaleForm
from casemgr.web.permissions import case_access, requires

LENGTHS = {"title": 200, "dated": 60, "description": 2_000, "range_reason": 300}
"""Of what is typed: of a description less is kept, since a reference keeps no title."""
DONE = {
    "remove": "Taken out of the binder. The paper itself stays.",
    "sort": "Put in order of their dates.",
    "withdraw": "Withdrawn. Its number stays, and the next supplement says so.",
    "restore": "It stands in the binder again.",
}


@bp.get(f"{ONE}/exhibits")
@requires(Permission.PACKET_EDIT)
def exhibits(case_id: UUID, binder_id: UUID) -> Any:
    access = case_access()
    return _page(access, binder_or_404(access, binder_id))


@bp.post(f"{ONE}/exhibits/add")
@requires(Permission.PACKET_EDIT)
def add(case_id: UUID, binder_id: UUID) -> Any:
    """Add the ticked papers."""
    binder_or_404(case_access(), binder_id)
    chosen = [_id_or_400(value) for value in request.form.getlist("paper")]
    if not chosen:
        flash("Nothing was added. Tick at least one paper.", "warning")
        return _here(case_id, binder_id, "add")

    def do(row: ExhibitBinder, version: int) -> str:
        made = services.add_exhibits(row, chosen, version=version, by=current_user)
        return f"{made} added." if made else "They are exhibits already."

    return _do(case_id, binder_id, do)


@bp.post(f"{ONE}/exhibits/arrange")
@requires(Permission.PACKET_EDIT)
def arrange(case_id: UUID, binder_id: UUID) -> Any:
    """Save what is said and the order, and do what the pressed button says: `up:<id>`, `down:<id>`, `remove:<id>`,
    `withdraw:<id>`, `restore:<id>`, `sort`."""
    verb, _, target = request.form.get("do", "save").partition(":")
    anchor = "order"

    def do(row: ExhibitBinder, version: int) -> str:
        nonlocal anchor
        rows = [one.id for one, _ in queries.rows_of(row)]
        order = _at_typed_places(_in_given_order(rows), rows)
        order = services.proposed_order(row) if verb == "sort" else _moved(order, verb, target)
        services.arrange(row, order, {one: _line(one) for one in rows if f"title-{one}" in request.form},
                         version=version, by=current_user)  # fmt: skip
        if verb in ("withdraw", "restore"):
            reason = " ".join(request.form.get(f"withdrawn-{target}", "").split())[:300]
            if verb == "withdraw" and not reason:
                raise FilingRefused("Say why it is withdrawn: the reason is told with its number.")
            services.withdraw(
                row, _id_or_400(target), reason if verb == "withdraw" else "", version=row.version, by=current_user
            )
        anchor = _where(order, rows, verb, target)
        if verb in ("remove", "save") and citing.troubles(case_access().case, row):
            flash("A text cites what is not here: look at the references on this page and in the checks.", "warning")
        return DONE.get(verb, "Saved.")

    return _do(case_id, binder_id, do, anchor=lambda: anchor)


@bp.route(f"{ONE}/exhibits/<uuid:exhibit_id>/replace", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def replace(case_id: UUID, binder_id: UUID, exhibit_id: UUID) -> Any:
    """Put another paper in the place of one exhibit."""
    access = case_access()
    row = binder_or_404(access, binder_id)
    now = next((one for one in queries.exhibits_now(row) if one.id == str(exhibit_id)), None) or abort(404)
    if request.method == "POST" and request.form.get("paper"):
        paper = _id_or_400(request.form["paper"])

        def do(row: ExhibitBinder, version: int) -> str:
            services.replace_paper(row, exhibit_id, paper, version=version, by=current_user)
            return f"Another paper stands in the place of {now.label}. The number stays."

        return _do(case_id, binder_id, do, anchor="order")
    taken = {str(one.document_id) for one, _ in queries.rows_of(row)}
    papers = [one for one in queries.paper_choices(access.case, access.visible, "") if str(one.id) not in taken]
    page = render_template(
        "exhibit_binders/replace.html", case=access.case, row=row, now=now, papers=papers, kinds_of_paper=DOCUMENT_KINDS
    )
    return page, 422 if request.method == "POST" else 200


def _where(order: list[UUID], before: list[UUID], verb: str, target: str) -> str:
    """Return where the page opens again: at the button that was pressed, so that it can be pressed once more, or else
    at the exhibit, or at the one that took its place."""
    names, old = [str(one) for one in order], [str(one) for one in before]
    if verb in ("up", "down") and target in names and len(names) > 1:
        at_end = {0: "down", len(names) - 1: "up"}.get(names.index(target))
        return f"{at_end or verb}-{target}"
    if verb == "remove" and target in old and names:
        return f"exhibit-{names[min(old.index(target), len(names) - 1)]}"
    return f"exhibit-{target}" if target in names else "order"


def _do(
    case_id: UUID,
    binder_id: UUID,
    do: Callable[[ExhibitBinder, int], str],
    anchor: str | Callable[[], str] = "order",
) -> Any:
    """Do one thing with the binder as the person saw it, and say what was done or why not. `anchor`: where the page
    opens then."""
    access = case_access()
    row = binder_or_404(access, binder_id)
    version = forms.VersionForm().seen_version
    try:
        words = do(row, version)
    except FilingRefused as refusal:
        db.session.rollback()
        return _page(access, binder_or_404(access, binder_id), refusal), 422
    except (StaleForm, StaleDataError):
        db.session.rollback()
        return _page(access, binder_or_404(access, binder_id), FilingRefused(STALE)), 409
    flash(words)
    return _here(case_id, binder_id, anchor if isinstance(anchor, str) else anchor())


def _here(case_id: UUID, binder_id: UUID, anchor: str) -> Any:
    return redirect(url_for(".exhibits", case_id=case_id, binder_id=binder_id, _anchor=anchor))


def _page(access: Access, row: ExhibitBinder, refusal: FilingRefused | None = None) -> str:
    kind, words = request.args.get("kind", ""), request.args.get("words", "").strip()[:200]
    chosen = queries.exhibits_now(row)
    taken = {one.document_id for one in chosen}
    papers = queries.paper_choices(access.case, access.visible, kind, words)
    rows = list(zip(chosen, (one for one, _ in queries.rows_of(row)), strict=True))
    if refusal:  # what was dragged stays where it was dropped
        order = _in_given_order([kept.id for _, kept in rows])
        rows.sort(key=lambda pair: order.index(pair[1].id))
    return render_template(
        "exhibit_binders/exhibits.html",
        case=access.case,
        row=row,
        chosen=rows,
        places={str(kept.id): n for n, (kept, _) in enumerate(queries.rows_of(row), 1)},
        papers=[paper for paper in papers if str(paper.id) not in taken],
        closed=queries.closed_papers(access.case, access.visible),
        kinds_of_paper=DOCUMENT_KINDS,
        evidence=queries.EVIDENCE,
        wanted_kind=kind,
        wanted_words=words,
        is_served=any(one.served_on for one in queries.versions_of(row)),
        refusal=refusal,
        said=lambda name, saved: request.form.get(name, saved) if refusal else saved,
        **citing_views.references_of_exhibits(access, row, chosen),
    )


def _line(one: UUID) -> Line:
    said = {name: " ".join(request.form.get(f"{name}-{one}", "").split())[:most] for name, most in LENGTHS.items()}
    first, last = (_number(f"{name}-{one}") for name in ("first", "last"))
    return Line(**said, first_page=first, last_page=last, is_joint=f"joint-{one}" in request.form)


def _number(name: str) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 6:
        words = f"“{text[:20]}” is no page. Give numbers, such as 3 and 7, or leave both empty."
        raise FilingRefused(words, field=name)
    return int(text)


def _at_typed_places(order: list[UUID], rows: list[UUID]) -> list[UUID]:
    """Move each exhibit whose place was typed anew to that place, counted from 1; beyond the end is the end."""
    wanted = {one: place for n, one in enumerate(rows, 1) if (place := _place(f"place-{one}", n)) != n}
    moved = [one for one in order if one not in wanted]
    for one, place in sorted(wanted.items(), key=lambda pair: pair[1]):
        moved.insert(place - 1, one)
    return moved


def _place(name: str, now: int) -> int:
    text = request.form.get(name, "").strip()
    if text and (not text.isdecimal() or not 1 <= len(text) <= 4 or not int(text)):
        raise FilingRefused(f"“{text[:20]}” is no place. Give a number from 1 on.", field=name)
    return int(text) if text else now


def _in_given_order(rows: list[UUID]) -> list[UUID]:
    """Return the rows in the order of the page, which dragging changes; who was not on the page comes behind."""
    given = [one for one in request.form.getlist("order") if one]
    places = {str(one): n for n, one in enumerate(rows)}
    named = [rows[places[one]] for one in dict.fromkeys(given) if one in places]
    return named + [one for one in rows if one not in named]


def _moved(rows: list[UUID], verb: str, target: str) -> list[UUID]:
    """Return the order after one step; an exhibit that is gone, or at the end already, moves nothing."""
    place = next((n for n, one in enumerate(rows) if str(one) == target), None)
    if place is None:
        return rows
    row = rows[place]
    others = rows[:place] + rows[place + 1 :]
    if verb == "remove":
        return others
    to = max(0, min(len(others), {"up": place - 1, "down": place + 1}.get(verb, place)))
    return [*others[:to], row, *others[to:]]


def _id_or_400(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(400)
