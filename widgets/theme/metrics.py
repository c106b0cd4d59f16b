"""Sizes of the console in px at 100 % scale (design/hmi.md §4 and §5); pass them through `px()` before use."""

from __future__ import annotations

from enum import Enum

GAP = 12
INSET = 14
PAGE_INSET = 16
HALF = 8
QUARTER = 4
RADIUS_CARD = 6
RADIUS_CONTROL = 4

ROW_DENSE = 28
ROW_TABLE = 34
ROW_LIST = 40
ROW_BANNER = 27
BUTTON = 30
BUTTON_PRIMARY = 40
COMMAND_BUTTON = 44
TARGET = 28

BANNER = 64
RAIL = 76
RAIL_ITEM = 66
HEADER = 48
STATUS = 28
STRIP = 32
FRAME = 10

ICON_ROW = 16
ICON_BUTTON = 16
ICON_RAIL = 22
BADGE = 16
GLYPH = 24
FOCUS = 2

DIALOG_WIDTH = 1160
DIALOG_HEIGHT = 856
FRAME_SEGMENT = 18


class Role(Enum):
    """A step of the type scale: (size, line height) in px at 100 %."""

    MICRO = (11, 14)
    HINT = (12, 16)
    LABEL = (13, 18)
    BODY = (14, 20)
    VALUE = (16, 22)
    KEY = (20, 26)
    KPI = (22, 28)
    ALARM = (28, 34)
    TAG = (34, 40)
    CONSEQUENCE = (40, 46)

    # Members are asked for a font some thousand times a second: identity is what tells them apart, so hash by it.
    __hash__ = object.__hash__

    @property
    def size(self) -> int:
        """Font size in px at 100 %."""
        return self.value[0]

    @property
    def line(self) -> int:
        """Line height in px at 100 %."""
        return self.value[1]


class Weight(Enum):
    """The four weights of the design."""

    REGULAR = 400
    MEDIUM = 500
    SEMIBOLD = 600
    BOLD = 700

    __hash__ = object.__hash__
