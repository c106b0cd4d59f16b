"""Devices, points and link plans of Modbus tests."""

from __future__ import annotations

from dataclasses import replace

from backend.links.ports import Bound, LinkPlan
from backend.model.form import DataType, ModbusForm, Space
from backend.model.plant import Device, Point, QuantityKind

POINT = Point(
    id=0,
    tag="",
    device="R1",
    asset="R1",
    property="p",
    title="P",
    title_zh="",
    kind=QuantityKind.PRESSURE,
    unit="kPa",
    low=0.0,
    high=65535.0,
    precision=1,
    period_s=0.05,
)


def device(id: str = "R1", unit: int = 1, *, remote_enabled: bool = True) -> Device:
    return Device(
        id=id,
        model="station",
        asset=id,
        protocol="modbus",
        address={"unit": str(unit)},
        short_code="12",
        remote_enabled=remote_enabled,
    )


def holding(address: int, type: DataType = DataType.UINT16) -> ModbusForm:
    return ModbusForm(space=Space.HOLDING, address=address, type=type)


def coil(address: int) -> ModbusForm:
    return ModbusForm(space=Space.COIL, address=address, type=DataType.BOOL)


def bound(
    id: int,
    form: ModbusForm,
    *,
    device: str = "R1",
    period_s: float = 0.05,
    writable: bool = False,
    high: float = 65535.0,
) -> Bound:
    point = replace(POINT, id=id, tag=f"{device}.P{id}", device=device, period_s=period_s, writable=writable, high=high)
    return Bound(point=point, form=form)


def link_plan(
    port: int, *points: Bound, devices: tuple[Device, ...] = (), id: str = "modbus/wire", **options: str
) -> LinkPlan:
    """A link to 127.0.0.1. With the default id its second poll comes 0.63 periods after the first."""
    given = {"host": "127.0.0.1", "port": str(port), "timeout_s": "0.5", "retry_s": "0.02", "max_gap": "8"}
    return LinkPlan(id=id, options={**given, **options}, devices=devices or (device(),), bound=points)
