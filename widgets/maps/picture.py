"""Decide what a map draws: which symbols, which rings with counts, which labels, and what lies under a click. No Qt.

Rules of design/hmi.md §12: alarmed symbols, vehicles, members of a plan and the selection are never folded and ignore
the layers; meters stay rings at every zoom; labels only for plan, selection, alarms and stations, in that order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from widgets.maps.apart import apart
from widgets.maps.aside import aside
from widgets.maps.ellipses import boxes
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
    Arrow,
    Frame,
    Label,
    LabelKind,
    Line,
    Look,
    Mark,
    Name,
    Overlay,
    Ring,
    Scene,
    Shape,
    Situation,
    Symbol,
    compact,
)
from widgets.maps.segments import Segments

CLUSTERS_BELOW: Final = 15
"""Zoom from which wells and detectors stand alone."""
METERS: Final = "meters"
"""Layer of the rings of meters."""
LEAKS, LOSING, FLOW = "leak-estimate", "losing-gas", "flow"
"""Layers of probable places of leaks, of the area that loses gas, and of the arrows along pipes."""
MOST_LABELS: Final = 200
_SYMBOL_CELL: Final = 56
_METER_CELL: Final = 120
_LABEL_GAP: Final = 6
_NEAR_PX: Final = 14
_NEAR_LINE_PX: Final = 7
ARROWS_FROM: Final = 15
"""Zoom from which pipes say which way gas flows."""
_ARROW_ROOM: Final = 70
"""A pipe shorter than so many px has no arrow."""
_WIDEST_HALF: Final = max(SIZES.values()) / 2
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
        self._situation = Situation()
        self._cells: dict[int, Cells] = {}
        self.show(Scene())

    def copied(self) -> Picture:
        """As it is now, for drawing on another thread."""
        twin = copy(self)
        twin.looks = list(self.looks)
        twin.x, twin.y = self.x.copy(), self.y.copy()
        twin._rank = self._rank.copy()
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
        self.dx, self.dy = apart(scene.symbols, self.x, self.y)
        self._clusters = np.array([symbol.clusters for symbol in scene.symbols], bool)
        self._depth = np.array([DRAWN_IN_ORDER.index(symbol.shape) for symbol in scene.symbols], np.int64)
        self._from = np.array([SHOWN_FROM.get(symbol.shape, 0) for symbol in scene.symbols], np.int64)
        self._vehicles = np.array([symbol.shape is Shape.VEHICLE for symbol in scene.symbols], bool)
        self._rank = np.zeros(len(scene.symbols), np.int64)
        self._always_named = np.array([symbol.named for symbol in scene.symbols], bool)
        layers = sorted({symbol.layer for symbol in scene.symbols})
        number = {layer: at for at, layer in enumerate(layers)}
        self._layers = layers
        self._layer = np.array([number[symbol.layer] for symbol in scene.symbols], np.int64)
        self._half = np.array([SIZES[symbol.shape] / 2 for symbol in scene.symbols], np.float64)
        self._meter_x, self._meter_y = units(scene.meters.lon, scene.meters.lat)
        self._cells = {}
        self._named: tuple[int, Box, tuple[Name, ...]] = (-1, (0.0, 0.0, 0.0, 0.0), ())
        self._segments = Segments(scene.lines)

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
            self._rank[index] = look.rank
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

    def stand(self, situation: Situation) -> bool:
        """What lies over the network whatever is asked; False when it was so before."""
        before, self._situation = self._situation, situation
        return situation != before

    # -- what comes out ---------------------------------------------------------------------------------------------

    @property
    def situation(self) -> Situation:
        """What lies over the network, without what is switched off."""
        return replace(self._situation, ellipses=()) if LEAKS in self._off else self._situation

    @property
    def selected(self) -> str:
        """Id of the selected symbol or line."""
        return self._selected

    @property
    def question(self) -> Overlay:
        """The overlay in force, without what is switched off."""
        return replace(self._overlay, area=()) if LOSING in self._off else self._overlay

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
        left, top, right, bottom = bounds
        here = (self.x >= left) & (self.x <= right) & (self.y >= top) & (self.y <= bottom)
        visible = pinned | (self._switched_on() & (self._from <= zoom))
        rings: list[Ring] = []
        if zoom < CLUSTERS_BELOW:
            folded, rings = self._folded(zoom, visible & self._clusters & ~pinned, bounds)
            visible = visible & ~folded
        # What lies far outside is not told to the page: it may be tens of thousands.
        visible = visible & here
        rings += self._beside(self._meter_rings(zoom, bounds), zoom, visible)
        return Frame(
            visible=self._in_order(np.flatnonzero(visible)),
            rings=tuple(rings),
            labels=self._labels(zoom, visible, bounds),
            names=self._names(zoom, bounds),
            arrows=self._arrows(zoom, bounds),
            tiers_off=self._off & {line.tier for line in self.scene.lines},
            selected=self._index.get(self._selected, -1),
        )

    def hit(self, x: float, y: float, zoom: int, frame: Frame) -> Hit:
        """What lies at a place in world units: the nearest symbol, else a ring, else the nearest line."""
        world = world_px(zoom)
        if frame.visible:
            shown = np.array(frame.visible)
            seen_x, seen_y = self._seen(world)
            away = np.hypot(seen_x[shown] - x, seen_y[shown] - y) * world
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

    def _seen(self, world: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """World units where symbols are drawn: some stand a few px aside of their place."""
        share = self._scale / world
        return self.x + self.dx * share, self.y + self.dy * share

    def _names(self, zoom: int, bounds: Box) -> tuple[Name, ...]:
        """Written anew only where the map looks elsewhere."""
        if self._named[:2] != (zoom, bounds):
            found = names(self.scene.lines, self.scene.areas, zoom, bounds, lambda words: self._measure((words,))[0])
            self._named = (zoom, bounds, found)
        return self._named[2]

    def _pinned(self) -> NDArray[np.bool_]:
        """Drawn whatever the layers say, and never folded."""
        pinned = np.asarray((self._rank > 0) | self._vehicles, bool)
        wanted = [self._selected, *(mark.id for mark in self._overlay.marks), *(key for key, _ in self._overlay.notes)]
        for key in wanted:
            if key in self._index:
                pinned[self._index[key]] = True
        return pinned

    def _in_order(self, indices: NDArray[np.int64]) -> tuple[int, ...]:
        """What is alarmed lies above everything else, urgent above less urgent."""
        rank = self._rank[indices]
        above = np.where(rank > 0, 10 - rank, 0)
        return tuple(int(index) for index in indices[np.lexsort((self._depth[indices], above))])

    def _switched_on(self) -> NDArray[np.bool_]:
        on = np.array([layer not in self._off for layer in self._layers], bool)
        return np.asarray(on[self._layer], bool)

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

    def _beside(self, rings: list[Ring], zoom: int, visible: NDArray[np.bool_]) -> list[Ring]:
        """Where symbols stand alone, a ring moves aside of them: neither may hide the other."""
        if zoom < CLUSTERS_BELOW or not rings:
            return rings
        world = world_px(zoom)
        seen_x, seen_y = self._seen(world)
        order = np.flatnonzero(visible)[np.argsort(seen_x[visible])]
        x, y, half = seen_x[order], seen_y[order], self._half[order] * self._scale
        moved: list[Ring] = []
        reaches = np.array([(_WIDEST_HALF * self._scale + 3 * ring.radius) / world for ring in rings])
        middles = np.array([ring.x for ring in rings])
        firsts, lasts = np.searchsorted(x, middles - reaches), np.searchsorted(x, middles + reaches)
        for number, ring in enumerate(rings):
            first, last = firsts[number], lasts[number]
            if first == last:
                moved.append(ring)
                continue
            near = first + np.flatnonzero(np.abs(y[first:last] - ring.y) < reaches[number])
            moved.append(aside(ring, x[near], y[near], half[near], world) if len(near) else ring)
        return moved

    def _arrows(self, zoom: int, bounds: Box) -> tuple[Arrow, ...]:
        if FLOW in self._off or zoom < ARROWS_FROM:
            return ()
        return self._segments.arrows(zoom, bounds, self._off, self._situation.cut, _ARROW_ROOM * self._scale)

    def _labels(self, zoom: int, visible: NDArray[np.bool_], bounds: Box) -> tuple[Label, ...]:
        world, left_top = world_px(zoom), bounds[:2]
        wishes: list[tuple[tuple[int, int], Wish]] = []
        kept = [box for one in self.situation.ellipses for box in boxes(one, world)]
        kinds = tuple(LabelKind)
        marks = {mark.id: mark for mark in self._overlay.marks}
        notes = dict(self._overlay.notes)
        seen_x, seen_y = self._seen(world)
        for index in np.flatnonzero(visible & self._wants_label(marks, notes)):
            symbol, look = self.scene.symbols[index], self.looks[index]
            x, y, half = float(seen_x[index]), float(seen_y[index]), float(self._half[index]) * self._scale
            if not (left_top[0] <= x <= bounds[2] and left_top[1] <= y <= bounds[3]):
                continue
            mark = marks.get(symbol.id)
            kind = self._label_kind(symbol, look, mark is not None, symbol.id in notes)
            if kind is None:
                continue
            kept.append((x * world - half, y * world - half, x * world + half, y * world + half))
            lines = self._lines(symbol, look, mark, notes)
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

    def _wants_label(self, marks: Iterable[str], notes: Iterable[str]) -> NDArray[np.bool_]:
        """Most of tens of thousands of symbols never have one: no Python runs for those."""
        wants = self._always_named | (self._rank > 0)
        for key in (self._selected, *marks, *notes):
            if key in self._index:
                wants[self._index[key]] = True
        return wants

    @staticmethod
    def _lines(symbol: Symbol, look: Look, mark: Mark | None, notes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        if mark is not None:
            return mark.lines
        said = notes.get(symbol.id)
        return said if said is not None else tuple(line for line in (symbol.label, *look.note.split("\n")) if line)

    def _label_kind(self, symbol: Symbol, look: Look, planned: bool, noted: bool) -> LabelKind | None:
        reasons = (
            (planned, LabelKind.PLAN),
            (symbol.id == self._selected, LabelKind.SELECTED),
            (noted, LabelKind.NOTED),
            (look.rank > 0, LabelKind.ALARMED),
            (symbol.named, LabelKind.NAMED),
        )
        return next((kind for holds, kind in reasons if holds), None)


def home_of(scene: Scene) -> tuple[float, float, float, float] | None:
    """The box round the city: its districts where there are any, else everything. Trunks run far out of a city, and a
    map that shows their ends shows the streets too small."""
    corners = [place_ for area in scene.areas if area.ground == "block" for place_ in area.corners]
    if not corners:
        return bounds_of(scene)
    lon, lat = np.array(corners, np.float64).T
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def bounds_of(scene: Scene) -> tuple[float, float, float, float] | None:
    """The box round everything that has a place: least and greatest longitude and latitude."""
    places = [place_ for line in scene.lines for place_ in line.path]
    places += [symbol.at for symbol in scene.symbols if symbol.shape is not Shape.VEHICLE]
    if not places:
        return None
    lon, lat = np.array(places, np.float64).T
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
