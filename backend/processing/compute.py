"""The step that computes a property from other properties of the same device; array operations only.

Each time an input comes, the others count with their newest value (sample and hold). One value per device and time; a
time that is not after the last computed one gives none, since it would stand beside what is already stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numexpr
import numpy as np
from numpy.typing import NDArray

from backend.model.expression import Expression
from backend.model.quality import GOOD, STATUS_MASK, Cause, Status, quality
from backend.model.sample import Points, Qualities, Times, Values
from backend.processing.rows import NEVER, Facts, Indexes, Rows
from backend.processing.runs import starts

# Groups are small: handing them to other threads costs more than it gains, and the core has one thread of its own.
numexpr.set_num_threads(1)
_STALE: Final = np.uint8(quality(Status.BAD, Cause.STALE))
_RANGE: Final = np.uint8(quality(Status.BAD, Cause.RANGE))


class _Held:
    """The newest value of every input of every device; shapes (devices, inputs) and (devices,)."""

    def __init__(self, devices: int, inputs: int) -> None:
        self.value: Values = np.full((devices, inputs), np.nan)
        self.at: Times = np.full((devices, inputs), NEVER, np.int64)
        self.quality: Qualities = np.zeros((devices, inputs), np.uint8)
        self.computed_at: Times = np.full(devices, NEVER, np.int64)

    def copy(self) -> _Held:
        """To be changed."""
        made = _Held(0, 0)
        made.value, made.at = self.value.copy(), self.at.copy()
        made.quality, made.computed_at = self.quality.copy(), self.computed_at.copy()
        return made


class Compute:
    """One computed property of all devices of one model. A NaN, a bad or a stale input gives a bad value.

    outputs: the computed point of each device. inputs: of each device, the points of the expression's names in order.
    """

    def __init__(self, expression: Expression, outputs: Points, inputs: Sequence[Sequence[int]], count: int) -> None:
        self.dropped = 0
        self._formula = numexpr.NumExpr(expression.text, [(name, np.float64) for name in expression.names])
        self._outputs = outputs
        self._inputs = np.array(inputs, np.int32).reshape(len(outputs), len(expression.names))
        self._device: NDArray[np.int64] = np.full(count, -1, np.int64)
        self._which: NDArray[np.int64] = np.full(count, -1, np.int64)
        for number in range(len(expression.names)):
            self._device[self._inputs[:, number]] = np.arange(len(outputs))
            self._which[self._inputs[:, number]] = number
        self._held = self._next = _Held(len(outputs), len(expression.names))

    def run(self, rows: Rows, facts: Facts) -> Rows:
        self._next = self._held
        index = np.flatnonzero(self._device[rows.point] >= 0)
        if not len(index):
            return rows
        device, which = self._device[rows.point[index]], self._which[rows.point[index]]
        new = rows.at[index] > self._held.at[device, which]
        index, device, which = index[new], device[new], which[new]
        order = np.lexsort((rows.at[index], device))
        index, device, which = index[order], device[order], which[order]
        if not len(index):
            return rows
        at = rows.at[index]
        # The last row of each device and time sees every input of that time.
        last = np.ones(len(at), np.bool_)
        last[:-1] = (device[1:] != device[:-1]) | (at[1:] != at[:-1])
        values, ats, codes = self._inputs_at(rows, index, device, which)
        self._next = self._held.copy()
        self._next.value[device, which] = rows.value[index]
        self._next.at[device, which] = at
        self._next.quality[device, which] = rows.quality[index]
        complete = (ats != NEVER).all(axis=1)
        chosen = np.flatnonzero(last & complete & (at > self._held.computed_at[device]))
        if not len(chosen):
            return rows
        self._next.computed_at[device[chosen]] = at[chosen]
        stale = at[chosen, None] - ats[chosen] > facts.stale_us[self._inputs[device[chosen]]]
        return rows.joined(
            Rows(
                point=self._outputs[device[chosen]],
                at=at[chosen],
                value=self._values(values[chosen]),
                quality=_worst(values[chosen], codes[chosen], stale),
            )
        )

    def commit(self) -> None:
        self._held = self._next

    def _inputs_at(
        self, rows: Rows, index: Indexes, device: NDArray[np.int64], which: NDArray[np.int64]
    ) -> tuple[Values, Times, Qualities]:
        """Each input as it stands after each row: from this batch where it has come, else as it was held."""
        values, ats, codes = self._held.value[device], self._held.at[device], self._held.quality[device]
        place = np.arange(len(index))
        first = np.maximum.accumulate(np.where(starts(device), place, 0))
        for number in range(values.shape[1]):
            newest = np.maximum.accumulate(np.where(which == number, place, -1))
            here = np.flatnonzero(newest >= first)
            source = index[newest[here]]
            values[here, number], ats[here, number] = rows.value[source], rows.at[source]
            codes[here, number] = rows.quality[source]
        return values, ats, codes

    def _values(self, values: Values) -> Values:
        made = self._formula(*(np.ascontiguousarray(column) for column in values.T))
        return np.asarray(made, np.float64).reshape(len(values))


def _worst(values: Values, codes: Qualities, stale: NDArray[np.bool_]) -> Qualities:
    """Quality of each result, shape (n,): that of its first bad input, else of its first uncertain one, else good."""
    codes = np.where((codes & STATUS_MASK) == Status.BAD, codes, np.where(stale, _STALE, codes))
    codes = np.where(~np.isfinite(values) & ((codes & STATUS_MASK) != Status.BAD), _RANGE, codes)
    status = codes & STATUS_MASK
    # argmin finds the first of the worst: bad is 0, good is the greatest.
    worst: Qualities = np.take_along_axis(codes, status.argmin(axis=1)[:, None], axis=1)[:, 0].astype(np.uint8)
    return np.where((worst & STATUS_MASK) == Status.GOOD, np.uint8(GOOD), worst)
