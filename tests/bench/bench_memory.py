"""Does the console grow? Its own memory over some minutes of demo, every page visited again and again.

The slope is fitted over everything after the warm-up, in which caches fill and every page is built. What is fitted is
anonymous memory, one median for each round through the pages: the resident size besides counts pages of program files
and of the database that the system takes away and brings back as it likes, some 50 MB up and down.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import psutil
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

WARM_UP_SHARE = 0.25
LOOK_MS = 2000
VISIT_MS = 3000


class Watcher(QObject):
    """Signs in, walks through the pages, notes the memory, quits."""

    def __init__(self, shell: Any, minutes: float) -> None:
        super().__init__()
        self._shell = shell
        self._process = psutil.Process()
        self._began = time.perf_counter()
        self._minutes = minutes
        self._visits = 0
        self.pages = 1
        self.seconds: list[float] = []
        self.rss_mb: list[float] = []
        self.own_mb: list[float] = []
        self._look = self._timer(LOOK_MS, self._on_look)
        self._visit = self._timer(VISIT_MS, self._on_visit)
        shell.first_values.connect(self._sign_in)

    def _timer(self, interval: int, tick: Any) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval)
        timer.timeout.connect(tick)
        return timer

    def _sign_in(self) -> None:
        people = json.loads((self._shell.backend.site.folder / "demo.json").read_text("utf-8"))
        form = self._shell.sign_in_form()
        fields = [each for each in form.findChildren(QObject) if each.metaObject().className().endswith("Field")]
        named = {each.metaObject().className(): each for each in fields}
        named["LineField"].setText(people[0]["login"])
        named["PasswordField"].setText(people[0]["password"])
        form.submit()
        self._look.start()
        self._visit.start()

    def _on_visit(self) -> None:
        keys = self._shell.page_keys()
        self.pages = len(keys)
        self._shell.go(keys[self._visits % len(keys)], "")
        self._visits += 1

    def _on_look(self) -> None:
        passed = time.perf_counter() - self._began
        gc.collect()
        self.seconds.append(passed)
        self.rss_mb.append(self._process.memory_info().rss / 1e6)
        self.own_mb.append(_own_mb())
        if passed > self._minutes * 60:
            self._look.stop()
            self._visit.stop()
            QApplication.quit()


def run(minutes: float = 30.0) -> Mapping[str, object]:
    """Slope of the resident memory in MB an hour after the warm-up, and what that is of the whole."""
    from app.demo import demo_folder, field, make_demo_site, virtual_screen
    from app.main import run_console

    watchers: list[Watcher] = []
    with virtual_screen(), demo_folder() as folder:
        make_demo_site(folder, size="city", seed=1)
        with field(folder, scenario="normal_day", seed=1):
            run_console(folder, opened=lambda shell: watchers.append(Watcher(shell, minutes)))
    (watcher,) = watchers
    seconds, rss, own = (np.array(each) for each in (watcher.seconds, watcher.rss_mb, watcher.own_mb))
    warm = seconds > minutes * 60 * WARM_UP_SHARE
    rounds = (seconds // (VISIT_MS / 1000 * watcher.pages)).astype(int)
    whole = [rounds == each for each in np.unique(rounds[warm])]
    at = [float(np.median(seconds[each])) for each in whole]
    held = [float(np.median(own[each])) for each in whole]
    (slope, _start), fit = np.polyfit(at, held, 1, cov=True)
    return {
        "minutes": minutes,
        "page visits": watcher._visits,
        "memory at the end of the warm-up, MB": float(rss[warm][0]),
        "memory at the end, MB (< 1,200)": float(rss[-1]),
        "highest, MB": float(rss.max()),
        "its own memory by rounds through the pages, MB": " ".join(f"{each:.1f}" for each in held),
        "slope of its own memory after the warm-up, MB/h (< 2)": float(slope * 3600),
        "standard error of the slope, MB/h": float(np.sqrt(fit[0, 0]) * 3600),
    }


def _own_mb() -> float:
    """Memory that no file stands behind."""
    with open("/proc/self/status", encoding="ascii") as lines:
        (kb,) = (int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))
    return kb / 1e3
