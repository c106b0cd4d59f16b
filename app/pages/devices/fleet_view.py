"""The fleet as tiles by type and chips by area: pressed, each filters the list; pressed again, no more."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.formats import shown
from app.pages.devices.fleet import Share, offline_words, rate_text
from app.texts import _
from widgets.inputs import Chip
from widgets.readouts import ShareTile
from widgets.readouts.ages import number_text
from widgets.theme import metrics as m
from widgets.theme import set_tip, space

_WHOLE = 3
_MOST_TYPES = 6
"""Tiles by type beside those of the whole fleet; smaller ones are found by search."""


class FleetTiles(QWidget):
    """Total, online, activated, then the types with most devices.

    Signals: chosen(str model): "" = every type again.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._models: list[str] = []
        self._model = ""
        self._tiles = [ShareTile() for _tile in range(_WHOLE + _MOST_TYPES)]
        row = QHBoxLayout(self)
        space(row, gap=m.GAP)
        for number, tile in enumerate(self._tiles):
            row.addWidget(tile, 1)
            tile.clicked.connect(lambda _on, number=number: self._press(number))

    def show_fleet(self, whole: Share, types: Sequence[Share], model: str) -> None:
        """model: the type that the list is filtered by."""
        most = sorted(types, key=lambda each: -each.count)[:_MOST_TYPES]
        self._models, self._model = [each.key for each in most], model
        silent = whole.count - whole.activated
        lines = [
            (_("Devices"), number_text(whole.count), math.nan, _("{count} types").format(count=len(types))),
            _rate_line(_("Online"), whole.online, whole.activated, offline_words(whole)),
            _rate_line(_("Activated"), whole.activated, whole.count, _("{count} never heard").format(count=silent)),
            *(
                (each.title, number_text(each.count), _rate(each.online, each.count), offline_words(each))
                for each in most
            ),
        ]
        for number, tile in enumerate(self._tiles):
            tile.setVisible(number < len(lines))
        for tile, line in zip(self._tiles, lines, strict=False):
            tile.show_share(*line)
        self._show_choice()

    def _press(self, number: int) -> None:
        model = self._models[number - _WHOLE] if number >= _WHOLE else ""
        self._model = "" if model == self._model else model
        self._show_choice()
        self.chosen.emit(self._model)

    def _show_choice(self) -> None:
        for number, tile in enumerate(self._tiles):
            tile.setChecked(
                _WHOLE <= number < _WHOLE + len(self._models) and self._models[number - _WHOLE] == self._model
            )


class AreaChips(QWidget):
    """One chip an area with how many devices it has.

    Signals: chosen(str area): "" = every area again.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._chips: dict[str, Chip] = {}
        self._area = ""
        self._row = QHBoxLayout(self)
        space(self._row, gap=m.QUARTER)
        self._row.addStretch(1)

    def show_areas(self, areas: Sequence[Share], area: str) -> None:
        """area: the one that the list is filtered by."""
        self._area = area
        for share in areas:
            if share.key not in self._chips:
                chip = Chip("")
                chip.clicked.connect(lambda _on, key=share.key: self._press(key))
                self._row.insertWidget(len(self._chips), chip)
                self._chips[share.key] = chip
            chip = self._chips[share.key]
            chip.set_words(f"{shown(share.key, 8) or share.title}  {number_text(share.count)}")
            set_tip(chip, share.title)
        self._show_choice()

    def _press(self, area: str) -> None:
        self._area = "" if area == self._area else area
        self._show_choice()
        self.chosen.emit(self._area)

    def _show_choice(self) -> None:
        for key, chip in self._chips.items():
            chip.setChecked(bool(key) and key == self._area)


def _rate_line(label: str, part: int, of: int, note: str) -> tuple[str, str, float, str]:
    return label, rate_text(part, of), _rate(part, of), note


def _rate(part: int, of: int) -> float:
    return part / of if of else math.nan
