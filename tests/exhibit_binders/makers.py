"""An invented case whose exhibits are put into a hearing binder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casemgr.accounts.models import User
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.services import NewFact, record_fact
from casemgr.exhibit_binders import queries, services, serving, tasks
from casemgr.exhibit_binders.material import ExhibitNow, Witness
from casemgr.exhibit_binders.models import BinderFile, BinderVersion, ExhibitBinder
from casemgr.extensions import db
from casemgr.filings.material import Recipient
from casemgr.law.terms import FactKind
from tests.documents.paper import add
from tests.filings.makers import Dispute, dispute
from tests.world import Actor, World

EVERYTHING = frozenset({"shared", "internal", "privileged", "mediation"})


@dataclass(frozen=True)
class Binding:
    """A case with one binder."""

    case: Dispute
    binder_id: UUID

    @property
    def url(self) -> str:
        return f"/cases/{self.case.case_id}/exhibit-binders/{self.binder_id}"

    def change(self, do: Callable[[ExhibitBinder, User], Any]) -> Any:
        with self.case.open() as (case, user):
            row = queries.binder(case, self.binder_id)
            assert row is not None
            return do(row, user)

    def row(self) -> ExhibitBinder:
        def take(row: ExhibitBinder, by: User) -> ExhibitBinder:
            db.session.expunge(row)
            return row

        return self.change(take)  # type: ignore[no-any-return]

    def add(self, *names: str) -> None:
        ids = [self.case.papers[name] for name in names]
        self.change(lambda row, by: services.add_exhibits(row, ids, version=row.version, by=by))

    def now(self) -> Sequence[ExhibitNow]:
        return self.change(lambda row, by: queries.exhibits_now(row))  # type: ignore[no-any-return]

    def labels(self) -> list[tuple[str, str]]:
        return [(one.label, one.title) for one in self.now()]

    def order(self, *titles: str, said: Mapping[str, services.Line] | None = None) -> None:
        by_title = {one.title: UUID(one.id) for one in self.now()}
        lines = {by_title[title]: line for title, line in (said or {}).items()}
        order = [by_title[title] for title in titles] or list(by_title.values())
        self.change(lambda row, by: services.arrange(row, order, lines, version=row.version, by=by))

    def settings(self, **values: Any) -> None:
        def save(row: ExhibitBinder, by: User) -> None:
            now = services.Settings(**{name: getattr(row, name) for name in vars(services.Settings("", ""))})
            services.save_settings(row, replace(now, **values), version=row.version, by=by)

        self.change(save)

    def people(self, *witnesses: str) -> None:
        copies = [Recipient("Dana Director", "Fernhollow Public Schools", "director@example.org", "email")]
        named = [Witness(name, "What happened in class") for name in witnesses]
        self.change(lambda row, by: services.save_people(row, named, copies, row.signer, version=row.version, by=by))

    def queue(self) -> None:
        self.change(lambda row, by: services.queue(row, EVERYTHING, by=by))

    def build(self) -> ExhibitBinder:
        """Run the task's own function in this process, with its real child processes."""
        self.queue()
        return self.work()

    def work(self) -> ExhibitBinder:
        with self.case.open():
            tasks.build_binder.func.__wrapped__(case_id=str(self.case.case_id), binder_id=str(self.binder_id))
        return self.row()

    def made(self) -> BinderVersion:
        row = self.build()
        assert row.state == "ready", row.error
        return self.versions()[-1]

    def versions(self) -> list[BinderVersion]:
        def take(row: ExhibitBinder, by: User) -> list[BinderVersion]:
            found = list(queries.versions_of(row))
            db.session.expunge_all()
            return found

        return self.change(take)  # type: ignore[no-any-return]

    def files(self, version: BinderVersion) -> dict[str, BinderFile]:
        with self.case.open():
            found = {one.name: one for one in queries.files_of(version)}
            db.session.expunge_all()
            return found

    def bytes_of(self, version: BinderVersion, kind: str) -> bytes:
        found = next(one for one in self.files(version).values() if one.kind == kind)
        return self.case.bytes_of(found.sha256)

    def manifest(self, version: BinderVersion) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.bytes_of(version, "manifest"))
        return found

    def serve(self, **values: Any) -> BinderVersion:
        def do(row: ExhibitBinder, by: User) -> None:
            day = today(self._case())
            given = serving.Serving(day, "3:10 p.m.", "email", "Dana Director")
            assert serving.serve(row, replace(given, **values), version=row.version, by=by)

        self.change(do)
        return self.versions()[-1]

    def _case(self) -> Case:
        return db.session.get_one(Case, self.case.case_id)

    def hearing_in(self, days: int) -> date:
        with self.case.open() as (case, user):
            on = today(case) + timedelta(days=days)
            record_fact(case, NewFact(FactKind.HEARING_SCHEDULED, on), by=user)
            return on


def binding(world: World, *names: str, forum: str = "federal", actor: Actor | None = None, **values: Any) -> Binding:
    """A case with a binder that holds these papers."""
    case = dispute(world, actor)
    with case.open() as (row, user):
        settings = replace(services.first_settings(row), forum=forum, **values)
        made = Binding(case, services.begin(row, settings, by=user).id)
    if names:
        made.add(*names)
    return made


def more(made: Binding, name: str, data: bytes, title: str, **details: Any) -> None:
    """Let one more paper come into the case."""
    case = made.case
    case.papers[name] = add(case.world, case.actor, case.case_id, data, f"{name}.pdf", title=title, **details)
