"""Place what reports over the air: valve wells, regulator cabinets, pressure loggers, leak detectors."""

from __future__ import annotations

import random
from typing import Final

from backend.model.network import FittingKind, Tier, Use
from sims.city.draw import Board
from sims.city.sizes import Size
from sims.city.streets import LEAK_NODE

LEAK_WELL: Final = "VW-0418"
_WELL_ASIDE_M: Final = 12.0
"""Between the pipe and the well at the middle of the isolated section: near enough to fill with gas in a minute."""


_DETECTOR_ASIDE_M: Final = 20.0
_DETECTORS_ON_AVENUE: Final = ("BA-00", "BA-10", "BA-02", LEAK_NODE, "BA-07")


def place_fittings(board: Board, size: Size, rng: random.Random) -> None:
    """Wells at the first valves by number, cabinets at homes, loggers at far ends of the streets."""
    board.fit(LEAK_WELL, FittingKind.WELL, LEAK_NODE, aside_m=_WELL_ASIDE_M)
    line = sorted(valve.id for valve in board.valves if valve.id.startswith("XV-"))
    avenue = [valve.id for valve in board.valves if valve.start.startswith("XV-") and valve.end.startswith("BA-")]
    wanted = [*avenue, *(valve for valve in line if valve not in avenue)][: size.wells - 1]
    for valve in wanted:
        board.fit(valve.replace("XV-", "VW-"), FittingKind.WELL, f"{valve}.a", aside_m=3.0)
    homes = [node.id for node in board.nodes.values() if node.use is Use.HOMES]
    for number, node in enumerate(sorted(rng.sample(homes, size.cabinets)), start=1):
        board.fit(f"RC-{number:03d}", FittingKind.CABINET, node, aside_m=15.0)
    ends = [node.id for node in board.nodes.values() if node.tier is Tier.MP and ".L" in node.id]
    chosen = [f"{LEAK_NODE}.L", *rng.sample([end for end in ends if end != f"{LEAK_NODE}.L"], size.loggers)]
    for number, node in enumerate(chosen[: size.loggers], start=1):
        board.fit(f"PL-{number:02d}", FittingKind.LOGGER, node)
    _place_detectors(board, size, rng)


def _place_detectors(board: Board, size: Size, rng: random.Random) -> None:
    """The first ones along the avenue, the others at street corners all over the city."""
    streets = sorted(node.id for node in board.nodes.values() if node.tier is Tier.MP and node.id.startswith("R-"))
    avenue = _DETECTORS_ON_AVENUE[: size.detectors]
    for number, node in enumerate([*avenue, *rng.sample(streets, size.detectors - len(avenue))], start=1):
        board.fit(f"LD-{number:03d}", FittingKind.DETECTOR, node, aside_m=_DETECTOR_ASIDE_M)
