"""Which devices share a link, and what a link is told."""

import pytest

from backend.errors import ConfigError
from backend.links.planning import plan_links
from backend.links.ports import DriverSpec, Link, LinkContext, LinkPlan, Option
from backend.model.form import DataType, ModbusForm, Space
from backend.model.plant import Device, Point, QuantityKind, Registry


def never_built(plan: LinkPlan, context: LinkContext) -> Link:
    raise AssertionError("planning builds nothing")


WIRE = DriverSpec(
    protocol="wire",
    title="Wire",
    options=(Option(name="host", title="Host"), Option(name="unit", title="Unit")),
    link_key=lambda device: device.address.get("host", ""),
    build=never_built,
)
FORM = ModbusForm(space=Space.HOLDING, address=0, type=DataType.UINT16)


def device(name: str, **address: str) -> Device:
    return Device(id=name, model="m", asset="a", protocol="wire", address=address)


def point(number: int, of: str) -> Point:
    return Point(
        id=number,
        tag=f"{of}.P{number}",
        device=of,
        asset="a",
        property="p",
        title="P",
        title_zh="",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=0,
        high=1,
        precision=0,
        period_s=1,
    )


REGISTRY = Registry(
    devices=(device("A", host="h1", unit="1"), device("B", host="h2", unit="1"), device("C", host="h1", unit="2")),
    points=(point(0, "A"), point(1, "B"), point(2, "C"), point(3, "A")),
)


def test_devices_with_one_key_share_a_link_in_order_of_registration() -> None:
    plans = [plan for _, plan in plan_links(REGISTRY, {0: FORM, 1: FORM, 2: FORM}, (WIRE,), shared={})]
    assert [(plan.id, [each.id for each in plan.devices]) for plan in plans] == [
        ("wire/h1", ["A", "C"]),
        ("wire/h2", ["B"]),
    ]
    assert [each.point.id for each in plans[0].bound] == [0, 2]


def test_options_are_what_all_devices_of_the_link_agree_on() -> None:
    plans = [plan for _, plan in plan_links(REGISTRY, {}, (WIRE,), shared={"wire": {"secret": "s"}})]
    assert plans[0].options == {"secret": "s", "host": "h1"}
    assert plans[1].options == {"secret": "s", "host": "h2", "unit": "1"}


def test_a_protocol_nobody_speaks_is_refused_by_name() -> None:
    strange = Registry(devices=(Device(id="X", model="m", asset="a", protocol="smoke"),))
    with pytest.raises(ConfigError) as refused:
        plan_links(strange, {}, (WIRE,), shared={})
    assert str(refused.value) == "device X: no driver speaks smoke; there are: wire"
