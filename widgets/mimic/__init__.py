"""Mimic symbols: states come in, nothing goes out; GUI thread only."""

from widgets.mimic.locator import LocatorLine, LocatorMap, LocatorMark, MarkKind
from widgets.mimic.valve import Actuator, ValveState, ValveSymbol, paint_valve

__all__ = [
    "Actuator",
    "LocatorLine",
    "LocatorMap",
    "LocatorMark",
    "MarkKind",
    "ValveState",
    "ValveSymbol",
    "paint_valve",
]
