"""Which meters may call in, what their readings bring, and what may be ordered of them; from the forms, once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.drivers.meters.layout import Layout
from backend.errors import ConfigError
from backend.links.ports import Bound
from backend.model.form import MeterForm
from backend.model.plant import Device, Point


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Meters whose readings look alike. points: shape (meters, fields)."""

    layout: Layout
    points: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Meter:
    """One meter. row: its place in `reading.points`. kind: "civil" or "ci"; the latter is asked for its reading."""

    logical_id: int
    device: str
    application: int
    kind: str
    reading: Reading
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRoute:
    """How an order for a point is said."""

    point: Point
    form: MeterForm
    meter: Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everyone. meters: by logical identifier. writes: by point id."""

    meters: dict[int, Meter]
    writes: dict[int, WriteRoute]


def make_roster(devices: Sequence[Device], bound: Sequence[Bound]) -> Roster:
    """Arrange them. ConfigError for a form that is not a meter's."""
    own: dict[str, list[tuple[Point, MeterForm]]] = {device.id: [] for device in devices}
    for each in bound:
        if not isinstance(each.form, MeterForm):
            raise ConfigError("{tag}: the form is not one of a meter", tag=each.point.tag)
        own[each.point.device].append((each.point, each.form))
    alike: dict[tuple[MeterForm, ...], list[Device]] = {}
    for device in devices:
        alike.setdefault(tuple(form for _, form in own[device.id]), []).append(device)
    meters: dict[int, Meter] = {}
    writes: dict[int, WriteRoute] = {}
    for forms, group in alike.items():
        points = np.array([[point.id for point, _ in own[device.id]] for device in group], np.int32)
        reading = Reading(Layout(forms), points.reshape(len(group), len(forms)))
        for row, device in enumerate(group):
            address = device.address
            meter = Meter(
                int(address["logical_id"]),
                device.id,
                int(address.get("application", "1")),
                address.get("class", "civil"),
                reading,
                row,
            )
            if meter.logical_id in meters:
                raise ConfigError("logical identifier {number} is given twice", number=meter.logical_id)
            meters[meter.logical_id] = meter
            for point, form in own[device.id]:
                if form.code:
                    writes[point.id] = WriteRoute(point=point, form=form, meter=meter)
    return Roster(meters=meters, writes=writes)
