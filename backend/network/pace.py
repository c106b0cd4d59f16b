"""How long a set of valves takes to close: a rule of thumb with its assumptions in one place. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.model.isolation import PlanValve


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds. Commands are asked for and approved one after the other; a crew drives once, then from well to well."""

    command_s: float = 60.0
    """Two people read, check and sign one command."""
    travel_s_per_mm: float = 0.15
    """A motor valve turns 45 s at DN300."""
    crew_s: float = 1800.0
    next_well_s: float = 600.0


def estimate_s(valves: Iterable[PlanValve], pace: Pace) -> float:
    """Until the last one is shut: commands and crew go on side by side; the last command's travel counts."""
    listed = list(valves)
    remote = [valve for valve in listed if valve.remote]
    hands = len(listed) - len(remote)
    by_command = pace.command_s * len(remote) + max((valve.travel_s for valve in remote), default=0.0)
    by_hand = pace.crew_s + pace.next_well_s * (hands - 1) if hands else 0.0
    return max(by_command, by_hand)
