"""Commands without a window as processes of their own: without Qt, without a display, ended by time or signal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.opening import reading
from app.people_cli import create_account
from backend.site import load
from tests.support.command_line import contents, linepack

WITHOUT_QT = """
import sys

class NoWindow:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph", "qtawesome"):
            raise ModuleNotFoundError(f"no {name} here", name=name)

sys.meta_path.insert(0, NoWindow())
from app.cli import main
main(sys.argv[1:])
"""
SCREENLESS = {
    name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
}
LINES_WAIT_S = 20.0


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", WITHOUT_QT, *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end where there is neither Qt nor a display."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=60,
        env=SCREENLESS,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_lists_and_exports_need_no_qt(city: Path, tmp_path: Path) -> None:
    listed = run("points", city, "--json")
    assert (listed.returncode, listed.stderr) == (
        0,
        "linepack: the site is not running; this is what was stored last\n",
    )
    assert json.loads(listed.stdout)
    exported = run("export", "audit", city, "--out", tmp_path / "journal.csv")
    assert (exported.returncode, exported.stderr) == (0, "")
    assert exported.stdout == f"1 rows in {tmp_path / 'journal.csv'}\n"


def test_what_needs_a_window_says_so_without_one() -> None:
    """So the hook does its work: a command that needs Qt does not find it."""
    failed = run("run", "/nowhere")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("linepack: this needs the package PySide6")
    assert failed.stderr.endswith(", which is not installed\n")
    assert failed.stderr.count("\n") == 1


def test_serving_ends_after_its_time_and_leaves_the_site_whole(empty: Path) -> None:
    served = run("serve", empty, "--for", "0.2")
    assert (served.returncode, served.stdout, served.stderr) == (0, "serving empty, 0 links\n", "")
    assert (empty / "log" / "linepack.log").read_text().count("event='started' site='empty' links=0") == 1
    assert {name for name in contents(empty) if name.startswith("linepack.db")} == {"linepack.db"}
    assert (empty / "linepack.lock").read_bytes() == b""
    assert linepack("audit", "verify", empty).out.startswith("entries: 3, all sound")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serving_ends_in_order_on_a_signal_and_answers_beside(empty: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        command("serve", empty), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=SCREENLESS
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "serving empty, 0 links\n"
        listed = linepack("points", empty, "--json")
        assert (listed.code, listed.out, listed.err) == (0, "[]\n", "")
        second = linepack("serve", empty, "--for", "0")
        assert (second.code, second.out) == (1, "")
        assert second.sentence == f"{empty}: another Linepack process (number {process.pid}) already runs this site"
        process.send_signal(number)
        out, err = process.communicate(timeout=LINES_WAIT_S)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out, err) == (0, "", "")
    assert linepack("audit", "verify", empty).code == 0


HEALTH = """
import sys, threading
from pathlib import Path
from backend.system import System
from backend.model.event import LinkState

system = System(Path(sys.argv[1]))
wanted = len(system.backend.links.snapshot())
lost, all_lost = set(), threading.Event()

def hear(health):
    lost.update([health.link] if health.state is LinkState.LOST else [])
    if len(lost) == wanted:
        all_lost.set()

system.backend.links.changed.subscribe(hear)
system.start()
came = all_lost.wait(20)
for health in system.backend.links.snapshot():
    print(health.protocol, health.link, health.state.value, health.reason)
system.stop()
sys.exit(0 if came else 1)
"""


def test_a_field_that_is_down_at_start_is_said_and_waited_for(city: Path) -> None:
    """Nobody listens on the ports of the small city: the backend runs all the same and says which links are lost."""
    done = subprocess.run(
        [sys.executable, "-c", HEALTH, str(city)],
        capture_output=True,
        text=True,
        timeout=60,
        env=SCREENLESS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    links = [line.split(" ", 3) for line in done.stdout.splitlines()]
    assert sorted(link[0] for link in links) == ["modbus"] * 5 + ["mqtt"]
    assert {link[2] for link in links} == {"lost"}
    assert all(link[3] for link in links)
    log = (city / "log" / "linepack.log").read_text()
    assert [log.count(f"event='lost' link='{link[1]}'") for link in links] == [1] * 6


def test_a_port_in_use_stops_the_pretend_field(city: Path) -> None:
    before = contents(city)
    with socket.create_server(("127.0.0.1", 61002)):
        done = run("sim", city)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("linepack: port 61002 for R-12 cannot be used: ")
    assert done.stderr.count("\n") == 1
    assert contents(city) == before


def test_broken_pipe_is_no_traceback(city: Path) -> None:
    """`linepack points | head -1`."""
    process = subprocess.Popen(
        command("points", city), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=SCREENLESS
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(LINES_WAIT_S) == 1
    assert "Traceback" not in said


SIGN_IN = """
import sys
from pathlib import Path
from backend.errors import RefusedError
from backend.system import System

system = System(Path(sys.argv[1]))
system.start()
people = system.backend.people
for login, password in [("li", "wrong"), ("nobody", "wrong"), *[("li", "wrong")] * 4, ("li", "Korrekt-Pferd-77")]:
    try:
        print(people.sign_in(login, password, f"desk {login}").result(20).login)
    except RefusedError as error:
        print(error)
system.stop()
"""


def test_five_wrong_passwords_lock_the_account_and_say_no_more_than_one(empty: Path) -> None:
    """The sixth try is refused although it is right; the sentence never tells which it was, the journal does."""
    create_account(empty, "li", name="Li", role="operator", password="Korrekt-Pferd-77")
    done = subprocess.run(
        [sys.executable, "-c", SIGN_IN, str(empty)],
        capture_output=True,
        text=True,
        timeout=60,
        env=SCREENLESS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["name or password is not right, or the account is locked"] * 7
    (row,) = json.loads(linepack("user", "list", empty, "--json").out)
    assert row["status"] == "locked"
    with reading(load(empty)) as records:
        refused = [entry.draft.subject for entry in records.journal() if "refused" in entry.draft.kind]
    # A login that is not known may be a password typed in the wrong place: it is not kept.
    assert refused == ["li", "unknown", "li", "li", "li", "li", "li"]
    assert linepack("audit", "verify", empty).code == 0
