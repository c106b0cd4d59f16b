"""What people may ask of an alarm; each request is one event, journaled whether it is done or refused.

Rights are the caller's to check at the moment of use: an empty `by` says that nobody had the right, and is refused.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from backend.alarms import events as e
from backend.alarms.changes import Changes


class PeopleRequests(ABC):
    """The requests of an alarm engine. times: µs UTC. A refused request returns Changes with `refused` set."""

    @abstractmethod
    def _request(self, key: str, event: e.Event, now: int, session: str = "") -> Changes:
        """Let the event happen to the alarm, or say why not."""

    def acknowledge(
        self, key: str, occurrence: int, by: str, workstation: str, now: int, *, session: str = ""
    ) -> Changes:
        """Somebody has seen this occurrence (T3, T4)."""
        event = e.Acknowledge(occurrence=occurrence, by=by, workstation=workstation)
        return self._request(key, event, now, session)

    def reset(self, key: str, by: str, workstation: str, now: int, *, session: str = "") -> Changes:
        """Let a latched alarm go (T5)."""
        return self._request(key, e.Reset(by=by, workstation=workstation), now, session)

    def shelve(
        self,
        key: str,
        seconds: int,
        reason: str,
        by: str,
        workstation: str,
        now: int,
        *,
        one_shot: bool = False,
        session: str = "",
    ) -> Changes:
        """Hold an alarm back for a while (T10). one_shot: until it clears, if that comes first."""
        event = e.Shelve(seconds=seconds, by=by, reason=reason, workstation=workstation, one_shot=one_shot)
        return self._request(key, event, now, session)

    def unshelve(self, key: str, by: str, workstation: str, now: int, *, session: str = "") -> Changes:
        """Take it off the shelf (T11)."""
        return self._request(key, e.Unshelve(by=by, workstation=workstation), now, session)

    def out_of_service(
        self,
        key: str,
        by: str,
        second: str,
        reason: str,
        measure: str,
        until: int,
        workstation: str,
        now: int,
        *,
        session: str = "",
    ) -> Changes:
        """Two persons take it out of service until a date (µs UTC) with a compensating measure (T13)."""
        event = e.TakeOutOfService(
            by=by, second=second, reason=reason, measure=measure, until=until, workstation=workstation
        )
        return self._request(key, event, now, session)

    def return_to_service(self, key: str, by: str, workstation: str, now: int, *, session: str = "") -> Changes:
        """Put it back into service (T14)."""
        return self._request(key, e.ReturnToService(by=by, workstation=workstation), now, session)
