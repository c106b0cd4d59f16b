"""The list of layers: what each looks like, how much of it there is, and a switch; one keyboard stop for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from widgets.maps.scene import SIZES, Shape
from widgets.maps.sprites import paint_shape
from widgets.mimic import ValveState
from widgets.readouts.text import Text
from widgets.surfaces.surface import Surface
from widgets.theme import Role, Tone, Weight, current, font, px, space
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, RIGHT, box, focus_ring, key_width, paint_key, text, text_width

_SAMPLE = 28
_SWITCH_WIDTH = 26
_SWITCH_HEIGHT = 14
_KNOB = 10
_ROW = 30
_WIDTH = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One line of the list. pipe: key of the theme's pipes; shape: the symbol; neither: words alone."""

    key: str
    words: str
    count: str = ""
    pipe: str = ""
    shape: Shape | None = None
    ring: bool = False
    """A grey ring, as many meters are drawn."""
    rule: bool = False
    """A hairline above, where another kind of layers begins."""


class LayerRow(QAbstractButton):
    """A layer with its switch. Signals: toggled(bool) (from QAbstractButton)."""

    def __init__(self, layer: Layer, *, on: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer = layer
        self.setCheckable(True)
        self.setChecked(on)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_layer(layer)

    def set_layer(self, layer: Layer) -> None:
        """Change words and count."""
        self._layer = layer
        self.setText(layer.words)
        self.setAccessibleName(layer.words)
        self.setAccessibleDescription(layer.count)
        self.updateGeometry()
        self.update()

    def key(self) -> str:
        """Which layer this is."""
        return self._layer.key

    def sizeHint(self) -> QSize:
        face = font(Role.LABEL)
        sample = px(_SAMPLE + m.GAP) if self._sampled() else 0
        words = text_width(self._layer.words, face) + text_width(self._layer.count, font(Role.HINT))
        width = sample + words + px(_SWITCH_WIDTH) + 2 * px(m.GAP)
        return QSize(round(width + 0.5), px(_ROW + (m.GAP if self._layer.rule else 0)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            rect = QRectF(self.rect())
            if self._layer.rule:
                painter.fillRect(QRectF(0, px(m.GAP / 2), rect.width(), 1), theme.line1)
                rect.setTop(px(m.GAP))
            left = rect.left()
            if self._sampled():
                self._paint_sample(painter, QRectF(left, rect.top(), px(_SAMPLE), rect.height()))
                left += px(_SAMPLE + m.GAP)
            words = rect.adjusted(left, 0, 0, 0)
            ink = theme.text1 if self.isChecked() else theme.text2
            text(painter, words, self._layer.words, ink, font(Role.LABEL), LEFT)
            switch = QRectF(
                rect.right() - px(_SWITCH_WIDTH),
                rect.center().y() - px(_SWITCH_HEIGHT) / 2,
                px(_SWITCH_WIDTH),
                px(_SWITCH_HEIGHT),
            )
            count = QRectF(left, rect.top(), switch.left() - px(m.HALF) - left, rect.height())
            text(painter, count, self._layer.count, theme.text2, font(Role.HINT), RIGHT)
            _paint_switch(painter, switch, on=self.isChecked())
            if self.hasFocus():
                focus_ring(painter, rect)

    def _sampled(self) -> bool:
        return bool(self._layer.pipe) or self._layer.shape is not None or self._layer.ring

    def _paint_sample(self, painter: QPainter, rect: QRectF) -> None:
        theme, layer = current(), self._layer
        middle = rect.center()
        if layer.pipe:
            pipe = theme.pipes[layer.pipe]
            painter.setPen(QPen(pipe.colour, pipe.width * theme.scale))
            painter.drawLine(QPointF(rect.left(), middle.y()), QPointF(rect.right() - px(m.QUARTER), middle.y()))
            return
        if layer.ring:
            painter.setPen(QPen(theme.text2, 1.25 * theme.scale))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, px(m.HALF), px(m.HALF))
            return
        if layer.shape is not None:
            edge = px(min(22, SIZES[layer.shape] + 2))
            where = QRectF(middle.x() - edge / 2, middle.y() - edge / 2, edge, edge)
            paint_shape(painter, where, theme, layer.shape, ValveState.OPEN)


def _paint_switch(painter: QPainter, rect: QRectF, *, on: bool) -> None:
    theme = current()
    box(painter, rect, fill=theme.you if on else theme.bg4, line=None if on else theme.line2, radius=_SWITCH_HEIGHT / 2)
    inset = (rect.height() - px(_KNOB)) / 2
    x = rect.right() - inset - px(_KNOB) if on else rect.left() + inset
    knob = QRectF(x, rect.top() + inset, px(_KNOB), px(_KNOB))
    box(painter, knob, fill=theme.on_you if on else theme.text2, radius=_KNOB / 2)


class _Head(QWidget):
    """The title and the key that leads here."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.title = Text("", Role.LABEL, Weight.SEMIBOLD, Tone.NORMAL)
        column = QVBoxLayout(self)
        space(column, (0, m.QUARTER, 0, m.QUARTER))
        column.addWidget(self.title)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            left = self.width() - key_width(self._key)
            paint_key(painter, left, self.height() / 2, self._key, theme.text2, theme.line2)


class LayerPanel(Surface):
    """All layers under one another; arrows walk, Space switches.

    Signals: switched(frozenset of keys that are off), when a person switched one.
    """

    switched = Signal(object)

    def __init__(self, layers: Sequence[Layer], *, name: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._head = _Head("L")
        self._rows = [LayerRow(layer) for layer in layers]
        self._note = Text(note, Role.HINT, tone=Tone.MUTED, wrap=True)
        column = QVBoxLayout(self)
        space(column, (m.GAP, m.HALF, m.GAP, m.GAP), 0)
        column.addWidget(self._head)
        for row in self._rows:
            row.toggled.connect(lambda _on: self.switched.emit(self.off()))
            column.addWidget(row)
        column.addWidget(self._note)
        self.restyle()
        self.set_words(layers, name, note)

    def restyle(self) -> None:
        self.setFixedWidth(px(_WIDTH))

    def set_words(self, layers: Sequence[Layer], name: str, note: str) -> None:
        """Show other words and counts for the same layers."""
        for row, layer in zip(self._rows, layers, strict=True):
            row.set_layer(layer)
        self._head.title.setText(name)
        self._note.setText(note)
        self.say(name)

    def off(self) -> frozenset[str]:
        """The keys of the layers that are switched off."""
        return frozenset(row.key() for row in self._rows if not row.isChecked())

    def set_off(self, off: frozenset[str]) -> None:
        """Switch without telling anybody."""
        for row in self._rows:
            row.blockSignals(True)
            row.setChecked(row.key() not in off)
            row.blockSignals(False)
            row.update()

    def focus_first(self) -> None:
        """Put the keyboard on the first switch."""
        if self._rows:
            self._rows[0].setFocus(Qt.FocusReason.TabFocusReason)

    def step(self, by: int) -> None:
        """Move the keyboard to the next switch."""
        places = [index for index, row in enumerate(self._rows) if row.hasFocus()]
        if places:
            self._rows[(places[0] + by) % len(self._rows)].setFocus(Qt.FocusReason.TabFocusReason)
