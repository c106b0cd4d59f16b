"""Give points their ids: dense, the same over re-imports, never used for anything else; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from backend.model.plant import Limits, Point


def points_by_property(points: Iterable[Point]) -> dict[str, dict[str, Point]]:
    """device → property → point; a live point wins over a retired one of the same property."""
    found: dict[str, dict[str, Point]] = {}
    for point in sorted(points, key=lambda one: not one.retired):
        found.setdefault(point.device, {})[point.property] = point
    return found


def number_points(
    previous: Sequence[Point], fresh: Sequence[Point], *, kept: Set[str], predecessor: Mapping[str, str]
) -> tuple[Point, ...]:
    """All points, each at its id. fresh: points still without one. kept: devices whose points stay as they are.

    predecessor: new device → the one it replaces. A fresh point gets, in this order: the id of its tag; the id of the
    same property of its device or predecessor when that tag is not used any more and meant the same; a new id. What
    is left over is retired.
    """
    numbered = {point.id: point for point in previous if point.device in kept}
    by_tag = {point.tag: point.id for point in previous}
    given = points_by_property(previous)
    renamed: list[Point] = []
    for point in fresh:
        same = by_tag.get(point.tag)
        if same is None:
            renamed.append(point)
        else:
            numbered[same] = replace(point, id=same)
    following = len(previous)
    for point in renamed:
        candidates = (
            given.get(name, {}).get(point.property) for name in (point.device, predecessor.get(point.device, ""))
        )
        free = (old.id for old in candidates if old and old.id not in numbered and _meaning(old) == _meaning(point))
        number = next(free, following)
        following += number == following
        numbered[number] = replace(point, id=number)
    for point in previous:
        numbered.setdefault(point.id, _retired(point))
    return tuple(numbered[number] for number in range(following))


def _meaning(point: Point) -> tuple[object, ...]:
    return point.asset, point.kind, point.unit


def _retired(point: Point) -> Point:
    return replace(point, retired=True, writable=False, actuator=None, limits=Limits())
