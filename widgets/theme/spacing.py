"""Set margins and gaps of layouts in px at 100 %, and set them again when the scale changes."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QLayout, QWidget

from widgets.theme.tokens import Theme

_PROPERTY = "unscaled"


def space(layout: QLayout, margins: tuple[int, int, int, int], gap: int, theme: Theme) -> None:
    """Set (left, top, right, bottom) margins and the gap of a layout, given at 100 %."""
    layout.setProperty(_PROPERTY, (*margins, gap))
    _apply(layout, theme)


def respace(widgets: Iterable[QWidget], theme: Theme) -> None:
    """Set the spacing of every layout that was set through `space` again, at the theme's scale."""
    for widget in widgets:
        layout = widget.layout()
        if layout is not None:
            _walk(layout, theme)


def _walk(layout: QLayout, theme: Theme) -> None:
    if layout.property(_PROPERTY) is not None:
        _apply(layout, theme)
    for index in range(layout.count()):
        item = layout.itemAt(index)
        inner = item.layout() if item is not None else None
        if inner is not None:
            _walk(inner, theme)


def _apply(layout: QLayout, theme: Theme) -> None:
    left, top, right, bottom, gap = layout.property(_PROPERTY)
    layout.setContentsMargins(theme.px(left), theme.px(top), theme.px(right), theme.px(bottom))
    layout.setSpacing(theme.px(gap))
