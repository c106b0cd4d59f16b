"""Everything the console may touch, in one frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backend.api.alarms import AlarmsApi
from backend.api.balance import BalanceApi
from backend.api.commands import CommandsApi
from backend.api.devices import DevicesApi
from backend.api.exports import ExportsApi
from backend.api.journal import JournalApi
from backend.api.links import LinksApi
from backend.api.live import HistoryApi, LiveApi
from backend.api.metering import MeteringApi
from backend.api.models import ModelsApi
from backend.api.network import NetworkApi
from backend.api.notes import NotesApi
from backend.api.people import PeopleApi
from backend.api.preferences import PreferencesApi
from backend.api.screen import ScreenApi
from backend.api.status import StatusApi
from backend.clock import Clock
from backend.model.plant import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """Which site this is. mode: "live" or "simulator", fixed at start."""

    id: str
    name: str
    name_zh: str
    mode: str
    language: str
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The backend as the console sees it."""

    site: SiteInfo
    devices: DevicesApi
    live: LiveApi
    history: HistoryApi
    alarms: AlarmsApi
    commands: CommandsApi
    people: PeopleApi
    models: ModelsApi
    balance: BalanceApi
    links: LinksApi
    metering: MeteringApi
    network: NetworkApi
    notes: NotesApi
    preferences: PreferencesApi
    journal: JournalApi
    screen: ScreenApi
    exports: ExportsApi
    status: StatusApi
    clock: Clock

    @property
    def registry(self) -> Registry:
        """What is registered, as in force now; ids of points and devices never change their meaning."""
        return self.devices.registry()

    def now(self) -> int:
        """Wall clock, µs UTC: the one that ages are counted from."""
        return self.clock.wall_us()
