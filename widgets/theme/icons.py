"""Draw outline icons by the word for what they stand for, in the colour of a tone."""

from __future__ import annotations

from functools import cache

import PySide6.QtWidgets  # noqa: F401 -- qtawesome picks the Qt binding that is already loaded
import qtawesome
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap

from widgets.theme.current import current
from widgets.theme.tone import Tone

ICONS = {
    # pages
    "overview": "ph.squares-four",
    "stations": "ph.flow-arrow",
    "trends": "ph.chart-line",
    "alarms": "ph.bell",
    "map": "ph.map-trifold",
    "incidents": "ri.alarm-warning-line",
    "commands": "ph.shield-check",
    "devices": "ph.cpu",
    "meters": "ph.gauge",
    "balance": "ph.scales",
    "audit": "ph.article",
    "gas_quality": "ph.flask",
    "trainer": "ph.graduation-cap",
    "find": "ph.magnifying-glass",
    "setup": "ph.gear-six",
    # facts of the status bar
    "person": "ph.user",
    "people": "ph.users",
    "links": "ph.broadcast",
    "scan": "ph.timer",
    "server": "ph.hard-drives",
    "archive": "ph.database",
    "clock": "ph.clock",
    "language": "ph.translate",
    # actions
    "goto": "ph.crosshair-simple",
    "ack": "ph.check",
    "check": "ph.check",
    "cross": "ph.x",
    "close": "ph.x",
    "horn": "ph.speaker-high",
    "horn_off": "ph.speaker-slash",
    "detach": "ph.arrow-square-out",
    "filter": "ph.funnel",
    "export": "ph.export",
    "download": "ph.download-simple",
    "print": "ph.printer",
    "refresh": "ph.arrows-clockwise",
    "undo": "ph.arrow-counter-clockwise",
    "edit": "ph.pencil-simple",
    "add": "ph.plus",
    "more": "ph.dots-three",
    "layers": "ph.stack",
    "measure": "ph.ruler",
    "camera": "ph.camera",
    "flag": "ph.flag",
    "play": "ph.play",
    "pause": "ph.pause",
    "note": "ph.note-pencil",
    "chat": "ph.chat-text",
    "sign_in": "ph.sign-in",
    "sign_out": "ph.sign-out",
    "show": "ph.eye",
    "hide": "ph.eye-slash",
    "shelve": "ph.clock-afternoon",
    # things and signs
    "valve": "ph.intersect",
    "works": "ph.factory",
    "vehicle": "ph.truck",
    "homes": "ph.house-line",
    "circle_search": "ph.circle-dashed",
    "plus": "ph.plus",
    "minus": "ph.minus",
    "hospital": "ph.buildings",
    "phone": "ph.phone",
    "lock": "ph.lock-simple",
    "unlock": "ph.lock-simple-open",
    "key": "ph.key",
    "hand": "ph.hand-palm",
    "leak": "ph.drop",
    "flame": "ph.flame",
    "link_lost": "ph.link-break",
    "differs": "ph.git-diff",
    "tree": "ph.tree-structure",
    "info": "ph.info",
    "prohibit": "ph.prohibit",
    "certificate": "ph.identification-card",
    "calibration": "ph.wrench",
    "battery": "ph.battery-full",
    "signal": "ph.cell-signal-full",
    "book": "ph.book-open",
    # arrows
    "left": "ph.caret-left",
    "right": "ph.caret-right",
    "up": "ph.caret-up",
    "down": "ph.caret-down",
    "arrow_right": "ph.arrow-right",
    "arrow_left": "ph.arrow-left",
    "return": "ph.key-return",
}
"""Our word → glyph of Phosphor or Remix, both outline families without alarm shapes."""


def paint_icon(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    """Draw an icon centred in a square rectangle."""
    painter.save()
    painter.setFont(_icon_font(ICONS[name].partition(".")[0], round(rect.height())))
    painter.setPen(colour)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, _character(name))
    painter.restore()


def icon(name: str, tone: Tone = Tone.SECONDARY, size: int = 16) -> QIcon:
    """An icon for a Qt control, in the theme in force; ask again after a theme change."""
    theme = current()
    return _drawn_icon(name, theme.mark(tone).name(), theme.px(size))


@cache
def _drawn_icon(name: str, colour: str, size: int) -> QIcon:
    made = QIcon()
    for ratio in (1, 2):
        pixmap = QPixmap(QSize(size, size) * ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        pixmap.setDevicePixelRatio(ratio)
        painter = QPainter(pixmap)
        paint_icon(painter, QRectF(0, 0, size, size), name, QColor(colour))
        painter.end()
        made.addPixmap(pixmap)
    return made


@cache
def _icon_font(family: str, size: int) -> QFont:
    made: QFont = QFont(qtawesome.font(family, size))
    made.setPixelSize(max(1, size))
    return made


@cache
def _character(name: str) -> str:
    family, _, glyph = ICONS[name].partition(".")
    character: str = qtawesome.charmap(f"{family}.{glyph}")
    return character
