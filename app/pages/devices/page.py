"""Devices in two views: the registry with the fleet in figures, and the links with the pipeline and its quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.formats import shown
from app.page import Page, PageContext, PageSpec
from app.pages.devices import presenter
from app.pages.devices.fleet import areas_of, fleet_of
from app.pages.devices.fleet_view import AreaChips, FleetTiles
from app.pages.devices.forms import ChangeDialog, PointDialog, RemoteDialog
from app.pages.devices.meters_card import MetersCard
from app.texts import _
from backend.api import DeviceView
from backend.errors import RefusedError, mark
from backend.model.change import Change, ConfigVersion
from backend.model.event import LinkState, Quarantined
from backend.model.person import Right
from backend.model.plant import Point
from widgets.inputs import Button, ButtonKind, SearchField, Segmented
from widgets.readouts import Text
from widgets.readouts.ages import number_text
from widgets.surfaces import Card, Drawer, EmptyState, Fact, FactList, Veil
from widgets.tables import Align, Column, Kind, LazyRows, Row, RowModel, Table
from widgets.theme import Role, Tone, px, space
from widgets.theme import metrics as m

_EVERY = 8
"""Beats between two looks: every two seconds; a whole fleet is not read faster."""
_FOOT_HEIGHT = 340
_STAGES_WIDTH = 400
_REGISTRY, _LINKS = "registry", "links"
_DRAWER_WIDTH = 600
_QUARANTINE = 100


class DevicesPage(Page):
    """How the field is bound and acquired, and whether it comes through."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._beats = 0
        self._veil: Veil | None = None
        self._places: dict[str, str] = {}
        self._devices: dict[str, DeviceView] = {}
        self._device = ""
        self._link_model = RowModel(_link_columns())
        self._device_model = LazyRows(_device_columns(), self._device_row)
        self._point_model, self._stage_model = RowModel(_point_columns()), RowModel(_stage_columns())
        self._quarantine_model = RowModel(_quarantine_columns())
        self._links = Table(self._link_model, name="", row_height=m.ROW_DENSE)
        self._table = Table(self._device_model, name="")
        self._points = Table(self._point_model, name="", row_height=m.ROW_DENSE)
        self._stages = Table(self._stage_model, name="", row_height=m.ROW_DENSE)
        self._quarantine = Table(self._quarantine_model, name="", row_height=m.ROW_DENSE)
        self._link_card, self._device_card = Card(), Card()
        self._stage_card, self._quarantine_card = Card(), Card()
        self._meters = MetersCard()
        self._search = SearchField(name="", hint="", key="/")
        self._view = Segmented([(_REGISTRY, ""), (_LINKS, "")], name="")
        self._views = QStackedWidget()
        self._fleet, self._chips = FleetTiles(), AreaChips()
        self._model = self._area = ""
        self._areas: dict[str, str] = {}
        self._heard: dict[str, int] = {}
        self._down: frozenset[str] = frozenset()
        self._empty = EmptyState("")
        self._drawer = Drawer(width=_DRAWER_WIDTH)
        self._facts = FactList(name="")
        self._edit = Button(icon="edit", key="E", kind=ButtonKind.PRIMARY)
        self._remote = Button()
        self._right_note = Text("", Role.HINT, tone=Tone.MUTED, wrap=True)
        self._lay_out()
        self._view.chosen.connect(self._choose_view)
        self._fleet.chosen.connect(self._choose_type)
        self._chips.chosen.connect(self._choose_area)
        self._search.textChanged.connect(lambda _text: self._show_devices())
        self._search.left.connect(self._table.setFocus)
        self._search.returnPressed.connect(self._table.setFocus)
        self._table.selected.connect(self._choose)
        self._points.opened.connect(lambda _key: self._ask_point())
        self._points.selected.connect(lambda _key: self._show_rights())
        self._edit.clicked.connect(self._ask_point)
        self._remote.clicked.connect(self._ask_remote)
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._context.bridge.beat.connect(self._on_beat)
        self._context.desk.changed.connect(self._show_rights)
        self._beats = 0
        self._look()

    def leave(self) -> None:
        self._context.bridge.beat.disconnect(self._on_beat)
        self._context.desk.changed.disconnect(self._show_rights)
        self.put_away()

    def focus_first(self) -> None:
        dialog = self._veil.dialog() if self._veil is not None else None
        if isinstance(dialog, ChangeDialog):
            dialog.focus_first()
        else:
            self._table.setFocus()

    def put_away(self) -> None:
        if self._veil is not None:
            self._veil.lift()
            self._veil = None
            if self.isVisible():
                self._table.setFocus()

    def tools(self) -> Sequence[QWidget]:
        return (self._view,)

    def select(self, what: str) -> None:
        registry = self._context.backend.registry
        point = next((each for each in registry.points if each.tag == what), None)
        device = what if point is None else point.device
        if device not in self._devices:
            return
        self._view.set_current(_REGISTRY)
        self._choose_view(_REGISTRY)
        self._model = self._area = ""
        self._search.clear()
        self._show_devices()
        self._table.select(device)
        self._choose(device)
        if point is not None:
            self._points.select(str(point.id))

    def retranslate(self) -> None:
        self._places = presenter.places_of(self._context.backend.registry)
        self._link_card.set_title(_("Field links"))
        self._device_card.set_title(_("Devices"))
        self._meters.retranslate()
        self._stage_card.set_title(_("Pipeline since start"))
        self._quarantine_card.set_title(_("Quarantine"))
        self._view.set_segments([(_REGISTRY, _("Registry")), (_LINKS, _("Links and pipeline"))], _("View"))
        self._links.setAccessibleName(_("Field links"))
        self._table.setAccessibleName(_("Devices"))
        self._points.setAccessibleName(_("Points of the device"))
        self._stages.setAccessibleName(_("Pipeline since start"))
        self._quarantine.setAccessibleName(_("Quarantine"))
        self._search.setPlaceholderText(_("Find device, model, place or tag"))
        self._search.setAccessibleName(_("Find device, model, place or tag"))
        self._empty.set_words(_("No devices registered. Import them with `linepack import`."))
        self._edit.set_words(_("Edit point"))
        self._link_model.set_columns(_link_columns())
        self._device_model.set_columns(_device_columns())
        self._point_model.set_columns(_point_columns())
        self._stage_model.set_columns(_stage_columns())
        self._quarantine_model.set_columns(_quarantine_columns())
        self._look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_E if not event.modifiers():
                self._ask_point()
            case Qt.Key.Key_Slash:
                self._search.setFocus()
            case _:
                super().keyPressEvent(event)

    # -- what came ------------------------------------------------------------------------------------------------

    def _on_beat(self) -> None:
        self._beats += 1
        if self._beats % _EVERY == 0:
            self._look()

    def _look(self) -> None:
        backend = self._context.backend
        self._devices = {view.device.id: view for view in backend.devices.snapshot()}
        self._link_model.replace(presenter.link_rows(backend.links.snapshot()))
        self._meters.show_head_ends(backend.metering.head_ends(), backend.metering.totals().held)
        self._stage_model.replace(presenter.stage_rows(backend.devices.pipeline()))
        asked: Future[tuple[Quarantined, ...]] = backend.devices.quarantined(_QUARANTINE)
        self._context.actions.ask(asked, self._show_quarantine, owner=self, failed=None)
        self._show_devices()

    def _show_quarantine(self, items: Sequence[Quarantined]) -> None:
        self._quarantine_model.replace(presenter.quarantine_rows(items))
        self._quarantine_card.set_note("" if items else _("nothing was put aside"))

    # -- showing --------------------------------------------------------------------------------------------------

    def _show_devices(self) -> None:
        backend = self._context.backend
        self._down = frozenset(each.link for each in backend.links.snapshot() if each.state is not LinkState.UP)
        self._heard = backend.devices.last_heard()
        self._show_fleet()
        listed = [
            view
            for view in presenter.found(self._devices.values(), self._search.text())
            if self._model in ("", view.model) and self._area in ("", self._areas.get(view.device.asset, ""))
        ]
        self._device_card.set_note(
            _("{count} of {all} · configuration {number}").format(
                count=number_text(len(listed)), all=number_text(len(self._devices)), number=backend.devices.version()
            )
        )
        # Of thousands of rows a few dozen are in sight: only those are made anew.
        self._device_model.show([view.device.id for view in listed])
        self._device_model.renew(self._table.visible_keys())
        self._empty.setVisible(not self._devices)
        self._table.setVisible(bool(self._devices))
        if self._device not in self._devices:
            self._device = next(iter(self._devices), "")
        self._table.select(self._device)
        self._show_device()

    def _device_row(self, device: str) -> Row | None:
        view = self._devices.get(device)
        now = self._context.backend.now()
        return None if view is None else presenter.device_row(view, self._places, self._heard, self._down, now)

    def _show_fleet(self) -> None:
        backend = self._context.backend
        self._areas = areas_of(backend.registry)
        views = list(self._devices.values())
        fleet = fleet_of(views, backend.registry, self._heard, self._context.bridge.snapshot())
        self._fleet.show_fleet(fleet.whole, fleet.types, self._model)
        self._chips.show_areas(fleet.areas, self._area)

    def _choose_view(self, view: str) -> None:
        self._views.setCurrentIndex((_REGISTRY, _LINKS).index(view))
        self._show_device()

    def _choose_type(self, model: str) -> None:
        self._model = model
        self._show_devices()

    def _choose_area(self, area: str) -> None:
        self._area = area
        self._show_devices()

    def _choose(self, device: str) -> None:
        if device in self._devices and device != self._device:
            self._device = device
            self._show_device()

    def _show_device(self) -> None:
        view = self._devices.get(self._device)
        # The links' tables are wide, and none of their rows is a device.
        self._drawer.setVisible(view is not None and self._views.currentIndex() == 0)
        if view is None:
            return
        self._drawer.set_subject(shown(view.device.id, 40), presenter.place_text(view, self._places))
        self._facts.set_facts(
            (
                Fact(label=_("Model"), value=f"{presenter.title_of(view)}  {presenter.model_text(view)}"),
                Fact(label=_("Link"), value=shown(view.link, 64)),
                Fact(label=_("Power"), value=presenter.power_word(view)),
                Fact(label=_("Remote control"), value=presenter.remote_word(view)),
                Fact(label=_("Bound points"), value=str(len(view.bound))),
                Fact(label=_("Not bound"), value=str(len(view.unbound)), strong=bool(view.unbound)),
            ),
            _("The device"),
        )
        self._point_model.replace(presenter.point_rows(view))
        self._remote.set_words(_("Make read-only") if view.device.remote_enabled else _("Allow remote control"))
        self._show_rights()

    def _show_rights(self) -> None:
        may = self._context.desk.may(Right.CONFIG_EDIT)
        view = self._devices.get(self._device)
        self._edit.setEnabled(may and self._point() is not None)
        self._remote.setEnabled(may and view is not None and view.commandable)
        self._right_note.setText(
            _("Choose a point to edit it. Every change is journaled.") if may else _("Engineers change this.")
        )

    # -- what people do -------------------------------------------------------------------------------------------

    def _point(self) -> Point | None:
        view = self._devices.get(self._device)
        chosen = self._points.current_key()
        return next((point for point in view.bound if str(point.id) == chosen), None) if view else None

    def _ask_point(self) -> None:
        view, point = self._devices.get(self._device), self._point()
        if view is not None and point is not None and self._context.desk.may(Right.CONFIG_EDIT):
            self._open(PointDialog(view, point, self._send, self._context.actions))

    def _ask_remote(self) -> None:
        view = self._devices.get(self._device)
        if view is not None and self._context.desk.may(Right.CONFIG_EDIT):
            self._open(RemoteDialog(view, self._send, self._context.actions))

    def _open(self, dialog: ChangeDialog) -> None:
        self.put_away()
        dialog.escaped.connect(self.put_away)
        dialog.changed.connect(self._changed)
        self._veil = Veil(dialog, self)
        dialog.focus_first()

    def _send(self, change: Change, reason: str) -> Future[ConfigVersion]:
        session = self._context.desk.session
        if session is None:
            refused: Future[ConfigVersion] = Future()
            refused.set_exception(RefusedError(mark("you are signed out; sign in again")))
            return refused
        return self._context.backend.devices.change(session, change, reason)

    def _changed(self, version: ConfigVersion) -> None:
        self.put_away()
        self._look()
        self._context.actions.done.emit(
            _("{subject}: in force as configuration {number}.").format(
                subject=shown(version.subject, 64), number=version.number
            )
        )

    def _lay_out(self) -> None:
        self._device_card.body.addWidget(self._search)
        self._device_card.body.addWidget(self._chips)
        self._device_card.body.addWidget(self._table, 1)
        self._device_card.body.addWidget(self._empty, 1)
        registry = QVBoxLayout()
        space(registry, gap=m.GAP)
        registry.addWidget(self._fleet)
        registry.addWidget(self._device_card, 1)
        self._link_card.body.addWidget(self._links)
        self._stage_card.body.addWidget(self._stages)
        self._stage_card.setMaximumWidth(px(_STAGES_WIDTH))
        self._quarantine_card.body.addWidget(self._quarantine)
        foot = QHBoxLayout()
        space(foot, gap=m.GAP)
        foot.addWidget(self._stage_card, 2)
        foot.addWidget(self._quarantine_card, 3)
        for card in (self._stage_card, self._quarantine_card):
            card.setFixedHeight(px(_FOOT_HEIGHT))
        links = QVBoxLayout()
        space(links, gap=m.GAP)
        links.addWidget(self._link_card, 1)
        links.addWidget(self._meters)
        links.addLayout(foot)
        for layout in (registry, links):
            view = QWidget()
            view.setLayout(layout)
            self._views.addWidget(view)
        self._drawer.setMaximumWidth(px(_DRAWER_WIDTH))
        self._drawer.body.addWidget(self._facts)
        self._drawer.body.addWidget(self._points, 1)
        self._drawer.foot.addWidget(self._right_note)
        buttons = QHBoxLayout()
        space(buttons, gap=m.HALF)
        buttons.addWidget(self._edit)
        buttons.addWidget(self._remote)
        buttons.addStretch(1)
        self._drawer.foot.addLayout(buttons)
        row = QHBoxLayout(self)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        row.addWidget(self._views, 5)
        row.addWidget(self._drawer, 3)


def _link_columns() -> tuple[Column, ...]:
    return (
        Column(key="link", title=_("Link"), width=200, kind=Kind.MONO),
        Column(key="state", title=_("State"), width=90),
        Column(key="since", title=_("Since"), width=164, kind=Kind.TIME),
        Column(key="latency", title=_("Latency"), width=80, align=Align.RIGHT),
        Column(key="read", title=_("Read"), width=76, align=Align.RIGHT),
        Column(key="failed", title=_("Failed"), width=66, align=Align.RIGHT),
        Column(key="lost", title=_("Losses"), width=66, align=Align.RIGHT),
        Column(key="late", title=_("Late"), width=52, align=Align.RIGHT),
        Column(key="heard", title=_("Messages"), width=92, align=Align.RIGHT),
        Column(key="strange", title=_("Unknown sender"), width=112, align=Align.RIGHT),
        Column(key="sealed", title=_("Not decrypted"), width=104, align=Align.RIGHT),
        Column(key="garbled", title=_("Not parsed"), width=92, align=Align.RIGHT),
        Column(key="reason", title=_("Reason"), width=0, kind=Kind.MUTED, elide=True),
    )


def _device_columns() -> tuple[Column, ...]:
    return (
        Column(key="device", title=_("Device"), width=104, kind=Kind.MONO),
        Column(key="model", title=_("Model"), width=156, elide=True),
        Column(key="place", title=_("Place"), width=0, elide=True),
        Column(key="link", title=_("Link"), width=132, kind=Kind.MUTED, elide=True),
        Column(key="remote", title=_("Remote control"), width=112),
        Column(key="points", title=_("Points"), width=62, align=Align.RIGHT),
        Column(key="heard", title=_("Last heard"), width=90, kind=Kind.AGE, align=Align.RIGHT),
    )


def _point_columns() -> tuple[Column, ...]:
    return (
        Column(key="tag", title=_("Tag"), width=112, kind=Kind.MONO),
        Column(key="title", title=_("Point"), width=0, elide=True),
        Column(key="mode", title=_("Mode"), width=78),
        Column(key="period", title=_("Period"), width=62, align=Align.RIGHT),
        Column(key="limits", title=_("Limits"), width=140, kind=Kind.MUTED, elide=True),
    )


def _stage_columns() -> tuple[Column, ...]:
    return (
        Column(key="stage", title=_("Stage"), width=0),
        Column(key="passed", title=_("Passed"), width=110, align=Align.RIGHT),
        Column(key="failed", title=_("Failed"), width=90, align=Align.RIGHT),
    )


def _quarantine_columns() -> tuple[Column, ...]:
    return (
        Column(key="time", title=_("Time"), width=90, kind=Kind.TIME),
        Column(key="source", title=_("Source"), width=300, kind=Kind.MONO, elide=True),
        Column(key="stage", title=_("Stage"), width=96),
        Column(key="reason", title=_("Reason"), width=280, elide=True),
        Column(key="raw", title=_("Raw bytes"), width=0, kind=Kind.MONO, elide=True),
    )


SPEC = PageSpec(key="devices", shortcut="F8", icon="devices", title=mark("Devices"), level="L3", build=DevicesPage)
