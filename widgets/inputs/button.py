"""A push button with icon, words and a key hint, in five degrees of weight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.theme import Role, Theme, Weight, current, font, paint_icon, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, box, focus_ring, key_width, paint_key, text, text_width


class ButtonKind(StrEnum):
    """How much weight a button has on the page."""

    PLAIN = "plain"
    RAISED = "raised"
    PRIMARY = "primary"
    COMMIT = "commit"
    NOT_FIELD = "not_field"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skin:
    """Colours of a button in one state; None = not drawn."""

    fill: QColor | None
    line: QColor | None
    ink: QColor
    key_line: QColor


def skin(theme: Theme, kind: ButtonKind, *, enabled: bool, hover: bool, down: bool) -> Skin:
    """The colours of a button of this kind and state."""
    if not enabled:
        return _disabled(theme, kind)
    lit = hover or down
    table = {
        ButtonKind.PLAIN: (theme.bg3 if lit else None, theme.line2, theme.text1, theme.line3),
        ButtonKind.RAISED: (theme.line2 if lit and theme.dark else theme.bg4, None, theme.text1, theme.line3),
        ButtonKind.PRIMARY: (theme.you_bg, theme.you, theme.on_you_bg, theme.you),
        ButtonKind.COMMIT: (theme.you, None, theme.on_you, theme.on_you),
        ButtonKind.NOT_FIELD: (theme.not_field_bg, theme.not_field, theme.text1, theme.not_field),
        ButtonKind.QUIET: (theme.bg3 if lit else None, None, theme.text2, theme.line2),
    }
    fill, line, ink, key_line = table[kind]
    return Skin(fill=fill, line=line, ink=ink, key_line=key_line)


def _disabled(theme: Theme, kind: ButtonKind) -> Skin:
    filled = kind in (ButtonKind.RAISED, ButtonKind.COMMIT, ButtonKind.PRIMARY)
    bordered = kind in (ButtonKind.PLAIN, ButtonKind.NOT_FIELD)
    ink = theme.text3 if kind is ButtonKind.COMMIT else theme.line3
    return Skin(
        fill=(theme.bg4 if theme.dark else theme.line1) if filled else None,
        line=theme.line1 if bordered else None,
        ink=ink,
        key_line=theme.line2,
    )


class Button(QAbstractButton):
    """A button that paints itself.

    Focus comes by Tab only: a mouse click must not leave the button waiting for the next Space, which means
    "acknowledge" on this console.
    Signals: clicked (from QAbstractButton).
    """

    def __init__(
        self,
        words: str = "",
        *,
        key: str = "",
        icon: str = "",
        kind: ButtonKind = ButtonKind.PLAIN,
        height: int = m.BUTTON,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._key = key
        self._icon = icon
        self._kind = kind
        self._height = height
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_words(words)

    def set_words(self, words: str) -> None:
        """Change the words; also the name for screen readers unless one was given."""
        if self.accessibleName() in ("", self.text()):
            self.setAccessibleName(words)
        self.setText(words)
        self.updateGeometry()

    def words(self) -> str:
        """The words on the button."""
        return self.text()

    def set_key(self, key: str) -> None:
        """Change the key hint; empty removes it."""
        self._key = key
        self.setAccessibleDescription(key)
        self.updateGeometry()
        self.update()

    def set_icon(self, icon: str) -> None:
        """Change the icon by its word in ICONS; empty removes it."""
        self._icon = icon
        self.updateGeometry()
        self.update()

    def set_kind(self, kind: ButtonKind) -> None:
        """Change the weight of the button."""
        self._kind = kind
        self.update()

    def sizeHint(self) -> QSize:
        tight = self._kind is ButtonKind.QUIET or (self._icon and not self.text())
        pad = px(m.HALF if tight else m.INSET)
        width = self._content_width() + 2 * pad
        return QSize(max(round(width), px(self._height)), px(self._height))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            look = skin(current(), self._kind, enabled=self.isEnabled(), hover=self.underMouse(), down=self.isDown())
            rect = QRectF(self.rect())
            self.paint_body(painter, rect, look)
            self.paint_content(painter, rect, look)
            if self.hasFocus():
                focus_ring(painter, rect)

    def paint_body(self, painter: QPainter, rect: QRectF, look: Skin) -> None:
        """Draw what lies behind the words."""
        box(painter, rect, fill=look.fill, line=look.line)
        if self.isDown():
            painter.setOpacity(0.2)
            box(painter, rect, fill=current().shade)
            painter.setOpacity(1.0)

    def paint_content(self, painter: QPainter, rect: QRectF, look: Skin) -> None:
        """Draw icon, words and key hint, centred together."""
        face = self._face()
        x = (rect.width() - self._content_width()) / 2
        middle = rect.center().y()
        if self._icon:
            size = px(m.ICON_BUTTON)
            paint_icon(painter, QRectF(x, middle - size / 2, size, size), self._icon, look.ink)
            x += size + (px(m.HALF) if self.text() or self._key else 0)
        if self.text():
            width = text_width(self.text(), face)
            text(painter, QRectF(x, rect.top(), width, rect.height()), self.text(), look.ink, face, LEFT)
            x += width + px(m.HALF)
        if self._key:
            paint_key(painter, x, middle, self._key, look.ink, look.key_line)

    def _face(self) -> QFont:
        strong = self._kind in (ButtonKind.PRIMARY, ButtonKind.COMMIT) or self._height >= m.BUTTON_PRIMARY
        return font(Role.BODY if strong else Role.LABEL, Weight.SEMIBOLD if strong else Weight.MEDIUM)

    def _content_width(self) -> float:
        parts = [
            px(m.ICON_BUTTON) if self._icon else 0.0,
            text_width(self.text(), self._face()) if self.text() else 0.0,
            key_width(self._key) if self._key else 0.0,
        ]
        shown = [part for part in parts if part]
        return sum(shown) + px(m.HALF) * max(0, len(shown) - 1)
