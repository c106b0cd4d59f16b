"""The thing models of a site: those shipped with Linepack and those in the site's own models folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Final
from urllib.parse import quote

from backend import logs
from backend.errors import ConfigError
from backend.model.response import Response
from backend.model.response_schema import common_responses
from backend.model.thing_model import ThingModel, parse
from backend.site.documents import decode, parse_json, read_json

FOLDER: Final = "models"
PREVIOUS: Final = "previous"
"""Below FOLDER: the versions that were replaced, never read."""
_log = logs.get(__name__)


def thing_models(folder: Path | None = None) -> dict[str, ThingModel]:
    """Models by id: shipped, and `folder`/models/*.json when a site folder is given.

    A site's file takes the place of a shipped one only as a later version of it. Raises ConfigError naming the file,
    the place in it and the reason; also when two files give the same id otherwise: neither may silently win.
    """
    models: dict[str, ThingModel] = {}
    origin: dict[str, str] = {}
    for file, document, shipped in _documents(folder):
        model = parse(document, file=file)
        other = models.get(model.id)
        if other is not None:
            same = not shipped and origin[model.id].startswith(_SHIPPED) and model.urn == other.urn
            if not same or not later(model.version, other.version):
                raise ConfigError(
                    "{file}: the model id {id} is given by {other} already",
                    file=file,
                    id=model.id,
                    other=origin[model.id],
                )
            _log.info("model of the site in force", model=model.id, version=model.version, shipped=other.version)
        models[model.id] = model
        origin[model.id] = file
    return models


def alarm_responses() -> Mapping[str, Response]:
    """What to do about alarms of no thing model (lost links, commands, the console itself), by condition."""
    file = "assets/alarms/responses.json"
    text = resources.files("assets").joinpath("alarms", "responses.json").read_bytes()
    return common_responses(parse_json(decode(text, file=file), file=file), file=file)


def later(one: str, other: str) -> bool:
    """Whether version `one` ("1.2.10") comes after `other`."""
    return _numbers(one) > _numbers(other)


class ModelFile:
    """A new version of a model on its way into the site's folder: written and synced beside its place, then put there.

    The version it replaces is kept under models/previous.
    """

    def __init__(self, folder: Path, model_id: str, text: str) -> None:
        """Writes the text out; the site reads nothing of it yet. Raises ConfigError when that fails."""
        self._models = folder / FOLDER
        self._name = quote(model_id, safe="")
        self._path = self._models / f"{self._name}.json"
        for path in sorted(self._models.glob("*.json")) if self._models.is_dir() else ():
            if parse(read_json(path), file=str(path)).id == model_id:
                self._path = path
        self._fresh = self._path.with_name(self._path.name + ".new")
        try:
            self._models.mkdir(exist_ok=True)
            with self._fresh.open("wb") as stream:
                stream.write(text.encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise _cannot(self._fresh, error) from error

    def put(self, old_version: str) -> Path:
        """Make it the site's; the file it has become."""
        try:
            if self._path.exists():
                previous = self._models / PREVIOUS
                previous.mkdir(exist_ok=True)
                (previous / f"{self._name}-{old_version}.json").write_bytes(self._path.read_bytes())
            self._fresh.replace(self._path)
            _sync(self._models)
        except OSError as error:
            raise _cannot(self._path, error) from error
        return self._path

    def drop(self) -> None:
        """Take it back; nothing changed."""
        self._fresh.unlink(missing_ok=True)


_SHIPPED: Final = "assets/models/"


def _documents(folder: Path | None) -> Iterator[tuple[str, object, bool]]:
    """(file, document, whether it is shipped), shipped ones first."""
    shipped = resources.files("assets").joinpath("models")
    for entry in sorted(shipped.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".json"):
            file = f"{_SHIPPED}{entry.name}"
            yield file, parse_json(decode(entry.read_bytes(), file=file), file=file), True
    own = folder / FOLDER if folder is not None else None
    if own is not None and own.is_dir():
        for path in sorted(own.glob("*.json")):
            yield str(path), read_json(path), False


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot(path: Path, error: OSError) -> ConfigError:
    return ConfigError("{file}: cannot be written ({reason})", file=path, reason=error.strerror or error)
