"""Puts the desk's taste and the company's look in force, in every window at once, and keeps them."""

from __future__ import annotations

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
from widgets.notices import shared_blink
from widgets.theme import apply, current


class Looks(QObject):
    """The taste in force.

    Signals: restyled() after another theme; rescaled() after another scale: what was built with the old one must be
    built anew; retranslated() after another language; changed() after any of them.
    """

    restyled = Signal()
    rescaled = Signal()
    retranslated = Signal()
    changed = Signal()

    def __init__(self, backend: Backend, actions: Actions, workstation: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._backend = backend
        self._actions = actions
        self._owner = f"desk:{workstation}"
        self._workstation = workstation
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

    def load(self) -> None:
        """Take over what this desk liked last time, once it has been read."""
        self._actions.follow(
            self._backend.preferences.read(self._owner, KEY), self._on_read, failed=lambda _why: None, owner=self
        )

    def set(self, **values: Any) -> None:
        """Change single values, put them in force and keep them."""
        if self._put(self._taste.changed(**values)):
            self._actions.follow(self._backend.preferences.write(self._owner, KEY, dict(self._taste.to_json())))

    def _on_read(self, stored: object) -> None:
        self._put(from_json(stored, self._taste))

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
