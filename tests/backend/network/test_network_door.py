"""The network behind the door: valves stand as their devices say, things are found by tag, answers come as futures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from app.making import init_site
from backend.api import Backend
from backend.api.network import NetworkApi
from backend.api.worker import Worker
from backend.errors import RefusedError
from backend.model.command import Command, CommandContent, CommandKind, CommandState, RiskClass
from backend.model.isolation import Direction
from backend.model.live import TagSnapshot
from backend.model.quality import GOOD
from backend.system import System

ASKED_S = 10


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    folder = tmp_path_factory.mktemp("network") / "site"
    init_site(folder, template="city", size="small", modbus_port=61000, broker_url="mqtt://127.0.0.1:61999")
    system = System(folder)
    yield system.backend
    system.stop()


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
    with Worker(1) as pool:
        yield pool


Door = Callable[..., NetworkApi]


@pytest.fixture
def door(backend: Backend, worker: ThreadPoolExecutor) -> Door:
    """A door whose valves all read open and turned to remote, but for the (device, property) given."""

    def make(bad: tuple[tuple[str, str], ...] = (), **closed_or_local: float) -> NetworkApi:
        points = backend.registry.points
        value = np.array([1.0 if "position" in each.property or "remote" in each.property else 0.0 for each in points])
        quality = np.full(len(points), GOOD, np.uint8)
        for point in points:
            key = f"{point.device}_{point.property}".replace("-", "_")
            value[point.id] = closed_or_local.get(key, value[point.id])
            quality[point.id] = 0 if (point.device, point.property) in bad else GOOD
        times = np.zeros(len(points), np.int64)
        snapshot = TagSnapshot(value=value, at=times, quality=quality, received_at=times, version=1, taken_at=0)
        return NetworkApi(
            backend.network.drawing(),
            registry=lambda: backend.registry,
            commandable=backend.commands.commandable,
            snapshot=lambda: snapshot,
            worker=worker,
        )

    return make


def test_open_valves_that_obey_from_here(door: Door) -> None:
    states = door().valve_states()

    assert states.closed == states.unknown == frozenset()
    assert states.remote == {"XV-0415", "XV-0417", "XV-0422", "XV-0424", "R-11/XV", "R-12/XV", "NGS/XV"}


def test_a_closed_valve_a_lost_one_and_one_turned_to_local(door: Door) -> None:
    states = door(
        (("XV-0422", "position"),), XV_0417_position=2.0, XV_0415_local_remote=0.0, XV_0424_position=0.0
    ).valve_states()

    assert states.closed == {"XV-0417"}
    assert states.unknown == {"XV-0422", "XV-0424"}
    assert {"XV-0417", "R-12/XV"} <= states.remote
    assert not {"XV-0415", "XV-0422"} & states.remote


def test_the_leak_is_found_by_its_tag_and_isolated(door: Door) -> None:
    network = door()
    place = network.locate("GD-0418-CH4")
    isolation = network.isolate("GD-0418-CH4").result(ASKED_S)

    assert place is not None
    assert place.nodes == ("BA-05",)
    assert [valve.id for valve in isolation.plans[0].valves] == ["XV-0417", "XV-0422"]


def test_a_commanded_point_and_its_valve(door: Door, backend: Backend) -> None:
    network = door()
    command = network.valve_commands()["XV-0417"]

    assert backend.registry.points[command].device == "XV-0417"
    assert network.valve_of(command) == "XV-0417"
    assert backend.registry.points[network.valve_commands()["R-12/XV"]].device == "R-12"
    assert network.valve_of(0) == ""


def test_consequence_trace_and_surroundings_come_as_futures(door: Door) -> None:
    network = door()

    assert network.consequence(["XV-0417", "XV-0422"]).result(ASKED_S).losses.customers > 0
    assert network.trace("K-014", Direction.UPSTREAM).result(ASKED_S).sources[0].id == "NGS"
    within = network.within("VW-0418", 20).result(ASKED_S)
    assert {"VW-0418", "BA-05"} <= {thing.id for thing in within.things}
    assert network.around(within.lon, within.lat, 20).result(ASKED_S) == within
    assert network.distance_m("VW-0418", "VW-0418") == 0


def test_what_is_not_in_the_network_is_refused(door: Door) -> None:
    network = door()

    assert network.locate("nowhere") is None
    assert network.distance_m("nowhere", "K-014") is None
    with pytest.raises(RefusedError):
        network.isolate("nowhere").result(ASKED_S)


def test_a_question_after_the_end_is_refused(door: Door, worker: ThreadPoolExecutor) -> None:
    network = door()
    worker.shutdown()
    with pytest.raises(RefusedError, match="ending"):
        network.consequence(["XV-0417"]).result(ASKED_S)


def test_a_real_backend_without_values_knows_no_position(backend: Backend) -> None:
    states = backend.network.valve_states()

    assert states.remote == frozenset()
    assert "XV-0417" in states.unknown


def test_what_a_command_was_to_do_is_kept(backend: Backend, door: Door) -> None:
    network = door()
    command = asked_for(network.valve_commands()["XV-0417"])
    network.on_command(command)
    network.on_command(replace(command, state=CommandState.CANCELLED))
    network.consequence([]).result(ASKED_S)
    told = network.at_request("CMD-1")

    assert told is not None
    assert (told.closing, told.losses.customers) == (("XV-0417",), 0)
    assert network.at_request("CMD-2") is None


def asked_for(point: int) -> Command:
    content = CommandContent(
        id="CMD-1",
        kind=CommandKind.VALVE,
        device="XV-0417",
        point=point,
        tag="XV-0417",
        asset="XV-0417",
        action="close",
        value=2.0,
        unit="",
        old_value=1.0,
        old_at=0,
        old_quality=GOOD,
        reason="why",
        risk=RiskClass.SINGLE,
        origin="operator",
        requested_at=0,
        feedback_point=None,
        feedback_value=None,
        feedback_tolerance=0.0,
        verify_within_s=60.0,
    )
    return Command(
        content=content,
        state=CommandState.REQUESTED,
        not_after=0,
        requester="p",
        requester_session="s",
        workstation="w",
    )


def test_what_two_closed_valves_cut_off_is_told_pipe_by_pipe(door: Door) -> None:
    assert door().cut_off().result(ASKED_S) == frozenset()
    shut = door(XV_0417_position=2.0, XV_0422_position=2.0)
    cut = shut.cut_off().result(ASKED_S)
    section = {pipe.id for pipe in shut.drawing().pipes if {pipe.start, pipe.end} & {"BA-04", "BA-05", "BA-06"}}
    assert section <= cut
    assert not any(pipe.start.startswith("R-12.out") for pipe in shut.drawing().pipes if pipe.id in cut)
