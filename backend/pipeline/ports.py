"""What the core asks of its neighbours; `system` supplies them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from backend.model.alarm import AlarmConfig, AlarmFacts, AlarmRecord, Occurrence
from backend.model.event import DeviceEvent, LinkHealth, Quarantined
from backend.model.journal import JournalDraft, JournalEntry
from backend.model.metering import Accounts
from backend.model.sample import SampleBatch

T = TypeVar("T")


class Writes(Protocol):
    """One open transaction."""

    def samples(self, batch: SampleBatch) -> None: ...
    def taken_in(self, relayed: int) -> None: ...
    def quarantine(self, item: Quarantined) -> None: ...
    def device_event(self, event: DeviceEvent) -> None: ...
    def alarm(self, config: AlarmConfig, facts: AlarmFacts) -> None: ...
    def occurrence(self, occurrence: Occurrence) -> None: ...
    def journal(self, draft: JournalDraft) -> JournalEntry: ...
    def settled(self, accounts: Accounts) -> None: ...


class Ledger(Protocol):
    """The store's writer: one transaction per call, durable when the future is done, StoreError when not.

    Where a StoreError leaves it open whether it is stored, the very same `work` tried again is stored once.
    """

    def run(self, work: Callable[[Writes], T]) -> Future[T]: ...


class Stored(Protocol):
    """What is already in the history."""

    def contains(self, batch: SampleBatch) -> NDArray[np.bool_]: ...


class Table(Protocol):
    """The tag table."""

    def newest(self, points: NDArray[np.int32]) -> NDArray[np.int64]: ...
    def update(self, batch: SampleBatch) -> int: ...
    def expire(self, now: int) -> NDArray[np.int32]: ...


class Chains(Protocol):
    """Processing between judging and de-duplication. What `apply` decided counts only from `commit` on, so that a batch
    can be taken again. `commit` gives (rows dropped as configured, rows computed)."""

    def apply(self, batch: SampleBatch) -> SampleBatch: ...
    def commit(self) -> tuple[int, int]: ...


class NoChains:
    """Every batch as it came."""

    def apply(self, batch: SampleBatch) -> SampleBatch:
        return batch

    def commit(self) -> tuple[int, int]:
        return 0, 0


class Books(Protocol):
    """Accounts that readings are settled with, in the transaction that stores them. What `settle` decided counts only
    from `commit` on."""

    def settle(self, batch: SampleBatch) -> Accounts | None: ...
    def commit(self, accounts: Accounts) -> None: ...


class NoBooks:
    """Nothing is billed here."""

    def settle(self, batch: SampleBatch) -> Accounts | None:
        return None

    def commit(self, accounts: Accounts) -> None:
        return None


class Changes(Protocol):
    """Alarm changes staged for one transaction."""

    @property
    def records(self) -> tuple[AlarmRecord, ...]: ...
    @property
    def occurrences(self) -> tuple[Occurrence, ...]: ...
    @property
    def journal(self) -> tuple[JournalDraft, ...]: ...


C = TypeVar("C", bound=Changes)


class Alarms(Protocol[C]):
    """The alarm engine; nothing it decides is visible before `commit`."""

    def evaluate(self, batch: SampleBatch, now: int) -> C: ...
    def tick(self, now: int, mono: float) -> C: ...
    def link(self, health: LinkHealth, now: int) -> C: ...
    def stale(self, points: NDArray[np.int32], now: int) -> C: ...
    def raise_(self, config: AlarmConfig, now: int) -> C: ...
    def clear(self, key: str, now: int) -> C: ...
    def commit(self, changes: C) -> None: ...
    def abandon(self, changes: C) -> None: ...
