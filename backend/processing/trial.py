"""Run a chain on made-up input and tell what comes out of each step, for the editor. Pure; nothing is sent anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.errors import ConfigError
from backend.model.plant import Device, Point, Registry
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch
from backend.model.thing_model import ThingModel, limits_of
from backend.model.thing_steps import FORWARD
from backend.processing.chains import compile_chains, in_range
from backend.processing.rows import US, Facts, Rows

MAX_INPUTS: Final = 10_000
_DEVICE: Final = "trial"
_BEGIN_US: Final = 1_600_000_000 * US


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One value as a device would give it. at_s: seconds since the beginning of the trial."""

    property: str
    at_s: float
    value: float
    quality: int = GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRow:
    """One value as it comes out of a step."""

    property: str
    at_s: float
    value: float
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What is there after a step. number: of the step from 0; -1 for the input; the chain's length for the result after
    the instrument ranges were judged. sent: rows that a forward step would send."""

    number: int
    step: str
    rows: tuple[TrialRow, ...]
    dropped: int
    sent: int = 0


def try_chain(model: ThingModel, inputs: Sequence[Input]) -> tuple[StepResult, ...]:
    """The input, the rows after each step of the model's chain, and the result. ConfigError: an unknown property."""
    if len(inputs) > MAX_INPUTS:
        raise ConfigError("a trial takes at most {count} values", count=MAX_INPUTS)
    names = list(model.properties)
    registry = _pretend(model)
    for one in inputs:
        if one.property not in names or one.property in model.computed:
            raise ConfigError("{name} is not a property that a device gives", name=one.property)
    batch = SampleBatch.of(
        [names.index(one.property) for one in inputs],
        [_BEGIN_US + round(one.at_s * US) for one in inputs],
        [one.value for one in inputs],
        [one.quality for one in inputs],
        received_at=_BEGIN_US,
        source=_DEVICE,
    )
    rows = Rows(point=batch.point, at=batch.at, value=batch.value, quality=batch.quality)
    facts = Facts.of(registry)
    built = {each.number: each.step for each in compile_chains(registry, {model.id: model}).steps}
    results = [StepResult(number=-1, step="", rows=_told(rows, names), dropped=0)]
    with np.errstate(all="ignore"):
        for number, entry in enumerate(model.processing):
            before, sent = len(rows.point), 0
            if number in built:
                rows = built[number].run(rows, facts)
            if entry.step == FORWARD:
                sent = int((rows.point == names.index(entry.property)).sum())
            dropped = max(0, before - len(rows.point))
            results.append(
                StepResult(number=number, step=entry.step, rows=_told(rows, names), dropped=dropped, sent=sent)
            )
        rows = in_range(rows, np.ones(len(names), np.bool_), facts)
    results.append(StepResult(number=len(model.processing), step="", rows=_told(rows, names), dropped=0))
    return tuple(results)


def _told(rows: Rows, names: Sequence[str]) -> tuple[TrialRow, ...]:
    return tuple(
        TrialRow(property=names[point], at_s=(at - _BEGIN_US) / US, value=value, quality=code)
        for point, at, value, code in zip(
            rows.point.tolist(), rows.at.tolist(), rows.value.tolist(), rows.quality.tolist(), strict=True
        )
    )


def _pretend(model: ThingModel) -> Registry:
    """One device of this model with all its properties."""
    points = tuple(
        Point(
            id=number,
            tag=f"{_DEVICE}.{entry.tag}",
            device=_DEVICE,
            asset=_DEVICE,
            property=name,
            title=entry.title,
            title_zh=entry.title_zh,
            kind=entry.kind,
            unit=entry.unit,
            low=entry.minimum,
            high=entry.maximum,
            precision=entry.precision,
            period_s=entry.period_s,
            limits=limits_of(entry.limits),
        )
        for number, (name, entry) in enumerate(model.properties.items())
    )
    return Registry(devices=(Device(id=_DEVICE, model=model.id, asset=_DEVICE, protocol=""),), points=points)
