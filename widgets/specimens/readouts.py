"""Readouts, lines and valves in every state, on made-up data."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from widgets.charts import LimitLine, LimitTrend, RateBars, Sparkline
from widgets.mimic import Actuator, LocatorLine, LocatorMap, LocatorMark, MarkKind, ValveState, ValveSymbol
from widgets.notices.glyph import GlyphState
from widgets.readouts import (
    AnalogBar,
    CompositionBar,
    KpiTile,
    Mark,
    MarkBadge,
    Part,
    ProgressBar,
    ShareTile,
    Span,
    Text,
    ValueReadout,
)
from widgets.specimens.sheet import column, page, row
from widgets.theme import Role, Tone, px, space
from widgets.theme import metrics as m

OUTLET = Span(low=0.24, high=0.44, band=(0.34, 0.38), limits=((0.28, "LL"), (0.31, "L"), (0.41, "H"), (0.425, "HH")))


def wander(count: int, start: float, step: float, drift: float = 0.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A made-up signal that is the same in every run."""
    noise = np.random.default_rng(7).normal(drift, step, count)
    return start + np.cumsum(noise)


def make() -> QWidget:
    """Key figures, values of every quality, bars, valves."""
    return page("Readouts", _tiles(), _values(), _bars(), column(*_alarm_charts(), *_mixtures()), _valves(), _places())


def _mixtures() -> list[QWidget]:
    """Natural gas, LPG off its limits, and one that is not read."""
    gases = (
        ((("CH₄", 92.48), ("C₂H₆", 4.0), ("C₃H₈", 0.92), ("C₄₊", 0.31), ("CO₂", 1.24), ("N₂", 1.05)), Mark.GOOD),
        ((("CH₄", 0.2), ("C₂H₆", 1.8), ("C₃H₈", 58.1), ("C₄₊", 39.65), ("CO₂", 0.0), ("N₂", 0.25)), Mark.STALE),
        ((("CH₄", 94.9), ("C₂H₆", 0.9), ("C₃H₈", 0.2), ("C₄₊", 0.1), ("CO₂", 2.3), ("N₂", 1.6)), Mark.BAD),
    )
    bars: list[QWidget] = []
    for parts, mark in gases:
        bar = CompositionBar(name=f"Composition, {mark.value}")
        bar.show_parts(
            [Part(name=n, share=x / 100, number=f"{x:.2f}", strong=n == "C₃H₈") for n, x in parts],
            unit="mol%",
            mark=mark,
        )
        bars.append(bar)
    return bars


def _alarm_charts() -> list[QWidget]:
    trend = LimitTrend(name="PT-1202")
    line = np.concatenate([0.36 + wander(80, 0, 0.0004), np.linspace(0.36, 0.264, 12), 0.263 + wander(20, 0, 0.0003)])
    lines = (
        LimitLine(value=0.31, words="L 0.310", tone=Tone.P3),
        LimitLine(value=0.28, words="LL 0.280", tone=Tone.P1),
    )
    trend.show_values(line, lines, start="18:23", end="18:33:40", tone=Tone.P1)
    nothing = LimitTrend(name="GD-0418")
    nothing.show_values(np.full(60, np.nan), (), start="18:23", end="18:33", empty="no value in 10 min")
    rate = RateBars(name="Alarms per 10 min")
    counts = (0, 1, 0, 2, 0, 1, 0, 0, 0, 1, 0, 9, 27)
    rate.show_counts(counts, line=10, words="flood: 10 in 10 min", foot=("16:33", "17:33", "now"))
    return [trend, nothing, rate]


def _tiles() -> QWidget:
    calm = KpiTile("Supply")
    calm.set_span(Span(low=0, high=300_000, band=(130_000, 240_000), limits=((60_000, ""), (270_000, ""))))
    calm.show_trend(wander(360, 150_000, 900, 80))
    calm.show_value(186_400, unit="Nm³/h", sentence="forecast 179,200 · +4.0 %")
    alarm = KpiTile("Lowest outlet pressure")
    alarm.set_span(OUTLET)
    line = np.concatenate([np.full(200, 0.36) + wander(200, 0, 0.0004), np.linspace(0.36, 0.268, 30)])
    alarm.show_trend(line)
    alarm.set_alarm((1, GlyphState.UNACKNOWLEDGED))
    alarm.show_value(0.268, unit="MPa", digits=3, sentence="R-12 Binjiang · limit 0.280")
    signed = KpiTile("Balance deviation")
    signed.set_span(Span(low=-9000, high=9000, band=(-3000, 3000), limits=((-3000, ""), (3000, ""))))
    signed.set_alarm((2, GlyphState.ACKNOWLEDGED))
    signed.show_trend(wander(100, 0, 60, 20))
    signed.show_value(6900, unit="Nm³/h", signed=True, sentence="limit ± 3,000 · Z-07 Binjiang")
    stale = KpiTile("Odorant")
    stale.set_span(Span(low=0, high=40, band=(16, 25)))
    stale.show_value(21.4, unit="mg/m³", digits=1, mark=Mark.STALE, sentence="last data 18:31:02")
    empty = KpiTile("Wobbe index")
    empty.show_value(None, unit="MJ/m³", sentence="no analyser")
    fleet, chosen = ShareTile(), ShareTile()
    fleet.show_share("Leak detectors", "1,248", 0.97, "3 offline")
    chosen.show_share("Remote valves", "164", 1.0, "all online")
    chosen.setChecked(True)
    return column(calm, alarm, signed, stale, empty, fleet, chosen)


def _values() -> QWidget:
    entries: list[QWidget] = []
    for mark in Mark:
        readout = ValueReadout(f"PT-115 outlet, {mark.value}")
        age = "6 min" if mark is Mark.STALE else ""
        readout.show_value(1.52, unit="MPa", digits=2, mark=mark, age=age)
        entries.append(row(MarkBadge(mark, name=mark.value), readout))
    large = ValueReadout("PT-1202", role=Role.ALARM)
    large.show_value(0.263, unit="MPa", digits=3)
    words = ValueReadout("SSV-0502")
    words.show_text("tripped")
    return column(*entries, large, words)


def _bars() -> QWidget:
    entries: list[QWidget | tuple[str, QWidget]] = []
    for mark in Mark:
        bar = AnalogBar(OUTLET, name=f"Outlet, {mark.value}")
        bar.show_value(0.365, mark=mark)
        entries.append((mark.value, bar))
    low = AnalogBar(OUTLET, name="Outlet, low")
    low.show_value(0.268, tone=Tone.P1)
    entries.append(("P1", low))
    boxed = ValueReadout(
        "PDT-103A", span=Span(low=0, high=40, band=(0, 20), limits=((25, "H"), (32, "HH"))), boxed=True
    )
    boxed.show_value(28, unit="kPa", tone=Tone.P3)
    standing = [AnalogBar(OUTLET, name="PV", orientation=Qt.Orientation.Vertical) for _ in range(3)]
    for bar, mark in zip(standing, (Mark.GOOD, Mark.STALE, Mark.BAD), strict=True):
        bar.setMinimumHeight(px(180))
        bar.show_value(0.352, mark=mark)
    gap = np.concatenate([wander(40, 3, 0.1), np.full(20, np.nan), wander(40, 3, 0.1)])
    line = Sparkline(name="Line with a gap")
    line.setMinimumHeight(px(40))
    line.show_values(gap)
    return column(*entries, boxed, row(*standing), ("Line with a gap", line))


def _valves() -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    space(grid, gap=m.PAGE_INSET)
    actuators = [*(Actuator.NONE, Actuator.HAND, Actuator.MOTOR, Actuator.GAS_OVER_OIL), *[Actuator.SLAM_SHUT] * 2]
    for place, (state, actuator) in enumerate(zip(ValveState, actuators, strict=True)):
        plain = ValveSymbol(state, state.value, size=80)
        plain.show_state(state, state.value.upper())
        moved = ValveSymbol(state, state.value, actuator=actuator, size=80, pipe="hp")
        moved.show_state(
            state, state.value, off_normal=state is ValveState.CLOSED, ring=Tone.YOU if place == 2 else None
        )
        grid.addWidget(plain, place, 0)
        grid.addWidget(moved, place, 1)
    return column(("Valves", holder), Text("Words repeat the state.", Role.HINT, tone=Tone.MUTED))


def _places() -> QWidget:
    """A valve in its piece of network, a station, and bars that fill."""
    lines = [
        LocatorLine(x1=-400, y1=-120, x2=-20, y2=0, pipe="mpa", lit=True),
        LocatorLine(x1=20, y1=0, x2=400, y2=140, pipe="mpa"),
        LocatorLine(x1=-120, y1=-40, x2=-180, y2=260, pipe="lp"),
        LocatorLine(x1=-400, y1=240, x2=400, y2=260, pipe="shp"),
    ]
    marks = [
        LocatorMark(x=-230, y=-66, kind=MarkKind.VALVE, name="XV-0422", partner=True, state=ValveState.CLOSED),
        LocatorMark(x=-100, y=-30, kind=MarkKind.WELL),
        LocatorMark(x=200, y=255, kind=MarkKind.STATION, name="R-12"),
    ]
    valve, station, half, unknown = (
        LocatorMap(name="Where XV-0417 is"),
        LocatorMap(name="Where R-12 is"),
        ProgressBar(name="Travel"),
        ProgressBar(name="Travel"),
    )
    valve.show_place(lines, marks, radius_m=260, state=ValveState.OPEN)
    station.show_place(lines, (), radius_m=900, station=True)
    half.show_share(0.4)
    unknown.show_share(None)
    return column(("In its network", row(valve, station)), ("Travel", half), ("Travel not known", unknown))
