"""Several `linepack serve` on one PostgreSQL and one mosquitto: what 1, 2 and 3 take, and how soon one takes over.

Broker, database, nodes and publisher share this machine's cores: with two of them, more processes divide the same work.
"""

from __future__ import annotations

import json
import select
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.moving import migrate_site
from tests.support.broker import Mosquitto
from tests.support.server import Server
from tests.support.serving import SITE, VALUES, Serving, make_live_site

MESSAGES = 10_000
DEVICES = 20
SEATS = 3
WITHIN_S = 60.0
_SAMPLES = "SELECT count(*) FROM sample WHERE value <> 'NaN'"


def run() -> dict[str, object]:
    """Messages a second from the first PUBLISH until its samples are stored and judged; seconds to fail over."""
    figures: dict[str, object] = {}
    for count in (1, 2, 3):
        with _nodes(count) as (nodes, broker, server, database, devices):
            begun = time.perf_counter()
            _publish(broker, devices, MESSAGES, first=1)
            _until(server, database, MESSAGES * len(VALUES))
            rate = MESSAGES / (time.perf_counter() - begun)
            figures[f"{count} nodes: messages/s of {len(VALUES)} values, durable and judged"] = rate
            if count > 1:
                figures[f"{count} nodes: kill -9 of the leading one to the next one leading, s"] = _fail_over(nodes)
    return figures


@contextmanager
def _nodes(count: int) -> Iterator[tuple[list[Serving], Mosquitto, Server, str, list[str]]]:
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        (place / "broker").mkdir()
        broker = Mosquitto(
            place / "broker", settings=["max_inflight_messages 1000", "max_queued_messages 0", "log_type error"]
        ).start()
        server, nodes = Server(), []
        try:
            first = place / SITE
            devices = make_live_site(first, broker_port=broker.port, devices=DEVICES)
            database = server.new_database()
            migrate_site(first, server.url(database))
            settings = first / "site.toml"
            settings.write_text(
                settings.read_text("utf-8").replace("[broker]\n", f"[broker]\nseats = {SEATS}\n"), "utf-8"
            )
            folders = [first]
            for number in range(1, count):
                folders.append(Path(shutil.copytree(first, place / str(number) / SITE)))
            nodes = [Serving(folders[0]).start(), *(Serving(folder).start(wait=False) for folder in folders[1:])]
            for each in nodes[1:]:
                each.says()
            broker.until_logged("Sending SUBACK to linepack-site-seat-", times=SEATS, within_s=30)
            yield nodes, broker, server, database, devices
        finally:
            for each in nodes:
                each.kill()
            server.close()
            broker.stop()


def _publish(broker: Mosquitto, devices: list[str], messages: int, *, first: int) -> None:
    now_ms = time.time_ns() // 1_000_000 - 10_000_000
    for place, device in enumerate(devices):
        broker.publish(
            f"lp/{SITE}/{device}/up",
            *(
                json.dumps({"t": now_ms + number, "values": dict.fromkeys(VALUES, 3.0 + place / 100)})
                for number in range(first, first + messages // len(devices))
            ),
        )


def _until(server: Server, database: str, samples: int) -> None:
    end = time.perf_counter() + WITHIN_S
    while int(str(server.query(_SAMPLES, database)[0][0])) < samples:
        assert time.perf_counter() < end, "not stored in time"


def _fail_over(nodes: list[Serving]) -> float:
    """From the kill until another says that it serves."""
    begun = time.perf_counter()
    nodes[0].kill()
    others = {each.output: each for each in nodes[1:]}
    ready, _, _ = select.select(list(others), [], [], WITHIN_S)
    assert ready, "nobody took over"
    return time.perf_counter() - begun
