"""A program for tests: a command on its whole way with the real store, killed (SIGKILL) at a numbered point (F03).

Run as `python -m tests.support.dying_desk DATABASE POINT`: POINT counts the calls that leave the command engine, before
and after each commit, each alarm and the dispatch; 0 = live to the end. Every send and the name of each point passed
are written to stdout at once, as bytes that have left are seen by the other side whatever becomes of the sender.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from backend.commands import LAST_NUMBER
from backend.commands.ports import Writes
from backend.model.alarm import AlarmConfig
from backend.model.command import Order, Receipt, ReceiptKind
from backend.store import Store
from tests.support.clock import ManualClock
from tests.support.command_site import CLOSED, Durable, Site
from tests.support.units import open_store

T = TypeVar("T")
SENT = "sent"


class StoredSite(Site):
    """A `Site` whose ledger is the real store."""

    def __init__(self, store: Store, clock: ManualClock, *, kill_at: int = 0) -> None:
        self.store = store
        self.passed: list[str] = []
        self.left: list[Order] = []
        self.calls = 0
        disk = Durable()
        disk.settings = {LAST_NUMBER: store.setting(LAST_NUMBER) or "0"}
        super().__init__(disk, clock)
        self.kill_at = kill_at

    def start(self) -> StoredSite:
        """Take in hand what the store holds."""
        self.engine.on_restart(self.store.commands())
        return self

    def passing(self, point: str) -> None:
        """A point of the way, where it may die."""
        self.calls += 1
        self.passed.append(point)
        if self.calls == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def run(self, work: Callable[[Writes], T]) -> Future[T]:
        """One unit of the real store."""
        number = sum(each.startswith("before commit") for each in self.passed) + 1
        self.passing(f"before commit {number}")
        future = self.store.run(work)
        future.exception(10)
        self.passing(f"after commit {number}")
        return future  # type: ignore[return-value]  # the store's unit is a `Writes`

    def write(self, order: Order, told: Callable[[Receipt], None]) -> None:
        """The dispatcher: the bytes leave."""
        self.passing("before the bytes")
        self.left.append(order)
        print(SENT, order.command, flush=True)
        self.told = told
        self.disk.sent.append(order)
        self.passing("after the bytes")

    def raise_(self, config: AlarmConfig, *, value: float | None = None) -> None:
        """Alarms are another's to keep."""
        self.passing(f"alarm {config.condition}")

    def clear(self, key: str) -> None:
        """See `raise_`."""


def whole_way(site: StoredSite) -> None:
    """Asked, confirmed, approved, sent, not answered in time, answered late, proved."""
    site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.UNKNOWN, detail="time-out")
    site.say(ReceiptKind.ACKED)
    site.clock.tick(20)
    site.field(CLOSED)
    site.engine.tick()


def main(database: str, point: str) -> None:
    """See the module."""
    clock = ManualClock()
    store = open_store(Path(database), clock)
    whole_way(StoredSite(store, clock, kill_at=int(point)).start())
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
