"""kill -9 on an order's way out: never sent twice, and whatever may have been sent is in doubt until it is seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.audit.chain import Verdict
from backend.model.command import Command, CommandState
from tests.support.city import SUPERVISORS, City
from tests.support.console import Console, HurryingClock

pytestmark = [
    # A machine without a sound card logs so once.
    pytest.mark.expects_warnings,
]
CLOSE = bytes.fromhex("06 00 00 00 02")
WINDOW_S = 120
"""How long the model of a motor valve gives the position to agree."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    # Ten times as fast: a valve travels in three seconds.
    city = City(tmp_path_factory.mktemp("killed"), speed=10)
    yield city
    city.stop()


@pytest.fixture
def site(city: City, tmp_path: Path) -> Path:
    return city.copied_to(tmp_path / "site")


def killed(city: City, site: Path, point: str, tag: str) -> str:
    """Let a process give an order and die there; the order's id."""
    secret = city.phones.secret(SUPERVISORS[0])
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.dying_console", str(site), point, tag, secret],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == -9, done.stdout + done.stderr
    (command_id,) = done.stdout.split()
    return command_id


def again(city: City, site: Path, clock: HurryingClock) -> Console:
    """The next process on the same site, links up and every value of the valves read."""
    console = Console(site, city.phones, clock=clock)
    console.until_all_links()
    return console


def stays(console: Console, command: Command, device: str, state: CommandState) -> None:
    """Some reads of the device later it is still so."""
    for _ in range(3):
        console.until_fresh(f"{device}.ZS")
    assert console.command(command.content.id).state is state


def sound(console: Console) -> Verdict:
    return console.backend.journal.verify().result(20)


def test_killed_before_the_claim_nothing_is_sent_and_nothing_waits(city: City, site: Path) -> None:
    command_id = killed(city, site, "before_the_claim", "NGS.XV-IN-CMD")
    console = again(city, site, HurryingClock())
    try:
        command = console.command(command_id)
        assert command.state is CommandState.CANCELLED
        console.until_fresh("NGS.XV-IN-ZS")
        assert console.value("NGS.XV-IN-ZS") == 1.0
        assert city.written_to("NGS") == []
        assert sound(console).ok
    finally:
        console.stop()


def test_killed_between_claim_and_write_it_is_in_doubt_and_never_sent(city: City, site: Path) -> None:
    command_id = killed(city, site, "between_claim_and_write", "XV-0417.CMD")
    clock = HurryingClock()
    console = again(city, site, clock)
    try:
        command = console.command(command_id)
        assert (command.state, command.attempt) == (CommandState.INDETERMINATE, 1)
        assert console.until_alarm("XV-0417.CMD:indeterminate").facts.cond
        stays(console, command, "XV-0417", CommandState.INDETERMINATE)
        # C18: given the whole window, the valve has not moved: it did not happen.
        clock.skip(WINDOW_S)
        ended = console.until_command(command_id, CommandState.FAILED)
        assert ended.feedback_seen == 1.0
        assert city.written_to("XV-0417") == []
        assert console.life_line(command_id)[-3:] == ["dispatching", "indeterminate", "failed"]
        assert sound(console).ok
    finally:
        console.stop()


def test_killed_after_the_write_it_is_in_doubt_until_the_valve_is_seen(city: City, site: Path) -> None:
    command_id = killed(city, site, "after_the_write", "XV-0422.CMD")
    console = again(city, site, HurryingClock())
    try:
        line = console.life_line(command_id)
        ended = console.until_command(command_id, CommandState.VERIFIED)
        assert ended.feedback_seen == 2.0
        assert console.life_line(command_id) == [*line[: line.index("indeterminate") + 1], "verified"]
        assert city.written_to("XV-0422") == [CLOSE]
        assert sound(console).ok
    finally:
        console.stop()
