"""Everything between a driver and the disk, as `system` joins it: inbox, core, real store, tag table, real alarms."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from backend.alarms import AlarmEngine, Changes
from backend.audit.chain import seal
from backend.clock import SystemClock
from backend.live import TagTable
from backend.model.plant import Device, Point, Registry
from backend.model.sample import SampleBatch
from backend.pipeline import Core, Inbox
from backend.pipeline.judge import Ranges
from backend.pipeline.ports import Ledger
from backend.store import Store


class BenchHouse:
    """Runs from the start; `all_in` is set when `wanted` samples are durable."""

    def __init__(
        self,
        folder: Path,
        points: Sequence[Point],
        devices: Sequence[Device],
        *,
        wanted: int,
        ledger: Callable[[Store], Ledger] = lambda store: store,
    ) -> None:
        """ledger: what stands between the core and the store."""
        self.clock = SystemClock()
        self.inbox = Inbox()
        self.left = wanted
        self.all_in = threading.Event()
        self.batches: list[SampleBatch] = []
        """Every committed batch, where `keep` is set."""
        self.keep = False
        registry = Registry(devices=tuple(devices), points=tuple(points))
        self.store = Store.create(
            f"sqlite:///{folder / 'linepack.db'}", site="bench", mode="live", clock=self.clock, seal=seal
        )
        self.core: Core[Changes] = Core(
            inbox=self.inbox,
            clock=self.clock,
            ledger=ledger(self.store),
            stored=self.store.history,
            table=TagTable(np.array([point.period_s for point in points], np.float64)),
            alarms=AlarmEngine(registry=registry, links=(), clock=self.clock, stored=()),
            ranges=Ranges(
                low=np.array([point.low for point in points], np.float64),
                high=np.array([point.high for point in points], np.float64),
            ),
        )
        self.core.topics.committed.subscribe(self._on_committed)
        self.core.start()

    def close(self) -> None:
        """Stop the core and close the store."""
        self.core.stop()
        self.store.close()

    def _on_committed(self, batch: SampleBatch) -> None:
        if self.keep:
            self.batches.append(batch)
        self.left -= len(batch)
        if self.left <= 0:
            self.all_in.set()
