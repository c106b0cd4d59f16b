"""What the setup page says, in plain Python: choices in words, facts of the company's look, monitors and clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.branding import FOLDER, PRODUCT, Brand
from app.formats import sentence, shown
from app.taste import LOCK_MINUTES
from app.texts import _, say
from backend.errors import ConfigError
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
