"""What is told to the map's page, as JSON: numbers, names of sprites and plain text; never markup, never code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from PySide6.QtGui import QColor

from widgets.maps.mercator import unit
from widgets.maps.painting import ARROW, CUT_DASH, CUT_WIDER, ELLIPSE_SHADE, ROAD_M, STREET_M
from widgets.maps.picture import Picture
from widgets.maps.scene import GROUNDS, SIZES, THINNING, Frame, Overlay, Place, View
from widgets.maps.sprites import Atlas
from widgets.maps.tiles import TilesInfo
from widgets.theme import Theme

_DIGITS: Final = 10
"""Of world units: an eighth of a px at the nearest zoom."""
_COLOURS: Final = (
    *(
        "bg0",
        "bg1",
        "bg2",
        "bg3",
        "line1",
        "line2",
        "line3",
        "text1",
        "text2",
        "text3",
        "you",
        "you_bg",
        "on_you",
        "emphasis",
    ),
)


def theme_message(theme: Theme, atlas: Atlas, number: int) -> str:
    """Colours, pipe widths and where each sprite is in the atlas of this number."""
    colours = {name: _css(getattr(theme, name)) for name in _COLOURS}
    colours |= {name: _css(colour) for name, colour in theme.ground.items()}
    pipes = {name: [_css(pipe.colour), pipe.width * theme.scale] for name, pipe in theme.pipes.items()}
    return _json(
        kind="theme",
        colours=colours,
        pipes=pipes,
        scale=theme.scale,
        atlas=f"atlas/{number}.png",
        ratio=atlas.ratio,
        thinning=THINNING,
        grounds=GROUNDS,
        streets=[STREET_M, ROAD_M],
        cut=[CUT_WIDER, *CUT_DASH],
        arrow=ARROW,
        shade=ELLIPSE_SHADE,
        sprites=atlas.places,
    )


def scene_message(picture: Picture) -> str:
    """Lines and symbols where they lie; symbols are spoken of by their number from then on."""
    scene = picture.scene
    lines = [[line.tier, int(line.main), _flat(line.path)] for line in scene.lines]
    symbols = [
        [_short(x), _short(y), SIZES[symbol.shape], round(symbol.angle, 1), symbol.shape.value, float(dx), float(dy)]
        for symbol, x, y, dx, dy in zip(scene.symbols, picture.x, picture.y, picture.dx, picture.dy, strict=True)
    ]
    areas = [[_flat(area.corners) for area in scene.areas if area.ground == ground] for ground in GROUNDS]
    return _json(kind="scene", lines=lines, symbols=symbols, areas=areas)


def looks_message(picture: Picture, indices: Iterable[int]) -> str:
    """How these symbols look now; with a place for those that moved."""
    rows: list[list[int | str | float]] = []
    for index in indices:
        look = picture.looks[index]
        row: list[int | str | float] = [index, look.body, look.sign, look.alarm]
        if look.at is not None:
            row += [_short(float(picture.x[index])), _short(float(picture.y[index]))]
        rows.append(row)
    return _json(kind="looks", looks=rows)


def frame_message(frame: Frame) -> str:
    """What is drawn at the zoom in view."""
    return _json(
        kind="frame",
        visible=frame.visible,
        selected=frame.selected,
        off=sorted(frame.tiers_off),
        rings=[[_short(ring.x), _short(ring.y), ring.radius, ring.words] for ring in frame.rings],
        names=[[_short(one.x), _short(one.y), one.angle, int(one.large), one.words] for one in frame.names],
        arrows=[[_short(one.x), _short(one.y), one.angle] for one in frame.arrows],
        labels=[
            [_short(one.x), _short(one.y), one.dx, one.dy, one.width, one.height, one.kind.value, one.lines, one.badge]
            for one in frame.labels
        ],
    )


def question_message(picture: Picture, overlay: Overlay) -> str:
    """What lies over the network for one question."""
    casing = [[line.tier, _flat(line.path)] for key in overlay.casing if (line := picture.line(key)) is not None]
    selected = picture.line(picture.selected)
    circle = None
    if overlay.circle is not None:
        (lon, lat), metres = overlay.circle
        circle = [*_flat(((lon, lat),)), metres, lat]
    return _json(
        kind="question",
        casing=casing,
        selected=_flat(selected.path) if selected is not None else [],
        marks=[[picture.number_of(mark.id), int(mark.chosen)] for mark in overlay.marks],
        area=_flat(overlay.area),
        circle=circle,
        path=_flat(overlay.path),
        routes=[_flat(route) for route in overlay.routes],
    )


def situation_message(picture: Picture) -> str:
    """What lies over the network whatever is asked."""
    situation = picture.situation
    ellipses = [[*_flat((one.at,)), one.angle, one.along_m, one.across_m, one.at[1]] for one in situation.ellipses]
    cut = [[line.tier, _flat(line.path)] for key in sorted(situation.cut) if (line := picture.line(key)) is not None]
    return _json(kind="situation", ellipses=ellipses, cut=cut, track=_flat(situation.track))


def view_message(view: View, number: int) -> str:
    """Look there; the page says this number with every move until it hears the next."""
    return _json(kind="view", lon=view.at[0], lat=view.at[1], zoom=view.zoom, number=number)


def base_message(info: TilesInfo | None) -> str:
    """Which tiles there are to lay under the network."""
    return _json(kind="base", zooms=info.zooms if info is not None else None)


def beat_message(*, fast: bool, slow: bool) -> str:
    """Whether the rings of unacknowledged and of returned alarms are lit."""
    return _json(kind="beat", fast=fast, slow=slow)


def _flat(path: Iterable[Place]) -> list[float]:
    return [_short(number) for place in path for number in unit(*place)]


def _short(number: float) -> float:
    return round(float(number), _DIGITS)


def _css(colour: QColor) -> str:
    return colour.name()


def _json(**message: object) -> str:
    return json.dumps(message, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
