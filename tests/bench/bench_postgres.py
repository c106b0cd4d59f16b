"""How fast samples become durable rows in PostgreSQL, beside a bare binary COPY of the same rows in the same run.

`uv run python -m tests.bench.bench_postgres` prints the figures. Believe the ratios: the machine is shared and noisy.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from backend.audit import seal
from backend.clock import SystemClock
from backend.model.sample import SampleBatch
from backend.store import Store
from backend.store.postgres import columns
from backend.store.postgres.connections import Raw
from backend.store.postgres.samples import KINDS
from tests.bench.bench_store import QUEUED, _batch, _store, _store_pipelined, _timed
from tests.support.measuring import Rounds
from tests.support.server import Server

ROUNDS = 5
SIZES = {1_000: 60, 10_000: 25}
"""Rows a batch → batches a round."""
_BARE = "CREATE TABLE bare (at bigint, value float8, stored bigint, point integer, quality smallint)"


def run() -> dict[str, object]:
    """Samples per second of each way, and the ratios that matter (see the targets in performance.md)."""
    server = Server()
    try:
        return _run(server)
    finally:
        server.close()


def _run(server: Server) -> dict[str, object]:
    name = server.new_database()
    store = Store.create(server.url(name), site="bench", mode="live", clock=SystemClock(), seal=seal)
    raw = server.connect(name)
    raw.execute(_BARE.encode())
    figures: dict[str, object] = {}
    try:
        for rows, batches in SIZES.items():
            made = [_batch(rows, number) for number in range(batches)]
            ways: dict[str, Callable[[], None]] = {
                "bare": lambda made=made: _bare(raw, made),
                "store": lambda made=made: _store(store, made),
                QUEUED: lambda made=made: _store_pipelined(store, made),
            }
            rounds = Rounds({way: partial(_timed, work) for way, work in ways.items()}, raw="bare", rounds=ROUNDS)
            named = f"batches of {rows:,}"
            for way in ways:
                figures[f"{named}: {way}, samples/s"] = rows * batches / rounds.cost(way)
            figures[f"{named}: store / bare COPY, each its own transaction (>= 0.5)"] = 1 / rounds.ratio("store")
            figures[f"{named}: store, all queued at once / bare COPY"] = 1 / rounds.ratio(QUEUED)
            figures[f"{named}: bare COPY"] = rounds.verdict
    finally:
        raw.close()
        store.close()
    return figures


def _bare(raw: Raw, batches: list[SampleBatch]) -> None:
    for number, each in enumerate(batches):
        rows = {name: getattr(each, name) for name in ("at", "value", "point", "quality")}
        columns.put(raw, "bare", {**rows, "stored": each.at + number}, KINDS)


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
