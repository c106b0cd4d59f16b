"""Count exchanges by class: how long they took, at which try a reading came, what broke off."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from backend.model.exchange import Exchange, ExchangeFigures

_KEPT: Final = 4096


class Tally:
    """One class of meters. Written by the field loop, read by anyone."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._spans: deque[float] = deque(maxlen=_KEPT)
        self._whole = self._first = self._later = self._broken = 0
        self._sum = self._max = 0.0
        self._newest: Exchange | None = None

    def stored(self, attempt: int) -> None:
        """A reading is durable."""
        if attempt <= 1:
            self._first += 1
        else:
            self._later += 1

    def ended(self, exchange: Exchange) -> None:
        """An exchange is over; one whose reading was not stored counts as broken off."""
        if not exchange.finished_at:
            self._broken += not exchange.processed_at
            return
        span = exchange.span_s
        self._whole += 1
        self._sum += span
        self._max = max(self._max, span)
        self._spans.append(span)
        self._newest = exchange

    def figures(self) -> ExchangeFigures:
        """As they stand."""
        spans = np.array(self._spans.copy(), np.float64)
        return ExchangeFigures(
            kind=self._kind,
            whole=self._whole,
            first=self._first,
            later=self._later,
            broken=self._broken,
            mean_s=self._sum / self._whole if self._whole else None,
            max_s=self._max if self._whole else None,
            p95_s=float(np.percentile(spans, 95)) if len(spans) else None,
            newest=self._newest,
        )
