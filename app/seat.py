"""The one command dialog of a desk: where it lies, and who has it open (hmi.md §6)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget


class Seat:
    """GUI thread."""

    def __init__(self) -> None:
        self.in_focus: Callable[[], QWidget | None] = _nowhere
        """The page area of the window the person is at; set once there are windows."""
        self._owner: object | None = None
        self._area: QWidget | None = None
        self._put_away: Callable[[], None] = _nothing

    def take(self, owner: object, put_away: Callable[[], None], page: QWidget) -> QWidget:
        """Have the dialog from now on; whoever had it puts it away, and nothing of it is sent.

        What it lies over: the window in focus; in the window of `page` that page alone.
        """
        if self._owner is not None and self._owner is not owner:
            self._put_away()
        self._owner, self._put_away = owner, put_away
        focused = self.in_focus()
        here = focused is None or (page.isVisible() and focused.isAncestorOf(page))
        area = page if here or focused is None else focused
        self._area = area
        return area

    def give(self, owner: object) -> None:
        """The dialog is closed."""
        if self._owner is owner:
            self._owner, self._area, self._put_away = None, None, _nothing

    def leave(self, window: QWidget) -> None:
        """A window closes: a dialog over it is put away first."""
        if self._area is not None and window.isAncestorOf(self._area):
            self._put_away()


def _nowhere() -> QWidget | None:
    return None


def _nothing() -> None:
    """Nobody has it."""
