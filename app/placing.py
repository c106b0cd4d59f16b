"""Put files of a site in place together with a database transaction: all of them and the entry about them, or none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from backend.errors import ConfigError, LinepackError


@contextmanager
def placed(files: Mapping[Path, bytes]) -> Iterator[None]:
    """Write `files`, over what is there; put everything back as it was when the body fails.

    Raises ConfigError when a file cannot be written; then nothing has changed.
    """
    mark = secrets.token_hex(4)
    new = {file: file.with_name(f".{file.name}.{mark}") for file in files}
    old = {file: file.with_name(f".{file.name}.{mark}.old") for file in files}
    done: list[Path] = []
    try:
        for file, content in files.items():
            _write(new[file], content)
        for file in files:
            if file.exists():
                os.link(file, old[file])
            os.replace(new[file], file)
            done.append(file)
        yield
    except BaseException as error:
        for file in done:
            if old[file].exists():
                os.replace(old[file], file)
            else:
                file.unlink()
        if isinstance(error, OSError):
            raise ConfigError(
                "{file}: cannot be written ({reason})", file=error.filename, reason=error.strerror
            ) from error
        raise
    finally:
        for part in (*new.values(), *old.values()):
            part.unlink(missing_ok=True)


def _write(file: Path, content: bytes) -> None:
    with file.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def in_the_name_of(error: LinepackError, draft: Path, file: Path) -> LinepackError:
    """The same sentence about the file or folder that the person named, in place of the draft of it."""
    values = {key: str(value).replace(str(draft), str(file)) for key, value in error.values.items()}
    return type(error)(error.template, **values)
