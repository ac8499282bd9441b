"""What each role may do. One table; deny is the default."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    CASE_READ = "case_read"
    CASE_CREATE = "case_create"
    CASE_EDIT = "case_edit"
    CASE_MOVE = "case_move"
    FACT_RECORD = "fact_record"
    DOCUMENT_ADD = "document_add"
    DOCUMENT_EDIT = "document_edit"
    EVIDENCE_ADD = "evidence_add"
    NOTE_WRITE = "note_write"
    ISSUE_EDIT = "issue_edit"
    PACKET_EDIT = "packet_edit"
    PACKET_FILE = "packet_file"
    HOLD_LIFT = "hold_lift"
    CONFIDENTIAL_READ = "confidential_read"
    CALENDAR_EDIT = "calendar_edit"
    MEMBERS_MANAGE = "members_manage"
    ORG_MANAGE = "org_manage"


P = Permission
_STAFF = frozenset(Permission) - {P.MEMBERS_MANAGE, P.ORG_MANAGE}
_CLIENT = frozenset({P.CASE_READ, P.DOCUMENT_ADD, P.EVIDENCE_ADD, P.NOTE_WRITE})

ROLES: dict[str, frozenset[Permission]] = {
    "owner": frozenset(Permission),
    "attorney": _STAFF,
    "advocate": _STAFF - {P.HOLD_LIFT},
    "paralegal": _STAFF - {P.PACKET_FILE, P.HOLD_LIFT},
    "parent": _CLIENT,
    "viewer": frozenset({P.CASE_READ}),
}
# In a family's own workspace a parent runs the case; in a firm or an organization a parent is the client.
FAMILY_PARENT = _STAFF


def role_allows(role: str, organization_kind: str, permission: Permission | None) -> bool:
    """Say whether `role` may do `permission` in an organization of this kind."""
    granted = FAMILY_PARENT if role == "parent" and organization_kind == "family" else ROLES.get(role, frozenset())
    return permission in granted


def is_the_parent(role: str, organization_kind: str) -> bool:
    """Say whether somebody of this role is the parent whom the words of the law call "you"."""
    return role == "parent" or (role == "owner" and organization_kind == "family")


def visible_kinds(role: str, organization_kind: str) -> frozenset[str]:
    """Return the visibilities of papers and entries that a role may open.

    `shared` is for everyone on the case. What was said in mediation is for the parties, not for onlookers.
    `internal` and `privileged` stay with those who run the case.
    """
    if role_allows(role, organization_kind, P.CONFIDENTIAL_READ):
        return frozenset({"shared", "internal", "privileged", "mediation"})
    if role == "parent":
        return frozenset({"shared", "mediation"})
    return frozenset({"shared"})
