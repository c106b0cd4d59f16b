"""The gas network of the site: its drawing, and what follows from closing a valve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from threading import Lock
from typing import Final

from backend.api.valves import Valves
from backend.errors import RefusedError, mark
from backend.model.command import Command, Commandable, CommandState
from backend.model.isolation import Consequence, Direction, Isolation, Place, Surroundings, Trace, ValveStates
from backend.model.live import TagSnapshot
from backend.model.network import Network
from backend.model.plant import Asset, Registry
from backend.network import GasGraph, Places, consequence, isolate, trace

_KEPT: Final = 200
"""Consequences kept of the newest commands, to tell what changed since they were asked for."""


class NetworkApi:
    """The drawing is read once at start; answers take the valves as they stand when asked, on a worker thread.

    `what`: a tag, or the id of an asset, device, valve, pipe, node, fitting, station or source. What is not in the
    network is refused through the future.
    """

    def __init__(
        self,
        drawing: Network,
        *,
        registry: Callable[[], Registry],
        commandable: Callable[[], tuple[Commandable, ...]],
        snapshot: Callable[[], TagSnapshot],
        worker: Executor,
    ) -> None:
        self._drawing = drawing
        self._registry = registry
        self._worker = worker
        self._graph = GasGraph(drawing)
        self._places = Places(self._graph)
        self._at_request: dict[str, Consequence] = {}
        self._keeping = Lock()
        self._known_names = _named(registry())
        self._valves = Valves(drawing=drawing, registry=registry, commandable=commandable, snapshot=snapshot)

    def drawing(self) -> Network:
        """Nodes, pipes, valves, regulators, sources and fittings with their places; empty where the site has none."""
        return self._drawing

    def locate(self, what: str) -> Place | None:
        """Which nodes and pipe a thing stands on; None = it is not in this network. Quick."""
        names = self._names()
        asset_id = names.asset_of.get(what, what)
        return self._places.find(asset_id, names.assets.get(asset_id))

    def valve_states(self) -> ValveStates:
        """Closed, unknown and remote valves, as of now."""
        return self._valves.states()

    def cut_off(self) -> Future[frozenset[str]]:
        """Pipes that no source reaches, as the valves stand now."""

        def look() -> frozenset[str]:
            fed = self._graph.supplied(self._valves.states().closed)
            return frozenset(pipe.id for pipe in self._drawing.pipes if pipe.start not in fed and pipe.end not in fed)

        return self._worker.submit(look)

    def valve_commands(self) -> dict[str, int]:
        """Valve id → the point that commands it ("prepare:POINT ID")."""
        return {valve: line.command for valve, line in self._valves.lines().items()}

    def valve_of(self, point: int) -> str:
        """The drawn valve that a commanded point moves; "" = none."""
        return next((valve for valve, command in self.valve_commands().items() if command == point), "")

    def isolate(self, what: str, *, without: Iterable[str] = ()) -> Future[Isolation]:
        """Sets of valves that cut a place from every source, the best first. without: valves that did not move."""
        out = frozenset(without)
        return self._worker.submit(lambda: isolate(self._graph, self._found(what), self._valves.states(), without=out))

    def consequence(self, closing: Iterable[str], opening: Iterable[str] = ()) -> Future[Consequence]:
        """What closing and opening these valves (by valve id) at once does, from how all valves stand now."""
        shut, let = tuple(closing), tuple(opening)
        return self._worker.submit(lambda: consequence(self._graph, self._valves.states(), closing=shut, opening=let))

    def at_request(self, command_id: str) -> Consequence | None:
        """What a command was to do by the valves as they stood when it was asked for; None = not known any more."""
        return self._at_request.get(command_id)

    def on_command(self, command: Command) -> None:
        """A command was just asked for, on the core thread: work out for later what it would do now."""
        content = command.content
        valve = self.valve_of(content.point) if command.state is CommandState.REQUESTED else ""
        if valve:
            states = self._valves.states()
            self._worker.submit(lambda: self._keep(content.id, valve, content.action, states))

    def trace(self, what: str, direction: Direction) -> Future[Trace]:
        """Everything up or down the stream of a place, nearest first."""
        return self._worker.submit(
            lambda: trace(self._graph, self._found(what), direction, self._valves.states().closed)
        )

    def within(self, what: str, radius_m: float) -> Future[Surroundings]:
        """What lies within so many metres of a thing (K-04)."""

        def look() -> Surroundings:
            place = self._found(what)
            return self._places.around(place.lon, place.lat, radius_m, self._placed())

        return self._worker.submit(look)

    def around(self, lon: float, lat: float, radius_m: float) -> Future[Surroundings]:
        """What lies within so many metres of a spot; WGS 84 degrees."""
        return self._worker.submit(lambda: self._places.around(lon, lat, radius_m, self._placed()))

    def distance_m(self, first: str, second: str) -> float | None:
        """Straight distance between two things; None where one is not in this network."""
        here, there = self.locate(first), self.locate(second)
        return None if here is None or there is None else self._places.straight_m(here, there)

    def _keep(self, command_id: str, valve: str, action: str, states: ValveStates) -> None:
        shut, let = ((valve,), ()) if action == "close" else ((), (valve,))
        told = consequence(self._graph, states, closing=shut, opening=let)
        with self._keeping:
            self._at_request = dict(list(self._at_request.items())[1 - _KEPT :]) | {command_id: told}

    def _names(self) -> _Names:
        """Built anew only when the registry in force is another one."""
        registry = self._registry()
        if self._known_names.registry is not registry:
            self._known_names = _named(registry)
        return self._known_names

    def _placed(self) -> list[Asset]:
        """Assets that are no fittings: those are in the drawing."""
        drawn = {fitting.id for fitting in self._drawing.fittings} | {valve.id for valve in self._drawing.valves}
        return [asset for asset in self._registry().assets if asset.id not in drawn]

    def _found(self, what: str) -> Place:
        place = self.locate(what)
        if place is None:
            raise RefusedError(mark("{what} is not in the drawing of the network."), what=what)
        return place


@dataclass(frozen=True, slots=True)
class _Names:
    """What the registry's names lead to. asset_of: the asset behind a tag or, where no tag is so called, a device."""

    registry: Registry
    asset_of: Mapping[str, str]
    assets: Mapping[str, Asset]


def _named(registry: Registry) -> _Names:
    by_device = {device.id: device.asset for device in registry.devices}
    return _Names(
        registry=registry,
        asset_of=by_device | {point.tag: point.asset for point in registry.points},
        assets={asset.id: asset for asset in registry.assets},
    )
