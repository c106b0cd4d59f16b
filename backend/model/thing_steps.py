"""`lp:processing`: the steps that incoming values of a device go through before they are stored, as in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

FILTER: Final = "filter"
CONVERT: Final = "convert"
CLEAN: Final = "clean"
COMPUTE: Final = "compute"
FORWARD: Final = "forward"

Seconds = Annotated[float, Field(gt=0, le=366 * 86400)]


class StepEntry(BaseModel):
    """One step on one property. Which keys belong to which step is in `PARAMETERS`; numbers are in the unit that the
    property has at that place of the chain.

    filter: drop what differs from the last kept value by at most `deadBand` (kept after `longest` s all the same), or
    lies outside `low` to `high`. convert: value * scale + offset, or from another `unit`. clean: a jump of more than
    `spike` against a last good value at most `within` s old is marked; what lies outside `low` to `high` is set to
    the nearer end and uncertain. compute: `expression` of other properties. forward: send what was stored `to` a URL
    or topic.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)

    step: Literal["filter", "convert", "clean", "compute", "forward"]
    property: str
    dead_band: Annotated[float, Field(ge=0)] | None = Field(default=None, alias="deadBand")
    longest_s: Seconds | None = Field(default=None, alias="longest")
    low: float | None = None
    high: float | None = None
    scale: float | None = None
    offset: float | None = None
    unit: str | None = None
    spike: Annotated[float, Field(gt=0)] | None = None
    within_s: Annotated[float, Field(gt=0, le=3600)] | None = Field(default=None, alias="within")
    mark: Literal["uncertain", "bad"] | None = None
    expression: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    to: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None

    def given(self) -> tuple[str, ...]:
        """The parameters that are set, by their keys in the file."""
        return tuple(key for key, name in KEYS.items() if getattr(self, name) is not None)


KEYS: Final[Mapping[str, str]] = {
    field.alias or name: name for name, field in StepEntry.model_fields.items() if name not in ("step", "property")
}
"""Parameter's key in the file → name of its field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The keys a step may have. any_of: at least one of them. also: key → another that it needs."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    also: Mapping[str, str]


PARAMETERS: Final[Mapping[str, Parameters]] = {
    FILTER: Parameters(any_of=("deadBand", "low", "high"), also={"longest": "deadBand"}),
    CONVERT: Parameters(any_of=("scale", "offset", "unit"), also={}),
    CLEAN: Parameters(any_of=("spike", "low", "high"), also={"within": "spike", "mark": "spike"}),
    COMPUTE: Parameters(all_of=("expression",), also={}),
    FORWARD: Parameters(all_of=("to",), also={}),
}
"""What each step is told; every other key is a mistake."""

TEXTS: Final = frozenset({"unit", "mark", "expression", "to"})
"""Parameters that are not numbers."""

WITHIN_S: Final = 60.0
"""How long a last good value speaks against a jump, unless the step says otherwise."""
LONGEST_PERIODS: Final = 2.0
"""A value inside the dead band goes on after so many periods, before it would count as stale."""
STALE_PERIODS: Final = 3.0
"""As the tag table counts (see `Cause.STALE`)."""

_TO_BASE: Final[Mapping[str, tuple[str, float]]] = {
    "Pa": ("Pa", 1.0),
    "kPa": ("Pa", 1e3),
    "MPa": ("Pa", 1e6),
    "bar": ("Pa", 1e5),
    "mbar": ("Pa", 1e2),
    "mm": ("m", 1e-3),
    "m": ("m", 1.0),
    "s": ("s", 1.0),
    "min": ("s", 60.0),
    "h": ("s", 3600.0),
    "V": ("V", 1.0),
    "mV": ("V", 1e-3),
}


def factor(given: str, wanted: str) -> float | None:
    """What a number in the unit `given` is multiplied by to be in `wanted`; None when they measure different things."""
    one, other = _TO_BASE.get(given), _TO_BASE.get(wanted)
    if one is None or other is None or one[0] != other[0]:
        return None
    return one[1] / other[1]
