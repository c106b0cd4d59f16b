"""The frame of a dialog inside the window, and the veil that dims the page behind it but never the banner."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.readouts.text import Text
from widgets.theme import Painted, Role, Tone, Weight, current, paint_icon, px, space
from widgets.theme import metrics as m
from widgets.theme.strokes import box

_RADIUS = 8
_VEIL = 0.62
_HEAD = 58
_ICON = 22


class _Plane(QWidget):
    """Head or foot of the frame; the frame paints behind it."""

    def __init__(self, height: int) -> None:
        super().__init__()
        self._height = height
        self.row = QHBoxLayout(self)
        space(self.row, (m.GAP * 2, m.GAP, m.GAP * 2, m.GAP), m.GAP)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(hint.width(), max(px(self._height), hint.height()))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), max(px(self._height), hint.height()))


class _HeadIcon(Painted):
    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self.setFixedSize(px(_ICON), px(_ICON))

    def restyle(self) -> None:
        self.setFixedSize(px(_ICON), px(_ICON))

    def paintEvent(self, event: QPaintEvent) -> None:
        with self.painter() as painter:
            paint_icon(painter, self.frame(), self._icon, current().you)


class DialogFrame(Painted):
    """Head with icon, title and number; `body`; foot with leading and committing buttons. No default button.

    Signals: escaped() on Esc; Esc never sends anything.
    """

    escaped = Signal()

    def __init__(self, title: str, *, number: str = "", icon: str = "commands", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Text(title, Role.KEY, Weight.SEMIBOLD)
        self._number = Text(number, Role.LABEL, tone=Tone.SECONDARY, mono=True)
        self._head = _Plane(_HEAD)
        self._head.row.addWidget(_HeadIcon(icon))
        self._head.row.addWidget(self._title)
        self._head.row.addStretch(1)
        self._head.row.addWidget(self._number)
        self._foot = _Plane(_HEAD + m.GAP)
        self._foot_note = Text("", Role.LABEL, tone=Tone.MUTED, wrap=True)
        self._foot_note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._foot.row.addStretch(1)
        self._foot.row.addWidget(self._foot_note)
        self._leading = 0
        self.body = QVBoxLayout()
        space(self.body, (m.GAP * 2, m.INSET, m.GAP * 2, m.PAGE_INSET), m.GAP)
        layout = QVBoxLayout(self)
        space(layout, (1, 1, 1, 1))
        layout.addWidget(self._head)
        layout.addLayout(self.body, 1)
        layout.addWidget(self._foot)
        self.say(title)

    def set_title(self, title: str, number: str = "") -> None:
        """Change title and number."""
        self._title.setText(title)
        self._number.setText(number)
        self.say(title)

    def set_foot_note(self, words: str) -> None:
        """Say beside the commit button what is still missing."""
        self._foot_note.setText(words)

    def add_leading(self, button: QWidget) -> None:
        """Put a button at the left of the foot (reject, ask)."""
        self._foot.row.insertWidget(self._leading, button)
        self._leading += 1

    def add_commit(self, button: QWidget) -> None:
        """Put the committing button at the right of the foot."""
        self._foot.row.addWidget(button)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = QRectF(self.rect())
        with self.painter() as painter:
            box(painter, rect, fill=theme.bg3, radius=_RADIUS)
            middle = QRectF(0, self._head.geometry().bottom() + 1, rect.width(), 0)
            middle.setBottom(self._foot.geometry().top())
            painter.fillRect(middle, theme.bg2)
            painter.fillRect(QRectF(0, middle.top(), rect.width(), 1), theme.line1)
            painter.fillRect(QRectF(0, middle.bottom() - 1, rect.width(), 1), theme.line1)
            box(painter, rect, line=theme.line2, radius=_RADIUS)


class Veil(QWidget):
    """Covers its parent, dims it and holds one dialog frame in the middle; keys and clicks stop here.

    Make it a child of the page area, never of the whole window: the alarm banner stays free.
    """

    def __init__(self, frame: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = parent
        self._frame = frame
        frame.setParent(self)
        parent.installEventFilter(self)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._place()
        self.raise_()
        self.show()

    def dialog(self) -> QWidget:
        """The frame inside."""
        return self._frame

    def lift(self) -> None:
        """Take the veil and its dialog away."""
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Tab walks inside the dialog only.
        inside = [child for child in self._frame.findChildren(QWidget) if _takes_tab(child)]
        if not inside:
            return True
        focused = self.focusWidget()
        order = _tab_order(inside)
        place = order.index(focused) if focused in order else -1 if forward else 0
        order[(place + (1 if forward else -1)) % len(order)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setOpacity(_VEIL)
            painter.fillRect(self.rect(), current().shade)
            painter.setOpacity(0.10)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            edge = QRectF(self._frame.geometry())
            for grow in range(4, px(m.GAP * 2), 4):
                box(painter, edge.adjusted(-grow, -grow / 2, grow, grow), fill=current().shade, radius=_RADIUS + grow)

    def _place(self) -> None:
        area = self._area.rect()
        self.setGeometry(area)
        hint = self._frame.sizeHint()
        width = min(max(hint.width(), self._frame.minimumWidth()), px(m.DIALOG_WIDTH), area.width() - 2 * px(m.GAP))
        height = min(max(hint.height(), self._frame.minimumHeight()), px(m.DIALOG_HEIGHT), area.height())
        self._frame.setGeometry((area.width() - width) // 2, (area.height() - height) // 2, width, height)


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled() and widget.isVisible()


def _tab_order(inside: list[QWidget]) -> list[QWidget]:
    """The widgets in Qt's focus order, starting anywhere on the ring."""
    order = [inside[0]]
    walker = inside[0].nextInFocusChain()
    while walker is not None and walker is not inside[0]:
        if walker in inside:
            order.append(walker)
        walker = walker.nextInFocusChain()
    return order
