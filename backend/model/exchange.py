"""One exchange with a meter, by its six moments, and what many of them come to (requirements Q-02 to Q-04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEAN_LIMIT_S: Final = 30.0
"""The mean of a class must stay below (Huawei/Shenzhen Gas white paper 4.3.2)."""
LONGEST_LIMIT_S: Final = 60.0
"""No exchange may take as long."""
KINDS: Final = ("civil", "ci")
"""Civil meters report once a day; commercial and industrial ones are asked every five minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Connect, authenticate, send, back office, finish, close; µs UTC, 0 = it did not come to that."""

    device: str
    kind: str
    connected_at: int
    authenticated_at: int
    sent_at: int
    processed_at: int
    finished_at: int
    closed_at: int

    @property
    def span_s(self) -> float:
        """The whole exchange."""
        return (self.closed_at - self.connected_at) / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeFigures:
    """Exchanges of one class since the program started. Times in s; None before the first."""

    kind: str
    whole: int
    """Exchanges that were finished."""
    first: int
    """Readings that came at the first try."""
    later: int
    """Readings that took more than one."""
    broken: int
    """Exchanges that ended without their reading being stored."""
    mean_s: float | None
    max_s: float | None
    p95_s: float | None
    """Of the newest few thousand."""
    newest: Exchange | None

    @property
    def first_share(self) -> float | None:
        """Part of the readings that came at the first try."""
        got = self.first + self.later
        return self.first / got if got else None

    @property
    def within_limits(self) -> bool:
        """Mean and maximum are both below the limits."""
        return (self.mean_s or 0.0) < MEAN_LIMIT_S and (self.max_s or 0.0) < LONGEST_LIMIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadEnd:
    """One place where meters call in. heard: meters whose reading was stored since the program started.

    turned_away: connections beyond what may be open at once. put_aside: what was said and not used.
    """

    link: str
    registered: int
    heard: int
    open_now: int
    turned_away: int
    put_aside: int
    timed_out: int
    kinds: tuple[ExchangeFigures, ...]
