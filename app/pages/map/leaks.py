"""Where leaks probably are: from the gas detectors in alarm, their readings, and the quiet ones around. Plain Python.

Gas that one detector smells and its neighbours do not comes from nearer to that one: half the way to the nearest quiet
detector is taken for twice the standard deviation along the main, a third of that across it. A guess from places alone;
no flow is calculated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.texts import _
from backend.model.alarm import AlarmClass, AlarmRecord
from backend.model.live import TagSnapshot
from backend.model.network import Network
from backend.model.plant import Point, QuantityKind, Registry
from widgets.maps.mercator import distance_m
from widgets.maps.scale_bar import length_text
from widgets.maps.scene import Ellipse, Look, Place

_TOGETHER_M: Final = 400.0
"""Detectors in alarm so near to one another smell the same leak."""
_LEAST_M: Final = 20.0
_MOST_M: Final = 100.0
"""Bounds of the standard deviation along the main."""
_ACROSS: Final = 3.0
_ON_PIPE_M: Final = 40.0
"""A detector stands at the widest pipe so near."""
_M_PER_DEGREE: Final = 110_870.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """One probable leak. detectors: assets whose gas detectors smell it, the strongest first."""

    detectors: tuple[str, ...]
    ellipse: Ellipse

    def words(self) -> str:
        """What stands beside the strongest detector."""
        return _("leak estimate ± {length}").format(length=length_text(2 * self.ellipse.along_m))


class LeakGuess:
    """Knows where the detectors and the pipes are; made anew with the registry."""

    def __init__(self, registry: Registry, network: Network) -> None:
        placed = {one.id: (one.lon, one.lat) for one in registry.assets if one.lon is not None and one.lat is not None}
        self._at: Mapping[int, Place] = {
            point.id: placed[point.asset] for point in registry.points if smells(point) and point.asset in placed
        }
        self._asset = {point.id: point.asset for point in registry.points}
        nodes = {node.id: (node.lon, node.lat) for node in network.nodes}
        self._pipes = np.array([(*nodes[one.start], *nodes[one.end]) for one in network.pipes], np.float64)
        self._wide = np.array([one.diameter_mm for one in network.pipes], np.float64)

    def now(self, snapshot: TagSnapshot, alarms: Iterable[AlarmRecord]) -> tuple[Leak, ...]:
        """The leaks that the standing gas alarms tell of."""
        smelling = {
            record.config.point
            for record in alarms
            if record.config.alarm_class is AlarmClass.GAS_LEAK and record.facts.cond and not record.facts.suppressed
        }
        strength = {
            point: float(snapshot.value[point])
            for point in self._at
            if point in smelling and math.isfinite(snapshot.value[point])
        }
        loose = sorted(strength, key=lambda point: -strength[point])
        leaks: list[Leak] = []
        while loose:
            first = self._at[loose[0]]
            group = [point for point in loose if distance_m(first, self._at[point]) <= _TOGETHER_M]
            loose = [point for point in loose if point not in group]
            leaks.append(self._leak(group, strength, smelling))
        return tuple(leaks)

    def _leak(self, group: Sequence[int], strength: Mapping[int, float], smelling: Iterable[int | None]) -> Leak:
        weight = np.array([max(strength[point], 1e-6) for point in group])
        places = np.array([self._at[point] for point in group])
        lon, lat = (float(part) for part in weight @ places / weight.sum())
        quiet = [distance_m((lon, lat), place) for point, place in self._at.items() if point not in smelling]
        along = min(_MOST_M, max(_LEAST_M, min(quiet, default=_MOST_M * 4) / 4))
        at, angle = self._on_main((lon, lat))
        return Leak(
            detectors=tuple(dict.fromkeys(self._asset[point] for point in group)),
            ellipse=Ellipse(at=at, angle=angle, along_m=round(along, 1), across_m=round(along / _ACROSS, 1)),
        )

    def _on_main(self, at: Place) -> tuple[Place, float]:
        """The place on the widest pipe near by, and the way that pipe runs on the screen; the place itself else."""
        if not len(self._pipes):
            return at, 0.0
        scale = np.array([math.cos(math.radians(at[1])), 1.0]) * _M_PER_DEGREE
        start: NDArray[np.float64] = (self._pipes[:, :2] - at) * scale
        way: NDArray[np.float64] = (self._pipes[:, 2:] - self._pipes[:, :2]) * scale
        part = np.clip(-(start * way).sum(1) / np.maximum((way**2).sum(1), 1e-9), 0, 1)
        foot = start + way * part[:, None]
        away = np.hypot(foot[:, 0], foot[:, 1])
        here = np.flatnonzero(away <= max(_ON_PIPE_M, float(away.min())))
        best = int(here[np.lexsort((away[here], -self._wide[here]))[0]])
        lon, lat = (foot[best] / scale + at).tolist()
        return (lon, lat), round(math.degrees(math.atan2(-way[best, 1], way[best, 0])), 1)


def smells(point: Point) -> bool:
    """Whether a point measures gas where none should be."""
    return point.kind is QuantityKind.CONCENTRATION and point.limits.gas_leak and not point.retired


def with_leaks(looks: Mapping[str, Look], leaks: Iterable[Leak]) -> dict[str, Look]:
    """The looks, with the estimate beside the strongest detector of each leak."""
    said = {leak.detectors[0]: leak.words() for leak in leaks}
    return {
        key: replace(look, note=f"{look.note}\n{said[key]}" if look.note else said[key]) if key in said else look
        for key, look in looks.items()
    }
