"""A desk to try commands at: one motor valve, one regulator, two shifts of people, and ports that only remember.

Everything is in memory and under the test's hand: the ledger commits or fails when told, the dispatcher never sends
anything but checks at each write that the claim is durable (S1), and every port call can be the one that kills.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TypeVar

from backend.clock import US
from backend.commands import LAST_NUMBER, CommandEngine, Policy, Reading
from backend.commands.ports import Writes
from backend.errors import RefusedError, StoreError
from backend.model.actuation import Actuator, Condition
from backend.model.alarm import AlarmConfig
from backend.model.command import TERMINAL, Command, CommandState, Order, Receipt, ReceiptKind
from backend.model.journal import JournalDraft, JournalEntry
from backend.model.person import Reauthenticated, Right, Role, Session
from backend.model.plant import Device, Point, QuantityKind, Registry
from backend.model.quality import GOOD
from tests.support.clock import ManualClock

T = TypeVar("T")

POSITION, OPENING, LOCAL, FAULT, COMMAND = range(5)
PRESSURE, SETPOINT, SETPOINT_FEEDBACK, SLAM_SHUT = range(5, 9)
TRAVELLING, OPEN, CLOSED, CONTRADICTORY = 0.0, 1.0, 2.0, 3.0
"""Codes of the position as the motor valve's thing model has them."""


def point(number: int, device: str, name: str, **changes: object) -> Point:
    """One registered point."""
    base = Point(
        id=number,
        tag=f"{device}.{name}",
        device=device,
        asset=f"asset-{device}",
        property=name,
        title=name.replace("_", " ").capitalize(),
        title_zh="",
        kind=QuantityKind.SWITCH,
        unit="",
        low=0.0,
        high=3.0,
        precision=0,
        period_s=2.0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name fields of the dataclass


def registry() -> Registry:
    """A motor valve XV-0417 and a regulator R-12."""
    kpa = {"kind": QuantityKind.PRESSURE, "unit": "kPa", "high": 10.0, "precision": 2, "period_s": 10.0}
    position = {0: "travelling", 1: "open", 2: "closed", 3: "contradictory"}
    return Registry(
        devices=(
            Device(
                id="XV-0417", model="motor-valve", asset="asset-XV-0417", protocol="modbus", short_code="0417",
                remote_enabled=True,
            ),
            Device(
                id="R-12", model="regulator-cabinet", asset="asset-R-12", protocol="modbus", short_code="12",
                remote_enabled=True,
            ),
        ),
        points=(
            point(POSITION, "XV-0417", "position", states=position),
            point(OPENING, "XV-0417", "opening_percent", kind=QuantityKind.RATIO, unit="%", high=100.0, precision=1),
            point(LOCAL, "XV-0417", "local_remote", states={0: "local", 1: "remote"}),
            point(FAULT, "XV-0417", "fault", states={0: "normal", 1: "fault"}),
            point(COMMAND, "XV-0417", "command", writable=True, states={0: "none", 1: "open", 2: "close"}),
            point(PRESSURE, "R-12", "outlet_pressure", **kpa),
            point(SETPOINT, "R-12", "outlet_setpoint", writable=True, **kpa),
            point(SETPOINT_FEEDBACK, "R-12", "outlet_setpoint_feedback", **kpa),
            point(SLAM_SHUT, "R-12", "slam_shut", states={0: "armed", 1: "tripped"}),
        ),
    )  # fmt: skip


def actuators() -> tuple[Actuator, ...]:
    """Open, close and set, as the thing models have them."""
    valve = Actuator(
        point=COMMAND,
        device="XV-0417",
        verb="open",
        title="Open valve",
        title_zh="",
        value=1.0,
        feedback=POSITION,
        feedback_value=OPEN,
        tolerance=0.0,
        verify_within_s=45.0,
        conditions=(Condition(point=LOCAL, equals=1.0), Condition(point=FAULT, equals=0.0)),
    )
    setpoint = Actuator(
        point=SETPOINT,
        device="R-12",
        verb="set",
        title="Set outlet pressure",
        title_zh="",
        value=None,
        feedback=SETPOINT_FEEDBACK,
        feedback_value=None,
        tolerance=0.05,
        verify_within_s=15.0,
        conditions=(Condition(point=SLAM_SHUT, equals=0.0),),
    )
    return valve, replace(valve, verb="close", title="Close valve", value=2.0, feedback_value=CLOSED), setpoint


class KilledError(BaseException):
    """The process is gone at this instant."""


@dataclass(slots=True)
class Durable:
    """What is on the disk, and what left for the field: both outlive the process."""

    commands: dict[str, Command] = field(default_factory=dict)
    claims: set[tuple[str, int]] = field(default_factory=set)
    journal: list[JournalDraft] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    alarms: dict[str, int] = field(default_factory=dict)
    """Key → how often it was raised anew."""
    standing: set[str] = field(default_factory=set)
    sent: list[Order] = field(default_factory=list)

    def kinds(self) -> list[str]:
        """Kinds of the journal entries, in order."""
        return [draft.kind for draft in self.journal]


class Transaction:
    """Writes of one transaction, applied all or not at all. Refuses what the real store's triggers refuse."""

    def __init__(self, disk: Durable) -> None:
        self._disk = disk
        self.commands: dict[str, Command] = {}
        self.claims: set[tuple[str, int]] = set()
        self.drafts: list[JournalDraft] = []
        self.settings: dict[str, str] = {}

    def command(self, command: Command) -> None:
        """Insert or update; an end is final (S8) and the content never changes."""
        old = self._disk.commands.get(command.content.id)
        if old is not None and (old.content != command.content or (old.state in TERMINAL and old != command)):
            raise StoreError("command {id} may not be changed", id=command.content.id)
        self.commands[command.content.id] = command

    def claim(self, command_id: str, attempt: int) -> None:
        """Unique."""
        if (command_id, attempt) in self._disk.claims:
            raise StoreError("{id} was claimed before", id=command_id)
        self.claims.add((command_id, attempt))

    def journal(self, draft: JournalDraft) -> JournalEntry:
        """Append."""
        self.drafts.append(draft)
        return JournalEntry(seq=len(self._disk.journal) + len(self.drafts), draft=draft, previous=b"", hash=b"")

    def setting(self, key: str, value: str) -> None:
        """Upsert."""
        self.settings[key] = value

    def commit(self) -> None:
        """All of it. Never a change without its entry (S13)."""
        assert self.drafts
        self._disk.commands.update(self.commands)
        self._disk.claims.update(self.claims)
        self._disk.journal.extend(self.drafts)
        self._disk.settings.update(self.settings)


class Site:
    """One process on a disk; `restart()` gives the next one."""

    def __init__(
        self,
        disk: Durable | None = None,
        clock: ManualClock | None = None,
        policy: Policy | None = None,
        registered: Registry | None = None,
    ) -> None:
        self.registry = registered or registry()
        self.disk = disk or Durable()
        self.clock = clock or ManualClock()
        self.policy = policy or Policy()
        self.values: dict[int, Reading] = {}
        self.broken = False
        """The ledger refuses everything."""
        self.link_up = True
        self.dead: set[str] = set()
        """Persons without any active account."""
        self.kill_at = 0
        """Die at this port call; 0 = never."""
        self.calls = 0
        self.told: Callable[[Receipt], None] | None = None
        self.write_error: Exception | None = None
        self.on_commit: Callable[[], None] = lambda: None
        self.queue: list[Callable[[], None]] = []
        self.sessions = {
            "s-op": _session("s-op", "A-2", Role.OPERATOR, "Desk A"),
            "s-op2": _session("s-op2", "A-3", Role.OPERATOR, "Desk B"),
            "s-op-other": _session("s-op-other", "A-2", Role.SUPERVISOR, "Desk S"),
            "s-sup": _session("s-sup", "S-1", Role.SUPERVISOR, "Desk S"),
            "s-sup2": _session("s-sup2", "S-2", Role.SUPERVISOR, "Desk T"),
            "s-aud": _session("s-aud", "U-1", Role.AUDITOR, "Desk U"),
        }
        self._proofs = 0
        self.engine = self._engine()
        self.changed: list[CommandState] = []
        self.engine.changed.subscribe(lambda command: self.changed.append(command.state))
        self.field()

    def start(self) -> Site:
        """Take in hand what the disk holds."""
        self.engine.on_restart(tuple(self.disk.commands.values()))
        return self

    def restart(self) -> Site:
        """A new process on the same disk, a minute later."""
        self.clock.tick(60)
        return Site(self.disk, ManualClock(self.clock.wall_us(), 5.0), self.policy, self.registry).start()

    def _engine(self) -> CommandEngine:
        return CommandEngine(
            mode="live",
            registry=self.registry,
            actuators=actuators(),
            ledger=self,
            call=self.queue.append,
            values=self,
            links=self,
            dispatcher=self,
            people=self,
            alarms=self,
            clock=self.clock,
            policy=self.policy,
            last_number_setting=self.disk.settings.get(LAST_NUMBER),
        )

    # -- the field ---------------------------------------------------------------------------------------------------

    def set(self, point_id: int, value: float, *, quality: int = GOOD, at: int | None = None) -> None:
        """A new value, arriving now."""
        now = self.clock.wall_us()
        self.values[point_id] = Reading(value=value, at=now if at is None else at, received_at=now, quality=quality)

    def field(self, position: float = OPEN) -> None:
        """Everything read afresh, all well, the valve at `position`."""
        opening = {OPEN: 100.0, CLOSED: 0.0}.get(position, 40.0)
        for point_id, value in (
            (POSITION, position), (OPENING, opening), (LOCAL, 1.0), (FAULT, 0.0), (COMMAND, 0.0),
            (PRESSURE, 3.0), (SETPOINT, 3.0), (SETPOINT_FEEDBACK, 3.0), (SLAM_SHUT, 0.0),
        ):  # fmt: skip
            self.set(point_id, value)

    def tick(self, seconds: float) -> None:
        """Time goes on and the engine is told."""
        self.clock.tick(seconds)
        self.engine.tick()

    def say(self, kind: ReceiptKind, *, attempt: int = 1, command: str | None = None, detail: str = "") -> None:
        """The driver says something of the last order."""
        order = self.disk.sent[-1]
        receipt = Receipt(
            command=command or order.command, attempt=attempt, kind=kind, at=self.clock.wall_us(), detail=detail
        )
        assert self.told is not None
        self.told(receipt)
        self.drain()

    def drain(self) -> None:
        """Run what was put to the core."""
        while self.queue:
            self.queue.pop(0)()

    # -- what people do, in short ------------------------------------------------------------------------------------

    def close(self, session: str = "s-op") -> Command:
        """Ask to close the valve."""
        return self.engine.request(session, point=COMMAND, action="close", reason="line break")

    def proof(self, session: str, command: Command, changes: dict[str, object] | None = None) -> Reauthenticated:
        """A password and a fresh code, given just now for this text."""
        self._proofs += 1
        purpose = self.engine.approval_purpose(command.content.id, self.engine.signed_hash(command.content.id))
        base = Reauthenticated(
            id=f"proof-{self._proofs}",
            session=session,
            person=self.sessions[session].person,
            purpose=purpose,
            second_factor=True,
            mono=self.clock.mono(),
        )
        return replace(base, **(changes or {}))  # type: ignore[arg-type]  # tests name fields of the dataclass

    def approve(self, command: Command, session: str = "s-sup", changes: dict[str, object] | None = None) -> Command:
        """Approve with everything right but `changes` of the proof."""
        identity = command.content.id
        return self.engine.approve(
            session,
            identity,
            signed_hash=self.engine.signed_hash(identity),
            proof=self.proof(session, command, changes),
            person_on_site=command.content.person_on_site,
        )

    def approved(self) -> Command:
        """A close that went all the way to the dispatcher."""
        command = self.engine.confirm("s-op", self.close().content.id, "0417")
        return self.approve(command)

    def state(self, command: Command) -> CommandState:
        """Its state as the engine has it."""
        return self.now(command).state

    def now(self, command: Command) -> Command:
        """The command as the engine has it."""
        return next(each for each in self.engine.commands() if each.content.id == command.content.id)

    # -- ports -------------------------------------------------------------------------------------------------------

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self.kill_at:
            raise KilledError

    def run(self, work: Callable[[Writes], T]) -> Future[T]:
        """One transaction; can die before and after it is durable."""
        future: Future[T] = Future()
        self._call()
        transaction = Transaction(self.disk)
        try:
            if self.broken:
                raise StoreError("disk is full")
            result = work(transaction)
        except StoreError as error:
            future.set_exception(error)
            return future
        transaction.commit()
        self._call()
        self.on_commit()
        future.set_result(result)
        return future

    def reading(self, point: int) -> Reading:
        """The tag table."""
        return self.values[point]

    def up(self, device: str) -> bool:
        """Links."""
        return self.link_up

    def write(self, order: Order, told: Callable[[Receipt], None]) -> None:
        """The dispatcher: checks the claim on the disk, then the bytes leave."""
        self._call()
        if self.write_error is not None:
            raise self.write_error
        row = self.disk.commands[order.command]
        assert row.state is CommandState.DISPATCHING
        assert (order.command, order.attempt) in self.disk.claims
        assert self.clock.wall_us() < order.not_after
        assert self.clock.mono() < order.deadline_mono
        assert (order.value, order.point, order.signed_hash) == (row.content.value, row.content.point, row.signed_hash)
        self.disk.sent.append(order)
        self.told = told
        self._call()

    def session(self, session_id: str) -> Session | None:
        """People."""
        return self.sessions.get(session_id)

    def rights(self, session_id: str) -> frozenset[Right]:
        """People."""
        session = self.sessions.get(session_id)
        if session is None or session.person in self.dead:
            return frozenset()
        return _RIGHTS[session.role]

    def person_may(self, person: str, right: Right) -> bool:
        """People."""
        roles = {session.role for session in self.sessions.values() if session.person == person}
        return person not in self.dead and any(right in _RIGHTS[role] for role in roles)

    def raise_(self, config: AlarmConfig, *, value: float | None = None) -> None:
        """Alarms."""
        self._call()
        if self.broken:
            raise RefusedError("not saved")
        self.disk.alarms[config.key] = self.disk.alarms.get(config.key, 0) + int(config.key not in self.disk.standing)
        self.disk.standing.add(config.key)

    def clear(self, key: str) -> None:
        """Alarms."""
        self._call()
        if self.broken:
            raise RefusedError("not saved")
        self.disk.standing.discard(key)


_OPERATE = frozenset({Right.VIEW, Right.CMD_REQUEST})
_RIGHTS = {
    Role.OPERATOR: _OPERATE,
    Role.SUPERVISOR: _OPERATE | {Right.CMD_APPROVE, Right.CMD_RESOLVE},
    Role.AUDITOR: frozenset({Right.JOURNAL_READ}),
}


def _session(session_id: str, person: str, role: Role, workstation: str) -> Session:
    return Session(
        id=session_id,
        login=session_id[2:],
        person=person,
        name=person,
        role=role,
        workstation=workstation,
        started_at=US,
    )
