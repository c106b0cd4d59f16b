"""What a mimic's elements and boxes look like at this moment: plain frozen facts that the page works out."""

from __future__ import annotations

from dataclasses import dataclass, field

from widgets.mimic.valve import ValveState
from widgets.notices.glyph import GlyphState
from widgets.readouts.bar import Span
from widgets.readouts.mark import Mark

Glyph = tuple[int, GlyphState]
"""Priority and state of the most urgent alarm here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An element. label: its tag; words: the line below, such as "active 1.52". share: opening or level, 0 to 1.

    flowing: filled with the pipe's colour. yours: a command in flight moves it. reserved: held for a command that has
    not been sent yet.
    """

    label: str = ""
    words: str = ""
    tip: str = field(default="", compare=False)
    """Ages in it grow all the time; that is no reason to paint."""
    tier: str = "mpa"
    state: ValveState = ValveState.OPEN
    flowing: bool = False
    share: float | None = None
    running: bool | None = None
    mark: Mark = Mark.GOOD
    alarm: Glyph | None = None
    off_normal: bool = False
    yours: bool = False
    reserved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxLook:
    """A value box. label: the tag; title: left out where there is no room. span None: no bar, as for a switch."""

    label: str = ""
    title: str = ""
    number: str = ""
    unit: str = ""
    value: float | None = field(default=None, compare=False)
    """For the bar, which is coarser than the number."""
    span: Span | None = None
    mark: Mark = Mark.GOOD
    age: str = ""
    alarm: Glyph | None = None
    tip: str = field(default="", compare=False)
