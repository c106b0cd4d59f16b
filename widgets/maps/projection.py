"""From world units to px of a widget and back, for one view and one size. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.maps.mercator import degrees, metres_per_px, unit, world_px
from widgets.maps.scene import Place, View

ZOOMS = (8, 19)
"""The furthest and the nearest zoom."""
ROOM = 0.5
"""How much around the view is prepared, as a share of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A view on so many px."""

    view: View
    width: float
    height: float

    @property
    def world(self) -> float:
        """Width of the whole world in px."""
        return world_px(self.view.zoom)

    @property
    def origin(self) -> tuple[float, float]:
        """The upper left corner in px of the whole world."""
        x, y = unit(*self.view.at)
        return x * self.world - self.width / 2, y * self.world - self.height / 2

    @property
    def metres_per_px(self) -> float:
        """Metres on the ground a px covers in the middle."""
        return metres_per_px(self.view.at[1], self.view.zoom)

    def bounds(self, room: float = ROOM) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in world units, with some room around what is seen."""
        left, top = self.origin
        across, down = self.width * room, self.height * room
        return (
            (left - across) / self.world,
            (top - down) / self.world,
            (left + self.width + across) / self.world,
            (top + self.height + down) / self.world,
        )

    def place(self, px_x: float, px_y: float) -> Place:
        """What lies under a px."""
        left, top = self.origin
        return degrees((left + px_x) / self.world, (top + px_y) / self.world)

    def moved(self, across: float, down: float) -> View:
        """The view so many px to the right and down."""
        return View(at=self.place(self.width / 2 + across, self.height / 2 + down), zoom=self.view.zoom)

    def zoomed(self, steps: int, px_x: float, px_y: float) -> View:
        """The view nearer by so many steps, with the place under a px kept where it is."""
        zoom = clamped(self.view.zoom + steps)
        share = 1 - 2.0 ** (self.view.zoom - zoom)
        across, down = (px_x - self.width / 2) * share, (px_y - self.height / 2) * share
        return View(at=self.moved(across, down).at, zoom=zoom)


@dataclass(frozen=True, slots=True, kw_only=True)
class Insets:
    """Px at each side that something else covers, such as a panel."""

    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0


def within(box: tuple[float, float, float, float], width: float, height: float, insets: Insets) -> View:
    """The nearest view that shows a whole box in the part of so many px that nothing covers."""
    free_x = max(1.0, width - insets.left - insets.right)
    free_y = max(1.0, height - insets.top - insets.bottom)
    view = fitting(box, free_x, free_y)
    projection = Projection(view=view, width=width, height=height)
    return projection.moved((insets.right - insets.left) / 2, (insets.bottom - insets.top) / 2)


def clamped(zoom: int) -> int:
    """The nearest zoom there is."""
    return max(ZOOMS[0], min(ZOOMS[1], zoom))


def fitting(box: tuple[float, float, float, float], width: float, height: float) -> View:
    """The nearest view that shows a whole box of least and greatest longitude and latitude."""
    west, south, east, north = box
    left, top = unit(west, north)
    right, bottom = unit(east, south)
    at = degrees((left + right) / 2, (top + bottom) / 2)
    for zoom in range(ZOOMS[1], ZOOMS[0], -1):
        if (right - left) * world_px(zoom) <= width and (bottom - top) * world_px(zoom) <= height:
            return View(at=at, zoom=zoom)
    return View(at=at, zoom=ZOOMS[0])
