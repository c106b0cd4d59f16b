"""Short notices that lie over the page: the answer to an action, and the pill of a held list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.inputs.button import Button, ButtonKind
from widgets.notices.glyph import AlarmGlyph, GlyphState
from widgets.readouts.text import Text
from widgets.theme import Painted, Role, Tone, Weight, current, paint_icon, px, space
from widgets.theme import metrics as m
from widgets.theme.strokes import box

_PAD = 10
_SHADOW = 6
_SHADE = 0.05


class Pill(Painted):
    """A rounded bar at the foot of its parent, centred, the only thing beside dialogs with a shadow."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = parent
        self.row = QHBoxLayout(self)
        space(self.row, (m.GAP * 2, _PAD + _SHADOW, m.GAP * 2, _PAD + _SHADOW), m.GAP)
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area and event.type() == QEvent.Type.Resize:
            self.place()
        return super().eventFilter(watched, event)

    def place(self) -> None:
        """Sit at the foot of the parent."""
        self.adjustSize()
        area = self._area.rect()
        self.move((area.width() - self.width()) // 2, area.height() - self.height() - px(m.GAP * 2))
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        room = px(_SHADOW)
        edge = self.frame().adjusted(room, room, -room, -room)
        round_ends = edge.height() / 2 / theme.scale
        with self.painter() as painter:
            painter.setOpacity(_SHADE)
            for grow in range(room, 0, -1):
                box(painter, edge.adjusted(-grow, -grow, grow, grow), fill=theme.shade, radius=round_ends + grow)
            painter.setOpacity(1.0)
            box(painter, edge, fill=theme.bg3, line=theme.line2, radius=round_ends)


class _PillIcon(Painted):
    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self._tone = Tone.YOU
        self.restyle()

    def restyle(self) -> None:
        self.setFixedSize(px(m.ICON_RAIL - m.QUARTER), px(m.ICON_RAIL - m.QUARTER))

    def set_icon(self, icon: str, tone: Tone) -> None:
        """Change the icon by its word."""
        self._icon = icon
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with self.painter() as painter:
            paint_icon(painter, QRectF(self.rect()), self._icon, current().mark(self._tone))


class Toast(Pill):
    """Says what came of an action. A refusal stays until it is closed; anything else leaves by itself.

    Signals: acted() when its button was pressed; gone() when it left.
    """

    acted = Signal()
    gone = Signal()

    def __init__(self, parent: QWidget, *, close_name: str, seconds: float = 6.0) -> None:
        super().__init__(parent)
        self._icon = _PillIcon("info")
        self._words = Text("", Role.LABEL)
        self._action = Button("", kind=ButtonKind.RAISED)
        self._close = Button(icon="close", kind=ButtonKind.QUIET)
        self._close.setAccessibleName(close_name)
        for widget in (self._icon, self._words, self._action, self._close):
            self.row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(seconds * 1000))
        self._timer.timeout.connect(self.leave)
        self._action.clicked.connect(self._act)
        self._close.clicked.connect(self.leave)
        self.say(close_name)

    def show_words(self, words: str, *, action: str = "", refused: bool = False) -> None:
        """Show words and, if given, one action. `refused` makes them bold and keeps them until closed."""
        self._words.setText(words)
        self._words.set_weight(Weight.SEMIBOLD if refused else Weight.REGULAR)
        self._icon.set_icon("prohibit" if refused else "info", Tone.NORMAL if refused else Tone.YOU)
        self._action.set_words(action)
        self._action.setVisible(bool(action))
        self._close.setVisible(refused)
        self.say(words)
        self._timer.stop()
        if not refused:
            self._timer.start()
        self.show()
        self.place()

    def leave(self) -> None:
        """Take the toast away."""
        if not self.isHidden():
            self._timer.stop()
            self.hide()
            self.gone.emit()

    def _act(self) -> None:
        self.leave()
        self.acted.emit()


class HoldPill(Pill):
    """Says that a list is held and how many alarms wait behind it.

    Signals: released() when a person wants them now.
    """

    released = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = Text("", Role.LABEL, tone=Tone.NORMAL)
        self._waiting = Text("", Role.LABEL, Weight.SEMIBOLD)
        self._glyph = AlarmGlyph(name="", size=m.GLYPH - m.FOCUS)
        self._button = Button("", kind=ButtonKind.RAISED)
        self._button.clicked.connect(self.released)
        for widget in (_PillIcon("hand"), self._words, self._waiting, self._glyph, self._button):
            self.row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_waiting(
        self, words: str, waiting: str, button: str, key: str, highest: tuple[int, GlyphState] | None
    ) -> None:
        """Show "List held while you point", "3 new alarms waiting", the highest glyph and the button's words."""
        self._words.setText(words)
        self._waiting.setText(waiting)
        self._button.set_words(button)
        self._button.set_key(key)
        self._glyph.setVisible(highest is not None)
        if highest is not None:
            self._glyph.set_alarm(*highest, name=waiting)
        self.say(words, waiting)
        self.show()
        self.place()
