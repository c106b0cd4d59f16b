"""Spherical Mercator (EPSG:3857) in units of the whole world: x and y run from 0 at the north-west to 1. Pure."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Units = NDArray[np.float64]
TILE: Final = 256
EQUATOR_M: Final = 40_075_016.686
_RADIUS_M: Final = 6_371_008.8
_FURTHEST: Final = 85.05112878
"""Latitude where the square world ends."""


def units(lon: ArrayLike, lat: ArrayLike) -> tuple[Units, Units]:
    """WGS 84 degrees → world units."""
    phi = np.radians(np.clip(np.asarray(lat, np.float64), -_FURTHEST, _FURTHEST))
    x = (np.asarray(lon, np.float64) + 180.0) / 360.0
    return x, (1.0 - np.arcsinh(np.tan(phi)) / np.pi) / 2.0


def unit(lon: float, lat: float) -> tuple[float, float]:
    """One place as world units."""
    phi = math.radians(max(-_FURTHEST, min(_FURTHEST, lat)))
    return (lon + 180.0) / 360.0, (1.0 - math.asinh(math.tan(phi)) / math.pi) / 2.0


def degrees(x: float, y: float) -> tuple[float, float]:
    """World units → WGS 84 longitude and latitude."""
    return x * 360.0 - 180.0, math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * y))))


def world_px(zoom: float) -> float:
    """Width of the whole world on the screen in px at 100 %."""
    return float(TILE * 2.0**zoom)


def metres_per_px(lat: float, zoom: float) -> float:
    """Metres on the ground that one px covers at this latitude."""
    return EQUATOR_M * math.cos(math.radians(lat)) / world_px(zoom)


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle metres between two (lon, lat) on a sphere of the earth's mean radius (haversine)."""
    (lon1, lat1), (lon2, lat2) = (tuple(map(math.radians, place)) for place in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _RADIUS_M * math.asin(math.sqrt(half))


def length_m(path: list[tuple[float, float]] | tuple[tuple[float, float], ...]) -> float:
    """Metres along a path of (lon, lat)."""
    return sum(distance_m(start, end) for start, end in pairwise(path))
