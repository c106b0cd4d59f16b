"""Render the one stylesheet of a theme; it dresses Qt's own controls, the rest paints itself."""

from __future__ import annotations

from string import Template

from widgets.theme import metrics as m
from widgets.theme.tokens import Theme

_SHEET = Template("""
/* $name at $scale */
QToolTip { background: $bg3; color: $text1; border: 1px solid $line2; padding: ${pad}px; }
QLineEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox {
  background: $bg1; color: $text1; border: 1px solid $line2; border-radius: ${control}px; padding: ${pad}px ${half}px;
  selection-background-color: $you_bg; selection-color: $text1; }
QLineEdit:focus, QPlainTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
  border: ${focus}px solid $you; padding: ${pad_focus}px ${half_focus}px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { color: $line3; border-color: $line1; }
QLineEdit[flat="true"], QLineEdit[flat="true"]:focus { background: transparent; border: none; padding: 0px; }
QComboBox::drop-down { border: none; width: ${target}px; }
QComboBox QAbstractItemView { background: $bg3; color: $text1; border: 1px solid $line2; outline: none;
  selection-background-color: $you_bg; selection-color: $text1; }
QMenu { background: $bg3; color: $text1; border: 1px solid $line2; padding: ${pad}px; }
QMenu::item { padding: ${pad}px ${inset}px; border-radius: ${control}px; }
QMenu::item:selected { background: $you_bg; }
QMenu::item:disabled { color: $line3; }
QMenu::separator { height: 1px; background: $line1; margin: ${pad}px; }
QCheckBox { color: $text1; spacing: ${half}px; }
QCheckBox::indicator { width: ${icon}px; height: ${icon}px; border: 1px solid $line3; border-radius: 3px;
  background: $bg1; }
QCheckBox::indicator:checked { background: $you; border-color: $you; }
QCheckBox::indicator:focus { border: ${focus}px solid $you; }
QCheckBox::indicator:disabled { background: $bg2; border-color: $line1; }
QCheckBox::indicator:checked:disabled { background: $line3; border-color: $line3; }
QScrollArea, QScrollArea > QWidget > QWidget#canvas { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: ${bar}px; margin: 0px; }
QScrollBar:horizontal { background: transparent; height: ${bar}px; margin: 0px; }
QScrollBar::handle { background: $bg4; border-radius: ${bar_radius}px; }
QScrollBar::handle:hover { background: $line2; }
QScrollBar::handle:vertical { min-height: ${target}px; }
QScrollBar::handle:horizontal { min-width: ${target}px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QTableView, QListView { background: transparent; border: none; outline: none; color: $text1; }
QTableCornerButton::section, QHeaderView { background: transparent; border: none; }
QSplitter::handle { background: $bg1; }
""")


def qss(theme: Theme) -> str:
    """The stylesheet text of a theme. No fonts in it: a font from a stylesheet would lose its tabular figures."""
    sizes = {
        "pad": m.QUARTER,
        "half": m.HALF,
        "inset": m.INSET,
        "control": m.RADIUS_CONTROL,
        "focus": m.FOCUS,
        "target": m.TARGET,
        "icon": m.ICON_ROW,
        "bar": m.GAP - m.FOCUS,
        "bar_radius": m.QUARTER,
    }
    pixels = {name: theme.px(size) for name, size in sizes.items()}
    # The focus border is wider than the resting one: the padding gives way, so that nothing moves.
    grown = pixels["focus"] - 1
    colours = {
        name: getattr(theme, name).name()
        for name in ("bg1", "bg2", "bg3", "bg4", "line1", "line2", "line3", "text1", "text2", "text3", "you", "you_bg")
    }
    return _SHEET.substitute(
        name=theme.name,
        scale=theme.scale,
        pad_focus=max(0, pixels["pad"] - grown),
        half_focus=max(0, pixels["half"] - grown),
        **pixels,
        **colours,
    )
