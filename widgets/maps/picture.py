"""Decide what a map draws: which symbols, which rings with counts, which labels, and what lies under a click. No Qt.

Rules of design/hmi.md §12: alarmed symbols, vehicles, members of a plan and the selection are never folded and ignore
the layers; meters stay rings at every zoom; labels only for plan, selection, alarms and stations, in that order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from widgets.maps.grid import Cells, fold
from widgets.maps.mercator import unit, units, world_px
from widgets.maps.naming import names
from widgets.maps.placing import Box, Wish, place
from widgets.maps.scene import (
    BADGE,
    DRAWN_IN_ORDER,
    NOWHERE,
    SHOWN_FROM,
    SIZES,
    Frame,
    Label,
    LabelKind,
    Line,
    Look,
    Name,
    Overlay,
    Ring,
    Scene,
    Shape,
    Symbol,
    compact,
)

CLUSTERS_BELOW: Final = 15
"""Zoom from which wells and detectors stand alone."""
METERS: Final = "meters"
"""Layer of the rings of meters."""
MOST_LABELS: Final = 200
_SYMBOL_CELL: Final = 56
_METER_CELL: Final = 120
_LABEL_GAP: Final = 6
_NEAR_PX: Final = 14
_NEAR_LINE_PX: Final = 7
_SMALLEST_RING: Final = 15
_LARGEST_RING: Final = 22

Measure = Callable[[Sequence[str]], tuple[float, float]]
"""Lines of a label → width and height of its plate in px."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What lies under a click: a symbol or a line by id, or a ring to zoom into."""

    symbol: str = ""
    line: str = ""
    ring: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Symbols that look different, and whether what is drawn has to be decided again."""

    indices: tuple[int, ...] = ()
    frame: bool = False


class Picture:
    """A scene, how it looks now, and what people have switched off, selected and asked for."""

    def __init__(self, measure: Measure, scale: float = 1.0) -> None:
        self._measure = measure
        self._scale = scale
        self._off: frozenset[str] = frozenset()
        self._selected = ""
        self._overlay = Overlay()
        self._cells: dict[int, Cells] = {}
        self.show(Scene())

    def copied(self) -> Picture:
        """As it is now, for drawing on another thread."""
        twin = copy(self)
        twin.looks = list(self.looks)
        twin.x, twin.y = self.x.copy(), self.y.copy()
        twin._cells = dict(self._cells)
        return twin

    # -- what is put in ---------------------------------------------------------------------------------------------

    def show(self, scene: Scene) -> None:
        """A new drawing; what was known of symbols is forgotten."""
        self.scene = scene
        self._index = {symbol.id: index for index, symbol in enumerate(scene.symbols)}
        self._line_index = {line.id: line for line in scene.lines}
        self.looks: list[Look] = [Look() for _ in scene.symbols]
        self.x, self.y = units([one.at[0] for one in scene.symbols], [one.at[1] for one in scene.symbols])
        self._clusters = np.array([symbol.clusters for symbol in scene.symbols], bool)
        self._depth = np.array([DRAWN_IN_ORDER.index(symbol.shape) for symbol in scene.symbols], np.int64)
        self._from = np.array([SHOWN_FROM.get(symbol.shape, 0) for symbol in scene.symbols], np.int64)
        self._vehicles = np.array([symbol.shape is Shape.VEHICLE for symbol in scene.symbols], bool)
        self._half = np.array([SIZES[symbol.shape] / 2 for symbol in scene.symbols], np.float64)
        self._meter_x, self._meter_y = units(scene.meters.lon, scene.meters.lat)
        self._cells = {}
        self._named: tuple[int, Box, tuple[Name, ...]] = (-1, (0.0, 0.0, 0.0, 0.0), ())
        self._segments = _Segments(scene.lines)

    def rescale(self, scale: float) -> None:
        """Another size of everything on the screen."""
        self._scale = scale

    def look(self, changes: Mapping[str, Look]) -> Changed:
        """Take in how symbols look now."""
        changed: list[int] = []
        stale = False
        for key, look in changes.items():
            index = self._index.get(key)
            if index is None or look == self.looks[index]:
                continue
            before, self.looks[index] = self.looks[index], look
            changed.append(index)
            if look.at is not None:
                self.x[index], self.y[index] = unit(*look.at)
            labelled = look.rank > 0 or key == self._selected or self.scene.symbols[index].named
            stale = stale or look.rank != before.rank or look.at != before.at or (labelled and look.note != before.note)
        return Changed(indices=tuple(changed), frame=stale)

    def switch_off(self, layers: Iterable[str]) -> None:
        """The layers that are not drawn."""
        self._off = frozenset(layers)

    def select(self, key: str) -> None:
        """The selected symbol or line; "" for none."""
        self._selected = key

    def overlay(self, overlay: Overlay) -> None:
        """What lies over the network for one question."""
        self._overlay = overlay

    # -- what comes out ---------------------------------------------------------------------------------------------

    @property
    def selected(self) -> str:
        """Id of the selected symbol or line."""
        return self._selected

    @property
    def question(self) -> Overlay:
        """The overlay in force."""
        return self._overlay

    def symbol(self, key: str) -> Symbol | None:
        """A symbol by id."""
        index = self._index.get(key)
        return None if index is None else self.scene.symbols[index]

    def number_of(self, key: str) -> int:
        """Where a symbol stands among all; -1 = nowhere."""
        return self._index.get(key, -1)

    def line(self, key: str) -> Line | None:
        """A line by id."""
        return self._line_index.get(key)

    def place_of(self, key: str) -> tuple[float, float] | None:
        """World units of a symbol, or of the middle of a line."""
        index = self._index.get(key)
        if index is not None:
            x, y = float(self.x[index]), float(self.y[index])
            return None if (x, y) == unit(*NOWHERE) else (x, y)
        line = self._line_index.get(key)
        return None if line is None else unit(*line.path[len(line.path) // 2])

    def frame(self, zoom: int, bounds: Box) -> Frame:
        """What is drawn at this zoom. bounds: the part in view with some room around it, in world units."""
        pinned = self._pinned()
        visible = pinned | (self._switched_on() & (self._from <= zoom))
        rings: list[Ring] = []
        if zoom < CLUSTERS_BELOW:
            folded, rings = self._folded(zoom, visible & self._clusters & ~pinned, bounds)
            visible = visible & ~folded
        rings += self._meter_rings(zoom, bounds)
        return Frame(
            visible=self._in_order(np.flatnonzero(visible)),
            rings=tuple(rings),
            labels=self._labels(zoom, visible, bounds),
            names=self._names(zoom, bounds),
            tiers_off=self._off & {line.tier for line in self.scene.lines},
            selected=self._index.get(self._selected, -1),
        )

    def hit(self, x: float, y: float, zoom: int, frame: Frame) -> Hit:
        """What lies at a place in world units: the nearest symbol, else a ring, else the nearest line."""
        world = world_px(zoom)
        if frame.visible:
            shown = np.array(frame.visible)
            away = np.hypot(self.x[shown] - x, self.y[shown] - y) * world
            away -= np.maximum(self._half[shown] * self._scale - _NEAR_PX / 2, 0)
            nearest = int(np.argmin(away))
            if away[nearest] <= _NEAR_PX * self._scale:
                return Hit(symbol=self.scene.symbols[int(shown[nearest])].id)
        for ring in frame.rings:
            if np.hypot(ring.x - x, ring.y - y) * world <= ring.radius:
                return Hit(ring=(ring.x, ring.y))
        line, away_px = self._segments.nearest(x, y, self._off)
        return Hit(line=line) if away_px * world <= _NEAR_LINE_PX * self._scale else Hit()

    # -- rules ------------------------------------------------------------------------------------------------------

    def _names(self, zoom: int, bounds: Box) -> tuple[Name, ...]:
        """Written anew only where the map looks elsewhere."""
        if self._named[:2] != (zoom, bounds):
            found = names(self.scene.lines, self.scene.areas, zoom, bounds, lambda words: self._measure((words,))[0])
            self._named = (zoom, bounds, found)
        return self._named[2]

    def _pinned(self) -> NDArray[np.bool_]:
        """Drawn whatever the layers say, and never folded."""
        pinned = np.array([look.rank > 0 for look in self.looks], bool)
        pinned |= self._vehicles
        wanted = [self._selected, *(mark.id for mark in self._overlay.marks)]
        for key in wanted:
            if key in self._index:
                pinned[self._index[key]] = True
        return pinned

    def _in_order(self, indices: NDArray[np.int64]) -> tuple[int, ...]:
        """What is alarmed lies above everything else, urgent above less urgent."""
        rank = np.array([look.rank for look in self.looks], np.int64)[indices]
        above = np.where(rank > 0, 10 - rank, 0)
        return tuple(int(index) for index in indices[np.lexsort((self._depth[indices], above))])

    def _switched_on(self) -> NDArray[np.bool_]:
        return np.array([symbol.layer not in self._off for symbol in self.scene.symbols], bool)

    def _folded(self, zoom: int, loose: NDArray[np.bool_], bounds: Box) -> tuple[NDArray[np.bool_], list[Ring]]:
        """Which symbols give way to a ring, and the rings; a symbol alone in its cell stays itself."""
        folded = np.zeros(len(loose), bool)
        index = np.flatnonzero(loose)
        if not len(index):
            return folded, []
        cells = fold(self.x[index], self.y[index], np.ones(len(index), np.int64), zoom, _SYMBOL_CELL * self._scale)
        folded[index] = cells.members[cells.cell_of] > 1
        return folded, self._rings(cells, cells.members > 1, bounds)

    def _meter_rings(self, zoom: int, bounds: Box) -> list[Ring]:
        meters = self.scene.meters
        if METERS in self._off or not len(meters.count):
            return []
        if zoom not in self._cells:
            self._cells[zoom] = fold(self._meter_x, self._meter_y, meters.count, zoom, _METER_CELL * self._scale)
        return self._rings(self._cells[zoom], self._cells[zoom].weight > 0, bounds)

    def _rings(self, cells: Cells, wanted: NDArray[np.bool_], bounds: Box) -> list[Ring]:
        left, top, right, bottom = bounds
        inside = wanted & (cells.x >= left) & (cells.x <= right) & (cells.y >= top) & (cells.y <= bottom)
        rings: list[Ring] = []
        for index in np.flatnonzero(inside):
            count = int(cells.weight[index])
            radius = min(_LARGEST_RING, _SMALLEST_RING + 2 * len(str(count)) - 2)
            words = compact(count)
            rings.append(
                Ring(
                    x=float(cells.x[index]),
                    y=float(cells.y[index]),
                    radius=round(radius * self._scale),
                    words=words,
                )
            )
        return rings

    def _labels(self, zoom: int, visible: NDArray[np.bool_], bounds: Box) -> tuple[Label, ...]:
        world, left_top = world_px(zoom), bounds[:2]
        wishes: list[tuple[tuple[int, int], Wish]] = []
        kept: list[Box] = []
        kinds = tuple(LabelKind)
        marks = {mark.id: mark for mark in self._overlay.marks}
        for index in np.flatnonzero(visible):
            symbol, look = self.scene.symbols[index], self.looks[index]
            x, y, half = float(self.x[index]), float(self.y[index]), float(self._half[index]) * self._scale
            if not (left_top[0] <= x <= bounds[2] and left_top[1] <= y <= bounds[3]):
                continue
            mark = marks.get(symbol.id)
            kind = self._label_kind(symbol, look, mark is not None)
            if kind is None:
                continue
            kept.append((x * world - half, y * world - half, x * world + half, y * world + half))
            lines = mark.lines if mark is not None else tuple(line for line in (symbol.label, look.note) if line)
            width, height = self._measure(lines)
            badge = str(mark.number) if mark is not None else ""
            wish = Wish(
                id=symbol.id,
                x=x,
                y=y,
                half=half,
                width=width + (BADGE * self._scale if badge else 0),
                height=height,
                lines=lines,
                kind=kind,
                badge=badge,
            )
            wishes.append(((kinds.index(kind), look.rank), wish))
        wishes.sort(key=lambda each: each[0])
        return place((wish for _rank, wish in wishes), world, _LABEL_GAP * self._scale, MOST_LABELS, kept)

    def _label_kind(self, symbol: Symbol, look: Look, planned: bool) -> LabelKind | None:
        reasons = (
            (planned, LabelKind.PLAN),
            (symbol.id == self._selected, LabelKind.SELECTED),
            (look.rank > 0, LabelKind.ALARMED),
            (symbol.named, LabelKind.NAMED),
        )
        return next((kind for holds, kind in reasons if holds), None)


class _Segments:
    """Every straight piece of every line, for finding the one nearest to a click."""

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


def bounds_of(scene: Scene) -> tuple[float, float, float, float] | None:
    """The box round everything that has a place: least and greatest longitude and latitude."""
    places = [place_ for line in scene.lines for place_ in line.path]
    places += [symbol.at for symbol in scene.symbols if symbol.shape is not Shape.VEHICLE]
    if not places:
        return None
    lon, lat = np.array(places, np.float64).T
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
