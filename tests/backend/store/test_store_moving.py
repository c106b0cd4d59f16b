"""Moving a site between the databases: everything comes over, is read again, and nothing is mixed or half there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backend.audit import GENESIS, seal, verify
from backend.errors import ConfigError, StoreError
from backend.model.event import DeviceEvent, Quarantined
from backend.store import Records, Store, Tx
from backend.store.moving import FACTS, Tally
from tests.support.clock import ManualClock
from tests.support.server import Server
from tests.support.stored import account, alarm, batch, command, draft, occurrence, registry, url_of

QUIET_NAN = np.array([0x7FF8_0000_0000_0042], np.int64).view(np.float64)[0]


def fill(store: Store) -> None:
    """A bit of everything, and a gap in the ids of groups."""

    def work(tx: Tx) -> None:
        tx.registry(registry(3))
        for number in range(5):
            tx.samples(
                batch([(1, number, number / 3), (2, number, QUIET_NAN), (1, number, -0.0)], source=f"R-{number}")
            )
            tx.journal(draft(f"c{number}", value=float("nan")))
            tx.occurrence(replace(occurrence(), reason=f"陈 {number}"))
        tx.alarm(*alarm())
        tx.command(command())
        tx.command(command("c2"))
        tx.claim("c1", 1)
        tx.account(account())
        tx.setting("key", "value")
        tx.device_event(DeviceEvent(device="R-12", name="door", at=1, received_at=2, text="open", active=None))
        tx.quarantine(Quarantined(source="R-12", stage="decode", reason="crc", raw=b"\x00\xff", received_at=2))

    store.run(work).result(20)
    store.roll_up()


def everything(records: Records) -> list[object]:
    """All that can be asked."""
    return [
        records.id,
        records.registry(),
        records.accounts(),
        repr(records.alarms()),
        repr(list(records.each_occurrence())),
        records.commands(),
        records.device_events(),
        records.quarantined(),
        repr(list(records.journal())),
        records.setting("key"),
        records.last_values().value.tobytes(),
        records.history.read([1, 2], 0, 2**62).value.tobytes(),
        records.history.read([1, 2], 0, 2**62).at.tolist(),
        records.history.check(),
    ]


@pytest.fixture
def target(kind: str, server: Server, tmp_path: Path) -> str:
    """An empty place of the other kind."""
    return {"sqlite": lambda: server.url(server.new_database()), "postgresql": lambda: url_of(tmp_path / "new.db")}[
        kind
    ]()


@pytest.fixture
def source(opened: Callable[[], Store], url: str) -> Iterator[Records]:
    """A site at rest with everything in it."""
    store = opened()
    fill(store)
    store.close()
    records = Records.look(url, site="linjiang", mode="live")
    yield records
    records.close()


def test_everything_comes_over_and_goes_on(source: Records, target: str, clock: ManualClock) -> None:
    told: list[tuple[str, int]] = []
    moved = source.move(target, lambda table, rows: told.append((table, rows)))
    assert (moved["samples"], moved["journal"], moved["command"]) == (15, 5, 2)
    assert {table for table, _ in told} >= {table.name for table in FACTS if moved[table.name]}
    store = Store.open(target, site="linjiang", mode="live", clock=clock, seal=seal)
    try:
        assert everything(store) == everything(source)
        store.run(lambda tx: (tx.journal(draft("on")), tx.command(command("c3")), tx.occurrence(occurrence()))).result(
            9
        )
        store.run(lambda tx: tx.samples(batch([(1, 9, 9.0)]))).result(9)
        assert verify(store.journal(), GENESIS("linjiang", source.id)).count == 6
        assert [each.content.id for each in store.commands()] == ["c3", "c2", "c1"]
        assert store.history.count() == 16
        assert store.history.check() == ()
    finally:
        store.close()


def test_and_back_again(source: Records, target: str, kind: str, server: Server, tmp_path: Path) -> None:
    source.move(target)
    again = {"sqlite": url_of(tmp_path / "again.db"), "postgresql": server.url(server.new_database())}[kind]
    with_all = Records.look(target, site="linjiang", mode="live")
    with_all.move(again)
    with_all.close()
    back = Records.look(again, site="linjiang", mode="live")
    assert everything(back) == everything(source)
    back.close()


def test_what_is_not_empty_is_never_moved_into(source: Records, target: str) -> None:
    source.move(target)
    with pytest.raises(ConfigError, match=r"holds tables already|exists already"):
        source.move(target)


def test_what_breaks_off_leaves_nothing(source: Records, target: str) -> None:
    def broken_off(table: str, rows: int) -> None:
        assert table != "samples"

    with pytest.raises(AssertionError):
        source.move(target, broken_off)
    assert source.move(target)["samples"] == 15


def test_what_arrives_otherwise_is_noticed(source: Records, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.store.moving._tally", lambda connection, table: Tally())
    with pytest.raises(StoreError, match=r"does not hold what was sent to it \(.*: 0 rows of \d\)"):
        source.move(target)
