"""Say once that the database is lost, and once that it is back."""

from __future__ import annotations

from backend import logs

_log = logs.get(__name__)


class Outage:
    """For one connection's thread. place: what the database is called."""

    def __init__(self, place: object) -> None:
        self._place = place
        self._lost = False

    def begin(self, error: BaseException) -> None:
        """The connection must not be used again."""
        if not self._lost:
            _log.error("database lost", file=str(self._place), error=str(error))
        self._lost = True

    def end(self) -> None:
        """A transaction was stored."""
        if self._lost:
            _log.info("database recovered", file=str(self._place))
        self._lost = False
