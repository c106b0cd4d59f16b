"""Make the rows of the alarm list when they are looked at: alarms, group headers, lines for what is folded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.formats import clock_time, value_text
from app.models.alarms import Words, state_word
from app.pages.alarms.board import Order
from app.pages.alarms.grouping import GROUP, MORE, Group
from app.pages.alarms.situation import LINKS, Situation
from app.texts import _
from app.tones import glyph_of, mark_of
from backend.clock import US
from backend.model.alarm import AlarmName, AlarmRecord
from backend.model.live import TagSnapshot
from widgets.notices import GlyphState
from widgets.readouts.ages import number_text, short_age, with_unit
from widgets.tables import Cell, GlyphCell, Row, RowLook, SpanCell, SparkCell, ValueCell

SPARK_STEPS: Final = 61
"""Ten minutes of the last hour's steps of 10 s."""


class RecentValues(Protocol):
    """The last hour of a point, as `app.recent.Recent` has it."""

    def series(self, point: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(µs UTC, values), oldest first."""
        ...


class RowMaker:
    """Rows by key. Remembers which occurrence each row was last made with: that is what a person has seen."""

    def __init__(
        self,
        words: Words,
        situation: Situation,
        *,
        live: Callable[[], TagSnapshot],
        recent: RecentValues,
        now: Callable[[], int],
    ) -> None:
        self._words = words
        self._situation = situation
        self._live = live
        self._recent = recent
        self._now = now
        self._sparks: dict[int, tuple[int, SparkCell | None]] = {}
        self.seen: dict[str, int] = {}
        self.narrow = False
        """Without a column for the place, the message says it."""

    def make(self, key: str) -> Row | None:
        """The row of a key; None for what is known no more."""
        if key.startswith(GROUP):
            group = self._situation.group(key)
            return None if group is None else self._header(group)
        if key.startswith(MORE):
            group = self._situation.group(key.removeprefix(MORE))
            return None if group is None else self._more(key, group)
        record = self._situation.records.get(key)
        return None if record is None else self._alarm(record)

    def group_title(self, group: Group) -> str:
        """What a group is, in words."""
        if self._situation.board.order is Order.PLACE:
            return group.section
        seconds = max(1, -(-(group.members[-1].at - group.first.at) // US))
        template = _("{place}: {count} alarms within {seconds} s")
        if group.section == LINKS:
            template = _("{count} links lost within {seconds} s")
        place = self._words.area_name(group.section)
        return template.format(place=place, count=len(group.members), seconds=seconds)

    def first_out(self, group: Group) -> str:
        """Which alarm came first; said only when every clock is to be trusted."""
        record = self._situation.records.get(group.first.key)
        if record is None:
            return ""
        if group.doubtful:
            return _("? a clock is doubtful, the order is not certain")
        at = f"{clock_time(group.first.at)}.{group.first.at // 1000 % 1000:03d}"
        return _("first out {tag} at {time}").format(tag=self._words.tag(record), time=at)

    def counts(self, group: Group) -> str:
        """How many, and how many of them new."""
        template = _("{count} alarms · {new} new") if len(group.members) > 1 else _("{count} alarm · {new} new")
        return template.format(count=len(group.members), new=group.new)

    def _header(self, group: Group) -> Row:
        best = self._situation.records.get(group.best.key)
        by_place = self._situation.board.order is Order.PLACE
        span = SpanCell(
            words=self.group_title(group),
            note="" if by_place else self.first_out(group),
            end=self.counts(group),
            unfolded=self._situation.is_open(group.key),
        )
        return Row(key=group.key, cells=self._spanned(best, span), bold=True, look=RowLook.GROUP)

    def _more(self, key: str, group: Group) -> Row:
        folded = group.folded
        best = self._situation.records.get(min(folded, key=lambda item: (item.priority, not item.new)).key)
        numbers = sorted({item.priority for item in folded})
        words = _("{count} more of priority {list}, all after {time}").format(
            count=len(folded),
            list="–".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1]))),
            time=clock_time(folded[0].at),
        )
        return Row(key=key, cells=self._spanned(best, SpanCell(words=words, note=_("→ unfold"))), look=RowLook.DIM)

    def _spanned(self, best: AlarmRecord | None, span: SpanCell) -> tuple[Cell, ...]:
        return (None if best is None else _glyph(best), span, *(None,) * 8)

    def _alarm(self, record: AlarmRecord) -> Row:
        facts = record.facts
        self.seen[record.config.key] = facts.occurrence
        line = self._words.line(record) if self.narrow else self._words.message(record)
        return Row(
            key=record.config.key,
            cells=(
                _glyph(record),
                clock_time(facts.raised_at, tenths=True),
                self._words.tag(record),
                self._offset(record),
                line + self._returned(record) + self._chattering(record),
                self._words.place(record),
                self._value(record),
                self._words.limit(record),
                self._spark(record),
                short_age((self._now() - facts.raised_at) / US),
            ),
            bold=record.name is AlarmName.UNACK,
            look=RowLook.DIM if record.name is AlarmName.NORM else RowLook.PLAIN,
        )

    def _offset(self, record: AlarmRecord) -> str:
        group = self._situation.group_of(record.config.key)
        if group is None or group.doubtful:
            return ""
        if group.first.key == record.config.key:
            return _("first out")
        return with_unit(number_text((record.facts.raised_at - group.first.at) / US, 1, signed=True), "s")

    def _returned(self, record: AlarmRecord) -> str:
        if record.facts.cond or not record.facts.cleared_at:
            return ""
        return _(", back {time}").format(time=clock_time(record.facts.cleared_at))

    def _chattering(self, record: AlarmRecord) -> str:
        changes = self._situation.changes(record.config.key)
        return _(" · chattering, {count} changes in 10 min, held on").format(count=changes) if changes else ""

    def _value(self, record: AlarmRecord) -> Cell:
        point = self._words.point(record)
        if point is None:
            return ValueCell(number=self._words.value(record), strong=False)
        live = self._live()
        quality = int(live.quality[point.id])
        return ValueCell(number=value_text(point, float(live.value[point.id])), mark=mark_of(quality))

    def _spark(self, record: AlarmRecord) -> SparkCell | None:
        point = record.config.point
        if point is None:
            return None
        at, values = self._recent.series(point)
        newest = int(at[-1]) if len(at) else 0
        kept = self._sparks.get(point)
        if kept is None or kept[0] != newest:
            last = values[-SPARK_STEPS:].astype(np.float64)
            worth = int(np.isfinite(last).sum()) > 1
            kept = self._sparks[point] = (newest, SparkCell(values=last) if worth else None)
        return kept[1]


def _glyph(record: AlarmRecord) -> GlyphCell:
    state = glyph_of(record) if record.name is not AlarmName.NORM else GlyphState.NONE
    return GlyphCell(priority=int(record.priority), state=state, words=f"P{int(record.priority)} {state_word(record)}")
