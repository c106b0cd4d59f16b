"""How well the alarm system serves people: rate against the flood line, sources, chattering, standing, mix, answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.formats import clock_time, date_time
from app.models.alarms import order
from app.texts import _
from backend.clock import US
from backend.model.alarm import AlarmName, AlarmRecord, Priority
from backend.model.alarm_figures import TARGET_SHARES, AlarmFigures
from backend.model.flood import STARTS_ABOVE
from widgets.charts import RateBars
from widgets.readouts import Text
from widgets.readouts.ages import short_age
from widgets.surfaces import Card, Fact, FactList
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m

DAY_US: Final = 86_400 * US
STANDING_US: Final = DAY_US
"""Longer than a day without going away or being dealt with: standing, or stale (EEMUA 191)."""
_SHOWN: Final = 10
_HELD: Final = frozenset({AlarmName.SHLVD, AlarmName.DSUPR, AlarmName.OOSRV, AlarmName.NORM})


class Statistics(QWidget):
    """Figures of a day, and of the alarms that stand now. tag_of: what an alarm key is called."""

    def __init__(self, tag_of: Callable[[str], str]) -> None:
        super().__init__()
        self._tag_of = tag_of
        self._headline = Text("", Role.KEY, Weight.SEMIBOLD)
        self._flood = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._chart = RateBars(name="", height=160)
        self._rate = Card()
        self._cards = {key: Card() for key in ("sources", "chattering", "standing", "mix", "answered")}
        self._facts = {key: FactList(name="") for key in self._cards}
        self._empty = {key: Text("", Role.LABEL, tone=Tone.MUTED, wrap=True) for key in self._cards}
        self._lay_out()
        self.retranslate()

    def retranslate(self) -> None:
        """Titles in the language of the desk; the figures come with the next look."""
        self._rate.set_title(_("Alarms per 10 min, last 24 h"))
        self._chart.setAccessibleName(_("Alarms per 10 min, last 24 h"))
        titles = {
            "sources": _("Most frequent, last 24 h"),
            "chattering": _("Chattering, last 24 h"),
            "standing": _("Standing for more than a day"),
            "mix": _("Priorities raised against the target"),
            "answered": _("Time until acknowledged"),
        }
        nothing = {
            "sources": _("No alarm was raised."),
            "chattering": _("Nothing changed more than 3 times in 10 min."),
            "standing": _("No alarm stands longer than a day."),
            "mix": _("No alarm was raised."),
            "answered": _("Nothing was acknowledged."),
        }
        for key, card in self._cards.items():
            card.set_title(titles[key])
            self._facts[key].setAccessibleName(titles[key])
            self._empty[key].setText(nothing[key])

    def show_figures(self, figures: AlarmFigures, records: Iterable[AlarmRecord]) -> None:
        """Show what the journal adds up to, and the alarms that stand at its end."""
        total = len(figures.raised_at)
        per_bucket = total / max(1, len(figures.buckets))
        self._headline.setText(
            _("{count} alarms in 24 h, {rate:.1f} per 10 min").format(count=f"{total:,}", rate=per_bucket)
        )
        self._flood.setText(flood_words(figures))
        self._chart.show_counts(
            figures.buckets,
            line=STARTS_ABOVE,
            words=_("flood: {limit} in 10 min").format(limit=STARTS_ABOVE),
            foot=(clock_time(figures.start)[:5], clock_time((figures.start + figures.end) // 2)[:5], _("now")),
        )
        self._show("sources", [Fact(label=self._tag_of(key), value=f"{count:,}") for key, count in figures.sources])
        changes = _("{count} changes in 10 min")
        self._show(
            "chattering",
            [
                Fact(label=self._tag_of(key), value=changes.format(count=count))
                for key, count in figures.chattering[:_SHOWN]
            ],
        )
        self._show("standing", standing(records, figures.end, self._tag_of))
        self._show("mix", mix_facts(figures))
        self._show("answered", answer_facts(figures))

    def _show(self, key: str, facts: Sequence[Fact]) -> None:
        self._facts[key].set_facts(facts)
        self._facts[key].setVisible(bool(facts))
        self._empty[key].setVisible(not facts)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        space(head, gap=m.GAP)
        head.addWidget(self._headline)
        head.addStretch(1)
        self._rate.body.addLayout(head)
        self._rate.body.addWidget(self._flood)
        self._rate.body.addWidget(self._chart)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        for place, (key, card) in enumerate(self._cards.items()):
            card.body.addWidget(self._facts[key])
            card.body.addWidget(self._empty[key])
            card.body.addStretch(1)
            grid.addWidget(card, place // 2, place % 2)
        canvas = QWidget()
        canvas.setObjectName("canvas")
        column = QVBoxLayout(canvas)
        space(column, gap=m.GAP)
        column.addWidget(self._rate)
        column.addLayout(grid)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(canvas)
        scroll.viewport().setAutoFillBackground(False)
        canvas.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        space(outer)
        outer.addWidget(scroll)


def flood_words(figures: AlarmFigures) -> str:
    """Whether there is a flood, since when, and how much of the day was one."""
    share = round(100 * figures.flood_us / max(1, figures.end - figures.start))
    if figures.flood_since:
        now = _("Flood since {time} (more than {limit} in 10 min).")
        now = now.format(time=clock_time(figures.flood_since), limit=STARTS_ABOVE)
    else:
        now = _("No flood now.")
    return f"{now} " + _("{share} % of the day was flood.").format(share=share)


def standing(records: Iterable[AlarmRecord], now: int, tag_of: Callable[[str], str]) -> list[Fact]:
    """Alarms that stand longer than a day, the oldest first."""
    old = [each for each in records if each.name not in _HELD and now - each.facts.raised_at > STANDING_US]
    old.sort(key=lambda each: (each.facts.raised_at, order(each)))
    facts = [
        Fact(
            label=tag_of(each.config.key),
            value=f"{date_time(each.facts.raised_at)[:10]} · {short_age((now - each.facts.raised_at) / US)}",
        )
        for each in old[:_SHOWN]
    ]
    if len(old) > _SHOWN:
        facts.append(Fact(label=_("and more"), value=f"{len(old) - _SHOWN:,}"))
    return facts


def mix_facts(figures: AlarmFigures) -> list[Fact]:
    """Shares of the priorities against 5, 15 and 80 percent."""
    total = sum(figures.mix.values())
    if not total:
        return []
    counts = {
        "P1–P2": figures.mix.get(Priority.P1, 0) + figures.mix.get(Priority.P2, 0),
        "P3": figures.mix.get(Priority.P3, 0),
        "P4": figures.mix.get(Priority.P4, 0),
    }
    said = _("{share} % · target {target} %")
    return [
        Fact(label=urgency, value=said.format(share=round(100 * count / total), target=TARGET_SHARES[urgency]))
        for urgency, count in counts.items()
    ]


def answer_facts(figures: AlarmFigures) -> list[Fact]:
    """How long people took, by priority: the middle one, and what 9 of 10 stayed below."""
    said = _("{median} typical · 9 of 10 within {p90} · {count} in all")
    return [
        Fact(
            label=f"P{int(each.priority)}",
            value=said.format(median=short_age(each.median_s), p90=short_age(each.p90_s), count=f"{each.count:,}"),
        )
        for each in figures.answered
    ]
