"""Mimic symbols: states come in, nothing goes out; GUI thread only."""

from widgets.mimic.valve import Actuator, ValveState, ValveSymbol, paint_valve

__all__ = ["Actuator", "ValveState", "ValveSymbol", "paint_valve"]
