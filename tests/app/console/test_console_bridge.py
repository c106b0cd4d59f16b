"""Values reach the pages together and seldom; alarms, commands and links reach them one by one, all, in order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Event

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.bridge import VALUES_MS, Bridge
from backend.bus import Topic
from backend.links.loop import start_thread
from backend.model.alarm import AlarmClass, AlarmConfig, AlarmFacts, AlarmName, AlarmRecord, Priority
from backend.model.event import LinkHealth, LinkState
from backend.model.live import TagSnapshot

FLOOD = 10_000
RECORD = AlarmRecord(
    config=AlarmConfig(
        key="A:high",
        source="A",
        condition="high",
        message="{title} {level}",
        alarm_class=AlarmClass.PROCESS,
        priorities=(("H", Priority.P3),),
    ),
    facts=AlarmFacts(),
    name=AlarmName.UNACK,
    priority=Priority.P3,
    horn=True,
    changed_at=0,
)


def snapshot() -> TagSnapshot:
    nothing = np.zeros(0)
    times = np.zeros(0, np.int64)
    return TagSnapshot(value=nothing, at=times, quality=np.zeros(0, np.uint8), received_at=times, version=1, taken_at=1)


@dataclass
class Feature:
    """A backend feature with nothing but its topic."""

    changed: Topic = field(default_factory=lambda: Topic("test"))  # type: ignore[type-arg]

    def snapshot(self) -> TagSnapshot:
        return snapshot()


@dataclass
class Source:
    """The part of the backend that a bridge listens to."""

    live: Feature = field(default_factory=Feature)
    alarms: Feature = field(default_factory=Feature)
    commands: Feature = field(default_factory=Feature)
    links: Feature = field(default_factory=Feature)
    notes: Feature = field(default_factory=Feature)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def bridge(source: Source, qapp):
    made = Bridge(source)  # type: ignore[arg-type]
    made.start()
    yield made
    made.stop()


def test_a_flood_of_values_is_shown_four_times_a_second(source: Source, bridge: Bridge, qtbot: QtBot) -> None:
    shown: list[object] = []
    beats: list[int] = []
    bridge.values.connect(shown.append)
    bridge.beat.connect(lambda: [source.live.changed.publish(number) for number in range(1000)] and beats.append(1))
    with qtbot.waitSignals([bridge.beat] * 4, timeout=8 * VALUES_MS):
        source.live.changed.publish(1)
    assert len(shown) <= len(beats) <= 5


def test_without_a_change_no_value_is_sent_again(source: Source, bridge: Bridge, qtbot: QtBot) -> None:
    qtbot.waitSignal(bridge.beat).wait()
    shown: list[object] = []
    bridge.values.connect(shown.append)
    qtbot.waitSignals([bridge.beat] * 2).wait()
    assert shown == []


def test_ten_thousand_alarms_all_come_in_order(source: Source, bridge: Bridge, qtbot: QtBot) -> None:
    seen: list[int] = []
    bridge.alarms.connect(lambda records: seen.extend(record.changed_at for record in records))
    records = [replace(RECORD, changed_at=number) for number in range(FLOOD)]
    thread = start_thread(lambda: [source.alarms.changed.publish(record) for record in records], "flood")
    qtbot.waitUntil(lambda: len(seen) >= FLOOD, timeout=10_000)
    thread.join()
    assert seen == list(range(FLOOD))


def test_links_and_alarms_go_to_those_who_asked_for_them(source: Source, bridge: Bridge, qtbot: QtBot) -> None:
    links: list[object] = []
    alarms: list[object] = []
    bridge.links.connect(links.extend)
    bridge.alarms.connect(alarms.extend)
    health = LinkHealth(link="a", protocol="modbus", state=LinkState.LOST, since=0)
    source.links.changed.publish(health)
    source.alarms.changed.publish(RECORD)
    qtbot.waitUntil(lambda: bool(alarms))
    assert (links, alarms) == ([health], [RECORD])


def test_after_stop_nothing_is_heard(source: Source, bridge: Bridge, qtbot: QtBot) -> None:
    bridge.stop()
    heard = Event()
    bridge.alarms.connect(lambda _records: heard.set())
    source.alarms.changed.publish(RECORD)
    with qtbot.assertNotEmitted(bridge.alarms, wait=150):
        pass
    assert not heard.is_set()
