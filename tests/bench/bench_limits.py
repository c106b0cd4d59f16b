"""Limits over the tag table, batches of 1,000 over 10,000 points: against bare NumPy and against a dict loop.

The references do less than we do: no delays, no rate, no quality causes, no late samples, nothing to take back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from backend.alarms.engine import AlarmEngine
from backend.alarms.limits import LimitTable
from backend.alarms.undo import Undo
from backend.clock import SystemClock
from backend.model.plant import Device, Limits, Point, QuantityKind, Registry
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch
from tests.support.measuring import Rounds

POINTS = 10_000
BATCH = 1_000
BATCHES = 200
ROUNDS = 7
START_US = 1_768_473_000_000_000
WAYS = ("bare NumPy", "dict loop", "limit table", "whole engine")
HH, H, L, LL, BAND = 420.0, 410.0, 390.0, 380.0, 1.0


class DictPoint:
    """What a plain program keeps of a point."""

    __slots__ = ("at", "band", "h", "hh", "level", "ll", "low", "quality", "value")

    def __init__(self, hh: float, h: float, low: float, ll: float, band: float) -> None:
        self.hh, self.h, self.low, self.ll, self.band = hh, h, low, ll, band
        self.level, self.value, self.at, self.quality = 0, 0.0, 0, 0


class BareNumpy:
    """The least that array operations must do: write the tag table, compare with four limits, keep the level."""

    def __init__(self) -> None:
        self.hh, self.h = np.full(POINTS, HH), np.full(POINTS, H)
        self.low, self.ll, self.band = np.full(POINTS, L), np.full(POINTS, LL), np.full(POINTS, BAND)
        self.level = np.zeros(POINTS, np.int8)
        self.value, self.at = np.zeros(POINTS), np.zeros(POINTS, np.int64)
        self.quality = np.zeros(POINTS, np.uint8)

    def evaluate(self, batch: SampleBatch) -> NDArray[np.intp]:
        p, v = batch.point, batch.value
        level, band = self.level[p], self.band[p]
        up = (v >= self.h[p] - band * (level >= 1)).astype(np.int8) + (v >= self.hh[p] - band * (level >= 2))
        down = (v <= self.low[p] + band * (level <= -1)).astype(np.int8) + (v <= self.ll[p] + band * (level <= -2))
        new = np.where(batch.quality == GOOD, up - down, level)
        changed = np.flatnonzero(new != level)
        self.level[p] = new
        self.value[p], self.at[p], self.quality[p] = v, batch.at, batch.quality
        return changed


class DictLoop:
    """The same, one sample after the other."""

    def __init__(self) -> None:
        self.points = {number: DictPoint(HH, H, L, LL, BAND) for number in range(POINTS)}

    def evaluate(self, batch: SampleBatch) -> list[int]:
        changed = []
        rows = zip(batch.point.tolist(), batch.at.tolist(), batch.value.tolist(), batch.quality.tolist(), strict=True)
        for number, at, value, quality in rows:
            point = self.points[number]
            point.value, point.at, point.quality = value, at, quality
            if quality != GOOD:
                continue
            level, band = point.level, point.band
            if value >= point.hh - (band if level >= 2 else 0):
                new = 2
            elif value >= point.h - (band if level >= 1 else 0):
                new = 1
            elif value <= point.ll + (band if level <= -2 else 0):
                new = -2
            elif value <= point.low + (band if level <= -1 else 0):
                new = -1
            else:
                new = 0
            if new != level:
                point.level = new
                changed.append(number)
        return changed


def run() -> dict[str, object]:
    """Samples per second of each, medians; ratios within the same run."""
    limits = Limits(hh=HH, h=H, l=L, ll=LL, deadband=BAND, on_delay_s=2.0, off_delay_s=5.0)
    points = tuple(_point(number, limits) for number in range(POINTS))
    registry = Registry(devices=(Device(id="D", model="m", asset="A", protocol="modbus"),), points=points)
    figures: dict[str, object] = {}
    for name, crossing in (("calm", 0.0), ("0.1 % beyond a limit", 0.001), ("1 % beyond a limit", 0.01)):
        bare, plain, table = BareNumpy(), DictLoop(), LimitTable(points)
        engine = AlarmEngine(registry=registry, links=(), clock=SystemClock(), stored=())
        rounds = _measure(
            _batches(crossing),
            {
                "bare NumPy": bare.evaluate,
                "dict loop": plain.evaluate,
                "limit table": lambda batch, table=table: table.evaluate(batch, 0.0, Undo()),
                "whole engine": lambda batch, engine=engine: engine.commit(engine.evaluate(batch, batch.received_at)),
            },
        )
        for each in WAYS:
            figures[f"{name}: {each}, samples/s"] = BATCH * BATCHES / rounds.cost(each)
        figures[f"{name}: limit table / bare NumPy (>= 0.5)"] = 1 / rounds.ratio("limit table")
        figures[f"{name}: limit table / dict loop (>= 10)"] = rounds.ratio("dict loop", "limit table")
        figures[f"{name}: whole engine, µs a batch"] = rounds.cost("whole engine") / BATCHES * 1e6
        figures[f"{name}: bare NumPy"] = rounds.verdict
    return figures


def _measure(batches: list[SampleBatch], contestants: dict[str, Callable[[SampleBatch], object]]) -> Rounds:
    """CPU seconds of each, taken in turns; times go on over the rounds."""
    turns: dict[str, int] = dict.fromkeys(contestants, 0)

    def took(name: str, evaluate: Callable[[SampleBatch], object]) -> float:
        shifted = [_later(batch, turns[name]) for batch in batches]
        turns[name] += 1
        begun = time.thread_time()  # others on this machine cost nothing
        for batch in shifted:
            evaluate(batch)
        return time.thread_time() - begun

    ways = {name: partial(took, name, evaluate) for name, evaluate in contestants.items()}
    return Rounds(ways, raw="bare NumPy", rounds=ROUNDS)


def _later(batch: SampleBatch, turn: int) -> SampleBatch:
    by = turn * BATCHES * 100_000
    return SampleBatch.of(
        batch.point,
        batch.at + by,
        batch.value,
        batch.quality,
        received_at=batch.received_at + by,
        source=batch.source,
    )


def _batches(crossing: float) -> list[SampleBatch]:
    """Every batch holds 1,000 of the 10,000 points; 0.1 s apart, so that each point comes once a second."""
    chance = np.random.default_rng(7)
    batches = []
    for number in range(BATCHES):
        points = np.arange(BATCH) + (number % (POINTS // BATCH)) * BATCH
        at = START_US + number * 100_000
        value = chance.uniform(395, 405, BATCH)
        value[chance.random(BATCH) < crossing] = 415.0
        batches.append(
            SampleBatch.of(
                points, np.full(BATCH, at), value, np.full(BATCH, GOOD), received_at=at + 20_000, source="bench"
            )
        )
    return batches


def _point(number: int, limits: Limits) -> Point:
    return Point(
        id=number,
        tag=f"B{number}",
        device="D",
        asset="A",
        property="p",
        title="Pressure",
        title_zh="",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=0,
        high=1000,
        precision=1,
        period_s=1,
        limits=limits,
    )


if __name__ == "__main__":
    for title, figure in run().items():
        print(f"{title:60} {figure:,.2f}" if isinstance(figure, float) else f"{title:60} {figure}")
