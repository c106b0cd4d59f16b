"""Inputs in every state, on made-up data."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from widgets.inputs import (
    Button,
    ButtonKind,
    Chip,
    Choice,
    DigitBoxes,
    FormField,
    HoldButton,
    KeyTrail,
    LineField,
    PasswordField,
    ReasonInput,
    SearchField,
    Segmented,
)
from widgets.specimens.sheet import column, page, row
from widgets.theme import metrics as m

REASONS = [("break", "Line break confirmed"), ("test", "Planned test"), ("other", "Other")]


def make() -> QWidget:
    """Buttons, hold buttons, fields."""
    return page("Inputs", _buttons(), _holding(), _fields())


def _buttons() -> QWidget:
    kinds = [
        ("Trend", "T", ButtonKind.PLAIN, m.BUTTON),
        ("Ack visible", "Ctrl Space", ButtonKind.RAISED, m.BUTTON),
        ("Acknowledge", "Space", ButtonKind.PRIMARY, m.BUTTON_PRIMARY),
        ("Send", "↵", ButtonKind.COMMIT, m.BUTTON_PRIMARY),
        ("Snapshot", "Ctrl S", ButtonKind.NOT_FIELD, m.BUTTON),
        ("Overview", "", ButtonKind.QUIET, m.BUTTON),
    ]
    rows: list[QWidget] = []
    for words, key, kind, height in kinds:
        off = Button(words, key=key, kind=kind, height=height)
        off.setEnabled(False)
        rows.append(row(Button(words, key=key, kind=kind, height=height), off))
    icons = row(
        Button("Go to", key="↵", icon="goto"),
        Button("Filter", key="/", icon="filter"),
        _named(Button(icon="horn"), "Silence horn"),
        _named(Button(icon="detach"), "Detach"),
    )
    chinese = row(Button("确认", key="空格", icon="ack"), Button("定位", key="↵", icon="goto"))
    segments = Segmented(
        [("grouped", "Grouped"), ("time", "By time"), ("place", "By place"), ("history", "History")], name="View"
    )
    trail = KeyTrail([("↵", "map"), ("I", "valves"), ("C", "command")], name="Alarm to valve")
    chips = row(Chip("Leak detectors", on=True), Chip("Z-07 Binjiang", on=True), Chip("Firmware behind"))
    return column(*rows, icons, chinese, ("Segmented", segments), ("Filter chips", chips), ("Key trail", trail))


def _named(button: Button, name: str) -> Button:
    button.setAccessibleName(name)
    return button


def _holding() -> QWidget:
    ready = HoldButton("Approve and execute", seconds=2.0, key="hold ↵ 2 s")
    waiting = HoldButton("Approve and execute", seconds=2.0, key="hold ↵ 2 s")
    waiting.setEnabled(False)
    half = HeldButton("Request", seconds=1.0, key="hold ↵ 1 s")
    digits = DigitBoxes(4, name="Valve number")
    typed = DigitBoxes(4, name="Valve number")
    for digit in "041":
        typed.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, digit))
    hidden = DigitBoxes(6, name="Code", hidden=True)
    for digit in "12345":
        hidden.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, digit))
    return column(
        ("Hold: incomplete", waiting),
        ("Hold: ready", ready),
        ("Hold: 60 %", half),
        ("Digits: empty", digits),
        ("Digits: typed", typed),
        ("Digits: hidden", hidden),
    )


class HeldButton(HoldButton):
    """A hold button shown in the middle of a hold, for the sheet."""

    def holding(self) -> bool:
        return True

    def progress(self) -> float:
        return 0.6


def _fields() -> QWidget:
    wrong = FormField("Setpoint", LineField("1.72", name="Setpoint"), hint="1.40–1.56 MPa")
    wrong.set_error("1.72 is above the allowed range 1.40–1.56 MPa")
    off = LineField("XV-0417", name="Tag")
    off.setEnabled(False)
    password = PasswordField(name="Password")
    password.setText("linjiang")
    reason = ReasonInput(REASONS, name="Reason", list_hint="Choose a reason", text_hint="What happened")
    return column(
        ("Search", SearchField(name="Find", hint="Tag, serial, place, address", key="/")),
        FormField("Setpoint", LineField("1.52", name="Setpoint"), hint="1.40–1.56 MPa"),
        wrong,
        FormField("Password", password),
        FormField("Tag", off),
        FormField("Shelve for", Choice([("15", "15 min"), ("60", "1 h")], name="Shelve for", hint="Choose")),
        FormField("Reason", reason),
    )
