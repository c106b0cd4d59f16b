"""Build the chains of all models into array steps, and run batches through them: the core's port to processing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend import logs
from backend.clock import US
from backend.errors import ConfigError
from backend.model import expression
from backend.model.plant import Registry
from backend.model.quality import Cause, Status, quality
from backend.model.sample import SampleBatch, Values
from backend.model.thing_model import ThingModel
from backend.model.thing_steps import COMPUTE, FORWARD, WITHIN_S, StepEntry, factor
from backend.processing.compute import Compute
from backend.processing.rows import Facts, Mask, Rows, claims
from backend.processing.steps import Clean, Convert, Filter, Step

_log = logs.get(__name__)
_RANGE: Final = np.uint8(quality(Status.BAD, Cause.RANGE))
_LARGEST: Final = np.finfo(np.float64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A built step and where it stands: model id and number in the chain, from 0."""

    model: str
    number: int
    step: Step
    outputs: tuple[int, ...] = ()
    """Points that it computes."""


class Chains:
    """Every model's chain over one registry. Core thread only; `apply` keeps nothing until `commit`."""

    def __init__(self, steps: tuple[Placed, ...], looked: Mask, touched: Mask, registry: Registry) -> None:
        """looked: points that some step looks at. touched: those whose values it changes, filters or computes."""
        self._steps = steps
        self._looked = looked
        self._touched = touched
        self._any = bool(looked.any())
        self._facts = Facts.of(registry)
        self._registry = registry
        self._now: Callable[[], Registry] = lambda: registry
        self._passed = (0, 0)
        self._worked = False

    @property
    def steps(self) -> tuple[Placed, ...]:
        """In the order they run."""
        return self._steps

    @property
    def computed(self) -> frozenset[int]:
        """Points that the chains give."""
        return frozenset(int(point) for each in self._steps for point in each.outputs)

    def follow(self, registry: Callable[[], Registry]) -> None:
        """Go by the limits and periods of the registry in force, asked at each batch."""
        self._now = registry

    def apply(self, batch: SampleBatch) -> SampleBatch:
        """The batch after all steps: kept rows in their order, then computed ones. Every point must be known."""
        self._passed = (0, 0)
        self._worked = self._any and bool(self._looked[batch.point].any())
        if not self._worked:
            return batch
        self._refresh()
        rows = Rows(point=batch.point, at=batch.at, value=batch.value, quality=batch.quality)
        dropped = computed = 0
        with np.errstate(all="ignore"):
            for placed in self._steps:
                before = len(rows.point)
                rows = placed.step.run(rows, self._facts)
                dropped += max(0, before - len(rows.point))
                computed += max(0, len(rows.point) - before)
            rows = in_range(rows, self._touched, self._facts)
        self._passed = (dropped, computed)
        return SampleBatch(
            point=rows.point,
            at=rows.at,
            value=rows.value,
            quality=rows.quality,
            received_at=batch.received_at,
            source=batch.source,
        )

    def commit(self) -> tuple[int, int]:
        """The last batch was taken: its effect on the steps stays. (rows dropped, rows computed) of it."""
        if not self._worked:
            return 0, 0
        for placed in self._steps:
            placed.step.commit()
        passed, self._passed = self._passed, (0, 0)
        return passed

    def dropped(self) -> dict[tuple[str, int], int]:
        """(model, number of the step) → rows it dropped since the start, for steps that dropped any. Any thread."""
        return {(each.model, each.number): each.step.dropped for each in self._steps if each.step.dropped}

    def arriving(self, low: Values, high: Values) -> tuple[Values, Values]:
        """Instrument ranges for judging values before the chain: any number for a point that a chain works on, whose
        range is judged after it."""
        return np.where(self._touched, -_LARGEST, low), np.where(self._touched, _LARGEST, high)

    def _refresh(self) -> None:
        registry = self._now()
        if registry is not self._registry:
            self._registry, self._facts = registry, Facts.of(registry)


def in_range(rows: Rows, touched: Mask, facts: Facts) -> Rows:
    """Bad (range) where a value that a chain worked on, or computed, is outside its point's range or not a number."""
    outside = np.flatnonzero(
        touched[rows.point]
        & claims(rows.quality)
        & ~((rows.value >= facts.low[rows.point]) & (rows.value <= facts.high[rows.point]))
    )
    return rows.changed(outside, quality=np.full(len(outside), _RANGE)) if len(outside) else rows


def compile_chains(registry: Registry, models: Mapping[str, ThingModel]) -> Chains:
    """Build the chains of the registered devices. A computed property whose point or inputs are not registered is left
    out and logged: that happens when a model has grown since its devices were last imported."""
    steps: list[Placed] = []
    looked = np.zeros(len(registry.points), np.bool_)
    touched = np.zeros(len(registry.points), np.bool_)
    for name, devices in points_by_model(registry).items():
        model = models.get(name)
        if model is None:
            continue
        for number, entry in enumerate(model.processing):
            if entry.step == FORWARD:
                continue
            inputs = expression_of(model, entry).names if entry.step == COMPUTE else ()
            needed = (entry.property, *inputs)
            whole = [ids for ids in devices if all(one in ids for one in needed)]
            if len(whole) < len(devices):
                _log.warning("step left out", model=name, step=number, devices=len(devices) - len(whole))
            if not whole:
                continue
            own = tuple(ids[entry.property] for ids in whole)
            step = _step(model, entry, whole, len(registry.points))
            outputs = own if entry.step == COMPUTE else ()
            steps.append(Placed(model=name, number=number, step=step, outputs=outputs))
            touched[list(own)] = True
            looked[[ids[one] for ids in whole for one in needed]] = True
    return Chains(tuple(steps), looked, touched, registry)


def expression_of(model: ThingModel, entry: StepEntry) -> expression.Expression:
    """The checked expression of a compute step."""
    units = {name: one.unit for name, one in model.properties.items() if name != entry.property}
    return expression.read(entry.expression or "", units)


def points_by_model(registry: Registry) -> dict[str, list[dict[str, int]]]:
    """Model id → of each of its devices, property → point id; retired points are left out."""
    of_device: dict[str, dict[str, int]] = {device.id: {} for device in registry.devices}
    for point in registry.points:
        if not point.retired and point.device in of_device:
            of_device[point.device][point.property] = point.id
    found: dict[str, list[dict[str, int]]] = {}
    for device in registry.devices:
        found.setdefault(device.model, []).append(of_device[device.id])
    return found


def _step(model: ThingModel, entry: StepEntry, devices: Sequence[Mapping[str, int]], count: int) -> Step:
    points = np.array([ids[entry.property] for ids in devices], np.intp)
    match entry.step:
        case "filter":
            longest = None if entry.longest_s is None else round(entry.longest_s * US)
            return Filter(points, count, band=entry.dead_band, longest_us=longest, low=entry.low, high=entry.high)
        case "convert":
            unit = None if entry.unit is None else factor(entry.unit, model.properties[entry.property].unit)
            scale = unit if unit is not None else 1.0 if entry.scale is None else entry.scale
            return Convert(points, count, scale=scale, offset=entry.offset or 0.0)
        case "clean":
            return Clean(
                points,
                count,
                spike=entry.spike,
                within_us=round((entry.within_s or WITHIN_S) * US),
                bad=entry.mark == "bad",
                low=entry.low,
                high=entry.high,
            )
        case "compute":
            read = expression_of(model, entry)
            inputs = [[ids[name] for name in read.names] for ids in devices]
            return Compute(read, points.astype(np.int32), inputs, count)
        case _:
            raise ConfigError("{step} is not a step that changes values", step=entry.step)
