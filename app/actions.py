"""Operator intents: a future from the backend becomes a call on the GUI thread, or a sentence that says why not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from app.formats import sentence
from app.texts import say

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Who wants to know what came of a future."""

    then: Callable[[Any], None] | None
    failed: Callable[[str], None] | None
    saying: str
    owner: QObject | None
    quiet: bool = False


def _nobody(_sentence: str) -> None:
    """What failed is asked again in a moment."""


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
        owner: QObject | None = None,
    ) -> None:
        """Call `then` with the result on the GUI thread; `saying` is shown on success; a failure is shown as a
        sentence, by `failed` where given, else through `refused`. `owner`: the dialog that asks; once it is closed
        nothing is called on it any more, and a failure is told through `refused`."""
        question = _Question(then=then, failed=failed, saying=saying, owner=owner)
        future.add_done_callback(lambda ended: self._end(ended, question))

    def ask(
        self, future: Future[T], then: Callable[[T], None], *, owner: QObject, failed: Callable[[str], None] | None
    ) -> None:
        """Like `follow` for what a dialog looks up by itself: nobody waits for the answer once it is closed."""
        question = _Question(then=then, failed=failed or _nobody, saying="", owner=owner, quiet=True)
        future.add_done_callback(lambda ended: self._end(ended, question))

    def _end(self, ended: Future[Any], question: _Question) -> None:
        # On whatever thread the future ended. The window may be gone by then, and with it everybody to tell.
        if isValid(self):
            self._finished.emit((ended, question))

    def _answer(self, answer: tuple[Future[Any], _Question]) -> None:
        future, question = answer
        closed = question.owner is not None and not isValid(question.owner)
        try:
            result = future.result()
        except (Exception, CancelledError) as error:  # noqa: BLE001 - the one place where a person is told
            told = self.refused.emit if closed or question.failed is None else question.failed
            if not (closed and question.quiet):
                told(sentence(say(error)))
            return
        if question.then is not None and not closed:
            question.then(result)
        if question.saying:
            self.done.emit(question.saying)
