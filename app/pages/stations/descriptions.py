"""Read the mimic descriptions of the site (`mimics/` in its folder) and those in assets/mimics, whose README says what
is in one; the site's go first. A wrong file is refused with file, place in it and reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from backend.errors import ConfigError, mark
from backend.model.wording import first_problem, json_pointer
from widgets.mimic import TERMINALS, Mimic

FOLDER: Final = "mimics"
"""In the folder of the site."""
_MIMIC = TypeAdapter(Mimic)
_LARGEST: Final = 1 << 20
"""Characters of a description."""
Problem = tuple[tuple[str | int, ...], ConfigError]
Properties = Mapping[str, Collection[str]]
"""Thing model → the properties it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The descriptions that could be read, and what was wrong with the others. own: those of the site."""

    mimics: tuple[Mimic, ...]
    refused: tuple[ConfigError, ...] = ()
    own: tuple[Mimic, ...] = ()

    def find(self, kinds: Iterable[str], models: Iterable[str]) -> Mimic | None:
        """The description of a place: the site's before the shipped ones; of the first of its kinds that has one for
        one of its devices' models."""
        at_hand, wanted = set(models), tuple(kinds)
        for shelf in (self.own, self.mimics):
            for kind in wanted:
                for mimic in shelf:
                    if kind in mimic.serves.kinds and at_hand & set(mimic.serves.models):
                        return mimic
        return None


class SiteShelf:
    """The shelf of a site, read again once a file of its folder has changed."""

    def __init__(self, site: Path) -> None:
        self._folder = site / FOLDER
        self._seen: object = None
        self._shelf = shipped()

    def look(self, known: Properties) -> Shelf:
        """What is there now. known: what the models of the site have; a property that none of them has is refused."""
        seen = _signature(self._folder), known
        if seen != self._seen:
            self._seen = seen
            own = read_folder(self._folder, known) if self._folder.is_dir() else Shelf(mimics=())
            self._shelf = Shelf(mimics=shipped().mimics, refused=(*own.refused, *shipped().refused), own=own.mimics)
        return self._shelf


def _signature(folder: Path) -> tuple[object, ...]:
    """Changes when a description does; () where there is no folder."""
    try:
        found = [(file.name, file.stat()) for file in sorted(folder.glob("*.json"))]
    except OSError:
        return ()
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)


@cache
def shipped() -> Shelf:
    """Every description in assets/mimics, read once."""
    return read_folder(files("assets") / "mimics")


def read_folder(folder: Traversable, known: Properties | None = None) -> Shelf:
    """Read every .json file of a folder, in the order of their names. known: properties that may be named."""
    mimics, refused = [], []
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            try:
                mimics.append(parse(_text(file), file=f"{FOLDER}/{file.name}", known=known))
            except ConfigError as error:
                refused.append(error)
    return Shelf(mimics=tuple(mimics), refused=tuple(refused))


def _text(file: Traversable) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(f"{FOLDER}/{file.name}", (), ConfigError("{message}", message=str(error))) from error
    if len(text) > _LARGEST:
        raise _refusal(f"{FOLDER}/{file.name}", (), ConfigError(mark("is too long")))
    return text


def parse(text: str, *, file: str, known: Properties | None = None) -> Mimic:
    """Read one description. Raises ConfigError with file, path in it and reason."""
    try:
        mimic = _MIMIC.validate_json(text)
    except ValidationError as error:
        place, reason = first_problem(error)
        raise _refusal(file, place, reason) from None
    for place, reason in (*_problems(mimic), *_unknown(mimic, known)):
        raise _refusal(file, place, reason)
    return mimic


def _refusal(file: str, place: tuple[str | int, ...], reason: ConfigError) -> ConfigError:
    return ConfigError("{file}, at {path}: {reason}", file=file, path=json_pointer(place), reason=reason)


def _problems(mimic: Mimic) -> Iterator[Problem]:
    """What the entries alone cannot show: ids, zones, places on the board, ends of pipes."""
    ids: set[str] = {box.point for box in mimic.boxes}
    if len(ids) < len(mimic.boxes):
        yield ("boxes",), ConfigError(mark("shows a property twice"))
    for index, element in enumerate(mimic.elements):
        if element.id in ids:
            yield ("elements", index, "id"), ConfigError(mark("{id} is there already"), id=element.id)
        ids.add(element.id)
        yield from _on_board(mimic, ("elements", index, "at"), element.at)
        yield from _zone(mimic, ("elements", index, "zone"), element.zone)
    yield from _pipe_problems(mimic)
    for index, box in enumerate(mimic.boxes):
        yield from _on_board(mimic, ("boxes", index, "x"), (box.x, 0))
        if box.tap is not None:
            yield from _on_board(mimic, ("boxes", index, "tap"), box.tap)


def _pipe_problems(mimic: Mimic) -> Iterator[Problem]:
    by_id = {element.id: element for element in mimic.elements}
    joined = {end for pipe in mimic.pipes for end in (pipe.start, pipe.end)}
    for index, pipe in enumerate(mimic.pipes):
        for key, end in (("from", pipe.start), ("to", pipe.end)):
            if end not in by_id:
                yield ("pipes", index, key), ConfigError(mark("there is no element {id}"), id=end)
        yield from _zone(mimic, ("pipes", index, "zone"), pipe.zone)
        for corner, at in enumerate(pipe.via):
            yield from _on_board(mimic, ("pipes", index, "via", corner), at)
    ends = [each for each in mimic.elements if each.kind in TERMINALS and each.id in joined]
    if mimic.pipes and not ends:
        yield ("pipes",), ConfigError(mark("need an element where gas comes in or goes out"))


def _unknown(mimic: Mimic, known: Properties | None) -> Iterator[Problem]:
    """Models that there are not, and properties that none of the served ones has."""
    if known is None:
        return
    for index, model in enumerate(mimic.serves.models):
        if model not in known:
            yield ("serves", "models", index), ConfigError(mark("there is no thing model {id}"), id=model)
    offered = {name for model in mimic.serves.models for name in known.get(model, ())}
    for place, name in mimic.properties():
        if name not in offered:
            yield place, ConfigError(mark("none of its thing models has a property {id}"), id=name)


def _zone(mimic: Mimic, place: tuple[str | int, ...], zone: str) -> Iterator[Problem]:
    if zone not in mimic.zones:
        yield place, ConfigError(mark("there is no zone {id}"), id=zone)


def _on_board(mimic: Mimic, place: tuple[str | int, ...], at: tuple[float, float]) -> Iterator[Problem]:
    if at[0] > mimic.board[0] or at[1] > mimic.board[1]:
        yield place, ConfigError(mark("lies outside the board"))
