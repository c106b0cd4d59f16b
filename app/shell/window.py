"""The main window: banner on top, rail at the left, the page in the middle, status at the foot; simulator frame over
all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent, QScreen, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSizePolicy, QVBoxLayout, QWidget

from app.bridge import Bridge
from app.dialogs.sign_in import SignIn
from app.page import PageSpec
from app.pages.commands.on_its_way import OnItsWay
from app.shell.banner import SIMULATOR, AlarmBanner
from app.shell.console import Console
from app.shell.find.finder import Finder
from app.shell.gate import Gate
from app.shell.help import Help
from app.shell.host import PageHost
from app.shell.idle import IdleLock
from app.shell.keys import Key, install
from app.shell.page_window import PageWindow, alarm_key
from app.shell.places_kept import PlacesKept, identity
from app.shell.questions import Questions
from app.shell.status_bar import OLD_SCAN_S, StatusBar
from app.shell.vigil import FROZEN_S, Vigil
from app.shell.windows import Windows
from app.texts import LANGUAGES, _, bilingual, language, say
from app.tones import glyph_of
from backend.api import Backend
from backend.clock import US
from backend.errors import mark
from backend.model.command import CommandState
from widgets.notices import FrozenNotice, SimulatorFrame
from widgets.readouts import Text
from widgets.surfaces import Rail, RailEntry
from widgets.theme import Role, Tone, current, px, space
from widgets.theme import metrics as m

_STATUS_MS = 1000
_SETTLED_MS = 400
"""A window that is being moved takes the scale of its monitor only once it stays there."""
_SIGN_OUT = "sign_out"
_FIND = "find"
_DESIGNED = (1920, 1080)
_SMALLEST = (1366, 768)
_HIGH_ENOUGH = 900
"""Lower windows keep the whole height for the page."""


class Shell(QMainWindow):
    """The console's main window.

    Signals: first_values() once, when the first live values have been painted.
    """

    first_values = Signal()

    def __init__(
        self,
        backend: Backend,
        bridge: Bridge,
        pages: Sequence[PageSpec],
        *,
        workstation: str,
        hint: Callable[[], str] = lambda: "",
        authenticator: Callable[[str], str] = lambda _login: "",
    ) -> None:
        super().__init__()
        self.backend = backend
        self._bridge = bridge
        self.console = Console(
            backend, bridge, pages, workstation=workstation, authenticator=authenticator, parent=self
        )
        self.desk = self.console.desk
        self.actions_ = self.console.actions
        self._seen_values = False
        self._simulator_note = Text("", Role.LABEL, tone=Tone.NOT_FIELD)
        self.banner = AlarmBanner(self.console.urgent, simulator=self.console.simulator)
        self.rail = Rail(self._entries(foot=False), self._entries(foot=True), name="")
        self.host = PageHost(self.console, notes=(self._simulator_note,))
        self.header = self.host.header
        self.status = StatusBar()
        self.on_its_way = OnItsWay(backend, bridge, inset=True)
        self.windows = Windows(self.console, self.host, self)
        self.gate = Gate(
            self.console, self.host, self.windows, hint=hint, welcome=self.console.looks.brand.welcome, parent=self
        )
        self.questions = Questions(self.console, self)
        self.finder = Finder(self.console, self.windows, self)
        self.kept = PlacesKept(self.console, self, self.windows, parent=self)
        self._keys = self._key_table()
        self.help = Help(self.windows, self._keys, self)
        self.idle = IdleLock(self.desk, self.console.looks, parent=self)
        self._lay_out()
        self._connect()
        self._status_timer = QTimer(self)
        self._status_timer.setInterval(_STATUS_MS)
        self._status_timer.timeout.connect(self._show_status)
        self._status_timer.start()
        self.banner.set_logo(self.console.looks.brand.logo)
        self.go(next(iter(self.console.specs)), "")
        self.retranslate()
        self.gate.close()
        if self.console.looks.fault is not None:
            self.console.said.emit(say(self.console.looks.fault), True)
        self._screen_timer = QTimer(self)
        self._screen_timer.setSingleShot(True)
        self._screen_timer.setInterval(_SETTLED_MS)
        self._screen_timer.timeout.connect(self._stand_here)
        self._stand_here()
        self.console.looks.load()

    # -- going places ---------------------------------------------------------------------------------------------

    def go(self, key: str, what: str) -> None:
        """Open a page and bring `what` into view there."""
        self.windows.go(key, what)

    def current(self) -> str:
        """Key of the page in view."""
        return self.host.current()

    def has_values(self) -> bool:
        """Whether live values have been painted yet."""
        return self._seen_values

    def page_keys(self) -> tuple[str, ...]:
        """Every page, in the order of the rail."""
        return tuple(self.console.specs)

    def sign_in_form(self) -> SignIn | None:
        """The sign-in that is shown now, if any."""
        return self.gate.form()

    def retranslate(self) -> None:
        """Show every text of every window anew in the language of the desk."""
        self.setWindowTitle(self.console.window_title())
        site = self.backend.site
        looks = self.console.looks
        self.banner.set_names(looks.brand.title(), bilingual(site.name, site.name_zh), looks.desk_name())
        for entry in (*self._entries(foot=False), *self._entries(foot=True)):
            self.rail.set_entry(entry)
        self.rail.setAccessibleName(_("Pages"))
        note = _("No connection to field, live server or live archive") if self.console.simulator else ""
        self._simulator_note.setText(note)
        self.banner.retranslate()
        self.status.retranslate()
        self.host.retranslate()
        for window in self.windows.others():
            window.retranslate()
        self.gate.retranslate()
        self._show_person()
        self._show_status()

    def set_theme(self, name: str) -> None:
        """Change to "dark" or "light"."""
        self.console.looks.set(theme=name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.free_key(event):
            super().keyPressEvent(event)

    def free_key(self, event: QKeyEvent) -> bool:
        """What neither the page nor a field has used: `/` finds, `?` helps, the rest is the banner's."""
        deed = {"/": self.finder.open, "?": self.help.open}.get(event.text())
        if deed is None:
            return alarm_key(self.console, event)
        deed()
        return True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.idle.watch(self)
        handle = self.windowHandle()
        if handle is not None:
            handle.screenChanged.connect(self._on_screen, Qt.ConnectionType.UniqueConnection)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._status_timer.stop()
        self._screen_timer.stop()
        self.vigil.stop()
        self.finder.stop()
        self.windows.close_others()
        self.host.close_pages()
        super().closeEvent(event)

    # -- what came ------------------------------------------------------------------------------------------------

    def _on_values(self, _snapshot: object) -> None:
        if not self._seen_values:
            self._seen_values = True
            QTimer.singleShot(0, self.first_values.emit)

    def _on_beat(self) -> None:
        self.banner.show_clock(self.backend.now())
        self.console.urgent.catch_up()

    def _show_top(self) -> None:
        top = self.console.urgent.top()
        if "alarms" in self.console.specs:
            self.rail.set_alarm("alarms", (int(top.priority), glyph_of(top)) if top is not None else None)

    def _show_commands(self) -> None:
        session = self.desk.session
        waiting = [
            command
            for command in self.backend.commands.snapshot()
            if command.state is CommandState.AWAITING_APPROVAL
            and session is not None
            and session.person not in (command.requester, command.confirmer)
        ]
        asked = self.questions.waiting_for(session.person) if session is not None else ()
        if "commands" in self.console.specs:
            self.rail.set_count("commands", len(waiting) + len(asked))

    def _show_status(self) -> None:
        self.desk.look()
        self.idle.look()
        status = self.backend.status.snapshot()
        answering = self.backend.screen.core_age_s() <= FROZEN_S
        snapshot = self._bridge.snapshot()
        newest = int(snapshot.received_at.max()) if len(snapshot.received_at) else 0
        old = self.backend.now() - newest > OLD_SCAN_S * US

        def show(bar: StatusBar, host: PageHost) -> None:
            bar.show_status(status)
            bar.show_server(answering=answering)
            host.show_data(newest, old=old)

        show(self.status, self.host)
        for window in self.windows.others():
            self._bridge.turns.ask(window.status, partial(show, window.status, window.host))
        self.console.urgent.refresh()
        self.kept.look()

    def _show_person(self) -> None:
        for bar in self._bars():
            bar.show_person(self.desk.session, self.console.looks.desk_name())

    def _bars(self) -> tuple[StatusBar, ...]:
        return (self.status, *(window.status for window in self.windows.others()))

    def _put_away(self) -> None:
        for host in self.windows.hosts():
            for page in host.pages():
                page.put_away()

    def _on_lost(self) -> None:
        self.console.said.emit(_("Your session has ended. Sign in again."), True)

    def _on_desk(self) -> None:
        self._show_person()
        self._show_commands()
        for host in self.windows.hosts():
            # What a page offers depends on who is here.
            host.enter_again()

    def _on_screen(self, _screen: QScreen) -> None:
        self._screen_timer.start()

    def _stand_here(self) -> None:
        """The scale that was chosen for this monitor is in force."""
        self.console.looks.stand_on(identity(self.screen()))

    def _on_scale(self) -> None:
        # Pages take some sizes while they are built.
        for host in self.windows.hosts():
            host.forget()

    def _on_taste(self) -> None:
        site = self.backend.site
        looks = self.console.looks
        self.banner.set_names(looks.brand.title(), bilingual(site.name, site.name_zh), looks.desk_name())
        for bar in self._bars():
            bar.retranslate()
            bar.show_person(self.desk.session, looks.desk_name())

    # -- what people do -------------------------------------------------------------------------------------------

    def _chosen(self, key: str) -> None:
        deeds = {_SIGN_OUT: self.desk.close, _FIND: self.finder.open}
        deeds.get(key, self._opener(key, new=False))()

    def _next_language(self) -> None:
        at = LANGUAGES.index(language())
        self.console.looks.set(language=LANGUAGES[(at + 1) % len(LANGUAGES)])

    def _next_theme(self) -> None:
        self.set_theme("light" if current().dark else "dark")

    # -- built once -----------------------------------------------------------------------------------------------

    def _entries(self, *, foot: bool) -> list[RailEntry]:
        """The places of the rail: the pages, at the foot find, setup and the way out."""
        pages = [
            RailEntry(key=spec.key, words=_(spec.title), icon=spec.icon, hint=spec.shortcut)
            for spec in self.console.specs.values()
            if spec.foot is foot
        ]
        if not foot:
            return pages
        find = RailEntry(key=_FIND, words=_("Find"), icon="find", hint="/")
        return [find, *pages, RailEntry(key=_SIGN_OUT, words=_("Sign out"), icon="sign_out")]

    def _key_table(self) -> tuple[Key, ...]:
        pages = [
            Key(sequence=f"{held}{spec.shortcut}", shown="", words="", press=self._opener(spec.key, new=bool(held)))
            for spec in self.console.specs.values()
            for held in ("", "Shift+")
            if spec.shortcut.startswith("F") or (spec.shortcut and not held)
        ]
        return (
            *pages,
            Key(sequence="Ctrl+K", shown="/ · Ctrl K", words=mark("find anything"), press=self.finder.open),
            Key(sequence="Alt+Left", shown="Alt ←", words=mark("back"), press=self.windows.back),
            Key(sequence="Alt+Right", shown="Alt →", words=mark("forward"), press=self.windows.forward),
            Key(sequence="Alt+Up", shown="Alt ↑", words=mark("page above"), press=self.windows.up),
            Key(
                sequence="Ctrl+D",
                shown="Ctrl D",
                words=mark("page into a window of its own, or home"),
                press=self.windows.come_home_or_detach,
            ),
            Key(sequence="Ctrl+L", shown="Ctrl L", words=mark("lock the screen"), press=self.desk.lock),
            Key(sequence="Pause", shown="Pause", words=mark("silence the horn"), press=self.console.silence),
            Key(
                sequence="Ctrl+Shift+L", shown="Ctrl Shift L", words=mark("light or dark theme"), press=self._next_theme
            ),
        )

    def _opener(self, key: str, *, new: bool) -> Callable[[], None]:
        return (lambda: self._open_new(key)) if new else (lambda: self.go(key, ""))

    def _open_new(self, key: str) -> None:
        if not self.windows.covered():
            self.windows.open_new(key)

    def _lay_out(self) -> None:
        across = QHBoxLayout()
        space(across)
        across.addWidget(self.rail)
        middle = QVBoxLayout()
        space(middle)
        # What is on its way keeps its height; the page takes what is left, and asks for no more.
        self.host.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        middle.addWidget(self.host, 1)
        middle.addWidget(self.on_its_way)
        across.addLayout(middle, 1)
        root = QWidget()
        edge = m.FRAME if self.console.simulator else 0
        column = QVBoxLayout(root)
        space(column, (edge, edge, edge, edge))
        column.addWidget(self.banner)
        column.addLayout(across, 1)
        column.addWidget(self.status)
        self.setCentralWidget(root)
        room = self.screen().availableSize().expandedTo(QSize(px(_SMALLEST[0]), px(_SMALLEST[1])))
        self.resize(QSize(px(_DESIGNED[0]), px(_DESIGNED[1])).boundedTo(room))
        if self.console.simulator:
            self._frame = SimulatorFrame(root, SIMULATOR)
        self.frozen = FrozenNotice(root)
        self.vigil = Vigil(self.backend, self.frozen, self.windows, parent=self)

    def _connect(self) -> None:
        self.rail.chosen.connect(self._chosen)
        self.windows.moved.connect(lambda: self.rail.set_current(self.host.current()))
        self.windows.moved.connect(self._make_room)
        self.on_its_way.opened.connect(lambda command: self.go("commands", command))
        self.windows.opened.connect(self._on_window)
        self.windows.shown.connect(self.idle.watch)
        self.console.urgent.changed.connect(self._show_top)
        self.banner.silenced.connect(self.console.silence)
        self.banner.priority_chosen.connect(lambda priority: self.go("alarms", f"priority:{priority}"))
        self.status.language_pressed.connect(self._next_language)
        self.status.theme_pressed.connect(self._next_theme)
        self.desk.closing.connect(self._put_away)
        self.desk.closing.connect(self.help.close)
        self.desk.lost.connect(self._on_lost)
        self.desk.changed.connect(self._on_desk)
        self.console.looks.retranslated.connect(self.retranslate)
        self.console.looks.rescaled.connect(self._on_scale)
        self.console.looks.changed.connect(self._on_taste)
        self.gate.opened.connect(self.host.focus_page)
        self._bridge.values.connect(self._on_values)
        self._bridge.beat.connect(self._on_beat)
        self._bridge.alarms.connect(lambda _records: self.console.urgent.came())
        self._bridge.commands.connect(lambda _commands: self._show_commands())
        self.questions.changed.connect(self._show_commands)
        install(self._keys, self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Commands on their way show at the foot of every page but their own, where the window is high enough."""
        self.on_its_way.want(self.host.current() != "commands" and self.height() >= px(_HIGH_ENOUGH))

    def _on_window(self, window: PageWindow) -> None:
        install(self._keys, window)
        window.pressed.connect(self.free_key)
        window.status.language_pressed.connect(self._next_language)
        window.status.theme_pressed.connect(self._next_theme)
        window.status.show_person(self.desk.session, self.console.looks.desk_name())
        window.status.show_status(self.backend.status.snapshot())
