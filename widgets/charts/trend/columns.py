"""Reduce a curve to one row per pixel column, so that painting costs the same for an hour and for ten years. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np
from tsdownsample import MinMaxDownsampler

from widgets.charts.trend.parts import Curve, Times, Values

_ROWS_PER_COLUMN: Final = 1
"""Up to so many rows a column are drawn as they are: no band then."""
_FEWEST: Final = 2
"""The down-sampler panics with fewer bins."""
_PEAKS: Final = MinMaxDownsampler()  # type: ignore[no-untyped-call]


def columns_of(curve: Curve, start: int, end: int, columns: int) -> Curve:
    """The rows seen between start and end (µs), one more at each side, in at most two rows per pixel column.

    Every extreme survives in `low` and `high`, and a column with a break in it keeps a break.
    """
    seen = _clip(curve, start, end)
    if len(seen.at) <= _ROWS_PER_COLUMN * columns:
        return seen
    which = (seen.at - start) * columns // max(1, end - start)
    broken = np.isnan(seen.mid)
    # A break is a row of its own, so that no column bridges it.
    cuts = np.flatnonzero((np.diff(which, prepend=which[0] - 1) != 0) | np.diff(broken, prepend=broken[0]))
    weight = np.where(broken, 0, seen.weight)
    used = np.maximum(np.add.reduceat(weight, cuts), 1)
    total = np.add.reduceat(np.where(broken, 0.0, seen.mid) * weight, cuts)
    gone = broken[cuts]
    return Curve(
        at=seen.at[cuts],
        low=np.where(gone, np.nan, np.fmin.reduceat(seen.low, cuts)),
        high=np.where(gone, np.nan, np.fmax.reduceat(seen.high, cuts)),
        mid=np.where(gone, np.nan, total / used),
        weight=used,
    )


def peaks_of(curve: Curve, start: int, end: int, columns: int) -> tuple[Times, Values]:
    """A line that goes through the smallest and the largest value of every pixel column, for use without the band."""
    seen = _clip(curve, start, end)
    if columns >= _FEWEST and len(seen.at) > 4 * columns and not np.isnan(seen.mid).any() and _is_raw(seen):
        picked = _PEAKS.downsample(seen.at, seen.mid, n_out=2 * columns, parallel=False).astype(np.intp)
        return seen.at[picked], seen.mid[picked]
    thin = columns_of(curve, start, end, columns)
    if _is_raw(thin):
        return thin.at, thin.mid
    # Which of the two came first is not known any more; rising columns go up, falling ones down.
    rising = np.diff(thin.mid, append=thin.mid[-1:]) >= 0
    both = np.where(rising[:, None], np.stack([thin.low, thin.high], 1), np.stack([thin.high, thin.low], 1))
    return np.repeat(thin.at, 2), both.reshape(-1)


def extent(curve: Curve, start: int, end: int) -> tuple[float, float] | None:
    """The smallest and largest value between start and end (µs); None where there is no number."""
    inside = (curve.at >= start) & (curve.at <= end)
    low, high = curve.low[inside], curve.high[inside]
    low, high = low[np.isfinite(low)], high[np.isfinite(high)]
    return (float(low.min()), float(high.max())) if low.size and high.size else None


def _clip(curve: Curve, start: int, end: int) -> Curve:
    """The rows inside, and the nearest one outside at each end."""
    first = max(0, int(np.searchsorted(curve.at, start, "left")) - 1)
    last = min(len(curve.at), int(np.searchsorted(curve.at, end, "right")) + 1)
    inside = slice(first, last)
    return Curve(
        at=curve.at[inside],
        low=curve.low[inside],
        high=curve.high[inside],
        mid=curve.mid[inside],
        weight=curve.weight[inside],
    )


def _is_raw(curve: Curve) -> bool:
    return bool((curve.weight <= 1).all())
