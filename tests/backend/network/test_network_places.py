"""Where things stand, what is near, what lies up and down the stream."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.model.isolation import Direction, Place, Trace
from backend.model.network import Fitting, FittingKind, Network
from backend.model.plant import Asset, AssetKind
from backend.network import GasGraph, Places, trace
from tests.support.gas_networks import network

ROAD = network("@A", "A-B", "B|C:V1", "C-D", "D>E:R-1/A", "E-F", customers={"D": 3, "F": 4})
M = 1 / 111_320
"""Degrees of one metre, at the equator, where these networks lie."""


def places(drawing: Network = ROAD) -> Places:
    return Places(GasGraph(drawing))


def at(what: str, drawing: Network = ROAD, asset: Asset | None = None) -> Place:
    place = places(drawing).find(what, asset)
    assert place is not None
    return place


def an_asset(along_m: float, aside_m: float) -> Asset:
    return Asset(id="GD-1", kind=AssetKind.VALVE_WELL, name="", lon=121.0 + along_m * M, lat=aside_m * M)


@pytest.mark.parametrize(
    ("what", "nodes", "pipe", "valve"),
    [
        ("B", ("B",), "A-B", ""),
        ("A-B", ("A", "B"), "A-B", ""),
        ("V1", ("B", "C"), "C-D", "V1"),
        ("R-1", ("D", "E"), "E-F", ""),
        ("SA", ("A",), "A-B", ""),
    ],
)
def test_parts_of_the_drawing_stand_where_they_are_drawn(
    what: str, nodes: tuple[str, ...], pipe: str, valve: str
) -> None:
    place = at(what)

    assert (place.nodes, place.pipe, place.valve) == (nodes, pipe, valve)


def test_a_well_stands_at_its_node() -> None:
    well = Fitting(id="VW-1", fitting=FittingKind.WELL, node="B", lon=121.0 + 100 * M, lat=12 * M)
    place = at("VW-1", replace(ROAD, fittings=(well,)))

    assert place.nodes == ("B",)
    assert place.aside_m == pytest.approx(12, abs=0.01)


def test_a_detector_beside_a_pipe_stands_on_it() -> None:
    place = at("GD-1", asset=an_asset(50, 20))

    assert (place.nodes, place.pipe) == (("A", "B"), "A-B")
    assert place.aside_m == pytest.approx(20, abs=0.01)


def test_a_detector_at_a_node_stands_at_the_node() -> None:
    assert at("GD-1", asset=an_asset(101, 1)).nodes == ("B",)


def test_what_is_far_from_every_pipe_is_not_in_the_network() -> None:
    assert places().find("GD-1", an_asset(50, 400)) is None
    assert places().find("GD-1", Asset(id="GD-1", kind=AssetKind.AREA, name="")) is None
    assert places(Network()).find("GD-1", an_asset(0, 0)) is None


def test_what_lies_within_reach_is_listed_nearest_first() -> None:
    around = places().around(121.0 + 300 * M, 0.0, 101.0, [an_asset(300, 50)])

    assert [(thing.kind, thing.id) for thing in around.things] == [
        ("node", "D"),
        ("pipe", "C-D"),
        ("asset", "GD-1"),
        ("node", "C"),
        ("node", "E"),
        ("pipe", "E-F"),
    ]
    assert around.customers == 3
    assert around.pipe_m == pytest.approx(101, abs=0.2)


def test_a_pipe_counts_only_as_far_as_it_lies_inside() -> None:
    around = places().around(121.0 + 50 * M, 30 * M, 50.0)

    # A chord 30 m from the middle of a 50 m circle is 80 m long.
    assert around.pipe_m == pytest.approx(80, abs=0.1)


def test_the_distance_is_straight() -> None:
    assert places().straight_m(at("A"), at("D")) == pytest.approx(300)


def ids(trace_: Trace) -> dict[str, list[str]]:
    return {
        "nodes": [each.id for each in trace_.nodes],
        "valves": [each.id for each in trace_.valves],
        "stations": [each.id for each in trace_.stations],
        "sources": [each.id for each in trace_.sources],
    }


def test_up_the_stream_lie_its_source_and_the_valves_on_the_way() -> None:
    up = trace(GasGraph(ROAD), at("F"), Direction.UPSTREAM, frozenset())

    assert ids(up) == {
        "nodes": ["F", "E", "D", "C", "B", "A"],
        "valves": ["V1"],
        "stations": ["R-1"],
        "sources": ["SA"],
    }
    assert up.sources[0].along_m == 300


def test_down_the_stream_lie_its_customers() -> None:
    down = trace(GasGraph(ROAD), at("C"), Direction.DOWNSTREAM, frozenset())

    # Both ends of a valve have the same pressure: gas may go either way there, but not on to A.
    assert ids(down)["nodes"] == ["C", "B", "D", "E", "F"]
    assert down.customers == 7


def test_a_closed_valve_is_met_and_not_passed() -> None:
    up = trace(GasGraph(ROAD), at("D"), Direction.UPSTREAM, frozenset({"V1"}))

    assert ids(up)["valves"] == ["V1"]
    assert "A" not in ids(up)["nodes"]


def test_gas_runs_from_high_to_low_pressure() -> None:
    drawing = network("@A", "A-B", "B-C", "B-D")
    pressures = {"A": 400.0, "B": 390.0, "C": 380.0, "D": 370.0}
    drawing = replace(drawing, nodes=tuple(replace(node, design_kpa=pressures[node.id]) for node in drawing.nodes))

    assert ids(trace(GasGraph(drawing), at("C", drawing), Direction.UPSTREAM, frozenset()))["nodes"] == ["C", "B", "A"]
    assert ids(trace(GasGraph(drawing), at("B", drawing), Direction.DOWNSTREAM, frozenset()))["nodes"] == [
        "B",
        "C",
        "D",
    ]
