"""Debian's mosquitto on a free loopback port, with its own configuration, passwords and log."""

from __future__ import annotations

import contextlib
import getpass
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

_PAUSE = threading.Event()


class Mosquitto:
    """One broker in `folder`. settings: further lines of mosquitto.conf. users: login → password; none = anonymous."""

    def __init__(self, folder: Path, *, settings: Sequence[str] = (), users: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        lines = [
            f"listener {self.port} 127.0.0.1",
            # Started as root it would become another user, who cannot read the test's folder.
            f"user {getpass.getuser()}",
            "log_dest file " + str(folder / "broker.log"),
            "log_type all",
            f"allow_anonymous {'false' if users else 'true'}",
            *settings,
        ]
        if users:
            passwords = folder / "passwords"
            for place, (login, password) in enumerate(users.items()):
                flags = ["-b"] if place else ["-b", "-c"]
                subprocess.run(
                    [_program("mosquitto_passwd"), *flags, passwords, login, password], check=True, timeout=10
                )
            lines.append(f"password_file {passwords}")
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def start(self) -> Mosquitto:
        """Run it; returns when it takes connections."""
        self._process = subprocess.Popen(
            [_program("mosquitto"), "-c", self.folder / "mosquitto.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 10
        while not self._answers():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < end, f"mosquitto did not start: {self.log()}"
            _PAUSE.wait(0.01)
        return self

    def kill(self) -> None:
        """kill -9: nothing is saved."""
        self._end(lambda process: process.kill())

    def stop(self) -> None:
        """End it in order."""
        self._end(lambda process: process.terminate())

    def publish(self, topic: str, *payloads: str, flags: Sequence[str] = ()) -> None:
        """Publish with mosquitto_pub, QoS 1, one message a payload; returns when the broker has taken them."""
        subprocess.run(
            [_program("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(self.port), "-q", "1", "-t", topic, "-l", *flags],
            input="".join(payload + "\n" for payload in payloads).encode(),
            check=True,
            timeout=60,
        )

    def log(self) -> str:
        """Everything it has logged."""
        file = self.folder / "broker.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def until_logged(self, text: str, times: int = 1, within_s: float = 10.0) -> None:
        """Wait until it has logged `text` that often."""
        end = time.monotonic() + within_s
        while self.log().count(text) < times:
            assert time.monotonic() < end, f"{text!r} not in the broker's log in time:\n{self.log()[-2000:]}"
            _PAUSE.wait(0.01)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def _end(self, how: object) -> None:
        process, self._process = self._process, None
        assert callable(how)
        if process is not None:
            how(process)
            process.wait(10)


def need_mosquitto() -> None:
    """Skip the test where mosquitto is not installed (`make setup` installs it)."""
    if shutil.which("mosquitto", path=_PATH) is None:
        pytest.skip("mosquitto is not installed")


_PATH = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/opt/homebrew/sbin:/opt/homebrew/bin"


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=_PATH)
    assert found is not None, f"{name} is not installed"
    return found


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
