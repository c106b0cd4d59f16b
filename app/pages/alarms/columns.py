"""The columns of the alarm list, and which of them a narrow window leaves out."""

from __future__ import annotations

from typing import Final

from app.texts import _
from widgets.tables import Align, Column, Kind

MESSAGE: Final = 4
NARROW_LEAVES_OUT: Final = ("place", "limit", "line", "offset")


def columns() -> tuple[Column, ...]:
    """In order; titles in the language of the desk."""
    return (
        Column(key="glyph", title="", width=40, kind=Kind.GLYPH, align=Align.CENTRE),
        Column(key="time", title=_("Time"), width=102, kind=Kind.TIME),
        Column(key="tag", title=_("Tag"), width=140, kind=Kind.MONO),
        Column(key="offset", title="", width=66, kind=Kind.AGE, align=Align.RIGHT),
        Column(key="message", title=_("Message"), width=0, elide=True),
        Column(key="place", title=_("Place"), width=128, kind=Kind.MUTED, elide=True),
        Column(key="value", title=_("Value"), width=104, kind=Kind.VALUE, align=Align.RIGHT),
        Column(key="limit", title=_("Limit"), width=80, kind=Kind.AGE, align=Align.RIGHT),
        Column(key="line", title=_("10 min"), width=76, kind=Kind.SPARK),
        Column(key="age", title=_("Age"), width=60, kind=Kind.AGE, align=Align.RIGHT),
    )
