"""Read one CBOR map from outside (RFC 8949) into the tree that a JSON object gives; what is uncertain is marked. Pure.

- Numbers, text, booleans, null, maps with text keys and arrays are what they are in JSON; lengths may be indefinite.
- NaN and infinity, undefined, byte strings and simple values are `Unusable`, one by one. So is what stands under a tag,
  but for times (tags 0, 1), large integers (2, 3) and the mark that this is CBOR (55799). Sharing, references, regular
  expressions and fractions (tags 4, 5, 25, 28, 29, 30, 35, 256) are never followed: they can be made to cost anything.
- A map with a key twice is not valid (§5.6), nor is one with keys other than text here, nor anything behind the map:
  the message as a whole is refused then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import cbor2

from backend.errors import FrameError
from backend.protocols.json_tree import EXACT, Tree, Unusable

MAX_DEPTH: Final = 32
_LONGEST_INTEGER: Final = 16
"""Bytes of a large integer that are looked at; longer ones are beyond 2^53 anyhow."""
_BUILT_IN: Final = (4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000)
"""Tags that the library would act on."""
_PLAIN: Final = frozenset({int, str, bool, type(None), dict, list, Unusable})


def read(raw: bytes) -> Tree:
    """The map as a dict; bad members are `Unusable`. FrameError when it is not one whole valid map."""
    source = BytesIO(raw)
    try:
        tree = cbor2.CBORDecoder(
            source,
            tag_hook=_under_a_tag,
            object_hook=_checked,
            semantic_decoders=_TAGS,
            str_errors="replace",  # a text is never a value, and a key that is no UTF-8 is nobody's
            max_depth=MAX_DEPTH,
            allow_duplicate_keys=False,
            strict_hashable_types=True,
        ).decode()
    except (cbor2.CBORDecodeError, RecursionError, MemoryError) as error:
        raise FrameError("not CBOR: {why}", why=str(error), offset=source.tell()) from None
    if source.tell() != len(raw):
        raise FrameError("more bytes than one CBOR item", offset=source.tell())
    if type(tree) is not dict:
        raise FrameError("not a CBOR map")
    return tree


def _checked(node: Mapping[Any, Any], _immutable: object) -> Tree:
    return {key: value if type(value) in _PLAIN else _judged(value) for key, value in node.items()}


def _judged(value: Any) -> Any:
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else Unusable(f"{value} is not a number")
    if kind is bytes:
        return Unusable("bytes are not a number")
    return Unusable("undefined" if value is cbor2.undefined else "a simple value without a meaning")


def _under_a_tag(_tag: object, _immutable: object) -> Unusable:
    return Unusable("stands under a tag that means nothing here")


def _time_text(value: Any, _immutable: object) -> Any:
    """Tag 0: RFC 3339 text, read where a time is looked for."""
    return value if type(value) is str else Unusable("not a time")


def _epoch(value: Any, _immutable: object) -> Any:
    """Tag 1: seconds since 1970; as text, so that it is a time and never a number."""
    if type(value) not in (int, float):
        return Unusable("not a time")
    try:
        return datetime.fromtimestamp(value, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return Unusable("not a time")


def _positive(value: Any, _immutable: object) -> Any:
    """Tag 2: an unsigned integer as bytes."""
    if type(value) is not bytes:
        return Unusable("not an integer")
    return int.from_bytes(value, "big") if len(value) <= _LONGEST_INTEGER else EXACT + 1


def _negative(value: Any, immutable: object) -> Any:
    """Tag 3: -1 minus an unsigned integer."""
    number = _positive(value, immutable)
    return -1 - number if type(number) is int else number


def _itself(value: Any, _immutable: object) -> Any:
    return value


_TAGS: Final[Mapping[int, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(_BUILT_IN, _under_a_tag),
    0: _time_text,
    1: _epoch,
    2: _positive,
    3: _negative,
    55799: _itself,
}
