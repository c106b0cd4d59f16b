"""A node that does not lead: it receives its share of the values, and keeps them for the node that does. No Qt.

In: a site folder whose database is on a server. Out: rows of the relay. Threads: "relay", "seats", "writer", "field",
one paho network thread per seat.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from backend import devices, logs, site
from backend.audit.chain import seal
from backend.clock import Clock, SystemClock
from backend.drivers import DRIVERS
from backend.drivers.mqtt import SPEC as MQTT
from backend.drivers.mqtt import divided
from backend.links.guard import anywhere, keep_on_loopback, loopback_only
from backend.links.loop import FieldLoop
from backend.links.planning import plan_links
from backend.links.ports import LinkContext
from backend.links.seats import Leases, Seats
from backend.pipeline.inbox import Inbox
from backend.pipeline.relay import Relay
from backend.site.lock import SiteLock, node_name
from backend.site.options import link_options
from backend.store import Store

_log = logs.get(__name__)


class Standby:
    """Built whole or not at all: a refusal leaves nothing open."""

    def __init__(self, folder: Path, *, leases: Leases, clock: Clock | None = None) -> None:
        self._undo: list[Callable[[], None]] = []
        try:
            self._build(folder, leases, clock or SystemClock())
        except BaseException:
            self._close()
            raise

    def _build(self, folder: Path, leases: Leases, clock: Clock) -> None:
        place = site.load(folder)
        self._undo.append(SiteLock(place.folder).release)
        if place.mode == "simulator":
            keep_on_loopback()
        logs.to_file(place.folder / "log")
        store = Store.open(place.database_url, site=place.id, mode=place.mode, clock=clock, seal=seal)
        self._undo.append(store.close)
        registry, models = store.registry(), site.thing_models(place.folder)
        forms = devices.bind(registry, models, place.id)
        inbox = Inbox()
        self._loop = FieldLoop()
        context = LinkContext(
            sink=inbox,
            clock=clock,
            loop=self._loop,
            may_connect=loopback_only if place.mode == "simulator" else anywhere,
        )
        plans = plan_links(registry, forms, DRIVERS, shared=link_options(place))
        self._seats = Seats(divided(plans, place.seats)[1], build=lambda plan: MQTT.build(plan, context), leases=leases)
        self._relay = Relay(inbox=inbox, ledger=store, node=node_name(place.folder))
        self.site = place.id

    @property
    def seats(self) -> tuple[str, ...]:
        """The shares that are this node's now."""
        return self._seats.held

    def start(self) -> None:
        """Begin receiving."""
        self._relay.start()
        self._loop.start()
        self._seats.start()
        _log.info("standing by", site=self.site)

    def stop(self) -> None:
        """Let the seats go, keep what is queued, close the store. Leaves no thread."""
        self._seats.stop()
        self._loop.stop()
        self._relay.stop()
        self._close()

    def _close(self) -> None:
        while self._undo:
            self._undo.pop()()
