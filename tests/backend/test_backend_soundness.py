"""Stored data are read once a day; damage is an alarm and its range is in the journal (F10)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from backend.api.naming import PACE_US
from backend.api.soundness import AGAIN_US, DAMAGE_ALARM, EVERY_US, Soundness
from backend.audit import GENESIS, verify
from backend.audit.chain import Verdict
from backend.errors import RefusedError
from backend.model.alarm import AlarmConfig
from backend.store import Store
from backend.store.cold.layout import DAY_US
from backend.store.cold.rules import Cooling
from tests.support.clock import START_US, ManualClock
from tests.support.stored import batch, draft, registry
from tests.support.units import SITE, make_store, open_store


class AtOnce:
    """A worker that does it before it says so."""

    def __init__(self) -> None:
        self.done = 0

    def submit(self, work: Callable[..., Any], *given: Any) -> Future[Any]:
        self.done += 1
        future: Future[Any] = Future()
        future.set_result(work(*given))
        return future


class Heard:
    """The alarms as they stand."""

    def __init__(self) -> None:
        self.standing: set[str] = set()

    def raise_(self, config: AlarmConfig, *, value: float | None = None) -> None:
        self.standing.add(config.key)

    def clear(self, key: str) -> None:
        self.standing.discard(key)


class Refusing(AtOnce):
    """A worker that takes nothing, until it does."""

    refuses = True

    def submit(self, work: Callable[..., Any], *given: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(RefusedError("the program is ending"))
        self.done += self.refuses
        return future if self.refuses else super().submit(work, *given)


class Deaf(Heard):
    """Alarms whose database does not take them, until it does."""

    deaf = True

    def raise_(self, config: AlarmConfig, *, value: float | None = None) -> None:
        if self.deaf:
            raise RefusedError("not saved")
        super().raise_(config, value=value)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    clock = ManualClock()
    make_store(tmp_path / "linepack.db", clock)
    store = open_store(tmp_path / "linepack.db", clock)
    store.run(lambda tx: tx.registry(registry())).result(5)
    for number in range(5):
        store.run(lambda tx, n=number: (tx.samples(batch([(1, n, 0.5)])), tx.journal(draft(f"c{n}")))).result(5)
    yield store
    store.close()


def checking(store: Store, heard: Heard, worker: AtOnce) -> Soundness:
    return Soundness(
        store=store,
        verify=lambda: verify(store.journal(), GENESIS(SITE, store.id)),
        alarms=heard,
        worker=worker,  # type: ignore[arg-type]  # all that is asked of a pool
    )


def spoil(store: Store, statement: str) -> None:
    assert isinstance(store.place, Path)
    with closing(sqlite3.connect(store.place)) as attacker:
        for (name,) in attacker.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            attacker.execute(f"DROP TRIGGER {name}")
        attacker.execute(statement)
        attacker.commit()


def put(store: Store, *rows: tuple[int, int, float]) -> None:
    store.run(lambda tx: tx.samples(batch(rows))).result(5)


def kinds(store: Store) -> list[str]:
    return [entry.draft.kind for entry in store.journal()][5:]


def test_sound_data_are_read_once_a_day_and_that_is_journaled(store: Store) -> None:
    heard, worker = Heard(), AtOnce()
    soundness = checking(store, heard, worker)
    for hour in range(60):
        soundness.on_tick(START_US + hour * 3_600_000_000)
    assert worker.done == 2
    assert kinds(store) == ["store.checked", "store.checked"]
    assert heard.standing == set()
    # A restart does not begin the day anew.
    again = checking(store, heard, worker)
    again.on_tick(START_US + 47 * 3_600_000_000)
    again.on_tick(START_US + 46 * 3_600_000_000 + EVERY_US)
    assert worker.done == 3


@pytest.mark.expects_warnings
def test_a_damaged_group_is_found_within_a_day_and_its_range_is_named(store: Store) -> None:
    spoil(store, "UPDATE samples SET body = zeroblob(length(body)) WHERE id = 3")
    heard, worker = Heard(), AtOnce()
    soundness = checking(store, heard, worker)
    soundness.on_tick(START_US)
    assert heard.standing == set()
    soundness.on_tick(START_US + EVERY_US)
    soundness.on_tick(START_US + EVERY_US + 1)
    assert heard.standing == {DAMAGE_ALARM.key}
    (named,) = [entry.draft for entry in store.journal() if entry.draft.kind == "store.damaged"]
    assert (named.subject, dict(named.fields)["first_at"]) == ("group 3", START_US + 2)


@pytest.mark.expects_warnings
def test_damage_that_a_reader_meets_does_not_wait_for_the_day(store: Store) -> None:
    spoil(store, "UPDATE samples SET body = zeroblob(length(body)) WHERE id = 3")
    heard = Heard()
    soundness = checking(store, heard, AtOnce())
    soundness.on_tick(START_US)
    assert store.history.read([1], 0, 2**62).value.tolist() == [0.5] * 4
    soundness.on_tick(START_US + 1)
    assert heard.standing == {DAMAGE_ALARM.key}
    assert kinds(store) == ["store.damaged"]


@pytest.mark.expects_warnings
def test_each_damaged_file_is_named_once_with_its_points_and_its_range(store: Store) -> None:
    day, hour = START_US // DAY_US, 3_600_000_000
    for n in range(24 * 6):
        put(store, (1, -n * hour, 0.5), (2, -n * hour, 0.5))
    store.roll_up()
    store.cool(Cooling(now=day * DAY_US, recent_days=2, again_us=0))
    assert isinstance(store.place, Path)
    files = sorted((store.place.parent / "history").iterdir())[:2]
    for file in files:
        content = bytearray(file.read_bytes())
        content[40] ^= 1
        file.write_bytes(content)
    heard = Heard()
    soundness = checking(store, heard, AtOnce())
    store.history.read([1, 2], 0, 2**62)
    for tick in range(10):
        soundness.on_tick(START_US + tick)
    named = [entry.draft for entry in store.journal() if entry.draft.kind == "store.damaged"]
    assert [draft.subject for draft in named] == [file.name for file in files]
    first, second = (dict(draft.fields) for draft in named)
    assert (first["first_point"], first["last_point"]) == (1, 2)
    assert [int(str(each["first_at"])) // DAY_US for each in (first, second)] == [day - 6, day - 5]
    assert heard.standing == {DAMAGE_ALARM.key}


@pytest.mark.expects_warnings
def test_of_much_damage_all_is_named_the_rest_in_one_entry(store: Store) -> None:
    for number in range(5, 25):
        put(store, (1, number, 0.5))
    spoil(store, "UPDATE samples SET body = zeroblob(length(body))")
    soundness = checking(store, Heard(), AtOnce())
    store.history.read([1], 0, 2**62)
    for tick in range(10):
        soundness.on_tick(START_US + tick)
    named = [entry.draft for entry in store.journal() if entry.draft.kind == "store.damaged"]
    assert len(named) == 21
    rest = dict(named[-1].fields)
    assert (named[-1].subject, rest["first_at"], rest["last_at"]) == ("5 more", START_US + 20, START_US + 24)


def test_a_journal_that_was_changed_is_an_alarm_within_a_day(store: Store) -> None:
    spoil(store, "UPDATE journal SET subject = 'x' WHERE seq = 2")
    heard = Heard()
    soundness = checking(store, heard, AtOnce())
    for at in (START_US, START_US + EVERY_US, START_US + EVERY_US + 1):
        soundness.on_tick(at)
    assert heard.standing == {DAMAGE_ALARM.key}


def test_sound_again_the_alarm_goes(store: Store) -> None:
    heard = Heard()
    heard.standing.add(DAMAGE_ALARM.key)
    soundness = checking(store, heard, AtOnce())
    for at in (START_US, START_US + EVERY_US, START_US + EVERY_US + 1):
        soundness.on_tick(at)
    assert heard.standing == set()


def test_it_leaves_off_when_the_site_closes(store: Store) -> None:
    soundness = checking(store, Heard(), AtOnce())
    soundness.stop()
    assert soundness.check(START_US) is None
    assert kinds(store) == []


@pytest.mark.expects_warnings
def test_a_check_that_fails_unexpectedly_is_said_and_made_again(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    heard, worker, asked = Heard(), AtOnce(), []  # type: tuple[Heard, AtOnce, list[int]]

    def verified() -> Verdict:
        asked.append(1)
        raise KeyError("a defect")

    soundness = Soundness(store=store, verify=verified, alarms=heard, worker=worker)  # type: ignore[arg-type]
    soundness.on_tick(START_US)
    for hour in range(5):
        soundness.on_tick(START_US + EVERY_US + hour * AGAIN_US)
    assert len(asked) == 3
    assert "a defect" in caplog.text


@pytest.mark.expects_warnings
def test_a_check_that_could_not_be_begun_is_made_again(store: Store) -> None:
    worker = Refusing()
    soundness = checking(store, Heard(), worker)
    soundness.on_tick(START_US)
    for hour in (0, 1):
        soundness.on_tick(START_US + EVERY_US + hour * AGAIN_US)
    worker.refuses = False
    soundness.on_tick(START_US + EVERY_US + 2 * AGAIN_US)
    soundness.on_tick(START_US + EVERY_US + 3 * AGAIN_US)
    assert kinds(store) == ["store.checked"]


@pytest.mark.expects_warnings
def test_damage_that_could_not_be_journaled_is_said_and_named_later(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(store, "UPDATE samples SET body = zeroblob(length(body)) WHERE id = 3")
    worker = Refusing()
    soundness = checking(store, Heard(), worker)
    store.history.read([1], 0, 2**62)
    for tick in range(10):
        soundness.on_tick(START_US + tick)
    assert worker.done == 1
    assert "damage could not be journaled" in caplog.text
    worker.refuses = False
    soundness.on_tick(START_US + PACE_US + 1)
    assert kinds(store) == ["store.damaged"]


@pytest.mark.expects_warnings
def test_an_alarm_that_could_not_be_raised_is_raised_later(store: Store) -> None:
    spoil(store, "UPDATE samples SET body = zeroblob(length(body)) WHERE id = 3")
    heard = Deaf()
    soundness = checking(store, heard, AtOnce())
    store.history.read([1], 0, 2**62)
    soundness.on_tick(START_US)
    assert heard.standing == set()
    heard.deaf = False
    soundness.on_tick(START_US + 1)
    assert heard.standing == {DAMAGE_ALARM.key}


def test_a_fault_that_comes_again_is_an_alarm_again(store: Store) -> None:
    heard = Heard()
    verdicts = [Verdict(count=5, ok=ok, reason="") for ok in (False, True, False)]
    soundness = Soundness(store=store, verify=lambda: verdicts.pop(0), alarms=heard, worker=AtOnce())  # type: ignore[arg-type]
    soundness.on_tick(START_US)
    stood = []
    for day in (1, 2, 3):
        soundness.on_tick(START_US + day * EVERY_US)
        soundness.on_tick(START_US + day * EVERY_US + 1)
        stood.append(set(heard.standing))
    assert stood == [{DAMAGE_ALARM.key}, set(), {DAMAGE_ALARM.key}]
