"""What moving valves does: who loses gas, what still feeds the rest, what is missing to cut a side off."""

from __future__ import annotations

from hypothesis import given, settings

from backend.model.isolation import Consequence, Together, ValveStates
from backend.model.network import Network
from backend.network import GasGraph, consequence
from tests.support.gas_networks import gas_reaches, network, random_networks

TWO_ZONES = ("@H", "H>A:R-1/A", "A-B", "B|Z:V1", "Z-Y", "H>Y:R-2/A", "H>Y:R-2/B")


def of(
    drawing: Network, *closing: str, opening: tuple[str, ...] = (), states: ValveStates | None = None
) -> Consequence:
    known = states or ValveStates(remote=frozenset(valve.id for valve in drawing.valves))
    return consequence(GasGraph(drawing), known, closing=closing, opening=opening)


def test_a_zone_that_keeps_a_feed_names_it() -> None:
    drawing = network(*TWO_ZONES, customers={"B": 10, "Z": 4, "Y": 3})
    told = of(drawing, "V1")

    assert told.losses.customers == 0
    assert [(zone.zone, zone.customers, zone.left, zone.feeds) for zone in told.losses.zones] == [
        ("B", 0, 10, ("R-1",))
    ]


def test_both_feeds_remain_while_the_valve_is_open() -> None:
    drawing = network(*TWO_ZONES, customers={"B": 10})

    assert of(drawing, opening=("V1",)).losses.zones == ()
    assert of(network(*TWO_ZONES, "Z|ZX:V2", customers={"Z": 1}), "V2").losses.zones[0].feeds == ("R-2", "R-1")


def test_losses_are_split_by_use_and_works_are_named() -> None:
    drawing = network("@A", "A|B:V1", "B-C", "B-D", customers={"C": 12}, works={"K-9": "D"})
    told = of(drawing, "V1").losses

    assert (told.customers, told.homes, told.works, told.peak_m3h) == (13, 12, ("K-9",), 12.0)


def test_a_station_whose_inlet_loses_gas_is_named_once() -> None:
    drawing = network("@H", "H|I:V1", "I>A:R-1/A", "I>A:R-1/B", customers={"A": 5})

    assert of(drawing, "V1").stations == ("R-1",)


def test_the_valve_that_is_missing_is_named_with_what_it_costs() -> None:
    drawing = network("@A", "A|B:V1", "B-C", "C|D:V2", "@D", customers={"C": 6})

    assert of(drawing, "V1").together == (Together(valves=("V2",), customers=6),)
    assert of(drawing, "V1", "V2").together == ()


def test_opening_gives_gas_back() -> None:
    drawing = network("@A", "A|B:V1", "B-C", customers={"C": 6})
    told = of(drawing, opening=("V1",), states=ValveStates(closed=frozenset({"V1"})))

    assert told.gains == 6
    assert told.losses.customers == 0


def test_who_had_no_gas_before_does_not_lose_it() -> None:
    drawing = network("@A", "A|B:V1", "B-C", "C|D:V2", "D-E", customers={"C": 6, "E": 3})

    assert of(drawing, "V1", states=ValveStates(closed=frozenset({"V2"}))).losses.customers == 6


def test_a_valve_that_is_not_drawn_is_said_to_be_unknown() -> None:
    told = of(network("@A", "A|B:V1"), "V1", "XV-9")

    assert told.not_drawn == ("XV-9",)


@given(random_networks())
@settings(max_examples=200, deadline=None)
def test_the_missing_valves_do_cut_one_side_off(drawn: tuple[Network, ValveStates, str]) -> None:
    drawing, states, _target = drawn
    for valve in drawing.valves:
        told = of(drawing, valve.id, states=states)
        shut = states.closed | {valve.id}
        before, after = gas_reaches(drawing, states.closed), gas_reaches(drawing, shut)
        assert set(told.losses.nodes) == before - after
        for together in told.together:
            both = gas_reaches(drawing, shut | frozenset(together.valves))
            assert {valve.start, valve.end} - both
            lost = before - both
            assert together.customers == sum(node.customers for node in drawing.nodes if node.id in lost)
