"""Reduce a curve to one row per pixel column, so that painting costs the same for an hour and for ten years. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

from widgets.charts.trend.parts import Curve, Times, Values

_ROWS_PER_COLUMN: Final = 1
"""Up to so many rows a column are drawn as they are: no band then."""
_EDGES_KEPT: Final = 4
_FEWEST: Final = 2
"""The down-sampler panics with fewer bins."""
_PEAKS: Final = MinMaxDownsampler()  # type: ignore[no-untyped-call]


def columns_of(curve: Curve, start: int, end: int, columns: int) -> Curve:
    """The rows seen between start and end (µs), one more at each side, in at most two rows per pixel column.

    Every extreme survives in `low` and `high`, and a column with a break in it keeps a break.
    """
    seen = _clip(curve, start, end)
    n = len(seen.at)
    if n <= _ROWS_PER_COLUMN * columns:
        return seen
    # From the first row on, one cut for each column that has a row, and one where a break begins or ends.
    cuts = np.searchsorted(seen.at, _edges(start, end, columns))
    breaks = _breaks(seen.mid)
    if breaks.size:
        cuts = np.sort(np.concatenate((cuts, breaks)))
    cuts = cuts[_last_of_its_kind(cuts, n)]
    if not cuts.size or cuts[0]:
        cuts = np.concatenate(([0], cuts))
    count = np.concatenate((cuts[1:], [n])) - cuts
    # Sums and extremes of whole columns; one that holds a break is that break and nothing else.
    raw = _is_raw(seen)
    total = np.add.reduceat(seen.mid if raw else seen.mid * seen.weight, cuts)
    weight = count if raw else np.maximum(np.add.reduceat(seen.weight, cuts), 1)
    low = np.minimum.reduceat(seen.low, cuts)
    return Curve(
        at=seen.at[cuts],
        low=low,
        high=np.maximum.reduceat(seen.mid if raw else seen.high, cuts),
        # Rounding must not carry the mean of a steady value out of its band.
        mid=np.clip(total / weight, low, None),
        weight=weight,
    )


@lru_cache(maxsize=_EDGES_KEPT)
def _edges(start: int, end: int, columns: int) -> NDArray[np.int64]:
    """Where the columns begin, the end of the last one behind them; the same for every pen of a chart."""
    edges: NDArray[np.int64] = start + (end - start) * np.arange(columns + 1, dtype=np.int64) // columns
    edges.flags.writeable = False
    return edges


def _last_of_its_kind(cuts: NDArray[np.intp], n: int) -> NDArray[np.bool_]:
    """One of several equal cuts, and none behind the last row."""
    kept = cuts < n
    kept[:-1] &= cuts[1:] > cuts[:-1]
    return kept


def _breaks(values: Values) -> NDArray[np.intp]:
    """Where runs of numbers and runs of NaN begin."""
    broken = np.isnan(values)
    return np.flatnonzero(broken[1:] != broken[:-1]) + 1 if broken.any() else np.empty(0, np.intp)


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
