"""Where the windows of a desk stand, by monitor and page, as it is kept and found again; plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

KEY: Final = "layout"
MAIN: Final = ""
"""The page of the main window's spot."""
_MOST: Final = 24
"""More windows than any desk has monitors for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle on the desktop in px."""

    x: int
    y: int
    width: int
    height: int

    def within(self, room: Area) -> Area:
        """The same, moved and if need be made smaller until it lies in `room`."""
        width, height = min(self.width, room.width), min(self.height, room.height)
        return Area(
            x=max(room.x, min(self.x, room.x + room.width - width)),
            y=max(room.y, min(self.y, room.y + room.height - height)),
            width=width,
            height=height,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One window. monitor: its identity; area: on that monitor, from its upper left corner.

    own: whether the page was opened beside the main window's one, rather than moved out of it.
    """

    page: str
    what: str = ""
    monitor: str
    area: Area
    whole: bool = False
    own: bool = True


def to_json(spots: Iterable[Spot]) -> list[dict[str, Any]]:
    """As the preference is stored."""
    return [asdict(spot) for spot in spots]


def from_json(stored: object) -> tuple[Spot, ...]:
    """The spots that were stored; what cannot be one is left out."""
    if not isinstance(stored, list):
        return ()
    spots = (_spot(each) for each in stored[:_MOST])
    return tuple(spot for spot in spots if spot is not None)


def placed(spot: Spot, monitors: Mapping[str, Area], home: Area) -> Area:
    """Where a window goes on the desktop: on its monitor, wherever that is now; without it on the first one."""
    room = monitors.get(spot.monitor, home)
    return Area(x=room.x + spot.area.x, y=room.y + spot.area.y, width=spot.area.width, height=spot.area.height).within(
        room
    )


def _spot(stored: object) -> Spot | None:
    if not isinstance(stored, Mapping):
        return None
    area = stored.get("area")
    texts = [stored.get(key, "") for key in ("page", "what", "monitor")]
    flags = [stored.get("whole", False), stored.get("own", True)]
    if not isinstance(area, Mapping) or not all(isinstance(text, str) for text in texts):
        return None
    sides = [area.get(key) for key in ("x", "y", "width", "height")]
    if not all(type(side) is int and abs(side) < 100_000 for side in sides) or not all(
        isinstance(flag, bool) for flag in flags
    ):
        return None
    x, y, width, height = (int(side) for side in sides if side is not None)
    if width < 1 or height < 1:
        return None
    return Spot(
        page=texts[0],
        what=texts[1],
        monitor=texts[2],
        area=Area(x=x, y=y, width=width, height=height),
        whole=flags[0],
        own=flags[1],
    )
