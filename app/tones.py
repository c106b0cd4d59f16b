"""The one table from severity, quality and command state to shape, badge and tone."""

from __future__ import annotations

import math

from backend.model.alarm import AlarmName, AlarmRecord
from backend.model.command import CommandState
from backend.model.plant import Point
from backend.model.quality import Cause, Status, cause_of, is_good, status_of
from widgets.mimic import ValveState
from widgets.notices import GlyphState
from widgets.readouts import Mark
from widgets.theme import Tone

GLYPHS: dict[AlarmName, GlyphState] = {
    AlarmName.NORM: GlyphState.NONE,
    AlarmName.UNACK: GlyphState.UNACKNOWLEDGED,
    AlarmName.ACKED: GlyphState.ACKNOWLEDGED,
    AlarmName.RTNUN: GlyphState.RETURNED,
    AlarmName.LTUNK: GlyphState.LATCHED,
    AlarmName.LTACK: GlyphState.LATCHED,
    AlarmName.SHLVD: GlyphState.SHELVED,
    AlarmName.DSUPR: GlyphState.SUPPRESSED,
    AlarmName.OOSRV: GlyphState.OUT_OF_SERVICE,
}

COMMANDS: dict[CommandState, Tone] = {
    CommandState.REQUESTED: Tone.YOU,
    CommandState.CONFIRMED: Tone.YOU,
    CommandState.AWAITING_APPROVAL: Tone.YOU,
    CommandState.APPROVED: Tone.YOU,
    CommandState.DISPATCHING: Tone.YOU,
    CommandState.DISPATCHED: Tone.YOU,
    CommandState.ACKED: Tone.YOU,
    CommandState.INDETERMINATE: Tone.NORMAL,
    CommandState.VERIFIED: Tone.NORMAL,
    CommandState.FAILED: Tone.NORMAL,
    CommandState.REJECTED: Tone.MUTED,
    CommandState.EXPIRED: Tone.MUTED,
    CommandState.CANCELLED: Tone.MUTED,
}

_MARKS: dict[Cause, Mark] = {
    Cause.STALE: Mark.STALE,
    Cause.COMMS: Mark.STALE,
    Cause.NEVER: Mark.STALE,
    Cause.RESTART: Mark.STALE,
    Cause.MANUAL: Mark.MANUAL,
    Cause.SIMULATED: Mark.SIMULATED,
}


def glyph_of(record: AlarmRecord) -> GlyphState:
    """The form of an alarm's glyph."""
    return GLYPHS[record.name]


def mark_of(code: int) -> Mark:
    """The badge of a quality byte."""
    by_cause = _MARKS.get(cause_of(code))
    if by_cause is not None:
        return by_cause
    return {Status.GOOD: Mark.GOOD, Status.UNCERTAIN: Mark.UNCERTAIN, Status.BAD: Mark.BAD}[status_of(code)]


def valve_state(feedback: Point, value: float, code: int) -> ValveState:
    """The symbol of a valve from its position feedback; anything not good is unknown."""
    if not is_good(code) or not math.isfinite(value):
        return ValveState.UNKNOWN
    words = {
        "open": ValveState.OPEN,
        "closed": ValveState.CLOSED,
        "travelling": ValveState.TRAVELLING,
        "contradictory": ValveState.DISAGREES,
    }
    return words.get(feedback.states.get(int(value), ""), ValveState.UNKNOWN)
