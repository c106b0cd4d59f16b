"""F03: kill -9 at each point of a command's way, with a real process and the real store: never two sends.

After the restart whatever may have been sent is INDETERMINATE, and a restored backup is treated as a restart (F16).
The same way with every port in memory, killed twice over, is in tests/backend/commands/test_commands_faults.py.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from backend.audit import GENESIS, verify
from backend.model.command import TERMINAL, CommandState
from tests.support.clock import ManualClock
from tests.support.dying_desk import SENT, StoredSite, whole_way
from tests.support.serving import ROOT
from tests.support.units import ROUNDS, SEED, SITE, make_store, open_store

S = CommandState
PENDING = {S.REQUESTED, S.CONFIRMED, S.AWAITING_APPROVAL, S.APPROVED}
POINTS = 19
"""Counted by the first test."""
CHOSEN = sorted(random.Random(SEED).sample(range(1, POINTS + 1), min(ROUNDS, POINTS)))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    make_store(tmp_path / "linepack.db", ManualClock())
    return tmp_path / "linepack.db"


def test_the_way_has_the_points_that_are_killed_at(database: Path) -> None:
    clock = ManualClock()
    store = open_store(database, clock)
    site = StoredSite(store, clock).start()
    whole_way(site)
    (command,) = store.commands()
    assert command.state is S.VERIFIED
    assert len(site.left) == 1
    assert len(site.passed) == POINTS >= 14, site.passed
    # S1: the claim is durable before the bytes leave.
    assert site.passed.index("before the bytes") > site.passed.index("after commit 4")
    store.close()


@pytest.mark.parametrize("point", CHOSEN)
def test_killed_on_its_way_a_command_is_sent_at_most_once_and_is_in_doubt_after(
    database: Path, tmp_path: Path, point: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.dying_desk", str(database), str(point)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    sent = done.stdout.splitlines()
    assert [line.split()[0] for line in sent] in ([], [SENT])
    clock = ManualClock()
    clock.tick(60)
    store = open_store(database, clock)
    store.backup(tmp_path / "backup.db")
    comes_to_rest(store, clock, sent=len(sent))
    # The backup was made before the restart took anything in hand: restored, it is no further than that.
    restored = open_store(tmp_path / "backup.db", clock)
    comes_to_rest(restored, clock, sent=len(sent))


def comes_to_rest(store: object, clock: ManualClock, *, sent: int) -> None:
    """Start on the store, let half an hour pass, and look at what became of the command."""
    from backend.store import Store

    assert isinstance(store, Store)
    before = {command.content.id: command.state for command in store.commands()}
    site = StoredSite(store, clock).start()
    for command in store.commands():
        was = before[command.content.id]
        assert (was, command.state) in {
            *((state, end) for state in PENDING for end in (S.CANCELLED, S.EXPIRED)),
            *((state, S.INDETERMINATE) for state in (S.DISPATCHING, S.DISPATCHED, S.INDETERMINATE)),
            *((state, state) for state in (S.ACKED, *TERMINAL)),
        }
        # What may have left is never called off.
        assert not sent or command.state not in {S.CANCELLED, S.EXPIRED, S.REJECTED}
    for _ in range(60):
        site.tick(30)
    assert site.left == []
    assert verify(store.journal(), GENESIS(SITE, store.id)).ok
    store.close()
