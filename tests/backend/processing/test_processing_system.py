"""From the wire to a stranger: a saved chain is in force after the next start, on a whole backend and a real broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from app.people_cli import create_account
from backend.errors import RefusedError
from backend.links.loop import start_thread
from backend.model.event import LinkState
from tests.support.broker import Mosquitto, need_mosquitto
from tests.support.serving import SITE, Watched, make_live_site, rows

PASSWORD = "Correct-horse-77"
pytestmark = [pytest.mark.expects_warnings, pytest.mark.stranger]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    (tmp_path / "broker").mkdir()
    broker = Mosquitto(tmp_path / "broker").start()
    yield broker
    broker.stop()


@pytest.fixture
def heard() -> Iterator[tuple[str, Queue[dict[str, Any]]]]:
    """(URL, what was posted there)."""
    heard: Queue[dict[str, Any]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = start_thread(server.serve_forever, "receiver")
    yield f"http://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    thread.join(5)
    server.server_close()


def grown(text: str, url: str) -> str:
    """The pressure logger in a later version, with a computed property and a chain."""
    document = json.loads(text)
    document["version"]["model"] = "1.1.0"
    pressure = document["properties"]["pressure"]
    document["properties"]["pressure_mpa"] = {key: value for key, value in pressure.items() if key != "lp:limits"} | {
        "title": "Pressure in MPa",
        "unit": "MPa",
        "minimum": 0,
        "maximum": 10,
        "forms": [],
        "lp:tag": "PT-MPA",
    }
    document["lp:processing"] = [
        {"step": "clean", "property": "pressure", "spike": 100},
        {"step": "compute", "property": "pressure_mpa", "expression": "pressure / 1000"},
        {"step": "forward", "property": "pressure_mpa", "to": url},
    ]
    return json.dumps(document)


def test_a_saved_chain_works_from_the_next_start(
    tmp_path: Path, broker: Mosquitto, heard: tuple[str, Queue[dict[str, Any]]]
) -> None:
    folder, (url, posted) = tmp_path / "site", heard
    make_live_site(folder, broker_port=broker.port, devices=1)
    create_account(folder, "engineer", name="Lin", role="engineer", password=PASSWORD)
    first = Watched(folder)
    first.system.start()
    try:
        models = first.backend.models
        session = first.backend.people.sign_in("engineer", PASSWORD, "desk").result(10)
        text = grown(models.export("pressure-logger"), url)
        with pytest.raises(RefusedError, match="forwards to example"):
            models.import_(session, text.replace("127.0.0.1", "example"), file="x.json", reason="try").result(10)
        with pytest.raises(RefusedError, match="a change needs a reason"):
            models.import_(session, text, file="x.json", reason=" ").result(10)
        assert models.import_(session, text, file="x.json", reason="MPa for the city").result(10).version == "1.1.0"
        with pytest.raises(RefusedError, match=r"must come after 1\.1\.0"):
            models.import_(session, text, file="x.json", reason="again").result(10)
        kinds = [entry.draft.kind for entry in first.backend.journal.tail(20).result(10)]
        assert (kinds.count("config.model"), kinds.count("config.refused")) == (1, 3)
    finally:
        first.system.stop()
    rows(folder, "devices", [{"id": "PL-00", "model": "pressure-logger", "asset": "PL-00"}])
    second = Watched(folder)
    second.system.start()
    try:
        second.until("the link up", lambda: all(one.state is LinkState.UP for one in second.backend.links.snapshot()))
        now = second.backend.now() // 1000
        broker.publish(f"lp/{SITE}/PL-00/up", json.dumps({"t": now, "values": {"pressure": 250.0}}))
        (computed,) = [point for point in second.backend.registry.points if point.tag == "PL-00.PT-MPA"]
        second.until("the value", lambda: second.backend.live.snapshot().value[computed.id] == 0.25)
        (sample,) = posted.get(timeout=10)["samples"]
        assert (sample["tag"], sample["value"], sample["unit"]) == ("PL-00.PT-MPA", 0.25, "MPa")
        stored = second.backend.history.read([computed.id], 0, 2**62).result(10)
        assert stored.value.tolist() == [0.25]
        (view,) = second.backend.devices.snapshot()
        assert computed in view.bound
    finally:
        second.system.stop()
