"""One rule for each item of a checklist: what the case has for it, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from casemgr.filings.items import civil_rights, complaints, proceedings
from casemgr.filings.items.finding import Fix, Found, Rule, from_answer

RULES: Mapping[str, Rule] = {**complaints.RULES, **civil_rights.RULES, **proceedings.RULES}
"""By the key of an item. One without a rule here is answered by a person (`from_answer`)."""
ONLY_FOR: Mapping[tuple[str, str], Rule] = {("stay_put_notice", "request"): complaints.RULES["child_name"]}
"""Where the same key means something else in one filing."""


def rule_for(key: str, filing: str) -> Rule:
    """Return the rule of an item in a filing."""
    return ONLY_FOR.get((filing, key)) or RULES.get(key, from_answer)


__all__ = ["ONLY_FOR", "RULES", "Fix", "Found", "Rule", "rule_for"]
