"""Small gas networks for tests: written by hand in one line each, or drawn at random by hypothesis."""

from __future__ import annotations

from itertools import combinations

from hypothesis import strategies as st

from backend.model.isolation import ValveStates
from backend.model.network import Fitting, FittingKind, Network, Node, Pipe, Regulator, Source, Tier, Use, Valve
from backend.network import GasGraph


def network(*parts: str, customers: dict[str, int] | None = None, works: dict[str, str] | None = None) -> Network:
    """Parts "A-B" (pipe), "A|B:V1" (valve), "A>B:R/A" (regulator), "@A" (source at A); works: id → node.

    A node's zone is its first letter; nodes stand 100 m apart on a line in the order of their names.
    """
    pipes, valves, runs, sources, names = [], [], [], [], set[str]()
    for part in parts:
        ends, _, id_ = part.partition(":")
        kind = next(sign for sign in "@-|>" if sign in ends)
        start, _, end = ends.partition(kind)
        names |= {name for name in (start, end) if name}
        match kind:
            case "@":
                sources.append(Source(id=f"S{end}", node=end, pressure_kpa=400))
            case "-":
                pipes.append(Pipe(id=id_ or ends, tier=Tier.MP, start=start, end=end, diameter_mm=300, length_m=100.0))
            case "|":
                valves.append(Valve(id=id_, tier=Tier.MP, start=start, end=end, diameter_mm=300, zone=start[0]))
            case _:
                runs.append(
                    Regulator(
                        id=id_,
                        start=start,
                        end=end,
                        capacity_m3h=1000,
                        design_inlet_kpa=1500,
                        setpoint_kpa=360,
                        setpoint_low_kpa=300,
                        setpoint_high_kpa=380,
                        monitor_kpa=400,
                        slam_shut_kpa=440,
                    )
                )
    count, places = customers or {}, {node: id_ for id_, node in (works or {}).items()}
    nodes = tuple(
        Node(
            id=name,
            tier=Tier.MP,
            lon=121.0 + number * 100 / 111_320,
            lat=0.0,
            zone=name[0],
            use=Use.WORKS if name in places else Use.HOMES if name in count else Use.NONE,
            customers=count.get(name, 0),
            peak_m3h=float(count.get(name, 0)),
        )
        for number, name in enumerate(sorted(names))
    )
    fittings = tuple(
        Fitting(id=id_, fitting=FittingKind.WORKS, node=node, lon=121.0, lat=0.0) for node, id_ in places.items()
    )
    return Network(
        nodes=nodes,
        pipes=tuple(pipes),
        valves=tuple(valves),
        regulators=tuple(runs),
        sources=tuple(sources),
        fittings=fittings,
    )


def gas_reaches(drawing: Network, closed: frozenset[str]) -> set[str]:
    """Told as plainly as can be: try every part again and again until no node is added. The tests' own oracle."""
    seen = {source.node for source in drawing.sources}
    both = [(each.start, each.end) for each in drawing.pipes]
    both += [(each.start, each.end) for each in drawing.valves if each.id not in closed]
    steps = both + [(end, start) for start, end in both] + [(run.start, run.end) for run in drawing.regulators]
    for _ in drawing.nodes:
        seen |= {end for start, end in steps if start in seen}
    return seen


def isolating_sets(
    drawing: Network, target: set[str], usable: frozenset[str], closed: frozenset[str]
) -> list[frozenset[str]]:
    """Every set of usable valves that leaves the target without gas, smallest first."""
    free = sorted(usable - closed)
    return [
        frozenset(some)
        for size in range(len(free) + 1)
        for some in combinations(free, size)
        if not target & gas_reaches(drawing, closed | frozenset(some))
    ]


@st.composite
def random_networks(draw: st.DrawFn, *, valves: int = 6) -> tuple[Network, ValveStates, str]:
    """A network of up to nine nodes, how its valves stand, and a node of it."""
    names = [f"{chr(65 + number)}" for number in range(draw(st.integers(2, 9)))]
    name = st.sampled_from(names)
    pairs = st.tuples(name, name).filter(lambda pair: pair[0] != pair[1])
    parts = [f"{one}-{other}" for one, other in draw(st.lists(pairs, max_size=8, unique=True))]
    barred = draw(st.lists(pairs, min_size=1, max_size=valves))
    parts += [f"{one}|{other}:V{number}" for number, (one, other) in enumerate(barred)]
    reduced = draw(st.lists(pairs, max_size=3))
    parts += [f"{one}>{other}:R{number}/A" for number, (one, other) in enumerate(reduced)]
    parts += [f"@{one}" for one in draw(st.lists(name, max_size=3, unique=True))]
    ids = [f"V{number}" for number in range(len(barred))]
    drawing = network(*parts, customers={one: draw(st.integers(0, 50)) for one in names})
    here = sorted(node.id for node in drawing.nodes)
    closed = draw(st.frozensets(st.sampled_from(ids), max_size=2))
    remote = draw(st.frozensets(st.sampled_from(ids)))
    return drawing, ValveStates(closed=closed, remote=remote), draw(st.sampled_from(here))


def graph_of(*parts: str) -> GasGraph:
    """The graph of a network written as in `network`."""
    return GasGraph(network(*parts))
