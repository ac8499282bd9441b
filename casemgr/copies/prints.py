"""What a page says, in 64 bits that differ little where pages differ little, and how alike two texts are. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b

BITS = 64
LEAST_WORDS = 25
"""Shorter pages say too little to be known again by their words."""
MOST_WORDS = 3000
_WORD = re.compile(r"\w+", re.UNICODE)


def words_of(text: str) -> list[str]:
    """Return the words of a page as they are compared: without case, punctuation and spacing."""
    return _WORD.findall(text.casefold())


def text_print(text: str) -> int | None:
    """Return a 64-bit similarity hash (simhash of every three words in a row); None for a page of few words.

    As PostgreSQL keeps it: signed. Pages that share nearly all their words differ in few bits.
    """
    words = words_of(text)[:MOST_WORDS]
    if len(words) < LEAST_WORDS:
        return None
    votes = [0] * BITS
    for shingle in _shingles(words):
        bits = int.from_bytes(blake2b(" ".join(shingle).encode(), digest_size=8).digest(), "big")
        for place in range(BITS):
            votes[place] += 1 if bits >> place & 1 else -1
    found = sum(1 << place for place in range(BITS) if votes[place] > 0)
    return found - (1 << BITS) if found >> (BITS - 1) else found


def bits_apart(one: int, other: int) -> int:
    """Return in how many bits two numbers differ; both signed or both not."""
    return ((one ^ other) & ((1 << BITS) - 1)).bit_count()


def share_in_common(one: Iterable[str], other: Iterable[str]) -> float:
    """Return how much of two texts (each as pages) is the same, 0 to 1, by every three words in a row."""
    mine, theirs = _counted(one), _counted(other)
    whole = sum((mine | theirs).values())
    return sum((mine & theirs).values()) / whole if whole else 0.0


def _counted(pages: Iterable[str]) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for page in pages:
        found.update(_shingles(words_of(page)))
    return found


def _shingles(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(words, words[1:], words[2:], strict=False)
