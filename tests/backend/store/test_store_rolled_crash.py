"""kill -9 while roll-ups are made, at any moment: no sample is missing from them, and none is there twice."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from backend.store import Store
from backend.store.rolled import mending, steps
from tests.support.clock import START_US
from tests.support.stored import batch

ROLLING = """
import sys
from backend.audit import seal
from backend.store import Store
from backend.store.rolled import growing, mending, steps
from tests.support.clock import ManualClock
from tests.support.stored import batch, url_of

steps.PIECES_DUE, steps._PIECES_AT_ONCE, steps._POINTS_AT_ONCE, mending.GROUPS = 2, 3, 2, 5
growing.SAMPLES, growing.GRAINS = 20, 5
store = Store.open(url_of(sys.argv[1]), site="linjiang", mode="live", clock=ManualClock(), seal=seal)
n = int(sys.argv[2])
while True:
    # Every third unit is an hour late, and point 3 comes in every other one.
    at = (n - 60 * (n % 3 == 2)) * 60_000_000
    store.run(lambda tx: tx.samples(batch([(k, at, float(n)) for k in range(12) if k != 3 or n % 2]))).result()
    print(n, flush=True)
    n += 1
    store.roll_up()
"""


def killed_after(file: Path, first: int, units: int) -> None:
    """Let a process of its own store and roll up; kill it somewhere in the roll-up after so many units."""
    with subprocess.Popen(
        [sys.executable, "-c", ROLLING, str(file), str(first)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(units):
            process.stdout.readline()
        process.kill()
    assert process.returncode == -9


def expected(units: int, point: int) -> list[tuple[int, float]]:
    """(minute, value) of one point in order of time, then of storing."""
    kept = [number for number in range(units) if point != 3 or number % 2]
    return sorted(((number - 60 * (number % 3 == 2), float(number)) for number in kept), key=lambda row: row[0])


@pytest.mark.timeout(90)
def test_kill_9_while_rolling_up_loses_nothing_and_doubles_nothing(
    opened: Callable[[], Store], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PIECES_DUE", 2)
    chance = random.Random(20260115)
    opened().close()
    units = 0
    for _ in range(8):
        killed_after(file, units, chance.randint(2, 25))
        store = opened()
        units = len(set(store.history.read([0], 0, 2**62).value.tolist()))
        for rolled in (False, True):
            (lambda: None, store.roll_up)[rolled]()
            for point in (0, 3, 11):
                found = store.history.read([point], 0, 2**62)
                minutes = ((found.at - START_US) // 60_000_000).tolist()
                assert list(zip(minutes, found.value.tolist(), strict=True)) == expected(units, point)
                start = START_US - 100 * 60_000_000
                (thinned,) = store.history.thinned([point], start, START_US + units * 60_000_000, 3)
                assert thinned.count.sum() == len(found)
                assert thinned.tier in ("15 min", "1 h")
                assert np.nanmax(thinned.high) == found.value.max()
        assert store.history.check() == ()
        assert store.history.damaged_rolled == {}
        store.close()


@pytest.mark.timeout(90)
@pytest.mark.expects_warnings
def test_kill_9_while_mending_goes_on_where_it_was(
    opened: Callable[[], Store], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened()
    monkeypatch.setattr(steps, "PIECES_DUE", 1)
    monkeypatch.setattr(mending, "GROUPS", 5)
    for number in range(40):
        store.run(lambda tx, n=number: tx.samples(batch([(1, n * 60_000_000, float(n))]))).result(5)
    store.roll_up()
    with closing(sqlite3.connect(file, isolation_level=None)) as attacker:
        attacker.execute("UPDATE leaf SET digest = x'00' WHERE tier = 2")
    store.history.check()
    done = []
    real = steps.shelf.mended_through

    def stops_midway(raw: sqlite3.Connection, *args: object, **kwargs: object) -> None:
        done.append(1)
        real(raw, *args, **kwargs)  # type: ignore[arg-type]
        ((lambda: None), (lambda: 1 // 0))[len(done) == 5]()

    monkeypatch.setattr(steps.shelf, "mended_through", stops_midway)
    with pytest.raises(ZeroDivisionError):
        store.roll_up()
    store.close()
    monkeypatch.setattr(steps.shelf, "mended_through", real)
    again = opened()
    with closing(sqlite3.connect(file)) as reader:
        assert reader.execute("SELECT point, through, goal FROM mending").fetchall() == [(1, 15, 40)]
    assert again.history.read([1], 0, 2**62).value.tolist() == [float(n) for n in range(40)]
    again.roll_up()
    with closing(sqlite3.connect(file)) as reader:
        assert reader.execute("SELECT count(*) FROM mending").fetchone() == (0,)
    assert again.history.read([1], 0, 2**62).value.tolist() == [float(n) for n in range(40)]
    assert again.history.check() == ()
    assert again.history.damaged_rolled == {}
