"""Composition root of the console, readable top to bottom: site → System → Bridge → Shell → exec → stop."""

from __future__ import annotations

import os
import platform
import signal
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.authenticator import Authenticator
from app.bridge import Bridge
from app.heap import give_back, settle
from app.pages.listing import PAGES
from app.shell.window import Shell
from app.texts import set_language
from app.tidy import Tidy
from backend.system import System
from widgets.theme import apply, load

DEMO_FILE = "demo.json"
_SIGNAL_MS = 200


def run_console(folder: Path, *, for_s: float | None = None, opened: Callable[[Shell], None] | None = None) -> int:
    """Run the console on a site until its window closes. `opened` is given the shell once it is shown."""
    give_back()
    application = make_application()
    try:
        system = System(folder)
        set_language(system.backend.site.language)
        system.start()
        settle()
        try:
            return _show(application, system, for_s, opened)
        finally:
            system.stop()
    finally:
        # Nothing of the window lives on: whoever gave it a screen may take that away now.
        application.shutdown()


def make_application() -> QApplication:
    """The one QApplication, with the theme in force."""
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1" if os.geteuid() == 0 else "0")
    # The map's web page shares graphics with the window; this must be said before there is an application.
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    application = QApplication.instance() or QApplication(["linepack"])
    assert isinstance(application, QApplication)
    apply(application, load("dark"))
    return application


def _show(
    application: QApplication, system: System, for_s: float | None, opened: Callable[[Shell], None] | None
) -> int:
    demo = Authenticator.read(system.backend.site.folder / DEMO_FILE)
    bridge = Bridge(system.backend)
    shell = Shell(
        system.backend,
        bridge,
        PAGES,
        workstation=platform.node() or "desk",
        hint=demo.hint,
        authenticator=demo.code,
    )
    bridge.start()
    shell.show()
    shell.vigil.start()
    # Python hears signals only while it runs: wake it a few times a second.
    alarm_clock = QTimer()
    alarm_clock.timeout.connect(lambda: None)
    alarm_clock.start(_SIGNAL_MS)
    tidy = Tidy()
    signal.signal(signal.SIGTERM, lambda *_: application.quit())
    signal.signal(signal.SIGINT, lambda *_: application.quit())
    if for_s is not None:
        QTimer.singleShot(round(for_s * 1000), application.quit)
    if opened is not None:
        opened(shell)
    try:
        return application.exec()
    finally:
        bridge.stop()
        shell.close()
        # Every window goes before the application does: the map's web page needs it to the end.
        shell.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        tidy.stop()
