"""The place of pages in one window: header above, one page at a time below, dialogs and notices over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.formats import clock_time, sentence
from app.page import Crumb, Page, PageSpec
from app.shell.console import Console
from app.shell.way import Place
from app.texts import _
from widgets.inputs import Button
from widgets.notices import StatusFact, Toast
from widgets.readouts.text import wrapped
from widgets.surfaces import EmptyState, PageHeader, Veil
from widgets.theme import Role, Weight, font, px, set_tip, space
from widgets.theme import metrics as m

_TOAST_WIDTH = 900
_WIDE = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A page in a window, with its tools in the header."""

    spec: PageSpec
    page: Page
    tools: QWidget | None


class PageHost(QWidget):
    """Shows one of its pages.

    Signals: climbed(object Crumb) when a step of the way up was pressed; detach_pressed() on the corner button.
    """

    climbed = Signal(object)
    detach_pressed = Signal()

    def __init__(self, console: Console, *, notes: Sequence[QWidget] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._console = console
        self._held: dict[str, Held] = {}
        self._current = ""
        self._way: tuple[Crumb, ...] = ()
        self._veil: Veil | None = None
        self._hiding = False
        self.header = PageHeader()
        self._notes = tuple(notes)
        for note in self._notes:
            self.header.add_tool(note)
            note.hide()
        self._data = StatusFact("", icon="scan")
        self.header.add_tool(self._data)
        self._corner = Button(icon="detach")
        self._corner.clicked.connect(self.detach_pressed)
        self.header.add_tool(self._corner)
        self.area = QStackedWidget()
        self._hidden = EmptyState("")
        self._toast = Toast(self.area, close_name=_("Close"))
        column = QVBoxLayout(self)
        space(column)
        column.addWidget(self.header)
        column.addWidget(self.area, 1)
        self.area.addWidget(self._hidden)
        self.header.climbed.connect(lambda place: self.climbed.emit(self._way[place]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a narrow window the tools of the page need the room; what the notes say, the frame says too.
        for note in self._notes:
            note.setVisible(self.width() >= px(_WIDE))

    # -- pages ----------------------------------------------------------------------------------------------------

    def current(self) -> str:
        """Key of the page in view."""
        return self._current

    def page(self, key: str) -> Page:
        """A page of this window, built when it is first needed."""
        if key not in self._held:
            spec = self._console.specs[key]
            self.take(_held(spec, self._console.build(spec)))
        return self._held[key].page

    def pages(self) -> tuple[Page, ...]:
        """The pages of this window, shown before or now."""
        return tuple(held.page for held in self._held.values())

    def has(self, key: str) -> bool:
        """Whether the page was built here, or brought here."""
        return key in self._held

    def place(self) -> Place | None:
        """What is in view."""
        return Place(page=self._current, what=self.page(self._current).place()) if self._current else None

    def show_page(self, key: str) -> None:
        """Bring a page into view."""
        if key == self._current:
            return
        self._leave()
        page = self.page(key)
        self._current = key
        if not self._hiding:
            # Never one page's tools beside another's title: together they may be wider than the window.
            self.header.show_tools(None)
            self.area.setCurrentWidget(page)
            page.enter()
            page.focus_first()
        self.show_place()
        if not self._hiding:
            self.header.show_tools(self._held[key].tools)

    def take(self, held: Held) -> None:
        """Another window's page, or a new one, lives here from now on; it is not in view yet."""
        self._held[held.spec.key] = held
        self.area.addWidget(held.page)
        held.page.moved.connect(self.show_place)
        if held.tools is not None:
            held.tools.setParent(self.header)
            held.tools.hide()

    def give(self, key: str) -> Held:
        """Let another window have a page; nothing is in view here until `show_page`."""
        if key == self._current:
            self._leave()
        held = self._held.pop(key)
        held.page.put_away()
        held.page.moved.disconnect(self.show_place)
        self.area.removeWidget(held.page)
        if held.tools is not None:
            held.tools.setParent(None)
        return held

    def hasHeightForWidth(self) -> bool:
        """A page fills what there is: how high its texts would like to be must not take room from what is below."""
        return False

    def forget(self) -> None:
        """Build every page anew when it is next needed (another scale); what was in view comes back."""
        here = self.place()
        focused = QApplication.focusWidget()
        name = focused.accessibleName() if focused is not None and self.area.isAncestorOf(focused) else ""
        for key in tuple(self._held):
            held = self.give(key)
            held.page.deleteLater()
            if held.tools is not None:
                held.tools.deleteLater()
        if here is not None:
            self.show_page(here.page)
            if here.what:
                self.page(here.page).select(here.what)
            again = [each for each in self.page(here.page).findChildren(QWidget) if each.accessibleName() == name]
            if name and again:
                again[0].setFocus()

    def close_pages(self) -> None:
        """The window closes: nothing is left open or listening."""
        for page in self.pages():
            page.put_away()
        self._leave()

    def enter_again(self) -> None:
        """Another person is here: what the page in view offers may have changed."""
        if self._current and not self._hiding:
            page = self.page(self._current)
            page.leave()
            page.enter()

    def retranslate(self) -> None:
        """Show every text anew."""
        self._corner.setAccessibleName(_("Detach"))
        set_tip(self._corner, _("Open in a window of its own (Ctrl+D)"))
        self._hidden.set_words(_("The screen is locked."))
        self._data.set_label(_("data"))
        for page in self.pages():
            # A dialog speaks the language it was opened in: it is closed rather than left half translated.
            page.put_away()
            page.retranslate()
        self.show_place()

    def show_place(self) -> None:
        """Say in the header where we are."""
        if self._current:
            held = self._held[self._current]
            self._way = self._console.crumbs(held.spec, held.page)
            self.header.set_place(held.spec.level, [crumb.words for crumb in self._way], self.title())

    def show_data(self, newest: int, *, old: bool) -> None:
        """When the newest value came, µs UTC; bold when that is too long ago."""
        self._data.show_value(clock_time(newest), failing=old)

    def title(self) -> str:
        """What the header calls the page in view."""
        if not self._current:
            return ""
        held = self._held[self._current]
        return held.page.title() or _(held.spec.title)

    def climb(self) -> None:
        """Go to the page above."""
        if self._way:
            self.climbed.emit(self._way[-1])

    def set_detachable(self, on: bool) -> None:
        """Whether the corner button opens a window; in a window of its own it does not."""
        self._corner.setVisible(on)

    # -- over the page --------------------------------------------------------------------------------------------

    def cover(self, frame: QWidget, *, hide: bool) -> None:
        """Put a dialog over the pages; `hide` takes them out of sight altogether (locked)."""
        self.uncover()
        if hide:
            self._hide()
        self._veil = Veil(frame, self.area)

    def uncover(self) -> None:
        """Take the dialog away and show the page in view again."""
        if self._veil is not None:
            self._veil.lift()
            self._veil = None
        hidden, self._hiding = self._hiding, False
        if hidden and self._current:
            page = self.page(self._current)
            self.area.setCurrentWidget(page)
            self.header.show_tools(self._held[self._current].tools)
            page.enter()

    def covering(self) -> QWidget | None:
        """The dialog over the pages, if any."""
        return self._veil.dialog() if self._veil is not None else None

    def focus_page(self) -> None:
        """Put the keyboard where the page's keys work."""
        if self._veil is None and self._current:
            self.page(self._current).focus_first()

    def say(self, words: str, *, refused: bool = False) -> None:
        """Show a sentence over the page, on as many lines as it needs."""
        width = min(px(_TOAST_WIDTH), self.area.width() - px(m.BANNER) * 3)
        lines = wrapped(sentence(words), font(Role.LABEL, Weight.SEMIBOLD), width)
        self._toast.show_words("\n".join(line.strip() for line in lines), refused=refused)

    def _hide(self) -> None:
        if self._current and not self._hiding:
            self.page(self._current).leave()
        self._hiding = True
        self.header.show_tools(None)
        self.area.setCurrentWidget(self._hidden)

    def _leave(self) -> None:
        if self._current:
            if not self._hiding:
                self.page(self._current).leave()
                self.header.show_tools(None)
            self._current = ""


def _held(spec: PageSpec, page: Page) -> Held:
    tools = page.tools()
    if not tools:
        return Held(spec=spec, page=page, tools=None)
    strip = QWidget()
    row = QHBoxLayout(strip)
    space(row, gap=m.HALF)
    for tool in tools:
        row.addWidget(tool, 0, Qt.AlignmentFlag.AlignVCenter)
    return Held(spec=spec, page=page, tools=strip)
