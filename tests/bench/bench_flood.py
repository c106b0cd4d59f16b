"""Ten thousand alarms in a minute through limits, store and bridge into the alarm page: none missing, nothing stalls.

The whole console on a real (virtual) screen with the alarm page in view, on a site of thousands of valve wells without
a field: values that cross their limits are put where a driver puts them, and everything from there on is the real way.
Measured: how long the GUI's event loop is held up, how long the page takes for one batch of changes, and how long a
priority 1 alarm takes from its value until its row has been painted.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from backend.errors import ConfigError

ALARMS = 10_000
SECONDS = 60.0
BEAT_MS = 5
PUSH_MS = 50
SETTLE_MS = 3000
WELLS = 3_400
ZONES = 20
OF_A_WELL = {"water_level": 500.0, "lid": 1.0, "battery_voltage": 3.2}
"""What crosses a limit at every well: P4, P3, P4."""
URGENT_EVERY = 1667
"""Every so many alarms one is of priority 1: methane at a well."""
SEED = 7
PASSWORD = "Correct-horse-77"


class Flood(QObject):
    """Raises alarms, watches the page."""

    def __init__(self, shell: Any) -> None:
        super().__init__()
        self._shell = shell
        self._backend = shell.backend
        self._inbox = shell.backend.alarms._core._inbox
        wells = [point for point in shell.backend.registry.points if point.device.startswith("FW-")]
        self._points = [point for point in wells if point.property in OF_A_WELL]
        random.Random(SEED).shuffle(self._points)
        self._methane = [point for point in wells if point.property == "ch4"]
        self.stalls_ms: list[float] = []
        self.batches_ms: list[float] = []
        self.worked_ms: list[float] = []
        self.batch_sizes: list[int] = []
        self.top_ms: list[float] = []
        self.found: dict[str, object] = {}
        self._urgent: dict[str, float] = {}
        self._sent = 0
        self._beat = self._timer(BEAT_MS, self._on_beat)
        self._push = self._timer(PUSH_MS, self._on_push)
        shell.desk.changed.connect(lambda: QTimer.singleShot(0, self._settle))
        form = shell.sign_in_form()
        fields = {each.metaObject().className(): each for each in form.findChildren(QObject)}
        fields["LineField"].setText("operator")
        fields["PasswordField"].setText(PASSWORD)
        form.submit()

    def _timer(self, interval_ms: int, tick: Any) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(tick)
        return timer

    def _settle(self) -> None:
        from app.pages.alarms.page import AlarmsPage

        self._shell.go("alarms", "active")
        self._page = next(iter(self._shell.findChildren(AlarmsPage)))
        self._table = self._page._list.table
        self._table.viewport().installEventFilter(self)
        self._before = len(self._backend.alarms.snapshot())
        inner = self._page._on_alarms

        def timed(changed: Any) -> None:
            changed = list(changed)
            begun, worked = time.perf_counter(), time.thread_time()
            inner(changed)
            self.batches_ms.append((time.perf_counter() - begun) * 1000)
            self.worked_ms.append((time.thread_time() - worked) * 1000)
            self.batch_sizes.append(len(changed))

        heard = self._page._context.bridge.alarms
        heard.disconnect(inner)
        self._page._on_alarms = timed
        heard.connect(timed)
        QTimer.singleShot(SETTLE_MS, self._begin)

    def _begin(self) -> None:
        self._begun = self._last_beat = time.perf_counter()
        self._cpu = (time.thread_time(), time.process_time())
        self._beat.start()
        self._push.start()

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.stalls_ms.append(max(0.0, (now - self._last_beat) * 1000 - BEAT_MS))
        self._last_beat = now

    def _on_push(self) -> None:
        due = min(ALARMS, round((time.perf_counter() - self._begun) / SECONDS * ALARMS))
        if due > self._sent:
            self._put([pair for number in range(self._sent, due) for pair in self._values(number)])
            self._sent = due
        if self._sent == ALARMS:
            self._push.stop()
            QTimer.singleShot(SETTLE_MS, self._end)

    def _put(self, values: list[tuple[Any, float]]) -> None:
        from backend.model.quality import GOOD
        from backend.model.sample import SampleBatch

        now = self._backend.now()
        points = [point.id for point, _ in values]
        batch = SampleBatch.of(
            points,
            [now] * len(points),
            [value for _, value in values],
            [GOOD] * len(points),
            received_at=now,
            source="flood",
        )
        self._inbox.put(batch)

    def _values(self, number: int) -> list[tuple[Any, float]]:
        """What makes alarm `number`."""
        if number % URGENT_EVERY == URGENT_EVERY - 1:
            point = self._methane[number // URGENT_EVERY]
            self._urgent[f"{point.tag}:high"] = time.perf_counter()
            return [(point, 30.0)]
        point = self._points[number]
        return [(point, OF_A_WELL[point.property])]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._urgent:
            # The filter sees the event before the paint; the paint is over when the loop turns again.
            shown = [key for key in self._table.visible_keys() if key in self._urgent]
            for key in shown:
                raised = self._urgent.pop(key)
                QTimer.singleShot(0, lambda raised=raised: self.top_ms.append((time.perf_counter() - raised) * 1000))
        return False

    def _end(self) -> None:
        self._beat.stop()
        self.cpu = (time.thread_time() - self._cpu[0], time.process_time() - self._cpu[1])
        page, situation = self._page, self._page._situation
        lines = situation.lines()
        rows = [key for key in lines if not key.startswith(("group:", "more:"))]
        whole = len(rows) + sum(
            len(group.folded) for group in situation.board.groups().values() if not situation.is_open(group.key)
        )
        standing = {each.config.key for each in self._backend.alarms.snapshot()}
        self.found = {
            "standing in the backend": len(standing) - self._before,
            "missing on the page": len(standing - set(situation.board.alarms())),
            "rows + folded": whole - self._before,
            "groups": len(situation.board.groups()),
            "rows in the table": page._list.rows.rowCount(),
            "P1 never painted": ", ".join(self._urgent) or "none",
        }
        QApplication.quit()


def _add_wells(folder: Any) -> None:
    from app.importing import import_file

    names = [f"FW-{number:04d}" for number in range(WELLS)]
    zones = [
        {"id": f"FZ-{number:02d}", "kind": "area", "name": f"Zone {number}", "area": f"FZ-{number:02d}"}
        for number in range(ZONES)
    ]
    wells = [
        {"id": name, "kind": "valve-well", "name": name, "parent": zone["id"], "area": zone["id"]}
        for name, zone in zip(names, zones * WELLS, strict=False)
    ]
    limits = {name: {"on_delay_s": 0} for name in OF_A_WELL}
    devices = [
        {"id": name, "model": "valve-well-monitor", "asset": name, "protocol": "mqtt", "limits": limits}
        for name in names
    ]
    for what, rows in (("assets", [*zones, *wells]), ("devices", devices)):
        file = folder / f"{what}.json"
        file.write_text(json.dumps(rows), "utf-8")
        if import_file(what, file, folder, partial=False):
            raise ConfigError("{file}: cannot be imported", file=str(file))


def run() -> Mapping[str, object]:
    """Figures in ms; the targets stand beside them."""
    from app.demo import demo_folder, virtual_screen
    from app.main import run_console
    from app.making import init_site
    from app.people_cli import create_account

    floods: list[Flood] = []
    with virtual_screen(), demo_folder() as folder:
        init_site(folder, template="city", size="small", modbus_port=61_000, broker_url="mqtt://127.0.0.1:61999")
        _add_wells(folder)
        create_account(folder, "operator", name="Operator", role="operator", password=PASSWORD)
        run_console(folder, opened=lambda shell: floods.append(Flood(shell)))
    (flood,) = floods
    stalls, batches = np.array(flood.stalls_ms), np.array(flood.batches_ms)
    sizes, top = np.array(flood.batch_sizes), np.array(flood.top_ms)
    return {
        "alarms raised": ALARMS,
        "in, s": SECONDS,
        **flood.found,
        "batches": len(batches),
        "largest batch": int(sizes.max()),
        "page per batch p50, ms": float(np.percentile(batches, 50)),
        "page per batch p99, ms (<= 30)": float(np.percentile(batches, 99)),
        "page per batch max, ms": float(batches.max()),
        "CPU of the page per batch p99, ms": float(np.percentile(flood.worked_ms, 99)),
        "CPU of the page per batch max, ms": max(flood.worked_ms),
        "CPU of the GUI thread, s": flood.cpu[0],
        "CPU of the whole process, s": flood.cpu[1],
        "event loop delay p50, ms": float(np.percentile(stalls, 50)),
        "event loop delay p99, ms (<= 50)": float(np.percentile(stalls, 99)),
        "event loop delay max, ms (<= 200)": float(stalls.max()),
        "P1 raise to painted p50, ms": float(np.percentile(top, 50)),
        "P1 raise to painted max, ms (<= 2000)": float(top.max()),
    }
