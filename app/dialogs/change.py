"""Now → requested, as symbol and word: the middle of every command dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.formats import clock_time, quality_word
from app.texts import _
from backend.model.live import TagSnapshot
from backend.model.quality import is_good
from widgets.mimic import ValveState, ValveSymbol
from widgets.readouts import Text
from widgets.surfaces import Level, Surface
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m

_SYMBOL = 72
_WANTED = {"open": ValveState.OPEN, "close": ValveState.CLOSED}


class ChangeCard(Surface):
    """Symbol and word of now, an arrow, symbol and word of what is asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Level.WELL, parent=parent)
        self._now = ValveSymbol(size=_SYMBOL)
        self._wanted = ValveSymbol(size=_SYMBOL)
        self._now_word = Text("", Role.KEY, Weight.SEMIBOLD)
        self._now_note = Text("", Role.HINT, tone=Tone.SECONDARY)
        self._wanted_word = Text("", Role.KEY, Weight.SEMIBOLD)
        self._wanted_note = Text("", Role.HINT, tone=Tone.SECONDARY)
        row = QHBoxLayout(self)
        space(row, (m.INSET, m.INSET, m.INSET, m.INSET), m.GAP * 2)
        row.addLayout(_half(self._now, _("now"), self._now_word, self._now_note), 1)
        row.addWidget(Text("→", Role.TAG, tone=Tone.YOU))
        row.addLayout(_half(self._wanted, _("requested"), self._wanted_word, self._wanted_note), 1)

    def show_change(
        self, action: str, *, now: ValveState, now_word: str, now_note: str, wanted_word: str, wanted_note: str
    ) -> None:
        """Show the change; a set-point has words only. now: position as read back."""
        valve = action in _WANTED
        self._now.setVisible(valve)
        self._wanted.setVisible(valve)
        if valve:
            self._now.show_state(now, "")
            self._wanted.show_state(_WANTED[action], "", ring=Tone.YOU)
        self._now_word.setText(now_word)
        self._now_note.setText(now_note)
        self._wanted_word.setText(wanted_word)
        self._wanted_note.setText(wanted_note)


def read_note(snapshot: TagSnapshot, point: int) -> str:
    """When the value of now was read, and what is wrong with it if anything is."""
    at, code = int(snapshot.at[point]), int(snapshot.quality[point])
    read = _("read {time}").format(time=clock_time(at))
    return read if is_good(code) else f"{read} · {quality_word(code)}"


def _half(symbol: QWidget, caption: str, word: Text, note: Text) -> QVBoxLayout:
    column = QVBoxLayout()
    space(column, gap=m.QUARTER)
    column.addWidget(Text(caption, Role.HINT, tone=Tone.MUTED))
    column.addWidget(symbol, 0, Qt.AlignmentFlag.AlignLeft)
    column.addWidget(word)
    column.addWidget(note)
    column.addStretch(1)
    return column
