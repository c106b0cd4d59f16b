"""The map's plain parts: what is drawn of a network, how things look, what is found, isolation in words, memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from app.pages.map.drawing import label_of, scene_of
from app.pages.map.finding import entries, search
from app.pages.map.hulls import around, hull
from app.pages.map.layers import layers
from app.pages.map.live import Looks, is_position, vehicles
from app.pages.map.measuring import Measuring
from app.pages.map.plans import Crew, nearest_crews, no_plan_words, overlay_of, plan_view, seconds_text
from app.pages.map.remembered import Remembered, parse
from app.pages.map.subject import can_do, lead, subject_of, values
from app.texts import set_language
from backend.clock import US
from backend.model.alarm import AlarmClass, AlarmConfig, AlarmFacts, AlarmName, AlarmRecord, Priority
from backend.model.event import LinkHealth, LinkState
from backend.model.isolation import Isolation, Losses, Plan, PlanKind, PlanValve, Section, ZoneLoss
from backend.model.isolation import Place as Spot
from backend.model.live import TagSnapshot
from backend.model.network import Ground, Land, Network, Node, Pipe, Tier, Valve
from backend.model.plant import Asset, AssetKind, Device, Point, QuantityKind, Registry
from backend.model.quality import GOOD, Cause, Status, quality
from widgets.maps.picture import FLOW, LEAKS, LOSING, METERS
from widgets.maps.scene import HOLLOW, NOWHERE, Look, Shape, View
from widgets.mimic import ValveState

NOW = 1_800_000_000 * US
POSITIONS = {0: "travelling", 1: "open", 2: "closed", 3: "contradictory"}


def node(id_: str, lon: float, lat: float, **rest: object) -> Node:
    return Node(id=id_, tier=Tier.MP, lon=lon, lat=lat, zone="Z-07", **rest)  # type: ignore[arg-type]


NETWORK = Network(
    nodes=(
        node("A", 121.30, 30.90, customers=120),
        node("B", 121.31, 30.90),
        node("C", 121.31, 30.91, customers=80),
        node("D", 121.3001, 30.9001),
    ),
    pipes=(
        Pipe(id="P-1", tier=Tier.HP, start="A", end="B", diameter_mm=500, length_m=1000, street="Second Ring"),
        Pipe(id="P-2", tier=Tier.MP, start="B", end="C", diameter_mm=110, length_m=500, street="Port Street"),
    ),
    valves=(
        Valve(id="XV-1", tier=Tier.HP, start="A", end="B", diameter_mm=500),
        Valve(id="HV-9", tier=Tier.MP, start="B", end="C", diameter_mm=110),
        Valve(id="R-1/XV", tier=Tier.MP, start="B", end="C", diameter_mm=110),
    ),
)


def point(number: int, asset: str, property_: str, kind: QuantityKind = QuantityKind.PRESSURE, **rest: object) -> Point:
    return Point(
        id=number,
        tag=f"{asset}.{property_}",
        device=asset,
        asset=asset,
        property=property_,
        title=property_,
        title_zh="",
        kind=kind,
        unit="",
        low=0,
        high=100,
        precision=1,
        period_s=1,
        **rest,  # type: ignore[arg-type]
    )


REGISTRY = Registry(
    assets=(
        Asset(id="Z-07", kind=AssetKind.AREA, name="Binjiang", name_zh="滨江"),
        Asset(id="R-1", kind=AssetKind.STATION, name="Port", area="Z-07", lon=121.305, lat=30.9),
        Asset(id="XV-1", kind=AssetKind.VALVE, name="Ring valve", area="Z-07", lon=121.30, lat=30.90),
        Asset(id="V-1", kind=AssetKind.VEHICLE, name="Patrol 1"),
        Asset(id="V-2", kind=AssetKind.VEHICLE, name="Repair 1", lon=121.4, lat=30.9),
        Asset(id="VW-1", kind=AssetKind.VALVE_WELL, name="Well"),
    ),
    devices=tuple(Device(id=each, model="m", asset=each, protocol="modbus") for each in ("R-1", "XV-1", "V-1")),
    points=(
        point(0, "XV-1", "position", QuantityKind.SWITCH, states=POSITIONS),
        point(1, "XV-1", "command", QuantityKind.SWITCH, states=POSITIONS, writable=True),
        point(2, "R-1", "outlet_pressure"),
        point(3, "V-1", "lon"),
        point(4, "V-1", "lat"),
        point(5, "R-1", "filter_dp"),
    ),
)


def snapshot(*values_: float, codes: tuple[int, ...] = (), at: tuple[int, ...] = ()) -> TagSnapshot:
    count = len(REGISTRY.points)
    value = np.array([*values_, *[np.nan] * (count - len(values_))])
    times = np.array([*at, *[NOW] * (count - len(at))], np.int64)
    return TagSnapshot(
        value=value,
        at=times,
        quality=np.array([*codes, *[GOOD] * (count - len(codes))], np.uint8),
        received_at=times,
        version=1,
        taken_at=NOW,
    )


def alarm(key: str, priority: Priority, name: AlarmName = AlarmName.UNACK, **config: object) -> AlarmRecord:
    made = AlarmConfig(
        key=key,
        source=key,
        condition="high",
        message="{title} HIGH",
        alarm_class=AlarmClass.PROCESS,
        priorities=(("H", priority),),
        **config,  # type: ignore[arg-type]
    )
    facts = AlarmFacts(cond=True, ack=name is AlarmName.ACKED)
    return AlarmRecord(config=made, facts=facts, name=name, priority=priority, horn=False, changed_at=NOW)


# -- what is drawn -----------------------------------------------------------------------------------------------------


def test_pipes_lie_in_their_class_and_under_their_road() -> None:
    scene = scene_of(NETWORK, REGISTRY)
    assert [(line.id, line.tier, line.main, line.name) for line in scene.lines] == [
        ("P-1", "hp", True, "Second Ring"),
        ("P-2", "mpa", False, "Port Street"),
    ]
    assert int(scene.meters.count.sum()) == 200


def test_valves_that_only_the_drawing_knows_are_drawn_and_those_inside_stations_are_not() -> None:
    scene = scene_of(NETWORK, REGISTRY)
    shapes = {symbol.id: symbol.shape for symbol in scene.symbols}
    assert shapes == {
        "R-1": Shape.STATION,
        "XV-1": Shape.VALVE,
        "V-1": Shape.VEHICLE,
        "V-2": Shape.VEHICLE,
        "HV-9": Shape.VALVE,
    }
    angles = {symbol.id: symbol.angle for symbol in scene.symbols}
    assert angles["XV-1"] == pytest.approx(0, abs=0.01)
    assert abs(angles["HV-9"]) == pytest.approx(90, abs=0.01)


def test_a_vehicle_that_has_not_spoken_is_nowhere_and_a_well_without_a_place_is_left_out() -> None:
    scene = scene_of(NETWORK, REGISTRY)
    places = {symbol.id: symbol.at for symbol in scene.symbols}
    assert places["V-1"] == NOWHERE
    assert "VW-1" not in places


def test_a_zone_is_a_piece_of_ground_with_its_name_round_all_its_nodes() -> None:
    (area,) = scene_of(NETWORK, REGISTRY).areas
    assert area.name == "Binjiang"
    assert min(lon for lon, _lat in area.corners) < 121.30
    assert max(lat for _lon, lat in area.corners) > 30.91


def test_an_empty_site_draws_nothing() -> None:
    scene = scene_of(Network(), Registry())
    assert (scene.lines, scene.symbols, scene.areas) == ((), (), ())
    assert layers(scene, Network()) == ()
    assert entries(scene, Registry()) == ()


def test_only_layers_of_which_there_is_something_are_listed() -> None:
    listed = {layer.key: layer.count for layer in layers(scene_of(NETWORK, REGISTRY), NETWORK)}
    assert {LEAKS, LOSING, FLOW} <= listed.keys()
    assert {key: count for key, count in listed.items() if count} == {
        "hp": "1\u2009km",
        "mpa": "0\u2009km",
        "stations": "1",
        "valves": "2",
        "vehicles": "2",
        METERS: "200",
    }


@pytest.fixture
def chinese() -> Iterator[None]:
    set_language("zh_CN")
    yield
    set_language("en")


@pytest.mark.usefixtures("chinese")
def test_the_map_speaks_the_language_of_the_desk_and_streets_are_found_in_both() -> None:
    street = replace(NETWORK.pipes[0], street_zh="二环路")
    network = replace(NETWORK, pipes=(street, *NETWORK.pipes[1:]))
    registry = replace(REGISTRY, assets=(*REGISTRY.assets[:3], replace(REGISTRY.assets[3], name_zh="巡线车1")))
    scene = scene_of(network, registry)
    assert (scene.lines[0].name, scene.lines[1].name) == ("二环路", "Port Street")
    assert [symbol.label for symbol in scene.symbols if symbol.id == "V-1"] == ["巡线车1"]
    assert [area.name for area in scene.areas] == ["滨江"]
    for words in ("second r", "二环"):
        assert [entry.words for entry in search(entries(scene, registry), words)] == ["二环路"]


def test_water_and_parks_lie_on_the_ground_under_their_names() -> None:
    corners = ((121.30, 30.90), (121.31, 30.90), (121.31, 30.91))
    river = Land(id="W-1", ground=Ground.WATER, corners=corners, name="Qing River", name_zh="清河")
    area = scene_of(replace(NETWORK, lands=(river,)), REGISTRY).areas[-1]
    assert (area.ground, area.corners, area.name) == ("water", corners, "Qing River")


def test_gas_flows_from_the_higher_pressure_to_the_lower_one() -> None:
    low, high = node("A", 121.30, 30.90, design_kpa=200.0), node("B", 121.31, 30.90, design_kpa=350.0)
    network = Network(nodes=(low, high), pipes=(replace(NETWORK.pipes[0], start="A", end="B"),))
    assert [line.flow for line in scene_of(network, REGISTRY).lines] == [-1]
    still = replace(network, nodes=(low, replace(high, design_kpa=200.0)))
    assert [line.flow for line in scene_of(still, REGISTRY).lines] == [0]


def test_a_station_is_known_by_number_and_name() -> None:
    assert label_of(REGISTRY.assets[1], named=True) == "R-1 Port"
    assert label_of(REGISTRY.assets[1], named=False) == "R-1"


# -- how things look ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "body", "sign"),
    [
        (1, GOOD, "valve:open:hp", ""),
        (2, GOOD, "valve:closed:hp", ""),
        (0, GOOD, "valve:travelling:hp", ""),
        (3, GOOD, "valve:disagrees:hp", "sign:≠"),
        (1, quality(Status.BAD, Cause.COMMS), "valve:unknown:hp", "sign:?"),
        (1, quality(Status.UNCERTAIN, Cause.STALE), "valve:unknown:hp", "sign:?"),
    ],
)
def test_a_valve_looks_as_it_was_read_back(value: float, code: int, body: str, sign: str) -> None:
    look = Looks(REGISTRY, NETWORK).now(snapshot(value, codes=(code,)), ())["XV-1"]
    assert (look.body, look.sign) == (body, sign)


def test_what_is_commanded_is_no_position() -> None:
    assert [each.id for each in REGISTRY.points if is_position(each)] == [0]


def test_the_most_urgent_alarm_stands_beside_a_thing_and_its_state_stays_readable() -> None:
    records = [
        alarm("a", Priority.P3, asset="XV-1"),
        alarm("b", Priority.P1, asset="XV-1", point=0),
        alarm("c", Priority.P1, AlarmName.SHLVD, asset="R-1"),
    ]
    looks = Looks(REGISTRY, NETWORK).now(snapshot(2), records)
    assert (looks["XV-1"].body, looks["XV-1"].rank) == ("valve:closed:hp", 1)
    assert looks["XV-1"].alarm == "alarm:1:unacknowledged"
    assert looks["XV-1"].note == "position closed"
    assert "R-1" not in looks


def test_an_alarm_that_went_is_taken_back_from_the_map() -> None:
    looks = Looks(REGISTRY, NETWORK)
    assert looks.now(snapshot(1), [alarm("a", Priority.P1, asset="R-1")])["R-1"].rank == 1
    assert looks.now(snapshot(1), [])["R-1"] == Look()
    assert "R-1" not in looks.now(snapshot(1), [])


def test_a_link_of_many_devices_stands_at_its_station() -> None:
    health = LinkHealth(link="m/1", protocol="modbus", state=LinkState.LOST, since=NOW, devices=("R-1", "XV-1"))
    looks = Looks(REGISTRY, NETWORK, [health]).now(snapshot(1), [alarm("m/1", Priority.P2)])
    assert looks["R-1"].rank == 2
    assert looks["XV-1"].rank == 0


def test_a_vehicle_is_where_it_says_and_hollow_when_that_is_old() -> None:
    looks = Looks(REGISTRY, NETWORK)
    assert set(vehicles(REGISTRY)) == {"V-1"}
    here = looks.now(snapshot(1, 0, 0, 121.35, 30.95), ())["V-1"]
    assert (here.body, here.at) == ("vehicle", (121.35, 30.95))
    old = NOW - 61 * US
    assert looks.now(snapshot(1, 0, 0, 121.35, 30.95, at=(NOW, NOW, NOW, old)), ())["V-1"].body == "vehicle:hollow"
    unknown = looks.now(snapshot(1), ())["V-1"]
    assert (unknown.body, unknown.at) == ("vehicle:hollow", None)


# -- finding -----------------------------------------------------------------------------------------------------------


def test_what_it_is_exactly_comes_first() -> None:
    every = entries(scene_of(NETWORK, REGISTRY), REGISTRY)
    assert [entry.key for entry in search(every, "xv-1")] == ["XV-1"]
    assert search(every, "XV-1.POSITION")[0].key == "XV-1"
    assert search(every, "HV-9")[0].key == "HV-9"
    assert [entry.key for entry in search(every, "port")] == ["R-1", "P-2"]
    assert search(every, "  ") == search(every, "nothing of that name") == ()


def test_the_card_of_each_kind_of_thing() -> None:
    scene = scene_of(NETWORK, REGISTRY)
    valve = subject_of("XV-1", scene, REGISTRY, NETWORK)
    hand = subject_of("HV-9", scene, REGISTRY, NETWORK)
    pipe = subject_of("P-2", scene, REGISTRY, NETWORK)
    station = subject_of("R-1", scene, REGISTRY, NETWORK)
    assert valve is not None
    assert hand is not None
    assert pipe is not None
    assert station is not None
    assert lead("command", valve) == ("commands", "prepare:1")
    assert can_do(valve) == {"isolate", "near", "trend", "station", "command"}
    assert can_do(hand) == can_do(pipe) == {"isolate", "near"}
    assert [each.property for each in station.points] == ["outlet_pressure", "filter_dp"]
    assert values(station, snapshot(1, 1, 3.25), ())[0].text == "3.2"
    assert ("Diameter", "DN110") in pipe.facts
    assert subject_of("nothing", scene, REGISTRY, NETWORK) is None


# -- isolation in words ------------------------------------------------------------------------------------------------

PLAN = Plan(
    kind=PlanKind.NEAREST,
    valves=tuple(
        PlanValve(id=id_, remote=remote, diameter_mm=300, travel_s=45, lon=121.3, lat=30.9)
        for id_, remote in (("XV-1", True), ("HV-9", False))
    ),
    relies_on=("XV-7",),
    section=Section(nodes=("A", "D"), pipes=("P-1",), length_m=984, volume_m3=217),
    losses=Losses(
        customers=1056,
        homes=1055,
        works=("K-014",),
        peak_m3h=925,
        nodes=("A",),
        zones=(ZoneLoss(zone="Z-07", customers=1056, left=40_000, feeds=("R-12", "R-11")),),
    ),
    estimated_s=165,
)
TARGET = Spot(what="VW-0418", nodes=("A",), pipe="P-1", valve="", zone="Z-07", lon=121.30, lat=30.90)
ANSWER = Isolation(target=TARGET, plans=(PLAN,), already=False, unknown=("HV-9",))
STATES = {"XV-1": ValveState.OPEN}


def test_a_plan_is_drawn_as_section_numbered_valves_and_area() -> None:
    overlay = overlay_of(PLAN, NETWORK, ("XV-1",), STATES)
    assert overlay.casing == ("P-1",)
    assert [(mark.id, mark.number, mark.chosen) for mark in overlay.marks] == [("XV-1", 1, True), ("HV-9", 2, False)]
    assert overlay.marks[0].lines == ("XV-1", "open · remote")
    assert overlay.marks[1].lines == ("HV-9", "position not known · by hand")
    lons = [lon for lon, _lat in overlay.area]
    assert min(lons) < 121.30 < 121.3001 < max(lons)


def test_a_plan_in_words_says_who_loses_gas_and_what_is_not_known() -> None:
    crew = Crew(id="V-1", name="Patrol 1", at=(121.31, 30.90), away_m=1_200)
    view = plan_view(ANSWER, 0, ("XV-1", "HV-9"), STATES, REGISTRY, crews=[crew])
    # 1.2 km straight are 1.56 km of streets: at 30 km/h a little over three minutes.
    assert view.crews == (("Patrol 1", "about 4 min · 1.2\u2009km"),)
    assert view.losses == (("Households", "1,055"), ("K-014", "1"))
    assert ("Gas trapped in the section", "217\u2009Nm³") in view.effects
    assert ("Zone Z-07 keeps", "R-12, R-11") in view.effects
    assert ("Relies on closed", "XV-7") in view.effects
    assert view.sets == (("A · nearest", "2, 1 by hand", "1,056", "3\u2009min"),)
    assert view.warning == "Position not known, taken as open: HV-9"
    assert [(line.now, line.note) for line in view.valves] == [
        ("open", "remote control ready"),
        ("position not known", "by hand, at the valve"),
    ]


def test_why_there_is_no_plan() -> None:
    nothing = Isolation(target=TARGET, plans=(), already=False, unknown=())
    assert no_plan_words("VW-1", nothing) == "Cannot isolate VW-1 with known valves."
    already = Isolation(target=TARGET, plans=(), already=True, unknown=())
    assert no_plan_words("VW-1", already) == "VW-1 is cut off from every source already."
    assert no_plan_words("VW-1", None) == "VW-1: looking for isolating valves"


def test_the_nearest_crews_are_those_whose_position_is_known() -> None:
    scene = scene_of(NETWORK, REGISTRY)
    looks = [Look(at=(121.31, 30.90)) if symbol.id == "V-2" else Look() for symbol in scene.symbols]
    crews = nearest_crews(TARGET, scene, looks)
    assert [(crew.id, crew.name, round(crew.away_m)) for crew in crews] == [("V-2", "Repair 1", 954)]
    old = [replace(look, body=HOLLOW) for look in looks]
    assert nearest_crews(TARGET, scene, old) == ()


def test_crews_on_their_way_are_drawn_to_the_leak_and_say_how_long_they_take() -> None:
    crew = Crew(id="V-1", name="Patrol 1", at=(121.31, 30.90), away_m=900)
    overlay = overlay_of(PLAN, NETWORK, ("XV-1",), STATES, target=(121.30, 30.90), crews=[crew])
    assert overlay.routes == (((121.31, 30.90), (121.30, 30.90)),)
    assert overlay.notes == (("V-1", ("Patrol 1", "about 3 min · 900\u2009m")),)


def test_times_are_short() -> None:
    assert (seconds_text(36), seconds_text(1500)) == ("36\u2009s", "25\u2009min")


# -- the rest ----------------------------------------------------------------------------------------------------------


def test_a_hull_holds_every_place_and_turns_one_way() -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform(0, 1, (200, 2))
    corners = np.array(hull(points))
    ends = np.roll(corners, -1, axis=0)
    for x, y in points:
        turns = (ends[:, 0] - corners[:, 0]) * (y - corners[:, 1]) - (ends[:, 1] - corners[:, 1]) * (x - corners[:, 0])
        assert (turns >= -1e-12).all()
    assert len(around(np.array([[121.3, 30.9]]), 50.0)) == 12


def test_measuring_adds_up_and_forgets() -> None:
    measuring = Measuring()
    measuring.toggle()
    for lon in (121.30, 121.31, 121.32):
        measuring.add(lon, 30.9)
    whole = measuring.metres()
    measuring.take_back()
    assert measuring.metres() == pytest.approx(whole / 2, rel=1e-6)
    measuring.toggle()
    assert (measuring.on, measuring.metres()) == (False, 0)


@pytest.mark.parametrize(
    "kept", [None, 7, {}, {"lon": "x"}, {"lon": 500, "lat": 0, "zoom": 12, "off": []}, {"lon": 1, "lat": 1, "zoom": 12}]
)
def test_a_memory_that_makes_no_sense_is_none(kept: object) -> None:
    assert parse(kept) is None


def test_a_memory_comes_back() -> None:
    kept = parse({"lon": 121.3, "lat": 30.9, "zoom": 40, "off": ["wells"]})
    assert kept == Remembered(view=View(at=(121.3, 30.9), zoom=19), off=frozenset({"wells"}))
