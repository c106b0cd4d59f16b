"""When what arrived is handed to the core, and which messages may be acknowledged for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from backend.drivers.mqtt.feed import Feed
from backend.drivers.mqtt.intake import HandOver, Intake
from backend.links.health import HealthKeeper
from backend.links.ports import Inbound
from backend.model.event import Quarantined
from backend.model.sample import SampleBatch

HAND_OVER_S: Final = 0.02
HAND_OVER_SAMPLES: Final = 1000


class Outlet:
    """Between intake and feed; `committed` is called on the field loop, everything else by the network thread."""

    def __init__(
        self,
        *,
        intake: Intake,
        feed: Feed,
        keeper: HealthKeeper,
        pace: Callable[[], float],
        durable: deque[HandOver],
    ) -> None:
        """durable: where the feed leaves what the core has committed."""
        self._intake = intake
        self._feed = feed
        self._keeper = keeper
        self._pace = pace
        self._durable = durable
        self._latency_ms = 0.0
        self._epoch = 0

    def begin(self) -> None:
        """A new connection: message ids of the one before mean nothing any more."""
        self._epoch += 1

    @property
    def patience(self) -> float | None:
        """How long what is held may wait for company, in seconds; None = nothing can be handed over now."""
        return HAND_OVER_S if self._intake.messages and not self._feed.behind else None

    def due(self, *, drained: bool, quiet: bool) -> bool:
        """Whether to hand over now: at once when nothing is on its way, else when the batch has grown a little.

        drained: nothing more is at hand. quiet: nothing happened for the whole `patience`.
        """
        intake, feed = self._intake, self._feed
        if not intake.messages or feed.behind:
            return False
        return (
            quiet
            or intake.samples >= HAND_OVER_SAMPLES
            or (feed.idle and drained)
            or self._pace() - intake.begun >= HAND_OVER_S
        )

    def hand_over(self) -> None:
        """Everything held goes on its way."""
        if self._intake.messages:
            self._keeper.heard(*self._intake.counted())
            hand_over = self._intake.take(self._epoch)
            for item in hand_over.items:
                self._count(item)
            self._feed.offer(hand_over)

    def tell(self, *items: Inbound) -> None:
        """Send items after everything that arrived before."""
        self.hand_over()
        if items:
            self._feed.offer(HandOver(items=items))

    def acknowledgeable(self) -> list[int]:
        """Message ids of this connection whose content is durable, in order of arrival.

        Those of an earlier connection are left out: the broker sends them again, and under such an id it may by now
        have sent something else that is not stored yet.
        """
        mids: list[int] = []
        while self._durable:
            hand_over = self._durable.popleft()
            if hand_over.epoch == self._epoch:
                self._latency_ms = (self._pace() - hand_over.begun) * 1000.0
                mids += hand_over.mids
        return mids

    def drain(self, within_s: float) -> None:
        """Wait until the core has everything, at most so long."""
        self._intake.settle(at_the_end=True)
        self.hand_over()
        self._feed.wait_idle(within_s)

    def _count(self, item: Inbound) -> None:
        if isinstance(item, SampleBatch):
            self._keeper.answered(self._latency_ms)
        elif isinstance(item, Quarantined):
            self._keeper.failed()
