"""Stored words of commands in the language of the desk: reasons, notes, live values of interlocks. Plain Python.

A reason chosen from the list is stored as its English words, with the person's own words behind a colon, so that the
journal and the signed text are the same on every desk; each desk shows the chosen part in its own language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from app.formats import sentence, shown
from app.texts import _, bilingual
from backend.errors import mark
from backend.model.command import Blocked
from backend.model.plant import Point

REASONS: Final[Mapping[str, str]] = {
    "isolate": mark("Isolate a leak or line break"),
    "work": mark("Planned work"),
    "pressure": mark("Adjust network pressure"),
    "test": mark("Function test"),
    "other": mark("Other, see text"),
}
TAKEN_BACK: Final = mark("taken back")
CLOSED_BEFORE_CONFIRMING: Final = mark("dialog closed before confirming")
_BETWEEN: Final = ": "
_VALUES: Final = frozenset(
    {
        mark("yes"),
        mark("no"),
        mark("up"),
        mark("lost"),
        mark("none"),
        mark("never read"),
        mark("not good"),
        mark("not a number"),
        mark("the device has no such point"),
        mark("read before the clock was set back"),
    }
)
_READ_AGO: Final = re.compile(r"read (\d+) s ago")
_NOT_GOOD: Final = "not good: "
_CAUSES: Final[Mapping[str, str]] = {
    "stale": mark("stale"),
    "range": mark("out of range"),
    "frozen": mark("frozen"),
    "comms": mark("link lost"),
    "device": mark("device fault"),
    "manual": mark("manual"),
    "simulated": mark("simulated"),
    "not authenticated": mark("not authenticated"),
    "clock": mark("device clock wrong"),
    "restart": mark("from before the restart"),
    "spike": mark("jumped too far"),
}


def stored_reason(key: str, own: str) -> str:
    """What is stored and signed for a reason from the list and the person's own words."""
    return _BETWEEN.join(part for part in (REASONS[key], own) if part)


def reason_text(stored: str, longest: int = 200) -> str:
    """A stored reason or note as this desk says it; anything that is not from a list stays as it is."""
    for english in (*REASONS.values(), TAKEN_BACK, CLOSED_BEFORE_CONFIRMING):
        if stored == english or stored.startswith(english + _BETWEEN):
            return shown(_(english) + stored.removeprefix(english), longest)
    return shown(_(stored) if stored else "", longest)


def state_words(points: Iterable[Point]) -> dict[str, str]:
    """English state or title → the desk's word, over these points ("open" → "开")."""
    words: dict[str, str] = {}
    for point in points:
        words[point.title] = shown(bilingual(point.title, point.title_zh))
        for code, english in point.states.items():
            words[english] = shown(bilingual(english, point.states_zh.get(code, "")))
    return words


def interlock_word(name: str, states: Mapping[str, str]) -> str:
    """What an interlock is called: by the catalogue, else as point and wanted state ("Local key: remote")."""
    told = _(name)
    point, between, wanted = name.rpartition(_BETWEEN)
    if told != name or not between:
        return shown(told)
    return shown(_("{point}: {state}").format(point=states.get(point, point), state=states.get(wanted, wanted)))


def live_word(text: str, states: Mapping[str, str]) -> str:
    """The live value of an interlock ("open, 100.0 %", "read 12 s ago") in the language of the desk."""
    return ", ".join(_part(part, states) for part in text.split(", "))


def blocked_text(blocked: Blocked | None, states: Mapping[str, str]) -> str:
    """What is in the way of a request, for a person; "" = nothing."""
    if blocked is None:
        return ""
    values = {key: _value(key, value, states) for key, value in blocked.values}
    return sentence(_(blocked.template).format(**values))


def _value(key: str, value: object, states: Mapping[str, str]) -> object:
    if key == "interlock":
        return interlock_word(str(value), states)
    return live_word(str(value), states) if key == "value" else value


def _part(text: str, states: Mapping[str, str]) -> str:
    ago = _READ_AGO.fullmatch(text)
    if ago is not None:
        return _("read {seconds} s ago").format(seconds=ago.group(1))
    if text.startswith(_NOT_GOOD):
        cause = text.removeprefix(_NOT_GOOD)
        return _BETWEEN.join([_("not good"), _(_CAUSES[cause]) if cause in _CAUSES else cause])
    if text.startswith("opening "):
        return _("opening {why}").format(why=_part(text.removeprefix("opening "), states))
    if text in _VALUES:
        return _(text)
    return states.get(text, text)
