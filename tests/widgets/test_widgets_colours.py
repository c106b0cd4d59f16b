"""Contrast and colour vision of the token files, against the tables of design/hmi.md §13; the test pairs of the
difference formula are those published by Sharma, Wu, Dalal 2005."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from widgets.theme import THEMES, ThemeError, faults, load
from widgets.theme.sight import VISIONS, contrast, difference, seen

MEANINGS = ("p1", "p2", "p3", "p4", "you", "not_field", "text1")


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
    assert difference(one, other) == pytest.approx(expected, abs=5e-5)


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
    looks = [seen(getattr(theme, token), vision) for token in MEANINGS]
    measured = min(difference(one, other) for one, other in combinations(looks, 2))
    assert measured > 10
    assert measured == pytest.approx(smallest, abs=0.6)


@pytest.mark.parametrize(("name", "smallest"), [("dark", 11.2), ("light", 12.4)])
def test_pens_stay_apart_in_every_colour_vision(name: str, smallest: float) -> None:
    theme = load(name)
    between: list[float] = []
    from_hues: list[float] = []
    for vision in VISIONS:
        pens = [seen(pen, vision) for pen in theme.pens]
        hues = [seen(getattr(theme, token), vision) for token in ("p1", "p2", "p3", "p4")]
        between += [difference(one, other) for one, other in combinations(pens, 2)]
        from_hues += [difference(pen, hue) for pen in pens for hue in hues]
    assert min(between) == pytest.approx(smallest, abs=0.1)
    assert min(from_hues) >= 12


@pytest.mark.parametrize("name", THEMES)
def test_what_is_shipped_has_no_fault(name: str) -> None:
    assert faults(load(name)) == ()


@pytest.mark.parametrize(
    ("name", "ground", "expected"),
    [("dark", "bg0", 3.2), ("dark", "bg1", 2.8), ("dark", "bg2", 2.6), ("dark", "bg3", 2.3), ("light", "bg2", 1.9)],
)
def test_the_thinnest_pipe_is_as_designed(name: str, ground: str, expected: float) -> None:
    theme = load(name)
    assert contrast(theme.pipes["lp"].colour, getattr(theme, ground)) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", THEMES)
def test_pressure_classes_are_told_apart_in_every_colour_vision(name: str, vision: str) -> None:
    theme = load(name)
    ramp = [seen(pipe.colour, vision) for pipe in theme.pipes.values()]
    steps = [difference(one, other) for one, other in pairwise(ramp)]
    assert min(steps) >= 8.5
    widths = [pipe.width for pipe in theme.pipes.values()]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("name", THEMES)
def test_brightness_alone_orders_the_pressure_classes(name: str) -> None:
    theme = load(name)
    brightness = [seen(pipe.colour, "normal")[0] for pipe in theme.pipes.values()]
    assert brightness == sorted(brightness, reverse=theme.dark)


@pytest.mark.parametrize("name", THEMES)
def test_pens_and_names_of_the_map_can_be_seen(name: str) -> None:
    theme = load(name)
    assert min(contrast(pen, theme.bg1) for pen in theme.pens) >= 3
    assert contrast(theme.ground["names"], theme.ground["land"]) >= 3


def test_a_token_may_be_replaced_and_an_unknown_one_is_refused() -> None:
    assert load("dark", overrides={"meaning": {"you": "#99D0FF"}}).you.name() == "#99d0ff"
    with pytest.raises(ThemeError, match=r"meaning\.yuo: unknown token"):
        load("dark", overrides={"meaning": {"yuo": "#99D0FF"}})
    with pytest.raises(ThemeError, match="mood: unknown section"):
        load("dark", overrides={"mood": {}})


def test_a_text_nobody_can_read_is_a_fault() -> None:
    (first, *_rest) = faults(load("dark", overrides={"surface": {"text2": "#3A4047"}}))
    assert first.one == "text2"
    assert first.figure < 4.5


def test_hues_that_look_alike_are_a_fault() -> None:
    found = faults(load("dark", overrides={"meaning": {"p2": "#FA6050"}}))
    assert ("p1", "p2") in {(fault.one, fault.other) for fault in found if fault.vision}
