"""Give the fonts of the type scale: Inter for text, JetBrains Mono for tags and times, tabular figures always."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from PySide6.QtGui import QFont, QFontDatabase

from widgets.theme.metrics import Role, Weight

CJK_FAMILIES = ("Linepack Sans SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei")
"""The shipped characters first, then what a desk may have for rarer ones."""
TEXT_FAMILIES = ("Inter", *CJK_FAMILIES, "sans-serif")
MONO_FAMILIES = ("JetBrains Mono", *CJK_FAMILIES, "monospace")

_TABULAR = QFont.Tag("tnum")
_SLASHED_ZERO = QFont.Tag("zero")


@cache
def load_fonts() -> tuple[str, ...]:
    """Register the shipped font files once; returns the families that came with them."""
    families: dict[str, None] = {}
    for file in sorted((files("assets") / "fonts").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith((".otf", ".ttf")):
            number = QFontDatabase.addApplicationFontFromData(file.read_bytes())
            families.update(dict.fromkeys(QFontDatabase.applicationFontFamilies(number)))
    return tuple(families)


@cache
def make_font(role: Role, weight: Weight, mono: bool, scale: float, struck: bool = False) -> QFont:
    """The font of one step of the scale. Treat it as read-only: it is shared."""
    load_fonts()
    font = QFont(list(MONO_FAMILIES if mono else TEXT_FAMILIES))
    font.setPixelSize(max(1, round(role.size * scale)))
    font.setWeight(QFont.Weight(weight.value))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStrikeOut(struck)
    font.setFeature(_TABULAR, 1)
    if mono:
        font.setFeature(_SLASHED_ZERO, 1)
    return font
