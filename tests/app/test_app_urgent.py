"""The banner goes through all alarms a few times a second at most, and leaves none out."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.shell.urgent import Urgent
from backend.model.alarm import AlarmRecord, Priority
from backend.model.event import LinkHealth
from backend.model.plant import Registry
from tests.app.console.test_console_bridge import RECORD


@dataclass
class Alarms:
    """Those that stand; counts how often they were gone through."""

    standing: list[AlarmRecord] = field(default_factory=list)
    read: int = 0

    def snapshot(self) -> tuple[AlarmRecord, ...]:
        self.read += 1
        return tuple(self.standing)

    def sounding(self) -> None:
        return None


class Links:
    """None."""

    def snapshot(self) -> tuple[LinkHealth, ...]:
        return ()


@dataclass
class House:
    """The part of the backend that the banner asks."""

    alarms: Alarms = field(default_factory=Alarms)
    links: Links = field(default_factory=Links)
    registry: Registry = field(default_factory=lambda: Registry(devices=(), points=()))
    at_s: float = 100.0


def test_one_alarm_is_shown_at_once_and_a_flood_at_the_next_beat(qapp) -> None:
    house = House()
    urgent = Urgent(house, monotonic=lambda: house.at_s)  # type: ignore[arg-type]
    house.alarms.standing = [RECORD]
    urgent.came()
    assert urgent.counts()[Priority.P3].active == 1
    house.alarms.standing = [RECORD, RECORD]
    house.at_s += 0.1
    urgent.came()
    urgent.came()
    assert house.alarms.read == 1
    urgent.catch_up()
    assert urgent.counts()[Priority.P3].active == 2
    urgent.catch_up()
    assert house.alarms.read == 2
