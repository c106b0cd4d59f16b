"""The city's balance and line pack for whoever looks."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Final

from backend.analysis import City, balance_of, city_of
from backend.clock import US
from backend.model.balance import CityBalance
from backend.model.live import TagSnapshot
from backend.model.network import Network
from backend.model.plant import Registry

_EVERY_US: Final = 10 * US
_WATCHED: Final = 60
"""Ten minutes, for the change per hour."""


class BalanceApi:
    """Computed when asked from the values of that moment; what was stored lately is watched on the core thread."""

    def __init__(
        self, *, drawing: Network, registry: Callable[[], Registry], snapshot: Callable[[], TagSnapshot]
    ) -> None:
        self._drawing = drawing
        self._registry = registry
        self._snapshot = snapshot
        self._made: tuple[Registry, City] | None = None
        self._watched: deque[tuple[int, tuple[float, ...]]] = deque(maxlen=_WATCHED)

    def snapshot(self) -> CityBalance:
        """In, out and held now; a millisecond or two."""
        return balance_of(self._city(), self._snapshot(), tuple(self._watched))

    def on_tick(self, now: int) -> None:
        """The core's tick: keep the line pack of this moment once in ten seconds. now: µs UTC."""
        if self._watched and 0 <= now - self._watched[-1][0] < _EVERY_US:
            return
        stored = tuple(pack.stored_m3 for pack in balance_of(self._city(), self._snapshot()).tiers)
        if not any(math.isnan(each) for each in stored):
            self._watched.append((now, stored))

    def _city(self) -> City:
        registry = self._registry()
        if self._made is None or self._made[0] is not registry:
            self._made = (registry, city_of(self._drawing, registry))
        return self._made[1]
