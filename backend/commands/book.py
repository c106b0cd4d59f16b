"""The commands in memory: open ones with their deadlines, ended ones for as long as people look at them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from backend.clock import US
from backend.model.command import TERMINAL, Command


@dataclass(slots=True)
class Held:
    """One command as last made durable. anchor_s: wall minus monotonic seconds when it was requested."""

    command: Command
    anchor_s: float
    ends_mono: float = math.inf
    claim_tried: bool = False
    """A claim is tried once; what could not be claimed runs out."""
    watched: bool = False
    """Failed by contradiction: a device that moves now moves late."""
    restarting: bool = False
    """Found at start, not yet taken in hand."""
    quiet: bool = False
    """A change could not be made durable; said once."""

    @property
    def is_open(self) -> bool:
        """Not terminal."""
        return self.command.state not in TERMINAL


class Book:
    """Commands by id. Core thread only."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}

    def get(self, command_id: str) -> Held | None:
        """One command, None when it is not known (any more)."""
        return self._held.get(command_id)

    def add(self, held: Held) -> None:
        """A new command, durable already."""
        self._held[held.command.content.id] = held

    def all(self) -> tuple[Held, ...]:
        """Everything, oldest first."""
        return tuple(self._held.values())

    def open(self) -> tuple[Held, ...]:
        """Everything that has not ended."""
        return tuple(held for held in self._held.values() if held.is_open)

    def open_on(self, point: int, but: str = "") -> str:
        """The open command on an actuator other than `but`, and whose it is; empty = none (S12)."""
        others = (held.command for held in self._held.values() if held.is_open and held.command.content.id != but)
        holder = next((other for other in others if other.content.point == point), None)
        return "" if holder is None else f"{holder.content.id}, {holder.requester}, {holder.workstation}"

    def watching(self) -> Iterator[Held]:
        """Those for which feedback means something, beside the open ones."""
        return (held for held in self.all() if held.watched)

    def unwatch(self, point: int) -> None:
        """A newer order goes to the actuator: what it does from now on is no late action of older ones."""
        for held in self._held.values():
            if held.command.content.point == point:
                held.watched = False

    def newest_first(self) -> tuple[Command, ...]:
        """What people see in the list."""
        return tuple(held.command for held in reversed(self._held.values()))

    def forget_before(self, at: int, keep_s: float) -> None:
        """Drop what ended more than `keep_s` before `at` (µs UTC)."""
        oldest = at - round(keep_s * US)
        kept = {key: held for key, held in self._held.items() if held.is_open or held.command.ended_at >= oldest}
        self._held = kept
