"""Every straight piece of every line: which is nearest to a click, and where arrows along them stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from widgets.maps.mercator import units, world_px
from widgets.maps.placing import Box
from widgets.maps.scene import Arrow, Line

_MOST_ARROWS: Final = 600


class Segments:
    """Arrays over the pieces; built once for a scene."""

    def __init__(self, lines: Sequence[Line]) -> None:
        pieces = [
            (index, *start, *end)
            for index, line in enumerate(lines)
            for start, end in zip(line.path, line.path[1:], strict=False)
        ]
        table = np.array(pieces, np.float64).reshape(-1, 5)
        self._line = table[:, 0].astype(np.int64)
        self._x1, self._y1 = units(table[:, 1], table[:, 2])
        self._x2, self._y2 = units(table[:, 3], table[:, 4])
        self._ids = [line.id for line in lines]
        self._tiers = np.array([line.tier for line in lines])
        self._flow = np.array([line.flow for line in lines], np.int64)

    def arrows(
        self, zoom: int, bounds: Box, off: frozenset[str], cut: frozenset[str], room: float
    ) -> tuple[Arrow, ...]:
        """In the middle of every piece in view that is long enough, that is drawn, fed, and whose flow is known."""
        if not len(self._line):
            return ()
        across, down = self._x2 - self._x1, self._y2 - self._y1
        x, y = (self._x1 + self._x2) / 2, (self._y1 + self._y2) / 2
        wanted = (np.hypot(across, down) * world_px(zoom) >= room) & (self._flow[self._line] != 0)
        wanted &= (x >= bounds[0]) & (x <= bounds[2]) & (y >= bounds[1]) & (y <= bounds[3])
        wanted &= ~np.isin(self._tiers[self._line], list(off))
        turned = np.degrees(np.arctan2(down, across)) + np.where(self._flow[self._line] < 0, 180.0, 0.0)
        found = [index for index in np.flatnonzero(wanted) if self._ids[int(self._line[index])] not in cut]
        return tuple(
            Arrow(x=float(x[index]), y=float(y[index]), angle=round(float(turned[index]), 1))
            for index in found[:_MOST_ARROWS]
        )

    def nearest(self, x: float, y: float, off: frozenset[str]) -> tuple[str, float]:
        """Id of the nearest line that is drawn, and how far away it is in world units."""
        if not len(self._line):
            return "", np.inf
        across, down = self._x2 - self._x1, self._y2 - self._y1
        long = np.maximum(across**2 + down**2, 1e-30)
        part = np.clip(((x - self._x1) * across + (y - self._y1) * down) / long, 0, 1)
        away = np.hypot(self._x1 + part * across - x, self._y1 + part * down - y)
        away = np.where(np.isin(self._tiers[self._line], list(off)), np.inf, away)
        best = int(np.argmin(away))
        return self._ids[int(self._line[best])], float(away[best])
