"""The pen groups there are: shipped with the registry, and the person's own, kept as their preference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QStandardPaths, Signal

from app.formats import shown
from app.page import PageContext
from app.pages.trends.groups import KEY, Group, as_kept, kept, named, shipped, with_group, without
from app.texts import _

_LAST: Final = "trends.last"


class Shelf(QObject):
    """Groups by key. Signals: changed() when a person's own groups have been read."""

    changed = Signal()

    def __init__(self, context: PageContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._shipped: tuple[Group, ...] = ()
        self._own: tuple[Group, ...] = ()
        self._owner = ""
        self._last: tuple[str, ...] = ()
        self._known = False
        self.retranslate()

    def groups(self) -> Sequence[Group]:
        """The person's own first."""
        return (*self._own, *self._shipped)

    def first(self) -> Group:
        """What is shown when nothing was asked for: the first place, else nothing."""
        places = [group for group in self._shipped if group.key.startswith("place:")]
        return places[0] if places else Group(key="", name="", tags=())

    def last(self) -> tuple[str, ...]:
        """The tags the person had in view when they were here last."""
        return self._last

    def group_of(self, tags: Sequence[str]) -> Group:
        """The group that has just these tags, else one without a key."""
        held = tuple(tags)
        known = next((group for group in self.groups() if group.tags == held), None)
        if known is not None:
            return known
        name = shown(held[0], 40) if len(held) == 1 else _("{count} pens").format(count=len(held)) if held else ""
        return Group(key="", name=name, tags=held)

    def may_keep(self) -> bool:
        """Whether there is a person to keep groups for."""
        return self._context.desk.session is not None

    def keep(self, name: str, tags: Sequence[str]) -> Group:
        """Keep these tags under a name, in the place of an own group of that name."""
        group = named(name, tags)
        self._own = with_group(self._own, group)
        self._write()
        return group

    def forget(self, key: str) -> None:
        """Remove an own group."""
        self._own = without(self._own, key)
        self._write()

    def remember(self, group: Group) -> None:
        """These pens are in view: next time they are there again."""
        # Before the answer came, what is in view is what the page begins with: nobody chose it.
        if group.tags and group.tags != self._last and self._known:
            self._last = group.tags
            future = self._context.backend.preferences.write(self._owner, _LAST, list(group.tags))
            self._context.actions.ask(future, lambda _done: None, owner=self, failed=None)

    def read(self) -> None:
        """Ask for what the person at the desk has kept."""
        session = self._context.desk.session
        owner = f"person:{session.person}" if session is not None else ""
        if owner == self._owner:
            return
        self._owner, self._own, self._last, self._known = owner, (), (), False
        if owner:
            future = self._context.backend.preferences.read(owner, _LAST)
            self._context.actions.ask(future, lambda value: self._on_last(owner, value), owner=self, failed=None)

    def retranslate(self) -> None:
        """The names of shipped groups in the language of the desk."""
        self._shipped = shipped(self._context.backend.registry)

    def folder(self) -> Path:
        """Where files are offered to be written."""
        found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return Path(found) if found and Path(found).is_dir() else Path.home()

    def _write(self) -> None:
        if self._owner:
            future = self._context.backend.preferences.write(self._owner, KEY, as_kept(self._own))
            self._context.actions.follow(future, owner=self)

    def _on_last(self, owner: str, value: Any) -> None:
        if owner != self._owner:
            return
        rows = value if isinstance(value, list) else []
        self._last = tuple(row for row in rows if isinstance(row, str))
        future = self._context.backend.preferences.read(owner, KEY)
        self._context.actions.ask(future, lambda groups: self._on_own(owner, groups), owner=self, failed=None)

    def _on_own(self, owner: str, value: Any) -> None:
        if owner == self._owner:
            self._own, self._known = kept(value), True
            self.changed.emit()
