"""Have the page built by folium in a process of its own, once for this console."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QProcess, Signal

_PROGRAM: Final = ("-P", "-m", "widgets.maps.document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The page and the script that makes the map in it."""

    html: str
    script: str


class _Holder:
    """The page is the same for every window of the process."""

    document: Document | None = None


class DocumentMaker(QObject):
    """Makes the document off the GUI thread.

    Signals: made(Document); failed(str why).
    """

    made = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None

    def start(self) -> None:
        """Make it; told at once when it was made before."""
        if _Holder.document is not None:
            self.made.emit(_Holder.document)
        elif self._process is None:
            self._process = QProcess(self)
            self._process.finished.connect(self._finished)
            self._process.errorOccurred.connect(self._broken)
            self._process.start(sys.executable, list(_PROGRAM))

    def stop(self) -> None:
        """Wait for nothing any more."""
        if self._process is not None:
            process, self._process = self._process, None
            process.finished.disconnect(self._finished)
            process.errorOccurred.disconnect(self._broken)
            process.kill()
            process.waitForFinished()

    def _finished(self, code: int) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        said, wrong = bytes(process.readAllStandardOutput().data()), bytes(process.readAllStandardError().data())
        process.deleteLater()
        try:
            _Holder.document = Document(**json.loads(said))
        except (ValueError, TypeError):
            self.failed.emit(f"code {code}: {wrong.decode(errors='replace').strip()[-400:]}")
            return
        self.made.emit(_Holder.document)

    def _broken(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self._process = None
            self.failed.emit(error.name)
