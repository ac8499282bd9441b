"""What to call a student after the first mention, where one name is enough. Pure."""

from __future__ import annotations

import unicodedata

FAMILY_NAME_FIRST = frozenset(
    ("nguyen", "tran", "le", "pham", "huynh", "hoang", "phan", "vu", "vo", "dang", "bui", "do", "ho", "ngo", "duong",
     "ly", "dinh", "dao", "doan", "truong", "trinh", "wang", "zhang", "chen", "zhao", "huang", "zhou", "xu", "zhu",
     "liu")
)  # fmt: skip
"""Family names that often come first (Vietnamese, Chinese in Latin letters), without their marks."""
NOT_ALONE = frozenset(("abd", "abdul", "abdel", "abu", "umm", "bint", "ibn", "عبد", "أبو", "ابو", "أم", "ام"))
"""Beginnings of names that are no name by themselves."""


def called(name: str) -> str:
    """Return the given name where it is plain which one it is, else the whole name: a long name is better than a wrong
    one."""
    _last, comma, given = name.partition(",")
    words = given.split() if comma and given.strip() else name.split()
    if len(words) < 2 and not comma:
        return name.strip()
    if words[0].casefold() in NOT_ALONE or (not comma and _bare(words[0]) in FAMILY_NAME_FIRST):
        return " ".join(words)
    return words[0]


def _bare(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(one for one in plain if unicodedata.category(one) != "Mn"))
