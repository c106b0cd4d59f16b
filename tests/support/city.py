"""A small city for journeys: a simulator site, its people, its pretend field as a process, and what passes on the wire.

The site's stations are reached through a `Tap`, the broker's orders are heard by a `Listener`: what reached a device is
counted outside Linepack.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyotp
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from app.making import init_site
from app.people_cli import create_account
from tests.support.ports import free_ports
from tests.support.tap import Tap

SITE = "linjiang"
RTUS = ("NGS", "R-11", "R-12", "XV-0417", "XV-0422")
"""In the order of their ports."""
PASSWORD = "Correct-horse-77"
OPERATOR = "operator"
SUPERVISORS = ("sup-1", "sup-2", "sup-3", "sup-4")
SECOND_SELF = "operator-b"
"""A supervisor's account of the same natural person as the operator's."""
_ROOT = Path(__file__).parents[2]


class Authenticators:
    """The phones of the city's people; a code is never given twice."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        """secrets: base32 by login; new ones for everybody when not given."""
        self._secrets = secrets or {login: pyotp.random_base32() for login in (*SUPERVISORS, SECOND_SELF)}
        self._last = dict.fromkeys(self._secrets, 0)

    def secret(self, login: str) -> str:
        """Base32; empty for who has none."""
        return self._secrets.get(login, "")

    def next_code(self, wall_us: int) -> tuple[str, str]:
        """(login, code) of the supervisor whose phone has the oldest unused one. wall_us: of the console."""
        login = min(SUPERVISORS, key=lambda each: self._last[each])
        return login, self.code(login, wall_us)

    def code(self, login: str, wall_us: int) -> str:
        """An unused code of this phone."""
        now = wall_us // 30_000_000
        step = max(self._last[login] + 1, now)
        assert step <= now + 1, f"every code of {login} is used up"
        self._last[login] = step
        return pyotp.TOTP(self._secrets[login]).generate_otp(step)


class Field:
    """`linepack sim` as a process, spoken to over its pipes."""

    def __init__(self, folder: Path, scenario: str = "normal_day") -> None:
        arguments = ["-m", "app.cli", "sim", str(folder), "--scenario", scenario, "--seed", "1", "--stop-on-eof"]
        self._process = subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
        )
        self.ready = self._line()

    def ask(self, message: object) -> dict[str, Any]:
        """One control line (see sims/control.py) and its answer, which must be a good one."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._line())
        assert answer["ok"], answer
        return answer

    def stop(self) -> None:
        """End it in order."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(15)
        finally:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Listener:
    """Hears every order that the broker passes to a device; acts for a device where a test wants it."""

    def __init__(self, port: int) -> None:
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self._port = port
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="listener")
        self._client.on_connect = lambda client, *_: client.subscribe("lp/+/+/cmd", 1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = lambda _c, _d, message: self.orders.append(
            (message.topic.split("/")[2], json.loads(message.payload))
        )

    def start(self) -> Listener:
        """Returns when it is subscribed."""
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def orders_to(self, device: str) -> list[dict[str, Any]]:
        """Messages to one device, in order."""
        return [order for to, order in self.orders if to == device]


class City:
    """Everything on the far side of the console. Made once for several tests."""

    def __init__(self, place: Path, *, scenario: str = "normal_day", speed: float = 1.0) -> None:
        first = free_ports(2 * len(RTUS) + 1)
        self.ports = {rtu: first + number for number, rtu in enumerate(RTUS)}
        self.station_ports = {rtu: port + len(RTUS) for rtu, port in self.ports.items()}
        self.broker_port = first + 2 * len(RTUS)
        self.folder = place / "site"
        self.phones = Authenticators()
        init_site(
            self.folder,
            template="city",
            size="small",
            modbus_port=first,
            broker_url=f"mqtt://127.0.0.1:{self.broker_port}",
        )
        self._add_people()
        self.tap = Tap({self.ports[rtu]: self.station_ports[rtu] for rtu in RTUS}).start()
        self.field = Field(self._far_side(place), scenario)
        assert self.field.ready.startswith(f"ready {SITE} ")
        self.field.ask({"speed": speed})
        self.listener = Listener(self.broker_port).start()

    def stop(self) -> None:
        """Close the listener, the field and the tap."""
        self.listener.stop()
        self.field.stop()
        self.tap.stop()

    def copied_to(self, folder: Path) -> Path:
        """A site of its own for one test, as new, with the same field."""
        shutil.copytree(self.folder, folder)
        return folder

    def written_to(self, rtu: str) -> list[bytes]:
        """PDUs of every Modbus write on its way to this RTU so far."""
        return self.tap.written_to(self.ports[rtu])

    def _add_people(self) -> None:
        people = [(OPERATOR, "operator", OPERATOR), (SECOND_SELF, "supervisor", OPERATOR)]
        people += [(each, "supervisor", each) for each in SUPERVISORS]
        for login, role, person in people:
            secret = self.phones.secret(login)
            create_account(
                self.folder, login, name=login, role=role, password=PASSWORD, totp_secret=secret, person=person
            )

    def _far_side(self, place: Path) -> Path:
        """The field's own copy of the site, whose stations listen behind the tap."""
        folder = place / "far"
        shutil.copytree(self.folder, folder)
        file = folder / "registry" / "devices.json"
        rows = json.loads(file.read_text("utf-8"))
        for row in rows:
            if row["protocol"] == "modbus":
                row["address"]["port"] = int(row["address"]["port"]) + len(RTUS)
        file.write_text(json.dumps(rows), "utf-8")
        return folder
