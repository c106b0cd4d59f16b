"""Opens the find panel over the window in focus, and reads what there is on a worker thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal
from shiboken6 import isValid

from app.shell.console import Console
from app.shell.find.entries import everything
from app.shell.find.index import Index
from app.shell.find.panel import FindPanel
from app.shell.host import PageHost
from app.shell.windows import Windows
from backend.model.person import Right


class Finder(QObject):
    """One panel at a time. Signals: none of its own."""

    _read = Signal(object)

    def __init__(self, console: Console, windows: Windows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._console = console
        self._windows = windows
        self._panel: FindPanel | None = None
        self._host: PageHost | None = None
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        console.desk.closing.connect(self.close)
        self._read.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def panel(self) -> FindPanel | None:
        """The panel that is open now."""
        return self._panel

    def open(self) -> None:
        """Show the panel over the page in focus; nothing while people are asked who they are."""
        if self._windows.covered() or self._panel is not None:
            return
        self._panel = FindPanel(tuple(self._console.specs))
        self._panel.escaped.connect(self.close)
        self._panel.chosen.connect(self._go)
        self._host = self._windows.in_focus()
        self._host.cover(self._panel, hide=False)
        self._panel.focus_first()
        backend, specs = self._console.backend, dict(self._console.specs)
        people = backend.people.accounts() if self._console.desk.may(Right.PEOPLE_EDIT) else ()
        self._pool.start(lambda: self._tell(Index(everything(backend, specs, people))))

    def close(self) -> None:
        """Take the panel away; the keyboard goes back to the page."""
        host, self._host, self._panel = self._host, None, None
        if host is not None and isValid(host) and isinstance(host.covering(), FindPanel):
            host.uncover()
            host.focus_page()

    def stop(self) -> None:
        """The console ends: wait for the reading, which takes a moment."""
        self.close()
        self._pool.waitForDone()

    def _go(self, page: str, what: str) -> None:
        self.close()
        self._windows.go(page, what)

    def _tell(self, index: Index) -> None:
        # On the worker thread.
        if isValid(self):
            self._read.emit(index)

    def _take(self, index: Index) -> None:
        if self._panel is not None:
            self._panel.take(index)
