"""What the setup page says, in plain Python: choices in words, facts of the company's look, monitors and clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.branding import FOLDER, PRODUCT, Brand
from app.formats import clock_time, date_text, sentence, shown
from app.taste import LOCK_MINUTES
from app.texts import _, say
from backend.errors import ConfigError
from backend.model.change import ProfileChange
from backend.model.journal import Field
from widgets.readouts.ages import NO_VALUE
from widgets.theme import SCALES

LANGUAGE_NAMES = (("en", "English"), ("zh_CN", "简体中文"))
"""Each language calls itself by its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """One screen of the desk: name, size in px, and whether it is the first."""

    name: str
    width: int
    height: int
    first: bool


def themes() -> tuple[tuple[str, str], ...]:
    """Themes to choose from."""
    return (("dark", _("Dark")), ("light", _("Light")))


def scales() -> tuple[tuple[str, str], ...]:
    """Scales to choose from, in percent."""
    return tuple((f"{scale:.2f}", f"{scale * 100:.0f}") for scale in SCALES)


def motions() -> tuple[tuple[str, str], ...]:
    """Blinking or steady."""
    return (("blink", _("Blinking")), ("steady", _("Steady, thick")))


def locks() -> tuple[tuple[str, str], ...]:
    """Minutes until the screen locks."""
    return tuple((str(minutes), str(minutes) if minutes else _("never")) for minutes in LOCK_MINUTES)


def look_facts(brand: Brand, fault: ConfigError | None, site: Path) -> Sequence[tuple[str, str]]:
    """Label and value of what the company's look brings along."""
    none = _("the product's own")
    colours = ", ".join(name for name, _title in themes() if brand.colours.get(name))
    facts = [
        (_("Title"), shown(brand.title()) if brand.title() != PRODUCT else none),
        (_("Welcome"), shown(brand.welcome()) or _("none")),
        (_("Logo"), _("own picture") if brand.logo else none),
        (_("Colours"), colours or none),
        (_("Folder"), shown(str(site / FOLDER))),
    ]
    return [*facts, (_("Not used because"), sentence(say(fault)))] if fault is not None else facts


def monitor_facts(monitors: Sequence[Monitor]) -> Sequence[tuple[str, str]]:
    """Label and value of every screen."""
    first = _("{size}, first")
    sizes = [(each, f"{each.width} × {each.height}") for each in monitors]
    return [(shown(each.name, 40) or "–", first.format(size=size) if each.first else size) for each, size in sizes]


def clock_facts(now: datetime) -> Sequence[tuple[str, str]]:
    """How times are shown; now: aware local time."""
    offset = now.strftime("%z")
    zone = f"{now.tzname()} (UTC{offset[:3]}:{offset[3:]})"
    return [(_("Time zone"), shown(zone)), (_("Kept as"), "UTC, µs"), (_("Now"), now.strftime("%Y-%m-%d %H:%M:%S"))]


def monitor_word(identity: str) -> str:
    """What a monitor is called: its model, without one its name."""
    parts = [part for part in identity.split("|") if part]
    return shown(" ".join(parts[1:] or parts), 40) or NO_VALUE


def change_facts(changes: Sequence[ProfileChange], names: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """When and who, what from what to what; one line for each value."""
    return [
        (
            f"{date_text(change.at)} {clock_time(change.at)} · {_who(change.person, names)}",
            _("{name}: {old} → {new}").format(
                name=_value_name(name), old=_value_word(name, old), new=_value_word(name, new)
            ),
        )
        for change in changes
        for name, old, new in change.values
        # The scale in force says nothing that the one of a monitor does not say.
        if not (name == "scale" and any(other.startswith(_SCALES) for other, _old, _new in change.values))
    ]


_SCALES = "scales."


def _who(person: str, names: Mapping[str, str]) -> str:
    return shown(names.get(person, person), 32) if person else _("nobody signed in")


def _value_name(name: str) -> str:
    if name.startswith(_SCALES):
        return _("Scale on {monitor}").format(monitor=monitor_word(name.removeprefix(_SCALES)))
    return {
        "theme": _("Theme"),
        "scale": _("Scale"),
        "language": _("Language"),
        "steady": _("New alarms"),
        "desk": _("Name of the desk"),
        "lock_min": _("Lock after minutes without input"),
    }.get(name, shown(name, 32))


def _value_word(name: str, value: Field) -> str:
    if value is None or value == "":
        return NO_VALUE
    words: Mapping[str, Callable[[], str]] = {
        "theme": lambda: dict(themes()).get(str(value), str(value)),
        "language": lambda: dict(LANGUAGE_NAMES).get(str(value), str(value)),
        "steady": lambda: dict(motions())["steady" if value else "blink"],
        "lock_min": lambda: dict(locks()).get(str(value), str(value)),
    }
    if name == "scale" or name.startswith(_SCALES):
        return f"{float(value) * 100:.0f} %" if isinstance(value, int | float) else str(value)
    return shown(words.get(name, lambda: str(value))(), 40)
