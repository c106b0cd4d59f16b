"""A patrol or repair vehicle: drives along the streets at real speeds, works, and goes to a leak when there is one."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Final

from sims.devices.approach import towards
from sims.devices.moment import Leak, Moment, distance_m, read_only
from sims.devices.roads import Roads

PARKED, PATROLLING, ON_THE_WAY, WORKING = 0, 1, 2, 3
_KMH: Final = {PATROLLING: 22.0, ON_THE_WAY: 42.0}
_CALL_OUT_S: Final = 90.0
"""From the leak to the crew's start."""
_REACH_M: Final = 6000.0


class Vehicle:
    """`repair`: waits at its base for works and leaks; otherwise it patrols its zone."""

    def __init__(self, roads: Roads, base: str, zone: str, rng: random.Random, *, repair: bool) -> None:
        self._roads = roads
        self._base = base
        self._zone = roads.corners(zone)
        self._repair = repair
        self._rng = rng
        self._here = base if repair or not self._zone else rng.choice(self._zone)
        self._way: list[str] = []
        self._done_m = 0.0
        self._stay_s = rng.uniform(0, 600) if repair else 0.0
        self._state = PARKED if repair else PATROLLING
        self._called: Leak | None = None
        self._alarmed_s = 0.0
        self._speed = 0.0
        self._heading = rng.uniform(0, 359)
        self._crew = rng.choice((3, 4)) if repair else 2

    def feel(self, moment: Moment) -> None:
        """Drive on, work on, or set out."""
        self._listen(moment)
        if self._stay_s > 0:
            self._stay_s -= moment.dt_s
            self._speed = towards(self._speed, 0.0, moment.dt_s, 2.0)
            return
        if not self._way:
            self._set_out()
        if self._way:
            wanted = _KMH[ON_THE_WAY if self._state == ON_THE_WAY else PATROLLING]
            # Corners and traffic: never the same speed for long.
            goal = wanted * self._rng.uniform(0.7, 1.15)
            self._speed = towards(self._speed, goal, moment.dt_s, 6.0)
            self._drive(self._speed / 3.6 * moment.dt_s)

    def values(self) -> Mapping[str, float]:
        """Every property of the vehicle-tracker model."""
        lon, lat = self._place()
        return {
            "lon": lon,
            "lat": lat,
            "speed": self._speed if self._speed > 1 else 0.0,
            "heading": self._heading,
            "crew": float(self._crew),
            "state": float(self._state),
            "call_for_help": 0.0,
        }

    def write(self, name: str, value: float) -> str:
        """Drives nothing."""
        return read_only(name)

    def _listen(self, moment: Moment) -> None:
        """A repair crew with its base near enough is called to the biggest leak, and goes home when it is closed."""
        if not self._repair:
            return
        leak = max((one for one in moment.leaks if one.flow_m3h > 1), key=lambda one: one.flow_m3h, default=None)
        if leak is None:
            if self._called is not None:
                self._called, self._stay_s, self._alarmed_s = None, 0.0, 0.0
            return
        self._alarmed_s += moment.dt_s
        if self._alarmed_s >= _CALL_OUT_S and self._called is None and self._is_near(leak):
            self._called, self._state, self._stay_s = leak, ON_THE_WAY, 0.0
            self._go(self._roads.nearest(leak.lon, leak.lat))

    def _set_out(self) -> None:
        """A way is done: work or look where it ended, or choose the next one."""
        if self._called is not None:
            self._state, self._stay_s = WORKING, 600.0
        elif not self._repair:
            looks = self._state == PATROLLING and self._rng.random() < 0.35
            self._state = WORKING if looks else PATROLLING
            self._stay_s = self._rng.uniform(60, 300) if looks else 0.0
            if not looks and self._zone:
                self._go(self._rng.choice(self._zone))
        elif self._here == self._base and self._state == PARKED and self._zone:
            self._state = ON_THE_WAY
            self._go(self._rng.choice(self._zone))
        elif self._state == ON_THE_WAY and self._here != self._base:
            self._state, self._stay_s = WORKING, self._rng.uniform(300, 1200)
        elif self._here != self._base:
            self._state = PATROLLING
            self._go(self._base)
        else:
            self._state, self._stay_s = PARKED, self._rng.uniform(600, 1800)

    def _is_near(self, leak: Leak) -> bool:
        base = self._roads.at[self._base]
        return distance_m(base.lon, base.lat, leak.lon, leak.lat) < _REACH_M

    def _go(self, goal: str) -> None:
        """Between two corners it cannot turn: the new way begins at the next one."""
        if self._way:
            self._way = [self._way[0], *self._roads.way(self._way[0], goal)]
        else:
            self._way, self._done_m = list(self._roads.way(self._here, goal)), 0.0

    def _drive(self, metres: float) -> None:
        self._done_m += metres
        while self._way:
            length = max(self._roads.distance(self._here, self._way[0]), 0.1)
            if self._done_m < length:
                self._heading = self._bearing(self._way[0])
                return
            self._done_m -= length
            self._here = self._way.pop(0)
        self._done_m = 0.0

    def _place(self) -> tuple[float, float]:
        here = self._roads.at[self._here]
        if not self._way:
            return here.lon, here.lat
        there = self._roads.at[self._way[0]]
        part = min(self._done_m / max(self._roads.distance(self._here, self._way[0]), 0.1), 1.0)
        return here.lon + (there.lon - here.lon) * part, here.lat + (there.lat - here.lat) * part

    def _bearing(self, goal: str) -> float:
        here, there = self._roads.at[self._here], self._roads.at[goal]
        east = (there.lon - here.lon) * math.cos(math.radians(here.lat))
        return math.degrees(math.atan2(east, there.lat - here.lat)) % 360
