"""Lay the river along the avenue, and parks between the streets: what people find their way by."""

from __future__ import annotations

import math
from typing import Final

from backend.model.network import Ground
from sims.city.draw import Board
from sims.city.sizes import Size
from sims.city.streets import CELL_U_M, CELL_V_M, corner

RIVER: Final = ("Qing River", "清河")
_BANK_V: Final = -2745.0
"""The near bank; the avenue runs 85 m from it."""
_WIDTH_M: Final = 190.0
_REACH_M: Final = 14_000.0
_PIECE_M: Final = 2_000.0
_PARKS: Final = (
    ("R-12", 2, 3, ("Riverside Park", "滨江公园")),
    ("R-01", 1, 1, ("People's Park", "人民公园")),
    ("R-03", 3, 1, ("South Lake Park", "南湖公园")),
    ("R-04", 2, 2, ("Science Park", "科学公园")),
    ("R-09", 3, 2, ("West Park", "城西公园")),
    ("R-14", 1, 3, ("Campus Green", "大学绿地")),
)
"""Station cell, column and row of the block in it, names."""
_STREET_M: Final = 60.0
"""Corners of streets lie up to 45 m off the grid: the park keeps clear of them."""


def lay_ground(board: Board, size: Size) -> None:
    """Only for what is drawn; no number is drawn by lot, so the network stays what it was."""
    for number in range(round(2 * _REACH_M / _PIECE_M)):
        start = -_REACH_M + number * _PIECE_M
        near = [(start + part * _PIECE_M / 4, _bank(start + part * _PIECE_M / 4)) for part in range(5)]
        far = [(u, v - _WIDTH_M) for u, v in reversed(near)]
        board.land(f"W-{number + 1:02d}", Ground.WATER, [*near, *far], RIVER)
    stations = {station.id: station for station in size.stations}
    across, up = CELL_U_M / size.grid, CELL_V_M / size.grid
    for number, (id_, block, line, names) in enumerate(_PARKS, start=1):
        if id_ in stations:
            u, v = corner(stations[id_])
            # Blocks lie between streets: one fewer than there are of those.
            column, row = block % (size.grid - 1), line % (size.grid - 1)
            left, low = u + (column + 0.5) * across + _STREET_M, v + (row + 0.5) * up + _STREET_M
            right, high = left + across - 2 * _STREET_M, low + up - 2 * _STREET_M
            board.land(f"G-{number:02d}", Ground.PARK, [(left, low), (right, low), (right, high), (left, high)], names)


def _bank(u: float) -> float:
    """Straight along the avenue, winding outside the town."""
    outside = max(0.0, abs(u) - 8_000.0)
    return _BANK_V - 500.0 * (1 - math.cos(outside / 3_000.0))
