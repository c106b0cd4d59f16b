"""One process of a site that several run: it leads when nobody else does, and stands by otherwise. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from backend import logs, site
from backend.errors import LinepackError
from backend.standby import Standby
from backend.store import Store
from backend.system import LEAD, System

TURN_S: Final = 0.25
"""How often a node asks whether it still leads, or may."""
RETRY_S: Final = 1.0
_log = logs.get(__name__)


class Node:
    """Runs in the thread that calls `run`. With a database in a file it always leads."""

    def __init__(
        self, folder: Path, *, wait: Callable[[float], bool], told: Callable[[System | Standby], None]
    ) -> None:
        """wait: sleep so many seconds, True when it is time to end. told: what this node has become, once started."""
        self._folder = folder
        self._wait = wait
        self._told = told
        self._leases = Store.leases(site.load(folder).database_url)

    def run(self) -> None:
        """Until it is time to end. Raises ConfigError when the site cannot be run at all."""
        begun = ended = False
        try:
            while not ended:
                try:
                    ended = self._lead() if self._leases.take(LEAD) else self._stand_by()
                except LinepackError as error:
                    if not begun:
                        raise
                    _log.error("neither leading nor standing by, tried again", error=str(error))
                    ended = self._wait(RETRY_S)
                begun = True
        finally:
            self._leases.close()

    def _lead(self) -> bool:
        """Until it is time to end (True), or another node leads (False)."""
        system = System(self._folder, leases=self._leases)
        system.start()
        self._told(system)
        try:
            while not (ended := self._wait(TURN_S)) and self._still_leads(system):
                pass
        finally:
            system.stop()
        self._leases.let_go(LEAD)
        return ended

    def _still_leads(self, system: System) -> bool:
        """While the database does not answer, nobody else can lead, and what arrives is held as ever."""
        if self._leases.holds(LEAD):
            return True
        taken = self._leases.take(LEAD)
        leads = taken is None or (taken and system.leads())
        if not leads:
            _log.error("another node leads by now")
        return leads

    def _stand_by(self) -> bool:
        """Until it is time to end (True), or the lead is this node's (False)."""
        standby = Standby(self._folder, leases=self._leases)
        standby.start()
        self._told(standby)
        try:
            while not (ended := self._wait(TURN_S)) and not self._leases.take(LEAD):
                pass
        finally:
            standby.stop()
        return ended
