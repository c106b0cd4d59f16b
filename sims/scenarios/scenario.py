"""A scenario as data, and the player that lets its events come when their time has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens `at_s` simulated seconds after the start: a message of the control channel."""

    at_s: float
    does: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """hour: of the local day at the start, None = what the clock on the wall says."""

    name: str
    title: str
    events: tuple[Event, ...] = ()
    hour: float | None = None


class Player:
    """Lets each event come once, in order of time."""

    def __init__(self, scenario: Scenario, act: Callable[[Message], object]) -> None:
        self._left = sorted(scenario.events, key=lambda event: event.at_s)
        self._act = act

    def play(self, now_s: float) -> None:
        """Everything whose time has come by now."""
        while self._left and self._left[0].at_s <= now_s:
            self._act(self._left.pop(0).does)
