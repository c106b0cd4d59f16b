"""Facts to store in tests: made up, but whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backend.model.alarm import AlarmClass, AlarmConfig, AlarmFacts, AlarmName, InputQuality, Occurrence, Priority
from backend.model.command import Command, CommandContent, CommandKind, CommandState, RiskClass
from backend.model.journal import JournalDraft
from backend.model.person import Account, AccountStatus, Role
from backend.model.plant import Asset, AssetKind, Device, Limits, Point, QuantityKind, Registry
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch
from tests.support.clock import START_US


def url_of(file: Path) -> str:
    """The database address of a file."""
    return f"sqlite:///{file}"


def batch(
    rows: Sequence[tuple[int, int, float]], *, quality: int = GOOD, received_at: int = START_US, source: str = "R-12"
) -> SampleBatch:
    """Samples from (point, µs after the start of test time, value)."""
    return SampleBatch.of(
        [point for point, _, _ in rows],
        [START_US + after for _, after, _ in rows],
        [value for _, _, value in rows],
        [quality for _ in rows],
        received_at=received_at,
        source=source,
    )


def draft(subject: str = "c1", *, kind: str = "command.approved", value: float = 1.5) -> JournalDraft:
    """A journal entry to be."""
    return JournalDraft(
        at=START_US, kind=kind, subject=subject, person="p1", session="s1", workstation="w1", fields=(("value", value),)
    )


def command(command_id: str = "c1", state: CommandState = CommandState.REQUESTED, **changed: object) -> Command:
    """A command to close a valve."""
    content = CommandContent(
        id=command_id,
        kind=CommandKind.VALVE,
        device="V-204",
        point=7,
        tag="V-204.CMD",
        asset="valve-204",
        action="close",
        value=2.0,
        unit="",
        old_value=1.0,
        old_at=START_US,
        old_quality=GOOD,
        reason="leak at Binjiang Road",
        risk=RiskClass.SINGLE,
        origin="operator",
        requested_at=START_US,
        feedback_point=8,
        feedback_value=0.0,
        feedback_tolerance=0.5,
        verify_within_s=30.0,
    )
    facts: dict[str, object] = {
        "content": content,
        "state": state,
        "not_after": START_US + 60_000_000,
        "requester": "p1",
        "requester_session": "s1",
        "workstation": "w1",
    }
    return Command(**(facts | changed))  # type: ignore[arg-type] - tests name the fields they change


def alarm(key: str = "R12.PT-1202:low") -> tuple[AlarmConfig, AlarmFacts]:
    """A low pressure alarm that was raised and seen."""
    config = AlarmConfig(
        key=key,
        source=key.split(":", maxsplit=1)[0],
        condition="low",
        message="Outlet pressure LOW",
        alarm_class=AlarmClass.PROCESS,
        priorities=(("L", Priority.P3), ("LL", Priority.P1)),
        point=3,
    )
    facts = AlarmFacts(
        cond=True,
        input=InputQuality.GOOD,
        ack=True,
        occurrence=4,
        level="L",
        peak=Priority.P3,
        raised_at=START_US,
        acked_at=START_US + 5,
        acked_by="p1",
        value=1.93,
        limit=2.0,
    )
    return config, facts


def occurrence(key: str = "R12.PT-1202:low", *, at: int = START_US, event: str = "raise") -> Occurrence:
    """One line of the alarm journal."""
    return Occurrence(
        key=key,
        occurrence=4,
        event=event,
        at=at,
        recorded_at=at + 3,
        name=AlarmName.UNACK,
        priority=Priority.P3,
        level="L",
        value=1.93,
        limit=2.0,
    )


def account(login: str = "chen") -> Account:
    """An operator's account."""
    return Account(
        login=login,
        person=f"person-{login}",
        name="陈立",
        role=Role.OPERATOR,
        status=AccountStatus.ACTIVE,
        password_hash="$argon2id$…",
    )


def registry(points: int = 3) -> Registry:
    """One station with one device and some pressure points."""
    return Registry(
        assets=(
            Asset(id="city", kind=AssetKind.AREA, name="Linjiang"),
            Asset(id="R12", kind=AssetKind.REGULATOR, name="Regulator 12", parent="city", lon=113.2, lat=23.1),
        ),
        devices=(Device(id="R-12", model="lp:rtu", asset="R12", protocol="modbus", address={"host": "127.0.0.1"}),),
        points=tuple(
            Point(
                id=number,
                tag=f"R12.PT-{number}",
                device="R-12",
                asset="R12",
                property=f"pressure{number}",
                title=f"Pressure {number}",
                title_zh=f"压力 {number}",
                kind=QuantityKind.PRESSURE,
                unit="kPa",
                low=0.0,
                high=600.0,
                precision=1,
                period_s=1.0,
                limits=Limits(h=400.0),
                states={0: "closed", 1: "open"},
            )
            for number in range(points)
        ),
    )
