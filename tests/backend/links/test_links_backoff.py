"""Back-off doubles, keeps inside its jitter band and never passes the cap."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from backend.links.backoff import CAP_S, Backoff


@given(st.integers(), st.floats(0.01, 5), st.integers(1, 60))
def test_every_wait_lies_between_half_and_all_of_its_ceiling(seed: int, first_s: float, attempts: int) -> None:
    backoff = Backoff(Random(seed), first_s=first_s)
    waits = [backoff.next() for _ in range(attempts)]
    ceilings = [min(CAP_S, first_s * 2**k) for k in range(attempts)]
    assert all(c / 2 <= wait <= c for wait, c in zip(waits, ceilings, strict=True))


def test_a_thousand_failures_still_wait_thirty_seconds_at_most() -> None:
    backoff = Backoff(Random(1))
    assert 15 <= [backoff.next() for _ in range(1000)][-1] <= 30


def test_success_starts_small_again() -> None:
    backoff = Backoff(Random(1), first_s=1)
    for _ in range(5):
        backoff.next()
    backoff.reset()
    assert backoff.next() <= 1


def test_two_links_do_not_come_back_together() -> None:
    one, other = Backoff(Random("a")), Backoff(Random("b"))
    assert [one.next() for _ in range(4)] != [other.next() for _ in range(4)]
