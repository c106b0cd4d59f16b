"""F18: out of memory in a thread, or something that ends it: it goes on within 10 s, and no other notices."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.drivers.mqtt.intake import Intake
from backend.links.loop import FieldLoop
from backend.links.ports import LinkPlan
from backend.model.event import LinkState
from tests.support.clock import ManualClock
from tests.support.mqtt_far import Far
from tests.support.mqtt_plan import bound, device, link_plan
from tests.support.mqtt_rig import Rig
from tests.support.units import make_store, open_store, unit, units_of

# Threads fail here and say so.
pytestmark = pytest.mark.expects_warnings
ENDS = pytest.mark.parametrize("end", [MemoryError, SystemExit, KeyboardInterrupt])
WITHIN_S = 10.0


@pytest.fixture
def two() -> Iterator[tuple[Far, Far]]:
    one, other = Far().start(), Far().start()
    yield one, other
    one.stop()
    other.stop()


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.close()


def plan(far: Far, name: str, point: int) -> LinkPlan:
    return link_plan(far.port, bound(point, "ch4", device=name), devices=[device(name)], client_id=f"console-{point}")


@ENDS
def test_a_network_thread_that_is_ended_is_a_lost_link_that_comes_back_alone(
    two: tuple[Far, Far], rig: Rig, monkeypatch: pytest.MonkeyPatch, end: type[BaseException]
) -> None:
    far, other = two
    link, untouched = rig.run(plan(far, "R1", 0)), rig.run(plan(other, "R2", 1))
    hear = Intake.hear
    left = [end("of the test")]

    def ends(self: Intake, topic: str, payload: bytes, *, retained: bool, mid: int) -> None:
        for error in [left.pop()] if left and "R1" in topic else []:
            raise error
        hear(self, topic, payload, retained=retained, mid=mid)

    monkeypatch.setattr(Intake, "hear", ends)
    far.publish("lp/s1/R1/up", {"values": {"ch4": 0.5}})
    assert "fault in the driver" in rig.wait_lost()
    other.publish("lp/s1/R2/up", {"values": {"ch4": 0.75}})
    # What it died of comes again, and the other has gone on meanwhile.
    assert sorted(rig.wait_values(2, WITHIN_S)) == [(0, 0.5), (1, 0.75)]
    rig.sink.wait_state(LinkState.UP, 3, WITHIN_S)
    assert link.health().lost_count == 1
    assert untouched.health().lost_count == 0


@ENDS
def test_a_task_of_the_field_loop_that_is_ended_starts_again_and_the_others_go_on(end: type[BaseException]) -> None:
    loop = FieldLoop()
    loop.start()
    again, going_on = threading.Event(), threading.Semaphore(0)
    ends = [end("of the test")]

    async def dies() -> None:
        for error in [ends.pop()] if ends else []:
            raise error
        again.set()
        await asyncio.Event().wait()

    async def lives() -> None:
        while True:
            going_on.release()
            await asyncio.sleep(0.01)

    loop.supervise("lives", lives)
    supervised = loop.supervise("dies", dies)
    assert again.wait(WITHIN_S)
    assert supervised.crashes == 1
    assert all(going_on.acquire(timeout=5) for _ in range(20))
    loop.stop()


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt])
def test_a_loop_that_is_ended_from_inside_goes_on(end: type[BaseException]) -> None:
    """asyncio lets these two through, out of the thread with every driver in it."""
    loop = FieldLoop()
    loop.start()

    def ends() -> None:
        raise end("of the test")

    loop.post(ends)
    answered = threading.Event()
    loop.post(answered.set)
    assert answered.wait(WITHIN_S)
    loop.stop()


@ENDS
def test_a_writer_whose_unit_or_house_ends_it_does_the_next_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: type[BaseException]
) -> None:
    clock = ManualClock()
    make_store(tmp_path / "linepack.db", clock)
    store = open_store(tmp_path / "linepack.db", clock)

    def ends(*_: object) -> None:
        raise end("of the test")

    with pytest.raises(end):
        store.run(ends).result(10)
    with monkeypatch.context() as patched:
        patched.setattr(store._writer._hand, "keep_house", ends)
        store.run(unit(0)).result(10)
        store.run(unit(1)).result(10)
    assert units_of(store) == 2
    store.close()
