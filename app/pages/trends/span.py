"""Ask from when to when: two local moments as people write them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.formats import date_time
from app.texts import _
from widgets.inputs import Button, ButtonKind, FormField, LineField
from widgets.surfaces import DialogFrame
from widgets.theme import metrics as m
from widgets.theme import px

_WIDTH: Final = 460
_PATTERNS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


def moment_of(text: str) -> int | None:
    """µs UTC of a local moment such as 2026-01-15 18:40; None when it is none."""
    for pattern in _PATTERNS:
        try:
            return round(datetime.strptime(" ".join(text.split()), pattern).astimezone().timestamp() * 1e6)
        except (ValueError, OverflowError, OSError):
            continue
    return None


class SpanDialog(DialogFrame):
    """From and to.

    Signals: chosen(object start, object end) in µs UTC; escaped() (from DialogFrame).
    """

    chosen = Signal(object, object)

    def __init__(self, start: int, end: int, parent: QWidget | None = None) -> None:
        super().__init__(_("Range"), icon="clock", parent=parent)
        self.setMinimumWidth(px(_WIDTH))
        hint = _("Local time, as 2026-01-15 18:40")
        self._start = LineField(date_time(start), name=_("From"))
        self._end = LineField(date_time(end), name=_("To"))
        self._from = FormField(_("From"), self._start, hint=hint)
        self._to = FormField(_("To"), self._end, hint=hint)
        self._commit = Button(_("Show"), key="↵", kind=ButtonKind.COMMIT, height=m.BUTTON_PRIMARY)
        back = Button(_("Back"), key="Esc", height=m.BUTTON_PRIMARY)
        self.body.addWidget(self._from)
        self.body.addWidget(self._to)
        self.add_leading(back)
        self.add_commit(self._commit)
        back.clicked.connect(self.escaped)
        self._commit.clicked.connect(self._choose)
        for field in (self._start, self._end):
            field.returnPressed.connect(self._choose)
            field.textChanged.connect(lambda _text: self._check())
        self._check()

    def focus_first(self) -> None:
        """The beginning is what is wanted first."""
        self._start.setFocus()
        self._start.selectAll()

    def _check(self) -> tuple[int, int] | None:
        """Both moments when they make a range; else say what is wrong."""
        start, end = moment_of(self._start.text()), moment_of(self._end.text())
        self._from.set_error("" if start is not None else _("This is no moment."))
        late = start is not None and end is not None and end <= start
        self._to.set_error(_("This is no moment.") if end is None else _("This is not after “From”.") if late else "")
        good = start is not None and end is not None and not late
        self._commit.setEnabled(good)
        return (start, end) if start is not None and end is not None and not late else None

    def _choose(self) -> None:
        both = self._check()
        if both is not None:
            self.chosen.emit(*both)
