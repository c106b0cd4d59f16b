"""Where everything of a trend chart lies: panes, lanes, alarm foot and time axis, in px. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from widgets.theme import px
from widgets.theme.metrics import GAP

GUTTER_LEFT = 72
GUTTER_RIGHT = 108
FLAG = 26
TITLE = 24
LANE = 17
LANE_GAP = 6
FOOT = 30
AXIS = 26
LEAST_PANE = 24
_ROOMY = 48
"""px of a pane below which its title moves inside."""
_BETWEEN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Rectangles in the order of panes and lanes; all share left and right edge."""

    panes: tuple[QRectF, ...]
    lanes: tuple[QRectF, ...]
    foot: QRectF
    axis: QRectF
    plot: QRectF
    """From the top of the first pane to the foot."""
    inside: bool = False
    """Whether titles stand inside the panes: there is no room above them."""


def places(width: float, height: float, panes: int, lanes: int, label: float = 0.0) -> Places:
    """Lay out a chart of this size; the first pane is a third higher than the others. label: width of the widest one
    at the left."""
    left, right = max(float(px(GUTTER_LEFT)), label + px(GAP)), width - px(GUTTER_RIGHT)
    across = max(1.0, right - left)
    top = float(px(FLAG))
    lanes_height = lanes * (px(LANE) + px(LANE_GAP)) + (px(LANE_GAP) * 3 if lanes else 0)
    below = px(FOOT) + px(AXIS) + lanes_height
    between = max(0, panes - 1) * px(_BETWEEN)
    inside = height - top - below - panes * px(TITLE) - between < panes * px(_ROOMY)
    title = 0 if inside else px(TITLE)
    room = height - top - below - panes * title - between
    weights = [4 / 3 if place == 0 and panes > 1 else 1.0 for place in range(panes)]
    made: list[QRectF] = []
    for weight in weights:
        tall = max(1.0, room * weight / sum(weights))
        made.append(QRectF(left, top + title, across, tall))
        top += title + tall + px(_BETWEEN)
    base = height - below + (px(LANE_GAP) * 2 if lanes else 0)
    rows = tuple(QRectF(left, base + place * (px(LANE) + px(LANE_GAP)), across, px(LANE)) for place in range(lanes))
    foot = QRectF(left, height - px(FOOT) - px(AXIS), across, px(FOOT))
    axis = QRectF(left, height - px(AXIS), across, px(AXIS))
    return Places(
        panes=tuple(made),
        lanes=rows,
        foot=foot,
        axis=axis,
        plot=QRectF(left, px(FLAG), across, foot.center().y() - px(FLAG)),
        inside=inside,
    )


def least_height() -> int:
    """px below which a chart shows nothing any more."""
    return px(FLAG) + px(TITLE) + px(LEAST_PANE) * 2 + px(FOOT) + px(AXIS)


def spread(wanted: list[float], height: float, low: float, high: float) -> list[float]:
    """Middles of labels of one height, moved apart so that none lies on another, kept between low and high."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    placed = dict.fromkeys(order, 0.0)
    least = low
    for place in order:
        placed[place] = max(wanted[place], least)
        least = placed[place] + height
    most = high
    for place in reversed(order):
        placed[place] = min(placed[place], most)
        most = placed[place] - height
    return [placed[place] for place in range(len(wanted))]
