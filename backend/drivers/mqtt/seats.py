"""One broker for several nodes: a connection for orders, and seats between which the broker divides the values. Pure.

A seat is a session of its own with a fixed client id. Only its owner connects with it. When the owner is gone, another
node does, and is given what was in flight or has been queued meanwhile: mosquitto keeps what it has once given to a
session for that session alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.drivers.mqtt.link import PROTOCOL
from backend.links.fleet import Planned
from backend.links.ports import LinkPlan


def divided(plans: Sequence[Planned], seats: int) -> tuple[tuple[Planned, ...], Mapping[str, LinkPlan]]:
    """(the links of the node that leads, the seats by their names); with no seats everything is as it was."""
    if not seats:
        return tuple(plans), {}
    leading: list[Planned] = []
    divided: dict[str, LinkPlan] = {}
    for spec, plan in plans:
        if spec.protocol == PROTOCOL:
            leading.append((spec, replace(plan, options={**plan.options, "part": "orders"})))
            divided |= {seat.id: seat for seat in (_seat(plan, number) for number in range(1, seats + 1))}
        else:
            leading.append((spec, plan))
    return tuple(leading), divided


def _seat(plan: LinkPlan, number: int) -> LinkPlan:
    client = plan.options["client_id"]
    options = {**plan.options, "part": "values", "share": client, "client_id": f"{client}-seat-{number}"}
    return replace(plan, id=f"{plan.id}#{number}", options=options)
