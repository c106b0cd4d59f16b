"""When the field does not do as it is told: a stuck valve, a link that breaks under an order. Nothing is sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.model.command import Command, CommandState
from backend.model.event import LinkState
from tests.support.city import City
from tests.support.console import Console, HurryingClock

pytestmark = [
    # Links are lost here, and a machine without a sound card logs so once.
    pytest.mark.expects_warnings,
]
CLOSE = bytes.fromhex("06 00 00 00 02")
WINDOW_S = 120
"""How long the model of a motor valve gives the position to agree."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    # Ten times as fast: a valve travels in three seconds.
    city = City(tmp_path_factory.mktemp("doubt"), speed=10)
    yield city
    city.stop()


@pytest.fixture
def clock() -> HurryingClock:
    return HurryingClock()


@pytest.fixture
def console(city: City, clock: HurryingClock, tmp_path: Path) -> Iterator[Console]:
    """Each test its own site, whose clock may hurry."""
    console = Console(city.copied_to(tmp_path / "site"), city.phones, clock=clock)
    try:
        console.until_all_links()
        yield console
        assert console.backend.journal.verify().result(20).ok
    finally:
        console.stop()


def closing(console: Console, device: str) -> Command:
    """The valve stands open and is told to close."""
    console.until_good(device)
    assert console.value(f"{device}.ZS") == 1.0
    return console.give(f"{device}.CMD", "close")


def link_of(console: Console, device: str) -> LinkState:
    return next(health.state for health in console.backend.links.snapshot() if device in health.devices)


def test_a_valve_that_does_not_move_has_failed(city: City, console: Console, clock: HurryingClock) -> None:
    city.field.ask({"stick": "R-11/XV", "at": 1.0})
    console.until_good("R-11")
    command = console.give("R-11.XV-IN-CMD", "close")
    console.until_command(command.content.id, CommandState.ACKED)
    console.until("the torque trip", lambda: console.value("R-11.XV-IN-FLT") == 1.0)
    # The position must be read fresh when the window ends: the last seconds pass for real.
    clock.skip(WINDOW_S - 4)
    ended = console.until_command(command.content.id, CommandState.FAILED)
    assert (ended.feedback_seen, ended.content.feedback_value) == (1.0, 2.0)
    assert console.until_alarm("R-11.XV-IN-CMD:discrepancy").facts.cond
    assert console.until_alarm("R-11.XV-IN-FLT:state").facts.cond
    assert len(city.written_to("R-11")) == 1
    assert console.life_line(command.content.id)[-3:] == ["dispatched", "acked", "failed"]


def test_a_valve_that_stops_on_the_way_is_in_doubt(city: City, console: Console, clock: HurryingClock) -> None:
    city.field.ask({"stick": "XV-0417", "at": 0.4})
    command = closing(console, "XV-0417")
    console.until_command(command.content.id, CommandState.ACKED)
    console.until("the torque trip", lambda: console.value("XV-0417.FLT") == 1.0)
    assert console.value("XV-0417.ZS") == 0.0
    # A travelling valve gets a second window; then it is neither closed nor where it was.
    clock.skip(2 * WINDOW_S - 4)
    ended = console.until_command(command.content.id, CommandState.INDETERMINATE)
    assert console.until_alarm("XV-0417.CMD:indeterminate").facts.cond
    assert console.until_alarm("XV-0417.FLT:state").facts.cond
    assert city.written_to("XV-0417") == [CLOSE]
    # Only a third person, who has looked, ends it.
    third = console.session(next(login for login in ("sup-1", "sup-2") if login != ended.approver))
    resolved = console.backend.commands.resolve(
        third, command.content.id, verified=False, note="fitter on site: stands at 40 %"
    ).result(10)
    assert (resolved.state, resolved.resolved_by) == (CommandState.FAILED, third.person)
    console.until("no doubt left", lambda: console.alarm("XV-0417.CMD:indeterminate") is None or not _stands(console))


def test_a_link_cut_after_the_write_leaves_doubt_until_the_valve_is_seen(city: City, console: Console) -> None:
    city.field.ask({"cut_after_write": "XV-0422"})
    command = closing(console, "XV-0422")
    ended = console.until_command(command.content.id, CommandState.INDETERMINATE)
    assert ended.dispatched_at > 0
    assert console.until_alarm("XV-0422.CMD:indeterminate").facts.cond
    console.until("the link lost", lambda: link_of(console, "XV-0422") is not LinkState.UP)
    assert console.until_alarm(f"{_link(console, 'XV-0422')}:lost").facts.cond
    city.field.ask({"restore": "XV-0422"})
    console.until("the link back", lambda: link_of(console, "XV-0422") is LinkState.UP)
    # C18: what is read after the order says where the valve stands; nobody sent anything again.
    seen = console.until_command(command.content.id, CommandState.VERIFIED)
    assert seen.feedback_seen == 2.0
    assert city.written_to("XV-0422") == [CLOSE]
    assert console.life_line(command.content.id).count("dispatching") == 1
    assert console.life_line(command.content.id)[-2:] == ["indeterminate", "verified"]


def test_a_valve_that_falls_silent_under_an_order_leaves_doubt(city: City, console: Console) -> None:
    city.field.ask({"cut_after_write": "XV-0424"})
    command = closing(console, "XV-0424")
    console.until_command(command.content.id, CommandState.INDETERMINATE)
    assert console.until_alarm("XV-0424.CMD:indeterminate").facts.cond
    city.field.ask({"restore": "XV-0424"})
    seen = console.until_command(command.content.id, CommandState.VERIFIED)
    assert seen.feedback_seen == 2.0
    assert [order["id"] for order in city.listener.orders_to("XV-0424")] == [command.content.id]
    assert console.life_line(command.content.id).count("dispatching") == 1


def _stands(console: Console) -> bool:
    alarm = console.alarm("XV-0417.CMD:indeterminate")
    return alarm is not None and alarm.facts.cond


def _link(console: Console, device: str) -> str:
    return "link/" + next(health.link for health in console.backend.links.snapshot() if device in health.devices)
