"""Remember what was there before a change, so that a staged change can be taken back."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

K = TypeVar("K")
V = TypeVar("V")


class Undo:
    """Steps back to where things stood; used by one thread, in reverse order of the changes."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], None]] = []

    def array(self, array: NDArray[Any], index: NDArray[np.intp] | slice) -> None:
        """`array[index]` is about to change. A repeated index is fine: every copy of it is the old value."""
        old = array[index].copy() if isinstance(index, slice) else array.take(index)
        self._steps.append(partial(array.__setitem__, index, old))

    def entry(self, mapping: MutableMapping[K, V], key: K) -> None:
        """`mapping[key]` is about to be set or removed."""
        if key in mapping:
            self._steps.append(partial(mapping.__setitem__, key, mapping[key]))
        else:
            self._steps.append(partial(_drop, mapping, key))

    def call(self, back: Callable[[], None]) -> None:
        """Anything else: `back` restores it."""
        self._steps.append(back)

    def run(self) -> None:
        """Take everything back."""
        while self._steps:
            self._steps.pop()()


def _drop(mapping: MutableMapping[K, V], key: K) -> None:
    mapping.pop(key, None)
