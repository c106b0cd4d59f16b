"""The keys of the page in view and of the console, on `?`."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.page import PageKey
from app.shell.host import PageHost
from app.shell.keys import Key
from app.shell.windows import Windows
from app.texts import _
from widgets.inputs import Button, ButtonKind
from widgets.readouts import Text
from widgets.surfaces import DialogFrame, Fact, FactList
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

_WIDTH = 860
_ROW = 26


class KeysHelp(DialogFrame):
    """Two columns: this page, everywhere. Signals: those of DialogFrame; escaped also when its button was pressed."""

    def __init__(self, page: str, keys: Sequence[PageKey], everywhere: Sequence[Key], parent: QWidget | None = None):
        super().__init__(_("Keys"), icon="info", parent=parent)
        self.setMinimumWidth(px(_WIDTH))
        row = QHBoxLayout()
        space(row, gap=m.GAP * 2)
        here = [Fact(label=key.words, value=key.key) for key in keys]
        row.addLayout(_column(page, here or [Fact(label=_("no keys of its own"))]), 1)
        always = [Fact(label=_(key.words), value=key.shown) for key in everywhere if key.words]
        row.addLayout(_column(_("Everywhere"), [*always, *_fixed()]), 1)
        self.body.addLayout(row, 1)
        self._close = Button(_("Close"), key="Esc", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY)
        self._close.clicked.connect(self.escaped)
        self.add_commit(self._close)

    def focus_first(self) -> None:
        """Put the keyboard on the button that closes."""
        self._close.setFocus()


class Help(QObject):
    """Opens and closes the help over the window in focus."""

    def __init__(self, windows: Windows, everywhere: Sequence[Key], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._windows = windows
        self._everywhere = tuple(everywhere)
        self._host: PageHost | None = None

    def open(self) -> None:
        """Show the keys of the page in focus; nothing while something else lies over it."""
        host = self._windows.in_focus()
        if self._windows.covered() or host.covering() is not None or not host.current():
            return
        page = host.page(host.current())
        dialog = KeysHelp(host.title(), page.keys(), self._everywhere)
        dialog.escaped.connect(self.close)
        self._host = host
        host.cover(dialog, hide=False)
        dialog.focus_first()

    def close(self) -> None:
        """Take it away."""
        host, self._host = self._host, None
        if host is not None and isValid(host) and isinstance(host.covering(), KeysHelp):
            host.uncover()
            host.focus_page()


def _column(title: str, facts: Sequence[Fact]) -> QVBoxLayout:
    column = QVBoxLayout()
    space(column, gap=m.QUARTER)
    column.addWidget(Text(title, Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY))
    column.addWidget(FactList(facts, name=title, row=_ROW))
    column.addStretch(1)
    return column


def _fixed() -> Sequence[Fact]:
    """What the keyboard does without being in the table of keys."""
    return (
        Fact(label=_("page"), value="F1–F12"),
        Fact(label=_("page in a new window"), value="Shift F1–F12"),
        Fact(label=_("to the place of the top alarm"), value="↵"),
        Fact(label=_("acknowledge the top alarm"), value=_("Space")),
        Fact(label=_("these keys"), value="?"),
    )
