"""The theme files become a Theme, a palette and one stylesheet; a wrong token is named."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetricsF, QPalette, QRawFont
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from widgets.readouts import Text
from widgets.theme import (
    ALARM_TONES,
    ICONS,
    SCALES,
    THEMES,
    Role,
    ThemeError,
    Tone,
    Weight,
    alarm_tone,
    apply,
    current,
    font,
    icon,
    load,
    load_fonts,
    palette,
    px,
    qss,
    set_tip,
    space,
)

DARK = Path(__file__).parents[2] / "assets" / "themes" / "dark.toml"


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """A copy of the dark theme with one change."""
    words = DARK.read_text(encoding="utf-8")
    assert old in words
    (tmp_path / "dark.toml").write_text(words.replace(old, new), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", THEMES)
def test_every_tone_has_a_colour(name: str) -> None:
    theme = load(name)
    assert theme.name == name
    assert len({theme.mark(tone).name() for tone in Tone}) == len(Tone)


@pytest.mark.parametrize("name", THEMES)
def test_alarm_hues_are_never_used_for_text(name: str) -> None:
    theme = load(name)
    assert {theme.ink(tone).name() for tone in ALARM_TONES} == {theme.text1.name()}


def test_tones_of_priorities() -> None:
    assert [alarm_tone(priority) for priority in (1, 2, 3, 4)] == [Tone.P1, Tone.P2, Tone.P3, Tone.P4]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('bg1 = "#1D2125"', "", "surface.bg1"),
        ('bg1 = "#1D2125"', 'bg1 = "#1D2125"\nbg9 = "#1D2125"', "surface.bg9"),
        ('p1 = "#FA5560"', 'p1 = "red"', "meaning.p1"),
        ('pens = ["#E3E7EB", ', "pens = [", "trend.pens"),
        ("width = 5.0", 'width = "wide"', "pipe.hp"),
        ("[ground]", "[floor]", "ground"),
        ("dark = true", 'dark = "yes"', "dark"),
        ("[meaning]", "[meaning", "dark.toml"),
    ],
)
def test_a_wrong_token_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    folder = changed(tmp_path, old, new)
    with pytest.raises(ThemeError, match=named):
        load("dark", folder=folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ThemeError, match=r"night\.toml"):
        load("night", folder=tmp_path)


@pytest.mark.parametrize("scale", SCALES)
def test_sizes_follow_the_scale_and_never_vanish(scale: float) -> None:
    theme = load("dark", scale)
    assert theme.px(100) == round(100 * scale)
    assert theme.px(0.2) == 1
    assert theme.px(0) == 0


@pytest.mark.parametrize("name", THEMES)
def test_the_stylesheet_has_no_fonts_and_no_foreign_colours(name: str) -> None:
    theme = load(name)
    sheet = qss(theme)
    assert "font" not in sheet
    assert "$" not in sheet
    assert theme.you.name() in sheet


def test_applying_a_theme_reaches_palette_and_holder(qapp: QApplication) -> None:
    light = load("light", 1.15)
    apply(qapp, light)
    assert current() is light
    assert qapp.palette().color(QPalette.ColorRole.Window) == light.bg1
    assert palette(light).color(QPalette.ColorRole.WindowText) == light.text1
    assert px(100) == 115


def test_a_theme_change_rescales_layouts_and_fonts_of_living_widgets(qapp: QApplication, qtbot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    layout = QVBoxLayout(holder)
    inner = QVBoxLayout()
    layout.addLayout(inner)
    space(layout, (10, 20, 30, 40), 8)
    space(inner, gap=4)
    words = Text("412 kPa", Role.VALUE)
    inner.addWidget(words)
    apply(qapp, load("light", 1.5))
    margins = layout.contentsMargins()
    assert (margins.left(), margins.top(), margins.right(), margins.bottom()) == (15, 30, 45, 60)
    assert (layout.spacing(), inner.spacing()) == (12, 6)
    assert words.font().pixelSize() == 24


def test_the_shipped_fonts_are_found() -> None:
    assert {"Inter", "JetBrains Mono", "Linepack Sans SC"} <= set(load_fonts())
    assert {"Regular", "Medium", "Bold"} <= set(QFontDatabase.styles("Inter"))
    assert QFontInfo(font(Role.BODY)).family() == "Inter"
    assert QFontInfo(font(Role.LABEL, mono=True)).family() == "JetBrains Mono"


@pytest.mark.parametrize("weight", Weight)
def test_figures_are_tabular(weight: Weight) -> None:
    metrics = QFontMetricsF(font(Role.VALUE, weight))
    widths = [metrics.horizontalAdvance(digit * 8) for digit in "0123456789"]
    # Glyph advances are rounded to 1/64 px; proportional figures differ by more than 20 px here.
    assert max(widths) - min(widths) <= 8 * 2 / 64


def test_nothing_is_smaller_than_twelve_but_hints_and_numerals() -> None:
    assert [role.name for role in Role if role.size < 12] == ["MICRO"]
    assert Role.MICRO.size == 11


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_word_draws_something(name: str) -> None:
    picture = icon(name, Tone.NORMAL, 24).pixmap(24, 24).toImage()
    drawn = sum(picture.pixelColor(x, y).alpha() > 60 for x in range(24) for y in range(24))
    assert drawn > 8


@pytest.mark.parametrize("words", ["<b>XV-0417</b>", "a < b & c", "<img src='x'>"])
def test_a_tip_is_plain_text(qtbot, words: str) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    set_tip(widget, words)
    assert "&lt;" in widget.toolTip()
    set_tip(widget, "412 kPa & rising")
    assert widget.toolTip() == "412 kPa & rising"


def test_every_chinese_character_the_console_says_is_shipped() -> None:
    load_fonts()
    catalogue = files("assets") / "i18n" / "zh_CN" / "LC_MESSAGES" / "linepack.po"
    said = {letter for letter in catalogue.read_text(encoding="utf-8") if letter >= "\u2e80"}
    face = QRawFont.fromFont(QFont("Linepack Sans SC"))
    assert face.familyName() == "Linepack Sans SC"
    assert len(said) > 500
    assert sorted(letter for letter in said if not face.supportsCharacter(ord(letter))) == []


def test_no_shipped_font_has_outlines_whose_stems_qt_darkens() -> None:
    shipped = [file for file in (files("assets") / "fonts").iterdir() if file.name.endswith((".ttf", ".otf"))]
    assert len(shipped) >= 9
    assert [file.name for file in shipped if b"CFF " in file.read_bytes()[:400]] == []


@pytest.mark.parametrize("words", ["1111111111", "8888888888"])
def test_figures_are_all_equally_wide(words: str) -> None:
    for mono in (False, True):
        metrics = QFontMetricsF(font(Role.BODY, mono=mono))
        assert metrics.horizontalAdvance(words) == metrics.horizontalAdvance("0000000000")
