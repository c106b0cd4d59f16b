"""A running MQTT link between a sink that a test can hold and whatever broker it names."""

from __future__ import annotations

from backend.clock import Clock
from backend.drivers.mqtt import SPEC
from backend.links.loop import FieldLoop
from backend.links.ports import Link, LinkContext, LinkPlan
from backend.model.event import DeviceEvent, LinkState, Quarantined
from backend.model.quality import is_good
from tests.support.clock import ManualClock
from tests.support.sink import ListSink


class Rig:
    """Loop, sink and clock; `run` starts a link, `close` stops everything."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.sink = ListSink()
        self.loop = FieldLoop()
        self.loop.start()
        self._links: list[Link] = []

    def build(self, plan: LinkPlan) -> Link:
        """A link that is not started."""
        link = SPEC.build(plan, LinkContext(sink=self.sink, clock=self.clock, loop=self.loop))
        self._links.append(link)
        return link

    def run(self, plan: LinkPlan) -> Link:
        """A link that is up."""
        link = self.build(plan)
        times = sum(health.state is LinkState.UP for health in self.sink.healths)
        link.start()
        self.sink.wait_state(LinkState.UP, times + 1)
        return link

    def close(self) -> None:
        for link in self._links:
            link.stop()
        self.loop.stop()

    @property
    def values(self) -> list[tuple[int, float]]:
        """(point, value) of every good sample so far, in order."""
        return [
            (point, value)
            for batch in self.sink.batches
            for point, value, code in zip(
                batch.point.tolist(), batch.value.tolist(), batch.quality.tolist(), strict=True
            )
            if is_good(code)
        ]

    def wait_values(self, count: int, within_s: float = 5.0) -> list[tuple[int, float]]:
        """Wait for so many good samples in all."""
        self.sink.wait(lambda _: len(self.values) >= count, within_s)
        return self.values

    @property
    def aside(self) -> list[Quarantined]:
        return [item for item in list(self.sink.items) if isinstance(item, Quarantined)]

    def wait_aside(self, count: int = 1) -> list[Quarantined]:
        """Wait for so many quarantined messages."""
        self.sink.wait(lambda _: len(self.aside) >= count)
        return self.aside

    @property
    def events(self) -> list[DeviceEvent]:
        return [item for item in list(self.sink.items) if isinstance(item, DeviceEvent)]

    def wait_events(self, count: int = 1) -> list[DeviceEvent]:
        """Wait for so many device events."""
        self.sink.wait(lambda _: len(self.events) >= count)
        return self.events

    def wait_lost(self, times: int = 1, within_s: float = 5.0) -> str:
        """Wait until the link is lost; the reason of the newest loss."""
        self.sink.wait_state(LinkState.LOST, times, within_s)
        return [health.reason for health in self.sink.healths if health.state is LinkState.LOST][-1]
