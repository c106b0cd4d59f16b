"""Notices in every state, on made-up data."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from widgets.inputs import Button
from widgets.notices import (
    AlarmGlyph,
    BannerAlarm,
    BannerRow,
    ClockBlock,
    FrozenNotice,
    GlyphState,
    HoldPill,
    MarkBlock,
    PriorityCounter,
    SimulatorFrame,
    SmallCounter,
    StatusFact,
    Toast,
)
from widgets.readouts import RateBar, Text
from widgets.specimens.sheet import column, page
from widgets.surfaces import Level, Surface
from widgets.theme import Role, Tone, px, space
from widgets.theme import metrics as m

ROWS = [
    BannerAlarm(
        priority=1,
        state=GlyphState.UNACKNOWLEDGED,
        time="18:32:07",
        tag="PT-1202",
        words="Binjiang R-12 outlet pressure LOW-LOW",
        value="0.268 MPa",
        age="1 min 11 s",
    ),
    BannerAlarm(
        priority=1,
        state=GlyphState.ACKNOWLEDGED,
        time="18:32:31",
        tag="GD-0418-CH4",
        words="Valve well VW-0418 methane HIGH-HIGH",
        value="22 %LEL",
        age="ack 18:33:40",
    ),
]
CHINESE = BannerAlarm(
    priority=2,
    state=GlyphState.RETURNED,
    time="18:32:31",
    tag="GD-0418-CH4",
    words="阀井 VW-0418 甲烷 高高",
    value="22 %LEL",
    age="47秒",
)


class Area(Surface):
    """A plane of a given size for notices that lie over something."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(Level.WELL)
        self._size = (width, height)
        self.say("area")

    def sizeHint(self) -> QSize:
        return QSize(px(self._size[0]), px(self._size[1]))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def banner(*, simulator: bool = False) -> QWidget:
    """The banner as the shell puts it together from its parts."""
    strip = Surface(Level.FRAME, radius=0)
    strip.say("Banner")
    strip.setFixedHeight(px(m.BANNER))
    layout = QHBoxLayout(strip)
    space(layout, (0, 0, m.PAGE_INSET, 0), m.HALF)
    name, desk = ("SIMULATOR 仿真", "Training room · Desk I") if simulator else ("Linepack", "Linjiang · Desk A")
    layout.addWidget(MarkBlock(name, desk, simulator=simulator))
    counts = [(1, 2, 2), (2, 4, 3), (3, 16, 14), (4, 0, 0)]
    for priority, active, new in counts:
        counter = PriorityCounter(priority, name=f"Priority {priority}")
        counter.show_counts(active, new, f"{new} new")
        layout.addWidget(counter)
    rows = QVBoxLayout()
    space(rows, gap=m.QUARTER // 2)
    rows.addStretch(1)
    for alarm in ROWS:
        row = BannerRow(name="Alarm")
        row.show_alarm(alarm)
        rows.addWidget(row)
    rows.addStretch(1)
    layout.addLayout(rows, 1)
    layout.addWidget(Button("Go to", key="↵", icon="goto", height=m.BUTTON_PRIMARY - 2))
    layout.addWidget(Button("Ack", key="Space", icon="ack", height=m.BUTTON_PRIMARY - 2))
    horn = Button(icon="horn", height=m.BUTTON_PRIMARY - 2)
    horn.setAccessibleName("Silence horn")
    layout.addWidget(horn)
    clock = ClockBlock(name="Time")
    clock.show_time("18:33:18", "Thu 15 Jan 2026")
    layout.addWidget(clock)
    return strip


def strip() -> QWidget:
    """The strip of a window beside the main one."""
    plane = Surface(Level.FRAME, radius=0)
    plane.say("Strip")
    plane.setFixedHeight(px(m.STRIP))
    layout = QHBoxLayout(plane)
    space(layout, (m.HALF, 0, m.HALF, 0), m.QUARTER)
    for priority, active, new in ((1, 2, 2), (2, 4, 3), (3, 16, 0), (4, 0, 0)):
        counter = SmallCounter(priority, name=f"Priority {priority}")
        counter.show_counts(active, new, f"{new} new")
        layout.addWidget(counter)
    row = BannerRow(name="Alarm")
    row.show_alarm(ROWS[0])
    layout.addWidget(row, 1)
    return plane


def status() -> QWidget:
    """The status bar as the shell puts it together."""
    strip = Surface(Level.FRAME, radius=0)
    strip.say("Status")
    layout = QHBoxLayout(strip)
    space(layout, (m.PAGE_INSET, 0, m.PAGE_INSET, 0), m.PAGE_INSET)
    facts = [
        ("person", "Operator A-2 · Desk A · shift 08:00–20:00", "", False),
        ("links", "Field links", "1,182 / 1,186", False),
        ("scan", "Scan age", "4.8 s", True),
        ("archive", "Archive lag", "1.2 s", False),
    ]
    for icon, label, value, failing in facts:
        fact = StatusFact(label, icon=icon)
        fact.show_value(value, failing=failing)
        layout.addWidget(fact)
    layout.addStretch(1)
    rate = RateBar("Alarms / 10 min", limit=10)
    rate.show_count(8, "flood > 10")
    layout.addWidget(rate)
    flood = RateBar("Alarms / 10 min", limit=10)
    flood.show_count(27, "flood > 10")
    layout.addWidget(flood)
    return strip


def _glyphs() -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    space(grid, gap=m.GAP)
    for place, state in enumerate(GlyphState):
        grid.addWidget(Text(state.value, Role.HINT, tone=Tone.SECONDARY), place, 0)
        for priority in (1, 2, 3, 4):
            grid.addWidget(AlarmGlyph(priority, state, name=f"Priority {priority}, {state.value}"), place, priority)
            large = AlarmGlyph(priority, state, name=f"Priority {priority}, {state.value}", size=40)
            grid.addWidget(large, place, priority + 4)
    return table


def _overlays() -> QWidget:
    simulated = Area(420, 150)
    SimulatorFrame(simulated, "SIMULATOR 仿真")
    frozen = Area(420, 150)
    FrozenNotice(frozen).show_words("Screen not updating 3 s")
    held = Area(620, 100)
    HoldPill(held).show_waiting(
        "List held while you point", "3 new alarms waiting", "Show now", "End", (3, GlyphState.UNACKNOWLEDGED)
    )
    told = Area(420, 100)
    Toast(told, close_name="Close").show_words("Acknowledged 7 alarms", action="Undo filter")
    refused = Area(420, 100)
    Toast(refused, close_name="Close").show_words("Refused: the valve is reserved by Desk B", refused=True)
    chinese = BannerRow(name="Alarm")
    chinese.show_alarm(CHINESE)
    return column(("Chinese row", chinese), simulated, frozen, held, told, refused)


def make() -> QWidget:
    """Banner, status bar, glyphs, overlays."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    space(layout)
    layout.addWidget(banner())
    layout.addWidget(banner(simulator=True))
    layout.addWidget(strip())
    layout.addWidget(page("Notices", column(_glyphs()), _overlays()), 1)
    layout.addWidget(status())
    return holder
