"""The core thread: take a group, judge it, evaluate alarms, commit everything at once, acknowledge, tell."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from backend import logs
from backend.bus import Topic
from backend.clock import Clock
from backend.errors import RefusedError, StoreError, mark
from backend.links.ports import Inbound
from backend.model.alarm import AlarmClass, AlarmConfig, AlarmRecord, Priority
from backend.model.event import DeviceEvent, LinkHealth, Quarantined
from backend.model.metering import Accounts
from backend.model.relayed import Relayed
from backend.model.sample import SampleBatch
from backend.pipeline.inbox import Done, Inbox, Item
from backend.pipeline.judge import Ranges, judge, known, repeated
from backend.pipeline.ports import Alarms, Books, C, Chains, Ledger, NoBooks, NoChains, Stored, Table, Writes

T = TypeVar("T")
_log = logs.get(__name__)

TICK_S = 0.25
SLOW_S = 10.0
"""A commit that takes longer is said to people as one that failed; it is still waited for."""
RETRY_S = 0.5
"""How long a group that could not be committed waits before the next try."""

STORE_ALARM = AlarmConfig(
    key="system/store:unavailable",
    source="system/store",
    condition="unavailable",
    message=mark("Database does not take data, devices are not acknowledged"),
    alarm_class=AlarmClass.SYSTEM,
    priorities=(("", Priority.P2),),
    shelvable=False,
)


@dataclass(slots=True)
class Topics:
    """What the core tells, always on the core thread and only after it is durable."""

    live: Topic[int] = field(default_factory=lambda: Topic("live"))
    """Version of the tag table."""
    committed: Topic[SampleBatch] = field(default_factory=lambda: Topic("committed"))
    alarms: Topic[AlarmRecord] = field(default_factory=lambda: Topic("alarms"))
    links: Topic[LinkHealth] = field(default_factory=lambda: Topic("links"))
    ticked: Topic[int] = field(default_factory=lambda: Topic("ticked"))
    """Wall clock, µs UTC, about four times a second."""
    store: Topic[bool] = field(default_factory=lambda: Topic("store"))


@dataclass(slots=True)
class Counters:
    """What went through the pipeline, by stage (B-18); read by anyone, written by the core thread."""

    samples: int = 0
    groups: int = 0
    repeated: int = 0
    unknown: int = 0
    quarantined: int = 0
    events: int = 0
    received: int = 0
    """Samples that came out of the links."""
    unusable: int = 0
    """Samples that could not be judged: unknown point, or a fault while judging."""
    filtered: int = 0
    """Samples that a processing chain dropped, as its configuration asks."""
    computed: int = 0
    """Samples that a processing chain added."""
    put_aside: dict[str, int] = field(default_factory=dict)
    """Messages put aside, by the stage that refused them."""
    commit_failures: int = 0
    lag_us: int = 0
    """Arrival to durable, of the last group."""


@dataclass(slots=True)
class _Group(Generic[C]):
    """One transaction in the making."""

    samples: SampleBatch | None = None
    accounts: Accounts | None = None
    quarantined: list[Quarantined] = field(default_factory=list)
    events: list[DeviceEvent] = field(default_factory=list)
    links: list[LinkHealth] = field(default_factory=list)
    relayed: list[int] = field(default_factory=list)
    """Rows of the relay that this transaction takes in."""
    changes: list[C] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    version: int | None = None
    received: int = 0
    unusable: int = 0
    filtered: int = 0
    computed: int = 0


class Core(Generic[C]):
    """Owns the pipeline, the tag table and the alarm state. One thread, named "core"."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        clock: Clock,
        ledger: Ledger,
        stored: Stored,
        table: Table,
        alarms: Alarms[C],
        ranges: Ranges,
        chains: Chains | None = None,
        books: Books | None = None,
    ) -> None:
        """ranges: of values as they arrive, before processing. chains, books: none when not given."""
        self.topics = Topics()
        self.counters = Counters()
        self._inbox = inbox
        self._clock = clock
        self._ledger = ledger
        self._stored = stored
        self._table = table
        self._alarms = alarms
        self._ranges = ranges
        self._chains: Chains = chains or NoChains()
        self._books: Books = books or NoBooks()
        self._held: _Group[C] | None = None
        self._held_work: Callable[[Writes], None] | None = None
        self._under_way: Future[None] | None = None
        """The held group's commit, while nobody knows yet what comes of it."""
        self._after_held: _Group[C] = _Group()
        self._unread: list[Item] = []
        self._next_tick = clock.mono()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="core")

    def start(self) -> None:
        """Begin taking from the inbox."""
        self._thread.start()

    def stop(self) -> None:
        """Take what is already queued, commit it, then end; joins within 2 s."""
        self._stopping = True
        self._inbox.close()
        if self._thread.is_alive():
            self._thread.join(2.0)
            if self._thread.is_alive():
                _log.error("core thread did not stop in 2 s")

    def call(self, work: Callable[[], T]) -> Future[T]:
        """Run `work` on the core thread, in order with everything else."""
        return self._inbox.call(work)

    def settle(self, changes: C, also: Callable[[Any], object] | None = None) -> C:
        """Make alarm changes that somebody asked for durable, then show them. Core thread only.

        also: what must be written in the same transaction (given the open unit of the store). Raises RefusedError when
        the database does not take them; then nothing changed.
        """
        if also is None and not (changes.records or changes.occurrences or changes.journal):
            self._alarms.commit(changes)
            return changes
        try:
            self._ledger.run(lambda tx: _settle(tx, changes, also)).result()
        except StoreError as error:
            self._alarms.abandon(changes)
            raise RefusedError("not saved, nothing changed: {reason}", reason=str(error)) from error
        except BaseException:
            # A defect in what was to be written: changes left staged would block every alarm after them.
            self._alarms.abandon(changes)
            raise
        self._alarms.commit(changes)
        self._tell_alarms([changes])
        return changes

    # -- the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping or self._inbox.depth:
            try:
                self._round()
            except BaseException:  # noqa: BLE001 - the core never dies of one round: said loudly, the next round goes on
                _log.error("core round failed", trace=traceback.format_exc())
            if self._stopping and (self._held is not None or self._unread):
                _log.error("stopped with a group that could not be committed; its devices were not acknowledged")
                break
        self._answer_calls()

    def _round(self) -> None:
        self._answer_calls()
        if self._held is not None:
            self._retry()
        else:
            self._take()
        if self._clock.mono() >= self._next_tick:
            self._next_tick = self._clock.mono() + TICK_S
            self._tick()

    def _take(self) -> None:
        items = self._unread
        if not items:
            self._inbox.wait(max(0.0, self._next_tick - self._clock.mono()))
            self._inbox.linger()
            items = self._inbox.take_group()
        if not items:
            return
        try:
            self._process(items)
            self._unread = []
        except StoreError as error:
            # The history could not say whether late samples are already stored: ask again, lose nothing.
            if not self._unread:
                _log.error("history cannot be read, group is held and nothing is acknowledged", error=str(error))
            self._unread = items
            self._inbox.wait_for_call(RETRY_S)

    def _answer_calls(self) -> None:
        for call in self._inbox.take_calls():
            call()

    def _tick(self) -> None:
        now = self._clock.wall_us()
        group: _Group[C] = _Group()
        stale = self._table.expire(now)
        if len(stale):
            self._stage(group, lambda: self._alarms.stale(stale, now))
            self.topics.live.publish(-1)
        self._stage(group, lambda: self._alarms.tick(now, self._clock.mono()))
        if group.changes and self._held is None:
            self._commit(group)
        elif group.changes and self._held is not None:
            self._after_held.changes.extend(group.changes)
        self.topics.ticked.publish(now)

    def _process(self, items: Sequence[Item]) -> None:
        group: _Group[C] = _Group(done=[done for _, done in items if done is not None])
        now = self._clock.wall_us()
        batches = []
        for item in _unwrapped(items):
            match item:
                case Relayed():
                    group.relayed.append(item.id)
                case SampleBatch():
                    batches.append(item)
                case Quarantined():
                    group.quarantined.append(item)
                case DeviceEvent():
                    group.events.append(item)
                case LinkHealth():
                    group.links.append(item)
                    self._stage(group, lambda health=item: self._alarms.link(health, now))  # type: ignore[misc]
        if batches:
            self._take_samples(group, batches, now)
        self._commit(group)

    def _take_samples(self, group: _Group[C], batches: list[SampleBatch], now: int) -> None:
        group.received = sum(map(len, batches))
        try:
            batch = self._accept(group, self._chains.apply(self._judged(group, batches)))
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - a poison batch: kept raw, named, the stream goes on (F36)
            _log.error("batch could not be judged", trace=traceback.format_exc())
            for each in batches:
                self._set_aside(group, each, "internal error while judging")
            return
        group.filtered, group.computed = self._chains.commit()
        if not len(batch):
            return
        group.samples = batch
        group.version = self._table.update(batch)
        self._settle(group, batch)
        self._stage(group, lambda: self._alarms.evaluate(batch, now))

    def _settle(self, group: _Group[C], batch: SampleBatch) -> None:
        try:
            group.accounts = self._books.settle(batch)
        except Exception:  # noqa: BLE001 - readings are stored all the same, and the next one settles the difference
            _log.error("readings not settled", trace=traceback.format_exc())

    def _judged(self, group: _Group[C], batches: list[SampleBatch]) -> SampleBatch:
        """All rows as one batch; each batch is looked at alone only where something is wrong in one of them."""
        if len(batches) > 1:
            whole = SampleBatch.join(batches)
            if known(whole, self._ranges).all() and judge(whole, self._ranges) is whole:
                return whole
        return SampleBatch.join([judge(self._registered(group, each), self._ranges) for each in batches])

    def _registered(self, group: _Group[C], batch: SampleBatch) -> SampleBatch:
        ok = known(batch, self._ranges)
        if ok.all():
            return batch
        self._set_aside(group, batch.where(~ok), "unknown point")
        self.counters.unknown += int((~ok).sum())
        return batch.where(ok)

    def _accept(self, group: _Group[C], batch: SampleBatch) -> SampleBatch:
        """Without the rows that are already stored, or twice in this batch."""
        again = repeated(batch)
        late = (batch.at <= self._table.newest(batch.point)) & ~again
        if late.any():
            again[late] |= self._stored.contains(batch.where(late))
        if again.any():
            self.counters.repeated += int(again.sum())
            batch = batch.where(~again)
        return batch

    def _set_aside(self, group: _Group[C], batch: SampleBatch, reason: str) -> None:
        group.unusable = min(group.received, group.unusable + len(batch))
        raw = b"".join(array.tobytes() for array in (batch.point, batch.at, batch.value, batch.quality))
        group.quarantined.append(
            Quarantined(source=batch.source, stage="pipeline", reason=reason, raw=raw, received_at=batch.received_at)
        )

    def _stage(self, group: _Group[C], decide: Callable[[], C]) -> None:
        """Let the alarm engine decide; what it decided goes into the group's transaction."""
        try:
            changes = decide()
        except Exception:  # noqa: BLE001 - a defect in one rule must not stop samples from being stored
            _log.error("alarm evaluation failed", trace=traceback.format_exc())
            return
        self._alarms.commit(changes)
        if changes.records or changes.occurrences or changes.journal:
            group.changes.append(changes)

    # -- durable, then told --------------------------------------------------------------------------------------

    def _commit(self, group: _Group[C]) -> None:
        def work(tx: Writes) -> None:
            _write(tx, group)

        future = self._ledger.run(work)
        try:
            future.result(SLOW_S)
        except StoreError as error:
            self._hold(group, work, str(error))
        except TimeoutError:
            if future.done():
                raise
            # It may still be stored: nothing is done over, but ticks, calls and the alarm must not wait for it.
            self._under_way = future
            self._hold(group, work, f"not on the disk after {SLOW_S} s")
        else:
            self._tell(group)

    def _hold(self, group: _Group[C], work: Callable[[Writes], None], error: str) -> None:
        """Keep the group, acknowledge nothing, sound the alarm once; `_retry` goes on from here.

        The very same work is tried again, and later changes go after it: by the work the store knows a unit again of
        which nobody could say whether it was stored.
        """
        self.counters.commit_failures += 1
        self._held, self._held_work = group, work
        _log.error("commit failed, group is held and nothing is acknowledged", error=error)
        now = self._clock.wall_us()
        self._after_held = _Group()
        self._stage(self._after_held, lambda: self._alarms.raise_(STORE_ALARM, now))
        # The one alarm shown before it is durable: the reason is that nothing can be made durable.
        self._tell_alarms(self._after_held.changes)
        self.topics.store.publish(False)

    def _retry(self) -> None:
        group, work = self._held, self._held_work
        if group is None or work is None:
            return
        future = self._under_way or self._ledger.run(work)
        if future is self._under_way and not future.done():
            self._inbox.wait_for_call(RETRY_S)
            return
        self._under_way = None
        try:
            future.result()
        except StoreError:
            self.counters.commit_failures += 1
            self._inbox.wait_for_call(RETRY_S)
            return
        self._held = self._held_work = None
        _log.info("commit works again")
        self._tell(group)
        after, now = self._after_held, self._clock.wall_us()
        self._stage(after, lambda: self._alarms.clear(STORE_ALARM.key, now))
        self._commit(after)
        if self._held is None:
            self.topics.store.publish(True)

    def _tell(self, group: _Group[C]) -> None:
        if group.accounts is not None:
            self._books.commit(group.accounts)
        for done in group.done:
            try:
                done()
            except Exception as error:  # noqa: BLE001 - a link that is gone cannot be acknowledged; it will send again
                _log.warning("acknowledgement failed", error=repr(error))
        self._count(group)
        for health in group.links:
            self.topics.links.publish(health)
        self._tell_alarms(group.changes)
        if group.samples is not None:
            self.topics.committed.publish(group.samples)
        if group.version is not None:
            self.topics.live.publish(group.version)

    def _count(self, group: _Group[C]) -> None:
        self.counters.groups += 1
        self.counters.quarantined += len(group.quarantined)
        self.counters.events += len(group.events)
        self.counters.received += group.received
        self.counters.unusable += group.unusable
        self.counters.filtered += group.filtered
        self.counters.computed += group.computed
        for item in group.quarantined:
            self.counters.put_aside[item.stage] = self.counters.put_aside.get(item.stage, 0) + 1
        if group.samples is not None:
            self.counters.samples += len(group.samples)
            self.counters.lag_us = max(0, self._clock.wall_us() - group.samples.received_at)

    def _tell_alarms(self, changes: Sequence[C]) -> None:
        for each in changes:
            for record in each.records:
                self.topics.alarms.publish(record)


def _unwrapped(items: Sequence[Item]) -> Iterator[Inbound]:
    """Each item, one from another node followed by what that node had received."""
    for item, _ in items:
        yield item
        if isinstance(item, Relayed):
            yield from item.items


def _write(tx: Writes, group: _Group[C]) -> None:
    for relayed in group.relayed:
        tx.taken_in(relayed)
    if group.samples is not None:
        tx.samples(group.samples)
    if group.accounts is not None:
        tx.settled(group.accounts)
    for item in group.quarantined:
        tx.quarantine(item)
    for event in group.events:
        tx.device_event(event)
    _write_changes(tx, group.changes)


def _settle(tx: Writes, changes: C, also: Callable[[Any], object] | None) -> None:
    if also is not None:
        also(tx)
    _write_changes(tx, [changes])


def _write_changes(tx: Writes, changes: Sequence[C]) -> None:
    for each in changes:
        for record in each.records:
            tx.alarm(record.config, record.facts)
        for occurrence in each.occurrences:
            tx.occurrence(occurrence)
        for draft in each.journal:
            tx.journal(draft)
