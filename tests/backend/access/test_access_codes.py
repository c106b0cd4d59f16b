"""One-time codes against RFC 6238's vectors, each good once; wrong attempts and locks against a plain count."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access.policy import AccessPolicy
from backend.access.totp import accepted_step, enrolment_uri, new_secret
from backend.access.tries import Tries, after_failure, is_locked, restored
from tests.support.access_site import SECRET

US = 1_000_000
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}
"""RFC 6238 appendix B, SHA-1, the last six of its eight digits."""


@pytest.mark.parametrize(("seconds", "code"), list(VECTORS.items()))
def test_the_codes_of_rfc_6238_are_accepted(seconds: int, code: str) -> None:
    assert accepted_step(SECRET, code, 0, seconds * US) == seconds // 30
    assert accepted_step(SECRET, f"{code[:3]} {code[3:]}", 0, seconds * US) == seconds // 30


@pytest.mark.parametrize(
    "code", ["", "28708", "2870820", "28708a", "287083", "２８７０８２", "-87082", "287082\n", "0x1234"]
)
def test_anything_else_is_not(code: str) -> None:
    assert accepted_step(SECRET, code, 0, 59 * US) is None


def test_without_a_secret_no_code_is_good() -> None:
    assert accepted_step("", "287082", 0, 59 * US) is None


BASE = 1_768_473_000 // 30
CODES = {
    step: code for step in range(BASE - 10, BASE + 11) for code in [__import__("pyotp").TOTP(SECRET).generate_otp(step)]
}


def test_the_codes_of_this_test_differ() -> None:
    assert len(set(CODES.values())) == len(CODES)


@given(tries=st.lists(st.tuples(st.integers(-6, 6), st.integers(-3, 3)), min_size=1, max_size=30))
def test_over_any_clock_a_code_is_good_once_and_never_after_a_later_one(tries: list[tuple[int, int]]) -> None:
    """F55: same code twice, three steps off, the server's clock set back."""
    last = 0
    for now, shift in tries:
        shown = BASE + now + shift
        at = (BASE + now) * 30 * US
        step = accepted_step(SECRET, CODES[shown], last, at)
        assert step == {True: shown, False: None}[abs(shift) <= 1 and shown > last]
        last = max(last, step or 0)


def test_a_secret_is_long_and_new_each_time_and_its_uri_holds_it() -> None:
    one, other = new_secret(), new_secret()
    assert one != other
    assert len(one) >= 32
    assert enrolment_uri(one, "op", "Linjiang") == f"otpauth://totp/Linjiang:op?secret={one}&issuer=Linjiang"


# -- wrong attempts --------------------------------------------------------------------------------------------------

POLICY = AccessPolicy(failures=3, lock_s=100.0)
WAITS = {"wait": 40.0, "long": 61.0}


class Count:
    """Wrong attempts counted the plain way: a list of what happened."""

    def __init__(self) -> None:
        self.wrong = 0
        self.locked_at: float | None = None

    def locked(self, now: float) -> bool:
        return self.locked_at is not None and now < self.locked_at + 100.0

    def fail(self, now: float) -> None:
        counts = {True: 0, False: 1}[self.locked(now)]
        over = self.locked_at is not None and not self.locked(now)
        self.wrong = {True: 0, False: self.wrong}[over] + counts
        self.locked_at = {True: None, False: self.locked_at}[over]
        self.locked_at = {True: now, False: self.locked_at}[counts == 1 and self.wrong >= 3]

    def succeed(self) -> None:
        self.wrong, self.locked_at = 0, None


@pytest.mark.parametrize("length", range(1, 8))
def test_every_sequence_of_attempts_and_waits_locks_as_counted(length: int) -> None:
    locks = 0
    for sequence in itertools.product(("fail", "right", "wait", "long"), repeat=length):
        tries, count, now = Tries(), Count(), 0.0
        for act in sequence:
            now += WAITS.get(act, 0.0)
            assert is_locked(tries, now) == count.locked(now)
            for _ in range(int(act == "fail")):
                tries = after_failure(tries, now, POLICY)
                count.fail(now)
            for _ in range(int(act == "right" and not count.locked(now))):
                tries = Tries()
                count.succeed()
            locks += int(is_locked(tries, now))
    assert (locks > 0) == (length >= 3)


@given(failures=st.integers(0, 10), left_s=st.floats(-1e6, 1e6), mono=st.floats(0, 1e6))
def test_a_restart_never_lengthens_a_lock_nor_forgets_one(failures: int, left_s: float, mono: float) -> None:
    tries = restored(failures, left_s, mono, POLICY)
    assert tries.locked_until <= mono + POLICY.lock_s
    assert is_locked(tries, mono) == (left_s > 0 and mono + min(left_s, POLICY.lock_s) > mono)
    assert (tries.locked_until == -math.inf) == (left_s <= 0)
