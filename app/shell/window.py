"""The window: banner on top, rail at the left, the page in the middle, status at the foot; simulator frame over all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.actions import Actions
from app.bridge import Bridge
from app.dialogs.sign_in import SignIn
from app.formats import clock_time, sentence, shown
from app.page import Crumb, Page, PageContext, PageSpec
from app.recent import Recent
from app.session import Desk
from app.shell.banner import SIMULATOR, AlarmBanner
from app.shell.status_bar import StatusBar
from app.texts import LANGUAGES, _, bilingual, language, set_language
from app.tones import glyph_of
from backend.api import Backend
from backend.model.command import CommandState
from widgets.notices import SimulatorFrame, Toast
from widgets.readouts import Text
from widgets.readouts.text import wrapped
from widgets.surfaces import PageHeader, Rail, RailEntry, Veil
from widgets.theme import Role, Tone, Weight, apply, current, font, load, px, space
from widgets.theme import metrics as m

_STATUS_MS = 1000
_SIGN_OUT = "sign_out"
_DESIGNED = (1920, 1080)
_SMALLEST = (1366, 768)
_TOAST_WIDTH = 900


class Shell(QMainWindow):
    """The console's one window.

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
        self._recent = Recent(bridge, self)
        self._specs = tuple(pages)
        self._hint = hint
        self._authenticator = authenticator
        self.desk = Desk(backend, workstation)
        self.actions_ = Actions(self)
        self._pages: dict[str, Page] = {}
        self._tools: dict[str, QWidget] = {}
        self._current = ""
        self._way: tuple[Crumb, ...] = ()
        self._veil: Veil | None = None
        self._simulator = backend.site.mode == "simulator"
        self._seen_values = False
        self.banner = AlarmBanner(backend, workstation)
        self.rail = Rail(
            [RailEntry(key=spec.key, words=spec.title, icon=spec.icon, hint=spec.shortcut) for spec in self._specs],
            [RailEntry(key=_SIGN_OUT, words="", icon="sign_out")],
            name="",
        )
        self.header = PageHeader()
        self._data_age = Text("", Role.HINT, tone=Tone.MUTED)
        self._simulator_note = Text("", Role.LABEL, tone=Tone.NOT_FIELD)
        self.status = StatusBar()
        self._area = QStackedWidget()
        self._toast = Toast(self._area, close_name=_("Close"))
        self._lay_out()
        self._connect()
        self._status_timer = QTimer(self)
        self._status_timer.setInterval(_STATUS_MS)
        self._status_timer.timeout.connect(self._show_status)
        self._status_timer.start()
        self.retranslate()
        self.go(self._specs[0].key, "")
        self._show_alarms()
        self._show_status()
        self.ask_sign_in()

    # -- going places ---------------------------------------------------------------------------------------------

    def go(self, key: str, what: str) -> None:
        """Open a page and bring `what` into view there."""
        if self._veil is not None:
            return
        if key not in {spec.key for spec in self._specs}:
            self._say(_("This console has no page “{page}”.").format(page=shown(key, 40)), refused=True)
            return
        if key != self._current:
            if self._current:
                self._pages[self._current].leave()
            page = self._page(key)
            self._area.setCurrentWidget(page)
            self.header.show_tools(self._tools.get(key))
            self._current = key
            page.enter()
            page.focus_first()
        self.rail.set_current(key)
        self._show_place()
        if what:
            self._pages[key].select(what)

    def current(self) -> str:
        """Key of the page in view."""
        return self._current

    def has_values(self) -> bool:
        """Whether live values have been painted yet."""
        return self._seen_values

    def ask_sign_in(self, login: str = "") -> None:
        """Show the sign-in over the page area, with a name typed before; the banner stays free."""
        if self._veil is not None:
            return
        form = SignIn(self.backend, self.actions_, self.desk, hint=self._hint())
        form.escaped.connect(form.focus_first)
        self._veil = Veil(form, self._area)
        form.start_with(login)

    def page_keys(self) -> tuple[str, ...]:
        """Every page, in the order of the rail."""
        return tuple(spec.key for spec in self._specs)

    def sign_in_form(self) -> SignIn | None:
        """The sign-in that is shown now, if any."""
        dialog = self._veil.dialog() if self._veil is not None else None
        return dialog if isinstance(dialog, SignIn) else None

    def retranslate(self) -> None:
        """Show every text anew in the language of the desk."""
        site = shown(bilingual(self.backend.site.name, self.backend.site.name_zh))
        prefix = "[SIM] " if self._simulator else ""
        self.setWindowTitle(f"{prefix}Linepack · {site}")
        for spec in self._specs:
            self.rail.set_entry(RailEntry(key=spec.key, words=_(spec.title), icon=spec.icon, hint=spec.shortcut))
        self.rail.set_entry(RailEntry(key=_SIGN_OUT, words=_("Sign out"), icon="sign_out"))
        self.rail.setAccessibleName(_("Pages"))
        self._simulator_note.setText(
            _("No connection to field, live server or live archive") if self._simulator else ""
        )
        self.banner.retranslate()
        self.status.retranslate()
        self.status.show_person(self.desk.session, self.desk.workstation)
        for page in self._pages.values():
            # A dialog speaks the language it was opened in: it is closed rather than left half translated.
            page.put_away()
            page.retranslate()
        self._show_place()
        self._show_alarms()
        self._show_status()

    def set_theme(self, name: str) -> None:
        """Change to "dark" or "light"."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply(application, load(name))
        self.status.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # What no page has used is the banner's: the keys its buttons name.
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.banner.open_top()
            case Qt.Key.Key_Space if not event.modifiers() and not event.isAutoRepeat():
                self.banner.acknowledge_top()
            case _:
                super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._status_timer.stop()
        for page in self._pages.values():
            page.put_away()
        if self._current:
            self._pages[self._current].leave()
            self._current = ""
        super().closeEvent(event)

    # -- what came ------------------------------------------------------------------------------------------------

    def _on_values(self, _snapshot: object) -> None:
        if not self._seen_values:
            self._seen_values = True
            QTimer.singleShot(0, self.first_values.emit)

    def _on_beat(self) -> None:
        now = self.backend.now()
        self.banner.show_clock(now)

    def _show_alarms(self) -> None:
        records = self.backend.alarms.snapshot()
        self.banner.show_alarms(records, self.backend.now())
        top = self.banner.top()
        if "alarms" in {spec.key for spec in self._specs}:
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
        if "commands" in {spec.key for spec in self._specs}:
            self.rail.set_count("commands", len(waiting))

    def _show_status(self) -> None:
        self.desk.look()
        self.status.show_status(self.backend.status.snapshot())
        snapshot = self._bridge.snapshot()
        newest = int(snapshot.received_at.max()) if len(snapshot.received_at) else 0
        self._data_age.setText(_("data {time}").format(time=clock_time(newest)))
        self._show_alarms()

    def _on_closing(self) -> None:
        for page in self._pages.values():
            page.put_away()

    def _on_lost(self) -> None:
        self._say(_("Your session has ended. Sign in again."), refused=True)

    def _on_desk(self) -> None:
        self.status.show_person(self.desk.session, self.desk.workstation)
        self._show_commands()
        if self._current:
            # What a page offers depends on who is here.
            self._pages[self._current].leave()
            self._pages[self._current].enter()
        if self.desk.session is None:
            self.ask_sign_in()
            return
        if self._veil is not None:
            self._veil.lift()
            self._veil = None
        self._pages[self._current].focus_first()

    # -- what people do -------------------------------------------------------------------------------------------

    def _chosen(self, key: str) -> None:
        if key == _SIGN_OUT:
            self.desk.close()
        else:
            self.go(key, "")

    def _acknowledge(self, key: str, occurrence: int) -> None:
        session = self.desk.session
        if session is None:
            self._say(_("Sign in first."), refused=True)
        else:
            self.actions_.follow(self.backend.alarms.acknowledge(session, key, occurrence))

    def _say(self, words: str, *, refused: bool = False) -> None:
        """Show a sentence over the page, on as many lines as it needs."""
        width = min(px(_TOAST_WIDTH), self._area.width() - px(m.BANNER) * 3)
        lines = wrapped(sentence(words), font(Role.LABEL, Weight.SEMIBOLD), width)
        self._toast.show_words("\n".join(line.strip() for line in lines), refused=refused)

    def _next_language(self) -> None:
        at = LANGUAGES.index(language())
        set_language(LANGUAGES[(at + 1) % len(LANGUAGES)])
        form = self.sign_in_form()
        self.retranslate()
        if form is not None and self._veil is not None:
            self._veil.lift()
            self._veil = None
            self.ask_sign_in(login=form.login())

    def _next_theme(self) -> None:
        self.set_theme("light" if current().dark else "dark")

    # -- built once -----------------------------------------------------------------------------------------------

    def _page(self, key: str) -> Page:
        if key not in self._pages:
            spec = next(each for each in self._specs if each.key == key)
            page = spec.build(self._context())
            self._pages[key] = page
            self._area.addWidget(page)
            page.moved.connect(self._show_place)
            if tools := page.tools():
                self._tools[key] = _strip(tools, self.header)
        return self._pages[key]

    def _context(self) -> PageContext:
        return PageContext(
            backend=self.backend,
            bridge=self._bridge,
            recent=self._recent,
            actions=self.actions_,
            desk=self.desk,
            go=self.go,
            authenticator=lambda: self._authenticator(self.desk.session.login) if self.desk.session else "",
        )

    def _show_place(self) -> None:
        spec = next((each for each in self._specs if each.key == self._current), None)
        if spec is not None:
            page = self._pages[spec.key]
            self._way = self._crumbs(spec, page)
            self.header.set_place(spec.level, [crumb.words for crumb in self._way], page.title() or _(spec.title))

    def _crumbs(self, spec: PageSpec, page: Page) -> tuple[Crumb, ...]:
        """The way up: as the page tells it, else the parent page, so far as these pages exist."""
        specs = {each.key: each for each in self._specs}
        way = tuple(page.crumbs())
        if not way and spec.parent in specs and spec.parent != spec.key:
            way = (Crumb(words=_(specs[spec.parent].title), page=spec.parent),)
        return tuple(crumb for crumb in way if crumb.page in specs)

    def _climb(self, place: int) -> None:
        self.go(self._way[place].page, self._way[place].what)

    def _climb_up(self) -> None:
        if self._way:
            self._climb(len(self._way) - 1)

    def _lay_out(self) -> None:
        self.header.add_tool(self._simulator_note)
        self.header.add_tool(self._data_age)
        middle = QVBoxLayout()
        space(middle)
        middle.addWidget(self.header)
        middle.addWidget(self._area, 1)
        across = QHBoxLayout()
        space(across)
        across.addWidget(self.rail)
        across.addLayout(middle, 1)
        root = QWidget()
        edge = m.FRAME if self._simulator else 0
        column = QVBoxLayout(root)
        space(column, (edge, edge, edge, edge))
        column.addWidget(self.banner)
        column.addLayout(across, 1)
        column.addWidget(self.status)
        self.setCentralWidget(root)
        room = self.screen().availableSize().expandedTo(QSize(px(_SMALLEST[0]), px(_SMALLEST[1])))
        self.resize(QSize(px(_DESIGNED[0]), px(_DESIGNED[1])).boundedTo(room))
        if self._simulator:
            self._frame = SimulatorFrame(root, SIMULATOR)

    def _connect(self) -> None:
        self.rail.chosen.connect(self._chosen)
        self.header.climbed.connect(self._climb)
        self.banner.opened.connect(lambda key: self.go("alarms", key))
        self.banner.acknowledged.connect(self._acknowledge)
        self.banner.silenced.connect(self.backend.alarms.silence)
        self.banner.priority_chosen.connect(lambda _priority: self.go("alarms", "active"))
        self.status.language_pressed.connect(self._next_language)
        self.status.theme_pressed.connect(self._next_theme)
        self.desk.closing.connect(self._on_closing)
        self.desk.lost.connect(self._on_lost)
        self.desk.changed.connect(self._on_desk)
        self.actions_.refused.connect(lambda words: self._say(words, refused=True))
        self.actions_.done.connect(self._say)
        self.banner.hasty.connect(lambda: self._say(_("This alarm has only just come. Read it, then press again.")))
        self._bridge.values.connect(self._on_values)
        self._bridge.beat.connect(self._on_beat)
        self._bridge.alarms.connect(lambda _records: self._show_alarms())
        self._bridge.commands.connect(lambda _commands: self._show_commands())
        keys: list[tuple[str, Callable[[], None]]] = [(spec.shortcut, self._goer(spec.key)) for spec in self._specs]
        keys += [("Alt+Up", self._climb_up), ("Pause", self.backend.alarms.silence), ("Ctrl+Shift+L", self._next_theme)]
        for sequence, press in keys:
            QShortcut(QKeySequence(sequence), self).activated.connect(press)

    def _goer(self, key: str) -> Callable[[], None]:
        return lambda: self.go(key, "")


def _strip(tools: Sequence[QWidget], header: QWidget) -> QWidget:
    strip = QWidget(header)
    row = QHBoxLayout(strip)
    space(row, gap=m.HALF)
    for tool in tools:
        row.addWidget(tool, 0, Qt.AlignmentFlag.AlignVCenter)
    strip.hide()
    return strip
