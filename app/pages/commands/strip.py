"""What is on its way, at the foot of the page: the valve as it moves, how far, how long; a tick when it is verified."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from widgets.mimic import ValveState, ValveSymbol
from widgets.readouts import ProgressBar, Text
from widgets.surfaces import Level, Surface
from widgets.theme import Painted, Role, Tone, Weight, current, paint_icon, px, space
from widgets.theme import metrics as m

MOST = 3
_SYMBOL = 44
_LOW = 900
"""In a window lower than this, in px at 100 %, there is room for one row only."""
_BAR = 220


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """One command on its way. state None = no valve. share: of its way, None = not known. verified: it arrived."""

    key: str
    words: str
    place: str
    outcome: str
    time: str
    state: ValveState | None
    share: float | None
    verified: bool = False
    failed: bool = False


class TravelStrip(QWidget):
    """Up to three rows; a press opens the command. Signals: opened(str key)."""

    opened = Signal(str)

    def __init__(self, *, inset: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = [_Row() for _ in range(MOST)]
        column = QVBoxLayout(self)
        edge = m.PAGE_INSET if inset else 0
        space(column, (edge, 0, edge, m.HALF if inset else 0), m.HALF)
        # Coming and going, it never holds the window open: what is too low for it hides it.
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        for row in self._rows:
            column.addWidget(row)
            row.pressed.connect(self.opened)
            row.hide()
        self.hide()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def show_travels(self, travels: tuple[Travel, ...]) -> None:
        """Show these, the newest where there are too many."""
        most = MOST if self.window().height() >= px(_LOW) else 1
        shown = travels[-most:]
        self.setVisible(bool(shown))
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(shown))
            if place < len(shown):
                row.show_travel(shown[place])

    def shown(self) -> tuple[Travel, ...]:
        """What is shown now."""
        return tuple(row.travel for row in self._rows if not row.isHidden() and row.travel is not None)


class _Row(Surface):
    """One strip. Signals: pressed(str key)."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__(Level.RAISED, line=Tone.YOU)
        self.travel: Travel | None = None
        self._symbol = ValveSymbol(size=_SYMBOL)
        self._tick = _Tick()
        self._words = Text("", Role.VALUE, Weight.SEMIBOLD)
        self._place = Text("", Role.LABEL, tone=Tone.SECONDARY, elide=Qt.TextElideMode.ElideMiddle)
        self._outcome = Text("", Role.VALUE, Weight.MEDIUM, elide=Qt.TextElideMode.ElideRight)
        self._bar = ProgressBar(name="")
        self._time = Text("", Role.VALUE, mono=True)
        self._bar.setFixedWidth(px(_BAR))
        row = QHBoxLayout(self)
        space(row, (m.INSET, m.HALF, m.INSET, m.HALF), m.GAP)
        row.addWidget(self._symbol)
        row.addWidget(self._tick)
        row.addWidget(self._words)
        row.addWidget(self._place, 2)
        row.addWidget(self._bar)
        row.addWidget(self._outcome, 2)
        row.addWidget(self._time)

    def show_travel(self, travel: Travel) -> None:
        """Show it."""
        if travel == self.travel:
            return
        self.travel = travel
        self.say(travel.words, f"{travel.outcome} {travel.time}")
        self.set_line(None if travel.verified or travel.failed else Tone.YOU)
        self._symbol.setVisible(travel.state is not None)
        if travel.state is not None:
            self._symbol.show_state(travel.state, "")
        self._tick.setVisible(travel.verified)
        self._words.setText(travel.words)
        self._place.setText(travel.place)
        self._outcome.setText(travel.outcome)
        self._outcome.set_weight(Weight.BOLD if travel.failed else Weight.MEDIUM)
        self._bar.setVisible(not (travel.verified or travel.failed))
        self._bar.say(travel.words)
        self._bar.show_share(travel.share)
        self._time.setText(travel.time)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.travel is not None:
            self.pressed.emit(self.travel.key)
        event.accept()


class _Tick(Painted):
    """The white tick of a verified command."""

    def __init__(self) -> None:
        super().__init__()
        self.restyle()

    def restyle(self) -> None:
        self.setFixedSize(px(m.ICON_RAIL), px(m.ICON_RAIL))

    def paintEvent(self, event: QPaintEvent) -> None:
        size = px(m.ICON_RAIL)
        with self.painter() as painter:
            paint_icon(painter, QRectF(0, 0, size, size), "check", current().emphasis)
