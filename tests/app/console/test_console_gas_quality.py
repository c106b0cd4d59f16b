"""The gas-quality page: sources of every medium, mixed figures, limits, alarms, and what opens from it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.formats import clock_time
from app.pages.gas_quality import presenter
from app.pages.gas_quality.detail import BUCKETS, pens, spread
from app.pages.gas_quality.presenter import begun_text, span_for
from app.pages.gas_quality.row import SourceRow
from app.pages.gas_quality.sources import COMPONENTS, FIGURES, Source, sources_of
from app.texts import set_language
from backend.clock import US
from backend.devices import AssetRow, DeviceRow, build_registry
from backend.model.live import TagSnapshot
from backend.model.plant import Limits, Medium, Registry, StationKind
from backend.model.quality import GOOD, Cause, Status, is_good, quality
from backend.model.trend import Thinned
from backend.site import thing_models
from sims.city.generate import plan_city
from tests.support.city import OPERATOR, PASSWORD
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import Segmented
from widgets.readouts import CompositionBar, Mark, ValueReadout
from widgets.theme import Tone

NOW = 1_800_000_000 * US


def city(size: str = "city") -> Registry:
    plan = plan_city(seed=1, size=size)
    return build_registry(
        [AssetRow.model_validate(row) for row in plan.assets],
        [DeviceRow.model_validate(row) for row in plan.devices],
        thing_models(),
        Registry(),
        "hz",
    )[0]


CITY = city()
SOURCES = sources_of(CITY)


def snapshot(values: dict[int, float], *, bad: frozenset[int] = frozenset()) -> TagSnapshot:
    count = len(CITY.points)
    value, codes = np.full(count, np.nan), np.full(count, quality(Status.BAD, Cause.NEVER), np.uint8)
    at = np.zeros(count, np.int64)
    for point, number in values.items():
        value[point], at[point] = number, NOW - 5 * US
        codes[point] = quality(Status.BAD, Cause.DEVICE) if point in bad else GOOD
    return TagSnapshot(value=value, at=at, quality=codes, received_at=at, version=1, taken_at=NOW)


def source(key: str) -> Source:
    return next(each for each in SOURCES if each.asset.id == key)


def test_every_medium_has_a_source_piped_gas_first() -> None:
    assert [each.asset.id for each in SOURCES] == ["NGS", "WGS", "LPS", "CNG-1", "LPG-1"]
    assert {each.medium for each in SOURCES} == set(Medium)
    assert source("LPS").station is StationKind.GASIFICATION
    assert all({*COMPONENTS, *FIGURES} <= each.points.keys() for each in SOURCES)
    assert sources_of(Registry()) == ()


def test_mixed_gas_is_weighted_by_what_flows() -> None:
    values = {}
    for key, wobbe, flow in (("NGS", 49.0, 100.0), ("WGS", 47.0, 300.0), ("LPS", 51.0, 0.0)):
        values[source(key).points["wobbe_index"].id] = wobbe
        measured = source(key).flow
        assert measured is not None
        values[measured.id] = flow
    mixed = presenter.figures(SOURCES, snapshot(values), {})[0]
    assert mixed.value == pytest.approx(47.5)
    assert mixed.sentence == "47.00 to 51.00 over 3 sources"


def test_a_mixture_with_an_unknown_part_is_not_told() -> None:
    ngs = source("NGS")
    assert ngs.flow is not None
    values = {ngs.points["wobbe_index"].id: 49.0, ngs.flow.id: 100.0}
    assert presenter.figures(SOURCES, snapshot(values), {})[0].value is None
    assert presenter.figures(SOURCES, snapshot({}), {})[0].sentence == "no analyser read"


def test_the_lowest_odorant_names_its_source_and_leaves_out_bad_readings() -> None:
    values = {source(key).points["odorant"].id: value for key, value in (("NGS", 21.0), ("WGS", 18.0), ("LPS", 3.0))}
    lps = source("LPS").points["odorant"].id
    figure = presenter.figures(SOURCES, snapshot(values, bad=frozenset({lps})), {})[2]
    assert (figure.value, figure.sentence) == (18.0, "WGS West Gate")


def test_a_row_says_composition_quality_and_age() -> None:
    ngs = source("NGS")
    shares = dict(zip(COMPONENTS, (92.5, 4.0, 0.9, 0.3, 1.3, 1.0), strict=True))
    values = {ngs.points[name].id: share for name, share in shares.items()}
    line = presenter.line(ngs, snapshot(values), {}, NOW)
    assert [(part.name, part.number) for part in line.parts][:2] == [("CH₄", "92.50"), ("C₂H₆", "4.00")]
    assert sum(part.share for part in line.parts) == pytest.approx(1)
    assert (line.tag, line.name, line.medium) == ("NGS", "North Gate", "Piped gas · gate station")
    assert (line.note, line.parts_mark, line.alarm) == ("read 5\u2009s ago", Mark.GOOD, None)
    broken = snapshot(values, bad=frozenset({ngs.points["nitrogen"].id}))
    assert presenter.line(ngs, broken, {}, NOW).parts_mark is Mark.BAD
    unread = presenter.line(ngs, snapshot({}), {}, NOW)
    assert unread.note == "not read yet"
    assert all(math.isnan(part.share) for part in unread.parts)


@pytest.mark.parametrize(
    ("limits", "words", "band"),
    [
        (Limits(), "", None),
        (Limits(h=3.0, hh=4.0), "≤ 3.00", (0.0, 3.0)),
        (Limits(l=85.0, ll=80.0), "≥ 85.00", (85.0, 100.0)),
        (Limits(l=46.0, ll=45.0, h=53.0, hh=54.0), "46.00 – 53.00", (46.0, 53.0)),
        (Limits(hh=54.0), "≤ 54.00", (0.0, 54.0)),
    ],
)
def test_limits_become_words_and_a_band(limits: Limits, words: str, band: tuple[float, float] | None) -> None:
    point = replace(source("NGS").points["methane"], limits=limits)
    span = presenter.span_of(point)
    assert presenter.limits_words(point) == words
    assert span.band == band
    assert all(span.low < value < span.high for value, _name in span.limits)


def test_limit_lines_are_as_urgent_as_their_alarm() -> None:
    lines = presenter.limit_lines(source("NGS").points["wobbe_index"])
    assert lines == [
        (54.0, "HH 54.00", Tone.P2),
        (53.0, "H 53.00", Tone.P4),
        (46.0, "L 46.00", Tone.P4),
        (45.0, "LL 45.00", Tone.P2),
    ]


def test_trends_open_with_the_pens_of_the_source() -> None:
    assert pens(source("WGS")).startswith("pens:WGS-GQ.AT-WI,WGS-GQ.AT-HS,")


def thinned(at_s: list[float], values: list[float]) -> Thinned:
    at, mean = np.array(at_s) * US, np.array(values)
    return Thinned(
        point=0,
        tier="raw",
        at=at.astype(np.int64),
        last_at=at.astype(np.int64),
        low=mean,
        high=mean,
        mean=mean,
        first=mean,
        last=mean,
        count=np.ones(len(mean), np.int32),
        worst=np.full(len(mean), GOOD, np.uint8),
    )


def test_a_value_is_held_for_a_while_and_then_is_a_gap() -> None:
    values = spread(thinned([0.0, 30.0, 1800.0], [1.0, 2.0, 3.0]), 0, 3600 * US)
    assert len(values) == BUCKETS
    assert list(values[:4]) == [1.0, 1.0, 2.0, 2.0]
    assert math.isnan(values[60])
    assert values[120] == 3.0


NOW = 1_800_000_000 * US


@pytest.mark.parametrize(
    ("ago_s", "span"), [(None, "hour"), (60, "hour"), (3600, "hour"), (3601, "day"), (30 * 86_400, "day")]
)
def test_a_trend_begins_as_long_as_there_is_something_to_see(ago_s: int | None, span: str) -> None:
    assert span_for(None if ago_s is None else NOW - ago_s * US, NOW) == span


def test_an_empty_stretch_is_explained() -> None:
    end = 3600 * US
    assert begun_text(thinned([0.0, 30.0], [1.0, 2.0]), 0, end, BUCKETS) == ""
    assert begun_text(thinned([], []), 0, end, BUCKETS) == ""
    assert begun_text(thinned([1800.0], [1.0]), 0, end, BUCKETS) == f"values since {clock_time(1800 * US)[:5]}"


@pytest.fixture
def page(live: WindowedDesk) -> WindowedDesk:
    live.sign_in(OPERATOR, PASSWORD)
    wobbe = next(point for point in live.backend.registry.points if point.property == "wobbe_index")
    live.until(lambda: is_good(int(live.bridge.snapshot().quality[wobbe.id])))
    live.page("gas_quality")
    return live


def test_the_analyser_of_the_field_is_shown_and_stored(page: WindowedDesk) -> None:
    row = page.one(SourceRow)
    wobbe = next(each for each in row.findChildren(ValueReadout) if each.accessibleName() == "Wobbe index")
    page.until(lambda: 45 < float(wobbe.accessibleDescription().split()[0]) < 54)
    mixture = page.one(CompositionBar).accessibleDescription()
    assert mixture.startswith("CH₄ 9")
    names = [line[1] for line in cells(page.table("All values of the source").row_model())]
    assert names[:2] == ["Methane", "Ethane"]
    assert len(names) == 16
    # Nothing is older than a few seconds: the shortest trend, and a word about what is missing at its left.
    page.until(lambda: "Wobbe index, MJ/m³ · values since" in page.words())
    span = next(each for each in page.shell.findChildren(Segmented) if each.accessibleName() == "Length of the trend")
    assert span.current() == "hour"
    span.set_current("week")
    span.chosen.emit("week")
    page.shell.go("gas_quality", "NGS-GQ.AT-OD")
    page.until(lambda: "mg/m³ · values since" in page.words())
    assert span.current() == "week"


def test_a_value_is_found_by_its_tag_and_its_station_opens(page: WindowedDesk) -> None:
    page.shell.go("gas_quality", "NGS-GQ.AT-OD")
    assert page.table("All values of the source").current_key() == "NGS-GQ.AT-OD"
    page.one(SourceRow).setFocus()
    page.press(Qt.Key.Key_Return)
    assert page.shell.current() == "stations"


def test_it_speaks_chinese(page: WindowedDesk) -> None:
    set_language("zh_CN")
    page.shell.retranslate()
    assert "管道燃气 · 门站" in page.words()
    assert [line[1] for line in cells(page.table("该气源全部数值").row_model())][:2] == ["甲烷", "乙烷"]
