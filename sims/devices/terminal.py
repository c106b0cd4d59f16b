"""A terminal: one instrument as its device shows it, with noise, rounding, range checks and frozen points."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from backend.model.form import DataType, Form, ModbusForm
from backend.model.plant import QuantityKind
from backend.model.thing_model import ThingModel
from sims.devices.moment import Instrument, Moment

_FLOATS: Final = (DataType.FLOAT32, DataType.FLOAT64)
_NOISE: Final[Mapping[QuantityKind, float]] = {
    QuantityKind.PRESSURE: 2e-4,
    QuantityKind.TEMPERATURE: 5e-4,
    QuantityKind.CONCENTRATION: 1e-3,
    QuantityKind.HUMIDITY: 2e-3,
    QuantityKind.VOLTAGE: 4e-4,
    QuantityKind.SIGNAL: 8e-3,
    QuantityKind.RATIO: 5e-4,
}
"""Standard deviation of a reading as a share of the instrument's span."""
_FLOW_NOISE: Final = 2e-3
"""Of a flow reading, as a share of the flow itself: a turbine meter stands still at zero."""
_STEADY: Final = ("setpoint", "opening_percent", "torque", "battery")
"""Properties that a device knows exactly."""


class Outcome(Enum):
    """What became of a write."""

    TAKEN = "taken"
    UNKNOWN = "there is nothing to write"
    RANGE = "outside the range"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A device's word on a write."""

    outcome: Outcome
    detail: str = ""


class Terminal:
    """`forms` say how each property travels; `ranges` and `period_s` stand in for the model's (see device rows)."""

    def __init__(
        self,
        *,
        id: str,
        model: ThingModel,
        protocol: str,
        address: Mapping[str, str],
        forms: Mapping[str, Form],
        ranges: Mapping[str, tuple[float, float]],
        period_s: float | None,
        instrument: Instrument,
        rng: random.Random,
    ) -> None:
        self.id = id
        self.model = model
        self.protocol = protocol
        self.address = address
        self.forms = forms
        self.instrument = instrument
        self.periods_s = {name: period_s or model.properties[name].period_s for name in forms}
        """How often each property is reported by devices that report by themselves."""
        self.frozen: dict[str, float] = {}
        """Points held at a value from outside, by property."""
        self._ranges = ranges
        self._rng = rng

    def feel(self, moment: Moment) -> None:
        """Let the instrument take in the world."""
        self.instrument.feel(moment)

    def readings(self) -> dict[str, float]:
        """Every property as the device gives it now: noisy where a sensor is, rounded, within the sensor's span."""
        known = {**self.instrument.values(), **self.frozen}
        return {name: self._reading(name, known[name], form) for name, form in self.forms.items() if name in known}

    def write(self, name: str, value: float) -> Answer:
        """Carry out a write off the wire."""
        entry = self.model.properties.get(name)
        if entry is None or entry.read_only or name not in self.forms:
            return Answer(outcome=Outcome.UNKNOWN, detail=f"{name} cannot be written")
        low, high = self._ranges.get(name, (entry.minimum, entry.maximum))
        if not low <= value <= high:
            return Answer(outcome=Outcome.RANGE, detail=f"{value:g} is outside {low:g} to {high:g}")
        reason = self.instrument.write(name, value)
        return Answer(outcome=Outcome.REFUSED if reason else Outcome.TAKEN, detail=reason)

    def _reading(self, name: str, value: float, form: Form) -> float:
        entry = self.model.properties[name]
        if name not in self.frozen and not any(word in name for word in _STEADY):
            span = entry.maximum - entry.minimum
            spread = abs(value) * _FLOW_NOISE if entry.kind is QuantityKind.FLOW else span * _NOISE.get(entry.kind, 0.0)
            value += self._rng.gauss(0.0, spread) if spread else 0.0
        value = min(max(value, entry.minimum), entry.maximum)
        if isinstance(form, ModbusForm) and form.type not in _FLOATS:
            raw = round((value - form.offset) / form.scale)
            return raw * form.scale + form.offset
        return round(value, entry.precision + 1) if entry.type == "number" else round(value)
