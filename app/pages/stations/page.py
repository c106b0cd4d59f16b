"""A place on one page: its process picture, the faceplate of what is selected, its last hour and its alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.words import state_words
from app.formats import asset_name, shown
from app.page import Crumb, Page, PageContext, PageKey, PageSpec
from app.pages.stations.alarms import AlarmsCard
from app.pages.stations.binding import Bound, bind
from app.pages.stations.chooser import PlaceChooser
from app.pages.stations.descriptions import Properties, SiteShelf
from app.pages.stations.equipment import EquipmentList
from app.pages.stations.faceplate import Faceplate
from app.pages.stations.header import HeaderTools, Room, Views
from app.pages.stations.moment import Moment, latest
from app.pages.stations.plate import Plate, plate_of, point_plate
from app.pages.stations.presenter import Place, alarms_by_point, key_points, places, worst
from app.pages.stations.process import ProcessCard
from app.pages.stations.refused import RefusedNote
from app.pages.stations.trends import HourCard
from app.texts import _
from backend.clock import US
from backend.errors import mark
from backend.model.alarm import AlarmRecord
from backend.model.command import Command, Commandable, CommandCheck
from backend.model.event import LinkHealth, LinkState
from backend.model.plant import Point
from widgets.surfaces import EmptyState
from widgets.theme import current, space
from widgets.theme import metrics as m

_WORDY = 1700
"""Below this width the header's controls lose their words."""
_WIDE = 1500
_HIGH = 590
"""Below this width the faceplate, below this height the foot gives way; px at 100 %."""
_CHECK_US = 2 * US
_FOOT_SHARE = (3, 2)
_PICTURE = 456
"""Height of the picture with its legend, under which it would have to be scrolled."""
_FOOT = (132, 286, 0.31)
"""Height of the foot: at least, at most, and as a share of the page."""


class StationsPage(Page):
    """What every station, regulator, valve and well says now."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._places = places(context.backend.registry)
        self._shelf = SiteShelf(context.backend.site.folder)
        self._links: dict[str, LinkHealth] = {}
        self._records: dict[str, AlarmRecord] = {}
        self._alarms: dict[int, AlarmRecord] = {}
        self._commands: dict[int, Command] = {}
        self._targets: dict[int, Commandable] = {}
        self._place: Place | None = self._places[0] if self._places else None
        self._bound: Bound | None = None
        self._plate: Plate | None = None
        self._checked: tuple[object, int] = (None, 0)
        self._view = "process"
        self._plate_wanted = False
        self._tools = HeaderTools(self)
        self._process = ProcessCard()
        self._list = EquipmentList()
        self._hour = HourCard(context)
        self._station_alarms = AlarmsCard(context)
        self._faceplate = Faceplate()
        self._chooser = PlaceChooser(self)
        self._refused = RefusedNote()
        self._empty = EmptyState("")
        self._foot = QWidget()
        self._foot_most = self._foot.maximumHeight()
        self._lay_out()
        self._connect()
        self._bind()
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        bridge, backend = self._context.bridge, self._context.backend
        self._take_registry()
        bridge.alarms.connect(self._on_alarms)
        bridge.links.connect(self._on_links)
        bridge.commands.connect(self._on_commands)
        bridge.beat.connect(self._on_beat)
        self._links = {device: health for health in backend.links.snapshot() for device in health.devices}
        self._records = {each.config.key: each for each in backend.alarms.snapshot()}
        self._alarms = alarms_by_point(self._records.values())
        self._commands = latest(backend.commands.snapshot())
        self._targets = {each.point: each for each in backend.commands.commandable()}
        self._bind()
        self._show_place()

    def leave(self) -> None:
        bridge = self._context.bridge
        bridge.alarms.disconnect(self._on_alarms)
        bridge.links.disconnect(self._on_links)
        bridge.commands.disconnect(self._on_commands)
        bridge.beat.disconnect(self._on_beat)
        self._chooser.hide()

    def focus_first(self) -> None:
        (self._list if self._shown_view() == "list" else self._process).setFocus()

    def select(self, what: str) -> None:
        point = next((each for each in self._context.backend.registry.points if each.tag == what), None)
        place = self._place_of(point.asset if point is not None else what)
        if place is None:
            return
        self._go_to(place)
        if point is not None:
            self._select_point(point)

    def tools(self) -> Sequence[QWidget]:
        return self._tools.widgets()

    def title(self) -> str:
        if self._place is None:
            return ""
        name, number = asset_name(self._place.asset), shown(self._place.asset.id, 40)
        return number if name == number else f"{number}  {shown(name, 40)}"

    def crumbs(self) -> Sequence[Crumb]:
        return (Crumb(words=_("Overview"), page="overview"), Crumb(words=_("Stations"), page="stations"))

    def place(self) -> str:
        return self._place.asset.id if self._place is not None else ""

    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(key="← → ↑ ↓", words=_("walk the gas path")),
            PageKey(key="PgUp PgDn", words=_("previous and next place")),
            PageKey(key="C", words=_("prepare command")),
            PageKey(key="T", words=_("trend of selection")),
            PageKey(key="↵", words=_("alarm of selection")),
            PageKey(key="P /", words=_("list of places")),
            PageKey(key="E", words=_("equipment list")),
            PageKey(key="F", words=_("faceplate")),
        )

    def retranslate(self) -> None:
        self._tools.retranslate()
        self._process.retranslate()
        self._refused.retranslate()
        self._list.retranslate()
        self._hour.retranslate()
        self._station_alarms.retranslate()
        self._faceplate.retranslate()
        self._chooser.retranslate()
        self._empty.set_words(_("No stations configured. Import devices with `linepack import`."))
        self._show_place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        actions: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_C: self._prepare,
            Qt.Key.Key_T: self._trend,
            Qt.Key.Key_P: lambda: self._open_chooser(search=False),
            Qt.Key.Key_Slash: lambda: self._open_chooser(search=True),
            Qt.Key.Key_E: lambda: self._show_view("process" if self._view == "list" else "list"),
            Qt.Key.Key_F: self._toggle_plate,
            Qt.Key.Key_PageDown: lambda: self._step(1),
            Qt.Key.Key_PageUp: lambda: self._step(-1),
        }
        action: Callable[[], None] | None = actions.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Without an alarm here the key goes on to the banner.
            event.setAccepted(self._open_alarm())
        elif action is not None and not event.modifiers():
            action()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._chooser.cover(self)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._arrange()

    # -- what came ------------------------------------------------------------------------------------------------

    def _on_alarms(self, changed: Iterable[AlarmRecord]) -> None:
        self._records = {each.config.key: each for each in self._context.backend.alarms.snapshot()}
        self._alarms = alarms_by_point(self._records.values())
        if self._place is not None:
            self._station_alarms.show_place(self._place, self._records.values())
        self._show_chooser()

    def _on_links(self, changed: Iterable[LinkHealth]) -> None:
        self._links |= {device: health for health in changed for device in health.devices}
        self._show_chooser()
        self._show_lost()

    def _on_commands(self, _changed: object) -> None:
        self._commands = latest(self._context.backend.commands.snapshot())
        self._checked = (None, 0)

    def _on_beat(self) -> None:
        # Ages grow even when nothing arrives: that is how a silent link shows.
        self._show_values()
        self._show_lost()

    # -- showing --------------------------------------------------------------------------------------------------

    def _take_registry(self) -> None:
        """The configuration may have changed since the page was last seen: limits, periods, remote control."""
        self._places = places(self._context.backend.registry)
        if self._place is not None:
            self._place = self._place_of(self._place.asset.id)

    def _place_of(self, asset: str) -> Place | None:
        return next((each for each in self._places if each.asset.id == asset), None)

    def _bind(self) -> None:
        """Draw the place in view."""
        if self._place is None:
            return
        backend = self._context.backend
        before = self._bound
        shelf = self._shelf.look(self._properties())
        self._refused.show_refused(shelf.refused)
        bound = bind(self._place, shelf, backend.registry, backend.network.drawing())
        if bound is None or before is None or bound != before:
            self._bound = bound
            self._plate = None
            if bound is not None:
                self._process.set_bound(bound)
            self._hour.set_points(self._trend_points())

    def _properties(self) -> Properties:
        models = self._context.backend.models.snapshot()
        return {each.model.id: tuple(each.model.properties) for each in models}

    def _trend_points(self) -> Sequence[Point]:
        if self._place is None:
            return ()
        if self._bound is None:
            return key_points(self._place, 4)
        named = [self._bound.points[name] for name in self._bound.mimic.trends if name in self._bound.points]
        return named or key_points(self._place, 4)

    def _show_place(self) -> None:
        self._arrange()
        if self._place is None:
            return
        self._chooser.show_places(self._places, self._alarms, self._lost)
        self._chooser.set_current(self._place)
        self._station_alarms.show_place(self._place, self._records.values())
        self._tools.show_neighbours(*self._neighbours())
        self._show_lost()
        self._show_values()
        self.moved.emit()

    def _show_chooser(self) -> None:
        self._chooser.show_places(self._places, self._alarms, self._lost)

    def _moment(self) -> Moment:
        return Moment(snapshot=self._context.bridge.snapshot(), alarms=self._alarms, commands=self._commands)

    def _show_values(self) -> None:
        if self._place is None:
            return
        moment = self._moment()
        view = self._shown_view()
        if view == "process":
            self._process.show_moment(moment)
        elif view == "list":
            self._list.show_points(self._place, moment.snapshot, self._alarms)
        if self._foot.isVisibleTo(self):
            self._hour.show_moment(moment, self._records)
        if self._faceplate.isVisibleTo(self):
            self._show_plate(moment)

    def _show_plate(self, moment: Moment) -> None:
        self._plate = self._make_plate(moment)
        if self._plate is not None:
            self._faceplate.show_plate(self._plate)
            self._check(self._plate, moment)

    def _make_plate(self, moment: Moment) -> Plate | None:
        if self._place is None:
            return None
        if self._shown_view() == "list" or self._bound is None:
            chosen = self._list.current()
            point = next((each for each in self._place.points if each.id == chosen), self._place.points[0])
            return point_plate(point, moment, self._targets)
        return plate_of(self._bound, self._process.view.chosen(), moment, self._targets)

    def _check(self, plate: Plate, moment: Moment) -> None:
        """Ask for the permissives of what is selected, now and every two seconds."""
        session = self._context.desk.session
        asked, at = self._checked
        if plate.ask is None or session is None:
            self._faceplate.show_check(None)
            self._checked = (None, 0)
            return
        subject = (self._place, plate.tag, plate.ask[0])
        if asked == subject and moment.now - at < _CHECK_US:
            return
        self._checked = (subject, moment.now)
        point, action, value = plate.ask
        future = self._context.backend.commands.check(session, point=point, action=action, value=value)

        states = state_words(self._place.points if self._place is not None else ())

        def answered(check: CommandCheck) -> None:
            if self._checked[0] == subject:
                self._faceplate.show_check(check, states=states)

        def refused(why: str) -> None:
            if self._checked[0] == subject:
                self._faceplate.show_check(None, why)

        self._context.actions.ask(future, answered, owner=self._faceplate, failed=refused)

    def _lost(self, device: str) -> bool:
        health = self._links.get(device)
        return health is not None and health.state is not LinkState.UP

    def _show_lost(self) -> None:
        place = self._place
        lost = [device for device in place.devices if self._lost(device)] if place is not None else []
        since = min((self._links[device].since for device in lost), default=0)
        age_s = max(0.0, (self._context.backend.now() - since) / US)
        self._process.say_below(self._tools.show_lost(lost, age_s))

    # -- what people do -------------------------------------------------------------------------------------------

    def _go_to(self, place: Place) -> None:
        if self._place is not place:
            self._place = place
            self._bind()
        self._show_place()

    def _choose(self, asset: str) -> None:
        place = self._place_of(asset)
        if place is not None:
            self._go_to(place)

    def _neighbours(self) -> tuple[Place | None, Place | None]:
        listed = self._chooser.listed()
        if self._place not in listed or len(listed) < 2:
            return None, None
        at = listed.index(self._place)
        return listed[at - 1], listed[(at + 1) % len(listed)]

    def _step(self, by: int) -> None:
        before, after = self._neighbours()
        place = after if by > 0 else before
        if place is not None:
            self._go_to(place)

    def _open_chooser(self, *, search: bool) -> None:
        if self._chooser.isVisible() and not search:
            self._close_chooser()
        elif self._place is not None:
            self._chooser.show_places(self._places, self._alarms, self._lost)
            self._chooser.open_on(self, search=search)

    def _close_chooser(self) -> None:
        self._chooser.hide()
        self.focus_first()

    def _select_point(self, point: Point) -> None:
        """Select what shows this point on the picture; else its row in the list."""
        shown_by = self._bound.id_of(point) if self._bound is not None else ""
        if shown_by:
            self._show_view("process")
            self._process.view.choose(shown_by)
        else:
            self._show_view("list")
            self._list.select(point.id)
        self._show_values()

    def _show_view(self, view: str) -> None:
        self._view = view
        self._arrange()
        self._show_values()
        self.focus_first()

    def _toggle_plate(self) -> None:
        self._plate_wanted = not self._plate_wanted
        self._arrange()
        self._show_values()

    def _prepare(self) -> None:
        """The command of what is selected; where that has none, the only one of the place."""
        if self._place is None:
            return
        plate = self._make_plate(self._moment())
        here = [point.id for point in self._place.points if point.id in self._targets]
        point = plate.ask[0] if plate is not None and plate.ask is not None else None
        if point is None and len(here) == 1:
            point = here[0]
        if point is not None:
            self._context.go("commands", f"prepare:{point}")

    def _trend(self) -> None:
        plate = self._make_plate(self._moment())
        if self._hour.isAncestorOf(self.focusWidget() or self):
            pens = self._hour.points()
        else:
            pens = plate.points if plate is not None and plate.points else self._hour.points()
        if pens:
            self._context.go("trends", "pens:" + ",".join(point.tag for point in pens))

    def _open_trends(self) -> None:
        self._context.go("trends", "pens:" + ",".join(point.tag for point in self._hour.points()))

    def _open_alarm(self) -> bool:
        """Go to the alarm of what is selected, else to the worst of the place, if there is one."""
        if self._place is None:
            return False
        moment = self._moment()
        if self._shown_view() == "list":
            chosen = self._list.current()
            alarm = self._alarms.get(chosen) if chosen is not None else None
        else:
            points = self._bound.points_of(self._process.view.chosen()) if self._bound is not None else ()
            alarm = moment.alarm(points) or worst(self._place, self._alarms)
        if alarm is not None:
            self._context.go("alarms", alarm.config.key)
        return alarm is not None

    # -- built once -----------------------------------------------------------------------------------------------

    def _shown_view(self) -> str:
        """The view that is really there: without a description there is no picture."""
        return "list" if self._bound is None and self._view == "process" else self._view

    def _arrange(self) -> None:
        """What fits: picture, foot and faceplate, or only some of them."""
        there = self._place is not None
        scale = current().scale
        wide = self.width() >= _WIDE * scale
        high = self.height() >= _HIGH * scale
        if self._view == "foot" and high:
            self._view = "process"
        view = self._shown_view()
        self._empty.setVisible(not there)
        self._process.setVisible(there and view == "process")
        self._list.setVisible(there and view == "list")
        self._foot.setVisible(there and (view == "foot" or (high and view == "process")))
        least, most, share = _FOOT
        high_foot = max(least * scale, min(most * scale, share * self.height(), self.height() - _PICTURE * scale))
        self._foot.setMaximumHeight(round(high_foot) if view == "process" else self._foot_most)
        # No more than the least is insisted on: else the page could not give way to a command on its way below it.
        self._foot.setMinimumHeight(round(least * scale) if view == "process" else 0)
        self._faceplate.setVisible(there and (wide != self._plate_wanted))
        room = Room.WIDE if self.width() >= _WORDY * scale else Room.NARROW if wide else Room.TIGHT
        self._tools.show_views(
            Views(current=view, room=room, picture=self._bound is not None, foot=not high, plate=not wide, here=there)
        )

    def _lay_out(self) -> None:
        foot = QHBoxLayout(self._foot)
        space(foot, gap=m.GAP)
        foot.addWidget(self._hour, _FOOT_SHARE[0])
        foot.addWidget(self._station_alarms, _FOOT_SHARE[1])
        left = QVBoxLayout()
        space(left, gap=m.GAP)
        left.addWidget(self._refused)
        left.addWidget(self._process, 9)
        left.addWidget(self._list, 9)
        left.addWidget(self._foot, 4)
        left.addWidget(self._empty, 1)
        row = QHBoxLayout(self)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        row.addLayout(left, 1)
        row.addWidget(self._faceplate)

    def _connect(self) -> None:
        self._tools.view_chosen.connect(self._show_view)
        self._tools.stepped.connect(self._step)
        self._tools.places_asked.connect(lambda: self._open_chooser(search=False))
        self._tools.plate_asked.connect(self._toggle_plate)
        self._chooser.chosen.connect(self._choose)
        self._chooser.closed.connect(self._close_chooser)
        self._process.selected.connect(lambda _id: self._show_values())
        self._list.selected.connect(lambda _id: self._show_values())
        self._hour.opened.connect(self._open_trends)
        self._station_alarms.opened.connect(lambda key: self._context.go("alarms", key))
        self._faceplate.prepare.connect(self._prepare)
        self._faceplate.trend.connect(self._trend)


SPEC = PageSpec(key="stations", shortcut="F2", icon="stations", title=mark("Stations"), level="L2", build=StationsPage)
