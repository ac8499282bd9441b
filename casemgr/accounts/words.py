"""The words for who people are, the workspaces they have and what they may do there."""

from __future__ import annotations

PERSONAS = {
    "parent": "A parent or guardian, with my own child’s case",
    "advocate": "An advocate who helps families",
    "attorney": "An attorney",
}
PERSONA_HINTS = {
    "parent": "Your workspace is for your family. Foster parents and surrogate parents too.",
    "advocate": "Your workspace is for your organization and all its families.",
    "attorney": "Your workspace is for your firm; privileged papers stay out of every packet.",
}
KIND_OF = {"parent": "family", "advocate": "organization", "attorney": "firm"}
KINDS = {"family": "Family", "organization": "Advocacy organization", "firm": "Law firm"}

ROLES = {
    "owner": "Owner",
    "attorney": "Attorney",
    "advocate": "Advocate",
    "paralegal": "Paralegal",
    "parent": "Parent",
    "viewer": "Viewer",
}
ROLE_HINTS = {
    "owner": "Everything, also people and settings.",
    "attorney": "Runs cases and files packets; sees privileged papers.",
    "advocate": "Runs cases and files packets; sees privileged papers.",
    "paralegal": "Runs cases, but does not file packets; sees privileged papers.",
    "parent": "Adds papers and notes; sees what is shared with the family. In a family’s own workspace: runs the case.",
    "viewer": "Reads what is shared; changes nothing.",
}

SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "esq", "phd", "md", "jd"}


def workspace_name(persona: str, name: str) -> str:
    """Return a name that fits a new workspace: `The Rivera family`, `Law office of Ana Rivera`."""
    if persona == "attorney":
        return f"Law office of {name}"
    if persona == "advocate":
        return f"{name}, advocacy"
    words = [
        word for word in name.replace(",", " ").split() if word.strip(".").replace(".", "").lower() not in SUFFIXES
    ]
    return f"The {words[-1]} family" if len(words) > 1 else f"{name}’s family"
