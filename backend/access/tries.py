"""Count wrong attempts and lock for a time, for one account or one workstation. Pure; times: monotonic seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backend.access.policy import AccessPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Wrong attempts since the last right one; locked_until: the lock's end, -inf = none."""

    failures: int = 0
    locked_until: float = -math.inf


def is_locked(tries: Tries, mono: float) -> bool:
    """Whether even a right password is refused now."""
    return mono < tries.locked_until


def after_failure(tries: Tries, mono: float, policy: AccessPolicy) -> Tries:
    """One more wrong attempt. While locked it does not count; after a lock the count begins anew."""
    if is_locked(tries, mono):
        return tries
    before = 0 if tries.locked_until > -math.inf else tries.failures
    failures = before + 1
    locked_until = mono + policy.lock_s if failures >= policy.failures else -math.inf
    return Tries(failures=failures, locked_until=locked_until)


def restored(failures: int, left_s: float, mono: float, policy: AccessPolicy) -> Tries:
    """After a restart: a lock goes on for what is left of it by the wall clock, at most its whole length."""
    if left_s <= 0:
        return Tries(failures=0 if failures >= policy.failures else failures)
    return Tries(failures=failures, locked_until=mono + min(left_s, policy.lock_s))
