"""Place labels beside their symbols so that none covers another; the more important one wins. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from widgets.maps.scene import Label, LabelKind

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in px of the whole world at one zoom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A label that wants a place: its anchor in world units, and half the size of what it stands beside, in px."""

    id: str
    x: float
    y: float
    half: float
    width: float
    height: float
    lines: tuple[str, ...]
    kind: LabelKind
    badge: str = ""


def place(wishes: Iterable[Wish], world: float, gap: float, most: int, kept: Iterable[Box] = ()) -> tuple[Label, ...]:
    """Labels in the order of importance that was given; those for which there is no room are left out, except the
    selection's and the plan's, which are drawn in any case. kept: boxes that no label may cover."""
    taken = list(kept)
    labels: list[Label] = []
    for wish in wishes:
        if len(labels) >= most:
            break
        spots = _spots(wish, gap)
        free = [spot for spot in spots if not _covers(_box(wish, spot, world), taken)]
        if not free and wish.kind not in (LabelKind.PLAN, LabelKind.SELECTED, LabelKind.NOTED):
            continue
        dx, dy = (free or spots)[0]
        taken.append(_box(wish, (dx, dy), world))
        labels.append(
            Label(
                id=wish.id,
                x=wish.x,
                y=wish.y,
                dx=dx,
                dy=dy,
                width=wish.width,
                height=wish.height,
                lines=wish.lines,
                kind=wish.kind,
                badge=wish.badge,
            )
        )
    return tuple(labels)


def _spots(wish: Wish, gap: float) -> tuple[tuple[float, float], ...]:
    """Right, left, below, above, then the corners."""
    aside, half_height = wish.half + gap, wish.height / 2
    return (
        (aside, -half_height),
        (-aside - wish.width, -half_height),
        (-wish.width / 2, aside),
        (-wish.width / 2, -aside - wish.height),
        (aside, gap),
        (-aside - wish.width, gap),
        (aside, -wish.height - gap),
        (-aside - wish.width, -wish.height - gap),
    )


def _box(wish: Wish, spot: tuple[float, float], world: float) -> Box:
    left, top = wish.x * world + spot[0], wish.y * world + spot[1]
    return left, top, left + wish.width, top + wish.height


def _covers(box: Box, taken: list[Box]) -> bool:
    left, top, right, bottom = box
    return any(left < one[2] and right > one[0] and top < one[3] and bottom > one[1] for one in taken)
