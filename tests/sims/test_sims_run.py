"""The field as a process: it gets ready, answers, obeys, and ends in order."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from pyModbusTCP.client import ModbusClient

from backend.errors import ConfigError, LinkError
from sims.broker import EmbeddedBroker, port_is_free
from sims.run import run
from tests.support.field import SMALL_PORTS, small_site

PROGRAM = """
import sys
from pathlib import Path
from sims.run import run
sys.exit(run(Path(sys.argv[1]), scenario=sys.argv[2], stop_on_eof=True))
"""


class Process:
    """`run` in a process of its own, spoken to over its pipes."""

    def __init__(self, folder: Path, scenario: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder), scenario],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.stdin, self.stdout = self._process.stdin, self._process.stdout
        self.pid = self._process.pid

    def ask(self, message: object) -> dict[str, object]:
        self.stdin.write(json.dumps(message) + "\n")
        self.stdin.flush()
        answer = json.loads(self.stdout.readline())
        assert isinstance(answer, dict)
        return answer

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self) -> tuple[int, float]:
        """(exit code, seconds it took)."""
        start = time.monotonic()
        return self._process.wait(10), time.monotonic() - start

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self.stdin.close()
        self.stdout.close()


@contextmanager
def process(folder: Path, scenario: str = "normal_day") -> Iterator[Process]:
    running = Process(folder, scenario)
    try:
        yield running
    finally:
        running.kill()


def test_it_gets_ready_answers_obeys_and_ends_on_sigterm(tmp_path: Path) -> None:
    _, first = small_site(tmp_path / "site")
    with process(tmp_path / "site", "link_cut_after_write") as field:
        line = field.stdout.readline()
        assert line.startswith("ready linjiang scenario=link_cut_after_write devices=21 pid=")
        assert str(field.pid) in line
        client = ModbusClient(host="127.0.0.1", port=first + 2, auto_open=True, timeout=5)
        assert client.read_input_registers(28, 2) is not None
        assert not port_is_free("127.0.0.1", first + SMALL_PORTS - 1)
        assert field.ask({"cut": "R-12"}) == {"ok": True}
        assert client.read_input_registers(28, 2) is None
        assert field.ask({"restore": "R-12"}) == {"ok": True}
        assert client.read_input_registers(28, 2) is not None
        client.close()
        assert field.ask({"cut": "R-99"})["ok"] is False
        assert psutil.Process(field.pid).children() == []
        field.signal(signal.SIGTERM)
        code, seconds = field.ended()
        assert (code, seconds < 5) == (0, True)
    assert all(port_is_free("127.0.0.1", port) for port in range(first, first + SMALL_PORTS))


def test_it_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    small_site(tmp_path / "site")
    with process(tmp_path / "site") as field:
        assert field.stdout.readline().startswith("ready")
        field.stdin.close()
        code, seconds = field.ended()
        assert (code, seconds < 5) == (0, True)


def test_it_ends_when_told(tmp_path: Path) -> None:
    small_site(tmp_path / "site")
    with process(tmp_path / "site") as field:
        assert field.stdout.readline().startswith("ready")
        assert field.ask({"stop": True}) == {"ok": True}
        assert field.ended()[0] == 0


def test_it_ends_after_its_time_and_says_ready_to_whom_it_is_told(tmp_path: Path) -> None:
    small_site(tmp_path / "site")
    heard: list[str] = []
    assert run(tmp_path / "site", for_s=0.5, ready=heard.append, stdin=False, rate=500.0) == 0
    assert len(heard) == 1


@pytest.mark.parametrize(("scenario", "reason"), [("flood", "no scenario"), ("normal_day", "not a site folder")])
def test_what_cannot_be_run_is_said(tmp_path: Path, scenario: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        run(tmp_path, scenario=scenario, stdin=False)


def test_a_live_site_is_refused(tmp_path: Path) -> None:
    small_site(tmp_path / "site")
    file = tmp_path / "site" / "site.toml"
    file.write_text(file.read_text("utf-8").replace('mode = "simulator"', 'mode = "live"'), "utf-8")
    with pytest.raises(ConfigError, match="is a live site"):
        run(tmp_path / "site", stdin=False)


def test_a_device_off_this_machine_is_refused(tmp_path: Path) -> None:
    small_site(tmp_path / "site")
    file = tmp_path / "site" / "registry" / "devices.json"
    file.write_text(file.read_text("utf-8").replace("127.0.0.1", "192.0.2.7", 1), "utf-8")
    with pytest.raises(ConfigError, match=r"NGS is at 192\.0\.2\.7"):
        run(tmp_path / "site", stdin=False)


def test_a_taken_port_leaves_nothing(tmp_path: Path) -> None:
    _, first = small_site(tmp_path / "site")
    # Whoever listens there is not a broker that the field could use, nor an RTU of its own.
    taken = EmbeddedBroker(first + 1)
    taken.start()
    try:
        with pytest.raises(LinkError, match=f"port {first + 1} for R-11 cannot be used"):
            run(tmp_path / "site", stdin=False)
        assert port_is_free("127.0.0.1", first)
    finally:
        taken.stop()
