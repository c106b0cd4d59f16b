"""What all windows of a desk share: backend, bridge, desk, actions, the most urgent alarms, what is said to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.actions import Actions
from app.bridge import Bridge
from app.formats import shown
from app.looks import Looks
from app.page import Crumb, Page, PageContext, PageSpec
from app.recent import Recent
from app.seat import Seat
from app.session import Desk
from app.shell.urgent import Urgent
from app.texts import _, bilingual
from backend.api import Backend
from backend.model.alarm import AlarmRecord

_PLACES = ("map", "stations")
"""Pages that show where something is, the best first."""


class Console(QObject):
    """One desk: the people at it, and what its windows have in common.

    Signals: said(str words, bool refused) to be shown in the window in focus; wished(str page, str what) when somebody
    wants to go somewhere.
    """

    said = Signal(str, bool)
    wished = Signal(str, str)

    def __init__(
        self,
        backend: Backend,
        bridge: Bridge,
        pages: Sequence[PageSpec],
        *,
        workstation: str,
        authenticator: Callable[[str], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.backend = backend
        self.bridge = bridge
        self.recent = Recent(bridge, self)
        self.specs = {spec.key: spec for spec in pages}
        self.desk = Desk(backend, workstation)
        self.actions = Actions(self)
        self.looks = Looks(backend, self.actions, workstation, self)
        # At a locked screen nobody knows who presses.
        self.looks.known_as(lambda: None if self.desk.locked else self.desk.session)
        self.urgent = Urgent(backend, parent=self)
        self.seat = Seat()
        self.simulator = backend.site.mode == "simulator"
        self._authenticator = authenticator
        self.actions.refused.connect(lambda words: self.said.emit(words, True))
        self.actions.done.connect(lambda words: self.said.emit(words, False))
        self.urgent.acknowledged.connect(self._acknowledge)
        self.urgent.opened.connect(self._open_alarm)
        self.urgent.hasty.connect(
            lambda: self.said.emit(_("This alarm has only just come. Read it, then press again."), False)
        )

    def build(self, spec: PageSpec) -> Page:
        """A new page of this kind."""
        lane = self.bridge.lane(self)
        page = spec.build(
            PageContext(
                backend=self.backend,
                bridge=lane,
                recent=self.recent,
                actions=self.actions,
                desk=self.desk,
                go=self.wished.emit,
                pages=lambda: tuple(self.specs),
                authenticator=self._code,
                looks=self.looks,
                seat=self.seat,
            )
        )
        lane.setParent(page)
        return page

    def window_title(self, page: str = "") -> str:
        """Title of a window: marked as simulator, the page where there is one, the site."""
        site = shown(bilingual(self.backend.site.name, self.backend.site.name_zh))
        words = [_(self.specs[page].title)] if page else []
        return ("[SIM] " if self.simulator else "") + " · ".join([*words, shown(self.looks.brand.title(), 40), site])

    def crumbs(self, spec: PageSpec, page: Page) -> tuple[Crumb, ...]:
        """The way up: as the page tells it, else the parent page, so far as these pages exist."""
        way = tuple(page.crumbs())
        if not way and spec.parent in self.specs and spec.parent != spec.key:
            way = (Crumb(words=_(self.specs[spec.parent].title), page=spec.parent),)
        return tuple(crumb for crumb in way if crumb.page in self.specs)

    def silence(self) -> None:
        """Horn off for a while; anyone may, signed in or not."""
        self.backend.alarms.silence()
        self.urgent.refresh()

    def _open_alarm(self, record: AlarmRecord) -> None:
        """To the place of an alarm: on the map, without one on its station; without a place to the alarm itself."""
        asset = self.urgent.asset(record)
        page = next((each for each in _PLACES if each in self.specs), "")
        if asset and page:
            self.wished.emit(page, asset)
        else:
            self.wished.emit("alarms", record.config.key)

    def _acknowledge(self, key: str, occurrence: int) -> None:
        session = self.desk.session
        if session is None:
            self.said.emit(_("Sign in first."), True)
        elif self.desk.locked:
            self.said.emit(_("The screen is locked. Unlock it first."), True)
        else:
            self.actions.follow(self.backend.alarms.acknowledge(session, key, occurrence))

    def _code(self) -> str:
        return self._authenticator(self.desk.session.login) if self.desk.session else ""
