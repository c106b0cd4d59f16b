"""A running site is changed over real Modbus: without a restart, only where it concerns, everything journaled."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.making import init_site
from app.people_cli import create_account
from backend.clock import US
from backend.errors import RefusedError, StoreError
from backend.model.alarm import AlarmName, AlarmRecord
from backend.model.change import ConfigVersion, DeviceChange, PointChange
from backend.model.event import LinkState
from backend.model.journal import JournalDraft
from backend.model.person import Session
from backend.model.plant import Limits, Mode, Point
from backend.store import Store
from tests.support.modbus_station import Station
from tests.support.serving import Watched, rows

PASSWORD = "Correct-horse-77"
PRESSURE = "R-1.PT-IN"
OLD_PERIOD_S = 20.0
# A machine without a sound card logs so once.
pytestmark = pytest.mark.expects_warnings


@pytest.fixture
def stations() -> Iterator[tuple[Station, Station]]:
    pair = Station(), Station()
    for station in pair:
        station.start()
        say(station, 3000.0)
    yield pair
    for station in pair:
        station.stop()


@pytest.fixture
def folder(stations: tuple[Station, Station], tmp_path: Path) -> Path:
    """A live site of two district stations that are read every 20 s, an engineer and an operator."""
    folder = tmp_path / "site"
    init_site(folder, mode="live", broker_url="")
    names = ("R-1", "R-2")
    rows(folder, "assets", [{"id": name, "kind": "station", "name": name} for name in names])
    rows(
        folder,
        "devices",
        [
            {
                "id": name,
                "model": "station-rtu",
                "asset": name,
                "address": {"host": "127.0.0.1", "port": station.port, "unit": 1},
                "period_s": OLD_PERIOD_S,
                "short_code": name[-1] * 2,
            }
            for name, station in zip(names, stations, strict=True)
        ],
    )
    for role in ("engineer", "operator"):
        create_account(folder, role, name=role, role=role, password=PASSWORD)
    return folder


@pytest.fixture
def site(folder: Path) -> Iterator[Watched]:
    watched = Watched(folder)
    watched.system.start()
    watched.until("a value", lambda: value(watched) == 3000.0 and links(watched) == {LinkState.UP})
    yield watched
    watched.system.stop()


def say(station: Station, pressure: float) -> None:
    """The inlet pressure in registers 0 and 1; everything else reads 0."""
    station.registers.update(enumerate(struct.unpack(">HH", struct.pack(">f", pressure))))


def point(site: Watched, tag: str = PRESSURE) -> Point:
    return next(each for each in site.backend.registry.points if each.tag == tag)


def value(site: Watched) -> float:
    return float(site.backend.live.snapshot().value[point(site).id])


def received_at(site: Watched) -> int:
    return int(site.backend.live.snapshot().received_at[point(site).id])


def links(site: Watched) -> set[LinkState]:
    return {health.state for health in site.backend.links.snapshot()}


def signed_in(site: Watched, login: str = "engineer") -> Session:
    return site.backend.people.sign_in(login, PASSWORD, "desk-e").result(10)


def change(site: Watched, what: PointChange | DeviceChange, login: str = "engineer") -> ConfigVersion:
    return site.backend.devices.change(signed_in(site, login), what, "as the test asks").result(10)


def limited(site: Watched, **limits: float | None) -> PointChange:
    before: Limits = point(site).limits
    return PointChange(point=point(site).id, limits=replace(before, on_delay_s=0.0, off_delay_s=0.0, **limits))  # type: ignore[arg-type]


def alarm(site: Watched, key: str) -> AlarmRecord | None:
    return next((each for each in site.backend.alarms.snapshot() if each.config.key == key), None)


def journal(site: Watched, kind: str) -> list[JournalDraft]:
    return [entry.draft for entry in site.backend.journal.tail(100).result(10) if entry.draft.kind == kind]


def test_a_shorter_period_counts_at_once_and_no_other_link_is_touched(
    site: Watched, stations: tuple[Station, Station]
) -> None:
    began, asked = site.backend.now(), stations[0].requests
    up_since = {health.link: health.since for health in site.backend.links.snapshot()}
    change(site, PointChange(point=point(site).id, period_s=0.2))
    say(stations[0], 3100.0)
    site.until("the new value", lambda: value(site) == 3100.0, OLD_PERIOD_S / 2)
    say(stations[0], 3200.0)
    site.until("the next one", lambda: value(site) == 3200.0, OLD_PERIOD_S / 2)
    assert site.backend.now() - began < OLD_PERIOD_S * US
    assert stations[0].requests > asked
    assert (stations[0].connections, stations[1].connections) == (2, 1)
    other = next(health for health in site.backend.links.snapshot() if "R-2" in health.devices)
    assert (other.state, other.since) == (LinkState.UP, up_since[other.link])


def test_on_change_passes_what_changed_and_no_more_than_every_other_poll(
    site: Watched, stations: tuple[Station, Station]
) -> None:
    change(site, PointChange(point=point(site).id, period_s=0.1, mode=Mode.ON_CHANGE, change_band=5.0))
    begun = site.backend.now()
    for number in range(1, 4):
        say(stations[0], 3000.0 + 100.0 * number)
        site.until("what changed", lambda number=number: value(site) == 3000.0 + 100.0 * number)  # type: ignore[misc]
    last = received_at(site)
    site.until("kept fresh unchanged", lambda: received_at(site) > last)
    stored = site.stored()
    mine = stored.where((stored.point == point(site).id) & (stored.at >= begun))
    steady = mine.where(mine.value == 3300.0)
    # Two polls apart, but for the moment the value came.
    assert len(steady) >= 2
    assert steady.at[-1] - steady.at[0] >= 0.15 * US


def test_limits_raise_at_once_what_stands_is_not_deleted_and_they_clear(
    site: Watched, stations: tuple[Station, Station]
) -> None:
    key = f"{PRESSURE}:high"
    change(site, limited(site, h=2900.0))
    raised = site.until("the alarm", lambda: alarm(site, key))
    assert raised is not None
    assert (raised.name, raised.facts.level, raised.facts.limit) == (AlarmName.UNACK, "H", 2900.0)
    before = site.backend.devices.version(), site.backend.registry
    with pytest.raises(RefusedError) as refused:
        change(site, limited(site, h=None, hh=None))
    assert (site.backend.devices.version(), site.backend.registry) == before
    assert alarm(site, key) is not None
    assert journal(site, "config.refused")[-1].fields[-1] == ("why", str(refused.value))
    change(site, limited(site, h=3500.0))
    site.until("over", lambda: alarm(site, key) is not None and not alarm(site, key).facts.cond)  # type: ignore[union-attr]
    assert (stations[0].connections, stations[1].connections) == (1, 1)


def test_versions_tell_who_when_why_and_what_and_outlive_the_program(site: Watched, folder: Path) -> None:
    began = site.backend.now()
    change(site, PointChange(point=point(site).id, period_s=5.0))
    change(site, DeviceChange(device="R-1", remote_enabled=True))
    second, first = site.backend.devices.changes().result(10)
    assert (first.number, first.subject, first.person, first.reason) == (1, PRESSURE, "engineer", "as the test asks")
    assert first.values == (("period_s", OLD_PERIOD_S, 5.0),)
    assert (second.number, second.subject, second.values) == (2, "R-1", (("remote_enabled", False, True),))
    assert began <= first.at <= second.at <= site.backend.now()
    assert site.backend.journal.verify().result(10).ok
    assert site.backend.devices.version() == 2
    (entry,) = [each for each in journal(site, "config.changed") if each.subject == "R-1"]
    assert (entry.person, entry.workstation) == ("engineer", "desk-e")
    site.system.stop()
    again = Watched(folder)
    again.system.start()
    try:
        assert again.backend.devices.version() == 2
        assert point(again).period_s == 5.0
        assert again.backend.registry.devices[0].remote_enabled
    finally:
        again.system.stop()
        site.system = again.system


def test_the_edge_control_path_opens_and_shuts_commands_without_touching_the_link(
    site: Watched, stations: tuple[Station, Station]
) -> None:
    session = signed_in(site, "operator")
    target = next(each for each in site.backend.commands.commandable() if each.device == "R-1")

    def enabled() -> bool:
        check = site.backend.commands.check(session, point=target.point, action=target.actions[0]).result(10)
        (interlock,) = [each for each in check.interlocks if each.name == "Remote control enabled"]
        return interlock.met

    assert not enabled()
    change(site, DeviceChange(device="R-1", remote_enabled=True))
    assert enabled()
    change(site, DeviceChange(device="R-1", remote_enabled=False))
    assert not enabled()
    assert stations[0].connections == 1


def test_without_the_right_nothing_changes_and_the_try_is_journaled(site: Watched) -> None:
    before = site.backend.registry
    with pytest.raises(RefusedError, match="operator may not do this"):
        change(site, PointChange(point=point(site).id, period_s=1.0), login="operator")
    with pytest.raises(RefusedError, match="a change needs a reason"):
        site.backend.devices.change(signed_in(site), DeviceChange(device="R-1", remote_enabled=True), " ").result(10)
    assert site.backend.registry is before
    assert [(each.subject, each.person) for each in journal(site, "config.refused")] == [
        (PRESSURE, "operator"),
        ("R-1", "engineer"),
    ]
    assert not journal(site, "config.changed")


@pytest.mark.parametrize(
    ("error", "told", "words"),
    [
        (StoreError("disk full"), RefusedError, "not saved, nothing changed"),
        (ValueError("a defect"), ValueError, "a defect"),
    ],
)
def test_a_change_that_the_database_does_not_take_is_no_change(
    site: Watched, monkeypatch: pytest.MonkeyPatch, error: Exception, told: type[Exception], words: str
) -> None:
    before = site.backend.registry

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("backend.store.tx.Tx.setting", fails)
    with pytest.raises(told, match=words):
        change(site, limited(site, h=2900.0))
    monkeypatch.undo()
    assert (site.backend.registry, site.backend.devices.version()) == (before, 0)
    assert alarm(site, f"{PRESSURE}:high") is None
    assert isinstance(site.system._store, Store)
    assert site.system._store.registry() == before
    change(site, limited(site, h=2900.0))
    site.until("the alarm", lambda: alarm(site, f"{PRESSURE}:high"))


def test_devices_show_model_link_bindings_and_when_they_spoke(site: Watched) -> None:
    first, second = site.backend.devices.snapshot()
    assert (first.model, first.version, first.device.asset) == ("station-rtu", "1.0.0", "R-1")
    assert {first.link, second.link} == {health.link for health in site.backend.links.snapshot()}
    assert PRESSURE in {each.tag for each in first.bound}
    assert first.commandable
    heard = site.backend.devices.last_heard()
    assert heard["R-1"] == received_at(site)


def test_the_pipeline_counts_add_up(site: Watched, stations: tuple[Station, Station]) -> None:
    stations[0].spoil_next = lambda frame: b"\x00\x01\x00\x07" + frame[4:]
    change(site, PointChange(point=point(site).id, period_s=0.2))
    site.until("put aside", lambda: site.backend.status.snapshot().quarantined)
    site.until("up again", lambda: links(site) == {LinkState.UP})
    stages = {stage.key: stage for stage in site.backend.devices.pipeline()}
    assert list(stages) == ["received", "authenticated", "decrypted", "parsed", "judged", "processed", "new", "stored"]
    assert stages["parsed"].failed == 1
    assert stages["judged"].passed > 0
    assert stages["received"].passed == stages["parsed"].passed + 1
    (item,) = site.backend.devices.quarantined().result(10)
    assert (item.stage, item.raw[:4]) == ("frame", b"\x00\x01\x00\x07")
