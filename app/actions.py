"""Operator intents: a future from the backend becomes a call on the GUI thread, or a sentence that says why not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from app.texts import say

T = TypeVar("T")


class Actions(QObject):
    """Carries what people ask for to the backend and the answer back.

    Signals: refused(str) a sentence to show; done(str) what was done.
    """

    refused = Signal(str)
    done = Signal(str)
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._finished.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def follow(
        self,
        future: Future[T],
        then: Callable[[T], None] | None = None,
        *,
        failed: Callable[[str], None] | None = None,
        saying: str = "",
    ) -> None:
        """Call `then` with the result on the GUI thread; `saying` is shown on success; a failure is shown as a
        sentence, by `failed` where given, else through `refused`."""
        future.add_done_callback(lambda ended: self._finished.emit((ended, then, failed, saying)))

    def _answer(
        self, answer: tuple[Future[Any], Callable[[Any], None] | None, Callable[[str], None] | None, str]
    ) -> None:
        future, then, failed, saying = answer
        try:
            result = future.result()
        except (Exception, CancelledError) as error:  # noqa: BLE001 - the one place where a person is told
            (failed or self.refused.emit)(say(error))
            return
        if then is not None:
            then(result)
        if saying:
            self.done.emit(saying)
