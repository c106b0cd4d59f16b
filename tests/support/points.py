"""A small registry for tests: one station with two devices, a valve well, a gate station."""

from __future__ import annotations

from backend.model.plant import Asset, AssetKind, Device, Limits, Point, QuantityKind, Registry


def point(number: int, tag: str = "", device: str = "D", limits: Limits | None = None, period_s: float = 1.0) -> Point:
    """A pressure point in kPa with a range of ±1000."""
    return Point(
        id=number,
        tag=tag or f"T{number}",
        device=device,
        asset="A",
        property="p",
        title="Outlet pressure",
        title_zh="出口压力",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=-1000,
        high=1000,
        precision=1,
        period_s=period_s,
        limits=limits or Limits(),
    )


def registry(*points: Point) -> Registry:
    """Devices "D" at station "A" and "G" at gate station "S", with these points."""
    return Registry(
        assets=(
            Asset(id="S", kind=AssetKind.SUPPLY, name="Gate station", area="north"),
            Asset(id="A", kind=AssetKind.STATION, name="Station", area="south"),
        ),
        devices=(
            Device(id="D", model="m", asset="A", protocol="modbus"),
            Device(id="G", model="m", asset="S", protocol="modbus"),
        ),
        points=points,
    )
