"""Walk by keyboard through what lies round a thing, the nearest first. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from widgets.maps.picture import Picture
from widgets.maps.scene import NOWHERE

_MOST: Final = 60


class Neighbours:
    """The things round the last one that was gone to by other ways than walking."""

    def __init__(self) -> None:
        self._round: tuple[str, ...] = ()

    def step(self, picture: Picture, selected: str, by: int, drawn: Sequence[int]) -> str:
        """Id of the thing to select next; "" where there is none. drawn: numbers of the symbols that are seen."""
        if selected not in self._round:
            self._round = around(picture, selected, drawn)
        if len(self._round) < 2:
            return ""
        return self._round[(self._round.index(selected) + by) % len(self._round)]


def around(picture: Picture, selected: str, drawn: Sequence[int]) -> tuple[str, ...]:
    """The thing itself, then those that are drawn, the nearest first; () where it has no place."""
    here = picture.place_of(selected)
    if here is None:
        return ()
    symbols = picture.scene.symbols
    others = np.array(
        [index for index in drawn if symbols[index].id != selected and symbols[index].at != NOWHERE], np.int64
    )
    away = np.hypot(picture.x[others] - here[0], picture.y[others] - here[1])
    return (selected, *(symbols[int(index)].id for index in others[np.argsort(away, kind="stable")][: _MOST - 1]))
