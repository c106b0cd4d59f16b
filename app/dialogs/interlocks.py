"""Interlocks in a command dialog: unmet ones first, in words of the desk, scrolling where the room is short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.dialogs.words import interlock_word, live_word
from app.formats import shown
from app.texts import _
from backend.model.command import Interlock
from widgets.surfaces import Fact, FactList
from widgets.theme import metrics as m
from widgets.theme import px, space

_ROWS_AT_LEAST = 1
_BRIEF = 24
"""Characters."""


def show_interlocks(
    facts: FactList, interlocks: Sequence[Interlock], states: Mapping[str, str], own: str = "", *, brief: bool = False
) -> str:
    """Show these conditions; those not met stand on top, where no scrolling hides them. Returns how many are met.

    own: id of the command in the dialog; that it holds the actuator reserved is no hindrance to itself. states: see
    `words.state_words`. brief: where there is little room a long value keeps its first part only.
    """
    judged = [_for_itself(each, own) for each in interlocks]
    ordered = sorted(judged, key=lambda each: each.met)
    facts.set_facts(
        [
            Fact(label=interlock_word(each.name, states), value=_value_word(each, states, brief=brief), met=each.met)
            for each in ordered
        ],
        _("Interlocks"),
    )
    met = sum(each.met for each in judged)
    return _("{met} of {all} met, checked again on send").format(met=met, all=len(judged))


def _value_word(interlock: Interlock, states: Mapping[str, str], *, brief: bool) -> str:
    words = shown(live_word(interlock.value_text, states), 40)
    return words.partition(", ")[0] if brief and len(words) > _BRIEF else words


def _for_itself(interlock: Interlock, own: str) -> Interlock:
    if own and own in interlock.value_text.split(", "):
        return Interlock(name=interlock.name, met=True, value_text=_("reserved"))
    return interlock


def scrolled(facts: QWidget) -> QScrollArea:
    """The list in an area that scrolls when the dialog is too low for all rows."""
    canvas = QWidget()
    canvas.setObjectName("canvas")
    column = QVBoxLayout(canvas)
    space(column)
    column.addWidget(facts)
    column.addStretch(1)
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(canvas)
    area.viewport().setAutoFillBackground(False)
    canvas.setAutoFillBackground(False)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumHeight(px(m.BUTTON) * _ROWS_AT_LEAST)
    return area
