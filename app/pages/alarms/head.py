"""The strip over the list: how many come, whether it is a flood and since when, what was folded, what is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.formats import clock_time
from app.texts import _
from backend.model.flood import STARTS_ABOVE
from widgets.charts import RateBars
from widgets.inputs import Button
from widgets.readouts import Text
from widgets.surfaces import Card
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

HOUR_US: Final = 3_600_000_000
STEP_US: Final = 300_000_000
"""Each bar counts the ten minutes before its end; one ends every five."""
WINDOW_US: Final = 600_000_000
_CHART_WIDTH: Final = 400


class HeadStrip(Card):
    """Rate, flood and filter in words; rates of the last hour as bars.

    Signals: widened() when the filter is to be taken away.
    """

    widened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._headline = Text("", Role.KEY, Weight.SEMIBOLD)
        self._flood = Text("", Role.LABEL, Weight.SEMIBOLD)
        self._laid_out = Text("", Role.LABEL, tone=Tone.SECONDARY, elide=Qt.TextElideMode.ElideRight)
        self._usual = Text("", Role.LABEL, tone=Tone.MUTED)
        self._filter = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._widen = Button()
        self._chart = RateBars(name="")
        self._chart.setFixedWidth(px(_CHART_WIDTH))
        self._lay_out()
        self._widen.clicked.connect(self.widened)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words in the language of the desk."""
        self._widen.set_words(_("Show all"))
        self._chart.setAccessibleName(_("Alarms per 10 min"))

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window the words need the room."""
        self._chart.setVisible(not narrow)

    def show_rate(self, rate: int, flood_since: int, usual: float | None) -> None:
        """Alarms in ten minutes; flood_since: µs UTC, 0 for none; usual: of this shift, None while it is not known."""
        self._headline.setText(_("{rate} alarms in 10 min").format(rate=rate))
        self._flood.setVisible(bool(flood_since))
        self._flood.setText(_("flood since {time}").format(time=clock_time(flood_since)) if flood_since else "")
        self._usual.setVisible(usual is not None)
        if usual is not None:
            flood, calm = (
                _("Before the flood: {rate:.1f} alarms per 10 min."),
                _("This shift: {rate:.1f} alarms per 10 min."),
            )
            self._usual.setText((flood if flood_since else calm).format(rate=usual))

    def show_layout(self, words: str) -> None:
        """How the alarms are shown, in one sentence."""
        self._laid_out.setText(words)

    def show_filter(self, words: str) -> None:
        """What the filter means, in words; "" when there is none."""
        self._filter.setVisible(bool(words))
        self._widen.setVisible(bool(words))
        self._filter.setText(words)

    def show_bars(self, times: Sequence[int], now: int) -> None:
        """The last hour's rates. times: of raises, µs UTC, in order."""
        ends = now - STEP_US * np.arange(HOUR_US // STEP_US, -1, -1, dtype=np.int64)
        at = np.asarray(times, np.int64)
        counts = np.searchsorted(at, ends, side="right") - np.searchsorted(at, ends - WINDOW_US, side="right")
        self._chart.show_counts(
            counts.tolist(),
            line=STARTS_ABOVE,
            words=_("flood: {limit} in 10 min").format(limit=STARTS_ABOVE),
            foot=(clock_time(now - HOUR_US)[:5], clock_time(now - HOUR_US // 2)[:5], _("now")),
        )

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        space(first, gap=m.GAP)
        first.addWidget(self._headline)
        first.addWidget(self._flood)
        first.addStretch(1)
        last = QHBoxLayout()
        space(last, gap=m.GAP)
        last.addWidget(self._filter, 1)
        last.addWidget(self._widen)
        words = QVBoxLayout()
        space(words, gap=m.QUARTER)
        words.addLayout(first)
        words.addWidget(self._laid_out)
        words.addWidget(self._usual)
        words.addLayout(last)
        words.addStretch(1)
        row = QHBoxLayout()
        space(row, gap=m.GAP)
        row.addLayout(words, 1)
        row.addWidget(self._chart)
        self.body.addLayout(row)
