"""The control channel: one JSON object a line says what is to happen in the field; one JSON object a line answers.

| line | does |
|---|---|
| `{"leak": "BA-05", "mm": 58}` | opens a hole at a node of the network; 0 mm closes it |
| `{"stick": "XV-0417", "at": 0.4}` | the valve sticks at an opening of 0-1, without `at` where it is |
| `{"free": "XV-0417"}` | a fitter frees the valve and clears its trip |
| `{"local": "XV-0417"}`, `{"remote": "XV-0417"}` | turns the key on the actuator |
| `{"cut": "R-12"}`, `{"restore": "R-12"}` | takes the device (and its endpoint) off the wire, puts it back |
| `{"cut_after_write": "XV-0417"}` | the next write is carried out, its answer never comes, the link is gone |
| `{"set": "R-12", "point": "door", "value": 1}` | holds a point at a value; `null` lets it live again |
| `{"regulator": "R-05/A", "opening": 1.0}` | holds the active regulator of a run; `null` repairs it |
| `{"monitor": "R-05/A", "opening": 1.0}` | the same for its monitor |
| `{"slam_shut": "R-05/A"}` | a fitter puts the slam-shut valve back |
| `{"gas": "NGS-GQ", "nitrogen": 9.5}` | other gas comes to a source: mol % of components |
| `{"hour": 18.4}`, `{"speed": 5}` | another hour of the day, another pace |
| `{"state": true}` | answers how the gas is |
| `{"stop": true}` | ends the field |

Valves are named as in the network: line valves by their tag, a station's inlet valve as "R-12/XV".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from backend.errors import LinkError, RefusedError
from sims.plant import Plant

Message = Mapping[str, Any]
Reply = dict[str, Any]


class Switchboard(Protocol):
    """What the channel can reach of a running field."""

    @property
    def plant(self) -> Plant:
        """Machines and gas."""
        ...

    def cut(self, device: str) -> None:
        """Take a device off the wire."""
        ...

    def restore(self, device: str) -> None:
        """Put it back."""
        ...

    def cut_after_write(self, device: str) -> None:
        """Arm a cut."""
        ...

    def end(self) -> None:
        """Ask the field to stop."""
        ...


def obey_line(line: str, field: Switchboard) -> str:
    """Carry out one line; the answer is `{"ok": true, …}` or `{"ok": false, "error": …}`."""
    try:
        message = json.loads(line)
    except ValueError as error:
        return json.dumps({"ok": False, "error": f"not JSON: {error}"})
    try:
        return json.dumps({"ok": True} | obey(message, field))
    except (RefusedError, LinkError) as error:
        return json.dumps({"ok": False, "error": str(error)})


def obey(message: object, field: Switchboard) -> Reply:
    """Carry out one message. Raises RefusedError for what cannot be done or is not understood."""
    if not isinstance(message, dict) or len(verbs := _VERBS.keys() & message.keys()) != 1:
        raise RefusedError("a line needs exactly one of: {verbs}", verbs=", ".join(_VERBS))
    verb = verbs.pop()
    act, wanted = _VERBS[verb]
    for key in message.keys() - {verb} - wanted:
        raise RefusedError("{verb} knows no {key}", verb=verb, key=key)
    try:
        return act(field, message[verb], message) or {}
    except (TypeError, ValueError, KeyError) as error:
        raise RefusedError("{verb} does not take this: {reason}", verb=verb, reason=repr(error)) from error


def _state(field: Switchboard, _: Any, __: Message) -> Reply:
    plant = field.plant
    state = plant.state
    return {
        "seconds": round(plant.now(), 3),
        "hour": round(plant.hour(), 4),
        "solved": state.converged,
        "solve_ms": round(plant.solve_ms, 1),
        "supply_m3h": {source: round(flow, 1) for source, flow in state.source_m3h.items()},
        "leak_m3h": {node: round(flow, 1) for node, flow in state.leak_m3h.items()},
        "line_pack_m3": {str(tier): round(volume) for tier, volume in state.line_pack_m3.items()},
    }


def _opening(given: Any) -> float | None:
    return None if given is None else min(max(float(given), 0.0), 1.0)


_Act = Callable[[Switchboard, Any, Message], Reply | None]
_VERBS: Final[Mapping[str, tuple[_Act, frozenset[str]]]] = {
    "leak": (lambda field, node, more: field.plant.leak(str(node), float(more.get("mm", 58))), frozenset({"mm"})),
    "stick": (lambda field, valve, more: field.plant.stick(str(valve), _opening(more.get("at"))), frozenset({"at"})),
    "free": (lambda field, valve, _: field.plant.free(str(valve)), frozenset()),
    "local": (lambda field, valve, _: field.plant.turn_key(str(valve), remote=False), frozenset()),
    "remote": (lambda field, valve, _: field.plant.turn_key(str(valve), remote=True), frozenset()),
    "cut": (lambda field, device, _: field.cut(str(device)), frozenset()),
    "restore": (lambda field, device, _: field.restore(str(device)), frozenset()),
    "cut_after_write": (lambda field, device, _: field.cut_after_write(str(device)), frozenset()),
    "set": (
        lambda field, device, more: field.plant.freeze(
            str(device), str(more["point"]), None if more["value"] is None else float(more["value"])
        ),
        frozenset({"point", "value"}),
    ),
    "regulator": (
        lambda field, run, more: field.plant.fail_regulator(str(run), _opening(more["opening"])),
        frozenset({"opening"}),
    ),
    "monitor": (
        lambda field, run, more: field.plant.fail_regulator(str(run), _opening(more["opening"]), monitor=True),
        frozenset({"opening"}),
    ),
    "slam_shut": (lambda field, run, _: field.plant.reset_slam_shut(str(run)), frozenset()),
    "gas": (
        lambda field, device, more: field.plant.deliver(
            str(device), {name: float(more[name]) for name in more if name != "gas"}
        ),
        frozenset({"ethane", "propane", "butanes", "carbon_dioxide", "nitrogen"}),
    ),
    "hour": (lambda field, hour, _: field.plant.set_hour(float(hour)), frozenset()),
    "speed": (lambda field, speed, _: field.plant.set_speed(float(speed)), frozenset()),
    "state": (_state, frozenset()),
    "stop": (lambda field, _, __: field.end(), frozenset()),
}
