"""The last hour of every point: kept every ten seconds, and with room for points registered while it runs."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.recent import STEP_US, Recent
from backend.model.live import TagSnapshot
from backend.model.quality import GOOD


class Bridge(QObject):
    """Beats on demand with these values."""

    beat = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000 * STEP_US
        self.values: list[float] = [1.0, 2.0]

    def snapshot(self) -> TagSnapshot:
        count = len(self.values)
        return TagSnapshot(
            taken_at=self.now,
            at=np.full(count, self.now, np.int64),
            received_at=np.full(count, self.now, np.int64),
            value=np.array(self.values, np.float64),
            quality=np.full(count, GOOD, np.uint16),
            version=0,
        )

    def hear(self, values: list[float]) -> None:
        self.values, self.now = values, self.now + STEP_US
        self.beat.emit()


def test_a_point_registered_at_run_time_gets_room_and_has_no_past(qtbot: QtBot) -> None:
    bridge = Bridge()
    recent = Recent(bridge)  # type: ignore[arg-type]
    bridge.hear([1.0, 2.0])
    assert len(recent.series(2)[1]) == 1
    assert np.isnan(recent.series(2)[1]).all()
    bridge.hear([1.5, 2.5, 3.5])
    assert recent.series(0)[1].tolist() == [1.0, 1.5]
    assert np.isnan(recent.series(2)[1][0])
    assert recent.series(2)[1][1] == 3.5
    assert len(recent.series(2)[0]) == 2
