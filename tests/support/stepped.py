"""A site that moves only when a test says so: messages of devices, the pipeline, alarms and the real store, one thread.

A pretend broker keeps every message until it is acknowledged, as QoS 1 asks; what was on its way when the site died
comes again. Nothing here waits: time is the test's clock, and the core goes one round at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from backend.alarms import AlarmEngine, Changes
from backend.drivers.mqtt.intake import Intake
from backend.drivers.mqtt.routes import plan_routes
from backend.links.ports import Bound
from backend.live import TagTable
from backend.model.alarm import AlarmFacts, AlarmRecord
from backend.model.form import Content, MqttForm
from backend.model.plant import Limits, Registry
from backend.pipeline import Core, Inbox
from backend.pipeline.judge import Ranges
from backend.store import Reserve, Store
from tests.support.clock import ManualClock
from tests.support.mqtt_plan import bound, device
from tests.support.units import open_store

LINK = "mqtt/sim"
HIGH = 400.0
NAMES = ("pressure", "temperature")


class StepInbox(Inbox):
    """Never waits; the time a core would have waited passes on the test's clock."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout_s: float) -> None:
        """Whoever drives the core has put in what there is."""

    def linger(self) -> None:
        """No company comes by itself."""

    def wait_for_call(self, timeout_s: float) -> None:
        self._clock.tick(timeout_s)


class PretendBroker:
    """Keeps what is published until it is acknowledged."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[str, bytes]] = {}
        self.waiting: list[int] = []
        """Message ids still to be delivered on this connection, in order."""
        self.acknowledged: list[int] = []
        self._newest = 0

    def publish(self, topic: str, payload: bytes) -> int:
        self._newest += 1
        self.kept[self._newest] = (topic, payload)
        self.waiting.append(self._newest)
        return self._newest

    def acknowledge(self, mid: int) -> None:
        if self.kept.pop(mid, None) is not None:
            self.acknowledged.append(mid)

    def reconnected(self) -> None:
        """A new connection of the same session: everything not acknowledged comes again."""
        self.waiting = sorted(self.kept)

    def forget(self) -> None:
        """It died and kept nothing."""
        self.kept.clear()
        self.waiting.clear()


class SteppedSite:
    """`open`, then `step` as often as wanted; `abandon` is a death, `close` an orderly end."""

    def __init__(
        self,
        folder: Path,
        clock: ManualClock,
        broker: PretendBroker,
        *,
        devices: int = 3,
        cbor: Collection[str] = (),
        reserve: Reserve | None = None,
    ) -> None:
        """cbor: devices that speak it; the others speak JSON."""
        self.folder = folder
        self.clock = clock
        self.broker = broker
        self.names = [f"D{number}" for number in range(devices)]
        points = [
            bound(number * len(NAMES) + place, name, device=each)
            for number, each in enumerate(self.names)
            for place, name in enumerate(NAMES)
        ]
        limited = [
            replace(each, point=replace(each.point, low=-1000.0, limits=Limits(h=HIGH, deadband=5.0)))
            if each.point.property == "pressure"
            else replace(each, point=replace(each.point, low=-1000.0))
            for each in points
        ]
        self.registry = Registry(
            devices=tuple(device(each) for each in self.names), points=tuple(each.point for each in limited)
        )
        self._routes = plan_routes([_in_cbor(each) if each.point.device in cbor else each for each in limited])
        self._reserve = reserve
        self.told: list[AlarmRecord] = []

    def open(self) -> SteppedSite:
        """Start on what the folder holds, and connect to the broker."""
        clock, points = self.clock, self.registry.points
        self.store: Store = open_store(self.folder / "linepack.db", clock, self._reserve)
        newest = self.store.last_values()
        self.table = TagTable(np.array([point.period_s for point in points]))
        self.table.restore(newest)
        self.alarms = AlarmEngine(
            registry=self.registry,
            links=[LINK],
            clock=clock,
            stored=self.store.alarms(),
            newest=newest,
            last_seen=int(newest.received_at),
        )
        self.inbox = StepInbox(clock)
        self.core: Core[Changes] = Core(
            inbox=self.inbox,
            clock=clock,
            ledger=self.store,
            stored=self.store.history,
            table=self.table,
            alarms=self.alarms,
            ranges=Ranges(low=np.full(len(points), -1000.0), high=np.full(len(points), 1000.0)),
        )
        self.core.topics.alarms.subscribe(self.told.append)
        self.intake = Intake(
            link=LINK,
            up=self._routes.up,
            replies=self._routes.replies,
            answer=lambda _topic, _payload: "",
            clock=clock,
            pace=clock.mono,
        )
        self.broker.reconnected()
        return self

    def hear(self, most: int = 1_000_000) -> int:
        """Take messages from the broker, that many or until the intake is full, and hand them to the core; how many."""
        heard = 0
        for mid in self.broker.waiting[:most]:
            if self.intake.full:
                break
            topic, payload = self.broker.kept[mid]
            self.intake.hear(topic, payload, retained=False, mid=mid)
            heard += 1
        del self.broker.waiting[:heard]
        self.intake.settle()
        hand_over = self.intake.take(epoch=1)
        acknowledge = self._acknowledging(hand_over.mids, len(hand_over.items))
        for item in hand_over.items:
            self.inbox.put(item, acknowledge)
        return heard

    def _acknowledging(self, mids: Sequence[int], items: int) -> Callable[[], None]:
        """Called for each item that is durable; after the last one the messages are acknowledged."""
        left = items

        def done() -> None:
            nonlocal left
            left -= 1
            for mid in mids if left == 0 else ():
                self.broker.acknowledge(mid)

        if not items:
            for mid in mids:
                self.broker.acknowledge(mid)
        return done

    def step(self, rounds: int = 1) -> None:
        """The core goes so many rounds."""
        for _ in range(rounds):
            self.core._round()

    def drain(self) -> None:
        """Everything that waits, to the end."""
        while self.hear(200) or self.inbox.depth or self.core._held is not None or self.core._unread:
            self.step()
        self.step()

    def abandon(self) -> None:
        """It is dead: what was in memory is gone. (The database is let go of, or this process would keep it.)"""
        self.core.stop()
        self.store.close()

    close = abandon

    # -- what a test looks at ------------------------------------------------------------------------------------

    def stored(self) -> list[tuple[int, int, float]]:
        """(point, at, value) of every sample in the history, in order."""
        found = self.store.history.read(range(len(self.registry.points)), -(2**62), 2**62)
        return list(zip(found.point.tolist(), found.at.tolist(), found.value.tolist(), strict=True))

    def alarm(self, tag: str, condition: str = "high") -> AlarmFacts | None:
        """The facts of an alarm as they are stored; None when it never was one."""
        return next((facts for config, facts in self.store.alarms() if config.key == f"{tag}:{condition}"), None)

    def topic(self, name: str) -> str:
        return f"lp/s1/{name}/up"


def _in_cbor(each: Bound) -> Bound:
    assert isinstance(each.form, MqttForm)
    return replace(each, form=replace(each.form, content=Content.CBOR))


def message(at_us: int, **values: object) -> bytes:
    """What a device says."""
    return json.dumps({"t": at_us // 1000, "values": values}).encode()
