"""The thing models of a site: those shipped with Linepack and those in the site's own models folder."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from backend.errors import ConfigError
from backend.model.thing_model import ThingModel, parse
from backend.site.documents import decode, parse_json, read_json


def thing_models(folder: Path | None = None) -> dict[str, ThingModel]:
    """Models by id: shipped, and `folder`/models/*.json when a site folder is given.

    Raises ConfigError naming the file, the place in it and the reason; also when two files give the same id, since
    a site's file must not silently take the place of a shipped one.
    """
    models: dict[str, ThingModel] = {}
    origin: dict[str, str] = {}
    for file, document in _documents(folder):
        model = parse(document, file=file)
        if model.id in models:
            raise ConfigError(
                "{file}: the model id {id} is given by {other} already", file=file, id=model.id, other=origin[model.id]
            )
        models[model.id] = model
        origin[model.id] = file
    return models


def _documents(folder: Path | None) -> Iterator[tuple[str, object]]:
    shipped = resources.files("assets").joinpath("models")
    for entry in sorted(shipped.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".json"):
            file = f"assets/models/{entry.name}"
            yield file, parse_json(decode(entry.read_bytes(), file=file), file=file)
    own = folder / "models" if folder is not None else None
    if own is not None and own.is_dir():
        for path in sorted(own.glob("*.json")):
            yield str(path), read_json(path)
