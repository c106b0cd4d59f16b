"""Devices as rows of text, and the numbers of a form read back. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.formats import clock_time, date_time, point_title, shown
from app.texts import _, bilingual
from backend.api import DeviceView, Stage
from backend.clock import US
from backend.errors import RefusedError, mark
from backend.model.event import LinkHealth, LinkState, Quarantined
from backend.model.plant import Limits, Mode, Point, PowerClass, Registry, mode_of
from widgets.readouts.ages import NO_VALUE, THIN_SPACE, number_text, short_age
from widgets.tables import Row, RowLook

_SHOWN_BYTES: Final = 48
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,9})?")

LIMIT_FIELDS: Final = ("hh", "h", "l", "ll", "deadband", "rate", "on_delay_s", "off_delay_s")
"""Of `Limits`, in the order of the form."""
OPTIONAL: Final = frozenset({"hh", "h", "l", "ll", "rate"})
"""Left empty there is no such limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """What the form says of a point."""

    mode: Mode
    period_s: float
    change_band: float
    limits: Limits


def link_rows(links: Iterable[LinkHealth]) -> list[Row]:
    """One row a link: id, state, since, latency, reads and failures, losses, late polls, messages by stage, reason."""
    return [
        Row(
            key=health.link,
            cells=(
                shown(health.link, 48),
                link_word(health.state),
                date_time(health.since),
                NO_VALUE if health.latency_ms is None else f"{health.latency_ms:.1f}{THIN_SPACE}ms",
                number_text(health.read_ok),
                number_text(health.read_failed),
                number_text(health.lost_count),
                number_text(health.late_polls),
                number_text(health.heard),
                number_text(health.unknown_sender),
                number_text(health.undeciphered),
                number_text(health.unparsed),
                shown(health.reason),
            ),
            bold=health.state is LinkState.LOST,
        )
        for health in links
    ]


def link_word(state: LinkState) -> str:
    """The state of a link."""
    return {
        LinkState.CONNECTING: _("connecting"),
        LinkState.UP: _("up"),
        LinkState.LOST: _("lost"),
        LinkState.STOPPED: _("stopped"),
    }[state]


def found(devices: Iterable[DeviceView], text: str) -> list[DeviceView]:
    """Devices whose id, model, place, link or tag contains `text`, whatever the case."""
    sought = text.casefold().strip()
    return [
        view
        for view in devices
        if any(
            sought in part.casefold()
            for part in (view.device.id, view.model, view.device.asset, view.link, *(each.tag for each in view.bound))
        )
    ]


def device_row(
    view: DeviceView, places: Mapping[str, str], heard: Mapping[str, int], down: frozenset[str], now: int
) -> Row:
    """The row of a device. places: names of assets by id. heard: µs UTC by device. down: links that are not up."""
    return Row(
        key=view.device.id,
        cells=(
            shown(view.device.id, 32),
            model_text(view),
            place_text(view, places),
            shown(view.link, 48),
            remote_word(view),
            number_text(len(view.bound)),
            age_text(heard.get(view.device.id, 0), now),
        ),
        look=RowLook.DIM if view.link in down else RowLook.PLAIN,
    )


def model_text(view: DeviceView) -> str:
    """Thing model and version: station-rtu@1.0.0."""
    return shown(f"{view.model}@{view.version}", 48)


def place_text(view: DeviceView, places: Mapping[str, str]) -> str:
    """Where the device stands."""
    asset = view.device.asset
    name = places.get(asset, asset)
    return shown(asset, 32) if name == asset else f"{shown(asset, 32)}  {name}"


def remote_word(view: DeviceView) -> str:
    """Whether commands may go there; a dash where there is nothing to command."""
    if not view.commandable:
        return NO_VALUE
    return _("on") if view.device.remote_enabled else _("read-only")


def power_word(view: DeviceView) -> str:
    """What feeds it, and what that means for orders."""
    if view.device.power is PowerClass.MAINS:
        return _("mains")
    return _("battery: orders wait for its report") if view.commandable else _("battery")


def age_text(heard: int, now: int) -> str:
    """How long ago, in one unit; a dash for never."""
    return short_age(max(0.0, (now - heard) / US)) if heard else NO_VALUE


def title_of(view: DeviceView) -> str:
    """What kind of device it is, in the language of the desk."""
    return shown(bilingual(view.title, view.title_zh))


def places_of(registry: Registry) -> dict[str, str]:
    """Names of the assets by id, in the language of the desk."""
    return {asset.id: shown(bilingual(asset.name, asset.name_zh)) for asset in registry.assets}


def point_rows(view: DeviceView) -> list[Row]:
    """What is bound, then what is not, with the reason."""
    bound = [
        Row(
            key=str(point.id),
            cells=(
                shown(point.tag),
                point_title(point),
                mode_word(mode_of(point, view.device.protocol)),
                f"{point.period_s:g}{THIN_SPACE}s",
                limits_text(point),
            ),
        )
        for point in view.bound
    ]
    unbound = [
        Row(key=f"unbound:{each.name}", cells=(shown(each.name), _(each.why), "", "", ""), look=RowLook.DIM)
        for each in view.unbound
    ]
    return bound + unbound


def mode_word(mode: Mode) -> str:
    """How values come."""
    return {Mode.POLL: _("polled"), Mode.REPORT: _("reports"), Mode.ON_CHANGE: _("on change")}[mode]


def limits_text(point: Point) -> str:
    """Every limit that is set, from HH down to LL."""
    limits = point.limits
    named = (("HH", limits.hh), ("H", limits.h), ("L", limits.l), ("LL", limits.ll))
    return "  ".join(f"{name} {number_text(value, point.precision)}" for name, value in named if value is not None)


def stage_rows(stages: Iterable[Stage]) -> list[Row]:
    """One row a stage: what passed and what did not."""
    words = {
        "received": _("Received"),
        "authenticated": _("Known sender"),
        "decrypted": _("Decrypted"),
        "parsed": _("Parsed"),
        "judged": _("Judged"),
        "processed": _("Processed"),
        "new": _("Not a repetition"),
        "stored": _("Stored"),
    }
    return [
        Row(
            key=stage.key,
            cells=(words[stage.key], number_text(stage.passed), number_text(stage.failed)),
            bold=stage.failed > 0,
        )
        for stage in stages
    ]


def quarantine_rows(items: Iterable[Quarantined]) -> list[Row]:
    """What was put aside: time, source, stage, reason, raw bytes as hex."""
    return [
        Row(
            key=f"{item.received_at}:{number}",
            cells=(
                clock_time(item.received_at),
                shown(item.source, 64),
                shown(item.stage, 24),
                shown(item.reason),
                hex_text(item.raw),
            ),
        )
        for number, item in enumerate(items)
    ]


def hex_text(raw: bytes) -> str:
    """Bytes as they came, "7e 02 00"; a long message ends in … and its length."""
    beginning = raw[:_SHOWN_BYTES].hex(" ")
    return beginning if len(raw) <= _SHOWN_BYTES else f"{beginning} … {len(raw)}{THIN_SPACE}B"


def field_text(value: float | None) -> str:
    """A number as it stands in a field of the form; empty for none."""
    if value is None:
        return ""
    return f"{value:.9f}".rstrip("0").rstrip(".")


def read_form(point: Point, mode: str, fields: Mapping[str, str], names: Mapping[str, str]) -> Acquisition:
    """What a form's texts mean. names: of the fields, for people. Raises RefusedError naming the field.

    A field whose text was not touched keeps its number exactly.
    """
    values = {name: _number(fields[name], _now(point, name), names[name], optional=name in OPTIONAL) for name in fields}
    limits = {name: values[name] for name in LIMIT_FIELDS}
    return Acquisition(
        mode=Mode(mode),
        period_s=values["period_s"] or 0.0,
        change_band=values["change_band"] or 0.0,
        limits=replace(point.limits, **limits),  # type: ignore[arg-type]
    )


def _now(point: Point, name: str) -> float | None:
    value: float | None = getattr(point.limits if name in LIMIT_FIELDS else point, name)
    return value


def _number(text: str, now: float | None, name: str, *, optional: bool) -> float | None:
    words = text.strip().replace("−", "-")
    if words == field_text(now):
        return now
    if not words and optional:
        return None
    if not _NUMBER.fullmatch(words):
        raise RefusedError(mark("{name}: write a number such as 12.5"), name=name)
    return float(words)
