"""Passwords: what is strong enough, what hashing keeps to itself, and the same work for everybody."""

from __future__ import annotations

from importlib.util import find_spec, module_from_spec

import pytest
from argon2 import PasswordHasher

from backend.access.passwords import Hashed, Passwords
from backend.errors import RefusedError
from backend.model.person import Role
from tests.support.access_site import CHEAP, PASSWORD, CountingHasher, Office, account

WEAK = {
    "eleven characters": "Abcdefgh-12",
    "one kind": "abcdefghijklmnop",
    "two kinds": "abcdefghijkl12",
    "two kinds, signs": "------------aaaa",
    "contains the login": "Sup-ABCDEFGH-1",
    "endless": "Aa1-" * 300,
    "empty": "",
}


@pytest.mark.parametrize("password", list(WEAK.values()), ids=list(WEAK))
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(RefusedError):
        Passwords(CHEAP).hash(password, login="sup")


@pytest.mark.parametrize(
    "password", ["Abcdefghij12", "abcdefghij1-", "ABCDEFGHIJ1 ", "燃气调度abcdefg1", "Ünïcödé-wörd"]
)
def test_a_strong_one_is_hashed_and_found_again(password: str) -> None:
    passwords = Passwords(CHEAP)
    hashed = passwords.hash(password, login="sup")
    assert hashed.encoded.startswith("$argon2id$")
    assert passwords.matches(hashed.encoded, password)
    assert not passwords.matches(hashed.encoded, password + "x")
    assert password not in repr(hashed)
    assert hashed.encoded not in repr(hashed)


def test_outside_tests_a_guess_costs_what_rfc_9106_asks_for() -> None:
    spec = find_spec("backend.access.passwords")
    assert spec is not None
    assert spec.loader is not None
    as_shipped = module_from_spec(spec)
    spec.loader.exec_module(as_shipped)
    hashed = as_shipped.Passwords().hash("Abcdefghij12")
    assert hashed.encoded.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    passwords = Passwords(CHEAP)
    hashed = passwords.hash("Zu\u0308rich-gas-12")
    assert passwords.matches(hashed.encoded, "Z\u00fcrich-gas-12")


@pytest.mark.parametrize("odd", ["\ud800", "\x00", "a" * 100_000])
def test_no_text_breaks_the_check(odd: str) -> None:
    passwords = Passwords(CHEAP)
    assert not passwords.matches(passwords.hash(PASSWORD).encoded, odd)
    assert not passwords.matches(None, odd)


def test_a_broken_hash_in_the_store_matches_nothing() -> None:
    assert not Passwords(CHEAP).matches("not a hash", PASSWORD)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("op", PASSWORD),
        ("op", "wrong"),
        ("op", ""),
        ("nobody", PASSWORD),
        ("nobody", "wrong"),
        ("gone", PASSWORD),
        ("held", PASSWORD),
        ("locked", PASSWORD),
        ("op", "x" * 5000),
    ],
)
def test_everybody_costs_one_verification_at_the_same_price(login: str, password: str) -> None:
    hasher = CountingHasher()
    locked = account("locked", Role.OPERATOR, failures=5, locked_until=2**60)
    office = Office((*Office().rows.values(), locked), hasher=hasher)
    office.people.check_password(login, password)
    assert hasher.verified == ["m=8,t=1,p=1"]


def test_the_hash_for_nobody_costs_what_a_real_one_does() -> None:
    real = PasswordHasher(time_cost=2, memory_cost=64, parallelism=2)
    prices = []

    class Watching(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            prices.append((str(hash).split("$")[1:4], len(str(hash))))
            return super().verify(hash, password)

    passwords = Passwords(Watching(time_cost=2, memory_cost=64, parallelism=2))
    passwords.matches(real.hash(PASSWORD), PASSWORD)
    passwords.matches(None, PASSWORD)
    assert prices[0] == prices[1]


def test_secrets_stay_out_of_every_repr() -> None:
    office = Office()
    check = office.people.check_password("op", PASSWORD)
    shown = repr((check, account("op", Role.OPERATOR, totp_secret="SECRET"), Hashed(encoded="$argon2id$x")))
    assert "argon2" not in shown
    assert "SECRET" not in shown
    assert PASSWORD not in shown
