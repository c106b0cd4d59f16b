"""The page: nothing from outside, no script inside, texts as they are, states in time, and what a death of it does."""

from __future__ import annotations

import time
from itertools import cycle
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.maps.conftest import HERE, SCENE, Web, mbtiles
from widgets.maps import MapBoard, messages
from widgets.maps.picture import LEAKS, Hit
from widgets.maps.scene import (
    Ellipse,
    Frame,
    Label,
    LabelKind,
    Line,
    Look,
    Mark,
    Name,
    Overlay,
    Scene,
    Shape,
    Situation,
    Symbol,
    View,
)
from widgets.maps.tiles import Tiles
from widgets.notices.glyph import GlyphState
from widgets.theme import apply, load

ADD = "(window.add = (tag, parts) => document.body.appendChild(Object.assign(document.createElement(tag), parts)) && 0)"
TIMED = """(() => {{
  const before = performance.now();
  for (let n = 0; n < 10; n++) {{ {} }}
  return (performance.now() - before) / 10;
}})()"""
EVIL = [
    "<img src=x onerror=document.title='owned'>",
    "<script>document.title='owned'</script>",
    "</div><b>bold</b>&amp;",
    '"};document.title="owned";//',
    "\u2028\u2029',alert(1),'",
]
WRAPS = (
    *("{evil}", "{n}{evil}", "\u202e{evil}\u202c {n}", "<svg onload={n}>{evil}"),
    *("{evil}\r\n{n}\t\u200b", "'\"`${{{n}}}{evil}"),
)


def test_normal_use_asks_for_nothing_outside_and_the_page_complains_of_nothing(web: Web) -> None:
    board, page = web.board, web.board.web
    assert page is not None
    board.look_at(View(at=HERE, zoom=16))
    board.select("XV-0417")
    board.ask(Overlay(casing=("P-1",), marks=(Mark(id="XV-0417", number=1, lines=("1 XV-0417",)),)))
    board.ask(Overlay())
    board.select("")
    assert web.ask("linepack.map.getZoom()") == 16
    assert page.fence.blocked == []
    assert page.fence.count == 0
    assert page.server.missing == []
    assert page.page.complaints == []


def test_the_page_was_made_by_folium_and_draws_on_canvas(web: Web) -> None:
    assert web.ask("map_linepack.options.preferCanvas") is True
    assert web.ask("L.version") == "1.9.3"
    assert web.ask("document.querySelectorAll('canvas.sheet').length") == 4
    assert web.ask("document.querySelectorAll('.folium-map svg, .folium-map img').length") == 0


@pytest.mark.parametrize(
    "code",
    [
        "add('img', {src: 'https://tile.example.org/1/0/0.png'})",
        "add('img', {src: 'http://127.0.0.1:1/x.png'})",
        "fetch('https://example.org/').catch(() => 0) && 0",
        "add('script', {src: 'https://example.org/a.js'})",
        "add('iframe', {src: 'https://example.org/'})",
        "add('link', {rel: 'stylesheet', href: 'https://example.org/a.css'})",
    ],
)
def test_what_points_outside_is_refused_by_the_policy_of_the_page(web: Web, code: str) -> None:
    page = web.board.web
    assert page is not None
    web.ask(f"{ADD} && {code}")
    web.until(lambda: any("Content Security Policy" in words for words in page.page.complaints))
    page.page.complaints.clear()


def test_what_gets_past_the_policy_is_blocked_and_counted_by_the_fence(web: Web) -> None:
    page = web.board.web
    assert page is not None
    before = page.fence.count
    # The policy binds the page; a download that Qt itself starts only meets the fence.
    page.page.download(QUrl("http://127.0.0.1:1/tile.png"))
    web.until(lambda: page.fence.count == before + 1)
    assert page.fence.blocked[-1] == "http://127.0.0.1:1/tile.png"


def test_the_page_goes_nowhere(web: Web) -> None:
    web.ask("(location.href = 'https://example.org/') && 0")
    web.ask("window.open('https://example.org/') === null")
    assert web.ask("location.href") == "linepack://map/index.html"


def test_a_script_inside_the_page_never_runs(web: Web) -> None:
    page = web.board.web
    assert page is not None
    web.ask(f"{ADD} && add('script', {{textContent: 'window.ran = 1'}})")
    web.ask(f"{ADD} && add('p', {{}}) || document.body.lastChild.setAttribute('onclick', 'window.ran = 1')")
    web.ask("document.body.lastChild.click() || 0")
    assert web.ask("typeof window.ran") == "undefined"
    assert any("inline" in words for words in page.page.complaints)
    page.page.complaints.clear()


def test_names_are_shown_as_they_are(web: Web) -> None:
    board = web.board
    named = tuple(
        Symbol(id=f"E-{n}", shape=Shape.STATION, layer="s", at=(HERE[0], HERE[1] + n * 0.005), label=name, named=True)
        for n, name in enumerate(EVIL)
    )
    board.show_scene(Scene(symbols=named))
    board.look_at(View(at=(HERE[0], HERE[1] + 0.01), zoom=13))
    web.holds("document.querySelectorAll('.plate .name').length === 5")
    texts = web.ask("[...document.querySelectorAll('.plate .name')].map(each => each.textContent)")
    assert sorted(texts) == sorted(EVIL)
    assert web.ask("document.querySelectorAll('.plate img, .plate script, .plate b').length") == 0
    assert web.ask("document.title") == "Linepack"


def test_two_hundred_evil_names_are_shown_literally_and_run_nothing(web: Web) -> None:
    """F61: names as devices may send them, each on a plate of its own."""
    page = web.board.web
    assert page is not None
    evil = tuple(wrap.format(n=n, evil=EVIL[n % len(EVIL)]) for n, wrap in zip(range(200), cycle(WRAPS), strict=False))
    labels = tuple(
        Label(id=str(n), x=0.8, y=0.4, dx=0, dy=20.0 * n, width=9, height=18, lines=(name, name), kind=LabelKind.NAMED)
        for n, name in enumerate(evil)
    )
    names = tuple(Name(x=0.8, y=0.4, words=name) for name in evil)
    scripts = web.ask("document.scripts.length")
    page.tell(messages.frame_message(Frame(labels=labels, names=names)))
    web.holds("document.querySelectorAll('.plate').length === 200")
    texts = web.ask("[...document.querySelectorAll('.plate .name, .plate .note')].map(each => each.textContent)")
    assert texts == [name for name in evil for _line in range(2)]
    tags = web.ask("[...new Set([...document.querySelectorAll('.plate *')].map(each => each.tagName))]")
    assert tags == ["DIV"]
    assert web.ask("[document.title, typeof window.ran, document.scripts.length]") == ["Linepack", "undefined", scripts]
    assert (page.fence.count, page.page.complaints) == (0, [])


def test_leaks_isolated_pipes_tracks_and_arrows_reach_the_page(web: Web) -> None:
    board = web.board
    board.look_at(View(at=HERE, zoom=16))
    leak = Ellipse(at=HERE, angle=-38.0, along_m=40.0, across_m=13.0)
    board.stand(Situation(ellipses=(leak,), cut=frozenset({"P-1"}), track=(HERE, SCENE.symbols[1].at)))
    assert web.ask("linepack.question.ellipses[0].slice(2, 5)") == [-38.0, 40.0, 13.0]
    assert web.ask("linepack.ground.cut.map(each => each[0])") == ["mpa"]
    assert web.ask("linepack.question.track.length") == 4
    board.switch_off({LEAKS})
    assert web.ask("linepack.question.ellipses") == []
    board.switch_off(())
    assert web.ask("linepack.question.ellipses.length") == 1
    board.ask(Overlay(routes=((HERE, SCENE.symbols[1].at),)))
    assert web.ask("linepack.question.routes.length") == 1
    board.stand(Situation())
    assert web.ask("[linepack.ground.cut, linepack.question.ellipses, linepack.question.track]") == [[], [], []]


def test_a_drag_beyond_what_was_painted_is_painted_on_the_way(web: Web) -> None:
    board = web.board
    board.look_at(View(at=HERE, zoom=16))
    assert web.ask("linepack.ground.sheet.leaves()") is False
    # As a hand drags: the map has moved, but the hand has not let go.
    assert web.ask("(linepack.map._rawPanBy(L.point(400, 0)), linepack.ground.sheet.leaves())") is True
    assert web.ask("(linepack.map.fire('move'), linepack.ground.sheet.leaves())") is False
    web.until(lambda: board.view().at[0] > HERE[0])


def test_a_valve_and_an_alarm_reach_the_page_and_only_what_changed_is_sent(web: Web) -> None:
    board = web.board
    told: list[str] = []
    assert board.web is not None
    board.web.line.said.connect(told.append)
    board.show_looks({"XV-0417": Look(body="valve:open:mpa"), "R-12": Look()})
    board.show_looks({"XV-0417": Look(body="valve:closed:mpa"), "R-12": Look()})
    board.show_looks({"XV-0417": Look(body="valve:closed:mpa"), "R-12": Look()})
    board.web.line.said.disconnect(told.append)
    assert [message for message in told if '"looks"' in message] == [
        '{"kind":"looks","looks":[[1,"valve:open:mpa","",""]]}',
        '{"kind":"looks","looks":[[1,"valve:closed:mpa","",""]]}',
    ]
    assert web.ask("linepack.symbols.looks[1][1]") == "valve:closed:mpa"
    alarm = f"alarm:1:{GlyphState.UNACKNOWLEDGED.value}"
    board.show_looks({"VW-0418": Look(alarm=alarm, rank=1, note="31 %LEL")})
    assert web.ask("linepack.symbols.alarmed.map(each => each[0])") == [alarm]
    assert "31 %LEL" in web.ask("[...document.querySelectorAll('.plate .note')].map(each => each.textContent)")


def test_the_theme_changes_without_loading_the_page_again(web: Web, qapp: QApplication) -> None:
    assert web.ask("window.stays = 7") == 7
    dark = load("dark").ground["land"].name()
    light = load("light").ground["land"].name()
    assert web.ask("linepack.colours.land") == dark
    apply(qapp, load("light"))
    web.holds(f"linepack.colours.land === '{light}'")
    assert web.ask("getComputedStyle(document.body).backgroundColor") == "rgb({}, {}, {})".format(
        *load("light").ground["land"].getRgb()[:3]
    )
    assert web.ask("window.stays") == 7
    apply(qapp, load("dark"))
    web.holds(f"linepack.colours.land === '{dark}'")


def test_a_click_and_a_drag_in_the_page_are_heard(web: Web, qtbot: QtBot) -> None:
    board = web.board
    board.look_at(View(at=SCENE.symbols[1].at, zoom=16))
    assert web.ask("linepack.map.getZoom()") == 16
    assert board.web is not None
    target = board.web.findChildren(QWidget)[-1]
    middle = QPoint(target.width() // 2, target.height() // 2)
    pointed: list[tuple[float, float, Hit]] = []
    board.pointed.connect(lambda *told: pointed.append(told))

    def clicked() -> bool:
        # A page that has just been drawn for the first time may not take a click yet.
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=middle)
        return bool(pointed)

    qtbot.waitUntil(clicked, timeout=10_000)
    board.pointed.disconnect()
    lon, lat, hit = pointed[0]
    assert (lon, lat) == pytest.approx(SCENE.symbols[1].at, abs=1e-4)
    assert hit == Hit(symbol="XV-0417")
    before = board.view().at
    with qtbot.waitSignal(board.moved, timeout=10_000):
        web.ask("linepack.map.panBy([100, 0], {animate: false}) && 0")
    assert board.view().at[0] > before[0]


def test_base_tiles_come_out_of_the_file_and_plain_land_without_it(web: Web, tmp_path: Path) -> None:
    board = web.board
    assert board.web is not None
    tiles = Tiles(mbtiles(tmp_path / "city.mbtiles"))
    board.set_tiles(tiles)
    board.look_at(View(at=HERE, zoom=8))
    web.holds("[...document.querySelectorAll('.leaflet-tile')].some(each => each.naturalWidth === 1)")
    assert board.web.fence.count == 0
    board.set_tiles(None)
    web.holds("document.querySelectorAll('.leaflet-tile').length === 0")
    tiles.close()


def test_a_move_from_before_the_desk_looked_elsewhere_is_forgotten(web: Web) -> None:
    board = web.board
    assert board.web is not None
    board.look_at(View(at=HERE, zoom=16))
    late = board._view_number - 1
    board.web.line.hear(f'{{"kind":"moved","lon":121.0,"lat":30.0,"zoom":12,"number":{late}}}')
    assert board.view() == View(at=HERE, zoom=16)
    board.web.line.hear(f'{{"kind":"moved","lon":121.0,"lat":30.0,"zoom":12,"number":{late + 1}}}')
    assert board.view() == View(at=(121.0, 30.0), zoom=12)


@pytest.mark.parametrize("words", ["", "{}", "[]", '{"kind":"moved","lon":"x"}', '{"kind":"clicked"}', "null", "1e999"])
def test_what_the_page_says_that_makes_no_sense_is_ignored(web: Web, words: str) -> None:
    assert web.board.web is not None
    before = web.board.view()
    web.board.web.line.hear(words)
    assert web.board.view() == before


def test_the_keyboard_stays_with_the_console(web: Web, qtbot: QtBot) -> None:
    assert web.board.web is not None
    with qtbot.waitActive(web.board):
        web.board.activateWindow()
    web.board.setFocus()
    proxy = web.board.web._view.focusProxy()
    assert proxy is not None
    assert proxy.focusPolicy() == Qt.FocusPolicy.NoFocus
    proxy.setFocus()
    assert QApplication.focusWidget() is web.board


def test_a_hundred_changed_states_are_drawn_in_time(web: Web) -> None:
    """5,000 lines and 2,000 symbols: a delta is applied and painted within 20 ms, the whole is painted within 33 ms."""
    lines = tuple(
        Line(
            id=f"P-{n}",
            tier=("lp", "mpa", "shp")[n % 3],
            path=tuple((HERE[0] + 0.0008 * (n % 100) + 0.0002 * k, HERE[1] + 0.0006 * (n // 100)) for k in range(4)),
        )
        for n in range(5_000)
    )
    symbols = tuple(
        Symbol(
            id=f"XV-{n}",
            shape=Shape.VALVE,
            layer="valves",
            at=(HERE[0] + 0.0016 * (n % 50), HERE[1] + 0.0007 * (n // 50)),
        )
        for n in range(2_000)
    )
    board = web.board
    board.show_scene(Scene(lines=lines, symbols=symbols))
    board.fit()
    board.look_at(View(at=board.view().at, zoom=14))
    board.show_looks({one.id: Look(body="valve:open:mpa") for one in symbols})
    web.holds("linepack.symbols.visible.length === 2000")
    changes = {one.id: Look(body="valve:closed:mpa") for one in symbols[:100]}
    before = time.perf_counter()
    changed = board.picture.look(changes)
    message = messages.looks_message(board.picture, changed.indices)
    ours = time.perf_counter() - before
    rows = message[message.index("[[") : -1]
    theirs = web.ask(TIMED.format(f"linepack.symbols.look({rows});"))
    whole = web.ask(TIMED.format("linepack.ground.paint(); linepack.symbols.paint();"))
    print(f"delta: {ours * 1000:.1f} ms here, {theirs:.1f} ms in the page; the whole picture: {whole:.1f} ms")
    assert ours * 1000 + theirs < 20 * 3
    assert whole < 33 * 3


def test_a_dead_page_is_replaced_at_once_and_comes_back(web: Web, qtbot: QtBot) -> None:
    board = web.board
    board.show_looks({"XV-0417": Look(body="valve:travelling:mpa")})
    with qtbot.waitSignal(board.web_changed, timeout=2_000) as changed:
        web.kill()
    assert changed.args == [False]
    assert not board.on_web()
    assert board.schematic.isVisible()
    board.show_looks({"XV-0417": Look(body="valve:closed:mpa")})
    web.until(board.on_web)
    assert web.ask("linepack.symbols.looks[1][1]") == "valve:closed:mpa"
    assert web.ask("linepack.map.getZoom()") == board.view().zoom


def test_a_board_with_its_page_goes_without_a_word(qtbot: QtBot) -> None:
    board = MapBoard(name="Map")
    board.resize(300, 200)
    board.show_scene(SCENE)
    board.show()
    board.start_web()
    qtbot.waitUntil(board.on_web, timeout=20_000)
    board.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_board_goes_while_its_page_is_still_being_made(qtbot: QtBot) -> None:
    board = MapBoard(name="Map")
    board._maker._process = None
    board.start_web()
    board.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
