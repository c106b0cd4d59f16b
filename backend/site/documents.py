"""Read text and JSON files that people wrote, refusing in one sentence what cannot be meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, NoReturn

from backend.errors import ConfigError

MAX_BYTES: Final = 64 * 1024 * 1024
"""Nothing a person edits or exports for one site is larger."""


def read_text(path: Path) -> str:
    """The file's UTF-8 text (a byte order mark is dropped). Raises ConfigError naming the file and the reason."""
    return decode(read_bytes(path), file=str(path))


def read_bytes(path: Path) -> bytes:
    """The file's bytes, at most MAX_BYTES. Raises ConfigError naming the file and the reason."""
    try:
        if not path.is_file():
            raise ConfigError("{file}: there is no such file", file=path)
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError("{file}: is larger than {limit} MB", file=path, limit=MAX_BYTES // 2**20)
        return path.read_bytes()
    except OSError as error:
        raise ConfigError("{file}: cannot be read ({reason})", file=path, reason=error.strerror) from error


def decode(raw: bytes, *, file: str) -> str:
    """UTF-8 text of `raw`. Raises ConfigError naming the line where it stops being UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError("{file}, line {line}: is not UTF-8 text", file=file, line=line) from error


def read_json(path: Path) -> object:
    """The file's JSON. Raises ConfigError naming file, line and reason."""
    return parse_json(read_text(path), file=str(path))


def parse_json(text: str, *, file: str) -> object:
    """Strict JSON: a key given twice, NaN, Infinity, absurd depth or length are refused with file and reason."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ConfigError("{file}: the key {key!r} is given twice in one object", file=file, key=twice)
        return found

    def constant(word: str) -> NoReturn:
        raise ConfigError("{file}: {word} is not a JSON number", file=file, word=word)

    try:
        return json.loads(text, object_pairs_hook=members, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise ConfigError(
            "{file}, line {line}, column {column}: is not JSON ({reason})",
            file=file,
            line=error.lineno,
            column=error.colno,
            reason=error.msg,
        ) from error
    except RecursionError as error:
        raise ConfigError("{file}: is nested too deeply", file=file) from error
    except ValueError as error:  # a number of more digits than Python converts
        raise ConfigError("{file}: holds a number that is too long", file=file) from error
