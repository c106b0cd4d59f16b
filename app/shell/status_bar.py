"""The status bar, 28 px: who is here, field links, scan age, database lag, alarm rate. Facts in words, not lamps."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.formats import shown
from app.texts import _, language
from backend.api import Status
from backend.model.person import Session
from widgets.inputs import Button, ButtonKind
from widgets.notices import StatusFact
from widgets.readouts import RateBar
from widgets.readouts.ages import NO_VALUE, number_text, with_unit
from widgets.theme import current, px, space
from widgets.theme import metrics as m

FLOOD = 10
"""Alarms in ten minutes above which an operator cannot follow (EEMUA 191)."""
_LONGEST_NAME = 32
OLD_SCAN_S = 15.0
"""A newest value older than this is not what the field looks like now."""
_WIDE = 1700
"""Narrower windows have no room for the server, which is this machine anyway."""
_SLOW_COMMIT_S = 5.0


class StatusBar(QWidget):
    """Facts about this console.

    Signals: language_pressed(); theme_pressed().
    """

    language_pressed = Signal()
    theme_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._person = StatusFact("", icon="person")
        self._links = StatusFact("", icon="links")
        self._scan = StatusFact("", icon="scan")
        self._database = StatusFact("", icon="archive")
        self._server = StatusFact("", icon="server")
        self._rate_in = StatusFact("", icon="download")
        self._rate = RateBar("", limit=FLOOD)
        self._language = Button(kind=ButtonKind.QUIET, height=m.STATUS - m.QUARTER)
        self._theme = Button(kind=ButtonKind.QUIET, height=m.STATUS - m.QUARTER)
        row = QHBoxLayout(self)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, 0), m.GAP + m.QUARTER)
        for fact in (self._person, self._links, self._scan, self._server, self._database, self._rate_in):
            row.addWidget(fact)
        self._server.hide()
        row.addStretch(1)
        for widget in (self._rate, self._language, self._theme):
            row.addWidget(widget)
        self._language.clicked.connect(self.language_pressed)
        self._theme.clicked.connect(self.theme_pressed)
        self.setFixedHeight(px(m.STATUS))
        self.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setFixedHeight(px(m.STATUS))

    def retranslate(self) -> None:
        """Show every label anew."""
        self._links.set_label(_("Field links"))
        self._scan.set_label(_("Scan age"))
        self._server.set_label(_("Server"))
        self._database.set_label(_("Database lag"))
        self._rate_in.set_label(_("Samples"))
        self._rate.set_label(_("Alarms / 10 min"))
        self._language.set_words("中文" if language() == "en" else "EN")
        self._language.setAccessibleName(_("Change language"))
        self._theme.set_words(_("Light") if current().dark else _("Dark"))
        self._theme.setToolTip("Ctrl+Shift+L")

    def show_person(self, session: Session | None, workstation: str) -> None:
        """Say who is signed in here."""
        desk = shown(workstation, _LONGEST_NAME)
        self._person.set_label(shown(session.name, _LONGEST_NAME) if session else _("Nobody signed in"))
        self._person.show_value(f"{_role(session.role)} · {desk}" if session else desk)

    def show_status(self, status: Status) -> None:
        """Show the facts of now."""
        lost = status.links_up < status.links_total
        self._links.show_value(f"{status.links_up} / {status.links_total}", failing=lost)
        age = status.scan_age_s
        words = with_unit(number_text(age, 1), "s") if math.isfinite(age) else NO_VALUE
        self._scan.show_value(words, failing=age > OLD_SCAN_S)
        lag = with_unit(number_text(status.database_lag_s, 1), "s")
        failing = not status.store_ok or status.database_lag_s > _SLOW_COMMIT_S
        self._database.show_value(lag if status.store_ok else _("not taking data"), failing=failing)
        self._rate_in.show_value(with_unit(number_text(status.samples_per_s, 0), "/s"))
        self._rate.show_count(status.alarm_rate_10min, _("flood > {limit}").format(limit=FLOOD))

    def show_server(self, *, answering: bool) -> None:
        """Whether the part that collects and alarms still comes round."""
        self._server.show_value(_("this machine") if answering else _("not answering"), failing=not answering)
        self._server.setVisible(self.width() >= px(_WIDE) or not answering)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.bg0)
            painter.fillRect(0, 0, self.width(), 1, theme.line1)


def _role(role: str) -> str:
    return {
        "operator": _("operator"),
        "supervisor": _("supervisor"),
        "trainer": _("trainer"),
        "auditor": _("auditor"),
        "engineer": _("engineer"),
        "administrator": _("administrator"),
    }[role]
