"""The cards at the right: events in view, and the keys of the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.page import PageKey
from app.pages.trends.events import Event
from app.pages.trends.readout import moment_text
from app.pages.trends.window import DAY, Window
from app.texts import _
from widgets.inputs import Button
from widgets.notices import GlyphState
from widgets.readouts import Text
from widgets.surfaces import Card
from widgets.tables import Align, Column, GlyphCell, Kind, Row, RowModel, Table
from widgets.theme import Painted, Role, Tone, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, RIGHT, key_width, paint_key, text

_MOST: Final = 300
_KEY_ROW: Final = 26


class EventsCard(Card):
    """Events in view, newest last; choosing one puts the cursor there.

    Signals: chosen(object Event); export_pressed().
    """

    chosen = Signal(object)
    export_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(" ", parent=parent)
        self._events: dict[str, Event] = {}
        self._model = RowModel(_columns(wide=False))
        self._table = Table(self._model, name="", row_height=m.ROW_TABLE)
        self._table.head.hide()
        self._export = Button(icon="download", key="Ctrl E")
        self._hint = Text("", Role.HINT, tone=Tone.MUTED, wrap=True)
        self.body.addWidget(self._table, 1)
        self.body.addWidget(self._export)
        self.body.addWidget(self._hint)
        self._table.clicked.connect(lambda _index: self._choose(self._table.current_key()))
        self._table.opened.connect(self._choose)
        self._export.clicked.connect(self.export_pressed)
        self._wide = False

    def show_events(self, told: Sequence[Event], window: Window) -> None:
        """Show these; the last so many of them."""
        self._events = {event.key: event for event in told[-_MOST:]}
        self.set_note(f"{len(told):,}")
        wide = window.span > DAY
        if wide != self._wide:
            self._wide = wide
            self._model.set_columns(_columns(wide=wide))
            self._table.restyle()
        self._model.replace([_row(event, window) for event in self._events.values()])

    def retranslate(self) -> None:
        """Every text anew."""
        self.set_title(_("Events in view"), f"{len(self._events):,}")
        self._table.setAccessibleName(_("Events in view"))
        self._export.set_words(_("Export"))
        self._hint.setText(
            _("Click an event to put the cursor on it. Click an alarm mark on the axis to open its detail.")
        )

    def _choose(self, key: str) -> None:
        if key in self._events:
            self.chosen.emit(self._events[key])


def _row(event: Event, window: Window) -> Row:
    glyph = (
        GlyphCell(priority=event.priority, state=GlyphState.ACKNOWLEDGED, words=f"P{event.priority}")
        if event.priority
        else None
    )
    return Row(key=event.key, cells=(moment_text(event.at, window), glyph, event.words))


def _columns(*, wide: bool) -> tuple[Column, ...]:
    return (
        Column(key="at", title="", width=148 if wide else 84, kind=Kind.TIME),
        Column(key="glyph", title="", width=34, kind=Kind.GLYPH, align=Align.CENTRE),
        Column(key="words", title="", width=0, elide=True),
    )


class KeyList(Painted):
    """Keys at the left, what they do at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: tuple[PageKey, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_keys(self, keys: Sequence[PageKey], name: str) -> None:
        """Show these."""
        self._keys = tuple(keys)
        self.say(name, "; ".join(f"{each.key}: {each.words}" for each in keys))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(m.BANNER * 3), px(_KEY_ROW) * len(self._keys))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with self.painter() as painter:
            for place, each in enumerate(self._keys):
                row = QRectF(0, place * px(_KEY_ROW), self.width(), px(_KEY_ROW))
                left = 0.0
                for key in each.key.split():
                    paint_key(painter, left, row.center().y(), key, theme.text1, theme.line2)
                    left += key_width(key) + px(m.QUARTER)
                text(painter, row, each.words, theme.text2, font(Role.LABEL), RIGHT if left else LEFT)


class KeysCard(Card):
    """The keys of the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(" ", parent=parent)
        self._list = KeyList()
        self.body.addWidget(self._list)

    def show_keys(self, keys: Sequence[PageKey], title: str) -> None:
        """Show these."""
        self.set_title(title)
        self._list.show_keys(keys, title)
