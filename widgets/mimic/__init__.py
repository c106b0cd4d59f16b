"""Mimics: descriptions and states come in, what a person selected goes out; GUI thread only.

`description`, `gas`, `walk` and `look` are plain Python; the rest paints.
"""

from widgets.mimic.description import (
    TERMINALS,
    Element,
    ElementKind,
    Mimic,
    Pipe,
    PointRole,
    Row,
    ValueBox,
    Words,
    Zone,
    label_properties,
    label_text,
)
from widgets.mimic.gas import Part, Passage, PipeState, Stretch, solve
from widgets.mimic.locator import LocatorLine, LocatorMap, LocatorMark, MarkKind
from widgets.mimic.look import BoxLook, Look
from widgets.mimic.valve import Actuator, ValveState, ValveSymbol, paint_valve
from widgets.mimic.view import MimicView

__all__ = [
    "TERMINALS",
    "Actuator",
    "BoxLook",
    "Element",
    "ElementKind",
    "LocatorLine",
    "LocatorMap",
    "LocatorMark",
    "Look",
    "MarkKind",
    "Mimic",
    "MimicView",
    "Part",
    "Passage",
    "Pipe",
    "PipeState",
    "PointRole",
    "Row",
    "Stretch",
    "ValueBox",
    "ValveState",
    "ValveSymbol",
    "Words",
    "Zone",
    "label_properties",
    "label_text",
    "paint_valve",
    "solve",
]
