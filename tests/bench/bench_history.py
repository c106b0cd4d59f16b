"""How fast stored history opens: trends over a year and the last hour, beside a bare scan of the same data in Parquet.

A year of 25 points by the minute (13 million samples) is stored in groups of one minute each, as a pipeline would, and
the last hour of 20 more points by the second; then roll-ups are made, as the store does in the background. At last all
but a week moves to cold files, and the questions are asked again.
`uv run python -m tests.bench.bench_history` prints the figures. Believe the ratios: the machine is shared and noisy.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb
import numpy as np

from backend.audit import seal
from backend.clock import SystemClock
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch
from backend.store import Store
from backend.store.cold.reading import OpenFile, root_of
from backend.store.cold.rules import Cooling
from backend.store.cold.writing import FileWriter

POINTS = 25
DAYS = 365
MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
END = 1_768_521_600_000_000
START = END - DAYS * DAY
FAST = 20
WIDE = 10_000
ROUNDS = 9
BUCKETS = 2000
_UNIT_GROUPS = 500


def run() -> dict[str, object]:
    """Milliseconds (medians), bytes per sample, and what making the roll-ups took."""
    with tempfile.TemporaryDirectory(prefix="linepack-bench-") as folder:
        return _run(Path(folder))


def _run(folder: Path) -> dict[str, object]:
    file = folder / "linepack.db"
    store = Store.create(f"sqlite:///{file}", site="bench", mode="live", clock=SystemClock(), seal=seal)
    figures: dict[str, object] = {"points by the minute for a year": POINTS, "points by the second for an hour": FAST}
    try:
        values = _year()
        _timed(figures, "storing, s", lambda: _fill(store, values))
        stored = store.history.count()
        figures["samples"] = stored
        groups_bytes = file.stat().st_size
        figures["before roll-ups: 1 point, 1 year, ms"] = _ms(lambda: _thinned(store, [0]), 1)
        _timed(figures, "making the roll-ups of all that, s", store.roll_up)
        _last_hour(store)
        figures |= _bytes(store, groups_bytes, stored)
        figures |= _reading(store)
        parquet = _parquet(folder, values)
        figures["parquet: bytes/sample"] = parquet.stat().st_size / (POINTS * DAYS * 1440)
        figures |= _beside(parquet, figures)
        figures |= _cold(store, folder / "history", parquet)
    finally:
        store.close()
    return figures


def _year() -> list[np.ndarray]:
    """A pressure in 0.1 kPa each, which wanders and follows the day."""
    minutes = np.arange(DAYS * 1440)
    made = []
    for point in range(POINTS):
        chance = np.random.default_rng(point)
        wander = np.cumsum(chance.normal(0, 0.05, len(minutes)))
        day = 8 * np.sin((minutes / 1440 + point / POINTS) * 2 * np.pi)
        made.append(np.round(400 + wander - np.linspace(0, wander[-1], len(minutes)) + day, 1))
    return made


def _fill(store: Store, values: list[np.ndarray]) -> None:
    """A group a minute with a sample of each point, many groups a transaction so that it does not take all day."""
    table = np.array(values).T.copy()
    points, quality = np.arange(POINTS), np.full(POINTS, GOOD)
    waiting = []
    for begun in range(0, len(table), _UNIT_GROUPS):
        batches = [
            SampleBatch.of(
                points,
                np.full(POINTS, START + minute * MINUTE),
                table[minute],
                quality,
                received_at=START + minute * MINUTE,
                source="bench",
            )
            for minute in range(begun, min(begun + _UNIT_GROUPS, len(table)))
        ]
        waiting.append(store.run(lambda tx, some=batches: [tx.samples(each) for each in some]))
        if len(waiting) > 8:
            waiting.pop(0).result()
    for each in waiting:
        each.result()


def _last_hour(store: Store) -> None:
    """20 points by the second, in groups of a second, rolled up each 5 minutes; the newest are in groups only."""
    chance = np.random.default_rng(1)
    points = np.arange(POINTS, POINTS + FAST)
    for second in range(3600):
        at = END - HOUR + second * 1_000_000
        batch = SampleBatch.of(
            points,
            np.full(FAST, at),
            np.round(chance.normal(400, 1, FAST), 1),
            np.full(FAST, GOOD),
            received_at=at,
            source="bench",
        )
        store.run(lambda tx, b=batch: tx.samples(b)).result()
        if second % 300 == 200:
            store.roll_up()


def _bytes(store: Store, groups_bytes: int, stored: int) -> dict[str, object]:
    with store._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT tier, sum(length(body) + 80) FROM leaf GROUP BY tier").all()
        pieces = connection.exec_driver_sql("SELECT coalesce(sum(length(body) + 80), 0) FROM piece").scalar_one()
    names = {0: "samples sorted by point", 1: "1 min", 2: "15 min", 3: "1 h"}
    found: dict[str, object] = {"groups as committed, bytes/sample": groups_bytes / stored}
    found |= {f"{names[tier]}, bytes/sample": total / stored for tier, total in rows}
    found["not sorted in yet, bytes/sample"] = pieces / stored
    return found


def _thinned(store: Store, points: list[int], start: int = START, end: int = END) -> None:
    store.history.thinned(points, start, end, BUCKETS)


def _reading(store: Store) -> dict[str, object]:
    twenty, fast = list(range(20)), list(range(POINTS, POINTS + FAST))
    ways: dict[str, Callable[[], object]] = {
        "1 point, 1 year, 2,000 buckets, ms (target 10)": lambda: _thinned(store, [7]),
        "20 points, 1 year, 2,000 buckets, ms (target 200)": lambda: _thinned(store, twenty),
        "1 point, 1 year of samples, ms (raw tier, target 30)": lambda: store.history.read([7], START, END),
        "20 points, 30 days, 2,000 buckets, ms": lambda: _thinned(store, twenty, END - 30 * DAY),
        "20 points, 1 week, 2,000 buckets, ms": lambda: _thinned(store, twenty, END - 7 * DAY),
        "20 points, 1 day, 2,000 buckets, ms": lambda: _thinned(store, twenty, END - DAY),
        "20 points, 1 day a year ago, ms": lambda: _thinned(store, twenty, START + 3 * DAY, START + 4 * DAY),
        "20 points by the second, last hour, ms (target 20)": lambda: store.history.read(fast, END - HOUR, END),
        "20 points by the second, last hour, thinned, ms": lambda: _thinned(store, fast, END - HOUR),
    }
    figures: dict[str, object] = {}
    for name, work in ways.items():
        begun = time.process_time()
        figures[name] = _ms(work)
        # On a machine that has other work too, the time this thread really had.
        figures[f"{name}: CPU"] = (time.process_time() - begun) / ROUNDS * 1000
    return figures


def _parquet(folder: Path, values: list[np.ndarray]) -> Path:
    """The same year as most would keep it cold: sorted by point, time delta-encoded, zstd."""
    n = len(values[0])
    file = folder / "year.parquet"
    with duckdb.connect(folder / "rows.duckdb") as made:
        made.execute("CREATE TABLE rows (point INTEGER, at_us BIGINT, value DOUBLE)")
        for point, each in enumerate(values):
            arrays = {"point": np.full(n, point, np.int32), "at_us": START + np.arange(n) * MINUTE, "value": each}
            made.register("block", arrays)
            made.execute("INSERT INTO rows SELECT * FROM block")
            made.unregister("block")
        # Version 2 delta-encodes whole numbers, which the times are.
        made.execute(f"COPY rows TO '{file}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)")
    return file


def _beside(parquet: Path, figures: dict[str, object]) -> dict[str, object]:
    """The raw limit: DuckDB scans the file and groups by bucket."""
    width = (END - START) // BUCKETS
    asked = (
        f"SELECT point, (at_us - {START}) // {width} AS bucket, min(value), max(value), avg(value), count(*) "
        f"FROM '{parquet}' WHERE point {{}} GROUP BY ALL"
    )
    with duckdb.connect(config={"threads": 2}) as bare:
        one = _ms(lambda: bare.execute(asked.format("= 7")).fetchnumpy())
        twenty = _ms(lambda: bare.execute(asked.format("< 20")).fetchnumpy(), 5)
    ours = (
        float(str(figures["1 point, 1 year, 2,000 buckets, ms (target 10)"])),
        float(str(figures["20 points, 1 year, 2,000 buckets, ms (target 200)"])),
    )
    return {
        "bare DuckDB on Parquet: 1 point, 1 year, ms": one,
        "bare DuckDB on Parquet: 20 points, 1 year, ms": twenty,
        "1 point, 1 year: ours / bare DuckDB": ours[0] / one,
        "20 points, 1 year: ours / bare DuckDB": ours[1] / twenty,
    }


def _cold(store: Store, history: Path, parquet: Path) -> dict[str, object]:
    """The same year once all but its last week is in files: size, questions to samples, what moving a day takes."""
    figures: dict[str, object] = {}
    begun = time.process_time()
    days = store.cool(Cooling(now=END, recent_days=7, again_us=0))
    figures["cold: days moved to files"] = days
    figures["cold: CPU s a day moved (measured, 25 points)"] = (time.process_time() - begun) / max(days, 1)
    tiers = {each.name: each for each in store.history.tiers()}
    files, raw = tiers["files"], tiers["raw"]
    figures["cold: bytes/sample (target 0.6, stretch 0.3)"] = files.bytes / files.rows
    figures["cold: samples left in leaves"] = raw.rows
    twenty = list(range(20))
    figures["cold: 1 point, 1 year of samples, ms (target 30)"] = _ms(lambda: store.history.read([7], START, END))
    figures["cold: 1 point, 1 year, 2,000 buckets, ms (target 10)"] = _ms(lambda: _thinned(store, [7]))
    figures["cold: 20 points, 1 year, 2,000 buckets, ms (target 200)"] = _ms(lambda: _thinned(store, twenty))
    figures["cold: 20 points, 1 day a year ago, ms"] = _ms(
        lambda: _thinned(store, twenty, START + 3 * DAY, START + 4 * DAY)
    )
    names = [str(file) for file in sorted(history.iterdir())]
    with duckdb.connect(config={"threads": 2}) as bare:
        asked = f"SELECT count(*), min(number), max(number) FROM read_parquet({names}) WHERE point = 7"
        figures["bare DuckDB on our day files: 1 point, 1 year, ms"] = _ms(lambda: bare.execute(asked).fetchall(), 3)
        asked = f"SELECT count(*), min(value), max(value) FROM '{parquet}' WHERE point = 7"
        one_file = _ms(lambda: bare.execute(asked).fetchall())
    ours = float(str(figures["cold: 1 point, 1 year of samples, ms (target 30)"]))
    figures["cold: 1 point, 1 year of samples: ours / bare DuckDB on one file"] = ours / one_file
    return figures | _wide()


def _wide() -> dict[str, object]:
    """One day of 10,000 points by the minute, measured; a year of them is 365 such files (extrapolated)."""
    chance = np.random.default_rng(3)
    minutes = np.arange(1440)
    with tempfile.TemporaryDirectory(prefix="linepack-bench-") as folder:
        file = Path(folder) / "day.parquet"
        begun = time.process_time()
        writer = FileWriter(file, {})
        for point in range(WIDE):
            value = np.round(400 + np.cumsum(chance.normal(0, 0.05, 1440)) + 8 * np.sin(minutes / 229.2), 1)
            columns = (np.full(1440, point), START + minutes * MINUTE, value, np.full(1440, GOOD))
            writer.add(SampleBatch.of(*columns, received_at=START, source="bench"))
        written = writer.finish()
        spent = time.process_time() - begun
        root, asked = root_of(written.root), np.array([4711], np.int32)

        def one_day() -> object:
            with OpenFile(file, size=written.size, root=root) as opened:
                return [each for group in opened.holding(asked) for each in opened.read(group, asked, 0, 2**62)]

        one = _ms(one_day, 50)
    return {
        "10,000 points, 1 day (measured): bytes/sample": written.size / written.n,
        "10,000 points, 1 day (measured): CPU s to write": spent,
        "10,000 points, 1 day (measured): 1 point, ms": one,
        "10,000 points, 1 year (extrapolated): GB": written.size * DAYS / 1e9,
        "10,000 points, 1 year (extrapolated): 1 point, ms": one * DAYS,
        "10,000 points, 1 year (extrapolated): catalogue, MB": len(written.root) * DAYS / 1e6,
    }


def _ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken) * 1000


def _timed(figures: dict[str, object], name: str, work: Callable[[], object]) -> None:
    begun = time.perf_counter()
    work()
    figures[name] = time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
