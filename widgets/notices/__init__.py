"""Notices: alarms, toasts and frames; plain states come in, intents go out as signals; GUI thread only."""

from widgets.notices.banner import BannerAlarm, BannerRow, ClockBlock, MarkBlock
from widgets.notices.blink import Blink, shared_blink
from widgets.notices.counter import PriorityCounter, SmallCounter
from widgets.notices.fact import StatusFact
from widgets.notices.frozen import FrozenNotice
from widgets.notices.glyph import BLINKING, AlarmGlyph, GlyphState, glyph_pixmap, paint_glyph
from widgets.notices.simulator import SimulatorFrame
from widgets.notices.toast import HoldPill, Pill, Toast

__all__ = [
    "BLINKING",
    "AlarmGlyph",
    "BannerAlarm",
    "BannerRow",
    "Blink",
    "ClockBlock",
    "FrozenNotice",
    "GlyphState",
    "HoldPill",
    "MarkBlock",
    "Pill",
    "PriorityCounter",
    "SimulatorFrame",
    "SmallCounter",
    "StatusFact",
    "Toast",
    "glyph_pixmap",
    "paint_glyph",
    "shared_blink",
]
