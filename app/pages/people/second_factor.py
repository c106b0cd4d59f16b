"""Show a new second factor once: as a QR code for the authenticator app, and as letters for typing."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import segno
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPixmap
from PySide6.QtWidgets import QLabel

from app.formats import shown
from app.pages.people.presenter import grouped
from app.texts import _
from widgets.inputs import Button, ButtonKind
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role, Tone, load, px
from widgets.theme import metrics as m

_WIDTH = 560
_MODULE = 6
_QUIET = 4
"""Modules of white around the code (ISO/IEC 18004)."""


class SecondFactorDialog(DialogFrame):
    """The enrolment of one account; forgotten when it closes. Signals: escaped() (from DialogFrame)."""

    def __init__(self, login: str, uri: str) -> None:
        super().__init__(_("New second factor"), number=shown(login, 40), icon="key")
        self.setMinimumWidth(px(_WIDTH))
        self._code = QLabel()
        self._code.setAccessibleName(_("QR code for the authenticator app"))
        self._code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._code.setPixmap(qr_pixmap(uri, px(_MODULE)))
        self._letters = Text(grouped(parse_qs(urlsplit(uri).query)["secret"][0]), Role.VALUE, mono=True)
        self._letters.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.addWidget(Text(_("Scan it with the authenticator app, or type the letters below."), Role.VALUE))
        self.body.addWidget(self._code)
        self.body.addWidget(self._letters)
        self.body.addWidget(
            Text(_("It is shown only this once; a lost one is replaced by a new one."), Role.HINT, tone=Tone.MUTED)
        )
        self._close = Button(_("Done"), key="Esc", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY)
        self._close.clicked.connect(self.escaped)
        self.add_commit(self._close)

    def focus_first(self) -> None:
        """Where Esc works and ↵ does nothing."""
        self.setFocus()

    def forget(self) -> None:
        """Take the secret off the screen and out of the widgets."""
        self._code.setPixmap(QPixmap())
        self._letters.setText("")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.forget()


def qr_pixmap(words: str, module: int) -> QPixmap:
    """A QR code of `words`; module: px of one square. Made here, nothing leaves the machine."""
    rows = tuple(tuple(row) for row in segno.make(words, error="m", micro=False).matrix)
    side = (len(rows) + 2 * _QUIET) * module
    pixmap = QPixmap(QSize(side, side))
    # A camera reads dark on light, whatever the theme of the desk.
    paper = load("light")
    pixmap.fill(paper.bg4)
    with QPainter(pixmap) as painter:
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    square = QRect((across + _QUIET) * module, (down + _QUIET) * module, module, module)
                    painter.fillRect(square, paper.text1)
    return pixmap
