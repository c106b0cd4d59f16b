"""What people do from the alarm page: acknowledge what was seen, shelve, reset, and go where the alarm leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtWidgets import QWidget

from app.dialogs.note import NoteDialog
from app.dialogs.shelve import ShelveDialog
from app.models.alarms import Words
from app.page import PageContext
from app.pages.alarms.telling import why_not_shelvable
from app.texts import _
from backend.model.alarm import AlarmName, AlarmRecord
from backend.model.person import Right, Session
from widgets.surfaces import Veil


class Handling:
    """Everything that leads off the page or changes an alarm. seen: which occurrence each row was painted with."""

    def __init__(
        self,
        context: PageContext,
        words: Words,
        page: QWidget,
        *,
        seen: Mapping[str, int],
        hold: Callable[[], None],
        back: Callable[[], None],
    ) -> None:
        """hold: keeps the rows where they are. back: gives the keyboard back to the page."""
        self._context = context
        self._words = words
        self._page = page
        self._seen = seen
        self._hold = hold
        self._back = back
        self._veil: Veil | None = None

    # -- acknowledge, shelve, reset -----------------------------------------------------------------------------------

    def acknowledge(self, records: Iterable[AlarmRecord]) -> None:
        """Acknowledge the occurrence that each row was shown with, each by itself: a newer one is refused."""
        wanted = [record for record in records if not record.facts.ack and not record.facts.suppressed]
        session = self._session() if wanted else None
        if session is None:
            return
        self._hold()
        for record in wanted:
            key = record.config.key
            occurrence = self._seen.get(key, record.facts.occurrence)
            self._context.actions.follow(self._context.backend.alarms.acknowledge(session, key, occurrence))

    def shelve(self, record: AlarmRecord) -> None:
        """Ask for how long and why; a shelved alarm is brought back."""
        if self._veil is not None:
            return
        session = self._session()
        if session is None:
            return
        alarms = self._context.backend.alarms
        if record.name is AlarmName.SHLVD:
            self._context.actions.follow(alarms.unshelve(session, record.config.key))
            return
        reason = why_not_shelvable(record)
        if reason or record.facts.suppressed:
            self._context.actions.refused.emit(reason or _("The alarm is held back already."))
            return
        title = f"{self._words.tag(record)}  {self._words.line(record)}"
        dialog = ShelveDialog(title, record.config.max_shelf_s, self._context.backend.now())
        self._veil = Veil(dialog, self._page)
        dialog.escaped.connect(self.close_dialog)
        dialog.decided.connect(
            lambda seconds, why: self._context.actions.follow(
                alarms.shelve(session, record.config.key, seconds, why),
                lambda _record: self.close_dialog(),
                failed=dialog.refused,
                owner=dialog,
            )
        )
        dialog.focus_first()

    def note(self, record: AlarmRecord) -> None:
        """Write to the log about it."""
        session = self._session() if self._veil is None else None
        if session is None:
            return
        dialog = NoteDialog(f"{self._words.tag(record)}  {self._words.line(record)}")
        self._veil = Veil(dialog, self._page)
        dialog.escaped.connect(self.close_dialog)
        dialog.written.connect(
            lambda words: self._context.actions.follow(
                self._context.backend.notes.write(session, record.config.key, words),
                lambda _note: self.close_dialog(),
                failed=dialog.refused,
                owner=dialog,
            )
        )
        dialog.focus_first()

    def reset(self, record: AlarmRecord) -> None:
        """Reset a latched alarm that is gone and acknowledged."""
        session = self._session() if record.name is AlarmName.LTACK else None
        if session is not None:
            self._context.actions.follow(self._context.backend.alarms.reset(session, record.config.key))

    def dialog(self) -> QWidget | None:
        """The dialog that is open, if any."""
        return None if self._veil is None else self._veil.dialog()

    def close_dialog(self) -> None:
        """Close the dialog; nothing is sent."""
        if self._veil is not None:
            self._veil.lift()
            self._veil = None
            self._back()

    def allowed(self, record: AlarmRecord) -> list[str]:
        """Which actions make sense for an alarm and may be done by the person here."""
        may, free = self._context.desk.may, not record.facts.suppressed
        shelved = record.name is AlarmName.SHLVD
        possible = {
            "ack": not record.facts.ack and free and may(Right.ALARM_ACK),
            "shelve": may(Right.ALARM_SHELVE) and (shelved or (free and not why_not_shelvable(record))),
            "reset": record.name is AlarmName.LTACK and may(Right.ALARM_RESET),
            "note": may(Right.ALARM_ACK),
            "trend": record.config.point is not None,
            "goto": bool(self._target(record)),
            "mimic": bool(self._target(record)),
            "isolate": bool(self._target(record)),
            "command": bool(self._target(record)),
        }
        return [action for action, is_possible in possible.items() if is_possible]

    # -- going places -------------------------------------------------------------------------------------------------

    def go_to_place(self, record: AlarmRecord) -> None:
        """Its place on the map; the station where there is no map."""
        self._go(record, "map", "{target}")

    def go_to_mimic(self, record: AlarmRecord) -> None:
        """Its station."""
        self._go(record, "stations", "{target}")

    def isolate(self, record: AlarmRecord) -> None:
        """The valves that isolate it, on the map."""
        self._go(record, "map", "isolate:{target}")

    def trend(self, record: AlarmRecord) -> None:
        """The course of its value, around the moment it was raised."""
        point = self._words.point(record)
        if point is not None and "trends" in self._context.pages():
            self._context.go("trends", f"{point.tag}@{record.facts.raised_at}")
        else:
            self.go_to_mimic(record)

    def command(self, record: AlarmRecord) -> None:
        """The command of the valve at this place; where there is none, the valves that isolate it."""
        asset = self._words.asset(record)
        points = self._context.backend.registry.points
        here = [
            each.point for each in self._context.backend.commands.commandable() if points[each.point].asset == asset
        ]
        if here:
            self._context.go("commands", f"prepare:{here[0]}")
        else:
            self.isolate(record)

    def _go(self, record: AlarmRecord, page: str, what: str) -> None:
        target = self._target(record)
        if not target:
            self._context.actions.done.emit(_("This alarm has no place on the network."))
        elif page in self._context.pages():
            self._context.go(page, what.format(target=target))
        else:
            self._context.go("stations", target)

    def _target(self, record: AlarmRecord) -> str:
        point = self._words.point(record)
        return point.tag if point is not None else self._words.asset(record)

    def _session(self) -> Session | None:
        session = self._context.desk.session
        if session is None:
            self._context.actions.refused.emit(_("Sign in first."))
        return session
