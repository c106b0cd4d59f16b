"""`linepack points` and `linepack alarms`: what is stored, beside a running site too, and nothing is changed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app import listing
from app.opening import held, reading, writing
from backend.model.alarm import AlarmFacts, AlarmName, Suppressed, Suppression
from backend.model.plant import Point
from backend.model.quality import GOOD, Cause, Status, quality
from backend.model.sample import SampleBatch
from backend.site import load
from backend.site.lock import SiteLock
from backend.store import Tx
from tests.support.clock import START_US, ManualClock
from tests.support.command_line import contents, linepack
from tests.support.stored import alarm, occurrence


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """The time at which lists are made: ten seconds after the samples."""
    clock = ManualClock()
    clock.tick(10)
    monkeypatch.setattr(listing, "SystemClock", lambda: clock)
    return clock


def store(folder: Path, *work: Callable[[Tx], object]) -> None:
    """Put facts into a site at rest."""
    site = load(folder)
    with held(site), writing(site) as opened:
        for each in work:
            opened.run(each).result(5)


def points_of(folder: Path) -> tuple[Point, ...]:
    with reading(load(folder)) as records:
        return records.registry().points


def samples(*rows: tuple[int, float, int]) -> Callable[[Tx], None]:
    """(point, value, quality) at the start of test time."""
    batch = SampleBatch.of(
        [point for point, _, _ in rows],
        [START_US for _ in rows],
        [value for _, value, _ in rows],
        [code for _, _, code in rows],
        received_at=START_US,
        source="test",
    )
    return lambda tx: tx.samples(batch)


def listed(*arguments: object) -> list[dict[str, Any]]:
    done = linepack(*arguments, "--json")
    assert done.code == 0
    rows: list[dict[str, Any]] = json.loads(done.out)
    return rows


def test_points_with_their_last_values(city: Path) -> None:
    points = points_of(city)
    slow = next(point for point in points if point.period_s > 10)
    switch = next(point for point in points if point.states and point.period_s > 10)
    bad = quality(Status.BAD, Cause.COMMS)
    store(city, samples((slow.id, 412.06, GOOD), (switch.id, 1.0, GOOD), (points[0].id, math.nan, bad)))
    rows = {row["tag"]: row for row in listed("points", city)}
    assert rows.keys() == {point.tag for point in points}
    assert rows[slow.tag] == {
        "tag": slow.tag,
        "asset": slow.asset,
        "device": slow.device,
        "title": slow.title,
        "value": 412.06,
        "shown": f"{412.06:.{slow.precision}f}",
        "unit": slow.unit,
        "time": "2026-01-15T10:30:00.000000Z",
        "quality": "good",
    }
    assert rows[switch.tag]["shown"] == switch.states[1]
    assert (rows[points[0].tag]["value"], rows[points[0].tag]["quality"]) == (None, "bad (comms)")
    never = rows[points[1].tag]
    assert (never["value"], never["shown"], never["time"], never["quality"]) == (None, "", None, "bad (never)")


def test_a_value_that_nobody_renewed_is_not_good_any_more(city: Path) -> None:
    fast = next(point for point in points_of(city) if point.period_s < 3)
    store(city, samples((fast.id, 1.0, GOOD)))
    row = next(row for row in listed("points", city) if row["tag"] == fast.tag)
    assert (row["value"], row["quality"]) == (1.0, "uncertain (stale)")


def test_points_as_a_table(city: Path) -> None:
    points = points_of(city)
    slow = next(point for point in points if point.period_s > 10 and point.precision == 1)
    store(city, samples((slow.id, 412.06, GOOD)))
    done = linepack("points", city)
    header, *lines = done.out.splitlines()
    assert header.split() == ["tag", "asset", "title", "value", "unit", "time", "quality"]
    assert len(lines) == len(points)
    line = next(line for line in lines if line.startswith(f"{slow.tag} "))
    assert line.split()[-1] == "good"
    assert " 412.1 " in line
    assert done.err == "linepack: the site is not running; this is what was stored last\n"


def test_beside_a_running_site(city: Path) -> None:
    site = load(city)
    lock = SiteLock(city)
    with writing(site) as running:
        running.run(samples((0, 5.0, GOOD))).result(5)
        done = linepack("points", city, "--json")
        assert done.err == ""
        assert json.loads(done.out)[0]["value"] == 5.0
        running.run(samples((0, 6.0, GOOD))).result(5)
        assert listed("points", city)[0]["value"] == 6.0
    lock.release()


@pytest.mark.parametrize("command", [["points"], ["alarms"], ["alarms", "--history"], ["user", "list"]])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_lists_change_nothing(city: Path, command: list[str], form: list[str]) -> None:
    before = contents(city)
    assert linepack(*command, city, *form).code == 0
    assert contents(city) == before


def an_alarm(key: str, **facts: object) -> Callable[[Tx], None]:
    config, stored = alarm(key)
    message = replace(config, message="{title} {level}", point=0)
    return lambda tx: tx.alarm(message, replace(stored, **facts))  # type: ignore[arg-type] - tests name fields


def test_alarms_that_are_not_normal_most_urgent_first(city: Path) -> None:
    shelf = Suppressed(kind=Suppression.SHELVED, by="p1", reason="work", since=START_US, until=START_US + 1)
    store(
        city,
        an_alarm("a:low", ack=False, acked_by="", peak=2),
        an_alarm("b:low", peak=1, level="LL"),
        an_alarm("c:low", cond=False, ack=True, peak=None),
        an_alarm("d:low", suppressed=(shelf,), peak=4),
    )
    rows = listed("alarms", city)
    assert [(row["alarm"], row["state"], row["priority"]) for row in rows] == [
        ("b:low", "ACKED", 1),
        ("a:low", "UNACK", 2),
        ("d:low", "SHLVD", 4),
    ]
    title = points_of(city)[0].title
    assert [row["message"] for row in rows] == [f"{title} LOW-LOW", f"{title} LOW", f"{title} LOW"]
    assert [row["acknowledged_by"] for row in rows] == ["p1", "", "p1"]
    assert rows[0]["raised"] == "2026-01-15T10:30:00.000000Z"
    assert (rows[0]["value"], rows[0]["limit"]) == (1.93, 2.0)
    assert rows[2]["suppressed"] == "shelved"


def test_a_normal_site_has_no_alarms(city: Path) -> None:
    store(city, lambda tx: tx.alarm(alarm()[0], AlarmFacts()))
    assert listed("alarms", city) == []
    assert linepack("alarms", city).out.splitlines() == [
        "state  priority  alarm  message  raised  value  limit  acknowledged_by"
    ]


def test_history_is_every_occurrence_in_order(city: Path) -> None:
    store(
        city,
        an_alarm("a:low"),
        *((lambda tx, n=n: tx.occurrence(occurrence("a:low", at=START_US + n))) for n in range(1005)),
        lambda tx: tx.occurrence(replace(occurrence("gone:low"), value=math.nan, name=AlarmName.NORM)),
    )
    rows = listed("alarms", city, "--history")
    assert len(rows) == 1006
    assert [row["time"] for row in rows[:2]] == ["2026-01-15T10:30:00.000000Z", "2026-01-15T10:30:00.000001Z"]
    assert rows[0]["message"] == f"{points_of(city)[0].title} LOW"
    assert (rows[-1]["message"], rows[-1]["value"], rows[-1]["state"]) == ("", None, "NORM")
    assert len(linepack("alarms", city, "--history").out.splitlines()) == 1007


def test_names_from_outside_cannot_forge_a_line(city: Path) -> None:
    forged = "x\x1b[2J\nUNACK  1  forged"
    store(city, an_alarm("a:low", ack=True, acked_by=forged))
    table = linepack("alarms", city).out
    assert len(table.splitlines()) == 2
    assert "\x1b" not in table
    assert listed("alarms", city)[0]["acknowledged_by"] == forged
