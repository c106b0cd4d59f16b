"""The shortest road for a message that looks like the one before: msgspec puts its numbers straight into slots. Pure.

Most devices send the same keys in every message. A `Shape` is learnt from a message that was read the long way
(`json_tree`) and found in order; it takes only messages of exactly these keys, each once, with plain numbers where
numbers belong. Of every other message it says nothing at all and the long way decides, so the outcome never differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any, Final

import msgspec

EXACT: Final = 2**53
"""Integers beyond this magnitude are not all representable as float64; larger floats take the long way too."""

Path = tuple[str, ...]
Keys = tuple[tuple[str, Any], ...]
"""What one object of a message holds: (key, kind), or (key, Keys) of an object inside it. Its numbers stand first."""
_Number = Annotated[float, msgspec.Meta(gt=-EXACT, lt=EXACT)]
_NUMBER, _SWITCH, _TIME, _NAME, _OTHER = "number", "switch", "time", "name", "other"
_TYPES: Final[Mapping[str, Any]] = {
    _NUMBER: _Number,
    _SWITCH: bool | _Number,
    _TIME: int,
    _NAME: str,
    _OTHER: int | float | str | bool | None,
}
_SCALARS: Final = (int, float, str, bool, type(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a device's numbers lie: `keys` in the object at `parent`, in this order. switches: those that may be
    booleans. time: where their time stands, () = nowhere. name: the key of the device's own name, "" = none."""

    parent: Path
    keys: tuple[str, ...]
    switches: frozenset[str]
    time: Path
    name: str


class Shape:
    """Reads messages of one set of keys. Shared by all devices whose messages have the same."""

    def __init__(self, keys: Keys, place: Place) -> None:
        self._decode = msgspec.json.Decoder(_struct(keys)).decode
        self._colons = _count(keys)
        self._parent = _getter(keys, place.parent)
        self._spare = len(_inside(keys, place.parent)) - len(place.keys)
        told = bool(place.time) and _kind(keys, place.time) == _TIME
        self._time = _getter(keys, place.time) if told else None
        self._name = _getter(keys, (place.name,)) if any(key == place.name for key, _ in keys) else None

    def read(self, raw: bytes, name: str) -> tuple[int | None, tuple[float, ...]] | None:
        """(time as given, the numbers in order) of a message that names no other device than `name`; None for any
        message that is not quite of this shape."""
        # Every key has a colon behind it and none of them may be missing: as many colons as keys prove that no key
        # stands twice.
        if raw.count(b":") != self._colons:
            return None
        try:
            root = self._decode(raw)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        if self._name is not None and self._name(root) != name:
            return None
        numbers = msgspec.structs.astuple(self._parent(root) if self._parent else root)
        if self._spare:
            numbers = numbers[: -self._spare]
        return (self._time(root) if self._time else None), numbers


def shape_of(tree: Mapping[str, Any], place: Place) -> Shape | None:
    """The shape of a message that was read; None when it has none to rely on."""
    keys = _keys(tree, place, ())
    return None if keys is None else _shape(keys, place)


_shape = lru_cache(maxsize=1024)(Shape)


def _keys(node: Mapping[str, Any], place: Place, at: Path) -> Keys | None:
    own = place.keys if at == place.parent else ()
    if any(key not in node for key in own):
        return None
    found: list[tuple[str, Any]] = []
    for key in (*own, *(key for key in node if key not in own)):
        kind = _kind_of(node[key], key, place, at)
        if kind is None:
            return None
        found.append((key, kind))
    return tuple(found)


def _kind_of(value: Any, key: str, place: Place, at: Path) -> Any:
    """What may stand there from now on; None when there is no telling."""
    path = (*at, key)
    if at == place.parent and key in place.keys:
        return _SWITCH if key in place.switches else _NUMBER
    if path == place.time:
        return _TIME if type(value) is int else None
    if path == (place.name,):
        return _NAME
    if type(value) is dict:
        # Only the ways to what is read may be objects.
        on_the_way = path in (place.parent[: len(path)], place.time[: len(path)])
        return _keys(value, place, path) if on_the_way else None
    return _OTHER if type(value) in _SCALARS else None


def _struct(keys: Keys) -> type[msgspec.Struct]:
    """Keys by their number, so that any text can be one."""
    fields = [(f"f{n}", _TYPES[kind] if isinstance(kind, str) else _struct(kind)) for n, (_, kind) in enumerate(keys)]
    rename = {f"f{n}": key for n, (key, _) in enumerate(keys)}
    return msgspec.defstruct("Message", fields, rename=rename, forbid_unknown_fields=True, gc=False)


def _count(keys: Keys) -> int:
    return sum(1 if isinstance(kind, str) else 1 + _count(kind) for _, kind in keys)


def _inside(keys: Keys, path: Path) -> Keys:
    for key in path:
        keys = dict(keys)[key]
    return keys


def _kind(keys: Keys, path: Path) -> Any:
    """None where nothing stands."""
    try:
        return dict(_inside(keys, path[:-1]))[path[-1]]
    except (KeyError, TypeError, ValueError):
        return None


def _getter(keys: Keys, path: Path) -> Callable[[Any], Any] | None:
    """None: the message itself."""
    names = []
    for key in path:
        names.append(f"f{[each for each, _ in keys].index(key)}")
        keys = dict(keys)[key]
    return attrgetter(".".join(names)) if names else None
