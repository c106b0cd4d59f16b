"""Names from outside are shown as they are: no markup, no turned writing, no second line, no endless window."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs.target import TargetDialog
from app.formats import LONGEST, literal, shown
from app.shell.status_bar import StatusBar
from backend.api import Backend
from backend.model.person import Role, Session
from backend.model.plant import Registry
from backend.system import System
from tests.support.city import OPERATOR, PASSWORD
from tests.support.desk import WindowedDesk, cells
from widgets.tables import RowModel, Table

pytestmark = pytest.mark.expects_warnings
EVIL = "<b>bold</b>{device}%s&amp;\u202eevil\u2066\nsecond\x00\x1b[31m" + "x" * 10_000
SEEN = r"<b>bold</b>{device}%s&amp;\u202eevil\u2066\nsecond\x00\x1b[31m"
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\x00\x1b"


class Renamed:
    """The registered devices under other names."""

    def __init__(self, real: object, registry: Registry) -> None:
        self._real = real
        self._registry = registry

    def registry(self) -> Registry:
        return self._registry

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


@pytest.fixture
def evil(silent: System) -> Backend:
    """The same backend, in which everything that people may name has the worst of names."""
    backend = silent.backend
    registry = dataclasses.replace(
        backend.registry,
        assets=tuple(dataclasses.replace(each, name=EVIL, name_zh=EVIL) for each in backend.registry.assets),
        points=tuple(
            dataclasses.replace(
                each,
                title=EVIL,
                title_zh=EVIL,
                unit=EVIL,
                states=dict.fromkeys(each.states, EVIL),
                states_zh=dict.fromkeys(each.states_zh, EVIL),
            )
            for each in backend.registry.points
        ),
    )
    return dataclasses.replace(
        backend,
        devices=Renamed(backend.devices, registry),  # type: ignore[arg-type]
        site=dataclasses.replace(backend.site, name=EVIL, name_zh=EVIL),
    )


@pytest.fixture
def window(evil: Backend, qtbot: QtBot) -> Iterator[WindowedDesk]:
    made = WindowedDesk(evil, qtbot)
    made.sign_in(OPERATOR, PASSWORD)
    yield made
    made.close()


def texts(root: QWidget) -> list[str]:
    """Everything that any widget or table says, to the eye and to a screen reader."""
    widgets = [root, *root.findChildren(QWidget)]
    said = [str(each.property("text") or "") for each in widgets]
    said += [each.accessibleName() for each in widgets]
    said += [each.accessibleDescription() for each in widgets]
    models = [table.model() for table in root.findChildren(Table)]
    return said + [cell for model in models if isinstance(model, RowModel) for row in cells(model) for cell in row]


def turned(root: QWidget) -> list[str]:
    """What is shown that holds a character nothing of ours holds. Only words of ours, without a name, have lines."""
    return [
        text for text in texts(root) if set(text) & set(TURNING) or (set(text) & set("\n\r") and "bold</b>" in text)
    ]


def test_no_page_is_turned_round_or_blown_up(window: WindowedDesk) -> None:
    window.until(lambda: len(window.shell.banner.rows_spoken()) == 2)
    for page in ("stations", "alarms", "map", "commands"):
        window.page(page)
        said = texts(window.shell)
        assert any(SEEN[:40] in text for text in said)
        assert turned(window.shell) == []
        assert max(map(len, said)) < 1000
        assert window.shell.minimumSizeHint().width() <= 1920
        assert (window.shell.width(), window.shell.height()) == (1920, 1080)


def test_no_label_reads_markup(window: WindowedDesk) -> None:
    window.page("alarms")
    labels = window.shell.findChildren(QLabel)
    assert len(labels) > 20
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_dialogs_show_names_as_they_are(window: WindowedDesk) -> None:
    window.page("commands")
    window.press(Qt.Key.Key_C)
    chooser = window.one(TargetDialog)
    assert turned(chooser) == []
    window.press(Qt.Key.Key_Return)
    (dialog,) = window.dialogs()
    assert turned(dialog) == []
    assert any(SEEN[:40] in text for text in texts(dialog))
    assert dialog.width() <= 1160
    window.press(Qt.Key.Key_Escape)
    window.shell.go("alarms", next(each for each in window.alarms() if each.config.condition == "lost").config.key)
    window.press(Qt.Key.Key_S)
    (shelve,) = window.dialogs()
    assert turned(shelve) == []
    assert shelve.findChildren(QPlainTextEdit)[0].isVisible()


def test_a_person_of_that_name_fits_the_status_bar(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    session = Session(id="1", login="eve", person="eve", name=EVIL, role=Role.OPERATOR, workstation=EVIL, started_at=0)
    bar.show_person(session, EVIL)
    assert turned(bar) == []
    assert bar.minimumSizeHint().width() < 1366


def test_a_refusal_with_such_a_name_is_one_readable_notice(window: WindowedDesk) -> None:
    window.shell.actions_.refused.emit(EVIL)
    assert window.shell.minimumSizeHint().width() <= 1920
    # As many lines as it needs: where they break depends on the page behind.
    assert SEEN[:40] in window.words().replace("\n", "")


def test_shown_is_literal_and_not_longer_than_a_name() -> None:
    assert shown(EVIL).startswith(SEEN[:40])
    assert len(shown(EVIL)) == LONGEST
    assert literal("滨江 R-12 – 5 °C") == "滨江 R-12 – 5 °C"
    assert shown("R-12") == "R-12"
    assert not set(literal("".join(map(chr, range(0x3000))))) & set(TURNING)
