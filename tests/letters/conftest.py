"""A case with people and facts, letters of it, and the mail server that the application uses while a test runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import pytest

from casemgr.accounts.models import Organization, User
from casemgr.cases.models import Case, Person
from casemgr.deadlines.services import NewFact, record_fact
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from casemgr.letters import queries, richtext, services
from casemgr.letters.kinds import kinds
from casemgr.letters.models import OutgoingLetter
from casemgr.pdf.letter import BLANK, Letter, make_letter
from casemgr.platform import page_drawing
from casemgr.platform.page_drawing import Pages
from tests.heads.conftest import post
from tests.world import Actor, World

__all__ = ["post"]


@dataclass(frozen=True)
class Desk:
    """Somebody who writes letters in a case."""

    world: World
    actor: Actor
    case_id: UUID

    @contextmanager
    def open(self) -> Iterator[tuple[Case, User, Organization]]:
        with self.world.scope(self.actor):
            case = db.session.get_one(Case, self.case_id)
            yield case, self.world.user(self.actor), db.session.get_one(Organization, self.actor.org_id)

    def begin(self, kind: str = "thank_you", **choices: str) -> UUID:
        with self.open() as (case, user, organization):
            return services.begin(case, kinds()[kind], choices, organization=organization, by=user).id

    def written(self, kind: str = "evaluation_request", **choices: str) -> UUID:
        """Begin a letter and fill its gaps."""
        letter_id = self.begin(kind, **choices)
        with self.open() as (case, user, _organization):
            row = self.row(case, letter_id)
            content = queries.content_of(queries.newest(row))
            body = richtext.from_html(BLANK.sub("reading and writing", content.html))
            to = content.to or "Dr. Ada Example"
            services.save(case, row, replace(content, body=body, to=to), [], version=row.version, by=user)
        return letter_id

    def row(self, case: Case, letter_id: UUID) -> OutgoingLetter:
        found = queries.letter(case, letter_id, drafts=True)
        assert found is not None
        return found

    def fact(self, kind: FactKind, on: date) -> None:
        with self.open() as (case, user, _organization):
            record_fact(case, NewFact(kind, on), by=user)


@pytest.fixture(autouse=True)
def drawn_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters are drawn in this process; one test looks at the child."""

    def draw(letter: Letter, *, pictures: bool = False) -> Pages:
        made = make_letter(letter)
        return Pages(made.pdf, made.pages, (b"\x89PNG",) * made.pages if pictures else (), made.undrawable)

    if "child" not in request.node.name:
        monkeypatch.setattr(page_drawing, "draw", draw)


@pytest.fixture
def desk(world: World) -> Desk:
    actor = world.person(name="Dana Example")
    case_id = world.case(actor)
    with world.scope(actor):
        own = {"org_id": actor.org_id, "case_id": case_id}
        db.session.add_all(
            [
                Person(**own, name="Dana Example", role="parent", email="dana@example.org", phone="617-555-0101"),
                Person(
                    **own,
                    name="Nguyễn Thị Hương",
                    role="special_education_director",
                    organization="Fernhollow Public Schools",
                    email="huong@example.org",
                    address="1 School Road, Fernhollow, MA 02000",
                ),
                Person(**own, name="Alex Example", role="team_chair", email="alex@example.org"),
                Person(**own, name="Sam Example", role="principal"),
            ]
        )
        db.session.commit()
    return Desk(world, actor, case_id)
