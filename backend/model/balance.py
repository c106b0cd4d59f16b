"""The city's balance at one moment. Volumes and flows are standard (20 °C, 101.325 kPa); NaN = cannot be told."""

from __future__ import annotations

from dataclasses import dataclass

from backend.model.network import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPack:
    """Line pack of one pressure tier, m³. minimum: at the lowest pressure that may be; full: at the highest.

    measured: share of the pipe volume whose pressure is read and good, 0-1; the rest is taken to be like it.
    """

    tier: Tier
    stored_m3: float
    minimum_m3: float
    full_m3: float
    measured: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneState:
    """One pressure zone. deviation: of the outlet from its set-point, as a share; hours_left: how long the gas above
    the minimum would last at this flow if nothing came in any more."""

    id: str
    stations: tuple[str, ...]
    deviation: float
    flow_m3h: float
    customers: int
    hours_left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CityBalance:
    """In, out and held. at: µs UTC. per_h: how the line pack changes, m³/h; NaN until it was watched long enough.

    deviation_m3h: supply − outflow − change of line pack: what is not accounted for. unread: tags of flow points that
    are not good now and so are missing from the sums.
    """

    at: int
    supply_m3h: float
    outflow_m3h: float
    stored_m3: float
    per_h: float
    deviation_m3h: float
    tiers: tuple[TierPack, ...]
    tiers_per_h: tuple[float, ...]
    zones: tuple[ZoneState, ...]
    unread: tuple[str, ...]
