"""What commands ask of their neighbours; `system` supplies them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, TypeVar

from backend.model.alarm import AlarmConfig
from backend.model.command import Command, Order, Receipt
from backend.model.journal import JournalDraft, JournalEntry
from backend.model.person import Right, Session

T = TypeVar("T")


class Writes(Protocol):
    """One open transaction."""

    def command(self, command: Command) -> None: ...
    def claim(self, command_id: str, attempt: int) -> None:
        """Raises StoreError when this attempt was claimed before (S2)."""
        ...

    def journal(self, draft: JournalDraft) -> JournalEntry: ...
    def setting(self, key: str, value: str) -> None: ...


class Ledger(Protocol):
    """The store's writer: one transaction per call, durable when the future is done, StoreError when not."""

    def run(self, work: Callable[[Writes], T]) -> Future[T]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A point's current value. at: device time, received_at: arrival (µs UTC, 0 = never). quality: of now."""

    value: float
    at: int
    received_at: int
    quality: int


class Values(Protocol):
    """The tag table."""

    def reading(self, point: int) -> Reading: ...


class Links(Protocol):
    """Whether the field link of a device is up."""

    def up(self, device: str) -> bool: ...


class Dispatcher(Protocol):
    """The one way to the field. In simulator mode it must hold no live transport (S7)."""

    def write(self, order: Order, told: Callable[[Receipt], None]) -> None:
        """Returns at once; `told` may be called from any thread. RefusedError = provably nothing was sent."""
        ...


class People(Protocol):
    """Sessions and rights, looked up anew at every use."""

    def session(self, session_id: str) -> Session | None: ...
    def rights(self, session_id: str) -> frozenset[Right]:
        """What the session may do now; nothing once it has ended or its account is disabled."""
        ...

    def person_may(self, person: str, right: Right) -> bool:
        """Whether an active account of this natural person has the right now, signed in or not."""
        ...


class Alarms(Protocol):
    """The alarm engine, as commands see it. Both are durable when they return; raise RefusedError or StoreError."""

    def raise_(self, config: AlarmConfig, *, value: float | None = None) -> None:
        """Raise; does nothing when it stands already."""
        ...

    def clear(self, key: str) -> None:
        """The condition is gone; does nothing when it never was."""
        ...


class Call(Protocol):
    """Run something on the core thread, in order with everything else, from any thread."""

    def __call__(self, work: Callable[[], None], /) -> object: ...
