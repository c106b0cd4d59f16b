"""The two dialogs of the devices page: how a point is acquired and alarmed, and the edge control path of a device."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout

from app.actions import Actions
from app.formats import point_title, sentence, shown, unit_of
from app.pages.devices.presenter import LIMIT_FIELDS, field_text, mode_word, read_form
from app.texts import _, say
from backend.api import DeviceView
from backend.errors import RefusedError
from backend.model.change import Change, ConfigVersion, DeviceChange, PointChange
from backend.model.plant import MODES, Point, QuantityKind, mode_of
from widgets.inputs import Button, ButtonKind, FormField, LineField, Segmented
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

_WIDTH = 640
_COLUMNS = 4
Ask = Callable[[Change, str], Future[ConfigVersion]]


class ChangeDialog(DialogFrame):
    """A change with a reason; open until it is in force.

    Signals: changed(ConfigVersion) once it is; escaped() (from DialogFrame).
    """

    changed = Signal(object)

    def __init__(self, title: str, number: str, commit: str, ask: Ask, actions: Actions) -> None:
        super().__init__(title, number=number, icon="devices")
        self.setMinimumWidth(px(_WIDTH))
        self._ask = ask
        self._actions = actions
        self._reason = LineField(name=_("Reason"))
        self._reason.setMaxLength(1000)
        self._refusal = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._commit = Button(commit, kind=ButtonKind.COMMIT, height=m.BUTTON_PRIMARY)
        back = Button(_("Back"), key="Esc", height=m.BUTTON_PRIMARY)
        self.add_leading(back)
        self.add_commit(self._commit)
        back.clicked.connect(self.escaped)
        self._commit.clicked.connect(self._submit)
        self._commit.setEnabled(False)
        self._reason.textChanged.connect(lambda text: self._commit.setEnabled(bool(text.strip())))

    def focus_first(self) -> None:
        """Start where typing begins, never on a button."""
        self._reason.setFocus()

    def change(self) -> Change:
        """What the fields ask for; RefusedError for what cannot be read. For subclasses."""
        raise NotImplementedError

    def finish_body(self) -> None:
        """Reason and refusal stand below the fields."""
        self.body.addWidget(FormField(_("Reason"), self._reason))
        self.body.addWidget(self._refusal)

    def _submit(self) -> None:
        self._refusal.setText("")
        try:
            change = self.change()
        except RefusedError as error:
            self._refuse(sentence(say(error)))
            return
        self._commit.setEnabled(False)
        self._actions.follow(self._ask(change, self._reason.text()), self.changed.emit, failed=self._refuse, owner=self)

    def _refuse(self, words: str) -> None:
        self._refusal.setText(words)
        self._commit.setEnabled(True)


class PointDialog(ChangeDialog):
    """Mode, period and limits of a point."""

    def __init__(self, view: DeviceView, point: Point, ask: Ask, actions: Actions) -> None:
        super().__init__(_("Acquisition and limits"), shown(point.tag, 64), _("Put in force"), ask, actions)
        self._point = point
        self._names = _field_names(point)
        modes = MODES[view.device.protocol]
        self._mode = Segmented([(mode.value, mode_word(mode)) for mode in modes], name=_("Mode"))
        self._mode.set_current(mode_of(point, view.device.protocol).value)
        switch = point.kind is QuantityKind.SWITCH
        self._fields = {
            name: LineField(field_text(_value(point, name)), name=words) for name, words in self._names.items()
        }
        grid = QGridLayout()
        space(grid, gap=m.GAP)
        shown_fields = [name for name in self._names if not switch or name not in _NOT_OF_SWITCHES]
        for index, name in enumerate(shown_fields):
            grid.addWidget(FormField(self._names[name], self._fields[name]), index // _COLUMNS, index % _COLUMNS)
        self.body.addWidget(Text(point_title(point), Role.VALUE, wrap=True))
        self.body.addWidget(FormField(_("Mode"), self._mode))
        self.body.addLayout(grid)
        note = _("An empty limit is none. In force at once; only this device's link starts anew, and only if it must.")
        self.body.addWidget(Text(note, Role.HINT, tone=Tone.MUTED, wrap=True))
        self.finish_body()

    def focus_first(self) -> None:
        self._fields["period_s"].setFocus()

    def change(self) -> Change:
        texts = {name: field.text() for name, field in self._fields.items()}
        asked = read_form(self._point, self._mode.current(), texts, self._names)
        return PointChange(
            point=self._point.id,
            mode=asked.mode,
            period_s=asked.period_s,
            change_band=asked.change_band,
            limits=asked.limits,
        )


class RemoteDialog(ChangeDialog):
    """Open or shut the edge control path of a device."""

    def __init__(self, view: DeviceView, ask: Ask, actions: Actions) -> None:
        on = not view.device.remote_enabled
        title = _("Allow remote control") if on else _("Make read-only")
        super().__init__(title, shown(view.device.id, 40), title, ask, actions)
        self._change = DeviceChange(device=view.device.id, remote_enabled=on)
        words = (
            _("Commands to {device} become possible, each with its own confirmation and approval.")
            if on
            else _("No command goes to {device} any more; values still come.")
        )
        self.body.addWidget(Text(words.format(device=shown(view.device.id, 40)), Role.BODY, wrap=True))
        self.finish_body()

    def change(self) -> Change:
        return self._change


_NOT_OF_SWITCHES = frozenset({"hh", "h", "l", "ll", "deadband", "rate", "change_band"})


def _value(point: Point, name: str) -> float | None:
    value: float | None = getattr(point.limits if name in LIMIT_FIELDS else point, name)
    return value


def _field_names(point: Point) -> dict[str, str]:
    unit = unit_of(point)
    return {
        "period_s": _("Period, s"),
        "change_band": _("No change within, {unit}").format(unit=unit),
        "on_delay_s": _("On delay, s"),
        "off_delay_s": _("Off delay, s"),
        "hh": _("HH, {unit}").format(unit=unit),
        "h": _("H, {unit}").format(unit=unit),
        "l": _("L, {unit}").format(unit=unit),
        "ll": _("LL, {unit}").format(unit=unit),
        "deadband": _("Dead band, {unit}").format(unit=unit),
        "rate": _("Rate, {unit}/s").format(unit=unit),
    }
