"""Find the line of a key in TOML text; tomllib gives values without their places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")


def line_of(text: str, path: tuple[str, ...]) -> int:
    """1-based line where the statement begins that brings the key at `path`, e.g. ("broker", "url"); 1 if none does.

    Feeds tomllib ever longer beginnings of the text: the first that holds the key ends with its statement. That needs
    no second TOML grammar: dotted and quoted keys, inline tables and texts over several lines all come out right.
    """
    for start, document in _beginnings(text):
        if _holds(document, path):
            return start
    return 1


def error_line(text: str, error: tomllib.TOMLDecodeError) -> int:
    """1-based line of a TOML error; the last line when the text ends too early."""
    found = _AT_LINE.search(str(error))
    return int(found[1]) if found else text.rstrip("\n").count("\n") + 1


def _beginnings(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(first line of the last statement, document) for every beginning of the text that is whole TOML."""
    # As tomllib itself does; a beginning that ended in a bare \r would not be TOML.
    lines = text.replace("\r\n", "\n").split("\n")
    start = 1
    for count in range(1, len(lines) + 1):
        statement = [line.strip() for line in lines[start - 1 : count]]
        if all(not line or line.startswith("#") for line in statement):
            start = count + 1
            continue
        try:
            document = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        blank = next(index for index, line in enumerate(statement) if line and not line.startswith("#"))
        yield start + blank, document
        start = count + 1


def _holds(document: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    here: Any = document
    for key in path:
        if not isinstance(here, Mapping) or key not in here:
            return False
        here = here[key]
    return True
