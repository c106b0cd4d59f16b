"""A mimic with every symbol, valve state, pipe state, quality and alarm, its legend, and hours of values."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from widgets.charts.hour import HourTrend, Line, Sign
from widgets.mimic import BoxLook, Element, ElementKind, Look, Mimic, MimicView, Pipe, PipeState, ValueBox, ValveState
from widgets.mimic.description import Row, Section, Serves, Words, Zone
from widgets.mimic.legend import Legend
from widgets.mimic.legend import Sign as LegendSign
from widgets.mimic.valve import Actuator
from widgets.notices.glyph import GlyphState
from widgets.readouts import Mark, Span
from widgets.specimens.sheet import column, page, row
from widgets.theme import Tone, px

_SHOWN = tuple(kind for kind in ElementKind if kind is not ElementKind.JOINT)
_COLUMNS = 7
_STEP = 180.0
_TIERS = ("hp", "shp", "mpa", "mpb", "lp")
_SPAN = Span(low=0, high=40, band=(0, 25), limits=((25, "H"), (32, "HH")))


def make() -> QWidget:
    """Symbols and pipes above, hours below."""
    view = MimicView(name="Every symbol")
    view.setMinimumHeight(px(640))
    view.set_mimic(_mimic(), chinese=False)
    view.show_pipes(tuple(PipeState) * 2, _TIERS[:4] * 2)
    view.show_looks(_looks(), _boxes())
    view.choose("valve-travelling")
    legend = Legend(name="Legend")
    legend.set_entries(
        [
            (LegendSign(valve=ValveState.OPEN), "valve open"),
            (LegendSign(valve=ValveState.CLOSED), "valve closed"),
            *((LegendSign(pipe=state), state.value) for state in PipeState),
            (LegendSign(chosen=True), "your selection"),
        ],
        "Arrow keys walk the gas path",
        "Legend",
    )
    return page("Mimic", column(view, legend, row(*_hours(), stretch=False)))


def _mimic() -> Mimic:
    words = Words(en="Every symbol", zh="所有图形")
    valves = [
        Element(
            id=f"valve-{state.value}", kind=ElementKind.VALVE, at=(70 + _STEP * index, 60), zone="z", actuator=actuator
        )
        for index, (state, actuator) in enumerate(zip(ValveState, [*Actuator, Actuator.MOTOR], strict=True))
    ]
    others = [
        Element(
            id=f"each-{kind.value}",
            kind=kind,
            at=(70 + _STEP * (index % _COLUMNS), 180 + 150 * (index // _COLUMNS)),
            zone="z",
        )
        for index, kind in enumerate(_SHOWN)
    ]
    ends = [
        Element(id=f"end-{index}-{side}", kind=ElementKind.JOINT, at=(x, 560), zone="z")
        for index in range(8)
        for side, x in (("a", 20 + 160.0 * index), ("b", 140 + 160.0 * index))
    ]
    return Mimic(
        title=words,
        serves=Serves(kinds=("none",), models=("none",)),
        board=(1300, 600),
        narrowest=1100,
        lowest=420,
        zones={"z": Zone(tier="shp")},
        elements=(*valves, *others, *ends),
        pipes=tuple(Pipe(**{"from": f"end-{index}-a", "to": f"end-{index}-b", "zone": "z"}) for index in range(8)),  # type: ignore[arg-type]
        boxes=tuple(
            ValueBox(
                point=f"box_{mark.value}", x=40 + 190.0 * index, row=Row.TOP, title=Words(en="filter", zh="过滤器")
            )
            for index, mark in enumerate(Mark)
        ),
        sections=(
            Section(x=10, title=Words(en="Inlet", zh="进站")),
            Section(x=660, title=Words(en="Outlet", zh="出站")),
        ),
    )


def _looks() -> dict[str, Look]:
    valves = {
        f"valve-{state.value}": Look(
            label="XV-101",
            words=state.value,
            tip=state.value,
            tier="hp",
            state=state,
            yours=state is ValveState.TRAVELLING,
            reserved=state is ValveState.UNKNOWN,
            off_normal=state is ValveState.CLOSED,
            mark=Mark.STALE if state is ValveState.UNKNOWN else Mark.GOOD,
            alarm=(2, GlyphState.ACKNOWLEDGED) if state is ValveState.DISAGREES else None,
        )
        for state in ValveState
    }
    others = {
        f"each-{kind.value}": Look(
            label=kind.value, tier=_TIERS[index % len(_TIERS)], flowing=True, share=0.55, running=index % 2 == 0
        )
        for index, kind in enumerate(_SHOWN)
    }
    return valves | others


def _boxes() -> dict[str, BoxLook]:
    return {
        f"box_{mark.value}": BoxLook(
            label="PDT-103A",
            title="filter",
            number="28",
            unit="kPa",
            value=28,
            span=_SPAN,
            mark=mark,
            age="6 min" if mark is Mark.STALE else "",
            alarm=(3, GlyphState.ACKNOWLEDGED) if mark is Mark.GOOD else None,
        )
        for mark in Mark
    }


def _hours() -> list[QWidget]:
    rising = 18 + np.cumsum(np.random.default_rng(3).normal(0.02, 0.08, 360))
    gap = np.concatenate([rising[:120], np.full(60, np.nan), rising[180:]])
    made: list[QWidget] = []
    for values, name in ((rising, "Filter A"), (gap, "Filter B"), (np.full(360, np.nan), "Filter C")):
        trend = HourTrend()
        trend.set_title(name, "no value in the last hour")
        trend.setMinimumHeight(px(150))
        trend.show_value("28", "kPa", Mark.GOOD, Tone.P3)
        trend.show_hour(
            values,
            digits=0,
            lines=(Line(value=25, words="H 25", tone=Tone.P3),),
            signs=(Sign(share=0.8, priority=3, state=GlyphState.ACKNOWLEDGED),),
            foot=("17:20", "17:50", "18:20"),
        )
        made.append(trend)
    return made
