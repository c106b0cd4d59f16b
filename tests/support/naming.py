"""Which controls of a window a screen reader could not tell apart."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from widgets.inputs import Segmented

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    Segmented,
)
INSIDE = ("qt_spinbox_lineedit",)
"""Parts Qt makes inside a control that has its own name."""


def controls(root: QWidget) -> list[QWidget]:
    """Everything one can act on, in view or not: what Qt calls a control, and whatever the keyboard can reach."""
    return [
        each
        for each in root.findChildren(QWidget)
        if (isinstance(each, CONTROLS) or each.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and each.objectName() not in INSIDE
        and not isinstance(each.parent(), QComboBox | QAbstractItemView)
        and not _is_viewport(each)
        and not type(each).__module__.startswith("PySide6.QtWebEngine")
        and type(each).__name__ not in {"QListView", "QComboBoxPrivateContainer", "QTableCornerButton"}
    ]


def _is_viewport(widget: QWidget) -> bool:
    area = widget.parent()
    return isinstance(area, QAbstractScrollArea) and area.viewport() is widget


def nameless(root: QWidget) -> list[str]:
    """Visible controls a screen reader could not tell apart."""
    return [
        f"{type(each).__name__} in {type(each.parent()).__name__}"
        for each in controls(root)
        if each.isVisible() and not each.accessibleName().strip()
    ]
