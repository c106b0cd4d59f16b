"""Show a text in a step of the type scale and a tone; always plain text, wrapped or elided on request."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from widgets.theme import Role, Tone, Weight, current, font, px

_FIRST_CJK = "\u2e80"
_CJK_EXTRA = 2
"""Chinese needs two more px of line height (design/hmi.md §4)."""


def wrapped(words: str, face: QFont, width: float) -> list[str]:
    """Break words into lines no wider than `width` px; a single longer word is broken too."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    lines: list[str] = []
    for paragraph in words.split("\n"):
        layout = QTextLayout(paragraph, face)
        layout.setTextOption(option)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1.0, width))
            lines.append(paragraph[line.textStart() : line.textStart() + line.textLength()])
        layout.endLayout()
        if not paragraph:
            lines.append("")
    return lines


class Text(QLabel):
    """A label of plain text on the line height of its role.

    `elide` shortens place names; leave it off for tags, values and valve names.
    """

    def __init__(
        self,
        words: str = "",
        role: Role = Role.LABEL,
        weight: Weight = Weight.REGULAR,
        tone: Tone = Tone.NORMAL,
        *,
        mono: bool = False,
        wrap: bool = False,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideNone,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._weight = weight
        self._tone = tone
        self._mono = mono
        self._elide = elide
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        across = QSizePolicy.Policy.Preferred if wrap or self._elides() else QSizePolicy.Policy.Minimum
        # A wrapped text may grow beyond its hint: the hint does not know yet how narrow it will be.
        policy = QSizePolicy(across, QSizePolicy.Policy.Preferred if wrap else QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)
        self._restyle()
        self.setText(words)

    def set_tone(self, tone: Tone) -> None:
        """Say what the text means; its colour follows."""
        if tone is not self._tone:
            self._tone = tone
            self.update()

    def set_weight(self, weight: Weight) -> None:
        """Make the text bolder or lighter."""
        if weight is not self._weight:
            self._weight = weight
            self._restyle()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        lines = self.text().split("\n")
        width = max(metrics.horizontalAdvance(line) for line in lines)
        if self.wordWrap():
            width = min(width, metrics.averageCharWidth() * 40)
            return QSize(round(width + 0.5), self.heightForWidth(round(width + 0.5)))
        return QSize(round(width + 0.5), self._line_height() * len(lines))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        if self._elides():
            return QSize(0, hint.height())
        return QSize(px(self._role.size * 4), self._line_height()) if self.wordWrap() else hint

    def heightForWidth(self, width: int) -> int:
        if not self.wordWrap():
            return -1
        return self._line_height() * max(1, len(wrapped(self.text(), self.font(), width)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        lines = self._lines()
        height = self._line_height()
        align = self.alignment()
        top = 0.0
        if align & Qt.AlignmentFlag.AlignVCenter:
            top = (self.height() - height * len(lines)) / 2
        across = align & Qt.AlignmentFlag.AlignHorizontal_Mask
        with QPainter(self) as painter:
            painter.setPen(theme.ink(self._tone) if self.isEnabled() else theme.line3)
            painter.setFont(self.font())
            flags = int(across) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)
            for index, line in enumerate(lines):
                painter.drawText(QRectF(0, top + index * height, self.width(), height), flags, line)

    def _elides(self) -> bool:
        return self._elide is not Qt.TextElideMode.ElideNone

    def _lines(self) -> list[str]:
        if self.wordWrap():
            return wrapped(self.text(), self.font(), self.width())
        if self._elides():
            return [QFontMetricsF(self.font()).elidedText(self.text(), self._elide, self.width())]
        return self.text().split("\n")

    def _line_height(self) -> int:
        extra = _CJK_EXTRA if any(letter >= _FIRST_CJK for letter in self.text()) else 0
        return px(self._role.line + extra)

    def _restyle(self) -> None:
        self.setFont(font(self._role, self._weight, mono=self._mono))
        self.updateGeometry()
