"""Build, wire, start and stop one site's backend; the only file that names every feature. No Qt.

In: a site folder. Out: `System.backend`, the one door. Threads: "core", "writer", "field" (asyncio drivers), one paho
network thread per broker, "horn", "forward" (one per target of a chain), and a small pool "worker" for slow work
(password hashing, history, exports).
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend import devices, logs, site
from backend.access import ROLES_SETTING, People
from backend.alarms import HORN_ALARM, AlarmEngine, AplaySounder, Changes, Horn
from backend.alarms.responses import Responses
from backend.api import Backend, SiteInfo
from backend.api.alarms import AlarmsApi
from backend.api.balance import BalanceApi
from backend.api.commands import CommandsApi
from backend.api.configuration import Configuration
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
from backend.api.screen import SCREEN_ALARM, ScreenApi
from backend.api.soundness import Soundness
from backend.api.status import StatusApi
from backend.api.worker import Worker
from backend.audit.bundle import write_bundle
from backend.audit.chain import GENESIS, Verdict, seal
from backend.audit.checkpoint import CheckpointFile, not_gone_back, verify_journal
from backend.audit.signing import load_key, load_public
from backend.clock import Clock, SystemClock
from backend.commands import LAST_NUMBER, CommandEngine
from backend.commands.ports import Reading
from backend.drivers import DRIVERS
from backend.drivers.mqtt import SPEC as MQTT
from backend.drivers.mqtt import divided
from backend.errors import ConfigError, LinepackError, StoreError
from backend.links.dispatch import Dispatch
from backend.links.fleet import Fleet, Planned
from backend.links.guard import anywhere, keep_on_loopback, loopback_only
from backend.links.loop import FieldLoop, start_thread
from backend.links.planning import plan_links
from backend.links.ports import LinkContext
from backend.links.seats import Leases, Seats
from backend.live import TagTable
from backend.metering import TARIFF_SETTING, Books, billed_points, read_tariff
from backend.model.alarm import AlarmConfig
from backend.model.command import Command
from backend.model.form import Form
from backend.model.journal import JournalDraft
from backend.model.network import Network
from backend.model.plant import Registry
from backend.model.thing_model import ThingModel
from backend.network import NETWORK_FILE, from_geojson
from backend.pipeline import Core, Inbox
from backend.pipeline.judge import Ranges
from backend.pipeline.relay import Relays
from backend.processing import Chains, Forwarder, check_targets, compile_chains
from backend.processing.targets import Targets
from backend.site import Site
from backend.site.lock import SiteLock, node_name
from backend.site.options import link_options
from backend.store import Reserve, Store

_log = logs.get(__name__)

CHECKPOINT_FILE = "journal.checkpoints"
CHECKPOINT_EVERY_US = 60_000_000
_WORKERS = 4
_SIMULATOR_PITCH = 0.7
"""The simulator has a different horn (hmi.md 6)."""
LEAD = "lead"
"""Lease of the node that runs the core: it judges, alarms and commands."""
_KEEP_COMMANDS = 500
"""Commands taken in at start: every open one, and the newest of all for the list and for late device actions."""


class System:
    """One site's backend in this process. Built whole or not at all: a refusal leaves nothing open."""

    def __init__(self, folder: Path, *, clock: Clock | None = None, leases: Leases | None = None) -> None:
        """leases: what this process holds already of a site that several nodes run (`backend.node`)."""
        self._clock = clock or SystemClock()
        self._undo: list[Callable[[], None]] = []
        try:
            self._build(site.load(folder), leases)
        except BaseException:
            self._close()
            raise

    # -- built once, top to bottom --------------------------------------------------------------------------------

    def _build(self, place: Site, leases: Leases | None) -> None:
        clock = self._clock
        lock = SiteLock(place.folder)
        self._undo.append(lock.release)
        if place.mode == "simulator":
            keep_on_loopback()
        logs.to_file(place.folder / "log")
        self._open_store(place)
        leases = leases or self._own_leases(place)
        self._store.lead(node_name(place.folder))
        registry = self._store.registry()
        models = self._models = site.thing_models(place.folder)
        forms = devices.bind(registry, models, place.id)
        self._chains = compile_chains(registry, models)
        newest = self._store.last_values()
        self._worker = Worker(_WORKERS, thread_name_prefix="worker")
        self._undo.append(lambda: self._worker.shutdown(wait=True, cancel_futures=True))

        self._inbox = Inbox()
        self._loop = FieldLoop()
        shared = link_options(place)

        def planned(registered: Registry) -> tuple[Planned, ...]:
            return divided(plan_links(registered, forms, DRIVERS, shared=shared), place.seats)[0]

        plans = planned(registry)
        table = TagTable(np.array([point.period_s for point in registry.points], np.float64))
        table.restore(newest)
        alarms = AlarmEngine(
            registry=registry,
            links=[plan.id for _spec, plan in plans],
            clock=clock,
            stored=self._store.alarms(),
            newest=newest,
            last_seen=int(newest.received_at),
        )
        tariff = read_tariff(self._store.setting(TARIFF_SETTING))
        books = self._books = Books(billed_points(registry, models), tariff, self._store.meter_accounts())
        self._core: Core[Changes] = Core(
            inbox=self._inbox,
            clock=clock,
            ledger=self._store,
            stored=self._store.history,
            table=table,
            alarms=alarms,
            ranges=_ranges(registry, self._chains),
            chains=self._chains,
            books=books,
        )
        context = LinkContext(
            sink=self._inbox,
            clock=clock,
            loop=self._loop,
            may_connect=loopback_only if place.mode == "simulator" else anywhere,
            bill=books.bill,
            order_comes=self._order_comes,
        )
        dispatch = Dispatch()
        self._fleet = Fleet(plans, context=context, dispatch=dispatch)
        self._seats = Seats(
            divided(plan_links(registry, forms, DRIVERS, shared=shared), place.seats)[1],
            build=lambda plan: MQTT.build(plan, context),
            leases=leases,
        )
        self._relays = Relays(inbox=self._inbox, waiting=self._store.relayed) if place.seats else None
        people = People(
            accounts=self._store.accounts(),
            roles_setting=self._store.setting(ROLES_SETTING),
            ledger=self._store,
            clock=clock,
        )
        self._commands = CommandEngine(
            mode=place.mode,
            registry=registry,
            actuators=devices.actuators(registry, models),
            ledger=self._store,
            call=self._core.call,
            values=_Values(table),
            links=dispatch,
            dispatcher=dispatch,
            people=people,
            alarms=_CommandAlarms(self._core, alarms, clock),
            clock=clock,
            last_number_setting=self._store.setting(LAST_NUMBER),
        )
        self._commands.on_restart(_kept_commands(self._store))
        people.revoked.subscribe(self._commands.on_revoked)
        self._core.topics.ticked.subscribe(lambda _now: self._commands.tick())
        self._core.topics.committed.subscribe(lambda batch: self._commands.on_values(batch.point))
        self._core.topics.ticked.subscribe(self._checkpoint_in_time)
        self._next_checkpoint = 0
        self._alarms = alarms
        sounds = Path(tempfile.mkdtemp(prefix="linepack-sounds-"))
        self._undo.append(lambda: shutil.rmtree(sounds))
        self._horn = Horn(
            sounder=AplaySounder(sounds, pitch=_SIMULATOR_PITCH if place.mode == "simulator" else 1.0),
            clock=clock,
            start_thread=start_thread,
        )
        self._core.topics.ticked.subscribe(self._sound)
        # What gives values: the devices, and the chains for computed points.
        given = {**forms, **dict.fromkeys(self._chains.computed)}
        configuration = Configuration(
            registry=registry,
            forms=given,
            models=models,
            plan=planned,
            core=self._core,
            alarms=alarms,
            commands=self._commands,
            table=table,
            fleet=self._fleet,
            store=self._store,
            people=people,
            clock=clock,
        )
        self._chains.follow(lambda: configuration.registry)
        devices_api = DevicesApi(
            configuration=configuration,
            forms=given,
            models=models,
            fleet=self._fleet,
            table=table,
            counters=self._core.counters,
            store=self._store,
            worker=self._worker,
        )
        self.backend = self._door(
            place,
            devices_api,
            self._processing(place, configuration, models, forms, shared, people),
            table,
            alarms,
            people,
        )

    def _open_store(self, place: Site) -> None:
        # A simulator has nothing that must be proved.
        reserve = Reserve(place.folder) if place.mode == "live" else None
        self._store = Store.open(
            place.database_url, site=place.id, mode=place.mode, clock=self._clock, seal=seal, reserve=reserve
        )
        self._undo.append(self._store.close)
        self._store.keep(place.keeping)
        self._key = load_key(place.folder)
        self._checkpoints = CheckpointFile(place.folder / CHECKPOINT_FILE, log=self._store.id)
        self._public = load_public(place.folder)
        not_gone_back(self._store, self._checkpoints, self._public)

    def _processing(
        self,
        place: Site,
        configuration: Configuration,
        models: Mapping[str, ThingModel],
        forms: Mapping[int, Form],
        shared: Mapping[str, Mapping[str, str]],
        people: People,
    ) -> ModelsApi:
        """The targets that chains forward to, and the door to the models."""
        registry, broker = configuration.registry, shared["mqtt"]

        def targets_of(wanted: Mapping[str, ThingModel], bound: Mapping[int, Form]) -> Targets:
            return check_targets(
                configuration.registry,
                wanted,
                bound,
                site=place.id,
                broker=bool(broker),
                may_forward=lambda host: site.may_forward(place, host),
            )

        def startable(wanted: Mapping[str, ThingModel]) -> None:
            """ConfigError when the site could not start with these models."""
            bound = devices.bind(configuration.registry, wanted, place.id)
            plan_links(configuration.registry, bound, DRIVERS, shared=shared)
            targets_of(wanted, bound)

        self._forwarder = Forwarder(targets_of(models, forms), site=place.id, broker=broker, start_thread=start_thread)
        self._core.topics.committed.subscribe(self._forwarder.on_committed)
        return ModelsApi(
            models=models,
            devices=Counter(device.model for device in registry.devices),
            check=startable,
            dropped=self._chains.dropped,
            targets=self._forwarder.accounts,
            call=self._core.call,
            folder=place.folder,
            people=people,
            store=self._store,
            clock=self._clock,
            worker=self._worker,
        )

    def _door(
        self,
        place: Site,
        devices_api: DevicesApi,
        models_api: ModelsApi,
        table: TagTable,
        alarms: AlarmEngine,
        people: People,
    ) -> Backend:
        core, clock, store = self._core, self._clock, self._store
        self._soundness = Soundness(
            store=store, verify=self.verify_journal, alarms=_CommandAlarms(core, alarms, clock), worker=self._worker
        )
        self._undo.append(self._soundness.stop)
        drawing = _drawing(place)
        network = NetworkApi(
            drawing,
            registry=devices_api.registry,
            commandable=self._commands.commandable,
            snapshot=lambda: table.snapshot(clock.wall_us()),
            worker=self._worker,
        )
        self._commands.changed.subscribe(network.on_command)
        links = LinksApi(self._fleet.links, core.topics.links)
        balance = BalanceApi(
            drawing=drawing, registry=devices_api.registry, snapshot=lambda: table.snapshot(clock.wall_us())
        )
        core.topics.ticked.subscribe(balance.on_tick)
        core.topics.ticked.subscribe(self._soundness.on_tick)
        people_api = PeopleApi(people=people, call=core.call, worker=self._worker, issuer=f"Linepack {place.id}")
        alarms_api = AlarmsApi(
            core=core,
            engine=alarms,
            store=store,
            people=people,
            clock=clock,
            silence=self._silence,
            responses=Responses(devices_api.registry, self._models, site.alarm_responses()),
            worker=self._worker,
        )
        return Backend(
            site=SiteInfo(
                id=place.id,
                name=place.name,
                name_zh=place.name_zh,
                mode=place.mode,
                language=place.language,
                folder=place.folder,
            ),
            devices=devices_api,
            live=LiveApi(table, core.topics.live, clock),
            history=HistoryApi(store.history, self._worker),
            alarms=alarms_api,
            commands=CommandsApi(
                engine=self._commands, call=core.call, people=people_api, steps=store.journal_of, worker=self._worker
            ),
            people=people_api,
            models=models_api,
            links=links,
            metering=MeteringApi(self._fleet.links, self._books),
            network=network,
            balance=balance,
            notes=NotesApi(store=store, people=people, clock=clock, worker=self._worker),
            preferences=PreferencesApi(store, self._worker, clock, people),
            exports=ExportsApi(store=store, people=people, clock=clock, worker=self._worker),
            journal=JournalApi(
                store=store,
                check=self.verify_journal,
                bundle=self._write_bundle,
                people=people,
                clock=clock,
                worker=self._worker,
            ),
            screen=ScreenApi(clock),
            status=StatusApi(core, self._inbox, links, clock, alarms_api.rate),
            clock=clock,
        )

    # -- running --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the core, then the field. Everything that arrives from now on is kept."""
        self._journal("system.started")
        self._horn.start()
        self._forwarder.start()
        self._core.start()
        self._loop.start()
        self._fleet.start()
        self._seats.start()
        if self._relays is not None:
            self._relays.start()
        _log.info("started", site=self.backend.site.id, links=len(self._fleet.links()))

    def stop(self) -> None:
        """Stop the field, take what is queued, close the store. Leaves no thread."""
        self._core.call(lambda: self._commands.suspend("the program ends"))
        if self._relays is not None:
            self._relays.stop()
        self._seats.stop()
        self._fleet.stop()
        self._loop.stop()
        self._core.stop()
        self._forwarder.stop()
        self._horn.stop()
        self._journal("system.stopped")
        self._checkpoint()
        self._close()

    def leads(self) -> bool:
        """Whether no other node has led the site since this one began."""
        try:
            return self._store.leads()
        except StoreError:
            return False

    def verify_journal(self) -> Verdict:
        """Check the whole journal against its chain and its checkpoints."""
        genesis = GENESIS(self._store.site, self._store.id)
        return verify_journal(self._store.journal(), genesis, self._checkpoints, self._public)

    def _write_bundle(self, file: Path) -> int:
        """The whole journal as one signed file."""
        self._checkpoint()
        made = write_bundle(
            file,
            self._store.journal(),
            site=self._store.site,
            mode=self._store.mode,
            store=self._store.id,
            checkpoints=self.backend.site.folder / CHECKPOINT_FILE,
            key=self._key,
            at=self._clock.wall_us(),
        )
        return made.count

    def _order_comes(self, device: str) -> bool:
        """For links, which are built before the commands."""
        return self._commands.order_comes(device)

    def _own_leases(self, place: Site) -> Leases:
        """Those of a process that nobody else of the site shares its work with. Raises ConfigError."""
        leases = Store.leases(place.database_url)
        self._undo.append(leases.close)
        if not leases.take(LEAD):
            raise ConfigError(
                "{folder}: another node leads this site, or its database cannot be reached; `linepack serve` stands by "
                "and takes over when that node ends.",
                folder=place.folder,
            )
        return leases

    def _journal(self, kind: str) -> None:
        draft = JournalDraft(at=self._clock.wall_us(), kind=kind, subject=self._store.site)
        try:
            self._store.run(lambda tx: tx.journal(draft)).result()
        except LinepackError as error:
            _log.error("could not be journaled", kind=kind, error=str(error))

    def _silence(self) -> None:
        self._core.call(lambda: self._alarms.silence(self._clock.wall_us()))

    def _sound(self, now: int) -> None:
        """Tell the horn what the alarms want; a horn that cannot be heard is itself an alarm (F42)."""
        self._horn.want(self._alarms.horn_wish())
        if self._horn.trouble():
            self._core.settle(self._alarms.raise_(HORN_ALARM, now))
        else:
            self._core.settle(self._alarms.clear(HORN_ALARM.key, now))
        self._watch_screen(now)

    def _watch_screen(self, now: int) -> None:
        """A screen that stands still is an alarm, heard although it cannot be seen."""
        if self.backend.screen.watch():
            self._core.settle(self._alarms.raise_(SCREEN_ALARM, now))
        else:
            self._core.settle(self._alarms.clear(SCREEN_ALARM.key, now))

    def _checkpoint_in_time(self, now: int) -> None:
        if now >= self._next_checkpoint:
            self._next_checkpoint = now + CHECKPOINT_EVERY_US
            self._worker.submit(self._checkpoint)

    def _checkpoint(self) -> None:
        """Sign where the journal stands, outside the database."""
        try:
            newest = self._store.journal_tail(1)
            for entry in newest:
                self._checkpoints.append(self._key, count=entry.seq, head=entry.hash, at=self._clock.wall_us())
        except LinepackError as error:
            _log.error("no checkpoint of the journal", error=str(error))

    def _close(self) -> None:
        while self._undo:
            self._undo.pop()()


@dataclass(frozen=True, slots=True)
class _Values:
    """The tag table as commands read it."""

    table: TagTable

    def reading(self, point: int) -> Reading:
        value, at, received_at, quality = self.table.one(point)
        return Reading(value=value, at=at, received_at=received_at, quality=quality)


@dataclass(frozen=True, slots=True)
class _CommandAlarms:
    """The alarm engine as commands and the daily check see it: durable when it returns. Core thread only."""

    core: Core[Changes]
    engine: AlarmEngine
    clock: Clock

    def raise_(self, config: AlarmConfig, *, value: float | None = None) -> None:
        self.core.settle(self.engine.raise_(config, self.clock.wall_us(), value))

    def clear(self, key: str) -> None:
        self.core.settle(self.engine.clear(key, self.clock.wall_us()))


def _kept_commands(store: Store) -> Iterable[Command]:
    """Every open one, and the newest of all."""
    ended = {each.content.id: each for each in store.commands(limit=_KEEP_COMMANDS)}
    still_open = {each.content.id: each for each in store.commands(open_only=True, limit=_KEEP_COMMANDS)}
    return (ended | still_open).values()


def _drawing(place: Site) -> Network:
    """The gas network as drawn in the site folder; an empty one where nothing is drawn. Raises ConfigError."""
    file = place.folder / NETWORK_FILE
    return from_geojson(site.read_json(file), file=str(file)) if file.exists() else Network()


def _ranges(registry: Registry, chains: Chains) -> Ranges:
    low, high = chains.arriving(
        np.array([point.low for point in registry.points], np.float64),
        np.array([point.high for point in registry.points], np.float64),
    )
    return Ranges(low=low, high=high)
