"""Who works in a workspace, as services."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from casemgr.accounts import access, members, queries, services
from casemgr.accounts.members import NewMember
from casemgr.accounts.models import Membership, Organization, User
from casemgr.accounts.services import AccountRefused, SignInRefused
from casemgr.extensions import db
from tests.world import Actor, World


def organization(actor: Actor) -> Organization:
    found = db.session.get(Organization, actor.org_id)
    assert found is not None
    return found


def membership(actor: Actor) -> Membership:
    return db.session.scalars(
        select(Membership).where(Membership.user_id == actor.user_id, Membership.org_id == actor.org_id)
    ).one()


def fresh_email() -> str:
    return f"new.{uuid4().hex[:8]}@example.org"


def test_a_person_with_an_account_is_added_by_email(app: Flask, world: World) -> None:
    firm, other = world.person("owner", "firm"), world.person()
    with world.scope(firm):
        added = members.add_member(
            organization(firm), NewMember(other.email.upper(), "", "paralegal"), by=world.user(firm)
        )
        assert (added.user.id, added.one_time_passphrase) == (other.user_id, None)
        assert {row.role for row in queries.members_of(firm.org_id)} == {"owner", "paralegal"}
    with world.scope(other):
        assert firm.org_id in {row.org_id for row in access.memberships_of(world.user(other))}


def test_a_new_person_gets_a_one_time_passphrase_that_must_be_replaced(app: Flask, world: World, address: str) -> None:
    firm, email = world.person("owner", "firm"), fresh_email()
    with world.scope(firm):
        added = members.add_member(organization(firm), NewMember(email, "Lee Park", "attorney"), by=world.user(firm))
        one_time = added.one_time_passphrase
        assert one_time
    with app.app_context():
        user = services.sign_in(email, one_time, address=address)
        assert user.must_choose_passphrase
        services.change_passphrase(user, "seven quiet lanterns drift", present=one_time)
        assert not user.must_choose_passphrase
        with pytest.raises(SignInRefused):
            services.sign_in(email, one_time, address=address)


def test_a_lost_one_time_passphrase_is_renewed_but_never_one_of_their_own(
    app: Flask, world: World, address: str
) -> None:
    firm, email = world.person("owner", "firm"), fresh_email()
    with world.scope(firm):
        first = members.add_member(organization(firm), NewMember(email, "Lee Park", "viewer"), by=world.user(firm))
        row = next(row for row in queries.members_of(firm.org_id) if row.user_id == first.user.id)
        second = members.renew_one_time(row, by=world.user(firm))
        assert second.one_time_passphrase != first.one_time_passphrase
        services.change_passphrase(row.user, "seven quiet lanterns drift", present=second.one_time_passphrase)
        with pytest.raises(AccountRefused):
            members.renew_one_time(row, by=world.user(firm))


def test_an_account_whose_passphrase_another_workspace_knows_cannot_be_added(app: Flask, world: World) -> None:
    theirs, ours, email = world.person("owner", "firm"), world.person("owner", "firm"), fresh_email()
    with world.scope(theirs):
        members.add_member(organization(theirs), NewMember(email, "Lee Park", "attorney"), by=world.user(theirs))
    with world.scope(ours), pytest.raises(AccountRefused, match="has not signed in yet"):
        members.add_member(organization(ours), NewMember(email, "", "attorney"), by=world.user(ours))


@pytest.mark.parametrize(
    "email, name, field", [("nobody", "Lee", "email"), (fresh_email(), "", "name")], ids=["no e-mail", "no name"]
)
def test_what_is_missing_is_named(app: Flask, world: World, email: str, name: str, field: str) -> None:
    firm = world.person("owner", "firm")
    with world.scope(firm):
        with pytest.raises(AccountRefused) as refused:
            members.add_member(organization(firm), NewMember(email, name, "viewer"), by=world.user(firm))
        assert refused.value.field == field
        assert len(queries.members_of(firm.org_id)) == 1


def test_nobody_is_added_twice(app: Flask, world: World) -> None:
    firm = world.person("owner", "firm")
    colleague = world.person("viewer", org_id=firm.org_id)
    with world.scope(firm):
        with pytest.raises(AccountRefused, match="already"):
            members.add_member(organization(firm), NewMember(colleague.email, "", "owner"), by=world.user(firm))
        assert membership(colleague).role == "viewer"


def test_the_last_owner_stays_owner(app: Flask, world: World) -> None:
    firm = world.person("owner", "firm")
    with world.scope(firm):
        row = membership(firm)
        with pytest.raises(AccountRefused, match="needs an owner"):
            members.remove_member(row, by=world.user(firm))
        with pytest.raises(AccountRefused, match="needs an owner"):
            members.change_role(row, "viewer", seen="owner", by=world.user(firm))
        assert membership(firm).role == "owner"


def test_two_owners_who_remove_each_other_at_the_same_moment_leave_one(app: Flask, world: World) -> None:
    first = world.person("owner", "firm")
    second = world.person("owner", org_id=first.org_id)
    ready, refusals = threading.Barrier(2), []

    def remove(actor: Actor, other: Actor) -> None:
        with world.scope(actor):
            row, by = membership(other), world.user(actor)
            ready.wait()
            try:
                members.remove_member(row, by=by)
            except AccountRefused as refused:
                refusals.append(str(refused))

    threads = [threading.Thread(target=remove, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 1
    with world.scope(first):
        assert len(queries.members_of(first.org_id)) == 1


def test_a_role_that_somebody_else_changed_meanwhile_is_not_overwritten(app: Flask, world: World) -> None:
    firm = world.person("owner", "firm")
    colleague = world.person("viewer", org_id=firm.org_id)
    with world.scope(firm):
        members.change_role(membership(colleague), "paralegal", seen="viewer", by=world.user(firm))
        with pytest.raises(AccountRefused, match="a moment ago"):
            members.change_role(membership(colleague), "owner", seen="viewer", by=world.user(firm))
        assert membership(colleague).role == "paralegal"


def test_a_removed_person_loses_the_cases_too_but_not_their_account(app: Flask, world: World) -> None:
    firm = world.person("owner", "firm")
    case_id = world.case(firm)
    guest = world.guest(case_id, firm.org_id)
    with world.scope(firm):
        members.add_member(organization(firm), NewMember(guest.email, "", "viewer"), by=world.user(firm))
        row = next(row for row in queries.members_of(firm.org_id) if row.user_id == guest.user_id)
        members.remove_member(row, by=world.user(firm))
    with app.app_context():
        user = db.session.get(User, guest.user_id)
        assert access.access_to_case(user, case_id) is None
        assert [row.org_id for row in access.memberships_of(user)] == [guest.org_id]


def test_a_visitor_adds_nobody(app: Flask, world: World) -> None:
    other = world.person()
    with app.app_context():
        visitor = services.register_visitor()
        ours = access.memberships_of(visitor)[0].organization
        with pytest.raises(AccountRefused, match="only looking around"):
            members.add_member(ours, NewMember(other.email, "", "viewer"), by=visitor)
