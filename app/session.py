"""Who is signed in at this desk."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from backend.api import Backend
from backend.model.person import Right, Session


class Desk(QObject):
    """The person at this workstation, if any.

    Signals: closing() before signing out, while the session still is good for taking something back;
    changed() after signing in or out; lost() before that, when the session ended elsewhere.
    """

    closing = Signal()
    changed = Signal()
    lost = Signal()

    def __init__(self, backend: Backend, workstation: str) -> None:
        super().__init__()
        self.workstation = workstation
        self._backend = backend
        self._session: Session | None = None

    @property
    def session(self) -> Session | None:
        """The open session; None while nobody is signed in."""
        return self._session

    def may(self, right: Right) -> bool:
        """Whether the person here may do this now; asked anew each time."""
        return self._session is not None and self._backend.people.may(self._session, right)

    def opened(self, session: Session) -> None:
        """Someone signed in."""
        self._session = session
        self.changed.emit()

    def close(self) -> None:
        """Sign out."""
        if self._session is not None:
            self.closing.emit()
            self._backend.people.sign_out(self._session)
            self._session = None
            self.changed.emit()

    def look(self) -> None:
        """Notice that the session ended elsewhere: account disabled, role changed, too long idle."""
        if self._session is not None and not any(self._backend.people.may(self._session, right) for right in Right):
            self.closing.emit()
            self._session = None
            self.lost.emit()
            self.changed.emit()
