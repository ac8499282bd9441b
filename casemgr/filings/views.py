"""Pages of packets: the list, one packet with its checklist, and what is said on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.extensions import db
from casemgr.filings import (
    citing,
    citing_views,
    details_form,
    exhibit_views,
    filing_views,
    fitting,
    forms,
    last_look_views,
    preview_views,
    queries,
    services,
    taking_back_views,
)
from casemgr.filings.blueprint import PACKET, PACKETS, begun, bp, fix_url, packet_or_404, places_of, sees_drafts
from casemgr.filings.kinds import KINDS, kind_in
from casemgr.filings.material import fingerprint
from casemgr.filings.models import Packet
from casemgr.filings.undrawable import WAY_OUT, unprinted_in
from casemgr.law.contents import routing
from casemgr.law.terms import FilingKind
from casemgr.platform.locking import StaleForm
from casemgr.proceedings.queries import proceeding
from casemgr.serving import queries as sent
from casemgr.web.page_preview import Looks
from casemgr.web.permissions import case_access, requires

__all__ = [
    "bp",
    "citing_views",
    "exhibit_views",
    "filing_views",
    "last_look_views",
    "preview_views",
    "taking_back_views",
]


@bp.get(PACKETS)
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> Any:
    access = case_access()
    rows = queries.packets_of(access.case, drafts=sees_drafts(access))
    return render_template(
        "filings/index.html",
        case=access.case,
        packets=[(row, kind_in(row.kind, access.case.state)) for row in rows],
        back=queries.taken_back(access.case, [row.id for row in rows if row.state == "filed"]),
        offer=fitting.offer(access.case) if sees_drafts(access) else None,
        fresh_id=uuid4,
    )


@bp.post(f"{PACKETS}/new")
@requires(Permission.PACKET_EDIT)
def begin(case_id: UUID) -> Any:
    """Begin a packet of the kind that the button names; the same button twice begins one."""
    access = case_access()
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        abort(400)
    return begun(case_id, lambda own_id: services.begin(access.case, kind, by=current_user, packet_id=own_id))


@bp.get(PACKET)
@requires(Permission.CASE_READ)
def show(case_id: UUID, packet_id: UUID) -> Any:
    access = case_access()
    case, packet = access.case, packet_or_404(access, packet_id)
    shown: dict[str, Any] = {
        "case": case,
        "packet": packet,
        "kind": kind_in(packet.kind, access.case.state),
        "chosen": [(row, paper) for row, paper in queries.exhibits_of(packet) if paper.visibility in access.visible],
        "label_of": queries.label_of,
        "recipients": forms.recipients_of(packet),
        "route": routing(FilingKind(packet.kind), case.state),
        "details": details_form.details_of(packet),
    }
    if packet.state == "filed":
        own = proceeding(case, packet.proceeding_id) if packet.proceeding_id else None
        back = queries.taken_back(case, [packet.id]).get(packet.id)
        copies = sum(one.is_out for one in sent.sendings_of({"packet_id": packet.id}))
        return render_template("filings/filed.html", **shown, proceeding=own, back=back, copies=copies, fresh_id=uuid4)
    material = queries.gather(case, packet)
    return render_template(
        "filings/show.html",
        **shown,
        looked=citing.looked_at(case, packet, access.visible, material)[1],
        material=material,
        way=fitting.way_in(case, packet.kind),
        checklist=services.judge(case, packet, material),
        is_stale=packet.state == "ready" and packet.built_from != fingerprint(material),
        refused=[one for one in material.exhibits if one.refused],
        fix_url=lambda fix: fix_url(case, packet, fix),
        unprinted=unprinted_in(material),
        places=places_of(case, packet),
        way_out=WAY_OUT,
    )


@bp.route(f"{PACKET}/details", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def details(case_id: UUID, packet_id: UUID) -> Any:
    access = case_access()
    packet = packet_or_404(access, packet_id)
    form = details_form.details_form(access.case, packet, today(access.case))

    def save() -> None:
        services.save_details(packet, form.to_details(), version=form.seen_version, by=current_user)

    def theirs(saved: Packet) -> list[tuple[str, str]]:
        return details_form.in_words(form.kind, details_form.details_of(saved))

    def more(shown: Packet) -> dict[str, Any]:
        return citing_views.references_on(access, shown, form)

    if request.form.get("then") == "look":
        looks = preview_views.looks(access, packet, form)
        return _form_page(access, packet_id, form, "filings/details.html", more, looks=looks)
    return _save_form(access, packet, form, save, theirs, "filings/details.html", more)


@bp.route(f"{PACKET}/service", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def service(case_id: UUID, packet_id: UUID) -> Any:
    """Who gets a copy, and how."""
    access = case_access()
    packet = packet_or_404(access, packet_id)
    form = forms.recipients_form(packet)

    def save() -> None:
        services.save_recipients(packet, form.to_recipients(), version=form.seen_version, by=current_user)

    def theirs(saved: Packet) -> list[tuple[str, str]]:
        return forms.recipients_in_words(forms.recipients_of(saved))

    return _save_form(access, packet, form, save, theirs, "filings/service.html")


def _save_form(
    access: Access, packet: Packet, form: Any, save: Any, theirs: Any, template: str, more: Any = None
) -> Any:
    """Show a form of the packet, save it, or show both versions when somebody else saved it first."""
    packet_id, case_id, conflict = packet.id, access.case.id, None
    if form.validate_on_submit():
        try:
            save()
        except (StaleForm, StaleDataError):
            db.session.rollback()
            packet = packet_or_404(access, packet_id)
            form.show_version(packet.version)
            conflict = {"theirs": theirs(packet), "mine": form.in_words()}
        except services.FilingRefused as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
            return redirect(url_for(".show", case_id=case_id, packet_id=packet_id))
        else:
            if more is not None and citing_views.is_doubtful(access, packet):
                flash("Saved. A reference to an exhibit needs a look.", "warning")
                return redirect(url_for(".details", case_id=case_id, packet_id=packet_id))
            flash("Saved.")
            return redirect(url_for(".show", case_id=case_id, packet_id=packet_id))
    return _form_page(access, packet_id, form, template, more, conflict=conflict)


def _form_page(
    access: Access,
    packet_id: UUID,
    form: Any,
    template: str,
    more: Any = None,
    *,
    conflict: dict[str, list[tuple[str, str]]] | None = None,
    looks: Looks | None = None,
) -> Any:
    """A form of the packet as it is filled in, with what somebody else saved or how it will look, if that is known."""
    packet = packet_or_404(access, packet_id)
    page = render_template(
        template,
        case=access.case,
        packet=packet,
        kind=kind_in(packet.kind, access.case.state),
        form=form,
        conflict_rows=_only_differing(conflict),
        looks=looks,
        route=routing(FilingKind(packet.kind), access.case.state),
        **(more(packet) if more is not None else {}),
    )
    return page, 409 if conflict else 422 if form.errors else 200


def _only_differing(conflict: dict[str, list[tuple[str, str]]] | None) -> dict[str, list[tuple[str, str]]] | None:
    """Leave out the fields that both left empty."""
    if conflict is None:
        return None
    pairs = [pair for pair in zip(conflict["theirs"], conflict["mine"], strict=True) if pair[0][1] or pair[1][1]]
    return {"theirs": [theirs for theirs, _ in pairs], "mine": [mine for _, mine in pairs]}


@bp.route(f"{PACKET}/discard", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def discard(case_id: UUID, packet_id: UUID) -> Any:
    access = case_access()
    packet = packet_or_404(access, packet_id)
    if request.method == "GET":
        return render_template(
            "filings/discard.html", case=access.case, packet=packet, kind=kind_in(packet.kind, access.case.state)
        )
    form = forms.VersionForm()
    try:
        services.discard(packet, version=form.seen_version, by=current_user)
    except (StaleForm, StaleDataError, services.FilingRefused) as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for(".show", case_id=case_id, packet_id=packet_id))
    flash("The packet was thrown away. Your papers and your case are as they were.")
    return redirect(url_for(".index", case_id=case_id))
