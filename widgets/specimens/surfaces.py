"""Surfaces in every state, on made-up data."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.inputs import Button, ButtonKind, HoldButton, Segmented
from widgets.notices.glyph import AlarmGlyph, GlyphState
from widgets.readouts.text import Text
from widgets.specimens.sheet import column, page
from widgets.surfaces import (
    Card,
    DialogFrame,
    Disclosure,
    Drawer,
    EmptyState,
    ExpiryRing,
    Fact,
    FactList,
    Level,
    LifeLine,
    LifeStep,
    PageHeader,
    Rail,
    RailEntry,
    Step,
    Stepper,
    StepState,
)
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m

PAGES = [
    RailEntry(key="overview", words="Overview", icon="overview", hint="F1"),
    RailEntry(key="stations", words="Stations", icon="stations", hint="F2"),
    RailEntry(key="trends", words="Trends", icon="trends", hint="F3"),
    RailEntry(key="alarms", words="Alarms", icon="alarms", hint="F4"),
    RailEntry(key="map", words="Map", icon="map", hint="F5"),
    RailEntry(key="incidents", words="Incidents", icon="incidents", hint="F6"),
    RailEntry(key="commands", words="Commands", icon="commands", hint="F7"),
    RailEntry(key="devices", words="Devices", icon="devices", hint="F8"),
    RailEntry(key="meters", words="Meters", icon="meters", hint="F9"),
    RailEntry(key="balance", words="Balance", icon="balance", hint="F10"),
    RailEntry(key="audit", words="Audit", icon="audit", hint="F11"),
    RailEntry(key="trainer", words="Trainer", icon="trainer", hint="F12"),
]
FOOT = [
    RailEntry(key="find", words="Find", icon="find"),
    RailEntry(key="setup", words="Setup", icon="setup"),
]
STEPS = [
    Step(words="Select", state=StepState.DONE, note="18:35:41"),
    Step(words="Check", state=StepState.DONE, note="18:35:49"),
    Step(words="Request", state=StepState.DONE, note="18:35:58"),
    Step(words="Approve", state=StepState.NOW, note="now"),
    Step(words="Execute"),
    Step(words="Verify"),
]
INTERLOCKS = [
    Fact(label="Local key in remote", value="remote", met=True),
    Fact(label="Actuator torque and power", value="ok", met=True),
    Fact(label="No crew in VW-0417", value="clear", met=True),
    Fact(label="Zone keeps a second feed", value="R-13, R-11", met=True),
    Fact(label="RTU clock within 50 ms", value="212 ms", met=False),
]
DETAILS = [
    Fact(label="Setpoint range", value="1.40–1.56 MPa"),
    Fact(label="Takes over if it fails", value="PCV-107A at 1.62"),
    Fact(label="Last command", value="SP 1.50 → 1.52 · 16:05"),
]
_SIGNED = "Command: CMD-2026-00418\nAction: close\nDevice: XV-0417"
LIFE = [
    LifeStep(time="18:35:58.2", words="Requested", note="Operator A-2, Desk A"),
    LifeStep(time="18:36:46.9", words="Approved", note="Supervisor S-1, Desk S"),
    LifeStep(time="18:36:47.1", words="Sent", note="RTU-V17, attempt 1", now=True),
    LifeStep(time="", words="Verify", note="ZSC within 45 s", ahead=True),
]


def make() -> QWidget:
    """Rail, header, cards, lists, rings."""
    rail = Rail(PAGES, FOOT, name="Pages")
    rail.set_current("overview")
    rail.set_alarm("alarms", (1, GlyphState.UNACKNOWLEDGED))
    rail.set_count("commands", 2)
    holder = QWidget()
    layout = QHBoxLayout(holder)
    space(layout)
    layout.addWidget(rail)
    right = QVBoxLayout()
    space(right)
    right.addWidget(_header())
    right.addWidget(page("Surfaces", _cards(), _lists(), _drawer()), 1)
    layout.addLayout(right, 1)
    return holder


def make_dialog() -> QWidget:
    """The command dialog's frame with its parts."""
    frame = DialogFrame("Approve: close valve XV-0417", number="CMD-2026-00418")
    frame.body.addWidget(Stepper(STEPS, name="Command"))
    columns = QHBoxLayout()
    space(columns, gap=m.GAP * 2)
    left = QVBoxLayout()
    space(left, gap=m.HALF)
    left.addWidget(Text("XV-0417", Role.TAG, mono=True))
    left.addWidget(Text("Binjiang Avenue main, north isolating valve", Role.VALUE))
    left.addWidget(Text("Valve well VW-0417 · km 2.22 · DN300 · MP-A 0.4 MPa", Role.BODY, tone=Tone.SECONDARY))
    well = Card("Consequence", "network model 18:36:40, converged", level=Level.WELL)
    well.body.addWidget(Text("3,500", Role.CONSEQUENCE, Weight.SEMIBOLD))
    well.body.addWidget(Text("customers lose gas", Role.BODY))
    left.addWidget(well)
    left.addStretch(1)
    columns.addLayout(left, 5)
    right = QVBoxLayout()
    space(right, gap=m.GAP)
    right.addWidget(_expiry())
    interlocks = Card("Interlocks", "4 of 5 met, checked again on send")
    interlocks.body.addWidget(FactList(INTERLOCKS, name="Interlocks", ruled=False))
    right.addWidget(interlocks)
    right.addStretch(1)
    columns.addLayout(right, 3)
    frame.body.addLayout(columns, 1)
    frame.add_leading(Button("Reject", key="Esc", height=m.COMMAND_BUTTON))
    frame.add_leading(Button("Ask Desk A", key="Q", icon="chat", height=m.COMMAND_BUTTON))
    frame.set_foot_note("Enabled when number and PIN are complete")
    commit = HoldButton("Approve and execute", seconds=2.0, key="hold ↵ 2 s")
    commit.setEnabled(False)
    frame.add_commit(commit)
    return frame


def _header() -> QWidget:
    header = PageHeader()
    header.set_place("L2", ["Overview", "Stations"], "North Gate Station")
    header.add_tool(Segmented([("process", "Process"), ("electrical", "Electrical")], name="View"))
    header.add_tool(Button("Filter", key="/", icon="filter"))
    detach = Button(icon="detach")
    detach.setAccessibleName("Detach")
    header.add_tool(detach)
    return header


def _expiry() -> QWidget:
    card = Card(level=Level.RAISED)
    ring = ExpiryRing(name="Request expires")
    ring.show_left(132, 180)
    line = QHBoxLayout()
    space(line, gap=m.PAGE_INSET)
    line.addWidget(ring)
    words = QVBoxLayout()
    space(words)
    words.addStretch(1)
    words.addWidget(Text("Request expires 18:38:58", Role.BODY, Weight.SEMIBOLD))
    words.addWidget(Text("The valve is reserved until then.", tone=Tone.SECONDARY))
    words.addWidget(Text("If it expires nothing is sent.", tone=Tone.SECONDARY))
    words.addStretch(1)
    line.addLayout(words, 1)
    card.body.addLayout(line)
    return card


def _cards() -> QWidget:
    card = Card("Supply network", "last data 18:31:02")
    card.body.addWidget(Text("<b>plain</b> & text", Role.BODY))
    well = Card("Consequence", level=Level.WELL)
    well.body.addWidget(Text("3,500", Role.CONSEQUENCE, Weight.SEMIBOLD))
    raised = Card("Raised", level=Level.RAISED)
    yours = Card("Supervisor S-1, Desk S", "you, not the requester", level=Level.WELL, line=Tone.YOU)
    manual = Card("Manual value", level=Level.CARD, line=Tone.NOT_FIELD)
    empty = EmptyState("No active alarms. 0.9 per 10 min this shift.", action="Show history", key="H")
    folded, unfolded = (Disclosure("What you sign, to the letter", Text(_SIGNED, mono=True)) for _ in range(2))
    unfolded.open(True)
    return column(card, well, raised, yours, manual, _expiry(), empty, folded, unfolded)


def _lists() -> QWidget:
    failed = [*STEPS[:3], Step(words="Verify", state=StepState.FAILED, note="ZSO still made")]
    return column(
        ("Stepper, failed", Stepper(failed, name="Command")),
        ("Conditions", FactList(INTERLOCKS, name="Interlocks", ruled=False)),
        ("Facts", FactList(DETAILS, name="Details")),
        ("Life, standing", LifeLine(LIFE, name="Command life")),
        (
            "Life, lying",
            LifeLine(
                [
                    LifeStep(time="12 Nov 2024", words="installed"),
                    LifeStep(time="03 Jun 2025", words="calibrated"),
                    LifeStep(time="15 Jan 2026", words="HH changed", now=True),
                ],
                name="Device life",
                orientation=Qt.Orientation.Horizontal,
            ),
        ),
    )


def _drawer() -> QWidget:
    drawer = Drawer("PT-1202", "R-12 Binjiang outlet pressure LOW-LOW", close_name="Close", width=360)
    drawer.set_lead(AlarmGlyph(1, GlyphState.UNACKNOWLEDGED, name="Priority 1, new", size=30))
    drawer.body.addWidget(Text("If nothing is done", weight=Weight.SEMIBOLD, tone=Tone.SECONDARY))
    drawer.body.addWidget(
        Text("Zone Z-07 falls below 0.20 MPa in about 9 min. 3,412 households lose flame stability.", wrap=True)
    )
    drawer.body.addWidget(FactList(DETAILS, name="Details"))
    drawer.body.addStretch(1)
    drawer.foot.addWidget(Button("Acknowledge", key="Space", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY))
    return drawer
