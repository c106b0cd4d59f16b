"""Name another database in site.toml and leave every other line as somebody wrote it."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Final

from backend.errors import ConfigError
from backend.site.documents import read_text
from backend.site.folder import FILE
from backend.site.toml_lines import line_of

_KEY: Final = "database"


def with_database(text: str, url: str) -> str:
    """The text of a site.toml with another database address; empty: the file in the folder. Raises ConfigError."""
    before = tomllib.loads(text)
    wanted = before | {_KEY: url} if url else {key: value for key, value in before.items() if key != _KEY}
    lines = text.splitlines(keepends=True)
    named = [f"{_KEY} = {json.dumps(url, ensure_ascii=False)}\n"] if url else []
    if _KEY in before:
        place = line_of(text, (_KEY,)) - 1
        changed = [*lines[:place], *named, *lines[place + 1 :]]
    else:
        # Before the first table: what stands after its head belongs to it.
        place = next((number for number, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
        end = [] if not place or lines[place - 1].endswith("\n") else ["\n"]
        changed = [*lines[:place], *end, *named, *lines[place:]]
    made = "".join(changed)
    with suppress(tomllib.TOMLDecodeError):
        if tomllib.loads(made) == wanted:
            return made
    raise ConfigError('The line "{key}" in {file} cannot be changed; write it in one line.', key=_KEY, file=FILE)


def set_database(folder: Path, url: str) -> None:
    """Write site.toml anew, whole or not at all; the owner's alone, since an address may hold a password."""
    file = folder / FILE
    made = with_database(read_text(file), url)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{FILE}-", dir=folder)
        part = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(made)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ConfigError("{folder}: cannot be written ({reason})", folder=folder, reason=error.strerror) from error
