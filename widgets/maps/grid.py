"""Fold points into cells of a square grid, one grid per zoom: counts, weights and middles with NumPy. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from widgets.maps.mercator import Units, world_px

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Occupied cells: arrays of shape (cells,), and of shape (points,) the cell that each point fell into."""

    x: Units
    y: Units
    """Middle of mass, world units."""
    weight: Indices
    members: Indices
    cell_of: Indices


def fold(x: Units, y: Units, weight: Indices, zoom: int, cell_px: float) -> Cells:
    """The grid lies still: a cell keeps its members when the map is moved."""
    per_cell = world_px(zoom) / cell_px
    column, row = np.floor(x * per_cell).astype(np.int64), np.floor(y * per_cell).astype(np.int64)
    keys, cell_of = np.unique((column << 32) | row, return_inverse=True)
    cells = len(keys)
    mass = np.maximum(weight, 1).astype(np.float64)
    whole = np.bincount(cell_of, mass, cells)
    return Cells(
        x=np.bincount(cell_of, x * mass, cells) / np.where(whole > 0, whole, 1),
        y=np.bincount(cell_of, y * mass, cells) / np.where(whole > 0, whole, 1),
        weight=np.bincount(cell_of, weight, cells).astype(np.int64),
        members=np.bincount(cell_of, minlength=cells).astype(np.int64),
        cell_of=cell_of.astype(np.int64),
    )
