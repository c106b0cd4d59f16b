"""Contrast and colour vision of the token files, against the tables of design/hmi.md §13.

Sources: WCAG 2.2 (relative luminance, contrast ratio); Machado, Oliveira, Fernandes 2009, "A Physiologically-based
Model
for Simulation of Color Vision Deficiency" (matrices of severity 1.0, on linear RGB); Sharma, Wu, Dalal 2005, "The
CIEDE2000 Color-Difference Formula" (formula and test pairs).
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from widgets.theme import THEMES, load

MACHADO = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
D65 = np.array([0.95047, 1.0, 1.08883])
MEANINGS = ("p1", "p2", "p3", "p4", "you", "not_field", "text1")


def linear(colour: QColor) -> np.ndarray:
    """Linear RGB of an sRGB colour (IEC 61966-2-1)."""
    shares = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(one: QColor, other: QColor) -> float:
    """WCAG contrast ratio."""
    bright, dim = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def lab(rgb: np.ndarray) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of linear RGB."""
    shares = SRGB_TO_XYZ @ np.clip(rgb, 0, 1) / D65
    f = np.where(shares > (6 / 29) ** 3, np.cbrt(shares), shares / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def ciede2000(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Colour difference after Sharma et al. 2005, equations 2 to 22."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - math.sqrt(mean_c7 / (mean_c7 + 25**7)))
    c1, c2 = math.hypot((1 + g) * a1, b1), math.hypot((1 + g) * a2, b2)
    h1 = math.degrees(math.atan2(b1, (1 + g) * a1)) % 360
    h2 = math.degrees(math.atan2(b2, (1 + g) * a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * math.cos(math.radians(mean_h - 30))
        + 0.24 * math.cos(math.radians(2 * mean_h))
        + 0.32 * math.cos(math.radians(3 * mean_h + 6))
        - 0.20 * math.cos(math.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / math.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    r_c = 2 * math.sqrt(mean_c**7 / (mean_c**7 + 25**7))
    r_t = -math.sin(math.radians(60 * math.exp(-(((mean_h - 275) / 25) ** 2)))) * r_c
    dl, dc, dhs = (l2 - l1) / s_l, (c2 - c1) / s_c, dh / s_h
    return math.sqrt(dl**2 + dc**2 + dhs**2 + r_t * dc * dhs)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_formula_meets_its_published_pairs(
    one: tuple[float, float, float], other: tuple[float, float, float], expected: float
) -> None:
    assert ciede2000(one, other) == pytest.approx(expected, abs=5e-5)


TABLE = [
    ("dark", "text1", (14.5, 13.0, 11.8, 10.4, 8.5)),
    ("dark", "text2", (9.4, 8.4, 7.6, 6.7, 5.5)),
    ("dark", "text3", (7.0, 6.3, 5.7, 5.0, 4.1)),
    ("dark", "you", (10.3, 9.3, 8.4, 7.4, 6.0)),
    ("dark", "not_field", (5.8, 5.2, 4.7, 4.1, 3.4)),
    ("dark", "p1", (5.6, 5.0, 4.6, 4.0, 3.3)),
    ("dark", "p2", (8.9, 8.0, 7.2, 6.4, 5.2)),
    ("dark", "p3", (13.9, 12.5, 11.3, 10.0, 8.1)),
    ("dark", "p4", (6.2, 5.6, 5.1, 4.5, 3.6)),
    ("light", "text1", (10.5, 12.1, 14.0, 15.5)),
    ("light", "text2", (5.9, 6.8, 7.9, 8.7)),
    ("light", "text3", (4.4, 5.1, 5.9, 6.5)),
    ("light", "you", (3.5, 4.1, 4.7, 5.2)),
    ("light", "not_field", (5.5, 6.3, 7.3, 8.1)),
    ("light", "p1", (3.3, 3.8, 4.4, 4.8)),
]


@pytest.mark.parametrize(("name", "token", "expected"), TABLE)
def test_contrast_is_as_designed(name: str, token: str, expected: tuple[float, ...]) -> None:
    theme = load(name)
    grounds = [getattr(theme, f"bg{step}") for step in range(len(expected))]
    measured = [contrast(getattr(theme, token), ground) for ground in grounds]
    assert measured == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("token", "steps"), [("text1", (0, 1, 2, 3, 4)), ("text2", (0, 1, 2, 3, 4)), ("text3", (1, 2, 3))]
)
@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read(name: str, token: str, steps: tuple[int, ...]) -> None:
    theme = load(name)
    assert min(contrast(getattr(theme, token), getattr(theme, f"bg{step}")) for step in steps) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_glyphs_and_controls_stand_out(name: str) -> None:
    theme = load(name)
    outline = theme.glyph_outline
    for token in ("p1", "p2", "p3", "p4"):
        edge = outline or getattr(theme, token)
        assert min(contrast(edge, getattr(theme, f"bg{step}")) for step in range(4)) >= 3
    for token in ("you", "not_field"):
        assert min(contrast(getattr(theme, token), getattr(theme, f"bg{step}")) for step in range(4)) >= 3


@pytest.mark.parametrize(("name", "expected"), [("dark", (5.6, 8.9, 13.9, 6.2)), ("light", (5.6, 7.3, 13.4, 5.6))])
def test_numerals_can_be_read_in_their_shapes(name: str, expected: tuple[float, ...]) -> None:
    theme = load(name)
    hues = (theme.p1, theme.p2, theme.p3, theme.p4)
    measured = [contrast(ink, hue) for ink, hue in zip(theme.numerals, hues, strict=True)]
    assert measured == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("name", THEMES)
def test_text_on_special_grounds_can_be_read(name: str) -> None:
    theme = load(name)
    pairs = [
        (theme.on_you, theme.you),
        (theme.text1, theme.you_bg),
        (theme.text2, theme.you_bg),
        (theme.on_you_bg, theme.you_bg),
        (theme.text1, theme.not_field_bg),
        (theme.text2, theme.not_field_bg),
    ]
    assert min(contrast(ink, ground) for ink, ground in pairs) >= 4.5


@pytest.mark.parametrize(
    ("name", "vision", "smallest"),
    [
        ("dark", "normal", 18),
        ("dark", "protanopia", 14),
        ("dark", "deuteranopia", 11),
        ("dark", "tritanopia", 14),
        ("light", "normal", 24),
        ("light", "protanopia", 12),
        ("light", "deuteranopia", 13),
        ("light", "tritanopia", 15),
    ],
)
def test_meanings_stay_apart_in_every_colour_vision(name: str, vision: str, smallest: int) -> None:
    theme = load(name)
    seen = [lab(MACHADO[vision] @ linear(getattr(theme, token))) for token in MEANINGS]
    measured = min(ciede2000(one, other) for one, other in combinations(seen, 2))
    assert measured > 10
    assert measured == pytest.approx(smallest, abs=0.6)


@pytest.mark.parametrize(("name", "smallest"), [("dark", 11.2), ("light", 12.4)])
def test_pens_stay_apart_in_every_colour_vision(name: str, smallest: float) -> None:
    theme = load(name)
    between: list[float] = []
    from_hues: list[float] = []
    for matrix in MACHADO.values():
        pens = [lab(matrix @ linear(pen)) for pen in theme.pens]
        hues = [lab(matrix @ linear(getattr(theme, token))) for token in ("p1", "p2", "p3", "p4")]
        between += [ciede2000(one, other) for one, other in combinations(pens, 2)]
        from_hues += [ciede2000(pen, hue) for pen in pens for hue in hues]
    assert min(between) == pytest.approx(smallest, abs=0.1)
    assert min(from_hues) >= 12
