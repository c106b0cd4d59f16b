"""The map: a web page when there is one, the native schematic before that and whenever the page has died.

Everything that is decided is decided here, once, for both: they only draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from widgets.maps import messages
from widgets.maps.maker import Document, DocumentMaker
from widgets.maps.mercator import degrees, unit
from widgets.maps.painting import plate_size
from widgets.maps.picture import Picture, home_of
from widgets.maps.projection import Insets, Projection, clamped, within
from widgets.maps.scene import Frame, Look, Overlay, Place, Scene, Situation, View
from widgets.maps.schematic import Schematic
from widgets.maps.shelf import Shelf
from widgets.maps.sprites import atlas
from widgets.maps.tiles import Tiles
from widgets.notices.blink import shared_blink
from widgets.theme import current

if TYPE_CHECKING:
    from widgets.maps.web import WebMap

RELOAD_MS: Final = 1_000
"""Rest after a death of the page before it is loaded again; doubled for each death, up to a minute."""
_LONGEST_REST_MS: Final = 60_000
_RING_STEPS: Final = 2
_NEAREST_FRAME: Final = 17
_MARGIN: Final = 0.04
"""Round what is framed, as a share of the height."""


class MapBoard(QWidget):
    """A map that can be moved, zoomed and pointed at.

    Signals: pointed(float lon, float lat, Hit) on a click; moved(View) after the view changed; web_changed(bool)
    when the page took over from the schematic, or died.
    """

    pointed = Signal(float, float, object)
    moved = Signal(object)
    web_changed = Signal(bool)

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.picture = Picture(lambda lines: plate_size(tuple(lines), current()), current().scale)
        self.shelf = Shelf()
        self.schematic = Schematic(self.picture)
        self.schematic.say(name)
        self.web: WebMap | None = None
        self._maker = DocumentMaker(self)
        self._view = View()
        self._frame = Frame()
        self._prepared: tuple[float, float, float, float] | None = None
        self._atlas_number = 0
        self._view_number = 0
        self._listening = False
        self._deaths = 0
        self._reload = QTimer(self)
        self._reload.setSingleShot(True)
        self._reload.timeout.connect(self._load)
        self._layers = QStackedLayout(self)
        self._layers.addWidget(self.schematic)
        self._maker.made.connect(self._on_document)
        self.schematic.clicked.connect(self._on_click)
        self.schematic.moved.connect(self.look_at)
        shared_blink().changed.connect(self._beat)
        self.destroyed.connect(self._maker.stop)
        self._take_theme()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def set_name(self, name: str) -> None:
        """What it is called, in another language."""
        self.setAccessibleName(name)
        self.schematic.say(name)

    def show_scene(self, scene: Scene) -> None:
        """Draw this network."""
        self.picture.show(scene)
        self.schematic.repaint_ground()
        self._tell(lambda: messages.scene_message(self.picture))
        self._refresh(anew=True)

    def show_looks(self, looks: Mapping[str, Look]) -> None:
        """Some symbols look like this now; only what is different is told on."""
        changed = self.picture.look(looks)
        if not changed.indices:
            return
        self._tell(lambda: messages.looks_message(self.picture, changed.indices))
        shared_blink().need(self, any(look.alarm for look in self.picture.looks))
        if changed.frame:
            self._refresh()
        self.schematic.update()

    def switch_off(self, layers: Iterable[str]) -> None:
        """Do not draw these layers."""
        self.picture.switch_off(layers)
        self._tell(lambda: messages.question_message(self.picture, self.picture.question))
        self._tell(lambda: messages.situation_message(self.picture))
        self._refresh()

    def select(self, key: str) -> None:
        """Ring this symbol or line; "" for none."""
        self.picture.select(key)
        self._tell(lambda: messages.question_message(self.picture, self.picture.question))
        self._refresh()

    def ask(self, overlay: Overlay) -> None:
        """Lay this over the network."""
        self.picture.overlay(overlay)
        self._tell(lambda: messages.question_message(self.picture, self.picture.question))
        self._refresh()

    def stand(self, situation: Situation) -> None:
        """Lay this over the network whatever is asked."""
        if self.picture.stand(situation):
            self._tell(lambda: messages.situation_message(self.picture))
            self.schematic.repaint_ground()
            self._refresh()

    def set_tiles(self, tiles: Tiles | None) -> None:
        """Lay these tiles under the network; None = plain land, and the streets that the pipes run under."""
        self.shelf.tiles = tiles
        self._tell(lambda: messages.base_message(tiles.info if tiles is not None else None))

    # -- where it looks ---------------------------------------------------------------------------------------------

    def view(self) -> View:
        """Where the map looks."""
        return self._view

    def look_at(self, view: View) -> None:
        """Look there."""
        self._view_number += 1
        self._set_view(view)
        self._tell(lambda: messages.view_message(view, self._view_number))

    def fit(self, insets: Insets | None = None) -> None:
        """Look at the whole city, in the part of the map that nothing covers."""
        box = home_of(self.picture.scene)
        if box is not None:
            self.look_at(within(box, max(1, self.width()), max(1, self.height()), insets or Insets()))

    def frame_places(self, places: Sequence[Place], insets: Insets | None = None) -> None:
        """Look at all of these places, in the part of the map that nothing covers."""
        if not places:
            return
        lon, lat = [place[0] for place in places], [place[1] for place in places]
        box = (min(lon), min(lat), max(lon), max(lat))
        room = self._roomy(insets)
        view = within(box, max(1, self.width()), max(1, self.height()), room)
        if view.zoom > _NEAREST_FRAME:
            middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
            near = Projection(view=View(at=middle, zoom=_NEAREST_FRAME), width=self.width(), height=self.height())
            view = near.moved((room.right - room.left) / 2, (room.bottom - room.top) / 2)
        self.look_at(view)

    def go_to(self, key: str, zoom: int) -> None:
        """Look at a symbol or line from at least this near."""
        place = self.picture.place_of(key)
        if place is not None:
            self.look_at(View(at=degrees(*place), zoom=max(zoom, self._view.zoom)))

    def zoom_by(self, steps: int) -> None:
        """Nearer or further, about the middle."""
        self.look_at(View(at=self._view.at, zoom=clamped(self._view.zoom + steps)))

    def pan(self, across: float, down: float) -> None:
        """Move the view by so many px."""
        self.look_at(self.projection().moved(across, down))

    def projection(self) -> Projection:
        """The view at this size."""
        return Projection(view=self._view, width=max(1, self.width()), height=max(1, self.height()))

    def frame(self) -> Frame:
        """What is drawn now."""
        return self._frame

    # -- the page ---------------------------------------------------------------------------------------------------

    def start_web(self) -> None:
        """Have the page built and loaded; until it shows something the schematic stays."""
        if self.web is None:
            self._maker.start()

    def stop_web(self) -> None:
        """Let go of the page; the schematic stays."""
        self._maker.stop()
        self._reload.stop()
        self._listening = False
        if self.web is not None:
            web, self.web = self.web, None
            self._layers.removeWidget(web)
            self._layers.setCurrentWidget(self.schematic)
            web.hide()
            web.deleteLater()

    def on_web(self) -> bool:
        """Whether the page is what is seen."""
        return self.web is not None and self._layers.currentWidget() is self.web

    # -- events -----------------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._take_theme()
            self._refresh(anew=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refresh(anew=True)

    def _on_document(self, document: Document) -> None:
        try:
            from widgets.maps.web import WebMap
        except ImportError:
            # A machine without the web engine's libraries keeps the schematic.
            return
        self.shelf.html, self.shelf.script = document.html, document.script
        self.web = WebMap(self.shelf, self)
        self.web.ready.connect(self._on_ready)
        self.web.drawn.connect(self._on_drawn)
        self.web.died.connect(self._on_death)
        self.web.clicked.connect(self._on_click)
        self.web.moved.connect(self._on_moved)
        self._layers.addWidget(self.web)
        self._layers.setCurrentWidget(self.schematic)
        self._load()

    def _load(self) -> None:
        if self.web is not None:
            self.web.load()

    def _on_ready(self) -> None:
        self._listening = True
        tiles = self.shelf.tiles
        picture = self.picture
        for message in (
            lambda: messages.view_message(self._view, self._view_number),
            lambda: messages.scene_message(picture),
            lambda: messages.looks_message(picture, range(len(picture.looks))),
            lambda: messages.question_message(picture, picture.question),
            lambda: messages.situation_message(picture),
            lambda: messages.frame_message(self._frame),
            lambda: messages.base_message(tiles.info if tiles is not None else None),
            self._theme_message,
        ):
            self._tell(message)

    def _on_drawn(self) -> None:
        if self.web is not None and not self.on_web():
            self._layers.setCurrentWidget(self.web)
            self.web_changed.emit(True)

    def _on_death(self) -> None:
        self._listening = False
        self._layers.setCurrentWidget(self.schematic)
        self._reload.start(min(_LONGEST_REST_MS, RELOAD_MS * 2**self._deaths))
        self._deaths += 1
        self.web_changed.emit(False)

    def _on_click(self, lon: float, lat: float) -> None:
        hit = self.picture.hit(*unit(lon, lat), self._view.zoom, self._frame)
        if hit.ring is not None:
            self.look_at(View(at=degrees(*hit.ring), zoom=clamped(self._view.zoom + _RING_STEPS)))
        self.pointed.emit(lon, lat, hit)

    def _on_moved(self, view: View, number: int) -> None:
        # What the page did before it heard where to look is of yesterday.
        if self.on_web() and number == self._view_number:
            self._set_view(view)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _roomy(self, insets: Insets | None) -> Insets:
        """With a margin round what is to be seen."""
        taken, margin = insets or Insets(), _MARGIN * self.height()
        return Insets(
            left=taken.left + margin, right=taken.right + margin, top=taken.top + margin, bottom=taken.bottom + margin
        )

    def _set_view(self, view: View) -> None:
        if view == self._view:
            return
        zoomed = view.zoom != self._view.zoom
        self._view = view
        self.schematic.show_view(view)
        self._refresh(anew=zoomed)
        self.moved.emit(view)

    def _refresh(self, *, anew: bool = True) -> None:
        """Decide again what is drawn; while only moving, once the prepared part is left."""
        seen = self.projection().bounds(0.0)
        if not anew and self._prepared is not None and _inside(seen, self._prepared):
            return
        self._prepared = self.projection().bounds()
        frame = self.picture.frame(self._view.zoom, self._prepared)
        if frame != self._frame:
            self._frame = frame
            self.schematic.show_frame(frame)
            self._tell(lambda: messages.frame_message(frame))

    def _take_theme(self) -> None:
        theme = current()
        self.picture.rescale(theme.scale)
        self.shelf.atlas = atlas(theme, self.devicePixelRatioF())
        self._atlas_number += 1
        self.schematic.show_atlas(self.shelf.atlas)
        if self.web is not None:
            self.web.restyle()
        self._tell(self._theme_message)

    def _theme_message(self) -> str:
        assert self.shelf.atlas is not None
        return messages.theme_message(current(), self.shelf.atlas, self._atlas_number)

    def _beat(self) -> None:
        if self.isVisible():
            blink = shared_blink()
            self._tell(lambda: messages.beat_message(fast=blink.fast(), slow=blink.slow()))

    def _tell(self, message: Callable[[], str]) -> None:
        """Say it to the page, if it listens; nobody else pays for putting it into words."""
        if self._listening and self.web is not None:
            self.web.tell(message())


def _inside(inner: tuple[float, float, float, float], outer: tuple[float, float, float, float]) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]
