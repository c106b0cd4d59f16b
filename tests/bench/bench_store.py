"""How fast samples become durable, beside what the disk itself can do in the same run.

`uv run python -m tests.bench.bench_store` prints the figures. Believe the ratios: the machine is shared and noisy.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from backend.audit import seal
from backend.clock import SystemClock
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch
from backend.store import Store, blob
from tests.support.measuring import Rounds

POINTS = 10_000
ROUNDS = 5
SIZES = {1_000: 150, 10_000: 60}
"""Rows a batch → batches a round."""


QUEUED, ROWS = "store, all queued at once", "a row per sample"
_PARTS = 5
"""Rows one by one get so much less to do."""


def run() -> dict[str, object]:
    """Samples per second of each way, and the ratios that matter (see the targets in performance.md)."""
    with tempfile.TemporaryDirectory(prefix="linepack-bench-") as folder:
        return _run(Path(folder))


def _run(folder: Path) -> dict[str, object]:
    store = Store.create(
        f"sqlite:///{folder / 'linepack.db'}", site="bench", mode="live", clock=SystemClock(), seal=seal
    )
    figures: dict[str, object] = {}
    try:
        for rows, batches in SIZES.items():
            made = [_batch(rows, number) for number in range(batches)]
            ways: dict[str, Callable[[], None]] = {
                "raw": lambda made=made: _append(folder / "raw", made),
                "store": lambda made=made: _store(store, made),
                QUEUED: lambda made=made: _store_pipelined(store, made),
                ROWS: lambda made=made: _rows(folder / "rows.db", made[: len(made) // _PARTS]),
            }
            rounds = Rounds({way: partial(_timed, work) for way, work in ways.items()}, raw="raw", rounds=ROUNDS)
            samples, name = rows * batches, f"batches of {rows:,}"
            parts = {way: _PARTS if way == ROWS else 1 for way in ways}
            for way, part in parts.items():
                figures[f"{name}: {way}, samples/s"] = samples / part / rounds.cost(way)
            figures[f"{name}: store / raw append + fdatasync (>= 0.5)"] = 1 / rounds.ratio("store")
            figures[f"{name}: store, all queued at once / raw"] = 1 / rounds.ratio(QUEUED)
            figures[f"{name}: store / a row per sample (>= 6)"] = rounds.ratio(ROWS, "store") * _PARTS
            figures[f"{name}: raw append"] = rounds.verdict
        figures |= _reading(store)
    finally:
        store.close()
    return figures


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _batch(rows: int, number: int) -> SampleBatch:
    """Slowly varying values of many points, 1 s apart."""
    noise = np.random.default_rng(number)
    return SampleBatch.of(
        np.arange(rows) % POINTS,
        np.full(rows, 1_768_473_000_000_000 + number * 1_000_000),
        400.0 + noise.normal(0.0, 0.5, rows),
        np.full(rows, GOOD),
        received_at=1_768_473_000_000_000 + number * 1_000_000,
        source="bench",
    )


def _append(file: Path, batches: list[SampleBatch]) -> None:
    """The limit: the same bytes appended to a file, each followed by fdatasync."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for batch in batches:
            os.write(descriptor, blob.encode(batch))
            os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _store(store: Store, batches: list[SampleBatch]) -> None:
    """One unit after the other, each waited for, as the core does."""
    for batch in batches:
        store.run(lambda tx, b=batch: tx.samples(b)).result()


def _store_pipelined(store: Store, batches: list[SampleBatch]) -> None:
    """Every unit queued at once."""
    for future in [store.run(lambda tx, b=batch: tx.samples(b)) for batch in batches]:
        future.result()


def _rows(file: Path, batches: list[SampleBatch]) -> None:
    """What most would write first: a row for each sample, keyed by point and time, one transaction a batch."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("DROP TABLE IF EXISTS sample")
    connection.execute("CREATE TABLE sample (point, at, value, quality, PRIMARY KEY (point, at)) WITHOUT ROWID")
    for batch in batches:
        columns = (batch.point.tolist(), batch.at.tolist(), batch.value.tolist(), batch.quality.tolist())
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)", zip(*columns, strict=True))
        connection.execute("COMMIT")
    connection.close()


def _reading(store: Store) -> dict[str, float]:
    """Milliseconds to start with, and to look up."""
    figures: dict[str, float] = {}
    end = 1_768_473_000_000_000 + 60_000_000
    for name, work in {
        "newest value of every point, ms": store.last_values,
        "20 points, last 10 s, ms": lambda: store.history.read(range(20), end - 10_000_000, end),
        "are 1,000 samples stored already, ms": lambda: store.history.contains(_batch(1_000, 30)),
    }.items():
        begun = time.perf_counter()
        work()
        figures[name] = round((time.perf_counter() - begun) * 1000, 2)
    return figures


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
