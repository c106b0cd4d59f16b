"""Now → requested, as symbol, word and feedback: the middle of every command dialog."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.lines import Lines
from app.formats import quality_word
from app.texts import _
from backend.clock import US
from backend.model.live import TagSnapshot
from backend.model.quality import is_good
from widgets.mimic import ValveState, ValveSymbol
from widgets.readouts import Text, short_age
from widgets.readouts.ages import NO_VALUE
from widgets.surfaces import Level, Surface
from widgets.theme import Painted, Role, Tone, Weight, current, paint_icon, px, space
from widgets.theme import metrics as m

_SYMBOL = 64
_ARROW = 28
_WANTED = {"open": ValveState.OPEN, "close": ValveState.CLOSED}
DIFFERS = "≠"


class ChangeCard(Surface):
    """Symbol and word of now, an arrow, symbol and word of what is asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Level.WELL, parent=parent)
        self._now = _Half(_("now"))
        self._wanted = _Half(_("requested"))
        row = QHBoxLayout(self)
        space(row, (m.INSET, m.HALF, m.INSET, m.HALF), m.GAP)
        row.addWidget(self._now, 1)
        row.addWidget(_Arrow())
        row.addWidget(self._wanted, 1)

    def show_change(
        self,
        action: str,
        *,
        now: ValveState,
        now_word: str,
        now_notes: Sequence[str],
        wanted_word: str,
        wanted_notes: Sequence[str],
        differs: bool = False,
    ) -> None:
        """Show the change; a set-point has words only. now: position as read back. differs: not as it was asked on."""
        valve = action in _WANTED
        self._now.show_half(now if valve else None, f"{DIFFERS} {now_word}" if differs else now_word, now_notes)
        self._wanted.show_half(_WANTED.get(action), wanted_word, wanted_notes)


class _Half(QWidget):
    """Symbol with its word below, caption and notes at the right."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        self._symbol = ValveSymbol(size=_SYMBOL)
        self._word = Text("", Role.KEY, Weight.SEMIBOLD)
        self._notes = Lines(Role.HINT, tone=Tone.SECONDARY)
        row = QHBoxLayout(self)
        space(row, gap=m.GAP)
        row.addWidget(self._symbol, 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        space(words, gap=0)
        words.addStretch(1)
        words.addWidget(Text(caption, Role.HINT, tone=Tone.MUTED))
        words.addWidget(self._word)
        words.addWidget(self._notes)
        words.addStretch(1)
        row.addLayout(words, 1)

    def show_half(self, state: ValveState | None, word: str, notes: Sequence[str]) -> None:
        """state: None where there is no valve to draw."""
        self._symbol.setVisible(state is not None)
        if state is not None:
            self._symbol.show_state(state, "")
        self._word.setText(word)
        self._notes.show_lines(notes)


class _Arrow(Painted):
    """The way the change goes."""

    def __init__(self) -> None:
        super().__init__()
        self.restyle()

    def restyle(self) -> None:
        self.setFixedSize(px(_ARROW), px(_ARROW))

    def paintEvent(self, event: QPaintEvent) -> None:
        with self.painter() as painter:
            paint_icon(painter, QRectF(0, 0, px(_ARROW), px(_ARROW)), "arrow_right", current().you)


def read_note(snapshot: TagSnapshot, point: int, tag: str, now: int) -> tuple[str, ...]:
    """Which feedback says so, how old it is, and what is wrong with it if anything is. now: µs UTC."""
    at, code = int(snapshot.at[point]), int(snapshot.quality[point])
    age = _("read {age} ago").format(age=short_age(max(0, now - at) / US)) if at else NO_VALUE
    return tag, age if is_good(code) else f"{age} · {quality_word(code)}"
