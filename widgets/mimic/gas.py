"""Work out which pipes hold gas and where it flows, from valve states, flows and pressures; pure, asks nobody.

A pipe is a node of the graph; the elements at its ends join it to others, let gas pass or not. What is measured counts:
without a pressure on a shut-off piece nobody knows whether it was let down, and unknown is what is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class PipeState(StrEnum):
    """What a pipe looks like (design/hmi.md §3.3)."""

    FLOWING = "flowing"
    GAS = "gas"
    """Gas, no flow."""
    EMPTY = "empty"
    """Isolated and depressurised, by measurement."""
    UNKNOWN = "unknown"


class Passage(StrEnum):
    """Whether gas gets through."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An element in the path as it stands now.

    flow: what a meter in it says: OPEN flows, CLOSED does not, UNKNOWN cannot be read; None nothing is measured.
    hint: the flow is only guessed (a filter's pressure drop), and yields when the gas would find no way else.
    terminal: gas comes from here and goes to here; nothing passes through.
    """

    passage: Passage = Passage.OPEN
    flow: Passage | None = None
    hint: bool = False
    one_way: bool = False
    terminal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A pipe between two parts, in flow direction. gas: whether a pressure measured on it says so; None: none is."""

    start: str
    end: str
    gas: bool | None = None


_PASSIVE = Part()


def solve(stretches: Sequence[Stretch], parts: Mapping[str, Part], *, backwards: bool = False) -> tuple[PipeState, ...]:
    """The state of every stretch, in order. Parts that are not named let everything pass. backwards: it flows against
    the drawn direction."""
    if backwards:
        turned = [Stretch(start=each.end, end=each.start, gas=each.gas) for each in stretches]
        return solve(turned, {name: _turned(part) for name, part in parts.items()})
    held = _held(stretches, parts)
    sure, maybe = _paths(stretches, parts, hints=True)
    if not maybe:
        sure, maybe = _paths(stretches, parts, hints=False)
    return tuple(_state(index, held[index], sure, maybe) for index in range(len(stretches)))


def _turned(part: Part) -> Part:
    """A check valve against whose direction something flows is not one that lets it through."""
    return Part(passage=Passage.UNKNOWN, flow=part.flow) if part.one_way else part


def _state(index: int, gas: bool | None, sure: frozenset[int], maybe: frozenset[int]) -> PipeState:
    if gas is None:
        return PipeState.UNKNOWN
    if not gas:
        return PipeState.EMPTY
    if index in sure:
        return PipeState.FLOWING
    return PipeState.UNKNOWN if index in maybe else PipeState.GAS


def _held(stretches: Sequence[Stretch], parts: Mapping[str, Part]) -> list[bool | None]:
    """Whether each stretch holds gas, None unknown: all that is surely joined holds the same."""
    group = _groups(stretches, parts)
    said: dict[int, set[bool]] = {}
    for index, stretch in enumerate(stretches):
        evidence = said.setdefault(group[index], set())
        if stretch.gas is not None:
            evidence.add(stretch.gas)
        for name in (stretch.start, stretch.end):
            if parts.get(name, _PASSIVE).flow is Passage.OPEN and not parts.get(name, _PASSIVE).hint:
                evidence.add(True)
    known = {key: next(iter(evidence)) for key, evidence in said.items() if len(evidence) == 1}
    _through_checks(stretches, parts, group, said, known)
    return [known.get(group[index]) for index in range(len(stretches))]


def _through_checks(
    stretches: Sequence[Stretch],
    parts: Mapping[str, Part],
    group: Sequence[int],
    said: Mapping[int, set[bool]],
    known: dict[int, bool],
) -> None:
    """Gas before a check valve is gas behind it, where nothing else is said there."""
    for _round in stretches:
        for before, first in enumerate(stretches):
            part = parts.get(first.end, _PASSIVE)
            if not part.one_way or part.passage is not Passage.OPEN or known.get(group[before]) is not True:
                continue
            for behind, second in enumerate(stretches):
                if second.start == first.end and not said[group[behind]]:
                    known[group[behind]] = True


def _groups(stretches: Sequence[Stretch], parts: Mapping[str, Part]) -> list[int]:
    """A number for each stretch; equal where gas surely gets from one to the other."""
    parent = list(range(len(stretches)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    at: dict[tuple[str, bool], int] = {}
    for index, stretch in enumerate(stretches):
        for name, leaving in ((stretch.start, True), (stretch.end, False)):
            part = parts.get(name, _PASSIVE)
            joins = part.passage is Passage.OPEN and not part.one_way and not part.terminal
            key = (name, leaving and not joins)
            other = at.setdefault(key, index)
            parent[root(index)] = root(other)
    return [root(index) for index in range(len(stretches))]


def _paths(
    stretches: Sequence[Stretch], parts: Mapping[str, Part], *, hints: bool
) -> tuple[frozenset[int], frozenset[int]]:
    """Stretches on a way from a source to a sink: one that surely flows, and one that may."""

    def flows(part: Part, sure: bool) -> bool:
        flow = None if part.hint and not hints else part.flow
        if sure:
            return part.passage is Passage.OPEN and flow in (None, Passage.OPEN)
        return part.passage is not Passage.CLOSED and flow is not Passage.CLOSED

    def on_way(sure: bool) -> frozenset[int]:
        open_ends = {name for name, part in parts.items() if flows(part, sure)} | _unnamed(stretches, parts)
        ends = {name for name, part in parts.items() if part.terminal} & open_ends
        forward = _reach(stretches, ends, open_ends - ends, backwards=False)
        return forward & _reach(stretches, ends, open_ends - ends, backwards=True)

    return on_way(True), on_way(False)


def _unnamed(stretches: Iterable[Stretch], parts: Mapping[str, Part]) -> set[str]:
    return {name for each in stretches for name in (each.start, each.end) if name not in parts}


def _reach(stretches: Sequence[Stretch], ends: set[str], passing: set[str], *, backwards: bool) -> frozenset[int]:
    reached: set[int] = set()
    edge = set(ends)
    while edge:
        new = {
            index
            for index, each in enumerate(stretches)
            if index not in reached and (each.end if backwards else each.start) in edge
        }
        reached |= new
        edge = {stretches[index].start if backwards else stretches[index].end for index in new} & passing
    return frozenset(reached)
