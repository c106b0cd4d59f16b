"""Alarms in plain Python, shared by banner and pages: views, order, counts, words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.formats import asset_name, point_title, value_text
from app.texts import _
from backend.model.alarm import AlarmName, AlarmRecord, Priority
from backend.model.plant import Asset, Point, Registry
from widgets.readouts.ages import number_text, with_unit

VIEWS: tuple[tuple[str, frozenset[AlarmName]], ...] = (
    (
        "active",
        frozenset({AlarmName.UNACK, AlarmName.ACKED, AlarmName.RTNUN, AlarmName.LTUNK, AlarmName.LTACK}),
    ),
    ("unacknowledged", frozenset({AlarmName.UNACK, AlarmName.RTNUN, AlarmName.LTUNK})),
    ("returned", frozenset({AlarmName.RTNUN})),
    ("latched", frozenset({AlarmName.LTUNK, AlarmName.LTACK})),
    ("shelved", frozenset({AlarmName.SHLVD})),
    ("suppressed", frozenset({AlarmName.DSUPR})),
    ("out-of-service", frozenset({AlarmName.OOSRV})),
)
"""What each view of the list holds; together they hold every name but NORM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many alarms of one priority are active, and how many of those nobody has seen."""

    active: int
    new: int


def in_view(records: Iterable[AlarmRecord], view: str) -> tuple[AlarmRecord, ...]:
    """The records of a view, most urgent first: priority, unacknowledged, newest."""
    names = dict(VIEWS)[view]
    return tuple(sorted((record for record in records if record.name in names), key=order))


def order(record: AlarmRecord) -> tuple[int, bool, int, str]:
    """Sorting key of the list."""
    return (int(record.priority), record.facts.ack, -record.facts.raised_at, record.config.key)


def counts(records: Iterable[AlarmRecord]) -> dict[Priority, Count]:
    """Active and new alarms by priority, as the banner shows them."""
    shown = in_view(records, "active")
    return {
        priority: Count(
            active=sum(record.priority is priority for record in shown),
            new=sum(record.priority is priority and not record.facts.ack for record in shown),
        )
        for priority in Priority
    }


def banner_rows(records: Iterable[AlarmRecord]) -> tuple[AlarmRecord, ...]:
    """The two rows of the banner: the most urgent unacknowledged ones, else the highest acknowledged ones."""
    shown = in_view(records, "active")
    unseen = sorted((record for record in shown if not record.facts.ack), key=order)
    seen = [record for record in shown if record.facts.ack]
    return tuple((unseen + seen)[:2])


class Words:
    """What an alarm says in the language of the desk; knows the registry."""

    def __init__(self, registry: Registry) -> None:
        self._points = registry.points
        self._assets: dict[str, Asset] = {asset.id: asset for asset in registry.assets}

    def point(self, record: AlarmRecord) -> Point | None:
        """The point an alarm is about, if it is about one."""
        return None if record.config.point is None else self._points[record.config.point]

    def message(self, record: AlarmRecord) -> str:
        """The alarm's text, e.g. "Outlet pressure LOW-LOW"."""
        point = self.point(record)
        title = point_title(point) if point is not None else record.config.source
        return _(record.config.message).format(
            title=title,
            source=record.config.source,
            device=record.config.device,
            level=_level_word(record.facts.level),
        )

    def place(self, record: AlarmRecord) -> str:
        """Where it is."""
        asset = self._assets.get(record.config.asset)
        if asset is None:
            return record.config.device or record.config.source
        name = asset_name(asset)
        return asset.id if name == asset.id else f"{asset.id} {name}"

    def value(self, record: AlarmRecord) -> str:
        """The value that raised it, with unit."""
        point = self.point(record)
        if record.facts.value is None:
            return ""
        return value_text(point, record.facts.value) if point is not None else number_text(record.facts.value, 1)

    def limit(self, record: AlarmRecord) -> str:
        """The limit that was crossed."""
        point = self.point(record)
        if record.facts.limit is None or point is None:
            return ""
        if record.config.condition == "rate":
            return with_unit(number_text(record.facts.limit, point.precision), f"{point.unit}/s")
        return value_text(point, record.facts.limit)


def _level_word(level: str) -> str:
    return {"HH": _("HIGH-HIGH"), "H": _("HIGH"), "L": _("LOW"), "LL": _("LOW-LOW")}.get(level, level)


def state_word(record: AlarmRecord) -> str:
    """The derived name in words."""
    return {
        AlarmName.NORM: _("normal"),
        AlarmName.UNACK: _("unacknowledged"),
        AlarmName.ACKED: _("acknowledged"),
        AlarmName.RTNUN: _("returned, not acknowledged"),
        AlarmName.LTUNK: _("latched, not acknowledged"),
        AlarmName.LTACK: _("latched, reset needed"),
        AlarmName.SHLVD: _("shelved"),
        AlarmName.DSUPR: _("suppressed by design"),
        AlarmName.OOSRV: _("out of service"),
    }[record.name]
