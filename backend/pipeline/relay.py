"""From one node to another through the database: what a node receives that does not lead, the node that leads takes in.

Threads: "relay" on the node that stands by, "relayed" on the one that leads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, Protocol, TypeVar

from backend import logs
from backend.errors import StoreError
from backend.model.event import DeviceEvent, Quarantined
from backend.model.relayed import Received, Relayed
from backend.model.sample import SampleBatch
from backend.pipeline.inbox import Inbox, Item

T = TypeVar("T")
RETRY_S: Final = 0.5
LOOK_S: Final = 0.1
"""How long what another node received may wait before it is looked for."""
_TURN_S: Final = 0.25
_AT_ONCE: Final = 64
_JOIN_S: Final = 2.0
_log = logs.get(__name__)


class Keeps(Protocol):
    """One open transaction."""

    def relay(self, node: str, items: Sequence[Received]) -> None: ...


class Ledger(Protocol):
    """The store's writer."""

    def run(self, work: Callable[[Keeps], T]) -> Future[T]: ...


class Relay:
    """Makes durable what links have put into the inbox, then has the devices acknowledged. Nothing is judged here."""

    def __init__(self, *, inbox: Inbox, ledger: Ledger, node: str) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._node = node
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self.kept = 0
        """Samples and other items that are durable."""

    def start(self) -> None:
        """Begin taking from the inbox."""
        self._thread.start()

    def stop(self) -> None:
        """Take what is already queued, then end; what cannot be stored is not acknowledged, and is sent again."""
        self._stopping.set()
        self._inbox.close()
        self._thread.join(_JOIN_S)
        if self._thread.is_alive():
            _log.error("relay did not stop in time", within_s=_JOIN_S)

    def _run(self) -> None:
        while not self._stopping.is_set() or self._inbox.depth:
            self._inbox.wait(_TURN_S)
            self._inbox.linger()
            items = self._inbox.take_group()
            if items and not self._keep(items):
                break

    def _keep(self, items: Sequence[Item]) -> bool:
        """Whether it is durable; tried again until it is, or until the relay has to stop."""
        received = [item for item, _ in items if isinstance(item, SampleBatch | DeviceEvent | Quarantined)]

        def work(tx: Keeps) -> None:
            tx.relay(self._node, received)

        failed = False
        while received:
            try:
                self._ledger.run(work).result()
                break
            except StoreError as error:
                if not failed:
                    _log.error("what was received is held and nothing is acknowledged", error=str(error))
                failed = True
                if self._stopping.wait(RETRY_S):
                    return False
        if failed:
            _log.info("what was received is durable again")
        self.kept += len(received)
        for _, done in items:
            if done is not None:
                self._tell(done)
        return True

    def _tell(self, done: Callable[[], None]) -> None:
        try:
            done()
        except Exception as error:  # noqa: BLE001 - a link that is gone cannot be acknowledged; it will send again
            _log.warning("acknowledgement failed", error=repr(error))


class Relays:
    """Puts what other nodes have received into the inbox of the node that leads, in order, each row once."""

    def __init__(self, *, inbox: Inbox, waiting: Callable[[int, int], Sequence[Relayed]]) -> None:
        """waiting: (after, limit) -> rows of the relay that are not taken in yet. Raises StoreError."""
        self._inbox = inbox
        self._waiting = waiting
        self._after = 0
        self._failed = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relayed", daemon=True)

    def start(self) -> None:
        """Begin looking."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; what is left is there for the next to lead."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._look():
                self._stopping.wait(LOOK_S)

    def _look(self) -> bool:
        """Whether there may be more at once."""
        try:
            rows = self._waiting(self._after, _AT_ONCE)
        except StoreError as error:
            if not self._failed:
                _log.error("what other nodes received cannot be read", error=str(error))
            self._failed = True
            return False
        self._failed = False
        for row in rows:
            if row.damaged:
                _log.error("a row of the relay is damaged and put aside", node=row.node, id=row.id)
            self._inbox.put(row)
            self._after = row.id
        return len(rows) == _AT_ONCE
