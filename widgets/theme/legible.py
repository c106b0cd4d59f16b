"""Whether a theme can be read: contrast of every text and sign on every ground it stands on, hues told apart.

The figures are those of design/hmi.md §13; a company's own colours are held to them before they are put in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from PySide6.QtGui import QColor

from widgets.theme.sight import VISIONS, contrast, difference, seen
from widgets.theme.tokens import Theme

TEXT: Final = 4.5
SIGN: Final = 3.0
APART: Final = 10.0
"""Smallest CIEDE2000 difference between two meanings, in every colour vision."""
_STEPS: Final = ("bg0", "bg1", "bg2", "bg3", "bg4")
_PAIRS: Final[tuple[tuple[str, tuple[str, ...], float], ...]] = (
    ("text1", (*_STEPS, "you_bg", "not_field_bg"), TEXT),
    ("text2", (*_STEPS, "you_bg", "not_field_bg"), TEXT),
    ("text3", _STEPS[1:4], TEXT),
    ("on_you", ("you",), TEXT),
    ("on_you_bg", ("you_bg",), TEXT),
    ("you", _STEPS[:4], SIGN),
    ("not_field", _STEPS[:4], SIGN),
    ("ok", _STEPS[:4], SIGN),
    ("emphasis", _STEPS[:2], SIGN),
)
"""What stands on which grounds, and the ratio it needs."""
_MEANINGS: Final = ("p1", "p2", "p3", "p4", "you", "not_field", "text1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Two colours too alike. figure: contrast ratio or colour difference; needed: what it must be at least."""

    one: str
    other: str
    figure: float
    needed: float
    vision: str = ""
    """Whose eyes cannot tell them apart; "" for a contrast."""


def faults(theme: Theme) -> tuple[Fault, ...]:
    """Everything in a theme that cannot be read or told apart, the worst first."""
    found = [*_texts(theme), *_glyphs(theme), *_hues(theme)]
    return tuple(sorted(found, key=lambda fault: fault.figure / fault.needed))


def _texts(theme: Theme) -> Iterator[Fault]:
    for token, grounds, needed in _PAIRS:
        for ground in grounds:
            yield from _contrast(token, _colour(theme, token), ground, _colour(theme, ground), needed)


def _glyphs(theme: Theme) -> Iterator[Fault]:
    for priority, numeral in enumerate(theme.numerals, start=1):
        hue = f"p{priority}"
        yield from _contrast(f"numeral {priority}", numeral, hue, _colour(theme, hue), TEXT)
        edge = theme.glyph_outline or _colour(theme, hue)
        for ground in _STEPS[:4]:
            yield from _contrast(hue, edge, ground, _colour(theme, ground), SIGN)


def _hues(theme: Theme) -> Iterator[Fault]:
    for vision in VISIONS:
        for one, other in combinations(_MEANINGS, 2):
            apart = difference(seen(_colour(theme, one), vision), seen(_colour(theme, other), vision))
            if apart < APART:
                yield Fault(one=one, other=other, figure=apart, needed=APART, vision=vision)


def _contrast(one: str, ink: QColor, other: str, ground: QColor, needed: float) -> Iterator[Fault]:
    ratio = contrast(ink, ground)
    if ratio < needed:
        yield Fault(one=one, other=other, figure=ratio, needed=needed)


def _colour(theme: Theme, token: str) -> QColor:
    colour: QColor = getattr(theme, token)
    return colour
