"""A frozen look at every current value."""

from __future__ import annotations

from dataclasses import dataclass

from backend.model.sample import Qualities, Times, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSnapshot:
    """All points at one moment; arrays of shape (points,), indexed by point id.

    value: last number seen (kept while the quality is bad, so it can be shown struck out), NaN = never. at: µs UTC of
    that number, 0 = never. quality: of now. received_at: µs UTC of arrival. version: grows with every change.
    """

    value: Values
    at: Times
    quality: Qualities
    received_at: Times
    version: int
    taken_at: int
