"""Passphrases: how strong one is, and how it is kept (argon2id).

There are no composition rules: length and unpredictability are what count (NIST SP 800-63B, 5.1.1.2).
"""

from __future__ import annotations

import contextlib
import functools
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 500
WEAKEST_SCORE = 2  # of 4: about a million guesses and more
LOOKED_AT = 28  # characters; zxcvbn's time grows fast with hostile text, and this many settle the question
NO_PASSPHRASE = "!"  # noqa: S105  no hash: nothing matches it
ONE_TIME = "one-time:"
# Letters and digits that cannot be mistaken for each other when they are read out or copied by hand.
ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"

_hasher = PasswordHasher()
_at_once = threading.BoundedSemaphore(4)  # each hash takes 64 MiB while it is computed


@dataclass(frozen=True)
class Strength:
    """`score` is 0 (guessed at once) to 4; `words` say what to think of it; `problem` why it is refused."""

    score: int
    words: str
    problem: str | None = None


def strength_of(passphrase: str, about: Iterable[str] = ()) -> Strength:
    """Judge a passphrase. `about` are words an attacker would try first: the person's name and e-mail."""
    text = _plain(passphrase)
    if len(text) < SHORTEST:
        missing = SHORTEST - len(text)
        return Strength(
            0,
            f"Too short: {missing} more character{'s' if missing > 1 else ''}.",
            f"Use at least {SHORTEST} characters. Four words that do not belong together are easy to remember.",
        )
    if len(text) > LONGEST:
        return Strength(0, "Too long.", f"Use at most {LONGEST} characters.")
    own_words = [word.lower() for phrase in about for word in [phrase, *_split(phrase)] if len(word) > 2]
    score = int(zxcvbn(text[:LOOKED_AT], user_inputs=own_words)["score"])
    if score < WEAKEST_SCORE:
        return Strength(
            score,
            "Too easy to guess.",
            "This is too easy to guess: it is close to a common passphrase, a pattern, or your own name. "
            "Try four words that do not belong together.",
        )
    return Strength(score, {2: "Fair. One more word would make it good.", 3: "Good.", 4: "Strong."}[score])


def hash_of(passphrase: str) -> str:
    with _at_once:
        return _hasher.hash(_plain(passphrase))


def matches(kept: str | None, passphrase: str) -> bool:
    """Say whether `passphrase` is the one behind `kept`.

    With no usable hash (no such person, a visitor) the same work is done on another one, so that the time
    of an answer tells nobody which e-mails have an account.
    """
    with _at_once:
        try:
            return _hasher.verify(_argon2_part(kept), _plain(passphrase)) and kept is not None
        except InvalidHashError:
            return _nothing_matches(passphrase)
        except VerificationError:
            return False


def should_rehash(kept: str) -> bool:
    """Say whether the hash was made with other parameters than we use now. A one-time one is replaced anyway."""
    return not kept.startswith(ONE_TIME) and _hasher.check_needs_rehash(kept)


def make_one_time() -> str:
    """Return a passphrase to hand over by phone or on paper: `k7qf-3m2x-9pab-h4td`, 78 bits."""
    letters = [secrets.choice(ALPHABET) for _ in range(16)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, 16, 4))


def one_time_hash(passphrase: str, org_id: UUID) -> str:
    """Return a hash that marks the passphrase as one to be replaced, and says which organization gave it."""
    return f"{ONE_TIME}{org_id.hex}:{hash_of(passphrase)}"


def given_by(kept: str) -> UUID | None:
    """Return the organization that gave a one-time passphrase; None for a passphrase of the person's own."""
    return UUID(kept.split(":")[1]) if kept.startswith(ONE_TIME) else None


def _nothing_matches(passphrase: str) -> bool:
    with contextlib.suppress(VerificationError):
        _hasher.verify(_nobodys_hash(), _plain(passphrase))
    return False


@functools.cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex(16))


def _argon2_part(kept: str | None) -> str:
    if kept is None:
        return NO_PASSPHRASE
    return kept.split(":", 2)[2] if kept.startswith(ONE_TIME) else kept


def _plain(passphrase: str) -> str:
    """Return the text in one Unicode form: the same keys give the same passphrase on every device."""
    return unicodedata.normalize("NFKC", passphrase)


def _split(phrase: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in phrase).split()
