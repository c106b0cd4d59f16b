"""The detail column at the right of a page: what is selected, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from widgets.inputs.button import Button, ButtonKind
from widgets.readouts.text import Text
from widgets.surfaces.surface import Surface
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

NARROWEST = 340
WIDEST = 560


class Drawer(Surface):
    """Tag (or, where not `tagged`, words) and place at the top, `body` that scrolls, `foot` for buttons.

    Signals: closed() when a person closed it (button or Esc).
    """

    closed = Signal()

    def __init__(
        self,
        tag: str = "",
        place: str = "",
        *,
        close_name: str = "",
        width: int = NARROWEST,
        tagged: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self._width = width
        self._lead: QWidget | None = None
        self._tag = Text("", Role.VALUE, Weight.REGULAR if tagged else Weight.SEMIBOLD, mono=tagged)
        self._place = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._head = QHBoxLayout()
        space(self._head, gap=m.GAP)
        names = QVBoxLayout()
        space(names)
        names.addWidget(self._tag)
        names.addWidget(self._place)
        self._head.addLayout(names, 1)
        if close_name:
            close = Button(icon="close", kind=ButtonKind.QUIET)
            close.setAccessibleName(close_name)
            close.clicked.connect(self.closed)
            self._head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        canvas = QWidget()
        canvas.setObjectName("canvas")
        self.body = QVBoxLayout(canvas)
        space(self.body, gap=m.GAP)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(canvas)
        self._scroll.viewport().setAutoFillBackground(False)
        canvas.setAutoFillBackground(False)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.foot = QVBoxLayout()
        space(self.foot, gap=m.HALF)
        layout = QVBoxLayout(self)
        space(layout, (m.PAGE_INSET, m.INSET, m.PAGE_INSET, m.INSET), m.GAP)
        layout.addLayout(self._head)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(self.foot)
        self.set_subject(tag, place)

    def set_subject(self, tag: str, place: str) -> None:
        """Say what is selected."""
        self._tag.setText(tag)
        self._place.setText(place)
        self.say(tag, place)

    def set_lead(self, widget: QWidget) -> None:
        """Put a glyph or symbol before the tag, in place of the one before."""
        if self._lead is not None:
            self._head.removeWidget(self._lead)
            self._lead.deleteLater()
        self._lead = widget
        self._head.insertWidget(0, widget, 0, Qt.AlignmentFlag.AlignTop)

    def sizeHint(self) -> QSize:
        return QSize(px(self._width), super().sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
