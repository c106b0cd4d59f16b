"""F02, F16: killed in a backup or an export there is a whole file or none, the store is untouched, and it can be done
again. (Migration: test_store_upgrade. A backup under load is one moment: test_store_backup.)"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clock import ManualClock
from tests.support.dying_chore import BACKUP, EXPORT, POINTS
from tests.support.serving import ROOT
from tests.support.units import ROUNDS, SEED, make_store, open_store, unit, units_of

UNITS = 12
CHOSEN = sorted(POINTS)[SEED % 2 :: 2] if ROUNDS < 10 else sorted(POINTS)
"""One of a backup and one of an export in the short form."""


@pytest.mark.parametrize("point", CHOSEN)
def test_killed_in_a_chore_there_is_a_whole_file_or_none(tmp_path: Path, point: str) -> None:
    clock = ManualClock()
    database = tmp_path / "linepack.db"
    make_store(database, clock)
    store = open_store(database, clock)
    for number in range(UNITS):
        store.run(unit(number)).result(10)
    store.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.dying_chore", str(database), point],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    assert not (tmp_path / BACKUP).exists()
    assert not (tmp_path / EXPORT).exists()
    store = open_store(database, clock)
    assert units_of(store) == UNITS
    chore, _ = POINTS[point]
    chore(store, tmp_path)
    store.close()
    # What the killed one left behind is gone with the second try, and no half of it is in the result.
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []
    for made in tmp_path.glob(BACKUP):
        again = open_store(made, clock)
        assert units_of(again) == UNITS
        again.close()
    for made in tmp_path.glob(EXPORT):
        assert len(made.read_text("utf-8-sig").splitlines()) == UNITS + 1
