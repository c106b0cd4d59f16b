"""One row of an import, checked by itself: an asset or a device as people write it in JSON, CSV or XLSX."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from backend.model.plant import AssetKind, Medium, PowerClass, StationKind
from backend.model.thing_schema import Identifier, LimitsEntry, OptionalTitle, Title


def _as_text(value: object) -> object:
    """A port or unit may be written as a number."""
    return str(value) if type(value) is int else value


class Row(BaseModel):
    """What rows share: frozen, unknown keys refused. Texts from tables are turned into numbers by pydantic."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)


class AssetRow(Row):
    """A physical thing. lon, lat: WGS 84 degrees, both or neither.

    station: what kind of station; a supply is a gate and a station a regulating station when it is left out, and
    nothing else may have it. medium: piped gas for a station when it is left out.
    """

    id: Identifier
    kind: Annotated[AssetKind, Field(strict=False)]
    name: Title
    name_zh: OptionalTitle = ""
    parent: Identifier | None = None
    area: OptionalTitle = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    station: Annotated[StationKind, Field(strict=False)] | None = None
    medium: Annotated[Medium, Field(strict=False)] | None = None


class LimitsRow(LimitsEntry):
    """Alarm limits of one point of this device, in place of the model's. `unit`, when given, must be the point's."""

    unit: str | None = None


class RangeRow(Row):
    """Span of the instrument as fitted, in the point's unit, in place of the model's."""

    low: float
    high: float


class DeviceRow(Row):
    """A terminal on an asset. protocol: needed when its model speaks several. address: see `addresses`.

    power: what feeds it, where that differs from its model.
    replaces: the device that stood here before; this one takes over its points, tags and history (A-01).
    """

    id: Identifier
    model: Identifier
    asset: Identifier
    protocol: str | None = None
    address: dict[str, Annotated[str, BeforeValidator(_as_text)]] = {}
    short_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{0,16}$")] = ""
    remote_enabled: bool = False
    period_s: Annotated[float, Field(gt=0, le=31 * 86400)] | None = None
    tags: dict[str, Identifier] = {}
    limits: dict[str, LimitsRow] = {}
    ranges: dict[str, RangeRow] = {}
    replaces: Identifier | None = None
    power: Annotated[PowerClass, Field(strict=False)] | None = None
