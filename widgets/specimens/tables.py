"""An alarm list and a device list, on made-up data."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from widgets.notices.glyph import GlyphState
from widgets.readouts.mark import Mark
from widgets.specimens.sheet import page
from widgets.surfaces import Card
from widgets.tables import (
    ENTRY_HEIGHT,
    Align,
    Cell,
    Column,
    EntryCell,
    GlyphCell,
    Kind,
    MarkCell,
    Row,
    RowLook,
    RowModel,
    SpanCell,
    SparkCell,
    StackedCell,
    Table,
    ValueCell,
)
from widgets.theme import Tone
from widgets.theme import metrics as m

ALARM_COLUMNS = (
    Column(key="glyph", title="", width=44, kind=Kind.GLYPH, align=Align.CENTRE),
    Column(key="time", title="Time", width=106, kind=Kind.TIME, sortable=True),
    Column(key="tag", title="Tag", width=132, kind=Kind.MONO, sortable=True),
    Column(key="words", title="Message", width=0, elide=True),
    Column(key="place", title="Place", width=140, kind=Kind.MUTED, elide=True),
    Column(key="value", title="Value", width=110, kind=Kind.VALUE, align=Align.RIGHT),
    Column(key="limit", title="Limit", width=70, kind=Kind.AGE, align=Align.RIGHT),
    Column(key="line", title="10 min", width=84, kind=Kind.SPARK),
    Column(key="age", title="Age", width=70, kind=Kind.AGE, align=Align.RIGHT, sortable=True),
)
DEVICE_COLUMNS = (
    Column(key="tag", title="Tag", width=100, kind=Kind.MONO),
    Column(key="place", title="Place", width=0, kind=Kind.TEXT, elide=True),
    Column(key="quality", title="Data quality", width=120, kind=Kind.MARK),
    Column(key="value", title="Value", width=120, kind=Kind.VALUE, align=Align.RIGHT),
    Column(key="met", title="Met", width=50, kind=Kind.TICK, align=Align.CENTRE),
    Column(key="heard", title="Last heard", width=90, kind=Kind.AGE, align=Align.RIGHT),
)

_STATES = tuple(GlyphState)
_WORDS = (
    "Outlet pressure falling fast",
    "Outlet pressure LOW-LOW",
    "Station flow HIGH",
    "Valve well methane HIGH-HIGH",
    "Zone balance deviation HIGH",
    "Customer inlet pressure LOW",
    "Filter A differential pressure HIGH",
)


def alarm_rows(count: int) -> list[Row]:
    """Made-up alarms, the same in every run."""
    line = np.random.default_rng(3)
    rows = []
    for number in range(count):
        state = _STATES[number % 7]
        priority = number % 4 + 1
        cells: tuple[Cell, ...] = (
            GlyphCell(priority=priority, state=state, words=f"Priority {priority}, {state.value}"),
            f"18:{number // 60 % 60:02d}:{number % 60:02d}.4",
            f"PT-{1200 + number}",
            _WORDS[number % len(_WORDS)],
            "R-12 Binjiang",
            ValueCell(number=f"0.{260 + number % 90}", unit="MPa", mark=tuple(Mark)[number % 6]),
            "0.280",
            SparkCell(values=np.cumsum(line.normal(0, 1, 60)), tone=Tone.NORMAL),
            f"{number}:08",
        )
        rows.append(Row(key=f"a{number}", cells=cells, bold=state is GlyphState.UNACKNOWLEDGED))
    return rows


def group_rows(unfolded: bool) -> list[Row]:
    """A group's header and the line that stands for what is folded."""
    glyph = GlyphCell(priority=1, state=GlyphState.UNACKNOWLEDGED, words="Priority 1, unacknowledged")
    rest = (None,) * (len(ALARM_COLUMNS) - 2)
    header = SpanCell(
        words="Z-07 Binjiang: 14 alarms within 81 s",
        note="first out PT-1202 at 18:31:52.410",
        end="14 alarms · 14 new",
        unfolded=unfolded,
    )
    more = SpanCell(words="7 more of priority 3, all in Z-07", note="→ unfold")
    folded = GlyphCell(priority=3, state=GlyphState.UNACKNOWLEDGED, words="Priority 3")
    return [
        Row(key=f"g{unfolded}", cells=(glyph, header, *rest), bold=True, look=RowLook.GROUP),
        Row(key=f"m{unfolded}", cells=(folded, more, *rest), look=RowLook.DIM),
    ]


def device_rows() -> list[Row]:
    """One device per quality, a group row and a dim one."""
    rows = [
        Row(key="g", cells=("", "Valve wells, Binjiang Avenue", None, None, None, ""), bold=True, look=RowLook.GROUP)
    ]
    for number, mark in enumerate(Mark):
        cells: tuple[Cell, ...] = (
            f"GD-04{12 + number}",
            StackedCell(words="VW-0412", below="Binjiang Ave") if mark is Mark.GOOD else "VW-0412 Binjiang Ave",
            MarkCell(mark=mark, words=mark.value),
            ValueCell(number="22", unit="%LEL", mark=mark, strong=mark is not Mark.GOOD),
            mark is Mark.GOOD,
            "6 min",
        )
        rows.append(Row(key=f"d{number}", cells=cells))
    rows.append(Row(key="dim", cells=("GD-0499", "<b>VW-0499</b> removed", None, None, None, "2 d"), look=RowLook.DIM))
    return rows


def alarm_table(count: int = 20) -> Table:
    """A table of made-up alarms."""
    model = RowModel(ALARM_COLUMNS)
    model.replace(alarm_rows(count))
    table = Table(model, name="Alarms")
    model.setParent(table)
    table.head.set_sorted("time", True)
    return table


def make() -> QWidget:
    """The alarm list with a selected row."""
    alarms = alarm_table()
    alarms.row_model().replace([*group_rows(True), *alarm_rows(7), *group_rows(False)])
    alarms.select("a1")
    listed = Card("Alarms", "24 active")
    listed.body.addWidget(alarms)
    return page("Alarm list", listed)


def make_devices() -> QWidget:
    """A short list with every quality."""
    model = RowModel(DEVICE_COLUMNS)
    model.replace(device_rows())
    devices = Table(model, name="Devices", row_height=m.ROW_TABLE + 2)
    model.setParent(devices)
    registry = Card("Devices")
    registry.body.addWidget(devices)
    waiting = Card("Commands")
    waiting.body.addWidget(entry_table())
    return page("Device list", registry, waiting)


def entry_table() -> Table:
    """Entries of four lines: waiting, travelling, failed, over."""
    rows = [
        Row(key="w", bold=True, cells=(_entry(state="Waiting for you", done=3, left=0.7, time="2:12", strong=True),)),
        Row(key="t", cells=(_entry(state="Closing, 40 %", done=4, time="0:13"),)),
        Row(key="f", cells=(_entry(state="Not verified: still open", done=5, failed=True, time="18:36:47"),)),
        Row(key="d", cells=(_entry(state="Verified", done=6, time="18:37:20"),), look=RowLook.DIM),
    ]
    model = RowModel((Column(key="entry", title="", width=0, kind=Kind.ENTRY),))
    model.replace(rows)
    table = Table(model, name="Commands", row_height=ENTRY_HEIGHT)
    table.head.hide()
    model.setParent(table)
    return table


def _entry(
    *, state: str, done: int, time: str, left: float | None = None, strong: bool = False, failed: bool = False
) -> EntryCell:
    return EntryCell(
        lead="Close",
        tag="XV-0417",
        place="Binjiang Avenue main, north isolating valve",
        effect="1,056 customers lose gas",
        by="Operator A-2, Desk A",
        time=time,
        state=state,
        done=done,
        steps=6,
        left=left,
        strong=strong,
        failed=failed,
    )
