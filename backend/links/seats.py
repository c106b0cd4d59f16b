"""Links that several nodes divide among themselves: each is held by one node, and moves when that node is gone.

Thread: "seats". It starts a link once its lease is taken and stops it before the lease is let go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from backend import logs
from backend.links.ports import Link, LinkPlan

TURN_S: Final = 0.25
_JOIN_S: Final = 4.0
_log = logs.get(__name__)


class Leases(Protocol):
    """What this node holds alone. Any thread."""

    def take(self, name: str) -> bool | None: ...
    def let_go(self, name: str) -> None: ...
    def holds(self, name: str) -> bool: ...
    def nodes(self) -> int: ...


class Seats:
    """The seats of a site as one node sees them: it takes no more than its fair share."""

    def __init__(self, plans: Mapping[str, LinkPlan], *, build: Callable[[LinkPlan], Link], leases: Leases) -> None:
        """plans: by name of the lease. Raises ConfigError for a plan that cannot be used."""
        self._plans = dict(plans)
        self._build = build
        self._leases = leases
        self._links: dict[str, Link] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="seats", daemon=True)
        for plan in self._plans.values():
            build(plan)

    @property
    def held(self) -> tuple[str, ...]:
        """Names of the seats that are this node's now."""
        return tuple(self._links)

    def start(self) -> None:
        """Begin taking seats."""
        if self._plans:
            self._thread.start()

    def stop(self) -> None:
        """Stop every link, then let the seats go."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)
        self._leave(list(self._links))

    def turn(self) -> None:
        """Look once: drop what is lost, take or leave one seat for the sake of fairness."""
        lost = [name for name in self._links if not self._leases.holds(name)]
        if lost:
            _log.error("seats lost", seats=lost)
            self._leave(lost)
            return
        fair = -(-len(self._plans) // self._leases.nodes())
        if len(self._links) > fair:
            self._leave(list(self._links)[-1:])
        elif len(self._links) < fair:
            self._take_one()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.turn()
            except BaseException as error:  # noqa: BLE001 - the thread's one catch: said, and tried again
                _log.error("seats could not be looked at", error=repr(error))
            self._stopping.wait(TURN_S)

    def _take_one(self) -> None:
        for name, plan in self._plans.items():
            if name not in self._links and self._leases.take(name):
                link = self._build(plan)
                self._links[name] = link
                link.start()
                _log.info("seat taken", seat=name)
                return

    def _leave(self, names: list[str]) -> None:
        for name in names:
            self._links.pop(name).stop()
            self._leases.let_go(name)
            _log.info("seat left", seat=name)
