"""Devices, points and link plans of MQTT tests."""

from __future__ import annotations

from collections.abc import Sequence

from backend.links.ports import Bound, LinkPlan
from backend.model.form import MqttForm
from backend.model.plant import Device, Point, QuantityKind


def device(id: str = "R1", *, remote_enabled: bool = True) -> Device:
    return Device(id=id, model="cabinet", asset=id, protocol="mqtt", short_code="12", remote_enabled=remote_enabled)


def bound(
    id: int,
    name: str,
    *,
    device: str = "R1",
    kind: QuantityKind = QuantityKind.PRESSURE,
    writable: bool = False,
    scale: float = 1.0,
    offset: float = 0.0,
) -> Bound:
    """A point at /values/<name> of the device's messages, written over its command topic."""
    point = Point(
        id=id,
        tag=f"{device}.{name}",
        device=device,
        asset=device,
        property=name,
        title=name,
        title_zh="",
        kind=kind,
        unit="kPa",
        low=0.0,
        high=1000.0,
        precision=1,
        period_s=60.0,
        writable=writable,
    )
    form = MqttForm(
        topic=f"lp/s1/{device}/up",
        pointer=("values", name),
        scale=scale,
        offset=offset,
        command_topic=f"lp/s1/{device}/cmd" if writable else "",
        reply_topic=f"lp/s1/{device}/ack" if writable else "",
    )
    return Bound(point=point, form=form)


def link_plan(port: int, *points: Bound, devices: Sequence[Device] = (), **options: str) -> LinkPlan:
    given = {
        "url": f"mqtt://127.0.0.1:{port}",
        "client_id": "console-1",
        "reply_timeout_s": "0.3",
        "retry_s": "0.02",
    }
    return LinkPlan(
        id=f"mqtt/127.0.0.1:{port}", options={**given, **options}, devices=tuple(devices) or (device(),), bound=points
    )
