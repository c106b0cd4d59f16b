"""An LPG storage-distribution station: two tanks, road tankers by day, a pump that sends to the filling plant."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

from sims.devices.approach import SAFE, daytime, switched, towards
from sims.devices.lpg import DENSITY_KG_M3, vapour_kpa
from sims.devices.moment import Moment, read_only

_TANK_M3: Final = 400.0
_TANKER_M3: Final = 25.0
_UNLOADING_M3H: Final = 38.0
_TRANSFER_M3H: Final = 14.0
_WARMING_S: Final = 30 * 3600.0
"""A full tank follows the air over more than a day."""


class LpgStorageStation:
    """Liquid comes by tanker into the emptier tank and goes out of the fuller one."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._level = {"a": rng.uniform(55, 75), "b": rng.uniform(35, 55)}
        self._c = {"a": rng.uniform(8.0, 9.5), "b": rng.uniform(8.0, 9.5)}
        self._tanker_m3 = 0.0
        self._pause_s = rng.uniform(300, 1800)
        self._water = rng.uniform(820, 900)
        self._jockey = False
        self._values: dict[str, float] = {}

    def feel(self, moment: Moment) -> None:
        """Move liquid, then follow the air."""
        dt = moment.dt_s
        unloading = self._unload(moment.hour, dt)
        transferring = self._transfer(moment.hour, dt)
        for key, value in self._c.items():
            self._c[key] = towards(value, moment.air_c + 2.0, dt, _WARMING_S)
        self._jockey = switched(self._jockey, self._water, start_below=800, stop_above=950)
        self._water += (0.8 if self._jockey else -0.05) * min(dt, 60.0)
        pressure = {key: vapour_kpa(value) for key, value in self._c.items()}
        fuller = max(self._level, key=lambda key: self._level[key])
        self._values = {
            **{f"tank_{key}_level": level for key, level in self._level.items()},
            **{f"tank_{key}_pressure": kpa for key, kpa in pressure.items()},
            **{f"tank_{key}_temperature": value for key, value in self._c.items()},
            "stored_mass": sum(self._level.values()) / 100 * _TANK_M3 * DENSITY_KG_M3,
            "unloading_compressor_running": float(unloading),
            "unloading_flow": _UNLOADING_M3H if unloading else 0.0,
            "pump_running": float(transferring),
            "pump_discharge_pressure": pressure[fuller] + (640.0 if transferring else 0.0),
            "transfer_flow": _TRANSFER_M3H if transferring else 0.0,
            "transfer_temperature": self._c[fuller],
            "spray_running": float(max(self._c.values()) > 38),
            "fire_water_pressure": self._water,
            "tank_area_gas": 0.2,
            "pump_room_gas": 0.6 if transferring else 0.3,
            "unloading_area_gas": 0.8 if unloading else 0.2,
            **SAFE,
        }

    def values(self) -> Mapping[str, float]:
        """Every property of the lpg-storage-station model."""
        return self._values

    def write(self, name: str, value: float) -> str:
        """Drives nothing from afar."""
        return read_only(name)

    def _unload(self, hour: float, dt: float) -> bool:
        """Tankers come one after the other by day, while there is room for a whole one."""
        if self._tanker_m3 > 0:
            moved = min(_UNLOADING_M3H * dt / 3600, self._tanker_m3)
            self._tanker_m3 -= moved
            emptier = min(self._level, key=lambda key: self._level[key])
            self._level[emptier] += moved / _TANK_M3 * 100
            self._pause_s = self._rng.uniform(900, 3600)
            return True
        self._pause_s -= dt
        if self._pause_s <= 0 and daytime(hour, 7, 20) and min(self._level.values()) < 72:
            self._tanker_m3 = _TANKER_M3
        return False

    def _transfer(self, hour: float, dt: float) -> bool:
        """To the filling plant for the first forty minutes of every working hour."""
        if not daytime(hour, 6, 20) or hour % 1 > 2 / 3:
            return False
        fuller = max(self._level, key=lambda key: self._level[key])
        self._level[fuller] = max(self._level[fuller] - _TRANSFER_M3H * dt / 3600 / _TANK_M3 * 100, 0.0)
        return True
