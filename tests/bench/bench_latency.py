"""From the wire to the screen: first value, change to paint, stalls of the GUI's event loop, time to stop.

A demo site of the whole city with its field in another process at 1,000 values/s over MQTT; the real console on a real
(virtual) screen. A probe publishes a value of a shown point at random moments; the clock stops when the table that
shows it has been painted with that value.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import paho.mqtt.client as mqtt
import psutil
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

RATE = 1000.0
PROBES = 60
PROBE_GAP_MS = (300, 900)
BEAT_MS = 5
SEED = 7


class Probe(QObject):
    """Publishes values, waits for their paint, measures the event loop meanwhile."""

    def __init__(self, shell, system, started: float) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self.shell = shell
        self.started = started
        self.first_value_s = 0.0
        self.delays_ms: list[float] = []
        self.stalls_ms: list[float] = []
        self.samples_per_s: list[float] = []
        self._rng = random.Random(SEED)
        registry = system.backend.registry
        device = next(each for each in registry.devices if each.model == "valve-well-monitor")
        self._device = device
        self._point = next(p for p in registry.points if p.device == device.id and p.property == "ch4")
        self._system = system
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        broker = json.loads((system.backend.site.folder / "bench.json").read_text())
        self._client.connect("127.0.0.1", broker["port"])
        self._client.loop_start()
        self._wanted = ""
        self._sent_at = 0.0
        self._count = 0
        self._last_beat = time.perf_counter()
        self._beat = QTimer(self)
        self._beat.setInterval(BEAT_MS)
        self._beat.timeout.connect(self._on_beat)
        shell.first_values.connect(self._on_first)

    def _on_first(self) -> None:
        self.first_value_s = time.perf_counter() - self.started
        page = self.shell.page("stations")
        self.shell.go("stations", self._point.tag)
        self._table = page.point_table()
        self._table.viewport().installEventFilter(self)
        self._beat.start()
        QTimer.singleShot(3000, self._send)

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.stalls_ms.append(max(0.0, (now - self._last_beat) * 1000 - BEAT_MS))
        self._last_beat = now

    def _send(self) -> None:
        if self._count >= PROBES:
            self._beat.stop()
            self._client.loop_stop()
            self._client.disconnect()
            QApplication.quit()
            return
        self._count += 1
        value = round(self._rng.uniform(0.5, 4.5), 2) + self._count / 1000
        self._wanted = f"{value:.{self._point.precision}f}"
        self.samples_per_s.append(self._system.backend.status.snapshot().samples_per_s)
        at = self._system.backend.now() // 1000
        topic = f"lp/{self._system.backend.site.id}/{self._device.id}/up"
        payload = json.dumps({"t": at, "values": {"ch4": value}})
        self._sent_at = time.perf_counter()
        self._client.publish(topic, payload, qos=1)

    def eventFilter(self, watched, event) -> bool:  # type: ignore[no-untyped-def]
        if event.type() == QEvent.Type.Paint and self._wanted and self._shown() == self._wanted:
            self._wanted = ""
            # The filter sees the event before the paint: the measured end is the next turn of the loop.
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
    from app.demo import _folder, _screen, field, make_demo_site
    from app.main import DEMO_FILE, run_console

    probes: list[Probe] = []
    with _screen(), _folder() as folder:
        make_demo_site(folder, size="city", seed=1)
        broker = next(line for line in (folder / "site.toml").read_text().splitlines() if line.startswith("url"))
        (folder / "bench.json").write_text(json.dumps({"port": int(broker.rsplit(":", 1)[1].strip(' "'))}))
        with field(folder, scenario="normal_day", seed=1, rate=RATE):
            started = time.perf_counter()
            run_console(folder, opened=lambda shell, system: probes.append(Probe(shell, system, started)))
            ended = time.perf_counter()
    probe = probes[0]
    del DEMO_FILE
    delays, stalls = np.array(probe.delays_ms), np.array(probe.stalls_ms)
    left = [t.name for t in threading.enumerate() if t is not threading.main_thread() and not t.name.startswith("Dummy")]
    return {
        "values/s while measured (median)": float(np.median(probe.samples_per_s)),
        "window to first live value, s (<= 5)": probe.first_value_s,
        "wire to screen p50, ms": float(np.percentile(delays, 50)),
        "wire to screen p95, ms (<= 500)": float(np.percentile(delays, 95)),
        "wire to screen max, ms": float(delays.max()),
        "probes painted": f"{len(delays)} of {PROBES}",
        "event loop delay p99, ms (<= 50)": float(np.percentile(stalls, 99)),
        "event loop delay max, ms (<= 200)": float(stalls.max()),
        "stop, s (<= 5)": ended - probe.ended if hasattr(probe, "ended") else float("nan"),
        "threads left": len(left),
        "child processes left": len(psutil.Process().children(recursive=True)),
    }


def demo_folder() -> Path:
    """Where the demo of this run lies (for debugging)."""
    return Path.cwd()
