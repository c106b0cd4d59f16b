"""What can be selected on a mimic: an element with its symbol and words, and a value box. Each paints itself alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.mimic.description import Element, ElementKind, Side, ValueBox
from widgets.mimic.look import BoxLook, Look
from widgets.mimic.symbols import LINE_SYMBOLS, Ink, Symbol
from widgets.mimic.vessels import VESSELS
from widgets.notices.glyph import BLINKING, paint_glyph
from widgets.readouts.bar import HEIGHT as BAR_HEIGHT
from widgets.readouts.bar import paint_bar
from widgets.readouts.mark import Mark, paint_mark
from widgets.readouts.value import paint_value
from widgets.theme import Role, Tone, Weight, alarm_tone, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import box, text, text_width

SYMBOLS: dict[ElementKind, Symbol] = LINE_SYMBOLS | VESSELS
"""Every kind of element has one."""
BOX_HEIGHT = 60
_GLYPH = 20
_AIR = 4
_RESERVED = (3.0, 2.0)
_BADGE = 14


class Selectable(QGraphicsItem):
    """Something with an id that is selected by pointer or key."""

    def __init__(self, id_: str) -> None:
        super().__init__()
        self.id = id_
        self.chosen = False
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def choose(self, chosen: bool) -> None:
        """Draw or drop the blue box."""
        if chosen is not self.chosen:
            self.chosen = chosen
            self.update()

    def resize(self) -> None:
        """Take room and fonts from the theme again."""
        raise NotImplementedError

    def blinks(self) -> bool:
        """Whether its alarm glyph blinks now."""
        raise NotImplementedError

    def tip(self) -> str:
        """What it says under the pointer."""
        raise NotImplementedError


class ElementItem(Selectable):
    """A symbol on its place in the line, its tag and its words."""

    def __init__(self, element: Element, zoom: float = 1.0) -> None:
        super().__init__(element.id)
        self.element = element
        self._zoom = zoom
        self.look = Look()
        self._symbol = SYMBOLS[element.kind]
        self._bounds = QRectF()
        self.resize()

    def show_look(self, look: Look) -> None:
        """Show these facts; nothing is painted when they are the same."""
        same = look == self.look
        resized = (look.label, look.words, look.mark) != (self.look.label, self.look.words, self.look.mark)
        self.look = look
        if resized:
            self.resize()
        if not same:
            self.update()

    def resize(self) -> None:
        """Take room and fonts from the theme again."""
        self.prepareGeometryChange()
        words = self.words_rect()
        symbol = self.symbol_rect()
        glyph = QRectF(symbol.left() - px(_GLYPH), symbol.top(), px(_GLYPH), px(_GLYPH))
        air = px(_AIR) + px(2)
        self._bounds = symbol.united(words).united(glyph).adjusted(-air, -air, air, air)

    def symbol_rect(self) -> QRectF:
        """The symbol about its place, in px."""
        scale = current().scale * self._zoom
        half = max(self._symbol.half, 10) * scale
        return QRectF(-half, -self._symbol.top * scale, 2 * half, (self._symbol.top + self._symbol.bottom) * scale)

    def words_rect(self) -> QRectF:
        """Where its words stand; empty where it has none."""
        lines = [line for line in (self.look.label, self.look.words) if line]
        if self.element.side is Side.NONE or not lines:
            return QRectF()
        badge = px(_BADGE + m.QUARTER) if self.look.mark is not Mark.GOOD else 0
        width = max(text_width(line, font(Role.LABEL)) for line in lines) + badge
        height = px(Role.LABEL.line) * len(lines)
        symbol = self.symbol_rect()
        match self.element.side:
            case Side.ABOVE:
                return QRectF(-width / 2, symbol.top() - height, width, height)
            case Side.RIGHT:
                return QRectF(symbol.right() + px(m.QUARTER), symbol.center().y() - height / 2, width, height)
            case _:
                return QRectF(-width / 2, symbol.bottom() + px(2), width, height)

    def blinks(self) -> bool:
        return self.look.alarm is not None and self.look.alarm[1] in BLINKING

    def tip(self) -> str:
        return self.look.tip

    def shape(self) -> QPainterPath:
        """What the pointer meets: symbol and words, not the room for a glyph beside them."""
        path = QPainterPath()
        path.addRect(self.symbol_rect())
        path.addRect(self.words_rect())
        return path

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = current()
        look = self.look
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        symbol = self.symbol_rect()
        painter.save()
        painter.scale(theme.scale * self._zoom, theme.scale * self._zoom)
        ink = Ink(line=theme.pipes[look.tier].colour, back=theme.bg2, theme=theme, actuator=self.element.actuator)
        self._symbol.paint(painter, look, ink)
        painter.restore()
        self._paint_words(painter)
        if look.alarm is not None:
            corner = QRectF(symbol.left() - px(_GLYPH - 2), symbol.top(), px(_GLYPH), px(_GLYPH))
            paint_glyph(painter, corner, *look.alarm)
        words = self.words_rect()
        around = (symbol.united(words) if not words.isEmpty() else symbol).adjusted(
            -px(_AIR), -px(_AIR), px(_AIR), px(_AIR)
        )
        if look.reserved and not self.chosen:
            box(painter, around, line=theme.you, width=px(1), dashed=True)
        if self.chosen:
            view = widget.parentWidget() if widget is not None else None
            held = view is not None and view.hasFocus()
            box(painter, around, line=theme.you, width=px(m.FOCUS if held else 1.5))

    def _paint_words(self, painter: QPainter) -> None:
        theme = current()
        rect = self.words_rect()
        if rect.isEmpty():
            return
        # A leader that comes from behind stops at the words.
        painter.fillRect(rect.adjusted(-px(2), 0, px(2), 0), theme.bg2)
        line = px(Role.LABEL.line)
        align = Qt.AlignmentFlag.AlignVCenter | (
            Qt.AlignmentFlag.AlignLeft if self.element.side is Side.RIGHT else Qt.AlignmentFlag.AlignHCenter
        )
        top = rect.top()
        if self.look.mark is not Mark.GOOD:
            badge = QRectF(rect.left(), top + (line - px(_BADGE)) / 2, px(_BADGE), px(_BADGE))
            paint_mark(painter, badge, self.look.mark)
            rect = rect.adjusted(px(_BADGE + m.QUARTER), 0, 0, 0)
        if self.look.label:
            face = font(Role.LABEL)
            text(painter, QRectF(rect.left(), top, rect.width(), line), self.look.label, theme.text1, face, align)
            top += line
        if self.look.words:
            ink = theme.ink(Tone.YOU) if self.look.yours or self.look.reserved else theme.text2
            text(painter, QRectF(rect.left(), top, rect.width(), line), self.look.words, ink, font(Role.LABEL), align)


class BoxItem(Selectable):
    """A value with its name above and its bar below. (0, 0) is its top left corner."""

    def __init__(self, entry: ValueBox) -> None:
        super().__init__(entry.point)
        self.entry = entry
        self.look = BoxLook()
        self._size = QRectF()

    def show_look(self, look: BoxLook) -> None:
        """Show these facts; nothing is painted when they are the same."""
        same, self.look = look == self.look, look
        if not same:
            self.update()

    def lie_in(self, area: QRectF) -> None:
        """Take this place and size."""
        self.prepareGeometryChange()
        self.setPos(area.topLeft())
        self._size = QRectF(0, 0, area.width(), area.height())

    def resize(self) -> None:
        """Its size comes from the board."""

    def blinks(self) -> bool:
        return self.look.alarm is not None and self.look.alarm[1] in BLINKING

    def tip(self) -> str:
        return self.look.tip

    def boundingRect(self) -> QRectF:
        return self._size

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = current()
        look = self.look
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        whole = self.boundingRect()
        line = theme.you if self.chosen else theme.line3 if look.alarm is not None else None
        box(painter, whole, fill=theme.bg1, line=line, width=px(1.5))
        inner = whole.adjusted(px(m.HALF), px(m.QUARTER), -px(m.HALF), -px(m.QUARTER))
        name = QRectF(inner.left(), inner.top(), inner.width(), px(Role.LABEL.line))
        if look.alarm is not None:
            size = px(_GLYPH)
            paint_glyph(painter, QRectF(inner.right() - size + px(3), inner.top(), size, size), *look.alarm)
            name.setRight(name.right() - size)
        words = f"{look.label} {look.title}"
        if text_width(words, font(Role.LABEL)) > name.width():
            words = look.label
        text(painter, name, words, theme.text2, font(Role.LABEL))
        value = QRectF(inner.left(), name.bottom(), inner.width(), px(Role.VALUE.line))
        role = Role.VALUE if self._fits(Role.VALUE, inner.width()) else Role.LABEL
        used = paint_value(painter, value, look.number, look.unit, role, look.mark)
        if look.age:
            room = value.adjusted(used + px(m.HALF), 0, 0, 0)
            if text_width(look.age, font(Role.HINT)) <= room.width():
                text(painter, room, look.age, theme.text3, font(Role.HINT))
        if look.span is not None:
            tone = alarm_tone(look.alarm[0]) if look.alarm is not None else Tone.NORMAL
            bar = QRectF(inner.left(), value.bottom() - px(1), inner.width(), px(BAR_HEIGHT))
            paint_bar(painter, bar, look.span, look.value, tone, look.mark)

    def _fits(self, role: Role, room: float) -> bool:
        badge = 0 if self.look.mark is Mark.GOOD else px(m.BADGE + m.QUARTER + 2)
        number = text_width(self.look.number, font(role, Weight.SEMIBOLD))
        unit = text_width(self.look.unit, font(Role.LABEL)) + px(m.QUARTER + 1)
        return badge + number + unit <= room


def leader(area: QRectF, tap: QPointF, *, below: bool) -> list[QPointF]:
    """From a box to where it is measured: straight where the box lies over it, else with a step close to the box."""
    x = min(max(tap.x(), area.left() + px(m.HALF)), area.right() - px(m.HALF))
    edge = area.top() if below else area.bottom()
    turn = edge + px(m.QUARTER) * (-1 if below else 1)
    return [QPointF(x, edge), QPointF(x, turn), QPointF(tap.x(), turn), tap]
