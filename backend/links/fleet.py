"""The running field links of a site, and how some of them are put in place of others while the rest go on."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from backend.errors import ConfigError
from backend.links.dispatch import Dispatch
from backend.links.ports import Bound, DriverSpec, Link, LinkContext, LinkPlan
from backend.model.plant import Limits

_STOPPING: Final = 32
"""Links that are stopped at the same time."""

Planned = tuple[DriverSpec, LinkPlan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """Links built anew, not yet started, by link id. devices: whom they serve."""

    plans: tuple[Planned, ...]
    fresh: Mapping[str, Link]
    devices: tuple[str, ...]


class Fleet:
    """Starts, stops and exchanges links. Never called on the core thread: a link that stops waits for the core."""

    def __init__(self, plans: Sequence[Planned], *, context: LinkContext, dispatch: Dispatch) -> None:
        """Raises ConfigError for a plan that no link can be built from."""
        self._context = context
        self._dispatch = dispatch
        self._lock = threading.Lock()
        self._running = False
        self._plans = tuple(plans)
        self._by_id = {plan.id: spec.build(plan, context) for spec, plan in plans}
        self._serve()

    def links(self) -> tuple[Link, ...]:
        """In the order of the site."""
        return tuple(self._by_id.values())

    def ids(self) -> tuple[str, ...]:
        """Their names, in the same order."""
        return tuple(self._by_id)

    def start(self) -> None:
        """Start them all."""
        with self._lock:
            self._running = True
            for link in self.links():
                link.start()

    def stop(self) -> None:
        """Stop them all; an exchange that is under way is waited for."""
        with self._lock:
            self._running = False
            # Together: each waits for the commit of its farewell, and there may be a thousand.
            with ThreadPoolExecutor(_STOPPING, thread_name_prefix="stop") as pool:
                list(pool.map(_stop, self.links()))

    def plan(self, plans: Sequence[Planned]) -> Refit:
        """Build what differs from what runs; nothing is started or stopped yet. May be called on any thread.

        Raises ConfigError for a plan that cannot be used, or for links that are more or fewer than those running.
        """
        if [plan.id for _, plan in plans] != list(self._by_id):
            raise ConfigError("field links cannot be added or removed while the program runs")
        changed = [new for old, new in zip(self._plans, plans, strict=True) if _as_driven(*old) != _as_driven(*new)]
        return Refit(
            plans=tuple(plans),
            fresh={plan.id: spec.build(plan, self._context) for spec, plan in changed},
            devices=tuple(device.id for _, plan in changed for device in plan.devices),
        )

    def exchange(self, refit: Refit) -> None:
        """Stop each link that has a fresh one and start that in its place. One at a time; the others go on."""
        with self._lock:
            self._plans = refit.plans
            for name, fresh in refit.fresh.items():
                if self._running:
                    self._by_id[name].stop()
                self._by_id = {**self._by_id, name: fresh}
                self._serve()
                if self._running:
                    fresh.start()

    def _serve(self) -> None:
        self._dispatch.serve({device.id: self._by_id[plan.id] for _, plan in self._plans for device in plan.devices})


def _stop(link: Link) -> None:
    link.stop()


def _as_driven(spec: DriverSpec, plan: LinkPlan) -> LinkPlan:
    """A plan without what its driver does not look at: limits, the edge control path, the periods of a listener."""
    return replace(
        plan,
        devices=tuple(replace(device, remote_enabled=False) for device in plan.devices),
        bound=tuple(_bound_as_driven(spec, each) for each in plan.bound),
    )


def _bound_as_driven(spec: DriverSpec, bound: Bound) -> Bound:
    point = replace(bound.point, limits=Limits())
    return replace(bound, point=point if spec.polls else replace(point, period_s=1.0))
