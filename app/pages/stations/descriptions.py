"""Read the mimic descriptions in assets/mimics; a wrong file is refused with file, place in it and reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import TypeAdapter, ValidationError

from backend.errors import ConfigError, mark
from backend.model.wording import first_problem, json_pointer
from widgets.mimic import TERMINALS, Mimic

_MIMIC = TypeAdapter(Mimic)
Problem = tuple[tuple[str | int, ...], ConfigError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The descriptions that could be read, and what was wrong with the others."""

    mimics: tuple[Mimic, ...]
    refused: tuple[ConfigError, ...] = ()

    def find(self, kinds: Iterable[str], models: Iterable[str]) -> Mimic | None:
        """The description of a place: of the first of its kinds that has one for one of its devices' models."""
        at_hand = set(models)
        for kind in kinds:
            for mimic in self.mimics:
                if kind in mimic.serves.kinds and at_hand & set(mimic.serves.models):
                    return mimic
        return None


@cache
def shipped() -> Shelf:
    """Every description in assets/mimics, read once."""
    return read_folder(files("assets") / "mimics")


def read_folder(folder: Traversable) -> Shelf:
    """Read every .json file of a folder, in the order of their names."""
    mimics, refused = [], []
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            try:
                mimics.append(parse(file.read_text(encoding="utf-8"), file=f"mimics/{file.name}"))
            except ConfigError as error:
                refused.append(error)
    return Shelf(mimics=tuple(mimics), refused=tuple(refused))


def parse(text: str, *, file: str) -> Mimic:
    """Read one description. Raises ConfigError with file, path in it and reason."""
    try:
        mimic = _MIMIC.validate_json(text)
    except ValidationError as error:
        place, reason = first_problem(error)
        raise _refusal(file, place, reason) from None
    for place, reason in _problems(mimic):
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


def _zone(mimic: Mimic, place: tuple[str | int, ...], zone: str) -> Iterator[Problem]:
    if zone not in mimic.zones:
        yield place, ConfigError(mark("there is no zone {id}"), id=zone)


def _on_board(mimic: Mimic, place: tuple[str | int, ...], at: tuple[float, float]) -> Iterator[Problem]:
    if at[0] > mimic.board[0] or at[1] > mimic.board[1]:
        yield place, ConfigError(mark("lies outside the board"))
