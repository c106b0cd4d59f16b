"""Units of work: one after another, each whole or not at all, and the writer goes on after every failure."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from backend.audit import GENESIS, seal, verify
from backend.errors import RefusedError, StoreError
from backend.model.command import CommandState
from backend.store import Store, Tx, connections
from tests.support.clock import ManualClock
from tests.support.stored import account, alarm, batch, command, draft, occurrence, url_of


def everything(tx: Tx) -> None:
    """A bit of each fact."""
    tx.samples(batch([(1, 1, 0.5)]))
    tx.journal(draft())
    tx.alarm(*alarm())
    tx.occurrence(occurrence())
    tx.command(command())
    tx.claim("c1", 1)
    tx.account(account())
    tx.setting("key", "value")


def is_empty(store: Store) -> bool:
    """Whether no fact is stored."""
    return (store.history.count(), store.setting("key")) == (0, None) and not any(
        (list(store.journal()), store.alarms(), store.occurrences(), store.commands(), store.accounts())
    )


def test_units_run_in_order_on_the_writers_thread(store: Store) -> None:
    order: list[tuple[int, str]] = []
    futures = [
        store.run(lambda tx, n=number: order.append((n, threading.current_thread().name))) for number in range(50)
    ]
    for future in futures:
        future.result(5)
    assert order == [(number, "writer") for number in range(50)]


def test_a_unit_gives_back_what_its_work_returns_once_it_is_stored(store: Store) -> None:
    entry = store.run(lambda tx: tx.journal(draft())).result(5)
    assert list(store.journal()) == [entry]
    assert store.run(lambda tx: None).result(5) is None


@pytest.mark.parametrize("failure", [RefusedError("no"), ZeroDivisionError(), KeyError("k"), StoreError("no")])
def test_work_that_raises_leaves_nothing_and_the_caller_hears_it(store: Store, failure: Exception) -> None:
    def work(tx: Tx) -> None:
        everything(tx)
        raise failure

    with pytest.raises(type(failure)) as heard:
        store.run(work).result(5)
    assert heard.value is failure
    assert is_empty(store)
    store.run(everything).result(5)
    assert not is_empty(store)


def test_a_failure_that_the_work_swallows_still_loses_the_unit(store: Store) -> None:
    """Otherwise a claim that failed could be followed by a dispatch that is stored."""

    def work(tx: Tx) -> str:
        everything(tx)
        with pytest.raises(StoreError):
            tx.claim("c1", 1)
        with pytest.raises(StoreError, match="append only"):
            tx.setting("after", "the failure")
        return "done"

    with pytest.raises(StoreError, match="append only"):
        store.run(work).result(5)
    assert is_empty(store)


def test_a_claim_is_made_once(store: Store) -> None:
    store.run(lambda tx: (tx.command(command()), tx.claim("c1", 1))).result(5)
    with pytest.raises(StoreError, match="claim is append only"):
        store.run(lambda tx: (tx.setting("sent", "twice"), tx.claim("c1", 1))).result(5)
    assert store.setting("sent") is None
    store.run(lambda tx: tx.claim("c1", 2)).result(5)


def test_of_many_claims_at_once_one_wins(store: Store) -> None:
    store.run(lambda tx: tx.command(command())).result(5)
    start = threading.Barrier(8)

    def claim() -> Future[None]:
        start.wait(5)
        return store.run(lambda tx: tx.claim("c1", 1))

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(claim) for _ in range(8)]
        claims = [each.result(5).exception(5) for each in asked]
    assert sorted(error is None for error in claims) == [False] * 7 + [True]


def test_the_journal_has_no_gap_after_units_that_failed(store: Store) -> None:
    def failing(tx: Tx) -> None:
        tx.journal(draft("lost"))
        tx.journal(draft("lost too"))
        raise RefusedError("no")

    futures: list[Future[Any]] = []
    for number in range(20):
        futures.append(store.run(lambda tx, n=number: tx.journal(draft(f"c{n}"))))
        futures.append(store.run(failing))
    assert [future.result(5).seq for future in futures[::2]] == list(range(1, 21))
    assert all(isinstance(future.exception(5), RefusedError) for future in futures[1::2])
    entries = list(store.journal())
    assert [entry.draft.subject for entry in entries] == [f"c{number}" for number in range(20)]
    assert verify(entries, GENESIS(store.site, store.id)).ok


def test_the_chain_goes_on_after_a_restart(opened: Callable[[], Store]) -> None:
    for number in range(3):
        store = opened()
        store.run(lambda tx, n=number: [tx.journal(draft(f"{n}.{m}")) for m in range(2)]).result(5)
        store.close()
    store = opened()
    verdict = verify(store.journal(), GENESIS("linjiang", store.id), expect=(6, list(store.journal())[-1].hash))
    assert (verdict.ok, verdict.count) == (True, 6)


def test_two_processes_add_to_one_chain(opened: Callable[[], Store]) -> None:
    """`linepack user add` on a running site."""
    serve, tool = opened(), opened()
    for number in range(4):
        (serve, tool)[number % 2].run(lambda tx, n=number: tx.journal(draft(f"c{n}"))).result(5)
    assert [entry.draft.subject for entry in serve.journal()] == ["c0", "c1", "c2", "c3"]
    assert verify(serve.journal(), GENESIS("linjiang", serve.id)).ok


@pytest.mark.expects_warnings
@pytest.mark.parametrize("left", [0, 3])
def test_a_journal_cut_off_under_a_running_store_says_so_for_ever(store: Store, file: Path, left: int) -> None:
    store.run(lambda tx: [tx.journal(draft(f"c{n}")) for n in range(5)]).result(5)
    attacker = sqlite3.connect(file)
    attacker.execute("DROP TRIGGER journal_no_delete")
    attacker.execute("DELETE FROM journal WHERE seq > ?", (left,))
    attacker.commit()
    attacker.close()
    store.run(lambda tx: (tx.samples(batch([(1, 1, 0.5)])), tx.journal(draft("later")))).result(5)
    store.run(lambda tx: tx.journal(draft("later still"))).result(5)
    entries = list(store.journal(after=left))
    assert [entry.draft.kind for entry in entries] == ["journal.went-back", "command.approved", "command.approved"]
    assert dict(entries[0].draft.fields)["remembered"] == 5
    assert dict(entries[0].draft.fields)["found"] == left
    assert verify(store.journal(), GENESIS(store.site, store.id)).ok
    assert store.history.count() == 1


def test_a_unit_cannot_be_used_outside_its_transaction(store: Store) -> None:
    kept: list[Tx] = []
    store.run(kept.append).result(5)
    with pytest.raises(StoreError, match="outside its transaction"):
        kept[0].setting("key", "value")

    def elsewhere(tx: Tx) -> BaseException | None:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(tx.setting, "key", "value").exception(5)

    assert "outside its transaction" in str(store.run(elsewhere).result(5))
    assert is_empty(store)


def test_a_unit_that_is_cancelled_before_its_turn_never_runs(store: Store) -> None:
    started, go = threading.Event(), threading.Event()
    ran: list[str] = []
    first = store.run(lambda tx: (started.set(), go.wait(5)))
    second = store.run(lambda tx: ran.append("second"))
    third = store.run(lambda tx: ran.append("third"))
    assert started.wait(5)
    assert second.cancel()
    assert not first.cancel()
    go.set()
    third.result(5)
    assert ran == ["third"]
    with pytest.raises(CancelledError):
        second.result(5)


def test_closing_finishes_what_is_queued(opened: Callable[[], Store]) -> None:
    store = opened()
    futures = [store.run(lambda tx, n=number: tx.setting(f"k{n}", "v")) for number in range(100)]
    store.close()
    for future in futures:
        future.result(0)
    assert opened().setting("k99") == "v"


def test_a_closed_store_says_so(store: Store, file: Path) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        store.run(everything).result(5)
    for read in (store.accounts, store.registry, store.last_values, store.history.count, lambda: list(store.journal())):
        with pytest.raises(StoreError, match="is closed"):
            read()
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.expects_warnings
def test_a_writer_that_hangs_does_not_hold_up_closing(
    store: Store, monkeypatch: pytest.MonkeyPatch, file: Path, clock: ManualClock
) -> None:
    monkeypatch.setattr("backend.store.writer.JOIN_S", 0.05)
    started, go = threading.Event(), threading.Event()
    hanging = store.run(lambda tx: (started.set(), go.wait(5)))
    waiting = store.run(lambda tx: tx.setting("key", "value"))
    assert started.wait(5)
    store.close()
    go.set()
    hanging.result(5)
    with pytest.raises(StoreError, match="is closed"):
        waiting.result(5)
    store._writer._thread.join(5)
    again = Store.open(url_of(file), site="linjiang", mode="live", clock=clock, seal=seal)
    assert again.setting("key") is None
    again.close()


def test_a_database_locked_by_another_program_is_said_and_tried_again(store: Store, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another program holds it locked"):
        store.run(everything).result(5)
    assert is_empty(store)
    other.execute("ROLLBACK")
    other.close()
    store.run(everything).result(5)
    assert not is_empty(store)


@pytest.mark.on_file
def test_a_full_disk_is_said_and_recovers_without_a_restart(store: Store) -> None:
    """SQLite's own page limit gives the same error as a disk without room."""

    def too_much(tx: Tx) -> None:
        everything(tx)
        (pages,) = connections.driver(tx._connection).execute("PRAGMA page_count").fetchone()
        connections.driver(tx._connection).execute(f"PRAGMA max_page_count = {pages + 4}")
        tx.samples(batch([(1, number, 0.5) for number in range(10_000)]))

    with pytest.raises(StoreError, match="the disk is full"):
        store.run(too_much).result(5)
    assert is_empty(store)
    store.run(lambda tx: connections.driver(tx._connection).execute("PRAGMA max_page_count = 1000000")).result(5)
    store.run(everything).result(5)
    assert not is_empty(store)
    assert verify(store.journal(), GENESIS(store.site, store.id)).count == 1


DISK_ERROR = """
import logging, resource, sys
from backend import logs
from backend.audit import GENESIS, seal, verify
from backend.errors import StoreError
from backend.store import Store
from tests.support.clock import ManualClock
from tests.support.stored import batch, draft, url_of

logs.to_stderr(logging.INFO)
store = Store.create(url_of(sys.argv[1]), site="linjiang", mode="live", clock=ManualClock(), seal=seal)
def work(n):
    store.run(lambda tx: (tx.journal(draft(f"c{n}")), tx.samples(batch([(1, n, 0.5)] * 5000)))).result(10)
for n in range(3):
    work(n)
first = store._writer._hand.connection
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))
for n in (3, 4):
    try:
        work(n)
    except StoreError as error:
        print("refused", error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
work(5)
print("reopened", store._writer._hand.connection is not first)
print("stored", [entry.draft.subject for entry in store.journal()], store.history.count())
print("chain", verify(store.journal(), GENESIS("linjiang", store.id)).ok)
store.close()
"""


def test_after_a_disk_error_the_connection_is_dropped_and_nothing_of_the_unit_is_stored(file: Path) -> None:
    """A limit on the size of files makes every write behind it fail (in a process of its own)."""
    done = subprocess.run(
        [sys.executable, "-c", DISK_ERROR, str(file)], capture_output=True, text=True, timeout=60, check=True
    )
    refused, again, *rest = done.stdout.splitlines()
    assert refused == again == f"refused {file} cannot be used: the disk reports an error (disk I/O error)."
    assert rest == ["reopened True", "stored ['c0', 'c1', 'c2', 'c5'] 20000", "chain True"]
    told = [line.split("'")[1] for line in done.stderr.splitlines() if "backend.store" in line]
    assert told == ["database lost", "database recovered"]


FORBIDDEN = (
    "UPDATE journal SET subject = 'x'",
    "UPDATE journal SET seq = seq + 10",
    "DELETE FROM journal",
    "DELETE FROM journal WHERE seq = 1",
    "REPLACE INTO journal SELECT * FROM journal WHERE seq = 1",
    "INSERT INTO journal SELECT 6, at, kind, subject, person, session, workstation, fields, hash, hash FROM journal",
    "INSERT INTO journal SELECT 2, at, kind, subject, person, session, workstation, fields, x'00', hash FROM journal",
    "UPDATE occurrence SET reason = 'x'",
    "DELETE FROM occurrence",
    "REPLACE INTO occurrence SELECT * FROM occurrence",
    "UPDATE claim SET at = 0",
    "DELETE FROM claim",
    "REPLACE INTO claim SELECT * FROM claim",
    "UPDATE samples SET received_at = 0",
    "DELETE FROM command",
    "REPLACE INTO command SELECT * FROM command",
    "UPDATE command SET content = '{}'",
    "UPDATE command SET device = 'V-205'",
    "UPDATE command SET requester = 'p2'",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_facts_stay_as_they_were_written(store: Store, file: Path, statement: str) -> None:
    """Whoever sends the statement: the database itself refuses it."""
    store.run(everything).result(5)
    stranger = sqlite3.connect(file)
    with pytest.raises(sqlite3.IntegrityError):
        stranger.execute(statement)
    stranger.close()
    assert [entry.seq for entry in store.journal()] == [1]
    assert store.commands() == (command(),)
    assert store.occurrences() == (occurrence(),)


@pytest.mark.parametrize(
    "end",
    [CommandState.VERIFIED, CommandState.REJECTED, CommandState.EXPIRED, CommandState.CANCELLED, CommandState.FAILED],
)
def test_an_ended_command_never_starts_again(store: Store, end: CommandState) -> None:
    store.run(lambda tx: tx.command(command(state=end))).result(5)
    store.run(lambda tx: tx.command(command(state=end, note="late answer"))).result(5)
    with pytest.raises(StoreError, match="an ended command never starts again"):
        store.run(lambda tx: tx.command(command(state=CommandState.APPROVED))).result(5)
    assert store.commands() == (command(state=end, note="late answer"),)


def test_what_a_command_asks_never_changes(store: Store) -> None:
    store.run(lambda tx: tx.command(command())).result(5)
    swapped = command(requester="p9")
    with pytest.raises(StoreError, match="what a command asks never changes"):
        store.run(lambda tx: tx.command(swapped)).result(5)
    assert store.commands() == (command(),)


def test_readers_see_whole_units_while_the_writer_writes(store: Store) -> None:
    """Two readers, one writer: each unit sets two settings to the same number."""
    stop = threading.Event()
    torn: list[object] = []
    seen: list[int] = []

    def pair() -> None:
        while not stop.is_set():
            entries = list(store.journal())
            subjects = [entry.draft.subject for entry in entries]
            torn.extend([subjects] * (subjects[::2] != subjects[1::2]))
            seen.append(len(entries))

    def history() -> None:
        while not stop.is_set():
            found = store.history.read([1, 2], 0, 2**62)
            torn.extend([found] * (found.at[found.point == 1].tolist() != found.at[found.point == 2].tolist()))

    def work(tx: Tx, number: int) -> None:
        tx.samples(batch([(1, number, 0.5)]))
        tx.samples(batch([(2, number, 0.5)]))
        tx.journal(draft(f"c{number}"))
        tx.journal(draft(f"c{number}"))

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(pair), pool.submit(history)]
        for number in range(150):
            store.run(lambda tx, n=number: work(tx, n)).result(5)
        stop.set()
        for reader in readers:
            reader.result(5)
    assert torn == []
    assert seen
    assert store.history.count() == 300


class FailingSync:
    """A driver connection whose next COMMIT reports that the disk did not take it."""

    def __init__(self, raw: sqlite3.Connection, failures: list[str]) -> None:
        self._raw = raw
        self._failures = failures

    def execute(self, statement: str) -> object:
        """Fail a COMMIT while there are failures left."""
        failing = statement == "COMMIT" and bool(self._failures)
        return self._fail() if failing else self._raw.execute(statement)

    @property
    def in_transaction(self) -> bool:
        """As the connection says."""
        return self._raw.in_transaction

    def _fail(self) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = self._failures.pop()
        raise error


@pytest.mark.on_file
@pytest.mark.expects_warnings
@pytest.mark.parametrize("name", ["SQLITE_IOERR_FSYNC", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB"])
def test_a_commit_the_disk_did_not_take_is_never_tried_again_on_the_same_connection(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    store.run(lambda tx: tx.journal(draft("before"))).result(5)
    first = store._writer._hand.connection
    failures = [name]
    real = connections.driver
    monkeypatch.setattr(connections, "driver", lambda connection: FailingSync(real(connection), failures))
    with pytest.raises(StoreError):
        store.run(everything).result(5)
    assert failures == []
    store.run(lambda tx: tx.journal(draft("after"))).result(5)
    assert store._writer._hand.connection is not first
    assert [entry.draft.subject for entry in store.journal()] == ["before", "after"]
    assert verify(store.journal(), GENESIS(store.site, store.id)).ok
    assert store.history.count() == 0


def test_a_database_deleted_under_a_running_store_takes_nothing_more(store: Store, file: Path) -> None:
    """The system would let the open file take every commit, and the next start would find none of them."""
    store.run(everything).result(5)
    for each in file.parent.iterdir():
        each.unlink()
    for _ in range(3):
        with pytest.raises(StoreError, match="was moved, replaced or deleted while in use"):
            store.run(lambda tx: tx.setting("after", "1")).result(5)
    assert list(file.parent.iterdir()) == []


def test_a_database_moved_away_and_back_goes_on(store: Store, file: Path) -> None:
    away = file.with_name("away.db")
    file.rename(away)
    with pytest.raises(StoreError, match="was moved, replaced or deleted while in use"):
        store.run(everything).result(5)
    away.rename(file)
    store.run(everything).result(5)
    assert not is_empty(store)


def test_another_database_put_in_its_place_takes_nothing(store: Store, file: Path, clock: ManualClock) -> None:
    other = file.with_name("other.db")
    Store.create(url_of(other), site="linjiang", mode="live", clock=clock, seal=seal).close()
    before = other.read_bytes()
    other.rename(file)
    with pytest.raises(StoreError, match="was moved, replaced or deleted while in use"):
        store.run(everything).result(5)
    assert file.read_bytes() == before


@pytest.mark.expects_warnings
def test_a_database_lost_with_its_connection_is_never_made_anew(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.run(everything).result(5)
    failures = ["SQLITE_IOERR_WRITE"]
    real = connections.driver
    monkeypatch.setattr(connections, "driver", lambda connection: FailingSync(real(connection), failures))
    with pytest.raises(StoreError, match="the disk reports an error"):
        store.run(lambda tx: tx.setting("lost", "1")).result(5)
    for each in file.parent.iterdir():
        each.unlink()
    for _ in range(3):
        with pytest.raises(StoreError, match="was moved, replaced or deleted"):
            store.run(lambda tx: tx.setting("lost", "1")).result(5)
    assert list(file.parent.iterdir()) == []
