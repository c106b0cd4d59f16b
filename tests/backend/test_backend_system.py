"""The whole backend of a site: refuses cleanly, runs without its broker, leaves nothing, comes back the same."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.making import init_site
from app.people_cli import create_account
from backend.errors import ConfigError
from backend.links import guard
from backend.model.alarm import AlarmName, AlarmRecord, InputQuality
from backend.model.event import LinkState
from backend.model.quality import is_good
from backend.system import System
from tests.support.broker import Mosquitto, need_mosquitto
from tests.support.serving import SITE, Serving, Watched, make_live_site, rows

PASSWORD = "Correct-horse-77"
# Links are lost here; and a machine without a sound card logs so once.
warns = pytest.mark.expects_warnings


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another test process may be making its sounds at this moment."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    (tmp_path / "broker").mkdir()
    broker = Mosquitto(tmp_path / "broker")
    yield broker
    broker.stop()


@pytest.fixture
def site(tmp_path: Path, broker: Mosquitto) -> Path:
    """A live site of one pressure logger and one valve well, and an operator."""
    folder = tmp_path / "site"
    make_live_site(folder, broker_port=broker.port, devices=1)
    rows(folder, "assets", [{"id": "VW-1", "kind": "valve-well", "name": "VW-1"}])
    rows(folder, "devices", [{"id": "VW-1", "model": "valve-well-monitor", "asset": "VW-1"}])
    create_account(folder, "operator", name="Chen", role="operator", password=PASSWORD)
    return folder


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def sounds() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("linepack-sounds-*"))


@warns
def test_a_second_process_is_refused_and_leaves_nothing(site: Path) -> None:
    serving = Serving(site).start()
    try:
        before, sounds_before, files = threads(), sounds(), _files(site)
        with pytest.raises(ConfigError) as refused:
            System(site)
        assert str(refused.value) == f"{site}: another Linepack process (number {serving.pid}) already runs this site"
        assert (threads(), sounds(), _files(site)) == (before, sounds_before, files)
    finally:
        assert serving.stop() == 0
    System(site).stop()


@warns
def test_a_refused_build_leaves_the_site_free(site: Path) -> None:
    toml = site / "site.toml"
    good = toml.read_text("utf-8")
    toml.write_text(good.replace("[broker]\n", '[broker]\nversion = "9"\n').replace('version = "3.1.1"\n', ""), "utf-8")
    before, sounds_before = threads(), sounds()
    with pytest.raises(ConfigError):
        System(site)
    assert (threads(), sounds()) == (before, sounds_before)
    toml.write_text(good, "utf-8")
    watched = Watched(site)
    watched.system.start()
    watched.system.stop()


@warns
def test_without_its_broker_it_runs_says_so_and_finds_it_later(site: Path, broker: Mosquitto) -> None:
    watched = Watched(site)
    watched.system.start()
    try:
        lost = watched.until("the link lost", lambda: _link(watched, LinkState.LOST))
        assert f"127.0.0.1:{broker.port}" in lost[0].reason or "refused" in lost[0].reason
        key = f"link/{lost[0].link}:lost"
        watched.until("the link's alarm", lambda: _alarm(watched, key) and _alarm(watched, key).facts.cond)
        broker.start()
        watched.until("the link up", lambda: _link(watched, LinkState.UP))
        broker.publish(f"lp/{SITE}/PL-00/up", json.dumps({"values": {"pressure": 312.5}}))
        point = _point(watched, "PL-00.PT")
        watched.until("the value", lambda: watched.backend.live.snapshot().value[point] == 312.5)
        watched.until("the link's alarm over", lambda: not _alarm(watched, key).facts.cond)
    finally:
        watched.system.stop()


@warns
def test_a_simulator_connects_to_nobody_off_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry names a real address; conftest fails this test if a socket even tries (S7, F60)."""
    # The interpreter's own guard stays out of this process, which runs other tests: what holds here is the link's.
    monkeypatch.setattr("backend.system.keep_on_loopback", lambda: None)
    folder = tmp_path / "site"
    init_site(folder, mode="simulator", broker_url="")
    rows(folder, "assets", [{"id": "R-1", "kind": "station", "name": "R-1"}])
    address = {"host": "192.0.2.7", "port": 502, "unit": 1}
    rows(folder, "devices", [{"id": "R-1", "model": "station-rtu", "asset": "R-1", "address": address}])
    watched = Watched(folder)
    watched.system.start()
    try:
        (lost,) = watched.until("the link refused", lambda: _link(watched, LinkState.LOST))
        assert "192.0.2.7" in lost.link
        assert lost.reason
        assert watched.backend.site.mode == "simulator"
    finally:
        watched.system.stop()


@warns
def test_a_simulator_shuts_the_interpreter_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr("backend.system.keep_on_loopback", lambda: called.append("shut"))
    init_site(tmp_path / "sim", mode="simulator", broker_url="")
    init_site(tmp_path / "live", mode="live", broker_url="")
    System(tmp_path / "live")._close()
    assert called == []
    System(tmp_path / "sim")._close()
    assert called == ["shut"]
    assert guard.loopback_only("127.0.0.1", 502)


@warns
def test_start_and_stop_leave_nothing(site: Path, broker: Mosquitto) -> None:
    broker.start()
    before, sounds_before = threads(), sounds()
    for _ in range(2):
        watched = Watched(site)
        watched.system.start()
        watched.until("the link up", lambda watched=watched: _link(watched, LinkState.UP))  # type: ignore[misc]
        watched.system.stop()
        assert (threads(), sounds()) == (before, sounds_before)
    assert (site / "linepack.lock").read_text() == ""
    assert not list(site.glob("linepack.db-*"))
    kinds = [entry.draft.kind for entry in journal_of(site)]
    assert kinds[-4:] == ["system.started", "system.stopped", "system.started", "system.stopped"]


@warns
def test_a_restart_gives_back_every_value_and_every_alarm(site: Path, broker: Mosquitto) -> None:
    """T20, A8: facts identical, inputs unknown, what nobody has seen sounds again."""
    broker.start()
    watched = Watched(site)
    watched.system.start()
    try:
        watched.until("the link up", lambda: _link(watched, LinkState.UP))
        broker.publish(f"lp/{SITE}/VW-1/up", json.dumps({"values": {"ch4": 45.0, "water_level": 900.0, "lid": 1}}))
        broker.publish(f"lp/{SITE}/PL-00/up", json.dumps({"values": {"pressure": 312.5, "signal": -90.0}}))
        watched.until("methane", lambda: _alarm(watched, "VW-1.AT-CH4:high"))
        watched.until("the lid", lambda: _alarm(watched, "VW-1.ZS-LID:state"))
        point = _point(watched, "PL-00.PT")
        watched.until("the value", lambda: watched.backend.live.snapshot().value[point] == 312.5)
        session = watched.backend.people.sign_in("operator", PASSWORD, "desk").result(10)
        lid = _alarm(watched, "VW-1.ZS-LID:state")
        alarms = watched.backend.alarms
        alarms.acknowledge(session, lid.config.key, lid.facts.occurrence).result(10)
        alarms.shelve(session, lid.config.key, 600, "fitter on site").result(10)
    finally:
        watched.system.stop()
    broker.stop()

    again = Watched(site)
    values = again.backend.live.snapshot()
    alarms_before = _facts(watched.backend.alarms.snapshot())
    alarms_after = _facts(again.backend.alarms.snapshot())
    last = watched.backend.live.snapshot()
    again.system.stop()
    np.testing.assert_array_equal(values.value, last.value)
    np.testing.assert_array_equal(values.at, last.at)
    assert {"VW-1.AT-CH4:high", "VW-1.ZS-LID:state"} <= alarms_before.keys()
    assert alarms_after.keys() >= {"VW-1.AT-CH4:high", "VW-1.ZS-LID:state"}
    for key in ("VW-1.AT-CH4:high", "VW-1.ZS-LID:state"):
        assert alarms_after[key].facts == replace(alarms_before[key].facts, input=InputQuality.UNKNOWN)
        assert alarms_after[key].name is alarms_before[key].name
    assert alarms_after["VW-1.ZS-LID:state"].name is AlarmName.SHLVD
    assert (alarms_after["VW-1.AT-CH4:high"].name, alarms_after["VW-1.AT-CH4:high"].horn) == (AlarmName.UNACK, True)
    # Nothing is vouched for until the field has spoken again.
    assert not any(is_good(int(code)) for code in values.quality)


def journal_of(site: Path) -> list[Any]:
    """The journal of a site at rest."""
    from app.opening import reading
    from backend.site import load

    with reading(load(site)) as records:
        return list(records.journal())


def _facts(records: tuple[AlarmRecord, ...]) -> dict[str, AlarmRecord]:
    return {record.config.key: record for record in records}


def _alarm(watched: Watched, key: str) -> Any:
    return _facts(watched.backend.alarms.snapshot()).get(key)


def _link(watched: Watched, state: LinkState) -> list[Any]:
    return [health for health in watched.backend.links.snapshot() if health.state is state]


def _point(watched: Watched, tag: str) -> int:
    return next(point.id for point in watched.backend.registry.points if point.tag == tag)


def _files(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))
