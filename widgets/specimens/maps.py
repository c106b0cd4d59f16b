"""The map and its parts, on made-up data; without the web page, which a gallery does not wait for."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from widgets.maps import Layer, LayerPanel, LayerRow, MapBoard, ScaleBar, Schematic
from widgets.maps.painting import plate_size
from widgets.maps.picture import METERS, Picture
from widgets.maps.scene import Line, Look, Mark, Overlay, Scene, Shape, Symbol, View
from widgets.maps.sprites import alarm_sprite, atlas, sign_of, valve_sprite
from widgets.mimic import ValveState
from widgets.notices.glyph import GlyphState
from widgets.specimens.sheet import column, page
from widgets.theme import current, px

HERE = (121.3, 30.9)
LAYERS = (
    Layer(key="hp", words="High pressure", count="63 km", pipe="hp"),
    Layer(key="mpa", words="Medium A", count="642 km", pipe="mpa"),
    Layer(key="stations", words="Stations", count="19", shape=Shape.STATION, rule=True),
    Layer(key="valves", words="Valves", count="2,316", shape=Shape.VALVE),
    Layer(key="wells", words="Valve wells", count="1,874", shape=Shape.WELL),
    Layer(key="detectors", words="Leak detectors", count="1,248", shape=Shape.DETECTOR),
    Layer(key="vehicles", words="Vehicles", count="9", shape=Shape.VEHICLE),
    Layer(key=METERS, words="Meters", count="412,806", ring=True),
)


def _at(east_m: float, north_m: float) -> tuple[float, float]:
    return HERE[0] + east_m / 95_500, HERE[1] + north_m / 110_870


def _scene() -> Scene:
    lines = [
        Line(id="P-1", tier="mpa", path=(_at(-600, -300), _at(600, 300)), name="Binjiang Avenue", main=True),
        Line(id="P-2", tier="shp", path=(_at(-600, 260), _at(0, -260)), main=True),
        Line(id="P-3", tier="lp", path=(_at(100, 50), _at(300, -250))),
    ]
    shapes = [shape for shape in Shape if shape is not Shape.VALVE]
    things = [
        Symbol(id=shape.value, shape=shape, layer=shape.value, at=_at(-480 + 110 * place, 230), label=shape.value)
        for place, shape in enumerate(shapes)
    ]
    valves = [
        Symbol(id=state.value, shape=Shape.VALVE, layer="valves", at=_at(-440 + 210 * place, -220), label=state.value)
        for place, state in enumerate(ValveState)
    ]
    return Scene(lines=tuple(lines), symbols=(*things, *valves))


def _looks() -> dict[str, Look]:
    looks = {state.value: Look(body=valve_sprite(state, "mpa"), sign=sign_of(state)) for state in ValveState}
    alarm = alarm_sprite(1, GlyphState.UNACKNOWLEDGED)
    return looks | {"well": Look(alarm=alarm, rank=1, note="31 %LEL"), "vehicle": Look(body="vehicle:hollow")}


def make() -> QWidget:
    """A board with every symbol, the bare schematic, the layers, the scale."""
    board = MapBoard(name="Map")
    board.setMinimumSize(px(640), px(420))
    board.show_scene(_scene())
    board.look_at(View(at=HERE, zoom=16))
    board.show_looks(_looks())
    board.ask(Overlay(casing=("P-1",), marks=(Mark(id="open", number=1, lines=("XV-0417", "open · remote")),)))
    picture = Picture(lambda lines: plate_size(tuple(lines), current()))
    picture.show(_scene())
    bare = Schematic(picture)
    bare.say("Schematic")
    bare.setMinimumSize(px(640), px(160))
    bare.show_view(View(at=HERE, zoom=15))
    bare.show_atlas(atlas(current(), 1.0))
    bare.show_frame(picture.frame(15, bare.projection().bounds()))
    scale = ScaleBar(name="Scale")
    scale.show_scale(2.05, "CGCS2000 · z16")
    panel = LayerPanel(LAYERS, name="Layers", note="Alarmed objects stay visible in every layer setting.")
    row = LayerRow(LAYERS[3], on=False)
    return page("Maps", column(("Board", board), ("Schematic", bare)), column(panel, ("One layer, off", row), scale))
