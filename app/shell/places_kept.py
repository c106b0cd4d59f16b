"""Keeps where the windows stand, for the person and for the desk, and brings them back: at sign-in, and when a monitor
goes or comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.shell.console import Console
from app.shell.layout import KEY, MAIN, Area, Spot, from_json, placed, to_json
from app.shell.page_window import PageWindow
from app.shell.windows import Windows

_MAXIMISED = Qt.WindowState.WindowMaximized
Screens = Callable[[], tuple[tuple[str, Area], ...]]


def screens_now() -> tuple[tuple[str, Area], ...]:
    """Identity and room of every monitor, the first one first."""
    first = QGuiApplication.primaryScreen()
    others = [screen for screen in QGuiApplication.screens() if screen is not first]
    return tuple((identity(screen), _area(screen.availableGeometry())) for screen in (first, *others))


def identity(screen: QScreen) -> str:
    """What tells a monitor from others, also after it was plugged in elsewhere."""
    return "|".join((screen.manufacturer(), screen.model(), screen.serialNumber() or screen.name()))


class PlacesKept(QObject):
    """Looks once a second, writes when something changed."""

    def __init__(
        self,
        console: Console,
        main: QWidget,
        windows: Windows,
        *,
        screens: Screens = screens_now,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._console = console
        self._main = main
        self._windows = windows
        self._screens = screens
        self._kept: tuple[Spot, ...] = ()
        self._away: dict[QWidget, Spot] = {}
        """Windows whose monitor is gone, with where they belong."""
        self._person = ""
        console.desk.changed.connect(self._on_desk)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenAdded.connect(self.rearrange)
            application.screenRemoved.connect(self.rearrange)

    def look(self) -> None:
        """Keep what has changed since the last look. Nobody signed in: nothing is anybody's wish."""
        session = self._console.desk.session
        if session is None or session.person != self._person:
            return
        spots = tuple(self._spot(window) for window in self._all())
        if spots != self._kept:
            self._kept = spots
            for owner in (f"person:{session.person}", f"desk:{self._console.desk.workstation}"):
                self._console.actions.follow(
                    self._console.backend.preferences.write(owner, KEY, to_json(spots)), failed=lambda _why: None
                )

    def rearrange(self, _screen: object = None) -> None:
        """A monitor went or came: windows without one come home, those whose monitor is back return to it."""
        rooms = dict(self._screens())
        for window in self._all():
            belongs = self._away.get(window) or self._last(window)
            if belongs is None:
                continue
            if belongs.monitor not in rooms:
                self._away[window] = belongs
                self._put(window, belongs)
            elif window in self._away:
                del self._away[window]
                self._put(window, belongs)

    def _on_desk(self) -> None:
        session = self._console.desk.session
        person = session.person if session is not None else ""
        if not person or person == self._person:
            return
        read = self._console.backend.preferences.read
        owners = (f"person:{person}", f"desk:{self._console.desk.workstation}")

        def then(stored: object) -> None:
            self._bring_back(person, from_json(stored))

        def own_or_desk(stored: object) -> None:
            if from_json(stored):
                then(stored)
            else:
                self._console.actions.follow(read(owners[1], KEY), then, failed=lambda _why: then(None))

        self._console.actions.follow(read(owners[0], KEY), own_or_desk, failed=lambda _why: then(None))

    def _bring_back(self, person: str, spots: tuple[Spot, ...]) -> None:
        self._person = person
        if not spots or not isValid(self._main) or not self._main.isVisible():
            return
        self._kept = spots
        self._away.clear()
        self._windows.close_others()
        rooms = dict(self._screens())
        for spot in spots:
            window = self._main if spot.page == MAIN else self._windows.open_new(spot.page, spot.what, own=spot.own)
            if window is None:
                continue
            if spot.monitor not in rooms:
                self._away[window] = spot
            elif spot == self._spot(window):
                continue
            self._put(window, spot)
        self._main.activateWindow()

    def _put(self, window: QWidget, spot: Spot) -> None:
        rooms = dict(self._screens())
        home = next(iter(rooms.values()))
        area = placed(spot, rooms, home)
        window.setWindowState(window.windowState() & ~_MAXIMISED)
        window.setGeometry(area.x, area.y, area.width, area.height)
        if spot.whole:
            window.showMaximized()

    def _spot(self, window: QWidget) -> Spot:
        """Where a window stands now; one whose monitor is gone stands where it belongs."""
        if window in self._away:
            return self._away[window]
        frame = window.normalGeometry() if window.isMaximized() else window.geometry()
        monitor, room = self._under(_area(frame), self._screens())
        place = window.host.place() if isinstance(window, PageWindow) else None
        return Spot(
            page=place.page if place is not None else MAIN,
            what=place.what if place is not None else "",
            monitor=monitor,
            area=Area(x=frame.x() - room.x, y=frame.y() - room.y, width=frame.width(), height=frame.height()),
            whole=window.isMaximized(),
            own=window.own if isinstance(window, PageWindow) else True,
        )

    def _last(self, window: QWidget) -> Spot | None:
        """Where a window stood when it was last looked at."""
        at = self._all().index(window)
        return self._kept[at] if at < len(self._kept) else None

    def _all(self) -> tuple[QWidget, ...]:
        windows = (self._main, *self._windows.others())
        self._away = {window: spot for window, spot in self._away.items() if window in windows}
        return windows

    @staticmethod
    def _under(frame: Area, screens: tuple[tuple[str, Area], ...]) -> tuple[str, Area]:
        """The monitor the middle of a window is on; the first one where it is on none."""
        x, y = frame.x + frame.width // 2, frame.y + frame.height // 2
        on: Mapping[str, Area] = {
            name: room
            for name, room in screens
            if room.x <= x < room.x + room.width and room.y <= y < room.y + room.height
        }
        return next(iter(on.items()), screens[0])


def _area(rect: QRect) -> Area:
    return Area(x=rect.x(), y=rect.y(), width=rect.width(), height=rect.height())
