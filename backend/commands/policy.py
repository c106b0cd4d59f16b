"""Settings of the command life cycle, with the defaults of safety.md §2."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Windows in seconds; rates in requests per `rate_window_s`."""

    confirm_s: float = 60.0
    approval_s: float = 600.0
    dispatch_s: float = 30.0
    """Approved → dispatched; cf. 10 s command delay on a relay."""
    ack_s: float = 10.0
    awake_s: float = 5.0
    """How long after a report a battery device still listens."""
    sleeps_periods: float = 3.0
    """An order for a battery device waits for so many of its reports before it expires unsent."""
    jump_s: float = 5.0
    """A wall clock that moved this much against the monotonic one expires everything pending (C8)."""
    data_age_s: float = 30.0
    """Oldest interlock input, unless the device reports more slowly by itself (S11)."""
    verify_min_s: float = 10.0
    proof_age_s: float = 30.0
    """How long a renewed sign-in counts as "now" (C5)."""
    rate_window_s: float = 600.0
    rate_person: int = 20
    rate_device: int = 6
    rate_site: int = 60
    keep_ended_s: float = 24 * 3600.0
    """How long ended commands stay in the list on screen, and are watched for a late device action."""
