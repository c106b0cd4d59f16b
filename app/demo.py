"""`linepack demo`: a demo site in a temporary folder, the pretend field as another process, the console on it."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyotp

from app.authenticator import Authenticator, DemoPerson
from backend.errors import ConfigError, LinkError

DEMO_FILE = "demo.json"
PEOPLE = (
    ("operator", "Chen Wei", "operator"),
    ("supervisor", "Li Na", "supervisor"),
    ("shift-lead", "Zhao Min", "supervisor"),
    ("auditor", "Wang Fang", "auditor"),
    ("engineer", "Zhou Yan", "engineer"),
    ("admin", "Sun Lei", "administrator"),
)
_PORTS_NEEDED = 32
_FIELD_STOPS_S = 5.0
_XVFB_STARTS_S = 10.0
_ALPHABET = "abcdefghijkmnpqrstuvwxyz"


def run_demo(*, size: str, tour: Path | None, for_s: float | None, scenario: str, seed: int) -> int:
    """Make the site, start the field, open the console; everything ends together and the folder goes."""
    if size not in ("small", "city"):
        raise ConfigError("no demo of size {size}; there are: small, city", size=size)
    with virtual_screen(), demo_folder() as folder:
        make_demo_site(folder, size=size, seed=seed)
        with field(folder, scenario="leak" if tour is not None else scenario, seed=seed):
            from app.main import run_console
            from app.tour import Tour

            guide = Tour(tour) if tour is not None else None
            code = run_console(folder, for_s=for_s, opened=guide.begin if guide is not None else None)
            return code if guide is None else guide.finished()


def make_demo_site(folder: Path, *, size: str, seed: int) -> Authenticator:
    """A simulator site with the city's field, free ports and made-up people whose secrets lie in `demo.json`."""
    from app.making import init_site
    from app.people_cli import create_account

    modbus_port, broker_port = _free_ports()
    init_site(
        folder,
        template="city",
        size=size,
        seed=seed,
        modbus_port=modbus_port,
        broker_url=f"mqtt://127.0.0.1:{broker_port}",
    )
    people = []
    for login, name, role in PEOPLE:
        secret = pyotp.random_base32() if role == "supervisor" else ""
        password = _password()
        create_account(folder, login, name=name, role=role, password=password, totp_secret=secret)
        people.append(DemoPerson(login=login, password=password, secret=secret, role=role))
    authenticator = Authenticator(tuple(people))
    authenticator.write(folder / DEMO_FILE)
    return authenticator


@contextmanager
def field(folder: Path, *, scenario: str, seed: int, rate: float | None = None) -> Iterator[subprocess.Popen[str]]:
    """The pretend field as a process of its own; it ends with this one, however this one ends (its stdin closes)."""
    arguments = [sys.executable, "-m", "app.cli", "sim", str(folder), "--scenario", scenario, "--seed", str(seed)]
    arguments += ["--stop-on-eof"]
    if rate is not None:
        arguments += ["--rate", str(rate)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if process.stdin is None or process.stdout is None:
        raise LinkError("the pretend field could not be started")
    # Only a field that listens is worth opening a console on: else every link would begin with an alarm.
    for line in process.stdout:
        sys.stderr.write(f"field: {line}")
        if line.startswith("ready "):
            break
    echo = _echo(process.stdout)
    try:
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(_FIELD_STOPS_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        echo()
        process.stdout.close()


def _echo(stream: IO[str]) -> Callable[[], None]:
    """Pass the field's lines on to stderr; call what is returned to wait for the last one."""
    from backend.links.loop import start_thread

    def pump() -> None:
        for line in stream:
            sys.stderr.write(f"field: {line}")

    thread = start_thread(pump, "field-lines")
    return lambda: thread.join(1.0)


@contextmanager
def demo_folder() -> Iterator[Path]:
    """A place for a demo site that goes when the demo ends."""
    place = Path(tempfile.mkdtemp(prefix="linepack-demo-"))
    try:
        yield place / "site"
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def virtual_screen() -> Iterator[None]:
    """Without a display: say so and run on a virtual screen."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"):
        yield
        return
    if shutil.which("Xvfb") is None:
        sys.stderr.write("no display and no Xvfb here: drawing off screen\n")
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield
        return
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=(write_end,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as told:
            number = told.readline().strip()
        if not number:
            raise LinkError("the virtual screen (Xvfb) did not start")
        sys.stderr.write(f"no display here: running on virtual screen :{number}\n")
        os.environ["DISPLAY"] = f":{number}"
        yield
    finally:
        os.environ.pop("DISPLAY", None)
        server.terminate()
        server.wait(_XVFB_STARTS_S)


def _free_ports() -> tuple[int, int]:
    """The first of a run of free ports for the stations, and one for the broker, all on loopback."""
    for _attempt in range(50):
        first = 20_000 + secrets.randbelow(30_000)
        if all(_is_free(port) for port in range(first, first + _PORTS_NEEDED)):
            return first, first + _PORTS_NEEDED - 1
    raise LinkError("no run of {count} free ports on this machine", count=_PORTS_NEEDED)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _password() -> str:
    """Random, easy to type: letters, a dash, digits and a capital; made anew for every demo."""
    word = "".join(secrets.choice(_ALPHABET) for _ in range(7))
    return f"{word.capitalize()}-{secrets.randbelow(9000) + 1000}"
