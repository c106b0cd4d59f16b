"""What the trends page makes of samples, in plain Python: join of history and live, gaps, cursor, window, groups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pages.trends import groups, window
from app.pages.trends.readout import next_sample, reading, snapped
from app.pages.trends.series import NOTHING, Series, joined, of_history, of_samples
from app.pages.trends.spans import curve_of, length_text, patience, spans_of
from app.pages.trends.tail import MOST, Tail
from app.pages.trends.window import DAY, HOUR, Window
from backend.clock import US
from backend.model.live import TagSnapshot
from backend.model.plant import Asset, AssetKind, Limits, Point, QuantityKind, Registry
from backend.model.quality import GOOD, Cause, Status, quality
from backend.model.sample import SampleBatch
from backend.store.thinning import thin
from widgets.charts.trend import Look

WAIT = 3_500_000
START = 1_768_473_600_000_000
COMMS = quality(Status.BAD, Cause.COMMS)
STALE = quality(Status.UNCERTAIN, Cause.STALE)
SPIKE = quality(Status.UNCERTAIN, Cause.SPIKE)


def point(number: int = 0, tag: str = "PT-1", **changed: object) -> Point:
    facts: dict[str, object] = {
        "id": number,
        "tag": tag,
        "device": "R-1",
        "asset": "R-1",
        "property": "outlet_pressure",
        "title": "Outlet pressure",
        "title_zh": "出口压力",
        "kind": QuantityKind.PRESSURE,
        "unit": "kPa",
        "low": 0.0,
        "high": 600.0,
        "precision": 1,
        "period_s": 1.0,
    }
    return Point(**(facts | changed))  # type: ignore[arg-type] - tests name the fields they change


def snapshot(at: int, value: float, code: int = GOOD, taken_at: int = 0) -> TagSnapshot:
    return TagSnapshot(
        value=np.array([value]),
        at=np.array([at], np.int64),
        quality=np.array([code], np.uint8),
        received_at=np.array([at], np.int64),
        version=1,
        taken_at=taken_at or at,
    )


def series(*rows: tuple[float, float, int]) -> Series:
    """Rows of (second, value, quality)."""
    at = np.array([START + round(second * US) for second, _value, _code in rows], np.int64)
    return of_samples(at, np.array([row[1] for row in rows]), np.array([row[2] for row in rows], np.uint8))


def history_of(at: list[int], values: list[float], end: int, buckets: int) -> Series:
    """As the store answers for samples with START <= at < end."""
    kept = [(when, value) for when, value in zip(at, values, strict=True) if when < end]
    batch = SampleBatch.of(
        [0] * len(kept),
        [when for when, _ in kept],
        [value for _, value in kept],
        [GOOD] * len(kept),
        received_at=end,
        source="",
    )
    return of_history(thin(batch, 0, START, end, buckets))


# -- the seam --------------------------------------------------------------------------------------------------------


@given(
    gaps=st.lists(st.integers(1, 5_000_000), min_size=1, max_size=60),
    began=st.integers(0, 60),
    asked=st.integers(0, 60),
    buckets=st.sampled_from([3, 10, 500]),
)
def test_history_and_live_join_without_a_double_and_without_a_hole(
    gaps: list[int], began: int, asked: int, buckets: int
) -> None:
    at = (START + np.cumsum(gaps)).tolist()
    values = [float(place) for place in range(len(at))]
    listening = min(began, len(at) - 1)
    question = max(min(asked, len(at) - 1), listening)
    tail = Tail(0, at[listening])
    for when, value in zip(at[listening:], values[listening:], strict=True):
        tail.hear(snapshot(when, value))
    # What was stored before the question is in its answer.
    whole = joined(history_of(at, values, at[question] + 1, buckets), at[question] + 1, tail)
    assert whole.count.sum() == len(at)
    assert (np.diff(whole.at) > 0).all()
    assert (whole.at[1:] > whole.last_at[:-1]).all()
    assert whole.last_at[-1] == at[-1]
    assert np.nanmax(whole.high) == values[-1]


def test_a_tail_that_began_after_the_answer_ends_is_left_out_for_there_would_be_a_hole() -> None:
    tail = Tail(0, START + 100 * US)
    tail.hear(snapshot(START + 101 * US, 7.0))
    history = history_of([START + US], [1.0], START + 50 * US, 10)
    assert joined(history, START + 50 * US, tail) is history
    assert len(joined(history, START + 100 * US, tail)) == 2


def test_a_quality_that_changes_alone_is_a_row_but_no_sample() -> None:
    tail = Tail(0, START)
    assert tail.hear(snapshot(START + US, 5.0))
    assert not tail.hear(snapshot(START + US, 5.0))
    assert tail.hear(snapshot(START + US, 5.0, STALE, taken_at=START + 5 * US))
    whole = joined(NOTHING, START + US, tail)
    assert whole.at.tolist() == [START + US, START + 5 * US]
    assert np.isnan(whole.mid).tolist() == [False, True]


def test_a_tail_does_not_grow_without_end_and_says_from_when_it_is_whole() -> None:
    tail = Tail(0, START)
    for second in range(MOST + 10):
        tail.hear(snapshot(START + second * US, 1.0))
    assert len(tail) <= MOST
    assert tail.arrays()[0][0] >= tail.began > START


def test_what_a_tail_forgets_is_only_what_is_older() -> None:
    tail = Tail(0, START)
    for second in range(10):
        tail.hear(snapshot(START + second * US, float(second)))
    tail.forget(START + 4 * US)
    assert tail.began == START + 4 * US
    assert tail.arrays()[1].tolist() == [4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    assert not tail.hear(snapshot(START + 9 * US, 9.0))


# -- gaps ------------------------------------------------------------------------------------------------------------


def test_missing_samples_are_a_gap_with_its_length_and_break_the_line() -> None:
    given_ = series((0, 1, GOOD), (1, 1, GOOD), (211, 2, GOOD), (212, 2, GOOD))
    (gap,) = spans_of(given_, WAIT, START + 212 * US, GOOD)
    assert (gap.look, gap.words) == (Look.GAP, "no data\n3\u2009min 30\u2009s")
    assert (gap.start, gap.end) == (START + US, START + 211 * US)
    curve = curve_of(given_, 3_500_000)
    assert np.isnan(curve.mid).tolist() == [False, False, True, False, False]
    assert gap.start < curve.at[2] < gap.end


def test_bad_samples_are_a_gap_with_their_reason_until_the_next_good_one() -> None:
    given_ = series((0, 1, GOOD), (1, 1, GOOD), (2, np.nan, COMMS), (60, 2, GOOD))
    (gap,) = spans_of(given_, WAIT, START + 60 * US, GOOD)
    assert gap.words.startswith("bad: link lost\n58")
    assert (gap.start, gap.end) == (START + 2 * US, START + 60 * US)


def test_a_hole_narrower_than_a_pixel_does_not_break_the_line() -> None:
    minutes = series(*((60 * n, 1.0, GOOD) for n in range(100)))
    day, hour = patience(point(), 77 * US), patience(point(), 3 * US)
    assert np.isfinite(curve_of(minutes, day).mid).all()
    assert spans_of(minutes, day, START + 5940 * US, GOOD) == ()
    assert np.isnan(curve_of(minutes, hour).mid).sum() == 99
    assert len(spans_of(minutes, hour, START + 5940 * US, GOOD)) == 99


def test_a_bad_number_is_never_drawn() -> None:
    over = quality(Status.BAD, Cause.RANGE)
    given_ = series((0, 1, GOOD), (1, 9999, over), (2, 1, GOOD))
    assert np.isnan(curve_of(given_, 3_500_000).mid).tolist() == [False, True, False]


def test_a_value_that_went_stale_is_dotted_from_its_last_sample_to_now() -> None:
    given_ = series((0, 1, GOOD), (1, 5, GOOD))
    (span,) = spans_of(given_, WAIT, START + 265 * US, STALE)
    assert (span.look, span.words, span.level) == (Look.STALE, "stale 4:24", 5.0)
    assert (span.start, span.end) == (START + US, START + 265 * US)


def test_a_silent_end_is_no_data_and_a_quiet_one_is_nothing() -> None:
    given_ = series((0, 1, GOOD), (1, 5, GOOD))
    assert [span.look for span in spans_of(given_, WAIT, START + 60 * US, GOOD)] == [Look.GAP]
    assert spans_of(given_, WAIT, START + 3 * US, GOOD) == ()
    assert spans_of(given_, patience(point(period_s=60.0)), START + 60 * US, GOOD) == ()


def test_uncertain_and_manual_values_are_strips_and_stay_drawn() -> None:
    manual = quality(Status.GOOD, Cause.MANUAL)
    given_ = series((0, 1, GOOD), (1, 2, SPIKE), (2, 2, SPIKE), (3, 1, GOOD), (4, 1, manual), (5, 1, GOOD))
    uncertain, by_hand = spans_of(given_, WAIT, START + 5 * US, GOOD)
    assert (uncertain.look, uncertain.start, uncertain.end) == (Look.UNCERTAIN, START + US, START + 3 * US)
    assert uncertain.words == "? uncertain: jumped too far"
    assert (by_hand.look, by_hand.words) == (Look.NOT_FIELD, "good: manual")
    assert np.isfinite(curve_of(given_, 3_500_000).mid).all()


@given(
    st.lists(
        st.tuples(st.integers(1, 9_000_000), st.sampled_from([GOOD, COMMS, SPIKE, STALE])), min_size=1, max_size=40
    )
)
def test_every_hole_in_the_line_has_a_reason_and_no_line_crosses_a_gap(rows: list[tuple[int, int]]) -> None:
    at = START + np.cumsum([gap for gap, _code in rows])
    codes = np.array([code for _gap, code in rows], np.uint8)
    given_ = of_samples(at.astype(np.int64), np.ones(len(rows)), codes)
    now = int(at[-1])
    spans = [span for span in spans_of(given_, WAIT, now, int(codes[-1])) if span.look in (Look.GAP, Look.STALE)]
    curve = curve_of(given_, 3_500_000)
    drawn = np.isfinite(curve.mid)
    for span in spans:
        inside = (curve.at > span.start) & (curve.at < span.end)
        assert not (drawn & inside).any()
    broken = np.flatnonzero(~drawn)
    assert all(any(span.start <= curve.at[place] <= span.end for span in spans) for place in broken)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(45, "45 s"), (60, "1 min"), (210, "3 min 30 s"), (7500, "2 h 05 min"), (90_000, "1 d 01 h")],
)
def test_lengths_are_written_in_two_units(seconds: float, words: str) -> None:
    assert length_text(seconds).replace("\u2009", " ") == words


# -- cursor ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 10_000_000), min_size=1, max_size=30), st.integers(0, 300_000_000))
def test_the_cursor_snaps_to_the_nearest_sample(gaps: list[int], after: int) -> None:
    at = START + np.cumsum(gaps)
    given_ = of_samples(at.astype(np.int64), np.ones(len(gaps)), np.full(len(gaps), GOOD, np.uint8))
    found = snapped(given_, START + after)
    assert found in at
    assert abs(found - START - after) == np.abs(at - START - after).min()


def test_the_cursor_walks_sample_by_sample_and_stops_at_the_ends() -> None:
    given_ = series((0, 1, GOOD), (3, 2, GOOD), (4, 3, GOOD))
    assert next_sample(given_, START, 1) == START + 3 * US
    assert next_sample(given_, START + 3 * US, -1) == START
    assert next_sample(given_, START + 2 * US, -1) == START
    assert next_sample(given_, START + 4 * US, 1) == START + 4 * US
    assert next_sample(given_, START, -1) == START


def test_the_value_at_the_cursor_holds_until_it_is_too_old() -> None:
    given_ = series((0, 1, GOOD), (1, 2, GOOD), (100, 3, COMMS), (200, 4, GOOD))
    wait = 3_500_000
    assert reading(given_, START + US + 1, wait).value == 2
    assert not reading(given_, START + 50 * US, wait).known
    assert reading(given_, START + 100 * US, wait).quality == COMMS
    assert not reading(given_, START - 1, wait).known
    assert reading(given_, START + 201 * US, wait).value == 4


# -- window ----------------------------------------------------------------------------------------------------------


@given(now=st.integers(START, START + DAY), columns=st.integers(100, 4000), place=st.integers(0, 7))
def test_a_live_window_ends_after_now_and_moves_by_whole_pixels(now: int, columns: int, place: int) -> None:
    span = window.RANGES[place][1]
    here = window.following(span, now, columns)
    later = window.moved_on(here, now + span // 50, columns)
    assert here.start < now < here.end
    assert here.span == span
    assert here.end - now < span * 0.05
    assert (later.end - here.end) % max(1, span // columns) == 0


@given(factor=st.floats(0.05, 20), share=st.floats(0, 1))
def test_zooming_keeps_the_moment_under_the_cursor_where_it_is(factor: float, share: float) -> None:
    old = Window(start=START, end=START + DAY, live=False)
    at = old.start + round(share * old.span)
    new = window.around(old, at, factor, START + 100 * DAY)
    assert abs((at - new.start) / new.span - share) < 1e-3
    assert new.span == pytest.approx(old.span * factor, rel=1e-3)


@given(st.integers(-(1 << 50), 1 << 51), st.integers(0, 1 << 51))
def test_no_window_is_in_the_future_shorter_than_a_look_or_longer_than_ten_years(start: int, wide: int) -> None:
    now = START
    new = window.zoomed(Window(start=START - HOUR, end=START, live=False), start, start + wide, now)
    assert window.SHORTEST <= new.span <= window.LONGEST
    assert new.end <= now + round(new.span * 0.02) + 1


def test_moving_into_the_past_stops_following_and_moving_back_follows_again() -> None:
    live = window.following(HOUR, START, 1000)
    past = window.panned(live, -0.1, START)
    assert not past.live
    assert past.end == live.end - HOUR // 10
    assert window.panned(past, 0.2, START).live
    assert window.panned(live, 0.1, START) is live


def test_ranges_are_known_by_their_width() -> None:
    assert [window.range_of(window.following(span, START, 1000)) for _key, span in window.RANGES] == [
        key for key, _span in window.RANGES
    ]
    assert window.range_of(Window(start=0, end=12345678)) == ""


# -- groups ----------------------------------------------------------------------------------------------------------


def registry() -> Registry:
    limits = Limits(h=400.0, l=300.0)
    return Registry(
        assets=(
            Asset(id="R-1", kind=AssetKind.STATION, name="Harbour"),
            Asset(id="V-1", kind=AssetKind.VALVE, name="V"),
        ),
        points=(
            point(0, "PT-1", limits=limits),
            point(1, "PT-2", property="inlet_pressure"),
            point(2, "FT-1", property="flow", kind=QuantityKind.FLOW, unit="m³/h"),
            point(3, "SP-1", property="setpoint", writable=True),
            point(4, "ZS-1", asset="V-1", kind=QuantityKind.SWITCH, unit="", states={0: "travelling", 1: "open"}),
            point(5, "OLD", retired=True),
        ),
    )


def test_groups_come_with_the_registry() -> None:
    shipped = {group.key: group.tags for group in groups.shipped(registry())}
    assert shipped == {
        "all:pressure": ("PT-1",),
        "all:flow": ("FT-1",),
        "place:R-1": ("PT-1", "FT-1"),
        "place:V-1": ("ZS-1",),
    }


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.text("aB ß=中\n", min_size=1, max_size=80), st.lists(st.sampled_from("PQRSTU"), max_size=8)),
        max_size=4,
    )
)
def test_own_groups_read_back_as_they_were_kept(rows: list[tuple[str, list[str]]]) -> None:
    own: tuple[groups.Group, ...] = ()
    for name, tags in rows:
        own = groups.with_group(own, groups.named(name, tuple(dict.fromkeys(tags))))
    named = tuple(group for group in own if group.name)
    assert groups.kept(groups.as_kept(named)) == named


@pytest.mark.parametrize("value", [None, 7, "x", [1, None], [{"name": 3, "tags": []}], [{"tags": ["a"]}], {"a": 1}])
def test_a_spoilt_preference_is_no_group(value: object) -> None:
    assert groups.kept(value) == ()


def test_what_is_selected_is_tags_and_a_moment() -> None:
    assert groups.parsed("pens:A,B@17") == (("A", "B"), 17)
    assert groups.parsed("PT-1202") == (("PT-1202",), None)
    assert groups.parsed("PT@home") == (("PT@home",), None)
    assert groups.parsed(groups.placed(("A", "B"), 5)) == (("A", "B"), 5)
    assert groups.parsed("") == ((), None)


def test_points_are_found_by_tag_title_and_place() -> None:
    found = [each.tag for each in groups.found_points(registry(), "harb flow", 9)]
    assert found == []
    assert [each.tag for each in groups.found_points(registry(), "harbour ft", 9)] == ["FT-1"]
    assert [each.tag for each in groups.found_points(registry(), "zs", 9)] == ["ZS-1"]
    assert [each.tag for each in groups.found_points(registry(), "出口", 2)] == ["PT-1", "PT-2"]
    assert "OLD" not in [each.tag for each in groups.found_points(registry(), "", 99)]
