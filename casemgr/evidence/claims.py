"""Issues and goals as an archive tells them: plain JSON, each with the entries of the log that bear on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

from casemgr.cases.models import Case
from casemgr.citations.wording import in_words
from casemgr.evidence.archive import with_record
from casemgr.evidence.models import EvidenceEntry
from casemgr.goals import queries as goals
from casemgr.goals.areas import GOAL_AREAS
from casemgr.goals.models import Goal
from casemgr.issues import queries as issues
from casemgr.issues.areas import ISSUE_AREAS
from casemgr.issues.models import Issue
from casemgr.pdf.citing import Reference
from casemgr.plans.models import Placement

Json = dict[str, Any]


def issues_of(case: Case, entries: Collection[EvidenceEntry], *, withdrawn: bool) -> list[Json]:
    """Return the issues by number, each tied to those of `entries` that support it. `withdrawn`: also those that were
    taken back."""
    ties = _ties(issues.ties_of(case), entries)
    rows = [one.issue for one in issues.issues_of(case, ()) if withdrawn or not one.issue.is_withdrawn]
    return [with_record(_issue(row, ties[row.id])) for row in rows]


def goals_of(case: Case, entries: Collection[EvidenceEntry]) -> list[Json]:
    """Return every record of every goal in the order of recording, corrections too; a goal keeps its id, and its ties,
    through all of its records."""
    ties = _ties(goals.ties_of(case), entries)
    return [with_record(_goal(plan, row, ties[row.goal_id])) for plan, row in goals.records_of(case)]


def by_entry(told: Iterable[Json], label: str) -> dict[int, list[str]]:
    """Return what each entry, by number, bears on: the words under `label`, each once."""
    found: dict[int, list[str]] = defaultdict(list)
    for one in told:
        for entry in one["entries"]:
            if one[label] not in found[entry["number"]]:
                found[entry["number"]].append(one[label])
    return found


def _ties(pairs: Iterable[tuple[UUID, UUID]], entries: Collection[EvidenceEntry]) -> Mapping[UUID, list[Json]]:
    known = {entry.id: {"number": entry.number, "hash": entry.hash} for entry in entries}
    found: dict[UUID, list[Json]] = defaultdict(list)
    for of, entry_id in pairs:
        if entry_id in known:
            found[of].append(known[entry_id])
    for tied in found.values():
        tied.sort(key=lambda one: one["number"])
    return found


def _issue(row: Issue, entries: list[Json]) -> Json:
    return {
        "id": str(row.id),
        "number": row.number,
        "title": row.title,
        "law": row.law,
        "area": ISSUE_AREAS[row.area].label if row.area in ISSUE_AREAS else row.area,
        "since_on": row.since_on.isoformat() if row.since_on else None,
        "known_on": row.known_on.isoformat() if row.known_on else None,
        "facts": in_words(row.facts, _cited),
        "relief": in_words(row.relief, _cited),
        "is_withdrawn": row.is_withdrawn,
        "entries": entries,
    }


def _cited(one: Reference) -> str:
    """Name a cited paper by its id, which the archive has where the paper may be in it; never by its title."""
    return f"[{', '.join(part for part in (f'paper {one.ref}', one.pages_in_words) if part)}]"


def _goal(plan: Placement, row: Goal, entries: list[Json]) -> Json:
    return {
        "id": str(row.id),
        "goal": str(row.goal_id),
        "plan": {"id": str(plan.id), "agreed_on": plan.agreed_on.isoformat(), "school": plan.school},
        "area": GOAL_AREAS.get(row.area, row.area),
        "text": row.text,
        "baseline": row.baseline,
        "target": row.target,
        "begins_on": row.begins_on.isoformat() if row.begins_on else None,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "corrects": str(row.corrects_id) if row.corrects_id else None,
        "is_taken_out": row.is_retraction,
        "reason": row.correction_reason,
        "recorded_by": row.recorded_by_name,
        "recorded_at": f"{row.recorded_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "entries": entries,
    }
