"""The gallery shows everything; every control in it has a name, every text in it is plain, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QWidget,
)

import widgets.charts
import widgets.charts.trend
import widgets.city
import widgets.inputs
import widgets.maps
import widgets.mimic
import widgets.notices
import widgets.readouts
import widgets.surfaces
import widgets.tables
from widgets import gallery
from widgets.readouts import Text
from widgets.specimens import SHEETS
from widgets.theme import SCALES, THEMES, Painted, apply, load

PACKAGES = (
    widgets.charts,
    widgets.city,
    widgets.charts.trend,
    widgets.inputs,
    widgets.maps,
    widgets.mimic,
    widgets.notices,
    widgets.readouts,
    widgets.surfaces,
    widgets.tables,
)
# Shapes without a meaning of their own: the arrow between breadcrumbs, and bases that are shown through their children.
UNSHOWN = {"Pill", "Veil", "Surface"}


def shown(sheet: QWidget) -> list[QWidget]:
    return [sheet, *sheet.findChildren(QWidget)]


@pytest.fixture(params=SHEETS, ids=lambda sheet: sheet.name)
def sheet(request: pytest.FixtureRequest, qtbot) -> QWidget:
    made = request.param.make()
    qtbot.addWidget(made)
    return made


def test_every_control_has_a_name(qtbot) -> None:
    sheets = [entry.make() for entry in SHEETS]
    for made in sheets:
        qtbot.addWidget(made)
    controls = [widget for made in sheets for widget in shown(made) if _is_control(widget) and widget.isVisibleTo(made)]
    assert len(controls) > 60
    assert [widget for widget in controls if not _name(widget)] == []


def _is_control(widget: QWidget) -> bool:
    ours = isinstance(widget, QAbstractButton | QLineEdit | QPlainTextEdit | QComboBox | QTableView | Painted)
    return ours and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def test_everything_that_paints_itself_has_a_name(sheet: QWidget) -> None:
    painted = [widget for widget in shown(sheet) if isinstance(widget, Painted)]
    nameless = [widget for widget in painted if not widget.accessibleName() and _matters(widget)]
    assert painted
    assert nameless == []


def _matters(widget: QWidget) -> bool:
    """Cards without a title, arrows and icons beside words say nothing of their own."""
    return type(widget).__name__ not in {"Card", "Chevron", "Pill", "HoldPill", "_HeadIcon", "_PillIcon"}


def _name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return widget.accessibleName() or interface.text(QAccessible.Text.Name)


def test_every_label_is_plain(sheet: QWidget) -> None:
    formats = {label.textFormat() for label in shown(sheet) if isinstance(label, QLabel)}
    assert formats <= {Qt.TextFormat.PlainText}


def test_every_widget_of_the_toolkit_is_in_the_gallery(qtbot) -> None:
    seen: set[str] = set()
    for entry in SHEETS:
        made = entry.make()
        qtbot.addWidget(made)
        seen |= {base.__name__ for widget in shown(made) for base in type(widget).__mro__}
    offered = {
        name
        for package in PACKAGES
        for name in package.__all__
        if isinstance(getattr(package, name), type) and issubclass(getattr(package, name), QWidget)
    }
    assert len(offered) > 35
    assert offered - seen - UNSHOWN == set()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", [SCALES[0], SCALES[-1]])
def test_every_sheet_paints_in_every_theme_and_scale(
    sheet: QWidget, qapp: QApplication, theme: str, scale: float
) -> None:
    before = sheet.grab().toImage()
    apply(qapp, load(theme, scale))
    after = sheet.grab().toImage()
    assert not after.isNull()
    assert after != before


@pytest.mark.parametrize("scale", [0.9, 1.0, 1.15, 1.5])
def test_no_text_is_clipped(qapp: QApplication, qtbot, scale: float) -> None:
    apply(qapp, load("dark", scale))
    seen = 0
    clipped: list[tuple[str, str]] = []
    for entry in SHEETS:
        made = entry.make()
        qtbot.addWidget(made)
        made.resize(made.minimumSizeHint().expandedTo(QSize(gallery.WIDTH, gallery.HEIGHT)))
        made.show()
        qapp.processEvents()
        ours = [w for w in shown(made) if isinstance(w, Text | Painted | QAbstractButton) and w.isVisibleTo(made)]
        seen += len(ours)
        clipped += [(type(widget).__name__, widget.accessibleName()) for widget in ours if _clipped(widget)]
    assert seen > 300
    assert clipped == []


def _clipped(widget: QWidget) -> bool:
    needed = widget.minimumSizeHint()
    short = isinstance(widget, Text) and widget.height() < widget.heightForWidth(widget.width())
    return short or widget.width() < needed.width() or widget.height() < needed.height()


def test_pictures_are_saved(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "SHEETS", SHEETS[:1])
    assert gallery.main(["--out", str(tmp_path)]) == 0
    files = sorted(file.name for file in tmp_path.iterdir())
    assert files == ["inputs-dark.png", "inputs-light.png"]
    assert QImage(str(tmp_path / files[0])).width() >= gallery.WIDTH
