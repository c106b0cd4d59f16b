"""The thread "writer": one unit of work after another, each its own transaction, by the one hand that writes."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from backend import logs
from backend.clock import Clock
from backend.errors import StoreError
from backend.store.appending import Appender, Head, Seal
from backend.store.connections import is_full
from backend.store.family import Database, UncertainError
from backend.store.reserve import Reserve
from backend.store.tx import Tx

T = TypeVar("T")
JOIN_S: Final = 2.0
_REMEMBERED: Final = 16
"""Units that were in doubt and are stored: few are ever asked for again, and each holds what its work holds."""
_log = logs.get(__name__)


@dataclass(slots=True)
class _Doubt:
    """A unit of which nobody knows yet whether it is stored. result: what its work gave."""

    work: Callable[[Tx], Any]
    tx: Tx
    result: Any


class Writer:
    """Runs units of work in the order they came. A unit's future is done when its transaction is on the disk.

    committed: told how many groups each unit stored. reserve: given up when the disk is full.

    Raises StoreError when the database cannot be opened.
    """

    def __init__(
        self,
        database: Database,
        *,
        genesis: bytes,
        clock: Clock,
        seal: Seal,
        committed: Callable[[int], None],
        reserve: Reserve | None = None,
    ) -> None:
        self._database = database
        self._reserve = reserve
        self._genesis = genesis
        self._clock = clock
        self._seal = seal
        self._hand = database.hand(clock)
        self._head = Head(0, genesis)
        self._committed = committed
        self._units: queue.SimpleQueue[tuple[Callable[[Tx], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._late = False
        self._doubt: _Doubt | None = None
        self._stored: deque[tuple[Callable[[Tx], Any], Any]] = deque(maxlen=_REMEMBERED)
        """Work and result of units whose caller was told that nobody knows; the newest last."""
        self._room()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Tx], T]) -> Future[T]:
        """Queue a unit of work. Raises nothing: the future does."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(StoreError("{file} is closed.", file=self._database.place))
            else:
                self._units.put((work, future))
        return future

    def lead_as(self, token: str) -> None:
        """See `family.Hand.lead_as`."""
        self._hand.lead_as(token)

    def close(self) -> None:
        """Finish what is queued and end the thread; after 2 s what is left is refused."""
        with self._lock:
            if not self._closed:
                self._units.put(None)
            self._closed = True
        self._thread.join(JOIN_S)
        if self._thread.is_alive():
            self._late = True
            _log.error("writer did not end in time", file=str(self._database.place))

    def _run(self) -> None:
        while (unit := self._units.get()) is not None:
            work, future = unit
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = self._unit(work)
            except BaseException as error:  # noqa: BLE001 - the thread's one catch: the future carries it to who asked
                future.set_exception(error)
            else:
                future.set_result(result)
                self._tidy()
        self._hand.end(hurry=self._late)

    def _tidy(self) -> None:
        """Between two units; whatever it costs, the next unit is done."""
        try:
            self._hand.keep_house()
        except BaseException as error:  # noqa: BLE001 - nobody waits for it: said, and tried again another time
            _log.error("house not kept", file=str(self._database.place), error=repr(error))

    def _unit(self, work: Callable[[Tx], T]) -> T:
        if self._late:
            raise StoreError("{file} is closed.", file=self._database.place)
        self._settle()
        for place, (stored, result) in enumerate(self._stored):
            if stored is work:
                # Tried again by someone who could not be told, maybe long after and behind others: not done twice.
                del self._stored[place]
                answer: T = result
                return answer
        begun: list[Tx] = []
        try:
            return self._once(work, begun)
        except StoreError as error:
            # Samples wait at their devices; the journal has nowhere else to go.
            journal_only = not any(each.bulky for each in begun)
            if not (journal_only and is_full(error) and self._reserve is not None and self._reserve.give_up()):
                raise
        return self._once(work, begun)

    def _once(self, work: Callable[[Tx], T], begun: list[Tx]) -> T:
        """One try at a unit; what it begins is added to `begun`."""
        done: list[_Doubt] = []

        def whole(connection: Connection) -> T:
            appender = Appender(
                connection, remembered=self._head, genesis=self._genesis, clock=self._clock, seal=self._seal
            )
            tx = Tx(
                connection,
                self._hand,
                self._database.in_words,
                appender=appender,
                clock=self._clock,
                room=self._room,
            )
            begun.append(tx)
            try:
                result = work(tx)
            finally:
                tx.close()
            if tx.failure is not None:
                raise tx.failure
            done.append(_Doubt(work, tx, result))
            return result

        try:
            result = self._hand.transaction(whole)
        except UncertainError:
            self._doubt = done[0]
            raise
        self._keep(done[0].tx)
        return result

    def _room(self) -> bool:
        return self._reserve is None or self._reserve.keep()

    def _keep(self, tx: Tx) -> None:
        """The unit is on the disk."""
        self._head = tx.appender.head
        self._hand.committed(tx.groups)
        self._committed(len(tx.groups))

    def _settle(self) -> None:
        """Find out about the unit in doubt before anything else is stored. Raises StoreError while that cannot be."""
        if self._doubt is None:
            return
        stored = self._hand.settle()
        doubt, self._doubt = self._doubt, None
        _log.info("unit in doubt settled", file=str(self._database.place), stored=stored)
        if stored:
            self._keep(doubt.tx)
            self._stored.append((doubt.work, doubt.result))
