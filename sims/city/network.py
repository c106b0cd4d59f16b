"""Draw the whole network of Linjiang; the same size and seed give the same network."""

from __future__ import annotations

import random

from backend.errors import ConfigError
from backend.model.network import Network
from sims.city.customers import connect_customers, with_design_pressures
from sims.city.draw import Board
from sims.city.fittings import LEAK_WELL, place_fittings
from sims.city.ground import lay_ground
from sims.city.sizes import SIZES
from sims.city.streets import AVENUE_VALVES, lay_cell, lay_ties
from sims.city.trunks import lay_ring, lay_supply


def draw_city(size: str, seed: int) -> Network:
    """The network at "city" or "small" size. Raises ConfigError for another size."""
    if size not in SIZES:
        raise ConfigError("there is no city of size {size!r} (there are: {known})", size=size, known=", ".join(SIZES))
    plan, rng, board = SIZES[size], random.Random(seed), Board()
    # VW-0418 is a well without a valve.
    taken = {*AVENUE_VALVES.values(), LEAK_WELL.replace("VW", "XV")}
    valves = (f"XV-{number:04d}" for number in range(401, 500) if f"XV-{number:04d}" not in taken)
    for station in plan.stations:
        lay_cell(board, station, plan, valves, rng)
    lay_ring(board, plan, valves)
    for supply in plan.supplies:
        lay_supply(board, supply, plan, valves)
    lay_ties(board, plan, valves)
    connect_customers(board, plan, rng)
    place_fittings(board, plan, rng)
    lay_ground(board, plan)
    return with_design_pressures(board.network())
