"""Passphrases: long ones that nobody guesses, kept as argon2id."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerificationError

from casemgr.accounts import passphrase as passphrases

GOOD = "walnut ferry copper idle"


@pytest.mark.parametrize(
    "weak",
    ["", "short", "elevenchars", "aaaaaaaaaaaaaaaa", "password1234", "qwertyuiop12", "123456789012", "a" * 501],
)
def test_short_and_guessable_passphrases_are_refused_in_words(weak: str) -> None:
    problem = passphrases.strength_of(weak).problem
    assert problem
    assert "password" not in problem


@pytest.mark.parametrize("good", [GOOD, "ninguém sabe onde mora o gato", "x7#kQ9!vLm2$", GOOD * 5])
def test_no_digits_or_signs_are_asked_for(good: str) -> None:
    assert passphrases.strength_of(good).problem is None


def test_a_persons_own_name_and_email_make_a_weak_passphrase() -> None:
    alone = passphrases.strength_of("rosalindquimby")
    known = passphrases.strength_of("rosalindquimby", ("Rosalind Quimby", "rosalindquimby@example.org"))
    assert known.problem
    assert known.score < alone.score


def test_hostile_text_is_judged_quickly() -> None:
    started = time.thread_time()  # our own work, not what else the machine does
    passphrases.strength_of("4@8({[3691!|1750$+7%2" * 20)
    assert time.thread_time() - started < 2


def test_the_kept_form_is_argon2id_and_matches_only_its_own_passphrase() -> None:
    kept = passphrases.hash_of(GOOD)
    assert kept.startswith("$argon2id$")
    assert passphrases.matches(kept, GOOD)
    assert not passphrases.matches(kept, GOOD + " ")


def test_the_same_keys_on_two_devices_give_the_same_passphrase() -> None:
    composed, decomposed = "caf\u00e9 walnut ferry", "cafe\u0301 walnut ferry"
    assert passphrases.matches(passphrases.hash_of(composed), decomposed)


@pytest.mark.parametrize("kept", [None, passphrases.NO_PASSPHRASE, "", "not a hash"])
def test_nothing_matches_where_there_is_no_hash(kept: str | None) -> None:
    assert not passphrases.matches(kept, GOOD)
    assert not passphrases.matches(kept, passphrases.NO_PASSPHRASE)


def test_an_unknown_person_costs_the_same_work_as_a_wrong_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, verified = passphrases.hash_of(GOOD), []
    hasher = passphrases._hasher

    class Watched:
        def verify(self, hashed: str, text: str) -> bool:
            try:
                return hasher.verify(hashed, text)
            except VerificationError:
                verified.append(extract_parameters(hashed))
                raise

    passphrases._nobodys_hash()
    monkeypatch.setattr(passphrases, "_hasher", Watched())
    for what in (kept, None, passphrases.NO_PASSPHRASE):
        assert not passphrases.matches(what, "wrong")
    assert verified == [extract_parameters(kept)] * 3


def test_a_hash_with_older_parameters_is_made_anew() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(GOOD)
    assert passphrases.should_rehash(old)
    assert not passphrases.should_rehash(passphrases.hash_of(GOOD))


def test_a_one_time_passphrase_is_random_readable_and_says_who_gave_it() -> None:
    org_id, first, second = uuid4(), passphrases.make_one_time(), passphrases.make_one_time()
    assert first != second
    assert len(first.replace("-", "")) == 16
    kept = passphrases.one_time_hash(first, org_id)
    assert len(kept) < 300
    assert passphrases.given_by(kept) == org_id
    assert passphrases.given_by(passphrases.hash_of(GOOD)) is None
    assert passphrases.matches(kept, first)
    assert not passphrases.matches(kept, second)
