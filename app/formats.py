"""Numbers, times and names as people read them here: local time, thousands comma, true minus, states in words."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from babel.dates import format_date

from app.texts import _, bilingual, language
from backend.model.plant import Asset, Point
from backend.model.quality import Cause, Status, cause_of, status_of
from widgets.readouts.ages import NO_VALUE, number_text, with_unit

LONGEST = 120
"""Characters of the longest name that is shown whole; registered tags have 64 at most."""


def value_text(point: Point, value: float) -> str:
    """A value of `point` with its unit, or the word of its state; a dash where there is none."""
    if not math.isfinite(value):
        return NO_VALUE
    word = state_word(point, value)
    return word if word else with_unit(number_text(value, point.precision), unit_of(point))


def unit_of(point: Point) -> str:
    """The unit of a point, as it may be shown."""
    return shown(point.unit, 16)


def bare_value(point: Point, value: float) -> str:
    """A value of `point` without its unit."""
    if not math.isfinite(value):
        return NO_VALUE
    return state_word(point, value) or number_text(value, point.precision)


def state_word(point: Point, value: float) -> str:
    """The word for a switch's state; "" where the point has no words for it."""
    if not point.states or value != int(value):
        return ""
    english = point.states.get(int(value), "")
    chinese = point.states_zh.get(int(value), "")
    return shown(bilingual(english, chinese))


def point_title(point: Point) -> str:
    """What the point is, in the language of the desk."""
    return shown(bilingual(point.title, point.title_zh))


def asset_name(asset: Asset) -> str:
    """What the asset is called, in the language of the desk."""
    return shown(bilingual(asset.name, asset.name_zh))


def quality_word(code: int) -> str:
    """The quality in words: "good", "bad: link lost", …"""
    words = {
        Cause.NONE: "",
        Cause.NEVER: _("no value yet"),
        Cause.STALE: _("stale"),
        Cause.RANGE: _("out of range"),
        Cause.FROZEN: _("frozen"),
        Cause.COMMS: _("link lost"),
        Cause.DEVICE: _("device fault"),
        Cause.MANUAL: _("manual"),
        Cause.SIMULATED: _("simulated"),
        Cause.NOT_AUTHENTICATED: _("not authenticated"),
        Cause.CLOCK: _("device clock wrong"),
        Cause.RESTART: _("from before the restart"),
        Cause.SPIKE: _("jumped too far"),
    }
    status = {Status.GOOD: _("good"), Status.UNCERTAIN: _("uncertain"), Status.BAD: _("bad")}[status_of(code)]
    cause = words[cause_of(code)]
    return f"{status}: {cause}" if cause else status


def clock_time(at_us: int, *, tenths: bool = False) -> str:
    """Local time of day, 18:32:07 or 18:32:07.4; a dash for never."""
    if not at_us:
        return NO_VALUE
    local = local_time(at_us)
    text = local.strftime("%H:%M:%S")
    return f"{text}.{local.microsecond // 100_000}" if tenths else text


def date_text(at_us: int) -> str:
    """Local date as 2026-01-15."""
    return local_time(at_us).strftime("%Y-%m-%d")


def day_text(at_us: int) -> str:
    """Local day in words for the clock: "Thu 15 Jan 2026", "1月15日 周四"."""
    pattern = {"en": "EEE d MMM y", "zh_CN": "M月d日 EEE"}[language()]
    return format_date(local_time(at_us), pattern, locale=language())


def date_time(at_us: int) -> str:
    """Local date and time, 2026-01-15 18:32:07; a dash for never."""
    return local_time(at_us).strftime("%Y-%m-%d %H:%M:%S") if at_us else NO_VALUE


def literal(text: str) -> str:
    """Text from outside with control and bidi characters shown as escapes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def shown(text: str, longest: int = LONGEST) -> str:
    """Text from outside for a label or a cell: literal, and shortened in the middle when it is longer than any name."""
    whole = literal(text)
    if len(whole) <= longest:
        return whole
    head = (longest - 1) // 2
    return f"{whole[:head]}…{whole[head + 1 - longest :]}"


def sentence(text: str, longest: int = 400) -> str:
    """A sentence for a person, whatever names were put into it: literal and not endless."""
    return shown(text, longest)


def local_time(at_us: int) -> datetime:
    """A time in the zone of this machine."""
    return datetime.fromtimestamp(at_us / 1e6, UTC).astimezone()


def midnight(at_us: int) -> int:
    """The beginning of the local day, µs UTC. On the day of a clock change its offset is not that of the time given."""
    day = local_time(at_us).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return round(day.astimezone().timestamp() * 1e6)
