"""Answers come on the GUI thread, a refusal as a sentence, and nothing comes to a dialog that is closed."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.actions import Actions
from app.texts import set_language
from backend.errors import RefusedError
from backend.links.loop import start_thread

REFUSED = RefusedError("{name} may not do this: {right} is needed", name="<b>Eve</b>\n\u202e", right="cmd.approve")


@pytest.fixture
def actions(qapp) -> Actions:
    return Actions()


def end_elsewhere(future: Future[int], *, error: Exception | None = None) -> None:
    """End a future on another thread."""
    ending = (lambda: future.set_exception(error)) if error else (lambda: future.set_result(42))
    start_thread(ending, "elsewhere").join()


def test_the_answer_comes_on_the_gui_thread(actions: Actions, qtbot: QtBot) -> None:
    future: Future[int] = Future()
    answers: list[tuple[int, object]] = []
    actions.follow(future, lambda result: answers.append((result, threading.current_thread())), saying="done")
    with qtbot.waitSignal(actions.done) as said:
        end_elsewhere(future)
    assert answers == [(42, threading.main_thread())]
    assert said.args == ["done"]


def test_a_refusal_is_a_sentence_with_names_as_they_are(actions: Actions, qtbot: QtBot) -> None:
    future: Future[int] = Future()
    actions.follow(future, lambda _result: pytest.fail("not done"))
    with qtbot.waitSignal(actions.refused) as said:
        end_elsewhere(future, error=REFUSED)
    assert said.args == [r"<b>Eve</b>\n\u202e may not do this: cmd.approve is needed"]


def test_a_refusal_speaks_the_language_of_the_desk(actions: Actions, qtbot: QtBot) -> None:
    future: Future[int] = Future()
    actions.follow(future)
    set_language("zh_CN")
    with qtbot.waitSignal(actions.refused) as said:
        end_elsewhere(future, error=RefusedError("{name} may not do this: {right} is needed", name="a", right="b"))
    set_language("en")
    assert "may not" not in said.args[0]


def test_anything_unexpected_is_said_too(actions: Actions, qtbot: QtBot) -> None:
    future: Future[int] = Future()
    actions.follow(future)
    with qtbot.waitSignal(actions.refused) as said:
        end_elsewhere(future, error=ValueError("odd"))
    assert said.args == ["Unexpected error: ValueError('odd')"]


def test_a_closed_dialog_is_not_called_but_its_refusal_is_told(actions: Actions, qtbot: QtBot) -> None:
    dialog = QObject()
    future: Future[int] = Future()
    actions.follow(future, failed=lambda _words: pytest.fail("closed"), owner=dialog)
    delete(dialog)
    with qtbot.waitSignal(actions.refused):
        end_elsewhere(future, error=REFUSED)


def test_what_a_closed_dialog_looked_up_is_forgotten(actions: Actions, qtbot: QtBot) -> None:
    dialog = QObject()
    asked: Future[int] = Future()
    failed: Future[int] = Future()
    last: Future[int] = Future()
    actions.ask(asked, lambda _result: pytest.fail("closed"), owner=dialog, failed=None)
    actions.ask(failed, lambda _result: pytest.fail("closed"), owner=dialog, failed=None)
    actions.follow(last, saying="last")
    delete(dialog)
    with qtbot.assertNotEmitted(actions.refused), qtbot.waitSignal(actions.done):
        end_elsewhere(asked)
        end_elsewhere(failed, error=REFUSED)
        end_elsewhere(last)


def test_an_answer_after_the_window_is_gone_harms_nobody(qapp) -> None:
    actions = Actions()
    future: Future[int] = Future()
    actions.follow(future, lambda _result: pytest.fail("gone"))
    delete(actions)
    end_elsewhere(future)
    assert future.result() == 42
