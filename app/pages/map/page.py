"""The map page: the network with its live states, search, layers, a card, and the questions people ask of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.formats import shown
from app.page import Page, PageContext, PageKey, PageSpec
from app.pages.map.card import WIDTH, AssetCard
from app.pages.map.cover import Hint, cover
from app.pages.map.drawing import scene_of
from app.pages.map.finder import Finder
from app.pages.map.finding import entries
from app.pages.map.ground import ground_words, open_tiles
from app.pages.map.help import page_keys
from app.pages.map.layers import OFF_AT_FIRST, layers
from app.pages.map.live import Looks
from app.pages.map.nearby import NearPanel
from app.pages.map.neighbours import Neighbours
from app.pages.map.plan_panel import MOST_VALVES, PlanPanel
from app.pages.map.plans import Crew, nearest_crews, plan_view
from app.pages.map.printing import Printer, Sheet
from app.pages.map.questions import Questions
from app.pages.map.remembered import Memory, Remembered
from app.pages.map.standing import Standing
from app.pages.map.subject import LEADS, Subject, can_do, lead, subject_of, values
from app.pages.map.tools import MapTools
from app.texts import _, language
from backend.clock import US
from backend.errors import mark
from backend.model.alarm import AlarmRecord
from backend.model.live import TagSnapshot
from widgets.maps import LayerPanel, MapBoard, ScaleBar
from widgets.maps.mercator import degrees
from widgets.maps.picture import Hit, bounds_of
from widgets.maps.projection import Insets
from widgets.readouts.ages import short_age
from widgets.surfaces import EmptyState
from widgets.theme import metrics as m
from widgets.theme import px

_BEATS_A_PUSH: Final = 2
"""Of four a second: values go to the map twice a second, alarms at once."""
_WEB_AFTER_MS: Final = 400
"""The schematic is there at once; the page is built when somebody stays."""
_NEAR_ZOOM: Final = 16
_PAN_PX: Final = 120
_EDGE: Final = 0.12
"""A thing nearer to the edge of the view, as a share of it, is brought into the middle."""
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
        self._language = language()
        self._scene = scene_of(self._network, self._registry)
        self._looks = Looks(self._registry, self._network, backend.links.snapshot())
        self._shown_crews: tuple[Crew, ...] = ()
        self._neighbours = Neighbours()
        self.standing = Standing(context, self._network, self)
        self._subject: Subject | None = None
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
        self.questions = Questions(context, self._network, self)
        self.hint = Hint()
        self._empty = EmptyState("")
        self._web_timer = QTimer(self)
        self._web_timer.setSingleShot(True)
        self._web_timer.setInterval(_WEB_AFTER_MS)
        self._web_timer.timeout.connect(self.board.start_web)
        self._memory = Memory(context)
        self._printer = Printer(self)
        self._tiles = open_tiles(backend.site.folder)
        self.board.set_tiles(self._tiles)
        self.layer_panel.set_off(OFF_AT_FIRST)
        self.board.switch_off(OFF_AT_FIRST)
        cover(
            self,
            self.board,
            layers=self.layer_panel,
            finder=self.finder,
            hint=self.hint,
            scale=self.scale,
            empty=self._empty,
            panels=(self.card, self.plan_panel, self.near_panel),
        )
        self._connect()
        self.board.show_scene(self._scene)
        self.finder.set_entries(entries(self._scene, self._registry))
        self._empty.setVisible(bounds_of(self._scene) is None)
        self._person = self._memory.owner()
        self._memory.recall(self._take_memory, self)
        context.desk.changed.connect(self._on_desk)
        context.desk.closing.connect(self._keep_memory)
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
        self._keep_memory()

    def focus_first(self) -> None:
        self.board.setFocus()

    def tools(self) -> Sequence[QWidget]:
        return self.map_tools.widgets()

    def place(self) -> str:
        if self.questions.isolating.what:
            return ISOLATE + self.questions.isolating.what
        return self._subject.key if self._subject is not None else ""

    def keys(self) -> Sequence[PageKey]:
        return page_keys()

    def select(self, what: str) -> None:
        asked = what.removeprefix(ISOLATE)
        key = self._key_of(asked)
        if key:
            self._select(key)
            self.board.go_to(key, _NEAR_ZOOM)
            self._placed = True
        if asked != what:
            self.questions.isolate(asked)
        elif not key:
            self._context.actions.refused.emit(_("{what} has no place on the map.").format(what=shown(what, 60)))

    def retranslate(self) -> None:
        if language() != self._language:
            # Streets, stations and vehicles are called otherwise now.
            self._language = language()
            self._draw()
            self._push()
        self.board.set_name(_("Map"))
        self.layer_panel.set_words(
            layers(self._scene, self._network),
            _("Layers"),
            _("Alarmed objects stay visible in every layer setting and are never clustered."),
        )
        for part in (self.finder, self.map_tools, self.card, self.plan_panel, self.near_panel):
            part.retranslate()
        self._empty.set_words(_("Nothing here has a place: no network is drawn and no asset has coordinates."))
        self.map_tools.show_base(ground_words(self._tiles))
        self._show_scale()
        if self._subject is not None:
            self._select(self._subject.key)
        self._show_question()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        press = self._presses(shift=shift).get(Qt.Key(event.key()))
        if press is None or not press():
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._placed:
            self._fit()

    # -- what came --------------------------------------------------------------------------------------------------

    def _on_alarms(self, _records: object) -> None:
        self._push()

    def _on_beat(self) -> None:
        self._beats = (self._beats + 1) % _BEATS_A_PUSH
        if not self._beats:
            self._push()

    def _push(self) -> None:
        snapshot, alarms = self._state()
        self.standing.push(snapshot, alarms)
        self.board.show_looks(self.standing.told(self._looks.now(snapshot, alarms)))
        self._follow_vehicles()
        if self._subject is not None:
            self.card.show_values(values(self._subject, snapshot, alarms))
        self.questions.isolating.look_again()
        self.map_tools.show_age(self._positions_age(snapshot))

    def _follow_vehicles(self) -> None:
        """The selected vehicle's way grows, and the crews of the plan come nearer."""
        key = self._subject.key if self._subject is not None else ""
        if key in self._looks.vehicles:
            self.standing.goes_on(self.board.picture.looks[self.board.picture.number_of(key)].at)
        if self.questions.isolating.plan() is not None and self._crews() != self._shown_crews:
            self._show_question()

    def _crews(self) -> tuple[Crew, ...]:
        target = self.questions.isolating.target()
        return nearest_crews(target, self._scene, self.board.picture.looks) if target is not None else ()

    def _positions_age(self, snapshot: TagSnapshot) -> str:
        """How old the oldest position of anything that moves is; "" where nothing does."""
        ages = [
            (snapshot.taken_at - int(snapshot.at[point.id])) / US
            for pair in self._looks.vehicles.values()
            for point in pair
            if snapshot.at[point.id]
        ]
        return _("positions {age} old").format(age=short_age(max(ages))) if ages else ""

    def _take_registry(self) -> None:
        """The configuration may have changed since the page was last seen."""
        registry = self._context.backend.registry
        if registry is not self._registry:
            self._registry = registry
            self._draw()

    def _draw(self) -> None:
        """Everything anew from the registry in force, in the language of the desk."""
        registry = self._registry
        self._scene = scene_of(self._network, registry)
        self._looks = Looks(registry, self._network, self._context.backend.links.snapshot())
        self.standing.take_registry(registry)
        self.board.show_scene(self._scene)
        self.finder.set_entries(entries(self._scene, registry))

    # -- what people do ---------------------------------------------------------------------------------------------

    def _pointed(self, lon: float, lat: float, hit: Hit) -> None:
        self.board.setFocus()
        self._placed = True
        if self.questions.measuring.on:
            self.questions.measure_to(lon, lat)
        elif hit.symbol or hit.line:
            self._select(hit.symbol or hit.line)
        elif hit.ring is None:
            self._select("")

    def _select(self, key: str) -> None:
        self._subject = subject_of(key, self._scene, self._registry, self._network) if key else None
        self.board.select(key if self._subject is not None else "")
        if self._subject is not None:
            self.card.show_subject(self._subject, can=can_do(self._subject))
            self.card.show_values(values(self._subject, *self._state()))
            place = self.board.picture.place_of(key)
            if place is not None:
                self.questions.move_near(key, degrees(*place))
        selected = self._subject.key if self._subject is not None else ""
        self.standing.follow(selected, self._looks.vehicles.get(selected))
        self._show_panel()
        self.moved.emit()

    def _ask(self, name: str) -> bool:
        """Do what a button of the card or a key asks for; False when there is nothing to do it to."""
        subject = self._subject
        if subject is None or name not in can_do(subject):
            return False
        place = self.board.picture.place_of(subject.key)
        if name == "isolate":
            self.questions.isolate(subject.key)
        elif name == "near" and place is not None:
            self.questions.toggle_near(subject.key, degrees(*place))
        elif name in LEADS:
            self._context.go(*lead(name, subject))
        return True

    def _tool(self, name: str) -> bool:
        tools: dict[str, Callable[[], None]] = {
            "measure": self.questions.toggle_measure,
            "centre": self._centre,
            "nearer": lambda: self.board.zoom_by(1),
            "further": lambda: self.board.zoom_by(-1),
            "print": self._print,
        }
        tools[name]()
        return True

    def _print(self) -> None:
        """A page for paper, in a file of the site."""
        backend, board = self._context.backend, self.board
        self._printer.print(
            Sheet(
                picture=board.picture.copied(),
                view=board.view(),
                site=backend.site,
                now=backend.now(),
                words=self.questions.title(),
            )
        )

    def _centre(self) -> None:
        """Look at the selected thing, or at the whole network."""
        if self._subject is not None:
            self.board.go_to(self._subject.key, _NEAR_ZOOM)
        else:
            self._fit()

    def _escape(self) -> bool:
        if self.questions.stop():
            return True
        selected = self._subject is not None
        self._select("")
        return selected

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
        looks = self.board.picture.looks
        alarmed = [one.id for one, look in zip(self._scene.symbols, looks, strict=True) if look.rank]
        keys = alarmed or [one.id for one in self._scene.symbols if one.named]
        if keys:
            now = self._subject.key if self._subject is not None else ""
            place = keys.index(now) + by if now in keys else 0
            self.select(keys[place % len(keys)])
        return bool(keys)

    def _step_near(self, by: int) -> bool:
        """What lies next to the thing that was gone to, then what is a little further."""
        if self._subject is None:
            return self._walk(by)
        key = self._neighbours.step(self.board.picture, self._subject.key, by, self.board.frame().visible)
        if key:
            self._select(key)
            self._bring_into_view(key)
        return bool(key)

    def _bring_into_view(self, key: str) -> None:
        place = self.board.picture.place_of(key)
        left, top, right, bottom = self.board.projection().bounds(-_EDGE)
        if place is not None and not (left <= place[0] <= right and top <= place[1] <= bottom):
            self.board.go_to(key, self.board.view().zoom)

    def _plan_key(self, act: Callable[[], None]) -> bool:
        """A key of the isolation view; it means nothing outside it."""
        return self.questions.isolating.plan() is not None and done(act)

    def _prepare(self) -> None:
        points = self.questions.isolating.points()
        if points:
            self._context.go("commands", "prepare:" + ",".join(map(str, points)))
        else:
            self._context.actions.refused.emit(_("None of these valves can be commanded from here."))

    # -- showing ----------------------------------------------------------------------------------------------------

    def _show_question(self) -> None:
        """What lies over the network, the words at the top, the panel at the right."""
        questions, isolating = self.questions, self.questions.isolating
        states = self._looks.valve_states(self._context.bridge.snapshot())
        self._shown_crews = crews = self._crews()
        self.board.ask(questions.overlay(states, crews))
        if isolating.answer is not None and isolating.plan() is not None:
            view = plan_view(
                isolating.answer,
                isolating.shown,
                isolating.chosen,
                states,
                self._registry,
                crews=crews,
                network=self._network,
            )
            self.plan_panel.show_plan(view, isolating.shown, may_prepare=bool(isolating.points()))
        if questions.around is not None:
            symbols = {one.id: one for one in self._scene.symbols}
            assets = {one.id: one for one in self._registry.assets}
            self.near_panel.show_around(questions.near(), questions.around, symbols, assets)
        self.map_tools.set_measuring(questions.measuring.on)
        self.hint.show_words(questions.words())
        self._show_panel()

    def _show_panel(self) -> None:
        """One panel at a time: the plan, what is near, or the card."""
        questions = self.questions
        plan = questions.isolating.plan() is not None and not questions.measuring.on
        near = bool(questions.near())
        self.plan_panel.setVisible(plan)
        self.near_panel.setVisible(near)
        self.card.setVisible(self._subject is not None and not plan and not near)

    def _show_scale(self) -> None:
        view = self.board.view()
        self.scale.show_scale(self.board.projection().metres_per_px, f"{_DATUM} · z{view.zoom}", _("Scale"))

    def _take_memory(self, memory: Remembered) -> None:
        self.layer_panel.set_off(memory.off)
        self.board.switch_off(memory.off)
        if not self._placed:
            self._placed = True
            self.board.look_at(memory.view)

    def _on_desk(self) -> None:
        """Somebody else looks at the map: where they looked last, else the whole city."""
        if self._memory.owner() != self._person:
            self._person = self._memory.owner()
            self._placed = False
            self._fit()
            self._memory.recall(self._take_memory, self)

    def _keep_memory(self) -> None:
        if self._placed:
            self._memory.keep(Remembered(view=self.board.view(), off=self.layer_panel.off()))

    # -- inside -----------------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        self.board.fit(self._insets(panel=False))

    def _insets(self, *, panel: bool) -> Insets:
        """What covers the map: the layers always, a panel at the right when there is one."""
        left = self.layer_panel.width() + 2 * px(m.GAP)
        return Insets(left=left, right=px(WIDTH) + 2 * px(m.GAP) if panel else 0.0)

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

    def _presses(self, *, shift: bool) -> dict[Qt.Key, Callable[[], bool]]:
        """What each key does; it goes on to the console where it says False."""
        key, isolating = Qt.Key, self.questions.isolating
        return {
            key.Key_L: lambda: done(self.layer_panel.focus_first),
            key.Key_Slash: lambda: done(self.finder.focus_first),
            key.Key_M: lambda: self._tool("measure"),
            key.Key_0: lambda: self._tool("centre"),
            key.Key_Plus: lambda: self._tool("nearer"),
            key.Key_Equal: lambda: self._tool("nearer"),
            key.Key_Minus: lambda: self._tool("further"),
            key.Key_I: lambda: self._ask("isolate"),
            key.Key_W: lambda: self._ask("near"),
            key.Key_V: lambda: self._plan_key(isolating.next_set),
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
            key.Key_N: lambda: self._step_near(-1 if shift else 1),
        } | {Qt.Key(key.Key_0 + number): self._chooser(number) for number in range(1, MOST_VALVES + 1)}

    def _chooser(self, number: int) -> Callable[[], bool]:
        return lambda: self._plan_key(lambda: self.questions.isolating.choose(number))

    def _connect(self) -> None:
        self.board.pointed.connect(self._pointed)
        self.board.moved.connect(lambda _view: self._show_scale())
        self.layer_panel.switched.connect(self.board.switch_off)
        self.finder.found.connect(self._found)
        self.finder.left.connect(self.focus_first)
        self.map_tools.asked.connect(self._tool)
        self.card.asked.connect(self._ask)
        self.card.closed.connect(self._escape)
        isolating = self.questions.isolating
        self.plan_panel.asked.connect(lambda what: self._prepare() if what == "prepare" else isolating.next_set())
        self.plan_panel.chosen.connect(isolating.choose)
        self.plan_panel.set_chosen.connect(isolating.show_set)
        self.plan_panel.closed.connect(self._escape)
        self.near_panel.closed.connect(self._escape)
        self.near_panel.radius_chosen.connect(self.questions.set_radius)
        self.near_panel.found.connect(self._found)
        self.questions.changed.connect(self._show_question)
        self.standing.changed.connect(lambda: self.board.stand(self.standing.situation()))
        self.questions.framed.connect(lambda places: self.board.frame_places(places, self._insets(panel=True)))
        actions = self._context.actions
        self._printer.printed.connect(lambda file: actions.done.emit(_("Printed to {file}").format(file=shown(file))))
        self._printer.failed.connect(actions.refused)
        self.card.alarm_opened.connect(lambda alarm: self._context.go("alarms", alarm))

    def _found(self, key: str) -> None:
        self.select(key)
        self.focus_first()


def done(act: Callable[[], None]) -> bool:
    """For a key that always means something."""
    act()
    return True


SPEC = PageSpec(key="map", shortcut="F5", icon="map", title=mark("Map"), level="L2", build=MapPage)
