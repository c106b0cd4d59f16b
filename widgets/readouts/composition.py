"""What a mixture is made of: the whole as one bar, and what is beside the main part under a lens, with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.readouts.mark import FADED, Mark
from widgets.theme import Painted, Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import box, hatch, text, text_width

_WHOLE = 20
_WEDGE = 9
_LENS = 11
_SWATCH = 8
_WIDTH = 380
_GAP = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component: `share` of the whole 0-1 (NaN = not known) and its number in words. strong: off its limits."""

    name: str
    share: float
    number: str
    strong: bool = False


class CompositionBar(Painted):
    """The largest part has the upper bar; the others fill the lower one, as if looked at through a lens."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self._mark = Mark.GOOD
        self._unit = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.say(name)

    def show_parts(self, parts: Sequence[Part], *, unit: str, mark: Mark = Mark.GOOD) -> None:
        """Show these, in the order of their columns; `mark` is the worst quality of them."""
        shown = tuple(parts)
        if (shown, unit, mark) != (self._parts, self._unit, self._mark):
            self._parts, self._unit, self._mark = shown, unit, mark
            self.say(self.accessibleName(), "; ".join(f"{part.name} {part.number} {unit}" for part in shown))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(_WIDTH), px(_WHOLE + _WEDGE + _LENS + m.QUARTER + Role.HINT.line + Role.LABEL.line))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(_WIDTH // 2), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        known = [part for part in self._parts if part.share == part.share]
        if not known:
            return
        main = max(known, key=lambda part: part.share)
        others = [part for part in self._parts if part is not main]
        whole = QRectF(0, 0, self.width(), px(_WHOLE))
        lens = QRectF(0, whole.bottom() + px(_WEDGE), self.width(), px(_LENS))
        legend = QRectF(0, lens.bottom() + px(m.QUARTER), self.width(), px(Role.HINT.line) + px(Role.LABEL.line))
        with self.painter() as painter:
            edge = self._paint_whole(painter, whole, main)
            self._paint_wedge(painter, whole, lens, edge)
            fills = dict(zip((part.name for part in others), self._fills(), strict=False))
            self._paint_lens(painter, lens, others, fills)
            self._paint_legend(painter, legend, others, fills)

    def _fills(self) -> list[QColor]:
        """Quiet hues, far enough from one another and from every alarm."""
        theme = current()
        return [*theme.pens[1:5], theme.text3, theme.line3, theme.band]

    def _ink(self) -> QColor:
        theme = current()
        return theme.text3 if self._mark in FADED else theme.text1

    def _paint_whole(self, painter: QPainter, whole: QRectF, main: Part) -> float:
        """The bar of everything; returns where the main part ends."""
        theme = current()
        edge = whole.left() + whole.width() * min(max(main.share, 0.0), 1.0)
        rest = QRectF(edge, whole.top(), whole.right() - edge, whole.height())
        box(painter, QRectF(whole.left(), whole.top(), edge - whole.left(), whole.height()), fill=theme.bg4, radius=2)
        if self._mark is Mark.BAD:
            painter.fillRect(whole, hatch(theme.line3))
        painter.fillRect(rest.adjusted(px(_GAP), 0, 0, 0), theme.line3)
        words = QRectF(whole.left() + px(m.HALF), whole.top(), whole.width(), whole.height())
        text(painter, words, main.name, theme.text2, font(Role.HINT, Weight.MEDIUM))
        words.setLeft(words.left() + text_width(main.name, font(Role.HINT, Weight.MEDIUM)) + px(m.HALF))
        face = font(Role.LABEL, Weight.BOLD if main.strong else Weight.SEMIBOLD, struck=self._mark is Mark.BAD)
        text(painter, words, main.number, self._ink(), face)
        words.setLeft(words.left() + text_width(main.number, face) + px(m.QUARTER))
        text(painter, words, self._unit, theme.text3, font(Role.HINT))
        return edge

    def _paint_wedge(self, painter: QPainter, whole: QRectF, lens: QRectF, edge: float) -> None:
        theme = current()
        corners = [
            QPointF(edge + px(_GAP), whole.bottom()),
            QPointF(whole.right(), whole.bottom()),
            lens.topRight(),
            lens.topLeft(),
        ]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.bg3)
        painter.drawPolygon(QPolygonF(corners))
        painter.setPen(QPen(theme.line2, 1))
        painter.drawLine(QLineF(corners[0], corners[3]))
        painter.drawLine(QLineF(corners[1], corners[2]))

    def _paint_lens(self, painter: QPainter, lens: QRectF, parts: Sequence[Part], fills: dict[str, QColor]) -> None:
        known = [part for part in parts if part.share > 0]
        sum_ = sum(part.share for part in known)
        box(painter, lens, fill=current().line1, radius=1)
        left = lens.left()
        for part in known:
            width = lens.width() * part.share / sum_
            painter.fillRect(QRectF(left, lens.top(), max(width - px(_GAP), 1.0), lens.height()), fills[part.name])
            left += width

    def _paint_legend(self, painter: QPainter, area: QRectF, parts: Sequence[Part], fills: dict[str, QColor]) -> None:
        theme = current()
        width = area.width() / max(len(parts), 1)
        for index, part in enumerate(parts):
            left = area.left() + index * width
            name = QRectF(left, area.top(), width, px(Role.HINT.line))
            swatch = QRectF(left, name.center().y() - px(_SWATCH) / 2, px(_SWATCH), px(_SWATCH))
            box(painter, swatch, fill=fills[part.name], radius=1)
            words = name.adjusted(px(_SWATCH + m.QUARTER), 0, 0, 0)
            text(painter, words, part.name, theme.text2, font(Role.HINT))
            number = QRectF(words.left(), name.bottom(), width, px(Role.LABEL.line))
            weight = Weight.BOLD if part.strong else Weight.MEDIUM
            face = font(Role.LABEL, weight, struck=self._mark is Mark.BAD)
            text(painter, number, part.number, self._ink(), face)
