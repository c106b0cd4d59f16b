"""Let only changed values of some points go on; pure.

An unchanged value is held back once, never twice in a row: it goes on every second period, so that no value becomes
stale (three periods) while its device answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backend.model.plant import Mode, Point


class OnChange:
    """What was passed on last of each row of a link. band: shape (rows,), NaN where every value goes on."""

    def __init__(self, band: NDArray[np.float64]) -> None:
        self._band = band
        self._value = np.full(len(band), np.nan)
        self._code = np.zeros(len(band), np.uint8)
        self._held = np.zeros(len(band), np.bool_)

    @classmethod
    def of(cls, points: Sequence[Point]) -> OnChange | None:
        """For these points in the link's order; None when all of them are simply polled."""
        band = [point.change_band if point.mode is Mode.ON_CHANGE else np.nan for point in points]
        return None if np.isnan(band).all() else cls(np.array(band, np.float64))

    def news(self, rows: NDArray[np.intp], value: NDArray[np.float64], code: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which of these rows go on: another quality, a value off the last one passed by more than the band (NaN
        always is), or one that was held back the last time. Each row at most once a call."""
        unchanged = (code == self._code[rows]) & (np.abs(value - self._value[rows]) <= self._band[rows])
        held = unchanged & ~self._held[rows]
        self._held[rows] = held
        passed: NDArray[np.bool_] = ~held
        self._value[rows[passed]] = value[passed]
        self._code[rows[passed]] = code[passed]
        return passed

    def forget(self) -> None:
        """The values are not known any more: the next ones all go on."""
        self._value[:] = np.nan
        self._held[:] = False
