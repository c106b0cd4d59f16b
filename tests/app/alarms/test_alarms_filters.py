"""A filter hides by rule, says in words what it hides, and every count adds up."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.models.alarms import KINDS
from app.pages.alarms.filters import ALL, Facets, Filter, Tally, meaning
from app.pages.alarms.views import ANY, up_to
from backend.model.alarm import AlarmName, Priority

facets = st.builds(
    Facets,
    name=st.sampled_from([name for name in AlarmName if name is not AlarmName.NORM]),
    priority=st.sampled_from(Priority),
    where=st.sampled_from(("", "Z-01", "Z-07")),
    kind=st.sampled_from(KINDS),
)
filters = st.builds(
    Filter,
    view=st.sampled_from(("active", "unacknowledged", "shelved")),
    priorities=st.frozensets(st.sampled_from(Priority), min_size=1),
    where=st.sampled_from((None, "", "Z-07")),
    kind=st.sampled_from((None, "process", "gas")),
)


def tally_of(alarms: list[Facets]) -> Tally:
    tally = Tally()
    for each in alarms:
        tally.add(each)
    return tally


@given(st.lists(facets, max_size=30), filters)
def test_shown_and_hidden_are_together_the_view(alarms: list[Facets], chosen: Filter) -> None:
    tally = tally_of(alarms)
    assert tally.shown(chosen) + sum(tally.hidden(chosen).values()) == tally.views()[chosen.view]
    assert tally.shown(chosen) == sum(chosen.passes(each) for each in alarms)


@given(st.lists(facets, max_size=30))
def test_zones_kinds_and_priorities_each_add_up_to_the_view(alarms: list[Facets]) -> None:
    tally = tally_of(alarms)
    for counts in (tally.where("active"), tally.kinds("active"), tally.priorities("active")):
        assert sum(counts.values()) == tally.views()["active"]


@given(st.lists(facets, max_size=30))
def test_what_is_taken_out_is_counted_no_more(alarms: list[Facets]) -> None:
    tally = tally_of(alarms)
    for each in alarms:
        tally.remove(each)
    assert set(tally.views().values()) == {0}
    assert tally.most_urgent("active") is None


@given(st.lists(facets, max_size=30))
def test_a_filter_that_does_not_narrow_hides_nothing(alarms: list[Facets]) -> None:
    assert not Filter().narrows
    assert tally_of(alarms).hidden(Filter()) == {}


def test_the_meaning_is_written_out() -> None:
    chosen = Filter(priorities=up_to("2"), where="Z-07", kind="gas")
    said = meaning(chosen, 4, {Priority.P3: 2, Priority.P4: 1}, "Z-07 Binjiang")
    assert said == ("Showing priority 1–2 Gas detection in Z-07 Binjiang: 4. 3 hidden by the filter: 2 × P3, 1 × P4.")


def test_priorities_that_are_no_range_are_listed() -> None:
    chosen = Filter(priorities=frozenset({Priority.P1, Priority.P3, Priority.P4}))
    assert "priority 1, 3–4" in meaning(chosen, 1, {}, "")


def test_it_is_said_too_when_a_filter_hides_nothing() -> None:
    assert meaning(Filter(kind="system"), 1, {}, "").endswith("The filter hides nothing.")


def test_up_to_a_priority() -> None:
    assert up_to("2") == {Priority.P1, Priority.P2}
    assert up_to(ANY) == ALL


def test_counter_of_combinations_is_what_is_kept() -> None:
    one = Facets(AlarmName.UNACK, Priority.P1, "Z-01", "gas")
    assert Counter(tally_of([one, one]).priorities("active")) == {Priority.P1: 2}
