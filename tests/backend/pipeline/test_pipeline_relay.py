"""The relay: acknowledged once durable, taken in once, and a damaged row is put aside and named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.audit import seal
from backend.clock import SystemClock
from backend.errors import StoreError
from backend.model.event import DeviceEvent, Quarantined
from backend.model.relayed import Relayed
from backend.model.sample import SampleBatch
from backend.pipeline.inbox import Inbox
from backend.pipeline.relay import Relay, Relays
from backend.store import Store
from tests.backend.pipeline.test_pipeline_core import House, Stumbling

SOON = 10.0
EVENT = DeviceEvent(device="d", name="door", at=1, received_at=2, text="open")
ASIDE = Quarantined(source="d", stage="parse", reason="no JSON", raw=b"\x00{", received_at=3)


def batch(*values: float) -> SampleBatch:
    count = len(values)
    return SampleBatch.of([0] * count, range(1, count + 1), values, [192] * count, received_at=9, source="d")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'linepack.db'}"
    made = Store.create(url, site="linjiang", mode="live", clock=SystemClock(), seal=seal)
    yield made
    made.close()


@pytest.mark.expects_warnings
def test_what_was_received_is_acknowledged_once_it_is_durable(store: Store) -> None:
    stumbling = Stumbling(store)
    stumbling.failures_left = 1
    inbox, seen = Inbox(), []  # type: tuple[Inbox, list[int]]
    relay = Relay(inbox=inbox, ledger=stumbling, node="n2")
    acknowledged = threading.Event()

    def done() -> None:
        seen.append(len(store.relayed(0, 10)))
        acknowledged.set()

    inbox.put(batch(1.0, float("nan"), -0.0))
    inbox.put(EVENT)
    inbox.put(ASIDE, done)
    relay.start()
    assert acknowledged.wait(SOON)
    relay.stop()
    assert (seen, stumbling.failed.is_set()) == ([1], True)
    (row,) = store.relayed(0, 10)
    assert (row.node, row.damaged) == ("n2", False)
    stored, aside, event = row.items
    assert isinstance(stored, SampleBatch)
    assert stored.value.tobytes() == batch(1.0, float("nan"), -0.0).value.tobytes()
    assert (aside, event) == (ASIDE, EVENT)


def test_the_leading_node_takes_each_row_in_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    try:
        now = house.clock.wall_us()
        rows = SampleBatch.of([0, 1], [now, now], [5.0, 6.0], [192, 192], received_at=now, source="R-12")
        house.store.run(lambda tx: tx.relay("n2", [rows, EVENT])).result()
        relays = Relays(inbox=house.inbox, waiting=house.store.relayed)
        committed = threading.Event()
        house.core.topics.committed.subscribe(lambda _batch: committed.set())
        relays.start()
        assert committed.wait(SOON)
        relays.stop()
        assert house.stored() == [(0, 5.0), (1, 6.0)]
        assert house.store.relayed(0, 10) == ()
    finally:
        house.close()


def test_a_row_cannot_be_taken_in_twice(store: Store) -> None:
    store.run(lambda tx: tx.relay("n2", [batch(1.0)])).result()
    (row,) = store.relayed(0, 10)
    store.run(lambda tx: tx.taken_in(row.id)).result()
    with pytest.raises(StoreError):
        store.run(lambda tx: tx.taken_in(row.id)).result()


@pytest.mark.parametrize("change", ["body = x'00'", "body = substr(body, 1, length(body) - 1)", "digest = x'00'"])
def test_a_damaged_row_is_put_aside_whole_and_named(store: Store, change: str) -> None:
    store.run(lambda tx: tx.relay("n2", [batch(1.0)])).result()
    store.run(lambda tx: tx.derived(lambda connection: connection.execute(text(f"UPDATE relay SET {change}")))).result()
    (row,) = store.relayed(0, 10)
    assert row.damaged
    (item,) = row.items
    assert isinstance(item, Quarantined)
    assert "n2" in item.reason


def test_ids_are_never_given_twice(store: Store) -> None:
    store.run(lambda tx: tx.relay("n2", [EVENT])).result()
    (first,) = store.relayed(0, 10)
    store.run(lambda tx: tx.taken_in(first.id)).result()
    store.run(lambda tx: tx.relay("n2", [EVENT])).result()
    (second,) = store.relayed(first.id, 10)
    assert second.id > first.id


def test_it_weighs_what_it_holds() -> None:
    both = Relayed(id=1, node="n", items=(batch(1.0, 2.0, 3.0), EVENT))
    assert len(both) == 4
