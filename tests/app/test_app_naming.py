"""The check that every control has a name finds one that has none, of whatever kind."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.support.naming import nameless


class Painted(QWidget):
    """A control of one's own that Qt does not know as one."""


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (Painted, ["", "  "]),
        (QLineEdit, [""]),
        (QPushButton, [""]),
    ],
)
def test_the_check_is_not_fooled(qtbot: QtBot, make: type[QWidget], names: list[str]) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    inside = make(root)
    inside.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    root.show()
    for name in names:
        inside.setAccessibleName(name)
        assert nameless(root) == [f"{make.__name__} in QWidget"]
    inside.setAccessibleName("Valve")
    assert nameless(root) == []
