"""What happened to alarms, newest first, with the same columns as the list; read off the GUI thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent

from app.formats import date_time, point_title, shown, value_text
from app.models.alarms import Words
from app.pages.alarms.columns import NARROW_LEAVES_OUT, columns
from app.pages.alarms.listing import NARROW
from app.texts import _
from backend.clock import US
from backend.model.alarm import LEVEL_WORDS, Occurrence
from backend.model.plant import Point
from widgets.notices import GlyphState
from widgets.readouts.ages import short_age
from widgets.surfaces import Card
from widgets.tables import Column, GlyphCell, Row, RowModel, Table, ValueCell
from widgets.theme import px

ROWS: Final = 500
_RAISES: Final = ("raise", "escalate", "late")
_TIME_WIDTH: Final = 160


class HistoryList(Card):
    """The newest lines of the alarm journal.

    Signals: opened(str alarm key) on ↵ or double click of a line.
    """

    opened = Signal(str)

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._alarm_of: dict[str, str] = {}
        self.model = RowModel(_columns())
        self.table = Table(self.model, name="")
        self.table.opened.connect(lambda key: self.opened.emit(self._alarm_of.get(key, "")))
        self.body.addWidget(self.table, 1)
        self.retranslate()

    def retranslate(self) -> None:
        """Titles in the language of the desk; the rows come with the next look."""
        self.model.set_columns(_columns())
        self.table.setAccessibleName(_("History"))

    def show_lines(self, lines: tuple[Occurrence, ...], names: Mapping[str, str], now: int) -> None:
        """Show these; names: of people, by id."""
        rows = {row.key: row for row in (past_row(line, self._words, names, now) for line in lines)}
        self._alarm_of = {_key(line): line.key for line in lines}
        self.model.replace(tuple(rows.values()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(NARROW)
        for place, column in enumerate(self.model.columns):
            hidden = column.key in ("line", "offset") or (narrow and column.key in NARROW_LEAVES_OUT)
            self.table.setColumnHidden(place, hidden)


def past_row(past: Occurrence, words: Words, names: Mapping[str, str], now: int) -> Row:
    """One line of the alarm journal."""
    source = past.key.rsplit(":", 1)[0]
    # What is past does not blink.
    state = GlyphState.ACKNOWLEDGED if past.event in _RAISES else GlyphState.NONE
    by = f" · {shown(names.get(past.by, past.by), 40)}" if past.by else ""
    point = words.point_of(source)
    title = "" if point is None else point_title(point)
    level = _(LEVEL_WORDS.get(past.level, "")) if past.level else ""
    said = (title, level, event_word(past.event), past.reason)
    return Row(
        key=_key(past),
        cells=(
            GlyphCell(priority=int(past.priority), state=state, words=past.name),
            date_time(past.at),
            words.tag_of(source),
            "",
            shown(" ".join(part for part in said if part) + by),
            words.place_of(source),
            ValueCell(number=_number(point, past.value), strong=False),
            _number(point, past.limit),
            None,
            short_age((now - past.at) / US),
        ),
    )


def event_word(event: str) -> str:
    """What happened, in words."""
    return {
        "raise": _("raised"),
        "escalate": _("escalated"),
        "de-escalate": _("lowered"),
        "clear": _("back to normal"),
        "late": _("reported late"),
        "ack": _("acknowledged"),
        "reset": _("reset"),
        "shelve": _("shelved"),
        "unshelve": _("unshelved"),
        "out-of-service": _("taken out of service"),
        "return-to-service": _("returned to service"),
        "suppress": _("suppressed"),
        "unsuppress": _("released"),
        "release": _("released"),
        "uncertain": _("input uncertain"),
        "good": _("input good again"),
        "re-alarm": _("sounded again"),
        "shelf-adjust": _("shelf adjusted"),
    }.get(event, shown(event, 40))


def _number(point: Point | None, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:g}" if point is None else value_text(point, value)


def _key(past: Occurrence) -> str:
    return f"{past.key}:{past.occurrence}:{past.event}:{past.at}:{past.recorded_at}"


def _columns() -> tuple[Column, ...]:
    return tuple(
        Column(key=each.key, title=each.title, width=_TIME_WIDTH, kind=each.kind) if each.key == "time" else each
        for each in columns()
    )
