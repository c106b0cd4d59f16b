"""Who is signed in at this desk."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from backend.api import Backend
from backend.model.person import Right, Session


class Desk(QObject):
    """The person at this workstation, if any.

    Signals: closing() before signing out, while the session still is good for taking something back;
    changed() after signing in or out; lost() before that, when the session ended elsewhere; locked_changed().
    """

    closing = Signal()
    changed = Signal()
    lost = Signal()
    locked_changed = Signal()

    def __init__(self, backend: Backend, workstation: str) -> None:
        super().__init__()
        self.workstation = workstation
        self._backend = backend
        self._session: Session | None = None
        self._locked = False

    @property
    def locked(self) -> bool:
        """Whether the screen is locked: the session stays, but nobody at the desk may use it."""
        return self._locked

    @property
    def session(self) -> Session | None:
        """The open session; None while nobody is signed in."""
        return self._session

    def may(self, right: Right) -> bool:
        """Whether the person here may do this now; asked anew each time."""
        return not self._locked and self._session is not None and self._backend.people.may(self._session, right)

    def opened(self, session: Session) -> None:
        """Someone signed in: from nobody, or at a locked screen, which ends the session that was locked."""
        before, self._session = self._session, session
        self._locked = False
        if before is not None:
            self._backend.people.sign_out(before)
        self.changed.emit()

    def lock(self) -> None:
        """Nobody may use the session until somebody signs in again."""
        if self._session is not None and not self._locked:
            self.closing.emit()
            self._locked = True
            self.locked_changed.emit()

    def close(self) -> None:
        """Sign out."""
        if self._session is not None:
            self.closing.emit()
            self._backend.people.sign_out(self._session)
            self._session = None
            self._locked = False
            self.changed.emit()

    def look(self) -> None:
        """Notice that the session ended elsewhere: account disabled, role changed, too long idle."""
        if self._session is not None and not any(self._backend.people.may(self._session, right) for right in Right):
            self.closing.emit()
            self._session = None
            self.lost.emit()
            self.changed.emit()
