"""kill -9 at any moment: nothing acknowledged is missing, and no unit of work is half there."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.audit import GENESIS, verify
from backend.store import Store

WRITING = """
import sys
from backend.audit import seal
from backend.store import Store
from tests.support.clock import ManualClock
from tests.support.stored import batch, draft, occurrence, url_of

clock = ManualClock()
store = Store.open(url_of(sys.argv[1]), site="linjiang", mode="live", clock=clock, seal=seal)

def unit(n):
    def work(tx):
        # Two groups, so that a unit cut in half would show; sizes that fill and spill pages.
        tx.samples(batch([(k, n, float(n)) for k in range(n % 400 + 1)]))
        tx.journal(draft(f"c{n}", value=float(n)))
        tx.occurrence(occurrence(f"a{n}"))
        tx.setting("newest", str(n))
        tx.samples(batch([(1000 + k, n, float(n)) for k in range(n % 400 + 1)]))
        return n
    return work

n = int(sys.argv[2])
waiting = []
while True:
    clock.tick(7)
    future = store.run(unit(n))
    future.add_done_callback(lambda done: print(done.result(), flush=True))
    waiting.append(future)
    n += 1
    while len(waiting) > 5:
        waiting.pop(0).result()
"""


def acknowledged_before_kill(file: Path, first: int, acknowledgements: int) -> list[int]:
    """Let a process of its own commit units; kill it when it has acknowledged so many; all it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITING, str(file), str(first)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        heard = [process.stdout.readline() for _ in range(acknowledgements)]
        process.kill()
        heard += process.stdout.readlines()
    assert process.returncode == -9
    return [int(line) for line in heard if line.endswith("\n")]


@pytest.mark.timeout(60)
def test_nothing_acknowledged_is_lost_by_kill_9(opened: Callable[[], Store], file: Path) -> None:
    chance = random.Random(20260115)
    opened().close()
    acknowledged: list[int] = []
    first = 0
    for _ in range(5):
        acknowledged += acknowledged_before_kill(file, first, chance.randint(3, 120))
        store = opened()
        found = store.history.read(range(2000), 0, 2**62)
        units = sorted(set(found.value.astype(int).tolist()))
        # In order, without a gap: units are acknowledged in the order they came.
        assert units == list(range(len(units)))
        assert set(acknowledged) <= set(units)
        expected = {(point, n) for n in units for base in (0, 1000) for point in range(base, base + n % 400 + 1)}
        assert set(zip(found.point.tolist(), found.value.astype(int).tolist(), strict=True)) == expected
        assert len(found) == len(expected)
        assert [entry.draft.subject for entry in store.journal()] == [f"c{n}" for n in units]
        assert [fact.key for fact in store.each_occurrence()] == [f"a{n}" for n in units]
        assert store.setting("newest") == str(units[-1])
        verdict = verify(store.journal(), GENESIS("linjiang", store.id))
        assert (verdict.ok, verdict.count) == (True, len(units))
        newest = store.last_values()
        rebuilt = {point: n for n in units for base in (0, 1000) for point in range(base, base + n % 400 + 1)}
        assert dict(zip(newest.point.tolist(), newest.value.astype(int).tolist(), strict=True)) == rebuilt
        assert store.history.damaged == ()
        store.close()
        first = len(units)
    assert len(acknowledged) > 15
