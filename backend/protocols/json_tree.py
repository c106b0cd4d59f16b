"""Read one JSON object from outside; what cannot be trusted in it is marked, member by member. Pure.

The straight road is msgspec. It is left, for the standard library's reader with a check on every token, when msgspec
refuses the text or when a key may stand twice in one object (RFC 8259 §4 leaves that open, so the last one would win
unseen). The careful road keeps the good members of a message in which one is not JSON, such as NaN.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from backend.errors import FrameError

EXACT: Final = 2**53
"""Integers beyond this magnitude are not all representable as float64."""
_INTEGER_DIGITS: Final = 17

Tree = dict[str, Any]
_straight = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class Unusable:
    """Stands in the tree where a member was that says nothing certain: `why` in words."""

    why: str


def read(raw: bytes) -> Tree:
    """The object as a dict; bad members are `Unusable`. FrameError when it is no JSON object at all."""
    try:
        tree = _straight.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _careful(raw)
    if type(tree) is not dict:
        raise FrameError("not a JSON object")
    # Every key has a colon behind it: as many colons as keys in the tree proves that no key was lost to a namesake.
    return tree if raw.count(b":") == _keys(tree) else _careful(raw)


def _keys(node: Tree) -> int:
    count = len(node)
    for child in node.values():
        kind = type(child)
        if kind is dict:
            count += _keys(child)
        elif kind is list:
            count += _keys_in_list(child)
    return count


def _keys_in_list(node: list[Any]) -> int:
    count = 0
    for child in node:
        kind = type(child)
        if kind is dict:
            count += _keys(child)
        elif kind is list:
            count += _keys_in_list(child)
    return count


def _careful(raw: bytes) -> Tree:
    try:
        tree = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_integer,
        )
    except UnicodeDecodeError as error:
        raise FrameError("not UTF-8 text", offset=error.start) from None
    except RecursionError:
        raise FrameError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise FrameError("not JSON: {why}", why=error.msg, offset=error.pos) from None
    if type(tree) is not dict:
        raise FrameError("not a JSON object")
    return tree


def _object(pairs: list[tuple[str, Any]]) -> Tree:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                tree[key] = Unusable("stands twice")
            seen.add(key)
    return tree


def _constant(literal: str) -> Unusable:
    return Unusable(f"{literal} is not a number")


def _float(literal: str) -> float | Unusable:
    number = float(literal)
    return number if math.isfinite(number) else Unusable("too large a number")


def _integer(literal: str) -> int | Unusable:
    # Checked by length first: the time to convert grows with the square of it.
    return int(literal) if len(literal) <= _INTEGER_DIGITS else Unusable("integer beyond 2^53")
