"""An order from two people's hands to the field and back: valve by Modbus, valve by MQTT, set-point of a station."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from backend.model.command import Command, CommandState
from backend.model.journal import JournalEntry
from tests.support.city import City
from tests.support.console import Console

pytestmark = [
    # A machine without a sound card logs so once.
    pytest.mark.expects_warnings,
]
LIFE_LINE = [
    "requested",
    "confirmed",
    "awaiting-approval",
    "approved",
    "dispatching",
    "dispatched",
    "acked",
    "verified",
]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    # Five times as fast: a valve travels in six seconds.
    city = City(tmp_path_factory.mktemp("orders"), speed=5)
    yield city
    city.stop()


@pytest.fixture(scope="module")
def console(city: City) -> Iterator[Console]:
    console = Console(city.folder, city.phones)
    console.until_all_links()
    yield console
    console.stop()


def done(console: Console, command: Command) -> Command:
    return console.until_command(command.content.id, CommandState.VERIFIED, within_s=40)


def flows(console: Console, tag: str) -> float:
    """Wait until gas flows there (the solver takes its time to start); m³/h."""
    console.until(f"flow at {tag}", lambda: console.value(tag) > 100)
    return console.value(tag)


def entry_of(console: Console, command: Command, state: CommandState) -> JournalEntry:
    (entry,) = [
        entry
        for entry in console.backend.commands.steps(command.content.id).result(10)
        if entry.draft.kind == f"command.{state.value}"
    ]
    return entry


def check_journal(console: Console, command: Command) -> None:
    """Every step once, in order, with its persons; and the whole journal is sound."""
    assert console.life_line(command.content.id) == LIFE_LINE
    assert [state.value for state in console.states_of(command.content.id)] == [
        # Confirmed and on its way to the approver is one transaction: people see its end.
        *(state for state in LIFE_LINE if state != "confirmed")
    ]
    assert entry_of(console, command, CommandState.REQUESTED).draft.person == "operator"
    assert entry_of(console, command, CommandState.APPROVED).draft.person.startswith("sup-")
    assert dict(entry_of(console, command, CommandState.VERIFIED).draft.fields)["by"] == "feedback"
    verdict = console.backend.journal.verify().result(20)
    assert (verdict.ok, verdict.first_bad) == (True, None)


def test_a_valve_is_closed_over_modbus(city: City, console: Console) -> None:
    before = flows(console, "XV-0417.FT")
    console.until_fresh("XV-0417.ZS", "XV-0417.PT-DN")
    pressure_before = console.value("XV-0417.PT-DN")
    assert console.value("XV-0417.ZS") == 1.0
    command = done(console, console.give("XV-0417.CMD", "close"))
    assert command.feedback_seen == 2.0
    console.until("no flow", lambda: console.value("XV-0417.FT") == 0.0)
    assert before > 100
    # Cut off from R-12, the section behind the valve sinks to what the other station holds.
    console.until("a lower pressure", lambda: console.value("XV-0417.PT-DN") < pressure_before - 1.0)
    # Function 6, register 0, code 2 = close: the one write that this device has ever seen.
    assert city.written_to("XV-0417") == [bytes.fromhex("06 00 00 00 02")]
    assert console.alarm("XV-0417.CMD:indeterminate") is None
    check_journal(console, command)


def test_a_valve_is_closed_over_mqtt(city: City, console: Console) -> None:
    flows(console, "XV-0415.FT")
    console.until_fresh("XV-0415.ZS")
    assert console.value("XV-0415.ZS") == 1.0
    command = done(console, console.give("XV-0415.CMD", "close"))
    console.until("no flow", lambda: console.value("XV-0415.FT") == 0.0)
    (order,) = city.listener.orders_to("XV-0415")
    assert (order["id"], order["value"]) == (command.content.id, 2.0)
    # The message carries an end of its own, inside the signed one.
    assert order["not_after"] * 1000 <= command.content.not_after
    check_journal(console, command)


def test_a_set_point_is_written_and_the_outlet_follows(city: City, console: Console) -> None:
    console.until("gas", lambda: console.value("FT-1203") > 100 and console.value("PT-1202") > 345)
    console.until_fresh("R-12.SPF-A", "PT-1202")
    assert console.value("R-12.SPF-A") == 360.0
    command = done(console, console.give("R-12.SP-A", "set", 340.0))
    assert command.content.old_value == 360.0
    assert math.isclose(console.value("R-12.SPF-A"), 340.0, abs_tol=2.0)
    console.until("the outlet pressure", lambda: abs(console.value("PT-1202") - 340.0) < 8.0, within_s=40)
    # Function 16: 340.0 as float32 (43AA0000), low word first as the RTU has it.
    assert city.written_to("R-12") == [bytes.fromhex("10 00 00 00 02 04 00 00 43 AA")]
    check_journal(console, command)
