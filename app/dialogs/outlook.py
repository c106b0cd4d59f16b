"""What a command does to customers, zones and readings, in words. Plain Python over the network's answers.

What the drawing cannot tell is said to be unknown, never guessed: no pressures after the command are shown, because
nothing here calculates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.formats import asset_name, bare_value, clock_time, point_title, shown, unit_of, value_text
from app.texts import _
from backend.api import Backend
from backend.model.command import TERMINAL, Command
from backend.model.isolation import Consequence, Together, ZoneLoss
from backend.model.live import TagSnapshot
from backend.model.plant import Asset, Point, QuantityKind
from backend.model.quality import is_good
from widgets.readouts.ages import NO_VALUE, number_text, with_unit

_READINGS: Final = 3
_ZONES: Final = 3
_VALVES_NAMED: Final = 4
_LISTED: Final = ", "


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Another valve that moves too: command is its open one, "" while it is still to be asked for."""

    valve: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """The valves whose consequence is asked for: this one and those that move with it."""

    closing: tuple[str, ...]
    opening: tuple[str, ...]
    partners: tuple[Partner, ...]

    def known(self) -> bool:
        """Whether a drawn valve moves at all."""
        return bool(self.closing or self.opening)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A reading before and after; after "" = the row has no arrow."""

    label: str
    before: str
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the card shows. number "" = the consequence is unknown, and `words` says so."""

    number: str
    words: str
    split: tuple[str, ...] = ()
    critical: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    note: str = ""
    together: str = ""


def moves(backend: Backend, *, point: int, action: str, own: str = "", plan: Iterable[int] = ()) -> Moves:
    """This valve, those of the plan it belongs to, and those of other open commands. own: id of this command."""
    network = backend.network
    valve = network.valve_of(point)
    asked = {"close": [valve], "open": []}.get(action, []) if valve else []
    let = [valve] if valve and action == "open" else []
    partners: dict[str, str] = {}
    if asked:
        for command in backend.commands.snapshot():
            other = network.valve_of(command.content.point) if _goes_along(command, own) else ""
            if other and other != valve:
                partners[other] = command.content.id
        for planned in plan:
            partners.setdefault(network.valve_of(planned), "")
        partners.pop("", None)
        partners.pop(valve, None)
    return Moves(
        closing=(*asked, *partners),
        opening=tuple(let),
        partners=tuple(Partner(valve=each, command=command) for each, command in partners.items()),
    )


def outlook(
    backend: Backend,
    told: Consequence | None,
    asked: Moves,
    *,
    alone: Consequence | None = None,
    point: int,
    action: str,
    value: float | None,
) -> Outlook:
    """Everything the card shows; told None = there is no answer. alone: what this valve does without the others."""
    registry, snapshot = backend.registry, backend.live.snapshot()
    assets = {asset.id: asset for asset in registry.assets}
    readings = tuple(_readings(registry.points, snapshot, point, action, value))
    if told is None or told.not_drawn or not asked.known():
        why = _("flows after a set-point are not calculated") if action == "set" else _("not in the network drawing")
        if asked.known():
            why = _("being worked out")
        return Outlook(number="", words=_("Consequence unknown"), rows=readings, note=why)
    note = _("by connection, valves as of {time}").format(time=clock_time(backend.now()))
    if told.unknown:
        note = _("{count} positions not known, taken as open").format(count=len(told.unknown))
    number, words, split = _customers(told)
    return Outlook(
        number=number,
        words=words,
        split=split,
        critical=tuple(_named(assets, works) for works in told.losses.works),
        rows=(*readings, *_zones(told, assets), *_stations(told, assets)),
        note=note,
        together=_together(told, asked, alone),
    )


def undo_text(action: str, told: Consequence | None, before: str) -> str:
    """How to undo it. before: the value before, for a set-point."""
    match action:
        case "close" if told is not None and told.losses.customers:
            return _(
                "To undo: opening needs a new command and a person at the valve, then purge and relight every customer."
            )
        case "close":
            return _("To undo: opening needs a new command and a person at the valve.")
        case "open":
            return _("To undo: closing needs a new command.")
        case _:
            return _("To undo: set {value} again by a new command.").format(value=before)


def missing(told: Consequence | None) -> tuple[str, ...]:
    """The valves that would have to close as well before anything is cut off; () = none, or too many to name."""
    best = _worth_naming(told) if told is not None else None
    return () if best is None else best.valves


def effect_text(told: Consequence | None) -> str:
    """The consequence in a few words, for a list."""
    if told is None or told.not_drawn:
        return _("Consequence unknown")
    if told.gains:
        return _("{count} customers get gas again").format(count=number_text(told.gains))
    if told.losses.customers == 1:
        return _("1 customer loses gas")
    if told.losses.customers:
        return _("{count} customers lose gas").format(count=number_text(told.losses.customers))
    return _("No customer loses gas")


def _goes_along(command: Command, own: str) -> bool:
    content = command.content
    return command.state not in TERMINAL and content.id != own and content.action == "close"


def _customers(told: Consequence) -> tuple[str, str, tuple[str, ...]]:
    losses = told.losses
    if told.gains:
        return number_text(told.gains), _("customers get gas again"), ()
    if not losses.customers:
        return "0", _("customers lose gas"), (_("every side keeps a feed"),) if told.closing else ()
    homes = _("{count} households").format(count=number_text(losses.homes))
    works = _("{count} works").format(count=number_text(len(losses.works)))
    split = [homes] * bool(losses.homes) + [works] * bool(losses.works)
    split.append(_("{flow} m³/h at peak").format(flow=number_text(losses.peak_m3h)))
    return number_text(losses.customers), _("customers lose gas"), tuple(split)


def _together(told: Consequence, asked: Moves, alone: Consequence | None) -> str:
    if asked.partners:
        valves = _LISTED.join(shown(each.valve, 24) for each in asked.partners[:_VALVES_NAMED])
        waits = [each.command for each in asked.partners if each.command]
        needed = alone is not None and not alone.losses.customers and bool(told.losses.customers)
        first = _("Isolates only together with {valves}.") if needed else _("Counted together with {valves}.")
        return f"{first.format(valves=valves)} {_fate(waits)}"
    best = _worth_naming(told)
    if best is None:
        return ""
    valves = _LISTED.join(shown(each, 24) for each in best.valves)
    return _("Isolates only together with {valves}: then {count} customers lose gas.").format(
        valves=valves, count=number_text(best.customers)
    )


def _fate(waits: list[str]) -> str:
    if not waits:
        return _("Its request follows this one.")
    return _("Its request {command} is open.").format(command=_LISTED.join(shown(each, 32) for each in waits))


def _worth_naming(told: Consequence) -> Together | None:
    """The smallest set that is still missing; none where this alone already takes gas away."""
    if told.losses.customers:
        return None
    few = [each for each in told.together if len(each.valves) <= _VALVES_NAMED]
    return min(few, key=lambda each: (len(each.valves), each.customers), default=None)


def _readings(
    points: tuple[Point, ...], snapshot: TagSnapshot, point: int, action: str, value: float | None
) -> Iterator[Row]:
    """Pressures and flows on the same device. After a close no gas flows through it; nothing else is calculated."""
    commanded = points[point]
    kinds = (QuantityKind.PRESSURE, QuantityKind.FLOW)
    beside = [each for each in points if each.device == commanded.device and each.kind in kinds and not each.writable]
    wanted = [each for each in beside if not each.retired and each.property in _WORTH_SHOWING]
    for each in sorted(wanted, key=lambda one: _WORTH_SHOWING.index(one.property))[:_READINGS]:
        good = is_good(int(snapshot.quality[each.id]))
        before = value_text(each, float(snapshot.value[each.id])) if good else f"{NO_VALUE} ?"
        after = ""
        if action == "close" and each.property == "flow" and commanded.property == "command":
            after = with_unit("0", unit_of(each))
        elif action == "set" and value is not None and _sets(commanded, each):
            after = with_unit(bare_value(each, value), unit_of(each))
        yield Row(label=point_title(each), before=before, after=after)


_WORTH_SHOWING: Final = (
    "upstream_pressure",
    "downstream_pressure",
    "run_a_outlet_pressure",
    "run_b_outlet_pressure",
    "inlet_pressure",
    "outlet_pressure",
    "flow",
)


def _sets(commanded: Point, reading: Point) -> bool:
    """Whether the set-point is for this pressure: that of its own run, else the outlet's."""
    stem = commanded.property.partition("setpoint")[0]
    return reading.property == f"{stem}outlet_pressure"


def _zones(told: Consequence, assets: dict[str, Asset]) -> Iterator[Row]:
    for zone in told.losses.zones[:_ZONES]:
        yield Row(label=_named(assets, zone.zone), before=_zone(zone))
    if len(told.losses.zones) > _ZONES:
        rest = len(told.losses.zones) - _ZONES
        yield Row(label=_("{count} more zones").format(count=rest), before=_("see the map"))


def _zone(zone: ZoneLoss) -> str:
    if not zone.feeds:
        return _("loses all gas")
    feeds = _LISTED.join(shown(each, 16) for each in zone.feeds[:2])
    if zone.customers:
        return _("{count} keep gas, fed by {feeds}").format(count=number_text(zone.left), feeds=feeds)
    return _("stays fed by {feeds}").format(feeds=feeds)


def _stations(told: Consequence, assets: dict[str, Asset]) -> Iterator[Row]:
    for station in told.stations[:_ZONES]:
        yield Row(label=_named(assets, station), before=_("inlet loses gas"))


def _named(assets: dict[str, Asset], id_: str) -> str:
    asset = assets.get(id_)
    return f"{asset_name(asset)} {shown(id_, 16)}" if asset is not None else shown(id_, 24)
