"""Language and theme switch live: no English is left in Chinese, nothing is clipped, every window follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QWidget

from app.texts import LANGUAGES, catalogue
from tests.app.console.test_console_fit import clipped
from tests.support.desk import WindowedDesk
from widgets.theme import THEMES, apply, current, load

pytestmark = pytest.mark.expects_warnings
SAME = {"English", "Linepack"}
"""What is called the same in every language."""


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    yield
    apply(qapp, load("dark"))


def english() -> frozenset[str]:
    """Every text of the console that is said otherwise in Chinese."""
    texts = {str(message.id): str(message.string) for message in catalogue("zh_CN") if isinstance(message.id, str)}
    return frozenset(text for text, said in texts.items() if len(text) > 2 and said and said != text) - SAME


def told(root: QWidget) -> Iterable[str]:
    """Everything a window says, to eyes and to screen readers."""
    for each in (root, *root.findChildren(QWidget)):
        if each.isVisible():
            yield each.accessibleName()
            yield "" if isinstance(each, QLineEdit) else str(each.property("text") or "")
            yield str(each.property("placeholderText") or "")
            yield each.toolTip()
        if each.isVisible() and isinstance(each, QAbstractItemView):
            yield from headers(each.model())


def headers(model: QAbstractItemModel) -> Iterable[str]:
    """Titles of the columns of a table."""
    for column in range(model.columnCount()):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")


def left(root: QWidget, words: frozenset[str]) -> list[str]:
    """English that is still shown."""
    return sorted({text for text in told(root) if text in words})


def test_the_search_would_find_english(operator: WindowedDesk) -> None:
    operator.page("setup")
    assert {"Setup", "This desk", "Sign out"} <= set(left(operator.shell, english()))


@pytest.mark.parametrize("theme", THEMES)
def test_every_page_speaks_chinese_when_the_language_changes(operator: WindowedDesk, theme: str) -> None:
    words = english()
    looks = operator.shell.console.looks
    for key in operator.shell.page_keys():
        operator.page(key)
    looks.set(theme=theme)
    looks.set(language="zh_CN")
    for key in operator.shell.page_keys():
        operator.page(key)
        assert left(operator.shell, words) == [], key
        operator.until(lambda: clipped(operator.shell) == [])
    assert current().name == theme


def test_every_window_and_dialog_speaks_chinese(operator: WindowedDesk) -> None:
    words = english()
    operator.page("alarms")
    operator.shell.windows.detach()
    operator.shell.console.looks.set(language="zh_CN")
    (window,) = operator.shell.windows.others()
    assert left(window, words) == []
    operator.shell.go("setup", "")
    operator.shell.finder.open()
    assert left(operator.shell, words) == []
    operator.shell.finder.close()
    operator.shell.help.open()
    assert left(operator.shell, words) == []
    operator.shell.help.close()
    operator.shell.desk.lock()
    assert left(operator.shell, words) == []
    assert left(window, words) == []


def test_there_and_back_again_every_text_is_what_it_was(operator: WindowedDesk) -> None:
    looks = operator.shell.console.looks
    page = operator.page("setup")
    before = sorted({text for text in told(page) if ":" not in text})
    for language in (*LANGUAGES[1:], LANGUAGES[0]):
        looks.set(language=language)
    assert sorted({text for text in told(page) if ":" not in text}) == before
