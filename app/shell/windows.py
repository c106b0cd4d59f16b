"""The windows of a desk: a page is in one place unless a person opened it twice; every way leads to where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.dialogs.sign_in import SignIn
from app.formats import shown
from app.shell.console import Console
from app.shell.host import PageHost
from app.shell.page_window import PageWindow
from app.shell.way import Place, Way
from app.texts import _
from widgets.theme import px

_SIZE = (1280, 860)
_STEP = 36
_DIALOG = "prepare:"
"""What opens a dialog wherever it is asked for."""


class Windows(QObject):
    """Goes to pages, and opens, closes and finds windows.

    Signals: moved() when the main window shows another page; opened(object PageWindow) before it is shown, shown(object
    PageWindow) after, closed() of other windows.
    """

    moved = Signal()
    shown = Signal(object)
    opened = Signal(object)
    closed = Signal()

    def __init__(self, console: Console, main: PageHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._console = console
        self._main = main
        self._others: list[PageWindow] = []
        self._way = Way()
        console.seat.in_focus = lambda: self.in_focus().area
        console.wished.connect(self.go)
        console.said.connect(lambda words, refused: self.in_focus().say(words, refused=refused))
        main.climbed.connect(lambda crumb: self.go(crumb.page, crumb.what))
        main.detach_pressed.connect(self.detach)

    def others(self) -> tuple[PageWindow, ...]:
        """The windows beside the main one, oldest first."""
        return tuple(self._others)

    def hosts(self) -> Iterator[PageHost]:
        """The place of pages of every window, the main one first."""
        yield self._main
        yield from (window.host for window in self._others)

    def in_focus(self) -> PageHost:
        """Where the person is now."""
        active = QApplication.activeWindow()
        return next((window.host for window in self._others if window is active), self._main)

    def covered(self) -> bool:
        """Whether a sign-in lies over the pages."""
        return isinstance(self._main.covering(), SignIn)

    # -- going ----------------------------------------------------------------------------------------------------

    def go(self, page: str, what: str = "") -> None:
        """Open a page where it is, else in the main window, and bring `what` into view there."""
        if self.covered():
            return
        if page not in self._console.specs:
            name = shown(page, 40)
            self.in_focus().say(_("This console has no page “{page}”.").format(page=name), refused=True)
            return
        window = self._window_of(page)
        if page == "commands" and what.startswith(_DIALOG) and self.in_focus() is not self._main and window is None:
            # The dialog comes to where the person is; the page behind it need not be in view.
            self._main.page(page).select(what)
            return
        if window is not None:
            raise_window(window)
            if what:
                window.host.page(page).select(what)
            return
        here = self._main.place()
        if here is not None and (here.page != page or what):
            self._way.leave(here)
        self._show(Place(page=page, what=what))

    def back(self) -> None:
        """The place before this one."""
        self._turn(self._way.back)

    def forward(self) -> None:
        """The place that `back` left."""
        self._turn(self._way.forward)

    def up(self) -> None:
        """The page above the one in focus."""
        self.in_focus().climb()

    # -- windows --------------------------------------------------------------------------------------------------

    def detach(self) -> None:
        """The page in view in the main window gets a window of its own."""
        page = self._main.current()
        if self.covered() or not page:
            return
        window = self._open(own=False)
        window.host.take(self._main.give(page))
        self._begin(window, page)
        self._way.leave(Place(page=page))
        self._show(self._home_of(page))

    def come_home_or_detach(self) -> None:
        """Ctrl+D: a page in the main window gets its own window, one in its own window goes home."""
        active = QApplication.activeWindow()
        window = next((each for each in self._others if each is active), None)
        if window is None:
            self.detach()
        else:
            window.close()

    def open_new(self, page: str, what: str = "", *, own: bool = True) -> PageWindow | None:
        """Open a page in a new window, even if it is in view elsewhere; `own`: it goes with the window."""
        if page not in self._console.specs:
            return None
        own = own or self._main.has(page)
        window = self._open(own=own)
        window.host.page(page)
        self._begin(window, page)
        if what:
            window.host.page(page).select(what)
        return window

    def close_others(self) -> None:
        """The console ends, or another layout comes: every other window closes."""
        for window in self.others():
            window.close()

    # -- the parts ------------------------------------------------------------------------------------------------

    def _show(self, place: Place) -> None:
        self._main.show_page(place.page)
        if place.what:
            self._main.page(place.page).select(place.what)
        raise_window(self._main.window())
        self.moved.emit()

    def _turn(self, step: Callable[[Place], Place | None]) -> None:
        here = self._main.place()
        if here is None or self.covered():
            return
        place = step(here)
        if place is not None and self._window_of(place.page) is None:
            self._show(place)

    def _window_of(self, page: str) -> PageWindow | None:
        """The other window that shows a page, the newest first; a page in view in the main window stays there."""
        if self._main.current() == page:
            return None
        return next((window for window in reversed(self._others) if window.host.current() == page), None)

    def _home_of(self, page: str) -> Place:
        """What the main window shows when its page was taken: the parent, else the first page not in a window."""
        out = {window.host.current() for window in self._others} | {page}
        parent = self._console.specs[page].parent
        order = [key for key in (parent, *self._console.specs) if key in self._console.specs and key not in out]
        return Place(page=order[0] if order else page)

    def _open(self, *, own: bool) -> PageWindow:
        window = PageWindow(self._console, own=own)
        window.closing.connect(self._on_closing)
        window.host.climbed.connect(lambda crumb: self.go(crumb.page, crumb.what))
        self._others.append(window)
        return window

    def _begin(self, window: PageWindow, page: str) -> None:
        window.host.show_page(page)
        window.retranslate()
        window.setGeometry(self._free_place())
        self.opened.emit(window)
        window.show()
        raise_window(window)
        self.shown.emit(window)

    def _free_place(self) -> QRect:
        """On another monitor if there is one, else a step beside the window opened before."""
        mine = self._main.screen()
        other = next((each for each in QApplication.screens() if each is not mine), None)
        if other is not None and len(self._others) == 1:
            return other.availableGeometry()
        room = mine.availableGeometry()
        step = px(_STEP) * len(self._others)
        size = (min(px(_SIZE[0]), room.width()), min(px(_SIZE[1]), room.height()))
        return QRect(room.left() + step % max(1, room.width() - size[0] + 1), room.top() + step, *size)

    def _on_closing(self, window: PageWindow) -> None:
        if window not in self._others:
            return
        self._console.seat.leave(window)
        self._others.remove(window)
        page = window.host.current()
        if page and not window.own and not self._main.has(page):
            self._main.take(window.host.give(page))
        window.host.close_pages()
        window.deleteLater()
        self.closed.emit()


def raise_window(window: QWidget) -> None:
    """Bring a window to the front and give it the keyboard."""
    if window.isVisible() and not window.isActiveWindow():
        window.raise_()
        window.activateWindow()
