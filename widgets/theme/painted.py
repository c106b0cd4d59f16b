"""Base of the widgets that paint themselves: they follow theme and scale, and say what they show."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget


class Painted(QWidget):
    """A widget without children that draws everything in paintEvent with the theme in force."""

    def restyle(self) -> None:
        """Take sizes and fonts from the theme again; called after each theme or scale change."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.restyle()
            self.updateGeometry()
            self.update()
        elif event.type() == QEvent.Type.EnabledChange:
            self.update()

    def say(self, name: str, description: str | None = None) -> None:
        """Tell screen readers what this is and what it shows; only a change is announced."""
        if name != self.accessibleName():
            self.setAccessibleName(name)
        if description is not None and description != self.accessibleDescription():
            self.setAccessibleDescription(description)

    def painter(self) -> QPainter:
        """A painter on this widget with smooth edges; use it as a context manager."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        return painter

    def frame(self) -> QRectF:
        """The whole widget as floating rectangle."""
        return QRectF(self.rect())


def set_tip(widget: QWidget, text: str) -> None:
    """Set a tool tip that is never read as markup, whatever a device or a person wrote into it."""
    widget.setToolTip(plain_tip(text))


def plain_tip(text: str) -> str:
    """A text as a tool tip shows it literally."""
    return f"<p style='white-space:pre-wrap'>{html.escape(text)}</p>" if "<" in text else text
