"""What gas costs: one price, or steps that begin anew each year. Sums are whole fen, so that nothing is lost; pure."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.clock import US
from backend.errors import ConfigError
from backend.model.metering import Numbers

TARIFF_SETTING: Final = "metering.tariff"
_LITRES: Final = 1000


class Step(BaseModel):
    """A price for what is used in a year beyond the step before. up_to_m3: None in the last step."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    up_to_m3: Annotated[int, Field(gt=0)] | None = None
    fen_per_m3: Annotated[int, Field(ge=0, le=100_000)]


class Tariff(BaseModel):
    """The price list in force. opening_fen: what a new account begins with. utc_offset_h: where the year begins."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=10, strict=False)] = (Step(fen_per_m3=310),)
    opening_fen: int = 0
    utc_offset_h: Annotated[int, Field(ge=-12, le=14)] = 8

    def cost_fen(self, used_l: Numbers) -> Numbers:
        """What so much in one year costs altogether; shape (n,). Differences of it never lose or gain a fen."""
        cost = np.zeros(len(used_l), np.int64)
        below = 0
        for step in self.steps:
            end = _end(step)
            cost += np.clip(used_l - below, 0, end - below) * step.fen_per_m3
            below = end
        return (cost + _LITRES // 2) // _LITRES

    def price_fen(self, used_l: int) -> int:
        """What the next cubic metre costs."""
        return next((step.fen_per_m3 for step in self.steps if used_l < _end(step)), self.steps[-1].fen_per_m3)

    def period(self, at: Numbers) -> Numbers:
        """The year that a time falls into, shape (n,). at: µs UTC."""
        local: NDArray[np.datetime64] = (at + self.utc_offset_h * 3600 * US).astype("datetime64[us]")
        return local.astype("datetime64[Y]").astype(np.int64) + 1970


def read_tariff(text: str | None) -> Tariff:
    """From the setting's JSON; one price where nothing is set. Raises ConfigError."""
    if not text:
        return Tariff()
    try:
        tariff = Tariff.model_validate_json(text)
    except ValidationError as error:
        raise ConfigError("tariff: {reason}", reason=error.errors(include_url=False)[0]["msg"]) from None
    ends = [_end(step) for step in tariff.steps]
    if ends != sorted(set(ends)) or tariff.steps[-1].up_to_m3 is not None:
        raise ConfigError("tariff: each step must end above the one before, and the last has no end")
    return tariff


def _end(step: Step) -> int:
    return int(np.iinfo(np.int64).max // 1_000_000) if step.up_to_m3 is None else step.up_to_m3 * _LITRES
