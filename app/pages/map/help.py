"""The keys of the map page, as the help on `?` lists them. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence

from app.page import PageKey
from app.texts import _


def page_keys() -> Sequence[PageKey]:
    """Beside the console's own."""
    return (
        PageKey(key="/", words=_("find on the map")),
        PageKey(key="L", words=_("layers")),
        PageKey(key="I", words=_("isolating valves of the selection")),
        PageKey(key="V", words=_("next set of valves")),
        PageKey(key="1–9", words=_("choose one valve of the set")),
        PageKey(key="C", words=_("prepare command")),
        PageKey(key="T", words=_("trend of the selection")),
        PageKey(key="↵", words=_("station page of the selection")),
        PageKey(key="W", words=_("what is near")),
        PageKey(key="M", words=_("measure")),
        PageKey(key="0", words=_("centre")),
        PageKey(key="+ −", words=_("zoom")),
        PageKey(key="← → ↑ ↓", words=_("move the map")),
        PageKey(key="N", words=_("the next thing near the selection; with Shift the one before")),
        PageKey(key="PgUp PgDn", words=_("alarmed things, or stations")),
    )
