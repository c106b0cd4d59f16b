"""Gas in pipes: every small graph of valves, meters and pressures against what must hold in every possible world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import pytest

from widgets.mimic import Part, Passage, PipeState, Stretch, solve

OPEN, CLOSED, UNKNOWN = Passage.OPEN, Passage.CLOSED, Passage.UNKNOWN
FLOWING, GAS, EMPTY, HATCHED = PipeState.FLOWING, PipeState.GAS, PipeState.EMPTY, PipeState.UNKNOWN
END = Part(terminal=True)


def line(*gas: bool | None) -> tuple[Stretch, ...]:
    """in - a - b - … - out, with what is measured on each piece."""
    names = ["in", *"abcdefg"[: len(gas) - 1], "out"]
    return tuple(Stretch(start=names[i], end=names[i + 1], gas=each) for i, each in enumerate(gas))


def worlds(parts: Mapping[str, Part]) -> Iterator[dict[str, Passage]]:
    """Every way the valves may really stand."""
    names = list(parts)
    may = [(OPEN, CLOSED) if parts[name].passage is UNKNOWN else (parts[name].passage,) for name in names]
    for choice in product(*may):
        yield dict(zip(names, choice, strict=True))


def flows(stretches: Sequence[Stretch], parts: Mapping[str, Part], world: Mapping[str, Passage], at: int) -> bool:
    """In one world: whether a way leads over a piece from an end to an end, every part of it open and not measured
    still. By listing the ways, not by reaching."""
    starts = [[index] for index, each in enumerate(stretches) if parts.get(each.start, Part()).terminal]
    while starts:
        way = starts.pop()
        end = stretches[way[-1]].end
        part = parts.get(end, Part())
        if part.terminal and at in way:
            return True
        if part.terminal or world.get(end, OPEN) is CLOSED or part.flow is CLOSED:
            continue
        starts += [[*way, index] for index, each in enumerate(stretches) if each.start == end and index not in way]
    return False


VALVES = [Part(passage=OPEN), Part(passage=CLOSED), Part(passage=UNKNOWN), Part(flow=CLOSED), Part(flow=OPEN)]
MEASURED = (True, False, None)


@pytest.mark.parametrize("gas", list(product(MEASURED, repeat=3)))
def test_a_line_of_two_parts_says_only_what_holds_in_every_world(gas: tuple[bool | None, ...]) -> None:
    stretches = line(*gas)
    for first, second in product(VALVES, repeat=2):
        parts = {"in": END, "a": first, "b": second, "out": END}
        states = solve(stretches, parts)
        for at, state in enumerate(states):
            flowing = {flows(stretches, parts, world, at) for world in worlds(parts)}
            told = (gas, first, second, at, states)
            assert state is not FLOWING or flowing == {True}, told
            assert state is not GAS or flowing == {False}, told
            assert state is not EMPTY or gas[at] is not True, told


@pytest.mark.parametrize("middle", VALVES)
def test_two_runs_say_only_what_holds_in_every_world(middle: Part) -> None:
    """in - a - (b | c) - d - out, everything under measured pressure."""
    stretches = tuple(
        Stretch(start=start, end=end, gas=True)
        for start, end in (("in", "a"), ("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "out"))
    )
    for one, other in product(VALVES, repeat=2):
        parts = {"in": END, "a": middle, "b": one, "c": other, "out": END}
        for at, state in enumerate(solve(stretches, parts)):
            flowing = {flows(stretches, parts, world, at) for world in worlds(parts)}
            assert (state is FLOWING) == (flowing == {True}), (one, other, at, state)
            assert state is not GAS or flowing == {False}


def test_flow_through_an_open_line() -> None:
    assert solve(line(True, None, True), {"in": END, "out": END}) == (FLOWING, FLOWING, FLOWING)


def test_a_closed_valve_stops_the_flow_and_both_sides_keep_their_gas() -> None:
    parts = {"in": END, "a": Part(passage=CLOSED), "out": END}
    assert solve(line(True, True), parts) == (GAS, GAS)


def test_shut_off_without_a_pressure_nobody_knows() -> None:
    parts = {"in": END, "a": Part(passage=CLOSED), "b": Part(passage=CLOSED), "out": END}
    assert solve(line(True, None, True), parts) == (GAS, HATCHED, GAS)
    assert solve(line(True, False, True), parts) == (GAS, EMPTY, GAS)
    assert solve(line(True, True, True), parts) == (GAS, GAS, GAS)


def test_pressures_that_contradict_one_another_are_not_believed() -> None:
    assert solve(line(True, False), {"in": END, "out": END}) == (HATCHED, HATCHED)


def test_a_meter_that_stands_still_stops_the_whole_line_and_one_that_runs_proves_gas() -> None:
    assert solve(line(True, None), {"in": END, "a": Part(flow=CLOSED), "out": END}) == (GAS, GAS)
    assert solve(line(None, None), {"in": END, "a": Part(flow=OPEN), "out": END}) == (FLOWING, FLOWING)
    assert solve(line(True, None), {"in": END, "a": Part(flow=UNKNOWN), "out": END}) == (HATCHED, HATCHED)


def test_an_idle_filter_is_a_hint_that_yields_when_there_is_no_other_way() -> None:
    idle, busy = Part(flow=CLOSED, hint=True), Part(flow=OPEN, hint=True)
    fork = tuple(
        Stretch(start=start, end=end, gas=True) for start, end in (("in", "a"), ("in", "b"), ("a", "out"), ("b", "out"))
    )
    ends = {"in": END, "out": END}
    assert solve(fork, {**ends, "a": busy, "b": idle}) == (FLOWING, GAS, FLOWING, GAS)
    assert solve(fork, {**ends, "a": idle, "b": idle}) == (FLOWING,) * 4


def test_gas_passes_a_check_valve_forwards_only() -> None:
    parts = {"in": END, "a": Part(one_way=True), "out": END}
    assert solve(line(True, None), parts) == (FLOWING, FLOWING)
    assert solve(line(None, True), parts) == (HATCHED, FLOWING)
    assert solve(line(False, True), parts) == (EMPTY, FLOWING)


def test_against_the_drawn_direction_it_flows_all_the_same_but_not_through_a_check_valve() -> None:
    assert solve(line(True, True), {"in": END, "out": END}, backwards=True) == (FLOWING, FLOWING)
    parts = {"in": END, "a": Part(one_way=True), "out": END}
    assert solve(line(True, True), parts, backwards=True) == (HATCHED, HATCHED)


def test_a_dead_end_holds_gas_without_flow() -> None:
    stretches = (*line(True, None), Stretch(start="a", end="relief"))
    assert solve(stretches, {"in": END, "out": END}) == (FLOWING, FLOWING, GAS)


def test_a_vessel_takes_and_gives_and_joins_nothing() -> None:
    stretches = (Stretch(start="in", end="tank"), Stretch(start="tank", end="out", gas=True))
    assert solve(stretches, {"in": END, "tank": END, "out": END}) == (HATCHED, FLOWING)


def test_nothing_known_is_unknown_everywhere() -> None:
    parts = {"in": END, "a": Part(passage=UNKNOWN), "b": Part(flow=UNKNOWN), "out": END}
    assert set(solve(line(None, None, None), parts)) == {HATCHED}
