"""The map page: the network with its live states, search, layers, a card, and the questions people ask of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.formats import shown
from app.page import Page, PageContext, PageKey, PageSpec
from app.pages.map.card import WIDTH, AssetCard
from app.pages.map.drawing import scene_of
from app.pages.map.finder import Finder
from app.pages.map.finding import entries
from app.pages.map.isolating import Isolating
from app.pages.map.layers import layers
from app.pages.map.live import Looks, vehicles
from app.pages.map.measuring import Measuring
from app.pages.map.nearby import NearPanel
from app.pages.map.plan_panel import MOST_VALVES, PlanPanel
from app.pages.map.plans import area_of, no_plan_words, overlay_of, plan_view
from app.pages.map.subject import Subject, alarms_by_point, subject_of, values
from app.pages.map.tools import MapTools
from app.texts import _
from backend.clock import US
from backend.errors import mark
from backend.model.alarm import AlarmRecord
from backend.model.isolation import Surroundings
from backend.model.live import TagSnapshot
from widgets.maps import LayerPanel, MapBoard, ScaleBar
from widgets.maps.mercator import EQUATOR_M, degrees
from widgets.maps.picture import Hit, bounds_of
from widgets.maps.scene import Overlay, Place
from widgets.readouts import Text
from widgets.readouts.ages import short_age
from widgets.surfaces import EmptyState, Surface
from widgets.theme import Role, Weight, px, space
from widgets.theme import metrics as m

_BEATS_A_PUSH: Final = 2
"""Of four a second: values go to the map twice a second, alarms at once."""
_WEB_AFTER_MS: Final = 400
"""The schematic is there at once; the page is built when somebody stays."""
_NEAR_ZOOM: Final = 16
_PAN_PX: Final = 120
ISOLATE: Final = "isolate:"
_DATUM: Final = "CGCS2000"
"""The same as WGS 84 to within centimetres."""


class MapPage(Page):
    """Where everything lies, and how it is."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        backend = context.backend
        self._network = backend.network.drawing()
        self._registry = backend.registry
        self._scene = scene_of(self._network, self._registry)
        self._looks = Looks(self._registry, self._network, backend.links.snapshot())
        self._subject: Subject | None = None
        self._measuring = Measuring()
        self._circle: tuple[Place, float] | None = None
        self._framed = ("", 0)
        self._beats = 0
        self._placed = False
        self.board = MapBoard(name=_("Map"))
        self.layer_panel = LayerPanel(layers(self._scene, self._network), name=_("Layers"))
        self.finder = Finder()
        self.map_tools = MapTools(self)
        self.scale = ScaleBar(name=_("Scale"))
        self.card = AssetCard()
        self.plan_panel = PlanPanel()
        self.near_panel = NearPanel()
        self.isolating = Isolating(context, self)
        self._near = False
        self._hint = Surface()
        self._hint_words = Text("", Role.LABEL, Weight.SEMIBOLD)
        self._empty = EmptyState("")
        self._web_timer = QTimer(self)
        self._web_timer.setSingleShot(True)
        self._web_timer.setInterval(_WEB_AFTER_MS)
        self._web_timer.timeout.connect(self.board.start_web)
        self._lay_out()
        self._connect()
        self.board.show_scene(self._scene)
        self.finder.set_entries(entries(self._scene, self._registry))
        for panel in (self.card, self.plan_panel, self.near_panel):
            panel.hide()
        self._empty.setVisible(bounds_of(self._scene) is None)
        self.retranslate()

    # -- Page -------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._take_registry()
        bridge = self._context.bridge
        bridge.alarms.connect(self._on_alarms)
        bridge.beat.connect(self._on_beat)
        self._push()
        self._web_timer.start()

    def leave(self) -> None:
        bridge = self._context.bridge
        bridge.alarms.disconnect(self._on_alarms)
        bridge.beat.disconnect(self._on_beat)
        self._web_timer.stop()

    def focus_first(self) -> None:
        self.board.setFocus()

    def tools(self) -> Sequence[QWidget]:
        return self.map_tools.widgets()

    def place(self) -> str:
        if self.isolating.what:
            return ISOLATE + self.isolating.what
        return self._subject.key if self._subject is not None else ""

    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(key="/", words=_("find on the map")),
            PageKey(key="L", words=_("layers")),
            PageKey(key="I", words=_("isolating valves of the selection")),
            PageKey(key="V", words=_("next set of valves")),
            PageKey(key="1–9", words=_("choose one valve of the set")),
            PageKey(key="C", words=_("prepare command")),
            PageKey(key="T", words=_("trend of the selection")),
            PageKey(key="↵", words=_("station page of the selection")),
            PageKey(key="W", words=_("what is near")),
            PageKey(key="M", words=_("measure")),
            PageKey(key="0", words=_("centre")),
            PageKey(key="+ −", words=_("zoom")),
            PageKey(key="← → ↑ ↓", words=_("move the map")),
            PageKey(key="PgUp PgDn", words=_("alarmed things, or stations")),
        )

    def select(self, what: str) -> None:
        asked = what.removeprefix(ISOLATE)
        key = self._key_of(asked)
        if key:
            self._select(key)
            self.board.go_to(key, _NEAR_ZOOM)
            self._placed = True
        if asked != what:
            self._isolate(asked)
        elif not key:
            self._context.actions.refused.emit(_("{what} has no place on the map.").format(what=shown(what, 60)))

    def retranslate(self) -> None:
        self.board.setAccessibleName(_("Map"))
        self.layer_panel.set_words(
            layers(self._scene, self._network),
            _("Layers"),
            _("Alarmed objects stay visible in every layer setting and are never clustered."),
        )
        for part in (self.finder, self.map_tools, self.card, self.plan_panel, self.near_panel):
            part.retranslate()
        self._empty.set_words(_("Nothing here has a place: no network is drawn and no asset has coordinates."))
        self._show_base()
        self._show_scale()
        if self._subject is not None:
            self._select(self._subject.key)
        self._show_question()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
            return
        press = self._keys().get(Qt.Key(event.key()))
        if press is None or not press():
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._placed:
            self.board.fit()

    # -- what came --------------------------------------------------------------------------------------------------

    def _on_alarms(self, _records: object) -> None:
        self._push()

    def _on_beat(self) -> None:
        self._beats = (self._beats + 1) % _BEATS_A_PUSH
        if not self._beats:
            self._push()

    def _push(self) -> None:
        snapshot = self._context.bridge.snapshot()
        alarms = self._context.backend.alarms.snapshot()
        self.board.show_looks(self._looks.now(snapshot, alarms))
        if self._subject is not None:
            self.card.show_values(values(self._subject, snapshot, alarms_by_point(alarms)))
        self.isolating.look_again()
        self.map_tools.show_age(self._positions_age(snapshot))

    def _positions_age(self, snapshot: TagSnapshot) -> str:
        """How old the oldest position of anything that moves is; "" where nothing does."""
        ages = [
            (snapshot.taken_at - int(snapshot.at[point.id])) / US
            for pair in vehicles(self._registry).values()
            for point in pair
            if snapshot.at[point.id]
        ]
        return _("positions {age} old").format(age=short_age(max(ages))) if ages else ""

    def _take_registry(self) -> None:
        """The configuration may have changed since the page was last seen."""
        registry = self._context.backend.registry
        if registry is not self._registry:
            self._registry = registry
            self._scene = scene_of(self._network, registry)
            self._looks = Looks(registry, self._network, self._context.backend.links.snapshot())
            self.board.show_scene(self._scene)
            self.finder.set_entries(entries(self._scene, registry))

    # -- what people do ---------------------------------------------------------------------------------------------

    def _pointed(self, lon: float, lat: float, hit: Hit) -> None:
        self.board.setFocus()
        self._placed = True
        if self._measuring.on:
            self._measuring.add(lon, lat)
            self._show_measure()
        elif hit.symbol or hit.line:
            self._select(hit.symbol or hit.line)
        elif hit.ring is None:
            self._select("")

    def _select(self, key: str) -> None:
        self._subject = subject_of(key, self._scene, self._registry, self._network) if key else None
        self.board.select(key if self._subject is not None else "")
        if self._near:
            self._ask_near()
        self._show_panel()
        self.moved.emit()
        if self._subject is not None:
            self.card.show_subject(self._subject, can=self._can(self._subject))
            alarms = self._context.backend.alarms.snapshot()
            self.card.show_values(values(self._subject, self._context.bridge.snapshot(), alarms_by_point(alarms)))

    def _can(self, subject: Subject) -> frozenset[str]:
        things = {
            "trend": bool(subject.points),
            "station": bool(subject.asset and subject.points),
            "command": subject.command is not None,
            "isolate": True,
            "near": True,
        }
        return frozenset(name for name, possible in things.items() if possible)

    def _ask(self, name: str) -> bool:
        """Do what a button of the card or a key asks for; False when there is nothing to do it to."""
        subject = self._subject
        if subject is None or name not in self._can(subject):
            return False
        if name == "isolate":
            return _done(lambda: self._isolate(subject.key))
        if name == "near":
            return _done(self._toggle_near)
        places = {
            "trend": ("trends", "pens:" + ",".join(point.tag for point in subject.points[:5])),
            "station": ("stations", subject.asset),
            "command": ("commands", f"prepare:{subject.command}"),
        }
        self._context.go(*places[name])
        return True

    def _tool(self, name: str) -> bool:
        tools: dict[str, Callable[[], None]] = {
            "measure": self._toggle_measure,
            "centre": self._centre,
            "nearer": lambda: self.board.zoom_by(1),
            "further": lambda: self.board.zoom_by(-1),
        }
        if name in tools:
            tools[name]()
        return name in tools

    def _centre(self) -> None:
        """Look at the selected thing, or at the whole network."""
        if self._subject is not None:
            self.board.go_to(self._subject.key, _NEAR_ZOOM)
        else:
            self.board.fit()

    def _toggle_measure(self) -> None:
        self._measuring.toggle()
        self._show_measure()

    def _show_measure(self) -> None:
        self.map_tools.set_measuring(self._measuring.on)
        self._show_question()

    def _escape(self) -> bool:
        if self._measuring.on:
            self._measuring.stop()
            self._show_measure()
            return True
        if self.isolating.what:
            self.isolating.stop()
            return True
        if self._near:
            self._toggle_near()
            return True
        if self._subject is not None:
            self._select("")
            return True
        return False

    def _pan(self, across: int, down: int) -> bool:
        focus = self.focusWidget()
        if focus is not None and self.layer_panel.isAncestorOf(focus):
            self.layer_panel.step(down or across)
            return True
        self._placed = True
        self.board.pan(across * px(_PAN_PX), down * px(_PAN_PX))
        return True

    def _walk(self, by: int) -> bool:
        """The next alarmed thing, or the next station where nothing is alarmed."""
        alarmed = [key for key, look in self._looks.now(*self._state()).items() if look.rank]
        keys = [one.id for one in self._scene.symbols if one.id in alarmed] or [
            one.id for one in self._scene.symbols if one.named
        ]
        if keys:
            now = self._subject.key if self._subject is not None else ""
            place = keys.index(now) + by if now in keys else 0
            self.select(keys[place % len(keys)])
        return bool(keys)

    # -- questions --------------------------------------------------------------------------------------------------

    def _isolate(self, what: str) -> None:
        self._measuring.stop()
        self._near = False
        self.isolating.ask(what)

    def _isolation_changed(self) -> None:
        isolating, plan = self.isolating, self.isolating.plan()
        if isolating.answer is not None and plan is not None and (isolating.what, isolating.shown) != self._framed:
            self._framed = (isolating.what, isolating.shown)
            self.board.frame_places(area_of(plan, self._network), px(WIDTH))
        if not isolating.what:
            self._framed = ("", 0)
        self._show_question()

    def _plan_key(self, act: Callable[[], None]) -> bool:
        """A key of the isolation view; it means nothing outside it."""
        return self.isolating.plan() is not None and _done(act)

    def _prepare(self) -> None:
        points = self.isolating.points()
        if points:
            self._context.go("commands", "prepare:" + ",".join(map(str, points)))
        else:
            self._context.actions.refused.emit(_("None of these valves can be commanded from here."))

    def _toggle_near(self) -> None:
        self._near = not self._near
        if self._near:
            self.isolating.stop()
            self._ask_near()
            self._frame_circle()
        self._show_question()

    def _radius_chosen(self) -> None:
        self._ask_near()
        self._frame_circle()

    def _frame_circle(self) -> None:
        if self._circle is not None:
            (lon, lat), metres = self._circle
            reach = metres / EQUATOR_M * 360.0
            corners = tuple((lon + side * reach, lat + side * reach) for side in (-1, 1))
            self.board.frame_places(corners, px(WIDTH))

    def _ask_near(self) -> None:
        subject, radius = self._subject, self.near_panel.radius()
        place = self.board.picture.place_of(subject.key) if subject is not None else None
        if subject is None or place is None:
            self._near = False
            return
        at = degrees(*place)
        self._circle = (at, float(radius))

        def take(around: Surroundings) -> None:
            symbols = {one.id: one for one in self._scene.symbols}
            assets = {one.id: one for one in self._registry.assets}
            self.near_panel.show_around(subject.key, around, symbols, assets)
            self._show_question()

        actions = self._context.actions
        asked = self._context.backend.network.around(*at, radius)
        actions.ask(asked, take, owner=self, failed=actions.refused.emit)

    # -- showing ----------------------------------------------------------------------------------------------------

    def _show_question(self) -> None:
        """What lies over the network, the words at the top, the panel at the right."""
        isolating, plan, words = self.isolating, self.isolating.plan(), ""
        states = self._looks.valve_states(self._context.bridge.snapshot())
        overlay = Overlay()
        if self._measuring.on:
            overlay = self._measuring.overlay()
            words = _("Click along the way: {length}. Esc ends.").format(length=self._measuring.words())
        elif plan is not None and isolating.answer is not None:
            overlay = overlay_of(plan, self._network, isolating.chosen, states)
            words = _("{what}: isolation view. Esc leaves.").format(what=shown(isolating.what, 32))
            view = plan_view(isolating.answer, isolating.shown, isolating.chosen, states, self._registry)
            self.plan_panel.show_plan(view, isolating.shown, may_prepare=bool(isolating.points()))
        elif isolating.what:
            words = no_plan_words(isolating.what, isolating.answer)
        elif self._near:
            overlay = Overlay(circle=self._circle)
        self.board.ask(overlay)
        self._hint_words.setText(words)
        self._hint.setVisible(bool(words))
        self._show_panel()

    def _show_panel(self) -> None:
        """One panel at a time: the plan, what is near, or the card."""
        plan = self.isolating.plan() is not None and not self._measuring.on
        self.plan_panel.setVisible(plan)
        self.near_panel.setVisible(self._near and not plan)
        self.card.setVisible(self._subject is not None and not plan and not self._near)

    def _show_base(self) -> None:
        self.map_tools.show_base(_("no base map tiles"))

    def _show_scale(self) -> None:
        view = self.board.view()
        self.scale.show_scale(self.board.projection().metres_per_px, f"{_DATUM} · z{view.zoom}", _("Scale"))

    # -- inside -----------------------------------------------------------------------------------------------------

    def _state(self) -> tuple[TagSnapshot, tuple[AlarmRecord, ...]]:
        return self._context.bridge.snapshot(), self._context.backend.alarms.snapshot()

    def _key_of(self, what: str) -> str:
        """The symbol or line that an asset, device, tag or pipe stands for; "" where it has no place."""
        point = next((each for each in self._registry.points if each.tag == what), None)
        device = next((each for each in self._registry.devices if each.id == what), None)
        for key in (what, point.asset if point is not None else "", device.asset if device is not None else ""):
            if self.board.picture.place_of(key) is not None:
                return key
        return ""

    def _keys(self) -> dict[Qt.Key, Callable[[], bool]]:
        """What each key does; it goes on to the console where it says False."""
        key = Qt.Key
        return {
            key.Key_L: lambda: _done(self.layer_panel.focus_first),
            key.Key_Slash: lambda: _done(self.finder.focus_first),
            key.Key_M: lambda: self._tool("measure"),
            key.Key_0: lambda: self._tool("centre"),
            key.Key_Plus: lambda: self._tool("nearer"),
            key.Key_Equal: lambda: self._tool("nearer"),
            key.Key_Minus: lambda: self._tool("further"),
            key.Key_I: lambda: self._ask("isolate"),
            key.Key_W: lambda: self._ask("near"),
            key.Key_V: lambda: self._plan_key(self.isolating.next_set),
            key.Key_T: lambda: self._ask("trend"),
            key.Key_C: lambda: self._plan_key(self._prepare) or self._ask("command"),
            key.Key_Return: lambda: self._ask("station"),
            key.Key_Enter: lambda: self._ask("station"),
            key.Key_Escape: self._escape,
            key.Key_Left: lambda: self._pan(-1, 0),
            key.Key_Right: lambda: self._pan(1, 0),
            key.Key_Up: lambda: self._pan(0, -1),
            key.Key_Down: lambda: self._pan(0, 1),
            key.Key_PageDown: lambda: self._walk(1),
            key.Key_PageUp: lambda: self._walk(-1),
        } | {Qt.Key(key.Key_0 + number): self._chooser(number) for number in range(1, MOST_VALVES + 1)}

    def _chooser(self, number: int) -> Callable[[], bool]:
        return lambda: self._plan_key(lambda: self.isolating.choose(number))

    def _connect(self) -> None:
        self.board.pointed.connect(self._pointed)
        self.board.moved.connect(lambda _view: self._show_scale())
        self.layer_panel.switched.connect(self.board.switch_off)
        self.finder.found.connect(self._found)
        self.finder.left.connect(self.focus_first)
        self.map_tools.asked.connect(self._tool)
        self.card.asked.connect(self._ask)
        self.card.closed.connect(self._escape)
        self.plan_panel.asked.connect(lambda what: self._prepare() if what == "prepare" else self.isolating.next_set())
        self.plan_panel.chosen.connect(self.isolating.choose)
        self.plan_panel.set_chosen.connect(self.isolating.show_set)
        self.plan_panel.closed.connect(self._escape)
        self.near_panel.closed.connect(self._escape)
        self.near_panel.radius_chosen.connect(lambda _metres: self._radius_chosen())
        self.near_panel.found.connect(self._found)
        self.isolating.changed.connect(self._isolation_changed)
        self.isolating.failed.connect(self._context.actions.refused)
        self.card.alarm_opened.connect(lambda alarm: self._context.go("alarms", alarm))

    def _found(self, key: str) -> None:
        self.select(key)
        self.focus_first()

    def _lay_out(self) -> None:
        """The map fills the page; everything else lies over it: layers left, tools on top, the card at the right."""
        hint = QHBoxLayout(self._hint)
        space(hint, (m.GAP, m.HALF, m.GAP, m.HALF))
        hint.addWidget(self._hint_words)
        self._hint.hide()
        top = QHBoxLayout()
        space(top, gap=m.GAP)
        top.addWidget(self.finder, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignTop)
        top.addStretch(1)
        below = QHBoxLayout()
        space(below, gap=m.GAP)
        below.addStretch(1)
        below.addWidget(self.scale, 0, Qt.AlignmentFlag.AlignBottom)
        for panel in (self.card, self.plan_panel, self.near_panel):
            below.addWidget(panel)
        right = QVBoxLayout()
        space(right, gap=m.HALF)
        right.addLayout(top)
        right.addLayout(below, 1)
        over = QHBoxLayout()
        space(over, (m.GAP, m.GAP, m.GAP, m.GAP), m.GAP)
        over.addWidget(self.layer_panel, 0, Qt.AlignmentFlag.AlignTop)
        over.addLayout(right, 1)
        pile = QGridLayout(self)
        space(pile, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET))
        pile.addWidget(self.board, 0, 0)
        pile.addWidget(self._empty, 0, 0, Qt.AlignmentFlag.AlignCenter)
        pile.addLayout(over, 0, 0)
        panels = (self.card, self.plan_panel, self.near_panel)
        for part in (self.layer_panel, self.finder, self._hint, self.scale, *panels):
            part.raise_()


def _done(act: Callable[[], None]) -> bool:
    act()
    return True


SPEC = PageSpec(key="map", shortcut="F5", icon="map", title=mark("Map"), level="L2", build=MapPage)
