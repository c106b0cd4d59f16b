"""From the wire to the screen: first value, change to paint, stalls of the GUI's event loop, time to stop.

A demo site of the whole city with its field in another process at 1,000 values/s over MQTT besides the Modbus stations;
the real console on a real (virtual) screen. A probe publishes a value of a shown point at random moments; the clock
stops when the table that shows it has been painted with that value.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import paho.mqtt.client as mqtt
import psutil
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

RATE = 1000.0
PROBES = 60
PROBE_GAP_MS = (300, 900)
SETTLE_MS = 4000
BEAT_MS = 5
SEED = 7
PROBED = "valve-well-monitor"


class Probe(QObject):
    """Publishes values, waits for their paint, measures the event loop meanwhile."""

    def __init__(self, shell: Any, started: float) -> None:
        super().__init__()
        self._shell = shell
        self._backend = shell.backend
        self._rng = random.Random(SEED)
        self.shown_at = time.perf_counter()
        self.started_s = self.shown_at - started
        self.first_value_s = float("nan")
        self.ended = float("nan")
        self.delays_ms: list[float] = []
        self.stalls_ms: list[float] = []
        self.samples_per_s: list[float] = []
        registry = self._backend.registry
        self._device = next(each for each in registry.devices if each.model == PROBED)
        self._point = next(p for p in registry.points if p.device == self._device.id and "%LEL" in p.unit)
        self._wanted = ""
        self._sent_at = 0.0
        self._count = 0
        self._last_beat = 0.0
        self._beat = QTimer(self)
        self._beat.setInterval(BEAT_MS)
        self._beat.timeout.connect(self._on_beat)
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        broker = urlsplit(_broker_url(self._backend.site.folder))
        self._client.connect(broker.hostname or "", broker.port or 0)
        self._client.loop_start()
        shell.first_values.connect(self._on_first)

    def _on_first(self) -> None:
        self.first_value_s = time.perf_counter() - self.shown_at
        people = json.loads((self._backend.site.folder / "demo.json").read_text("utf-8"))
        form = self._shell.sign_in_form()
        self._shell.desk.changed.connect(lambda: QTimer.singleShot(0, self._settle))
        fields = [each for each in form.findChildren(QObject) if each.metaObject().className().endswith("Field")]
        named = {each.metaObject().className(): each for each in fields}
        named["LineField"].setText(people[0]["login"])
        named["PasswordField"].setText(people[0]["password"])
        form.submit()

    def _settle(self) -> None:
        from app.pages.stations.page import StationsPage
        from widgets.tables import Table

        self._shell.go("stations", self._point.tag)
        # The list shows the number as text, which the picture of the process does not.
        QTest.keyClick(self._shell.findChildren(StationsPage)[0], Qt.Key.Key_E)
        tables = self._shell.findChildren(Table)
        self._table = next(each for each in tables if each.row_model().place_of(str(self._point.id)) >= 0)
        self._table.viewport().installEventFilter(self)
        self._last_beat = time.perf_counter()
        self._beat.start()
        QTimer.singleShot(SETTLE_MS, self._send)

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.stalls_ms.append(max(0.0, (now - self._last_beat) * 1000 - BEAT_MS))
        self._last_beat = now

    def _send(self) -> None:
        if self._count >= PROBES:
            self._beat.stop()
            self._client.loop_stop()
            self._client.disconnect()
            self.ended = time.perf_counter()
            QApplication.quit()
            return
        self._count += 1
        self.samples_per_s.append(self._backend.status.snapshot().samples_per_s)
        # Every value differs from the one before in the digits that are shown.
        value = round(1.0 + (self._count % 40) / 10, 1)
        self._wanted = f"{value:.{self._point.precision}f}"
        payload = json.dumps({"t": self._backend.now() // 1000, "values": {self._point.property: value}})
        self._sent_at = time.perf_counter()
        self._client.publish(f"lp/{self._backend.site.id}/{self._device.id}/up", payload, qos=1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._wanted and self._shown() == self._wanted:
            self._wanted = ""
            # The filter sees the event before the paint; the paint is over when the loop turns again.
            QTimer.singleShot(0, self._painted)
        return False

    def _painted(self) -> None:
        self.delays_ms.append((time.perf_counter() - self._sent_at) * 1000)
        QTimer.singleShot(self._rng.randint(*PROBE_GAP_MS), self._send)

    def _shown(self) -> str:
        model = self._table.row_model()
        row = model.row_at(model.place_of(str(self._point.id)))
        return next(cell.number for cell in row.cells if hasattr(cell, "number"))


def run() -> Mapping[str, object]:
    """Figures in ms and s; the targets of the spine stand beside them."""
    from app.demo import demo_folder, field, make_demo_site, virtual_screen
    from app.main import run_console

    probes: list[Probe] = []
    with virtual_screen(), demo_folder() as folder:
        make_demo_site(folder, size="city", seed=1)
        with field(folder, scenario="normal_day", seed=1, rate=RATE) as process:
            # The probe speaks for this device; the field must not talk over it.
            device = next(row["id"] for row in _devices(folder) if row["model"] == PROBED)
            process.stdin.write(json.dumps({"cut": device}) + "\n")
            process.stdin.flush()
            started = time.perf_counter()
            run_console(folder, opened=lambda shell: probes.append(Probe(shell, started)))
            stopped = time.perf_counter()
    (probe,) = probes
    delays, stalls = np.array(probe.delays_ms), np.array(probe.stalls_ms)
    ours = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    return {
        "values/s while measured (median)": float(np.median(probe.samples_per_s)),
        "start to window, s": probe.started_s,
        "window to first live value, s (<= 5)": probe.first_value_s,
        "probes painted": f"{len(delays)} of {PROBES}",
        "wire to screen p50, ms": float(np.percentile(delays, 50)),
        "wire to screen p95, ms (<= 500)": float(np.percentile(delays, 95)),
        "wire to screen max, ms": float(delays.max()),
        "event loop delay p99, ms (<= 50)": float(np.percentile(stalls, 99)),
        "event loop delay max, ms (<= 200)": float(stalls.max()),
        "stop, s (<= 5)": stopped - probe.ended,
        "threads left": ", ".join(ours) or "none",
        "child processes left": len(psutil.Process().children(recursive=True)),
    }


def _devices(folder: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((folder / "registry" / "devices.json").read_text("utf-8"))
    return rows


def _broker_url(folder: Any) -> str:
    from backend import site

    return site.load(folder).broker_url
