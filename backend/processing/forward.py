"""Send what was stored on to HTTP addresses and MQTT topics; a target that fails or is slow delays nothing here.

In: committed batches, on the core thread, which only looks and queues. Out: JSON
`{"site", "samples": [{"tag", "device", "property", "t" (ms UTC), "value", "unit", "quality"}]}`; one HTTP request a
batch, one message a value. Each target has a queue of `CAPACITY` values; when it is full the oldest go and are counted.
A failure is said once when it begins and once when it is over. Delivery is at most once: the history is the record.
"""

from __future__ import annotations

import http.client
import json
import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

import numpy as np
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from backend import logs
from backend.errors import LinkError, RefusedError
from backend.model.plant import Point
from backend.model.quality import status_of
from backend.model.sample import SampleBatch
from backend.processing.targets import Targets

CAPACITY: Final = 20_000
"""Values that wait for one target."""
TIMEOUT_S: Final = 1.5
"""For one request; the thread ends within 2 s."""
PAUSE_S: Final = 1.0
"""After a failure."""
_log = logs.get(__name__)


class Thread(Protocol):
    """A thread somebody started for us."""

    def join(self, timeout: float | None = None) -> None: ...
    def is_alive(self) -> bool: ...


StartThread = Callable[[Callable[[], None], str], Thread]


class Sender(Protocol):
    """Delivers one batch; LinkError or OSError when it could not."""

    def send(self, batch: SampleBatch) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One target in numbers, in values. name: URL, or "mqtt"."""

    name: str
    sent: int
    failed: int
    dropped: int
    """Left out because the queue was full."""
    waiting: int
    reason: str
    """Of the last failure while it lasts, else empty."""


class Forwarder:
    """All targets of a site. `on_committed` is called on the core thread."""

    def __init__(self, targets: Targets, *, site: str, broker: Mapping[str, str], start_thread: StartThread) -> None:
        """broker: the site's broker options, as links have them; empty for a site without one."""
        lanes = [
            (ids, _Lane(url, _Http(url, _Text(site, targets.points)), start_thread))
            for url, ids in targets.http.items()
        ]
        if targets.mqtt and broker:
            sender = _Mqtt(targets.mqtt, _Text(site, targets.points), broker)
            lanes.append((frozenset(targets.mqtt), _Lane("mqtt", sender, start_thread)))
        self._lanes = [(np.array(sorted(ids), np.int32), lane) for ids, lane in lanes]

    def on_committed(self, batch: SampleBatch) -> None:
        """Queue what each target wants of a batch."""
        for points, lane in self._lanes:
            wanted = np.isin(batch.point, points)
            if wanted.any():
                lane.put(batch.where(wanted))

    def start(self) -> None:
        """Start a thread for each target."""
        for _points, lane in self._lanes:
            lane.start()

    def stop(self) -> None:
        """End them within 2 s; what still waits is not sent."""
        for _points, lane in self._lanes:
            lane.end()
        for _points, lane in self._lanes:
            lane.join()

    def accounts(self) -> tuple[Account, ...]:
        """Every target in numbers. Any thread."""
        return tuple(lane.account() for _points, lane in self._lanes)


class _Lane:
    """The queue and the thread of one target."""

    def __init__(self, name: str, sender: Sender, start_thread: StartThread) -> None:
        self._name = name
        self._sender = sender
        self._start_thread = start_thread
        self._changed = threading.Condition()
        self._queue: deque[SampleBatch] = deque()
        self._waiting = self._sent = self._failed = self._dropped = 0
        self._reason = ""
        self._full = False
        self._stopping = False
        self._thread: Thread | None = None

    def put(self, batch: SampleBatch) -> None:
        """Queue a batch; the oldest go when there is no room."""
        with self._changed:
            self._queue.append(batch)
            self._waiting += len(batch)
            full = False
            while self._waiting > CAPACITY and len(self._queue) > 1:
                oldest = self._queue.popleft()
                self._waiting -= len(oldest)
                self._dropped += len(oldest)
                full = True
            first, self._full = full and not self._full, self._full or full
            self._changed.notify_all()
        if first:
            _log.warning("forwarding is behind, the oldest values are not sent", target=self._name)

    def start(self) -> None:
        """Begin to send."""
        self._thread = self._start_thread(self._run, "forward")

    def end(self) -> None:
        """Ask the thread to end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait until it has."""
        if self._thread is not None:
            self._thread.join(2.0)
            if self._thread.is_alive():
                _log.error("forward thread did not stop in 2 s", target=self._name)

    def account(self) -> Account:
        """In numbers."""
        with self._changed:
            return Account(
                name=self._name,
                sent=self._sent,
                failed=self._failed,
                dropped=self._dropped,
                waiting=self._waiting,
                reason=self._reason,
            )

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            try:
                self._sender.send(batch)
            except Exception as error:  # noqa: BLE001 - the one catch of the thread: counted, said once, tried with the next
                self._fail(batch, error)
            else:
                self._succeed(batch)
        self._sender.close()

    def _next(self) -> SampleBatch | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or bool(self._queue))
            if self._stopping:
                return None
            batch = self._queue.popleft()
            self._waiting -= len(batch)
            return batch

    def _fail(self, batch: SampleBatch, error: Exception) -> None:
        with self._changed:
            first, self._reason = not self._reason, str(error) or repr(error)
            self._failed += len(batch)
        if first:
            _log.warning("forwarding failed", target=self._name, error=self._reason)
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, PAUSE_S)

    def _succeed(self, batch: SampleBatch) -> None:
        with self._changed:
            again, self._reason = bool(self._reason), ""
            self._sent += len(batch)
            self._full = False
        if again:
            _log.info("forwarding works again", target=self._name)


class _Text:
    """Samples as JSON values."""

    def __init__(self, site: str, points: Mapping[int, Point]) -> None:
        self._site = site
        self._points = points

    def encode(self, batch: SampleBatch) -> bytes:
        """A document with every row."""
        return json.dumps({"site": self._site, "samples": self._rows(batch)}, ensure_ascii=False).encode()

    def _rows(self, batch: SampleBatch) -> list[dict[str, object]]:
        columns = (batch.point.tolist(), batch.at.tolist(), batch.value.tolist(), batch.quality.tolist())
        return [self._row(*row) for row in zip(*columns, strict=True)]

    def _row(self, number: int, at: int, value: float, code: int) -> dict[str, object]:
        point = self._points[number]
        return {
            "tag": point.tag,
            "device": point.device,
            "property": point.property,
            "t": at // 1000,
            "value": value if math.isfinite(value) else None,
            "unit": point.unit,
            "quality": status_of(code).name.lower(),
        }


class _Http:
    """POST to one URL; a redirect is not followed: it could lead off this machine."""

    def __init__(self, url: str, text: _Text) -> None:
        self._parts = urlsplit(url)
        self._text = text

    def send(self, batch: SampleBatch) -> None:
        parts = self._parts
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, self._text.encode(batch), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            if not 200 <= answer.status < 300:
                raise LinkError("answered {status}", status=answer.status)
        finally:
            connection.close()

    def close(self) -> None:
        """Nothing stays open."""


class _Mqtt:
    """Publishes to the site's broker, one message a value, under a client id of its own."""

    def __init__(self, topics: Mapping[int, str], text: _Text, broker: Mapping[str, str]) -> None:
        self._topics = topics
        self._text = text
        self._options = broker
        self._client: Client | None = None

    def send(self, batch: SampleBatch) -> None:
        client = self._connected()
        try:
            sent = [
                client.publish(self._topics[point], self._text.encode(batch.where(_only(len(batch), row))), qos=1)
                for row, point in enumerate(batch.point.tolist())
            ]
            for message in sent:
                message.wait_for_publish(TIMEOUT_S)
                if not message.is_published():
                    raise LinkError("the broker did not take it in {seconds} s", seconds=TIMEOUT_S)
        except (LinkError, RuntimeError, ValueError, RefusedError):
            self.close()
            raise

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    def _connected(self) -> Client:
        if self._client is not None and self._client.is_connected():
            return self._client
        self.close()
        parts = urlsplit(self._options["url"])
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{self._options['client_id']}-forward",
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = TIMEOUT_S
        if self._options.get("user"):
            client.username_pw_set(self._options["user"], self._options.get("password", ""))
        if parts.scheme == "mqtts":
            client.tls_set(
                ca_certs=self._options.get("ca_file") or None,
                certfile=self._options.get("cert_file") or None,
                keyfile=self._options.get("key_file") or None,
            )
        up = threading.Event()
        client.on_connect = lambda _c, _u, _f, code, _p: None if code.is_failure else up.set()
        client.connect(parts.hostname or "", parts.port or (8883 if parts.scheme == "mqtts" else 1883))
        client.loop_start()
        self._client = client
        if not up.wait(TIMEOUT_S):
            self.close()
            raise LinkError("the broker did not answer in {seconds} s", seconds=TIMEOUT_S)
        return client


def _only(count: int, row: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    keep = np.zeros(count, np.bool_)
    keep[row] = True
    return keep
