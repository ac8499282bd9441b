"""Whoever is on a case is told what moved in it, once a change, and not what they did themselves."""

from __future__ import annotations

from uuid import uuid4

import pytest

from casemgr.cases.models import CaseMember
from casemgr.deadlines import calendars, queries
from casemgr.extensions import db
from casemgr.notices.queries import changes_told, people_on, unread_count
from casemgr.notices.services import News, mark_read, tell
from tests.deadlines.makers import calendar_a, consent, load
from tests.deadlines.test_calendars import add_snow
from tests.world import World

TEXT = "“The team must have met and the proposed IEP must be with you” moved from Jan 20, 2027 to Jan 21, 2027."


def told(world, actor, who):
    """Return what `who` was told in the organization of `actor`."""
    with world.scope(actor):
        return changes_told(who.user_id)


def firm_case(world):
    owner = world.person("owner", "firm")
    advocate = world.person("advocate", org_id=owner.org_id)
    case_id = world.case(advocate)
    consent(world, advocate, case_id)
    return owner, advocate, case_id


def test_a_snow_day_tells_who_looks_after_the_case_and_its_guest_but_not_who_added_it(world: World) -> None:
    owner, advocate, case_id = firm_case(world)
    guest = world.guest(case_id, owner.org_id)
    calendar_id = calendar_a(world, advocate)
    add_snow(world, owner, calendar_id)
    for reader in (advocate, guest):
        newest = told(world, owner, reader)[0]
        assert newest.kind == "dates_moved"
        assert newest.told[0].text == f"{TEXT} School calendar changed: snow day on January 13, 2027."
    assert told(world, owner, owner) == []


def test_several_cases_of_one_change_are_one_notice(world: World) -> None:
    owner, advocate, _ = firm_case(world)
    for _ in range(3):
        consent(world, advocate, world.case(advocate))
    calendar_id = calendar_a(world, advocate)
    with world.scope(advocate):
        mark_read(advocate.user_id)
        db.session.commit()
    add_snow(world, owner, calendar_id)
    newest = told(world, owner, advocate)[0]
    assert len(newest.told) == 4
    with world.scope(advocate):
        assert unread_count() == 1


def test_a_refused_change_tells_nobody(world: World) -> None:
    owner, advocate, _case_id = firm_case(world)
    calendar_id = calendar_a(world, advocate)
    with world.scope(owner):
        row = queries.school_calendar(calendar_id)
        with pytest.raises(calendars.CalendarRefused):
            calendars.add_snow_day(row, row.closures[0].first_on, "Snow", by=world.user(owner))
    assert told(world, owner, advocate) == []


def test_a_family_is_told_together_and_an_unowned_case_tells_the_owners(world: World) -> None:
    mother = world.person("owner", "family")
    father = world.person("parent", org_id=mother.org_id)
    case_id = world.case(mother)
    boss = world.person("owner", "firm")
    colleague = world.person("advocate", org_id=boss.org_id)
    unowned = world.case(boss)
    with world.scope(mother):
        assert people_on([case_id]) == {case_id: {mother.user_id, father.user_id}}
    with world.scope(boss):
        load(unowned).owner_id = None
        db.session.add(CaseMember(org_id=boss.org_id, case_id=unowned, user_id=colleague.user_id, role="viewer"))
        db.session.commit()
        assert people_on([unowned]) == {unowned: {boss.user_id, colleague.user_id}}


def test_the_same_change_is_told_to_nobody_twice(world: World) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    reader = world.person("advocate", org_id=owner.org_id)
    change = uuid4()
    with world.scope(owner):
        for _ in range(2):
            tell([News(case_id, "needs_attention", "Nobody owns it.", to=[reader.user_id])], change_id=change)
        db.session.commit()
        assert len(changes_told(reader.user_id)) == 1


def test_what_a_person_may_no_longer_open_is_not_counted(world: World) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    guest = world.guest(case_id, owner.org_id)
    with world.scope(owner):
        tell([News(case_id, "needs_attention", "Look at this.")])
        db.session.commit()
    with world.scope(guest):
        assert unread_count() == 1
    with world.scope(owner):
        db.session.query(CaseMember).filter_by(user_id=guest.user_id).delete()
        db.session.commit()
    with world.scope(guest):
        assert unread_count() == 0
