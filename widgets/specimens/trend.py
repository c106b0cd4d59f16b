"""A trend chart with everything in it, on made-up data."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.charts.trend import (
    CURSOR,
    PEN,
    Cursor,
    Curve,
    Fill,
    Lane,
    LaneRun,
    LimitLine,
    Look,
    Mark,
    Pane,
    PenLook,
    PenTable,
    Span,
    TrendChart,
)
from widgets.specimens.sheet import page
from widgets.surfaces import Card
from widgets.tables import Align, Column, Kind, Row, RowModel, ValueCell
from widgets.theme import Tone

START = 1_768_473_600_000_000
"""2026-01-15 18:40 in Shanghai, less an hour."""
SECOND = 1_000_000
HOUR = 3600 * SECOND
GAP = slice(1090, 1300)


def hour(seed: int, level: float, noise: float) -> Curve:
    """An hour of made-up samples, one a second, with a hole."""
    steps = np.random.default_rng(seed).normal(0, noise, 3570)
    values = level + np.cumsum(steps) * 0.05 + steps
    values[3120:3480] -= 0.09 * level / 0.352 * (1 - np.exp(-np.arange(360) / 8.0)) * (seed == 1)
    curve = Curve.of(START + np.arange(3570) * SECOND, values)
    curve.mid[GAP] = np.nan
    return curve


def chart() -> TrendChart:
    """The chart of picture 03."""
    made = TrendChart(name="Trend group Binjiang main")
    pressure = Pane(
        key="kPa",
        title="Pressure",
        unit="MPa",
        pens=(
            PenLook(key="1", number=1, front=True, now="0.352"),
            PenLook(key="2", number=2, now="0.349"),
            PenLook(key="3", number=3, now="0.352"),
        ),
        low=0.24,
        high=0.38,
        digits=3,
        limits=(
            LimitLine(value=0.31, name="L", tone=Tone.P3),
            LimitLine(value=0.28, name="LL", tone=Tone.P1),
        ),
        band=(0.31, 0.40),
    )
    methane = Pane(
        key="LEL",
        title="Methane",
        unit="%LEL",
        pens=(PenLook(key="5", number=5, front=True, now="3.0", faded=True),),
        low=0,
        high=40,
        digits=0,
        limits=(LimitLine(value=20, name="HH", tone=Tone.P1), LimitLine(value=10, name="H", tone=Tone.P2)),
    )
    at = (START, START + HOUR // 2, START + HOUR * 8 // 10, START + HOUR)
    runs = tuple(
        LaneRun(start=start, end=end, fill=fill, words=fill.value)
        for start, end, fill in zip(at, at[1:], (Fill.FULL, Fill.TRAVEL, Fill.HOLLOW), strict=False)
    )
    made.show_panes((pressure, methane), (Lane(key="XV-0417", label="XV-0417", runs=runs, now="closed"),))
    gap = START + GAP.start * SECOND, START + GAP.stop * SECOND
    spans = {
        "1": (
            Span(start=gap[0], end=gap[1], look=Look.GAP, words="no data\n3 min 30 s"),
            Span(start=gap[1] + HOUR // 4, end=gap[1] + HOUR // 3, look=Look.UNCERTAIN, words="? over range"),
        ),
        "5": (
            Span(start=gap[0], end=gap[1], look=Look.STALE, words="stale 3:30", level=5),
            Span(start=gap[1] + HOUR // 4, end=gap[1] + HOUR // 3, look=Look.NOT_FIELD, words="manual"),
        ),
    }
    curves = {"1": hour(1, 0.352, 0.001), "2": hour(2, 0.346, 0.001), "3": hour(3, 0.354, 0.001), "5": hour(5, 6, 0.3)}
    made.show_curves(curves, {"1": hour(8, 0.352, 0.0005)}, spans)
    made.show_window(START, START + HOUR, START + 3570 * SECOND)
    marks = [Mark(key=str(n), at=START + n * SECOND, priority=1 + n % 4) for n in (1000, 3000, 3012, 3100)]
    made.show_marks(marks, "alarms")
    made.show_cursor(
        Cursor(at=START + 3185 * SECOND, words="18:33:05", values=(("1", 0.262), ("5", 5.0))),
        Cursor(at=START + 2400 * SECOND, words="18:20:00"),
    )
    return made


def table() -> PenTable:
    """Two pens and a switch below the chart."""
    model = RowModel(
        (
            Column(key=PEN, title="Pen", width=76),
            Column(key="tag", title="Tag", width=0, kind=Kind.MONO),
            Column(key=CURSOR, title="18:33:05", width=150, kind=Kind.VALUE, align=Align.RIGHT),
        )
    )
    made = PenTable(model, name="Pens")
    made.set_lanes(frozenset({"XV-0417"}))
    values = (("1", "PT-1202", "0.264"), ("2", "PT-1102", "0.343"), ("7", "XV-0417", "open"))
    model.replace([Row(key=tag, cells=(pen, tag, ValueCell(number=value))) for pen, tag, value in values])
    return made


def make() -> QWidget:
    """The chart on a card, the table of its pens below."""
    card = Card("Trend", "with a gap, stale time, strips, lanes, merged alarm marks and two cursors")
    card.body.addWidget(chart(), 3)
    card.body.addWidget(table(), 1)
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.addWidget(card)
    return page("Trends", holder)
