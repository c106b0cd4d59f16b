"""The parts of the map that need no page: sprites, the shelf, tiles, messages, the document, the schematic, layers."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.maps.conftest import HERE, PIXEL, SCENE, mbtiles
from widgets.maps import LayerPanel, MapBoard, ScaleBar, document
from widgets.maps.maker import Document, DocumentMaker
from widgets.maps.messages import frame_message, scene_message, theme_message
from widgets.maps.naming import names
from widgets.maps.picture import Picture
from widgets.maps.scale_bar import length_text, round_length
from widgets.maps.scene import Area, Label, LabelKind, Line, Look, Shape, View
from widgets.maps.shelf import Shelf
from widgets.maps.sprites import Atlas, alarm_sprite, atlas, valve_sprite
from widgets.maps.tiles import Tiles, TilesError, newest
from widgets.mimic import ValveState
from widgets.notices.glyph import GlyphState
from widgets.specimens.maps import LAYERS
from widgets.theme import THEMES, apply, current, load

# -- sprites -----------------------------------------------------------------------------------------------------------


def cut(sheet: Atlas, name: str) -> QImage:
    left, top, edge = sheet.places[name]
    ratio = sheet.ratio
    return sheet.image.copy(round(left * ratio), round(top * ratio), round(edge * ratio), round(edge * ratio))


@pytest.mark.parametrize("theme", THEMES)
def test_every_symbol_is_painted_and_no_two_valve_states_look_alike(qapp: QApplication, theme: str) -> None:
    apply(qapp, load(theme))
    sheet = atlas(current(), 2.0)
    for shape in Shape:
        name = valve_sprite(ValveState.OPEN, "mpa") if shape is Shape.VALVE else shape.value
        assert any(cut(sheet, name).pixelColor(x, x).alpha() for x in range(2, 20)), name
    states = [
        cut(sheet, valve_sprite(state, "mpa"))
        for state in (ValveState.OPEN, ValveState.CLOSED, ValveState.TRAVELLING, ValveState.UNKNOWN)
    ]
    assert all(one != other for one, other in combinations(states, 2))


def test_no_two_sprites_lie_over_each_other(qapp: QApplication) -> None:
    places = list(atlas(current(), 1.0).places.values())
    for (left, top, edge), (x, y, other) in combinations(places, 2):
        assert left + edge <= x or x + other <= left or top + edge <= y or y + other <= top


def test_every_alarm_has_its_glyph_in_both_beats(qapp: QApplication) -> None:
    sheet = atlas(current(), 1.0)
    for priority in (1, 2, 3, 4):
        name = alarm_sprite(priority, GlyphState.UNACKNOWLEDGED)
        assert cut(sheet, f"{name}:lit") != cut(sheet, f"{name}:dim")


# -- what the page may ask for -----------------------------------------------------------------------------------------


def test_the_shelf_has_our_files_leaflet_fonts_and_nothing_else(qapp: QApplication) -> None:
    shelf = Shelf(html="<!doctype html>", script="var x;", atlas=atlas(current(), 1.0))
    for path in (
        "index.html",
        "map.js",
        "leaflet.js",
        "leaflet.css",
        "qwebchannel.js",
        "desk.js",
        "map.css",
        "fonts/Inter-Regular.ttf",
        "atlas/1.png",
    ):
        assert shelf.find(path) is not None, path
    for path in (
        "../themes/dark.toml",
        "secret.js",
        "fonts/../themes/dark.toml",
        "fonts/README.md",
        "tiles/1/0/0.png",
        "",
        "a/b/c",
        "map.css/x",
        "/etc/passwd",
    ):
        assert shelf.find(path) is None, path


def test_our_files_hold_no_colour_no_address_and_no_way_to_write_markup() -> None:
    ours = [file for file in (files("assets") / "map").iterdir() if file.name.endswith((".js", ".css"))]
    assert len(ours) > 5
    for file in ours:
        words = file.read_text(encoding="utf-8")
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", words), file.name
        assert not re.search(r"https?:|//[a-z]+\.", words), file.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", words), (
            file.name
        )


def test_the_document_of_folium_points_nowhere_and_holds_no_script() -> None:
    made = document.build()
    assert re.findall(r'(?:src|href)="([^"]+)"', made["html"]) == [*document.STYLES, *document.SCRIPTS]
    assert "http" not in made["html"] + made["script"]
    assert "<style" not in made["html"]
    assert re.findall(r"<script[^>]*>[^<]", made["html"]) == []
    assert "preferCanvas" in made["script"]
    assert f"var {document.MAP} = L.map(" in made["script"]


def test_a_document_that_cannot_be_made_is_said(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widgets.maps.maker._Holder.document", None)
    monkeypatch.setattr("widgets.maps.maker._PROGRAM", ("-c", "raise SystemExit('no folium here')"))
    maker = DocumentMaker()
    with qtbot.waitSignal(maker.failed, timeout=10_000) as failed:
        maker.start()
    assert "no folium here" in failed.args[0]
    monkeypatch.setattr("widgets.maps.maker._Holder.document", Document(html="a", script="b"))
    with qtbot.waitSignal(maker.made, timeout=10_000):
        maker.start()


# -- tiles -------------------------------------------------------------------------------------------------------------


def test_a_tile_is_found_by_its_row_from_the_north(tmp_path: Path) -> None:
    tiles = Tiles(mbtiles(tmp_path / "a.mbtiles", date="2026-01-15T00:00:00Z"))
    assert tiles.tile(3, 6, 3) == (b"image/png", PIXEL)
    assert tiles.tile(3, 6, 4) is None
    assert tiles.tile(3, 6, 8) is None
    assert (tiles.info.name, tiles.info.date, tiles.info.zooms) == ("city", "2026-01-15", (3, 3))
    assert Shelf(tiles=tiles).find("tiles/3/6/3.png") == (b"image/png", PIXEL)
    assert Shelf(tiles=tiles).find("tiles/3/-6/2.png") is None
    tiles.close()
    assert tiles.tile(3, 6, 3) is None


@pytest.mark.parametrize("rest", [{"tiles": False}, {"kind": "pbf"}])
def test_a_file_without_picture_tiles_is_refused(tmp_path: Path, rest: dict[str, object]) -> None:
    with pytest.raises(TilesError, match="no picture tiles"):
        Tiles(mbtiles(tmp_path / "a.mbtiles", **rest))  # type: ignore[arg-type]


def test_a_file_that_is_no_database_is_refused_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.mbtiles"
    file.write_bytes(b"no database at all")
    with pytest.raises(TilesError):
        Tiles(file)
    assert file.read_bytes() == b"no database at all"
    assert newest(tmp_path) == file
    assert newest(tmp_path / "nowhere") is None


# -- what is told ------------------------------------------------------------------------------------------------------


def test_messages_are_ascii_json_with_every_name_as_it_is(qapp: QApplication) -> None:
    evil = "</script>\u202e<img src=x onerror=1>\u2028"
    picture = Picture(lambda lines: (10.0, 10.0))
    picture.show(SCENE)
    frame = picture.frame(16, (0.0, 0.0, 1.0, 1.0))
    label = Label(id="x", x=0.5, y=0.5, dx=0, dy=0, width=1, height=1, lines=(evil,), kind=LabelKind.NAMED)
    message = frame_message(type(frame)(visible=frame.visible, labels=(label,)))
    assert message.isascii()
    assert json.loads(message)["labels"][0][7] == [evil]
    told = json.loads(scene_message(picture))
    assert [line[0] for line in told["lines"]] == ["mpa", "hp"]
    assert len(told["symbols"]) == 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_page_is_told_only_colours_of_the_theme(qapp: QApplication, theme: str) -> None:
    apply(qapp, load(theme))
    told = json.loads(theme_message(current(), atlas(current(), 1.0), 3))
    assert told["colours"]["land"] == current().ground["land"].name()
    assert {tier: colour for tier, (colour, _width) in told["pipes"].items()} == {
        tier: pipe.colour.name() for tier, pipe in current().pipes.items()
    }
    assert all(QColor(colour).isValid() for colour in told["colours"].values())
    assert told["atlas"] == "atlas/3.png"


# -- names on the ground -----------------------------------------------------------------------------------------------

STREET = Line(id="P-1", tier="mpa", path=(HERE, (HERE[0] + 0.01, HERE[1] + 0.005)), name="Port Street")
WORLD = (0.0, 0.0, 1.0, 1.0)


def test_a_street_says_its_name_along_itself_when_it_is_long_enough() -> None:
    (name,) = names([STREET], (), 16, WORLD, lambda words: 80.0)
    assert name.words == "Port Street"
    assert -40 < name.angle < -20
    assert names([STREET], (), 16, WORLD, lambda words: 9_000.0) == ()
    assert names([STREET], (), 13, WORLD, lambda words: 80.0) == ()


def test_a_street_of_many_pieces_does_not_repeat_itself_at_every_corner() -> None:
    pieces = [
        Line(
            id=f"P-{n}",
            tier="mpa",
            path=((HERE[0] + n * 0.001, HERE[1]), (HERE[0] + (n + 1) * 0.001, HERE[1])),
            name="Port Street",
        )
        for n in range(20)
    ]
    assert 1 <= len(names(pieces, (), 17, WORLD, lambda words: 60.0)) <= 20 * 95 / (420 * 1.02) + 2


def test_a_district_says_its_name_in_its_middle() -> None:
    area = Area(id="Z-07", name="Binjiang", corners=((121.0, 30.0), (121.2, 30.0), (121.2, 30.2), (121.0, 30.2)))
    (name,) = names((), [area], 13, WORLD, lambda words: 60.0)
    assert (name.words, name.large, name.angle) == ("Binjiang", True, 0.0)


# -- the schematic -----------------------------------------------------------------------------------------------------


@pytest.fixture
def board(qtbot: QtBot) -> MapBoard:
    made = MapBoard(name="Map")
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show_scene(SCENE)
    made.look_at(View(at=SCENE.symbols[1].at, zoom=16))
    made.show()
    return made


def test_the_schematic_draws_pipes_symbols_and_follows_states_and_theme(board: MapBoard, qapp: QApplication) -> None:
    plain = board.grab().toImage()
    board.show_looks({"XV-0417": Look(body="valve:closed:mpa")})
    closed = board.grab().toImage()
    assert closed != plain
    board.switch_off(["mpa"])
    assert board.grab().toImage() != closed
    apply(qapp, load("light"))
    assert board.grab().toImage().pixelColor(5, 395) == load("light").ground["land"]


def test_the_schematic_is_clicked_dragged_and_zoomed(board: MapBoard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(board.pointed) as pointed:
        qtbot.mouseClick(board.schematic, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert pointed.args[2].symbol == "XV-0417"
    before = board.view()
    qtbot.mousePress(board.schematic, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    qtbot.mouseMove(board.schematic, QPoint(200, 200))
    qtbot.mouseRelease(board.schematic, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert board.view().at[0] > before.at[0]
    wheel = QWheelEvent(
        QPointF(300, 200), QPointF(300, 200), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(board.schematic, wheel)
    assert board.view().zoom == 17


def test_zoom_stops_at_both_ends(board: MapBoard) -> None:
    board.zoom_by(50)
    assert board.view().zoom == 19
    board.zoom_by(-50)
    assert board.view().zoom == 8


# -- layers and scale --------------------------------------------------------------------------------------------------


def test_a_switched_layer_is_told_and_arrows_walk(qtbot: QtBot) -> None:
    panel = LayerPanel(LAYERS, name="Layers")
    qtbot.addWidget(panel)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    told: list[frozenset[str]] = []
    panel.switched.connect(told.append)
    panel.focus_first()
    panel.step(1)
    row = QApplication.focusWidget()
    assert row is not None
    qtbot.keyClick(row, Qt.Key.Key_Space)
    assert told == [frozenset({"mpa"})]
    panel.set_off(frozenset({"hp", "meters"}))
    assert panel.off() == {"hp", "meters"}
    assert len(told) == 1


@pytest.mark.parametrize(
    ("metres", "round_", "words"),
    [(246.0, 200.0, "200\u2009m"), (999.9, 500.0, "500\u2009m"), (1000.0, 1000.0, "1\u2009km"), (7.1, 5.0, "5\u2009m")],
)
def test_the_scale_is_a_round_length(metres: float, round_: float, words: str) -> None:
    assert round_length(metres) == round_
    assert length_text(round_) == words


def test_the_scale_says_what_it_shows(qtbot: QtBot) -> None:
    bar = ScaleBar(name="Scale")
    qtbot.addWidget(bar)
    bar.show_scale(2.05, "CGCS2000 · z16")
    assert bar.accessibleDescription() == "200\u2009m CGCS2000 · z16"


def test_water_says_its_name_along_its_longest_side_when_near() -> None:
    # Twice as long from west to east as from north to south: the name lies level.
    corners = (HERE, (HERE[0] + 0.02, HERE[1]), (HERE[0] + 0.02, HERE[1] + 0.005), (HERE[0], HERE[1] + 0.005))
    river = Area(id="W-1", corners=corners, name="Qing River", ground="water")
    (name,) = names((), [river], 16, WORLD, lambda words: 60.0)
    assert (name.words, name.angle, name.large) == ("Qing River", 0.0, False)
    assert names((), [river], 13, WORLD, lambda words: 60.0) == ()
