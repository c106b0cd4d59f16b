"""Settings of signing in, with the defaults of requirements M-02 and M-03."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """Times in seconds. One lock counts for an account, another for a workstation."""

    failures: int = 5
    lock_s: float = 15 * 60.0
    check_age_s: float = 30.0
    """How long a password check counts as "just now"."""
    code_at_sign_in: bool = False
    """Ask for the one-time code at sign-in too, of those who have one; an approval always asks."""
