"""Points keep their ids over re-imports, swaps and renames; what is gone is retired, never forgotten or reused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.devices import AssetRow, DeviceRow, Numbered, bind, build_registry, plan_registry
from backend.errors import ConfigError
from backend.model.plant import AssetKind, Limits, Point, Registry
from backend.model.thing_model import ThingModel
from backend.site import thing_models

MODELS = thing_models()
ASSETS = [AssetRow(id=name, kind=AssetKind.VALVE_WELL, name=name) for name in ("A1", "A2")]


def row(name: str, model: str = "valve-well-monitor", asset: str = "A1", **more: Any) -> DeviceRow:
    return DeviceRow.model_validate({"id": name, "model": model, "asset": asset, **more})


def build(*rows: DeviceRow, previous: Registry | None = None) -> Registry:
    return build_registry(ASSETS, rows, MODELS, previous or Registry(), "hz")[0]


def live(registry: Registry) -> dict[tuple[str, str], Point]:
    return {(point.device, point.property): point for point in registry.points if not point.retired}


def test_the_same_import_again_changes_nothing() -> None:
    before = build(row("D1"), row("D2", "pressure-logger"))
    assert build(row("D1"), row("D2", "pressure-logger"), previous=before) == before
    assert build(row("D2", "pressure-logger"), row("D1"), previous=before) == before


def test_a_new_device_gets_new_ids_behind_the_old_ones() -> None:
    before = build(row("D1"))
    after = build(row("D0"), row("D1"), previous=before)
    assert after.points[:7] == before.points
    assert {point.device for point in after.points[7:]} == {"D0"}


def test_a_swapped_device_takes_over_points_tags_and_asset() -> None:
    before = build(row("OLD"), row("D2"))
    after = build(row("NEW", replaces="OLD"), previous=before)
    assert [device.id for device in after.devices] == ["D2", "NEW"]
    assert [(point.id, point.tag, point.asset) for point in after.points] == [
        (point.id, point.tag, point.asset) for point in before.points
    ]
    assert {point.device for point in after.points[:7]} == {"NEW"}
    assert build(row("NEW", replaces="OLD"), previous=after) == after
    assert build(row("NEW"), previous=after) == after


def test_a_swap_for_another_model_keeps_what_both_give_and_retires_the_rest() -> None:
    before = build(row("OLD"))
    after = build(row("NEW", "pressure-logger", replaces="OLD"), previous=before)
    ids = {point.property: point.id for point in before.points}
    kept = {name: point.id for (_, name), point in live(after).items() if name in ids}
    assert kept == {name: ids[name] for name in ("temperature", "battery_voltage", "signal")}
    assert live(after)["NEW", "pressure"].id == 7
    retired = [point for point in after.points if point.retired]
    assert {point.property for point in retired} == {"ch4", "water_level", "humidity", "lid"}
    assert {(point.limits, point.writable, point.device) for point in retired} == {(Limits(), False, "OLD")}
    assert sorted(bind(after, MODELS, "hz")) == sorted(point.id for point in live(after).values())


def test_a_retired_tag_that_comes_back_is_the_same_point() -> None:
    before = build(row("OLD"))
    swapped = build(row("NEW", "pressure-logger", replaces="OLD"), previous=before)
    back = build(row("WELL", tags={"ch4": "OLD.AT-CH4"}), previous=swapped)
    assert live(back)["WELL", "ch4"].id == live(before)["OLD", "ch4"].id


def test_a_new_tag_is_the_same_point_renamed() -> None:
    before = build(row("D1"))
    after = build(row("D1", tags={"ch4": "W1.AT"}), previous=before)
    assert [point.id for point in after.points] == list(range(7))
    assert live(after)["D1", "ch4"] == replace(before.points[0], tag="W1.AT")
    assert build(row("D1"), previous=after) == after


def test_tags_that_change_places_take_their_ids_along() -> None:
    before = build(row("D1", "motor-valve", protocol="mqtt"))
    up, down = live(before)["D1", "upstream_pressure"], live(before)["D1", "downstream_pressure"]
    tags = {"upstream_pressure": down.tag, "downstream_pressure": up.tag}
    after = build(row("D1", "motor-valve", protocol="mqtt", tags=tags), previous=before)
    assert live(after)["D1", "upstream_pressure"].id == down.id
    assert live(after)["D1", "downstream_pressure"].id == up.id


def test_a_tag_taken_by_another_point_takes_its_id_away_from_the_first() -> None:
    before = build(row("D1", "motor-valve", protocol="mqtt"))
    up, down = live(before)["D1", "upstream_pressure"], live(before)["D1", "downstream_pressure"]
    tags = {"upstream_pressure": "NEW", "downstream_pressure": up.tag}
    after = build(row("D1", "motor-valve", protocol="mqtt", tags=tags), previous=before)
    assert live(after)["D1", "downstream_pressure"].id == up.id
    assert live(after)["D1", "upstream_pressure"].id == len(before.points)
    assert after.points[down.id].retired


def test_a_short_code_is_one_device_s_on_its_asset_also_among_those_there_already() -> None:
    valve = {"model": "motor-valve", "protocol": "mqtt", "short_code": "1207", "remote_enabled": True}
    before = build(row("D1", **valve))
    with pytest.raises(ConfigError, match="short_code 1207 is device D1's on this asset"):
        build(row("D2", **valve), previous=before)
    assert len(build(row("D2", asset="A2", **valve), previous=before).devices) == 2


def test_two_devices_may_change_addresses() -> None:
    first = {"topic_prefix": "lp/x"}
    before = build(row("D1", address=first), row("D2"))
    after = build(row("D1", address={"topic_prefix": "lp/hz/D2"}), row("D2", address=first), previous=before)
    assert after.points == before.points


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row("D1", asset="A2")], "tag D1.AT-CH4 holds the history of asset A1: give the point on A2 another tag"),
        ([row("D2", asset="A2", replaces="D1")], "replaces D1, which is on asset A1"),
        ([row("D1"), row("D2", replaces="D1")], "replaces D1, which is in this import too"),
        ([row("D2", replaces="D1"), row("D3", replaces="D1")], "replaces D1, as another row does"),
        (
            [row("D1", tags={"temperature": "D1.AT-CH4", "ch4": "X"})],
            "tag D1.AT-CH4 holds a history of concentration in '%LEL', not of temperature in '°C': give it another tag",
        ),
        ([row("D1", tags={"lid": "d1.at-ch4", "ch4": "X"})], "tag d1.at-ch4 differs from D1.AT-CH4 in case only"),
        ([row("D2", tags={"ch4": "D1.AT-CH4"})], "tag D1.AT-CH4 is device D1's already"),
    ],
)
def test_a_history_is_never_given_to_something_else(rows: list[DeviceRow], reason: str) -> None:
    before = build(row("D1"))
    with pytest.raises(ConfigError) as refused:
        build(*rows, previous=before)
    assert reason in str(refused.value)


def test_a_device_moves_to_another_asset_with_new_tags_and_new_points() -> None:
    before = build(row("D1"))
    tags = {name: f"A2.{name}" for name in MODELS["valve-well-monitor"].properties}
    after = build(row("D1", asset="A2", tags=tags), previous=before)
    assert {point.asset for point in after.points[:7]} == {"A1"}
    assert all(point.retired for point in after.points[:7])
    assert {point.id for point in live(after).values()} == set(range(7, 14))
    assert build(row("D1", asset="A2"), previous=after) == after


def test_a_bad_row_leaves_its_device_and_what_stands_on_it_as_they_were() -> None:
    before = build(row("D1"), row("D2"))
    rows = [
        Numbered(5, row("D1", address={"topic_prefix": "lp/hz/D2"}, limits={"ch4": {"hh": 500}})),
        Numbered(6, row("D2", address={"topic_prefix": "lp/hz/D1"})),
        Numbered(7, row("D3")),
    ]
    plan = plan_registry((), rows, MODELS, before, "hz")
    assert [(bad.number, str(bad.reason)) for bad in plan.bad] == [
        (5, "limits.ch4.hh 500.0 lies outside the range 0.0 to 100.0"),
        (6, "topic lp/hz/D1/up is device D1's already"),
    ]
    assert plan.registry.points[:14] == before.points
    assert [device.id for device in plan.registry.devices] == ["D1", "D2", "D3"]


def without(model: ThingModel, name: str) -> ThingModel:
    """A later version of the model that no longer gives the property."""
    kept = {key: value for key, value in model.properties.items() if key != name}
    return model.model_copy(update={"properties": kept})


def test_a_property_the_model_lost_is_unbound_until_the_device_is_imported_again() -> None:
    before = build(row("D1"))
    name = "valve-well-monitor"
    models = {**MODELS, name: without(MODELS[name], "humidity")}
    lost = live(before)["D1", "humidity"].id
    assert set(range(7)) - bind(before, models, "hz").keys() == {lost}
    after, forms = build_registry((), (row("D1"),), models, before, "hz")
    assert [point.id for point in after.points if point.retired] == [lost]
    assert lost not in forms


NAMES = st.sampled_from(["D1", "D2", "D3", "D4"])
MODEL_NAMES = st.sampled_from(["valve-well-monitor", "pressure-logger"])
TAGS = st.dictionaries(
    st.sampled_from(["temperature", "signal", "battery_voltage"]), st.sampled_from(["T1", "T2", "t2", "T3"]), max_size=2
)
ROWS = st.builds(
    lambda name, model, asset, tags, replaces: row(name, model, asset, tags=tags, replaces=replaces),
    NAMES,
    MODEL_NAMES,
    st.sampled_from(["A1", "A1", "A2"]),
    TAGS,
    st.none() | NAMES,
)


@settings(max_examples=150, deadline=None)
@given(imports=st.lists(st.lists(ROWS, max_size=4), min_size=1, max_size=5))
def test_over_any_imports_ids_are_dense_and_a_history_keeps_its_meaning(imports: list[list[DeviceRow]]) -> None:
    registry = Registry()
    for rows in imports:
        before = registry
        numbered = [Numbered(number, one) for number, one in enumerate(rows)]
        plan = plan_registry(
            [Numbered(number, one) for number, one in enumerate(ASSETS)], numbered, MODELS, before, "hz"
        )
        registry = plan.registry
        points = registry.points
        assert [point.id for point in points] == list(range(len(points)))
        assert len({point.tag.casefold() for point in points}) == len(points)
        old = before.points
        assert [(one.asset, one.kind, one.unit) for one in points[: len(old)]] == [
            (one.asset, one.kind, one.unit) for one in old
        ]
        ids = {point.tag: point.id for point in points}
        assert [ids[point.tag] for point in old if point.tag in ids] == [point.id for point in old if point.tag in ids]
        named = {device.id for device in registry.devices}
        assert {point.device for point in points if not point.retired} == named
        assert plan.forms.keys() == {point.id for point in points if not point.retired}
        good = [one for one in numbered if one.number not in {bad.number for bad in plan.bad}]
        assert plan_registry((), good, MODELS, registry, "hz").registry == registry
