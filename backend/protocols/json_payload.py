"""Decode one device message: a JSON object into samples of the points bound to it. Pure; times in µs UTC.

The message is an object such as `{"t": 1768473000000, "values": {"ch4": 0.4, "lid": true}, "q": {"ch4": "bad"}}`,
or the same in CBOR (`cbor_tree`):

- a value stands at its form's pointer; it is a number, for a switch also true or false; null means that the device has
  no value (bad, device); a value that is not there is no sample;
- the device's time stands at the form's time pointer (see `device_time`); without one the arrival time is taken, and
  for a retained message, whose arrival says nothing of its age, the sample is uncertain (clock);
- "q" is optional: "good", "uncertain" or "bad" for the whole message, or an object of such words by the last key of a
  value's pointer;
- "device" is optional and must be the device whose topic this is.

A topic that binds a value under "q" or "device" itself uses that name for the value only.
Good members are kept when others are not usable; those are named in `Findings`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

import numpy as np

from backend.errors import ConfigError, FrameError
from backend.model.quality import GOOD, Cause, Status, quality
from backend.protocols.columns import Columns
from backend.protocols.device_time import read_time
from backend.protocols.json_shape import Place, Shape, shape_of
from backend.protocols.json_tree import EXACT, Tree, Unusable, read

QUALITY_KEY: Final = "q"
DEVICE_KEY: Final = "device"

_CLOCK: Final = quality(Status.UNCERTAIN, Cause.CLOCK)
_NO_VALUE: Final = quality(Status.BAD, Cause.DEVICE)
_WORDS: Final = {
    "good": GOOD,
    "uncertain": quality(Status.UNCERTAIN, Cause.DEVICE),
    "bad": quality(Status.BAD, Cause.DEVICE),
}
_FLOATS: Final = {float}
_NUMBERS: Final = {float, int}
_MISSING: Final = object()
_MOST_PATIENCE: Final = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One value of a message and the point it is for. value = raw * scale + offset; only a switch may be a boolean."""

    point: int
    pointer: tuple[str, ...]
    time_pointer: tuple[str, ...] = ("t",)
    switch: bool = False
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Findings:
    """What was not as it should be. `refused`: members (or the whole message) not used, in words; `clash`: the message
    speaks for another device; `clock`: why the device's time was not believed.
    """

    device: str
    refused: tuple[str, ...] = ()
    clash: bool = False
    clock: str = ""


class Payloads:
    """Decodes what arrives on one topic. members: by device; nearly always one device a topic. read: makes the tree of
    a message; another than JSON's for another way of writing the same (`cbor_tree`)."""

    def __init__(self, members: Mapping[str, Sequence[Member]], *, read: Callable[[bytes], Tree] | None = None) -> None:
        self._read = read
        self._device_is_value = any(each.pointer[:1] == (DEVICE_KEY,) for own in members.values() for each in own)
        named = "" if self._device_is_value else DEVICE_KEY
        self._layouts = {device: _Layout(device, own, named) for device, own in members.items()}
        self._sole = next(iter(self._layouts.values())) if len(self._layouts) == 1 else None

    def decode(self, raw: bytes, *, received_at: int, retained: bool, into: Columns) -> Findings | None:
        """Add the message's samples to `into`; None when everything was as it should be. Raises FrameError when the
        message as a whole cannot be read; nothing has been added then.
        """
        layout = self._sole
        if layout is not None and layout.decode_alike(raw, received_at, into):
            return None
        tree = read(raw) if self._read is None else self._read(raw)
        if not self._device_is_value and DEVICE_KEY in tree:
            layout = self._named(tree[DEVICE_KEY])
        elif layout is None:
            raise FrameError("several devices share the topic and the message names none")
        if layout is None:
            return Findings(
                " ".join(self._layouts), (f"identity clash: speaks for device {_shown(tree[DEVICE_KEY])}",), clash=True
            )
        findings = layout.decode(tree, received_at, retained, into)
        if findings is None and layout is self._sole and self._read is None:
            layout.learn(tree)
        return findings

    def _named(self, name: Any) -> _Layout | None:
        return self._layouts.get(name) if type(name) is str else None


class _Block:
    """Members of one device that share a parent object and a time pointer; they become one block of columns."""

    def __init__(self, parent: tuple[str, ...], time_pointer: tuple[str, ...], members: Sequence[Member]) -> None:
        self.parent = parent
        self.time_pointer = time_pointer
        self.members = tuple(members)
        self.points = np.asarray([each.point for each in members], np.int32)
        self.pick = _picker([each.pointer[-1] for each in members])
        self.scales = (
            tuple((each.scale, each.offset) for each in members)
            if any((each.scale, each.offset) != (1.0, 0.0) for each in members)
            else ()
        )

    def scaled(self, values: Sequence[float]) -> Sequence[float] | None:
        """Plain numbers in the points' units; None when one is too large for that."""
        if not self.scales:
            return values
        made = [value * scale + offset for value, (scale, offset) in zip(values, self.scales, strict=True)]
        return made if all(map(math.isfinite, made)) else None


def _place(blocks: Sequence[_Block], named: str) -> Place | None:
    """Where the numbers of a device with one simple block lie; None for any other."""
    keys = [member.pointer[-1] for block in blocks for member in block.members]
    if len(blocks) != 1 or len(set(keys)) < len(keys):
        return None
    (block,) = blocks
    return Place(
        parent=block.parent,
        keys=tuple(keys),
        switches=frozenset(member.pointer[-1] for member in block.members if member.switch),
        time=block.time_pointer,
        name=named,
    )


def _picker(keys: Sequence[str]) -> Callable[[Tree], Sequence[Any]]:
    """All values of the keys in order; KeyError when one is not there."""
    if len(keys) == 1:
        return lambda node, key=keys[0]: (node[key],)  # type: ignore[misc]  # a default binds the loop-free key
    return itemgetter(*keys)


class _Layout:
    """Where the values of one device lie in its messages, arranged for reading."""

    def __init__(self, device: str, members: Sequence[Member], named: str) -> None:
        """named: the key at which a message says whom it speaks for; "" = that key is a value's."""
        if any(not each.pointer for each in members):
            raise ConfigError("device {device}: a value of a JSON message needs a pointer", device=device)
        shelves: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Member]] = {}
        for each in members:
            shelves.setdefault((each.pointer[:-1], each.time_pointer), []).append(each)
        self.device = device
        self._blocks = tuple(_Block(parent, clock, own) for (parent, clock), own in shelves.items())
        self._quality_is_value = any(each.pointer[0] == QUALITY_KEY for each in members)
        self._place = _place(self._blocks, named)
        self._shape: Shape | None = None
        self._patience = self._rest = 0
        """Messages to leave to the long way after one that was not like the last; doubles while none is."""

    def decode_alike(self, raw: bytes, received_at: int, into: Columns) -> bool:
        """Add the samples of a message that is like the one learnt, and in order; False leaves it to the long way."""
        shape = self._shape
        if shape is None:
            return False
        found = shape.read(raw, self.device)
        if found is None:
            self._shape = None
            self._hesitate()
            return False
        at, numbers = found
        time, doubt = (received_at, "") if at is None else read_time(at, received_at)
        (block,) = self._blocks
        values = block.scaled(numbers)
        if doubt or values is None:
            return False
        self._patience = 0
        into.add(block.points, time, values, GOOD)
        return True

    def learn(self, tree: Tree) -> None:
        """A message that was in order: the next ones are likely to have the same keys."""
        if self._rest:
            self._rest -= 1
        elif self._place is not None and self._shape is None and (self._quality_is_value or QUALITY_KEY not in tree):
            self._shape = shape_of(tree, self._place)
            if self._shape is None:
                self._hesitate()

    def _hesitate(self) -> None:
        self._rest = self._patience = min(2 * self._patience + 1, _MOST_PATIENCE)

    def decode(self, tree: Tree, received_at: int, retained: bool, into: Columns) -> Findings | None:
        """Add the samples of a message that was read."""
        words = None if self._quality_is_value else tree.get(QUALITY_KEY)
        refused: list[str] = []
        doubt = ""
        before = len(into)
        for block in self._blocks:
            node = _at(tree, block.parent)
            if node is _MISSING:
                continue
            if type(node) is not dict:
                refused.append(f"/{'/'.join(block.parent)}: {_unfit(node, 'an object')}")
                continue
            at, why = _time(tree, block.time_pointer, received_at, retained)
            doubt = doubt or why
            code = _CLOCK if why else GOOD
            values = _plain_numbers(node, block) if words is None else None
            if values is not None:
                into.add(block.points, at, values, code)
            else:
                _one_by_one(node, block, at, code, words, into, refused)
        if len(into) == before and not refused:
            refused.append("none of the device's values is in the message")
        return Findings(self.device, tuple(refused), clock=doubt) if refused or doubt else None


def _plain_numbers(node: Tree, block: _Block) -> Sequence[float] | None:
    """The block's values when all are there and are plain numbers; else None."""
    try:
        values = block.pick(node)
    except KeyError:
        return None
    kinds = set(map(type, values))
    if kinds != _FLOATS and not (kinds <= _NUMBERS and min(values) >= -EXACT and max(values) <= EXACT):
        return None
    return block.scaled(values)


def _one_by_one(node: Tree, block: _Block, at: int, code: int, words: Any, into: Columns, refused: list[str]) -> None:
    points: list[int] = []
    values: list[float] = []
    codes: list[int] = []
    for member in block.members:
        key = member.pointer[-1]
        if key not in node:
            continue
        value, why = _number(node[key], member)
        given, doubt = _quality(words, key)
        refused.extend(f"/{'/'.join(member.pointer)}: {reason}" for reason in (why, doubt) if reason)
        if not why:
            points.append(member.point)
            values.append(value)
            codes.append(_NO_VALUE if math.isnan(value) else min(given, code))
    if points:
        into.add(np.asarray(points, np.int32), at, values, np.asarray(codes, np.uint8))


def _number(raw: Any, member: Member) -> tuple[float, str]:
    """(value, "") or (nan, why it is not used). NaN without a reason: the device says that it has no value."""
    kind = type(raw)
    if raw is None:
        return math.nan, ""
    if kind is bool and member.switch:
        value = float(raw)
    elif kind is float:
        value = raw
    elif kind is int and -EXACT <= raw <= EXACT:
        value = float(raw)
    else:
        return math.nan, "integer beyond 2^53" if kind is int else _unfit(raw, "a number")
    value = value * member.scale + member.offset
    return (value, "") if math.isfinite(value) else (math.nan, "too large a number")


def _quality(words: Any, key: str) -> tuple[int, str]:
    """The quality the device itself gives, (GOOD, "") when it says nothing. An unknown word vouches for nothing."""
    word = words.get(key, "good") if type(words) is dict else words
    if word is None:
        return GOOD, ""
    code = _WORDS.get(word) if type(word) is str else None
    return (code, "") if code is not None else (_WORDS["bad"], f"its quality {_shown(word)} is unknown")


def _time(tree: Tree, pointer: tuple[str, ...], received_at: int, retained: bool) -> tuple[int, str]:
    given = _at(tree, pointer) if pointer else None
    if given is not None and given is not _MISSING:
        return read_time(given, received_at)
    return received_at, "a retained message without the device's time" if retained else ""


def _at(tree: Tree, pointer: tuple[str, ...]) -> Any:
    """What stands there, _MISSING, or Unusable when the way is barred by something that is not an object."""
    node: Any = tree
    for key in pointer:
        if type(node) is not dict:
            return node if node is _MISSING or type(node) is Unusable else Unusable(_unfit(node, "an object"))
        node = node.get(key, _MISSING)
    return node


_KINDS: Final = {str: "text", bool: "true or false", list: "a list", dict: "an object", type(None): "null"}


def _unfit(raw: Any, wanted: str) -> str:
    return raw.why if type(raw) is Unusable else f"{_KINDS.get(type(raw), 'a number')} where {wanted} is expected"


def _shown(raw: Any) -> str:
    """A value from outside, short, in characters that any log and any database can hold."""
    return raw.why if type(raw) is Unusable else ascii(raw)[:80]
