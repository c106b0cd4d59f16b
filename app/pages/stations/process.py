"""The mimic of a place in its card, with the legend under it: fed with moments, tells what was selected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.pages.stations.binding import Bound
from app.pages.stations.moment import Moment
from app.pages.stations.picture import Picture
from app.texts import _, language
from widgets.mimic import ElementKind, MimicView, PipeState, PointRole, ValveState
from widgets.mimic.legend import Legend, Sign
from widgets.surfaces import Card

_TIERS = (
    ("hp", "HP 1.6–4.0"),
    ("shp", "SHP 0.4–1.6"),
    ("mpa", "MP-A 0.2–0.4"),
    ("mpb", "MP-B 0.01–0.2"),
    ("lp", "LP ≤ 0.01"),
)
"""Pressure classes with their limits in MPa (design/hmi.md §3.3)."""


class ProcessCard(Card):
    """One mimic at a time.

    Signals: selected(str id of an element or box).
    """

    selected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.view = MimicView(name="")
        self._legend = Legend(name="")
        self._picture: Picture | None = None
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self._legend)
        self.setFocusProxy(self.view)
        self.view.selected.connect(self.selected)
        self.retranslate()

    def picture(self) -> Picture | None:
        """What is drawn now."""
        return self._picture

    def set_bound(self, bound: Bound) -> None:
        """Draw another place; the one that can be commanded is selected first."""
        self._picture = Picture(bound)
        self.view.set_mimic(bound.mimic, chinese=language() == "zh_CN")
        self.view.choose(first_choice(bound))
        self._show_words()

    def show_moment(self, moment: Moment) -> None:
        """Show values, alarms and commands of now."""
        if self._picture is None:
            return
        self.view.show_pipes(self._picture.pipes(moment), self._picture.tiers)
        self.view.show_looks(self._picture.elements(moment), self._picture.boxes(moment))

    def say_below(self, note: str) -> None:
        """Say something under the picture that the header has no room for."""
        self._legend.set_note(note)

    def retranslate(self) -> None:
        """Show every text anew."""
        if self._picture is not None:
            chosen = self.view.chosen()
            self.view.set_mimic(self._picture.bound.mimic, chinese=language() == "zh_CN")
            self.view.choose(chosen)
        self._show_words()

    def _show_words(self) -> None:
        self.view.setAccessibleName(_("Process picture"))
        tiers = dict.fromkeys(self._picture.tiers) if self._picture is not None else {}
        self._legend.set_entries(
            [
                (Sign(valve=ValveState.OPEN), _("valve open")),
                (Sign(valve=ValveState.CLOSED), _("valve closed")),
                (Sign(pipe=PipeState.FLOWING), _("flowing")),
                (Sign(pipe=PipeState.GAS), _("gas, no flow")),
                (Sign(pipe=PipeState.EMPTY), _("depressurised")),
                (Sign(pipe=PipeState.UNKNOWN), _("unknown")),
                *((Sign(pipe=PipeState.FLOWING, tier=tier), words) for tier, words in _TIERS if tier in tiers),
                (Sign(chosen=True), _("your selection")),
            ],
            _("Arrow keys walk the gas path · C command · T trend"),
            _("Legend"),
        )


def first_choice(bound: Bound) -> str:
    """What is selected when a place comes into view: what can be commanded, regulators before valves."""
    commanded = [each for each in bound.mimic.elements if bound.point(each, PointRole.COMMAND) is not None]
    ordered: Sequence[str] = [
        *(each.id for each in commanded if each.kind is ElementKind.REGULATOR),
        *(each.id for each in commanded),
        *(box.point for box in bound.mimic.boxes if box.point in bound.points),
        *(each.id for each in bound.mimic.elements if each.kind is not ElementKind.JOINT),
    ]
    return next(iter(ordered), "")
