"""A list of facts: label left, value right, a hairline between, and a tick where a condition is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, Weight, current, font, paint_icon, px
from widgets.theme import metrics as m
from widgets.theme.strokes import RIGHT, text, text_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line. `met` is None for a plain fact, else whether the condition holds."""

    label: str
    value: str = ""
    met: bool | None = None
    strong: bool = False


class FactList(Painted):
    """Facts under one another. Conditions not met are bold and carry a cross."""

    def __init__(
        self,
        facts: Sequence[Fact] = (),
        *,
        name: str,
        row: int = m.ROW_DENSE + 2,
        ruled: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._facts: tuple[Fact, ...] = ()
        self._row = row
        self._ruled = ruled
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_facts(facts, name)

    def set_facts(self, facts: Sequence[Fact], name: str = "") -> None:
        """Show these facts."""
        self._facts = tuple(facts)
        self.say(name or self.accessibleName(), "; ".join(f"{fact.label}: {fact.value}" for fact in self._facts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        face = font(Role.LABEL, Weight.SEMIBOLD)
        widest = max((text_width(fact.label, face) + text_width(fact.value, face) for fact in self._facts), default=0.0)
        return QSize(round(widest) + px(m.GAP * 3), px(self._row) * len(self._facts))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(m.RAIL), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        row = px(self._row)
        with self.painter() as painter:
            for index, fact in enumerate(self._facts):
                rect = QRectF(0, index * row, self.width(), row)
                self._paint_fact(painter, rect, fact)
                if self._ruled:
                    painter.fillRect(QRectF(0, rect.bottom() - 1, rect.width(), 1), theme.line1)

    def _paint_fact(self, painter: QPainter, rect: QRectF, fact: Fact) -> None:
        theme = current()
        left = rect.left()
        if fact.met is not None:
            size = px(m.ICON_ROW)
            sign = QRectF(left, rect.center().y() - size / 2, size, size)
            paint_icon(painter, sign, "check" if fact.met else "cross", theme.ok if fact.met else theme.text1)
            left += size + px(m.HALF)
        unmet = fact.met is False
        strong = font(Role.LABEL, Weight.SEMIBOLD if fact.met is None or unmet else Weight.REGULAR)
        plain = font(Role.LABEL, Weight.SEMIBOLD if unmet or fact.strong else Weight.REGULAR)
        value_width = text_width(fact.value, strong)
        label = QRectF(left, rect.top(), rect.width() - left - value_width - px(m.HALF), rect.height())
        label_ink = theme.text1 if fact.met is not None else theme.text2
        text(painter, label, fact.label, label_ink, plain, elide=Qt.TextElideMode.ElideMiddle)
        value_ink = theme.text1 if fact.met is None or unmet else theme.text3
        text(painter, rect, fact.value, value_ink, strong, RIGHT)
