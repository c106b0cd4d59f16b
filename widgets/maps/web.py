"""The map's page in Qt WebEngine: loaded from memory, fenced in, spoken to over a web channel."""

from __future__ import annotations

import json
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.maps.fence import HOME, SCHEME, Fence, Server, register_scheme
from widgets.maps.projection import clamped
from widgets.maps.scene import View
from widgets.maps.shelf import Shelf
from widgets.theme import current, space

_OFF: Final = (
    QWebEngineSettings.WebAttribute.LocalStorageEnabled,
    QWebEngineSettings.WebAttribute.PluginsEnabled,
    QWebEngineSettings.WebAttribute.JavascriptCanOpenWindows,
    QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessRemoteUrls,
    QWebEngineSettings.WebAttribute.HyperlinkAuditingEnabled,
    QWebEngineSettings.WebAttribute.ErrorPageEnabled,
    QWebEngineSettings.WebAttribute.FocusOnNavigationEnabled,
    QWebEngineSettings.WebAttribute.NavigateOnDropEnabled,
    QWebEngineSettings.WebAttribute.WebGLEnabled,
    QWebEngineSettings.WebAttribute.ShowScrollBars,
)


class DeskLine(QObject):
    """The desk's end of the channel: messages go out, what people did in the page comes in.

    Signals: said(str JSON) to the page; ready(), drawn(), clicked(lon, lat), moved(View) from it.
    """

    said = Signal(str)
    ready = Signal()
    drawn = Signal()
    clicked = Signal(float, float)
    moved = Signal(object, int)

    @Slot(str)
    def hear(self, words: str) -> None:
        """A message from the page; one that makes no sense is ignored."""
        try:
            told = json.loads(words)
            kind = told["kind"]
            if kind in ("ready", "drawn"):
                (self.ready if kind == "ready" else self.drawn).emit()
                return
            lon, lat = float(told["lon"]), float(told["lat"])
            if kind == "clicked":
                self.clicked.emit(lon, lat)
            elif kind == "moved":
                self.moved.emit(View(at=(lon, lat), zoom=clamped(round(told["zoom"]))), int(told["number"]))
        except (ValueError, KeyError, TypeError):
            return


class _Page(QWebEnginePage):
    """A page that goes nowhere, opens nothing, and whose complaints are kept for whoever asks."""

    def __init__(self, profile: QWebEngineProfile, parent: QObject) -> None:
        super().__init__(profile, parent)
        self.complaints: list[str] = []

    def acceptNavigationRequest(self, url, kind, main):  # type: ignore[no-untyped-def]
        return bool(url == HOME)

    def createWindow(self, _kind):  # type: ignore[no-untyped-def]
        return None

    def javaScriptConsoleMessage(self, _level, message, line, source):  # type: ignore[no-untyped-def]
        self.complaints = [*self.complaints, f"{source}:{line}: {message}"][-50:]


class WebMap(QWidget):
    """The page; `tell` speaks to it once it is ready.

    Signals: ready() each time the page listens; drawn() when it shows a picture; clicked(float lon, float lat);
    moved(View, int number of the view it had been told last); died().
    """

    ready = Signal()
    drawn = Signal()
    clicked = Signal(float, float)
    moved = Signal(object, int)
    died = Signal()

    def __init__(self, shelf: Shelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        register_scheme()
        # The page goes with this widget; the profile it belongs to must go after it, so it is nobody's child here.
        self._view = QWebEngineView(self)
        self.profile = QWebEngineProfile(QCoreApplication.instance())
        self.destroyed.connect(self.profile.deleteLater)
        self.page = _Page(self.profile, self._view)
        self.fence = Fence(self.profile)
        self.server = Server(shelf, self.profile)
        self.line = DeskLine(self)
        self._channel = QWebChannel(self)
        self._channel.registerObject("desk", self.line)
        self.profile.setUrlRequestInterceptor(self.fence)
        self.profile.installUrlSchemeHandler(SCHEME, self.server)
        self.profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies)
        self.profile.setSpellCheckEnabled(False)
        for attribute in _OFF:
            self.page.settings().setAttribute(attribute, False)
        self.page.setBackgroundColor(current().ground["land"])
        self.page.setWebChannel(self._channel)
        self._view.setPage(self.page)
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._view.setAcceptDrops(False)
        layout = QVBoxLayout(self)
        space(layout)
        layout.addWidget(self._view)
        self.line.ready.connect(self._on_ready)
        self.line.drawn.connect(self.drawn)
        self.line.clicked.connect(self.clicked)
        self.line.moved.connect(self.moved)
        self.page.renderProcessTerminated.connect(lambda _status, _code: self.died.emit())

    def load(self) -> None:
        """Load the page, or load it again."""
        self.page.load(HOME)

    def tell(self, message: str) -> None:
        """Say something to the page; before it is ready nobody hears it."""
        self.line.said.emit(message)

    def restyle(self) -> None:
        """The colour shown before the page paints."""
        self.page.setBackgroundColor(current().ground["land"])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The keyboard belongs to the console's page: the web view only hands on what it was given.
        board = self.parentWidget()
        if event.type() == QEvent.Type.FocusIn and board is not None:
            board.setFocus()
        return super().eventFilter(watched, event)

    def _on_ready(self) -> None:
        proxy = self._view.focusProxy()
        if proxy is not None:
            proxy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            proxy.installEventFilter(self)
        self.ready.emit()
