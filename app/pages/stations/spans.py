"""The bar of a point: around its limits where it has some, else over its whole range. Plain Python."""

from __future__ import annotations

from backend.model.plant import Point
from widgets.readouts import Span

_AROUND = 0.15
"""Share of the distance between the outer limits that is shown beyond them."""


def span_of(point: Point) -> Span:
    """Ends, normal band and limits; a range far wider than the limits would hide every movement."""
    limits = point.limits
    named = [
        (value, name)
        for value, name in ((limits.hh, "HH"), (limits.h, "H"), (limits.l, "L"), (limits.ll, "LL"))
        if value is not None
    ]
    low = limits.l if limits.l is not None else limits.ll
    high = limits.h if limits.h is not None else limits.hh
    bottom, top = point.low, point.high
    if named:
        values = [value for value, _name in named]
        lowest = min(values) if low is not None else point.low
        highest = max(values) if high is not None else point.high
        room = (highest - lowest) * _AROUND
        bottom = max(point.low, lowest - room) if low is not None else point.low
        top = min(point.high, highest + room) if high is not None else point.high
    band = (low if low is not None else bottom, high if high is not None else top)
    return Span(low=bottom, high=top, band=band if named else None, limits=tuple(named))
