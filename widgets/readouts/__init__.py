"""Readouts: numbers, units, qualities and limits come in, nothing goes out; GUI thread only."""

from widgets.readouts.ages import (
    MINUS,
    NO_VALUE,
    THIN_SPACE,
    clock_age,
    countdown,
    number_text,
    short_age,
    with_unit,
)
from widgets.readouts.bar import AnalogBar, Span, paint_bar
from widgets.readouts.composition import CompositionBar, Part
from widgets.readouts.kpi import KpiTile
from widgets.readouts.mark import FADED, Mark, MarkBadge, paint_mark
from widgets.readouts.progress import ProgressBar
from widgets.readouts.rate import RateBar
from widgets.readouts.share import ShareTile
from widgets.readouts.text import Text
from widgets.readouts.value import ValueReadout, paint_value

__all__ = [
    "FADED",
    "MINUS",
    "NO_VALUE",
    "THIN_SPACE",
    "AnalogBar",
    "CompositionBar",
    "KpiTile",
    "Mark",
    "MarkBadge",
    "Part",
    "ProgressBar",
    "RateBar",
    "ShareTile",
    "Span",
    "Text",
    "ValueReadout",
    "clock_age",
    "countdown",
    "number_text",
    "paint_bar",
    "paint_mark",
    "paint_value",
    "short_age",
    "with_unit",
]
