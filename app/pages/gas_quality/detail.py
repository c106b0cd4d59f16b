"""One source in full: every point of its analyser with quality and limits, and the chosen one over hours or days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.formats import date_text, local_time, point_title, shown, unit_of
from app.pages.gas_quality.presenter import limit_lines
from app.pages.gas_quality.sources import Source
from app.texts import _
from backend.clock import US
from backend.model.plant import Point
from backend.model.trend import Thinned
from widgets.charts import LimitLine, LimitTrend
from widgets.inputs import Button, ButtonKind
from widgets.readouts import Text
from widgets.surfaces import Card
from widgets.tables import Align, Column, Kind, Row, RowModel, Table
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

BUCKETS = 240
_WIDTH = 492
_TREND = 190


class SourceDetail(Card):
    """A table and a trend under it. The page listens to `table.selected` and to the buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setFixedWidth(px(_WIDTH))
        self.rows = RowModel(columns())
        self.table = Table(self.rows, name="", row_height=m.ROW_DENSE)
        self._caption = Text("", Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY)
        self.trend = LimitTrend(name="", height=_TREND)
        self.buttons = {
            "trends": Button(icon="trends", key="T", kind=ButtonKind.PRIMARY),
            "stations": Button(icon="stations", key="↵"),
            "map": Button(icon="map", key="M"),
        }
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._caption)
        self.body.addWidget(self.trend)
        foot = QHBoxLayout()
        space(foot, gap=m.HALF)
        for button in self.buttons.values():
            foot.addWidget(button, 1)
        self.body.addLayout(foot)

    def retranslate(self) -> None:
        """The words of the language in force."""
        self.rows.set_columns(columns())
        self.table.setAccessibleName(_("All values of the source"))
        self.trend.say(_("Trend of the chosen value"))
        for key, words in (("trends", _("Trends")), ("stations", _("Station")), ("map", _("Map"))):
            self.buttons[key].set_words(words)

    def show_source(self, title: str, note: str, rows: Sequence[Row]) -> None:
        """Show the values of now."""
        self.set_title(title, note)
        self.rows.replace(rows)

    def ask_for(self, point: Point, note: str = "") -> None:
        """Say whose trend comes; the line itself follows. note: why it does not begin at the left edge."""
        unit = unit_of(point)
        title = _("{title}, {unit}").format(title=point_title(point), unit=unit) if unit else point_title(point)
        self._caption.setText(" · ".join(part for part in (title, note) if part))

    def show_history(self, point: Point, found: Thinned, start: int, end: int) -> None:
        """Show what the history holds."""
        lines = [LimitLine(value=value, words=words, tone=tone) for value, words, tone in limit_lines(point)]
        self.trend.show_values(
            spread(found, start, end),
            lines,
            start=_moment(start, end),
            end=_moment(end, end),
            empty=_("nothing stored in this time"),
        )


def spread(found: Thinned, start: int, end: int) -> NDArray[np.float64]:
    """Means at equal steps from start to end; a step without a sample keeps the one before for a while, then NaN."""
    values = np.full(BUCKETS, np.nan)
    width = (end - start) / BUCKETS
    place = ((found.at - start) / width).astype(np.intp)
    inside = (place >= 0) & (place < BUCKETS)
    values[place[inside]] = found.mean[inside]
    # Analyses come every half minute: over an hour a step is shorter than that.
    for step in range(1, BUCKETS):
        if np.isnan(values[step]) and np.isfinite(values[step - 1]) and _near(place, step, width):
            values[step] = values[step - 1]
    return values


def _near(place: NDArray[np.intp], step: int, width: float) -> bool:
    before = place[place <= step]
    return bool(len(before)) and (step - int(before[-1])) * width <= 90 * US


def columns() -> tuple[Column, ...]:
    """Of the table, in the language in force."""
    return (
        Column(key="alarm", title="", width=28, kind=Kind.GLYPH),
        Column(key="what", title=_("Value"), width=0, elide=True),
        Column(key="value", title=_("Now"), width=112, kind=Kind.VALUE, align=Align.RIGHT),
        Column(key="limits", title=_("Limits"), width=104, kind=Kind.MUTED, align=Align.RIGHT),
        Column(key="age", title=_("Age"), width=46, kind=Kind.AGE, align=Align.RIGHT),
    )


def pens(source: Source) -> str:
    """What Trends opens with: the figures that people judge a gas by."""
    wanted = ("wobbe_index", "gross_calorific_value", "relative_density", "odorant", "methane", "pressure")
    return "pens:" + ",".join(source.points[name].tag for name in wanted if name in source.points)


def title_of(source: Source, name: str) -> str:
    """ "NGS North Gate"."""
    return f"{shown(source.asset.id)} {name}"


def _moment(at: int, end: int) -> str:
    """The time of day, with the date where it was another day."""
    words = local_time(at).strftime("%H:%M")
    return words if date_text(at) == date_text(end) else f"{date_text(at)} {words}"
