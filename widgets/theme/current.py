"""Hold the theme in force, as QApplication holds its palette, and put a new one in force everywhere at once."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QLayout

from widgets.theme import spacing
from widgets.theme.fonts import load_fonts, make_font
from widgets.theme.metrics import Role, Weight
from widgets.theme.qss import qss
from widgets.theme.tokens import Theme, load


class _Holder:
    """The theme is to this toolkit what the palette is to Qt: one per process, read while painting."""

    theme: Theme | None = None
    sizes: ClassVar[dict[float, int]] = {}
    """px by size at 100 %, of the theme in force: painting asks some ten thousand times a second."""


def current() -> Theme:
    """The theme in force; dark until `apply` was called."""
    if _Holder.theme is None:
        _Holder.theme = load("dark")
    return _Holder.theme


def apply(app: QApplication, theme: Theme) -> None:
    """Put a theme in force: fonts, palette and the stylesheet, rendered once. Widgets restyle themselves.

    Polishing every widget anew takes a quarter of a second: the theme that is in force already costs nothing.
    """
    if theme == _Holder.theme and app.styleSheet():
        return
    _Holder.theme = theme
    _Holder.sizes = {}
    load_fonts()
    app.setFont(font(Role.LABEL))
    app.setPalette(palette(theme))
    app.setStyleSheet(qss(theme))
    spacing.respace(app.allWidgets(), theme)


def px(size: float) -> int:
    """A size at 100 % in px of the theme in force."""
    found = _Holder.sizes.get(size)
    if found is None:
        found = _Holder.sizes[size] = current().px(size)
    return found


def space(layout: QLayout, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 0) -> None:
    """Set margins (left, top, right, bottom) and gap of a layout at 100 %; they follow the scale from then on."""
    spacing.space(layout, margins, gap, current())


def font(
    role: Role = Role.LABEL, weight: Weight = Weight.REGULAR, *, mono: bool = False, struck: bool = False
) -> QFont:
    """A font of the type scale at the scale in force."""
    return make_font(role, weight, mono, current().scale, struck)


def palette(theme: Theme) -> QPalette:
    """The Qt palette of a theme, for whatever is not painted by this toolkit."""
    role = QPalette.ColorRole
    colours: dict[QPalette.ColorRole, QColor] = {
        role.Window: theme.bg1,
        role.WindowText: theme.text1,
        role.Base: theme.bg1,
        role.AlternateBase: theme.bg2,
        role.Text: theme.text1,
        role.PlaceholderText: theme.text3,
        role.Button: theme.bg4,
        role.ButtonText: theme.text1,
        role.BrightText: theme.emphasis,
        role.Highlight: theme.you_bg,
        role.HighlightedText: theme.text1,
        role.ToolTipBase: theme.bg3,
        role.ToolTipText: theme.text1,
        role.Link: theme.you,
        role.LinkVisited: theme.you,
        role.Light: theme.bg4,
        role.Midlight: theme.bg3,
        role.Mid: theme.line1,
        role.Dark: theme.line2,
        role.Shadow: theme.shade,
        role.Accent: theme.you,
    }
    made = QPalette()
    for which, colour in colours.items():
        made.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, theme.line3)
    return made
