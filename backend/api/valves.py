"""How the drawing's valves stand now: which device moves each, what its position says, whether it obeys from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from backend.model.command import Commandable
from backend.model.isolation import ValveStates
from backend.model.live import TagSnapshot
from backend.model.network import Network
from backend.model.plant import Point, Registry
from backend.model.quality import is_good

_CLOSE: Final = "close"
_OPEN: Final = "open"
_CLOSED: Final = "closed"
_KNOWN: Final = (_OPEN, _CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValveLine:
    """One valve of the drawing and its points. command: the point to command. position: its independent feedback.

    key: what must read `remote` for it to obey; None = it has no such key.
    """

    valve: str
    command: int
    position: Point
    key: Point | None
    remote_enabled: bool


def valve_lines(drawing: Network, registry: Registry, commandable: Iterable[Commandable]) -> Iterator[ValveLine]:
    """Valves that a device can close. The inlet valve of a station is drawn as "STATION/XV"."""
    devices = {device.id: device for device in registry.devices}
    beside = {(point.device, point.property): point for point in registry.points if not point.retired}
    closes: dict[str, list[Commandable]] = {}
    for each in commandable:
        if _CLOSE in each.actions and each.feedback_point is not None:
            closes.setdefault(each.asset, []).append(each)
    for valve in drawing.valves:
        for each in closes.get(valve.id) or closes.get(valve.id.partition("/")[0]) or ():
            stem = registry.points[each.point].property.rpartition("command")[0]
            assert each.feedback_point is not None
            yield ValveLine(
                valve=valve.id,
                command=each.point,
                position=registry.points[each.feedback_point],
                key=beside.get((each.device, f"{stem}local_remote")) or beside.get((each.device, "local_remote")),
                remote_enabled=devices[each.device].remote_enabled,
            )
            break


class Valves:
    """Reads the valves' states; asked from any thread."""

    def __init__(
        self,
        *,
        drawing: Network,
        registry: Callable[[], Registry],
        commandable: Callable[[], tuple[Commandable, ...]],
        snapshot: Callable[[], TagSnapshot],
    ) -> None:
        self._drawing = drawing
        self._registry = registry
        self._commandable = commandable
        self._snapshot = snapshot
        self._known: tuple[Registry | None, Mapping[str, ValveLine]] = (None, {})

    def lines(self) -> Mapping[str, ValveLine]:
        """Valve id → its points, as registered now."""
        seen, lines = self._known
        registry = self._registry()
        if registry is not seen:
            lines = {line.valve: line for line in valve_lines(self._drawing, registry, self._commandable())}
            self._known = registry, lines
        return lines

    def states(self) -> ValveStates:
        """Only a good end position counts. A valve that no device watches stands as drawn: open."""
        snapshot = self._snapshot()
        lines = self.lines()
        words = {valve: _word(line.position, snapshot) for valve, line in lines.items()}
        return ValveStates(
            closed=frozenset(valve for valve, word in words.items() if word == _CLOSED),
            unknown=frozenset(valve for valve, word in words.items() if word not in _KNOWN),
            remote=frozenset(
                valve
                for valve, line in lines.items()
                if line.remote_enabled and words[valve] and _turned_to_remote(line, snapshot)
            ),
        )


def _turned_to_remote(line: ValveLine, snapshot: TagSnapshot) -> bool:
    return line.key is None or _word(line.key, snapshot) == "remote"


def _word(point: Point, snapshot: TagSnapshot) -> str:
    """The state's English word; "" where the value is not good."""
    if point.id >= len(snapshot.value) or not is_good(int(snapshot.quality[point.id])):
        return ""
    return point.states.get(int(snapshot.value[point.id]), "")
