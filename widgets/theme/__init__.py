"""Colours, sizes, fonts and icons: tokens come in from assets/themes, QSS, palette and fonts go out; GUI thread only.

Start: `apply(app, load("dark"))`. While painting: `current().text1`, `px(12)`, `font(Role.VALUE, Weight.SEMIBOLD)`.
"""

from widgets.theme import metrics
from widgets.theme.current import apply, current, font, palette, px, space
from widgets.theme.fonts import load_fonts
from widgets.theme.icons import ICONS, icon, paint_icon
from widgets.theme.legible import Fault, faults
from widgets.theme.metrics import Role, Weight
from widgets.theme.painted import Painted, set_tip
from widgets.theme.qss import qss
from widgets.theme.tokens import SCALES, THEMES, Pipe, Theme, ThemeError, load
from widgets.theme.tone import ALARM_TONES, Tone, alarm_tone

__all__ = [
    "ALARM_TONES",
    "ICONS",
    "SCALES",
    "THEMES",
    "Fault",
    "Painted",
    "Pipe",
    "Role",
    "Theme",
    "ThemeError",
    "Tone",
    "Weight",
    "alarm_tone",
    "apply",
    "current",
    "faults",
    "font",
    "icon",
    "load",
    "load_fonts",
    "metrics",
    "paint_icon",
    "palette",
    "px",
    "qss",
    "set_tip",
    "space",
]
