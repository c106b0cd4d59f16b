"""The fleet's figures equal a direct count: each device is in one type and one area, alive only with a usable value."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from app.pages.devices.fleet import areas_of, fleet_of, rate_text
from backend.api import DeviceView
from backend.model.live import TagSnapshot
from backend.model.plant import Asset, AssetKind, Device, Registry
from backend.model.quality import GOOD, Cause, Status, quality
from tests.support.points import point

LOST = quality(Status.BAD, Cause.COMMS)
MODELS = ("rtu", "rtu", "logger", "logger", "logger", "valve")


def registered() -> Registry:
    return Registry(
        assets=(
            Asset(id="Z-1", kind=AssetKind.AREA, name="Old Town", area="Z-1"),
            Asset(id="S", kind=AssetKind.STATION, name="Station", parent="Z-1"),
            Asset(id="V", kind=AssetKind.VALVE, name="Valve", parent="S"),
            Asset(id="X", kind=AssetKind.LOGGER, name="Far away"),
        ),
        devices=tuple(
            Device(id=f"D{n}", model=model, asset=("S", "V", "X")[n % 3], protocol="mqtt")
            for n, model in enumerate(MODELS)
        ),
        points=tuple(replace(point(n), device=f"D{n}") for n in range(len(MODELS))),
    )


def views(registry: Registry) -> list[DeviceView]:
    return [
        DeviceView(
            device=each, model=each.model, version="1", title=each.model, title_zh="", link="l", bound=(), unbound=()
        )
        for each in registry.devices
    ]


def snapshot(*codes: int) -> TagSnapshot:
    n = len(codes)
    zeros = np.zeros(n, np.int64)
    return TagSnapshot(
        value=np.ones(n), at=zeros, quality=np.array(codes, np.uint8), received_at=zeros, version=1, taken_at=1
    )


def test_the_parts_add_up_to_the_whole() -> None:
    registry = registered()
    codes = (GOOD, LOST, GOOD, GOOD, LOST, GOOD)
    heard = {"D0": 1, "D1": 1, "D2": 1, "D3": 0, "D4": 1}
    fleet = fleet_of(views(registry), registry, heard, snapshot(*codes))
    assert (fleet.whole.count, fleet.whole.activated, fleet.whole.online) == (6, 4, 2)
    assert {share.key: share.count for share in fleet.types} == Counter(MODELS)
    for parts in (fleet.types, fleet.areas):
        assert sum(share.count for share in parts) == fleet.whole.count
        assert sum(share.online for share in parts) == fleet.whole.online
    assert {share.key: share.count for share in fleet.areas} == {"Z-1": 4, "": 2}


def test_a_part_lies_in_the_area_of_what_it_belongs_to() -> None:
    assert areas_of(registered()) == {"Z-1": "Z-1", "S": "Z-1", "V": "Z-1"}


@pytest.mark.parametrize(("part", "of", "text"), [(0, 0, "—"), (1, 3, "33.3 %"), (4, 4, "100.0 %")])
def test_a_rate_of_nothing_is_none(part: int, of: int, text: str) -> None:
    assert rate_text(part, of) == text
