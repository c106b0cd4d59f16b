"""Puts the desk's taste and the company's look in force, in every window at once, and keeps them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.actions import Actions
from app.branding import Brand, read_brand
from app.taste import KEY, Taste, from_json
from app.texts import language, set_language
from backend.api import Backend
from backend.errors import ConfigError
from backend.model.change import ProfileChange
from backend.model.person import Session
from widgets.notices import shared_blink
from widgets.theme import apply, current


class Looks(QObject):
    """The taste in force.

    Signals: restyled() after another theme; rescaled() after another scale: what was built with the old one must be
    built anew; retranslated() after another language; changed() after any of them; kept() once a change is stored and
    journaled.
    """

    restyled = Signal()
    rescaled = Signal()
    retranslated = Signal()
    changed = Signal()
    kept = Signal()

    def __init__(self, backend: Backend, actions: Actions, workstation: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._backend = backend
        self._actions = actions
        self._owner = f"desk:{workstation}"
        self._workstation = workstation
        self._session: Callable[[], Session | None] = lambda: None
        self._monitor = ""
        now = current()
        self._taste = Taste(theme=now.name, scale=now.scale, language=language(), steady=shared_blink().steady)
        self.fault: ConfigError | None = None
        """Why the company's look is not used."""
        self.brand = self._read_brand()
        if self.brand.colours:
            self._apply()

    @property
    def taste(self) -> Taste:
        """What is in force."""
        return self._taste

    def desk_name(self) -> str:
        """What the desk is called."""
        return self._taste.desk or self._workstation

    def known_as(self, session: Callable[[], Session | None]) -> None:
        """Who is at the desk, for the journal."""
        self._session = session

    def monitor(self) -> str:
        """The monitor whose scale is in force; "" before one is known."""
        return self._monitor

    def stand_on(self, monitor: str) -> None:
        """The main window is on this monitor: its scale is in force."""
        self._monitor = monitor
        self._put(replace(self._taste, scale=self._taste.scale_on(monitor)))

    def load(self) -> None:
        """Take over what this desk liked last time, once it has been read."""
        self._actions.follow(
            self._backend.preferences.read(self._owner, KEY), self._on_read, failed=lambda _why: None, owner=self
        )

    def set(self, **values: Any) -> None:
        """Change single values, put them in force and keep them; a scale for the monitor of the main window."""
        before = self._taste
        taste = before.changed(**values)
        if "scale" in values:
            taste = before.changed(**values).scaled(self._monitor, taste.scale)
        if self._put(taste):
            self._actions.follow(
                self._backend.preferences.change(
                    self._owner,
                    KEY,
                    dict(taste.to_json()),
                    before=dict(before.to_json()),
                    session=self._session(),
                    workstation=self._workstation,
                ),
                lambda _done: self.kept.emit(),
                owner=self,
            )

    def changes(self) -> Future[tuple[ProfileChange, ...]]:
        """The newest changes of this desk's profile."""
        return self._backend.preferences.changes(self._owner)

    def _on_read(self, stored: object) -> None:
        taste = from_json(stored, self._taste)
        self._put(replace(taste, scale=taste.scale_on(self._monitor)))

    def _put(self, taste: Taste) -> bool:
        # The theme and the language are the process's: what is in force counts, whoever put it there.
        theme = current()
        before = replace(self._taste, theme=theme.name, scale=theme.scale, language=language())
        self._taste = taste
        if taste == before:
            return False
        if taste.language != before.language:
            set_language(taste.language)
        if (taste.theme, taste.scale) != (before.theme, before.scale):
            self._apply()
        if taste.steady != before.steady:
            shared_blink().set_steady(taste.steady)
        if taste.scale != before.scale:
            self.rescaled.emit()
        if taste.theme != before.theme:
            self.restyled.emit()
        if taste.language != before.language:
            self.retranslated.emit()
        self.changed.emit()
        return True

    def _apply(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply(application, self.brand.theme(self._taste.theme, self._taste.scale))

    def _read_brand(self) -> Brand:
        try:
            return read_brand(self._backend.site.folder)
        except ConfigError as error:
            self.fault = error
            return Brand()
