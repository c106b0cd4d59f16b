"""The stations of the city beside its gates and regulating stations, and where gas quality is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from backend.model.network import Network
from backend.model.plant import Medium, StationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class GasSite:
    """A station with a control system of its own. u, v: metres on the board. node: of the network it stands beside."""

    id: str
    name: str
    name_zh: str
    station: StationKind
    medium: Medium
    model: str
    zone: str
    node: str
    u: float
    v: float


SITES: Final = (
    GasSite(
        id="GHS-1", name="Chengdong Storage", name_zh="城东储配站", station=StationKind.STORAGE_DISTRIBUTION,
        medium=Medium.PIPED_GAS, model="gas-holder-station", zone="Z-03", node="R-08.out", u=3050, v=2250,
    ),
    GasSite(
        id="CNG-1", name="Port Road CNG", name_zh="港口路CNG加气站", station=StationKind.FILLING,
        medium=Medium.CYLINDER_CNG, model="cng-station", zone="Z-08", node="R-13.out", u=5250, v=-1650,
    ),
    GasSite(
        id="LPG-1", name="Longmen LPG Storage", name_zh="龙门液化气储配站", station=StationKind.LPG_STORAGE,
        medium=Medium.BOTTLED_LPG, model="lpg-storage-station", zone="Z-09", node="R-10.out", u=-5400, v=-3150,
    ),
    GasSite(
        id="LPG-2", name="South Lake LPG Filling", name_zh="南湖液化气罐装站", station=StationKind.LPG_FILLING,
        medium=Medium.BOTTLED_LPG, model="lpg-filling-plant", zone="Z-06", node="R-03.out", u=-1300, v=-3000,
    ),
)  # fmt: skip
GASIFICATION: Final = "LPS"
"""The supply that is an LNG station: its tanks and vaporisers have a control system beside the regulators' RTU."""
SOURCES: Final = ("NGS", "WGS", GASIFICATION, "CNG-1", "LPG-1")
"""Source points, at least one of each medium, with a gas analyser."""


def sites_in(network: Network) -> Iterator[GasSite]:
    """Those whose place is on the drawing."""
    nodes = {node.id for node in network.nodes}
    return (site for site in SITES if site.node in nodes)


def sources_in(network: Network) -> Iterator[str]:
    """Source points that are on the drawing."""
    there = {node.id.partition(".")[0] for node in network.nodes} | {site.id for site in sites_in(network)}
    return (source for source in SOURCES if source in there)
