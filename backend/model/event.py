"""Facts that arrive beside samples: device events, link health, and what was put aside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

IDENTITY_STAGES: Final = frozenset({"identity", "topic"})
DECRYPTION_STAGES: Final = frozenset({"decrypt"})
"""Stages of a `Quarantined` message that come before the parsing (B-18); all others but the pipeline's are parsing."""


class LinkState(StrEnum):
    """Where a field link stands."""

    CONNECTING = "connecting"
    UP = "up"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHealth:
    """One link's state at a moment. `devices` lose their values when the link is lost. times: µs UTC."""

    link: str
    protocol: str
    state: LinkState
    since: int
    reason: str = ""
    devices: tuple[str, ...] = ()
    latency_ms: float | None = None
    """Of the last exchange."""
    read_ok: int = 0
    read_failed: int = 0
    lost_count: int = 0
    late_polls: int = 0
    """Polls skipped because the one before took too long."""
    heard: int = 0
    """Messages, answers or frames that came, since the program started."""
    refused: tuple[tuple[str, int], ...] = ()
    """Of them, by the stage that refused them (see `Quarantined.stage`), those too that were counted and not kept."""

    @property
    def unknown_sender(self) -> int:
        """Refused before anything else: nobody of this site, or not who it says."""
        return sum(count for stage, count in self.refused if stage in IDENTITY_STAGES)

    @property
    def undeciphered(self) -> int:
        """Not encrypted as agreed, or changed on the way."""
        return sum(count for stage, count in self.refused if stage in DECRYPTION_STAGES)

    @property
    def unparsed(self) -> int:
        """Not what its protocol or its model says."""
        return sum(count for _, count in self.refused) - self.unknown_sender - self.undeciphered


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEvent:
    """Something a device said that is not a sample: a text value or an occurrence with its own time (µs UTC)."""

    device: str
    name: str
    at: int
    received_at: int
    text: str = ""
    active: bool | None = None
    """For an alarm the device itself raised or cleared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An inbound message that was not used: where it came from, which stage refused it and why, and its raw bytes."""

    source: str
    stage: str
    reason: str
    raw: bytes
    received_at: int
