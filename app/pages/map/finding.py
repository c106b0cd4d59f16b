"""Find what has a place on the map by number, name, tag or street. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.formats import asset_name, shown
from app.pages.map.layers import word_of
from app.texts import _
from backend.model.plant import Registry
from widgets.maps.scene import Scene

MOST: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that can be found. key: id of a symbol or line."""

    key: str
    words: str
    kind: str
    sought: tuple[str, ...]
    """What it is found by, without case."""


def entries(scene: Scene, registry: Registry) -> tuple[Entry, ...]:
    """Everything with a place: symbols by number, name and tags, streets by name, pipes by number."""
    assets = {asset.id: asset for asset in registry.assets}
    tags: dict[str, list[str]] = {}
    for point in registry.points:
        tags.setdefault(point.asset, []).append(point.tag)
    found: list[Entry] = []
    for symbol in scene.symbols:
        asset = assets.get(symbol.id)
        number = shown(symbol.id, 24)
        name = asset_name(asset) if asset is not None else number
        known = (asset.name, asset.name_zh) if asset is not None else ()
        found.append(
            Entry(
                key=symbol.id,
                words=number if name == number else f"{number} {name}",
                kind=word_of(symbol.shape),
                sought=tuple(part.casefold() for part in (symbol.id, *known, *tags.get(symbol.id, ()))),
            )
        )
    streets = {line.name: (line.id, line.names) for line in reversed(scene.lines) if line.name}
    found += [
        Entry(key=line, words=shown(street, 48), kind=_("Street"), sought=tuple(map(str.casefold, names)))
        for street, (line, names) in sorted(streets.items())
    ]
    found += [
        Entry(key=line.id, words=shown(line.id, 24), kind=_("Pipe"), sought=(line.id.casefold(),))
        for line in scene.lines
    ]
    return tuple(found)


def search(every: tuple[Entry, ...], text: str) -> tuple[Entry, ...]:
    """The best matches: what is it exactly, then what begins so, then what has it anywhere."""
    sought = text.casefold().strip()
    if not sought:
        return ()
    ranked: list[tuple[int, Entry]] = []
    for entry in every:
        ranks = [_rank(part, sought) for part in entry.sought]
        best = min(ranks, default=_NOT)
        if best < _NOT:
            ranked.append((best, entry))
    ranked.sort(key=lambda each: each[0])
    return tuple(entry for _best, entry in ranked[:MOST])


_NOT: Final = 3


def _rank(part: str, sought: str) -> int:
    if part == sought:
        return 0
    if part.startswith(sought):
        return 1
    return 2 if sought in part else _NOT
