"""Names that are nearly what was typed. A name is spelled in many ways on school papers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from casemgr.search.words import folded

NEAR = 0.8
SHORTEST = 4
MOST_SUGGESTED = 3


def near(typed: Sequence[str], names: Iterable[str]) -> dict[str, list[str]]:
    """Return for each typed word, that is no name itself, the name words nearest to it, best first.

    >>> near(["Alvares"], ["Rosa Alvarez", "Tom Reed"])
    {'Alvares': ['Alvarez']}
    """
    known: dict[str, str] = {}
    for name in names:
        for word in re.findall(rf"[^\W\d_]{{{SHORTEST},}}", name):
            known.setdefault(_key(word), word)
    found = {}
    for word in typed:
        key = _key(word)
        if key not in known and (likely := _nearest(key, known)):
            found[word] = [known[one] for one in likely]
    return found


def _nearest(key: str, known: Iterable[str]) -> list[str]:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(key)
    scored = []
    for other in known:
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and (score := matcher.ratio()) >= NEAR:
            scored.append((-score, other))
    return [other for _, other in sorted(scored)[:MOST_SUGGESTED]]


def _key(word: str) -> str:
    return folded(word).casefold()
