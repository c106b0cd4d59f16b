"""`linepack points` and `linepack alarms`: what is stored, as a table or as JSON; read-only, beside a running site."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from app.moments import utc_text
from app.opening import reading
from app.terminal import Cell, json_list, note, table
from backend.alarms.states import most_urgent, name_of
from backend.clock import US, SystemClock
from backend.model.alarm import LEVEL_WORDS, AlarmConfig, AlarmFacts, AlarmName, Occurrence
from backend.model.plant import Point, Registry
from backend.model.quality import Cause, Status, is_good, quality
from backend.site import load
from backend.site.lock import is_running
from backend.store import Records
from backend.store.export import quality_words

Row = dict[str, Cell]
_STALE_PERIODS = 3
_POINT_COLUMNS = ("tag", "asset", "title", "shown", "unit", "time", "quality")
_ALARM_COLUMNS = ("state", "priority", "alarm", "message", "raised", "value", "limit", "acknowledged_by")
_OCCURRENCE_COLUMNS = ("time", "event", "state", "priority", "alarm", "message", "value", "limit", "by")
"""Keys of the rows that a table shows; JSON has them all."""
_HEADINGS = {"shown": "value"}


def list_points(folder: Path, *, as_json: bool) -> int:
    """Every point that is not retired with its newest stored value. A value older than three periods is stale."""
    site = load(folder)
    with reading(site) as records:
        rows = _point_rows(records, now=SystemClock().wall_us())
        _show(rows, _POINT_COLUMNS, as_json=as_json)
    _note_at_rest(site.folder)
    return 0


def list_alarms(folder: Path, *, as_json: bool, history: bool) -> int:
    """Alarms that are not normal, most urgent first; with `history` every occurrence in the order it was recorded."""
    site = load(folder)
    with reading(site) as records:
        if history:
            _show(_occurrence_rows(records), _OCCURRENCE_COLUMNS, as_json=as_json)
        else:
            _show(_alarm_rows(records), _ALARM_COLUMNS, as_json=as_json)
    _note_at_rest(site.folder)
    return 0


def _show(rows: Iterator[Row], columns: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        json_list(rows)
    else:
        table(
            [_HEADINGS.get(column, column) for column in columns],
            ([_cell(row[column]) for column in columns] for row in rows),
        )


def _cell(value: Cell) -> str:
    return "" if value is None else str(value)


def _note_at_rest(folder: Path) -> None:
    if not is_running(folder):
        note("the site is not running; this is what was stored last")


def _point_rows(records: Records, *, now: int) -> Iterator[Row]:
    last = records.last_values()
    place = {int(point): row for row, point in enumerate(last.point)}
    for point in records.registry().points:
        if point.retired:
            continue
        row = place.get(point.id)
        if row is None:
            yield _point_row(point, math.nan, 0, quality(Status.BAD, Cause.NEVER))
        else:
            code = _aged(int(last.quality[row]), now - int(last.at[row]), point.period_s)
            yield _point_row(point, float(last.value[row]), int(last.at[row]), code)


def _aged(code: int, age_us: int, period_s: float) -> int:
    """A good value that nobody renewed is not good any more."""
    stale = is_good(code) and age_us > _STALE_PERIODS * period_s * US
    return quality(Status.UNCERTAIN, Cause.STALE) if stale else code


def _point_row(point: Point, value: float, at: int, code: int) -> Row:
    known = math.isfinite(value)
    return {
        "tag": point.tag,
        "asset": point.asset,
        "device": point.device,
        "title": point.title,
        "value": value if known else None,
        "shown": _shown(point, value) if known else "",
        "unit": point.unit,
        "time": utc_text(at) or None,
        "quality": quality_words(code),
    }


def _shown(point: Point, value: float) -> str:
    """As people read it: the word of a switch's state, or as many decimals as the point has."""
    word = point.states.get(int(value)) if value == int(value) else None
    return word or f"{value:.{point.precision}f}"


def _alarm_rows(records: Records) -> Iterator[Row]:
    registry = records.registry()
    found = [(config, facts, name_of(facts)) for config, facts in records.alarms()]
    found = [each for each in found if each[2] is not AlarmName.NORM]
    for config, facts, name in sorted(found, key=lambda each: (_priority(*each[:2]), -each[1].raised_at)):
        yield {
            "state": name.value,
            "priority": _priority(config, facts),
            "alarm": config.key,
            "message": _message(config, facts.level, registry),
            "asset": config.asset,
            "raised": utc_text(facts.raised_at) or None,
            "cleared": utc_text(facts.cleared_at) or None,
            "occurrence": facts.occurrence,
            "value": _finite(facts.value),
            "limit": _finite(facts.limit),
            "acknowledged_by": facts.acked_by if facts.ack else "",
            "suppressed": ", ".join(each.kind.value for each in facts.suppressed),
        }


def _priority(config: AlarmConfig, facts: AlarmFacts) -> int:
    return int(facts.peak or most_urgent(config))


def _occurrence_rows(records: Records) -> Iterator[Row]:
    registry = records.registry()
    configs = {config.key: config for config, _ in records.alarms()}
    for each in records.each_occurrence():
        yield _occurrence_row(each, configs.get(each.key), registry)


def _occurrence_row(each: Occurrence, config: AlarmConfig | None, registry: Registry) -> Row:
    return {
        "time": utc_text(each.at) or None,
        "recorded": utc_text(each.recorded_at) or None,
        "event": each.event,
        "state": each.name.value,
        "priority": int(each.priority),
        "alarm": each.key,
        "occurrence": each.occurrence,
        "message": _message(config, each.level, registry) if config else "",
        "value": _finite(each.value),
        "limit": _finite(each.limit),
        "by": each.by,
        "workstation": each.workstation,
        "reason": each.reason,
        "late": each.late,
    }


def _message(config: AlarmConfig, level: str, registry: Registry) -> str:
    point = None if config.point is None else registry.points[config.point]
    title = point.title if point is not None else config.source
    return config.message.format(title=title, level=LEVEL_WORDS.get(level, level), source=config.source)


def _finite(value: float | None) -> float | None:
    """JSON has no word for NaN."""
    return value if value is not None and math.isfinite(value) else None
