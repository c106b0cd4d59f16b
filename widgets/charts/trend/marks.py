"""Merge alarm marks that would lie on one another into one glyph with a count. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from widgets.charts.trend.parts import Mark

CLOSEST = 24
"""px between two glyphs on the foot of the axis (design/hmi.md §11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Marks shown as one: at the place of the first, with the glyph of the most urgent."""

    x: float
    top: Mark
    marks: tuple[Mark, ...]


def merged(marks: Iterable[Mark], x_of: Callable[[int], float], closest: float) -> tuple[Cluster, ...]:
    """Clusters from the left, none closer than `closest` px to the one before; every mark is in exactly one."""
    clusters: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda each: each.at):
        if clusters and x_of(mark.at) - x_of(clusters[-1][0].at) < closest:
            clusters[-1].append(mark)
        else:
            clusters.append([mark])
    return tuple(
        Cluster(x=x_of(held[0].at), top=min(held, key=lambda each: (each.priority, each.at)), marks=tuple(held))
        for held in clusters
    )
