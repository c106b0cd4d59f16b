"""The stations of every kind, the gas analysers and the vehicles of the whole city, without a solver."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from backend.model.network import Tier
from backend.model.plant import Limits, StationKind
from backend.model.thing_model import limits_of
from backend.model.thing_schema import LimitsEntry
from backend.site import Site, load
from sims.city.generate import generate, plan_city
from sims.city.network import draw_city
from sims.devices.iso6976 import burning
from sims.devices.lpg import vapour_kpa
from sims.devices.moment import Leak, Moment, distance_m
from sims.devices.roads import Roads
from sims.devices.terminal import Terminal
from sims.devices.vehicle import ON_THE_WAY, WORKING, Vehicle
from sims.equipment import Equipment, load_equipment
from sims.gasnet.state import State, design_state

MODELS = ("lng-station", "cng-station", "gas-holder-station", "lpg-storage-station", "lpg-filling-plant")
NETWORK = draw_city("city", 1)
STATE = design_state(NETWORK)


def moment(hour: float, dt_s: float = 0.0, *, leaks: tuple[Leak, ...] = (), state: State = STATE) -> Moment:
    return Moment(state=state, leaks=leaks, hour=hour % 24, dt_s=dt_s)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder: Path = tmp_path_factory.mktemp("city") / "site"
    generate(folder, seed=1)
    return load(folder)


@pytest.fixture
def equipment(site: Site) -> Equipment:
    return load_equipment(site, seed=1)


def of_model(equipment: Equipment, *models: str) -> Iterator[Terminal]:
    return (terminal for terminal in equipment.terminals.values() if terminal.model.id in models)


def the(equipment: Equipment, device: str) -> Terminal:
    return equipment.terminals[device]


def lived(
    terminal: Terminal, hours: float, *, start: float = 0.0, step_s: float = 30.0
) -> Iterator[Mapping[str, float]]:
    """Readings of a terminal while hours pass."""
    terminal.feel(moment(start))
    for number in range(1, round(hours * 3600 / step_s) + 1):
        terminal.feel(moment(start + number * step_s / 3600, step_s))
        yield terminal.instrument.values()


def test_the_city_has_every_kind_of_station() -> None:
    kinds = {row["station"] for row in plan_city(seed=1).assets if "station" in row}
    assert kinds == set(StationKind)


@pytest.mark.parametrize("model", [*MODELS, "gas-analyser", "vehicle-tracker", "leak-detector"])
def test_every_property_is_played(equipment: Equipment, model: str) -> None:
    terminals = list(of_model(equipment, model))
    assert terminals
    for terminal in terminals:
        terminal.feel(moment(18.0))
        assert terminal.readings().keys() == terminal.model.properties.keys(), terminal.id


def outside(name: str, value: float, limits: Limits) -> bool:
    upper = [limit for limit in (limits.h, limits.hh) if limit is not None]
    lower = [limit for limit in (limits.l, limits.ll) if limit is not None]
    wrong = limits.normal_state is not None and value != limits.normal_state
    return wrong or any(value >= limit for limit in upper) or any(value <= limit for limit in lower)


@pytest.mark.parametrize("model", [*MODELS, "gas-analyser"])
def test_a_quiet_day_and_a_quarter_raise_no_alarm(equipment: Equipment, site: Site, model: str) -> None:
    overrides = {row["id"]: row.get("limits", {}) for row in plan_city(seed=1).devices}
    for terminal in of_model(equipment, model):
        limits = {
            name: limits_of(entry.limits, LimitsEntry(**overrides[terminal.id].get(name, {})))
            for name, entry in terminal.model.properties.items()
        }
        alarms = {
            (name, round(value, 2))
            for values in lived(terminal, 30, step_s=60.0)
            for name, value in values.items()
            if outside(name, value, limits[name])
        }
        assert alarms == set(), terminal.id


def test_the_lng_tanks_lose_what_the_network_takes(equipment: Equipment) -> None:
    terminal = the(equipment, "LPS-LNG")
    first, *after = lived(terminal, 1, step_s=10)
    last, unloaded = after[-1], sum(values["unloading_flow"] for values in after) * 10 / 3600
    flow = STATE.source_m3h["LPS"]
    liquid = sum((first[f"tank_{key}_level"] - last[f"tank_{key}_level"]) / 100 * 150 for key in "ab")
    assert last["sendout_flow"] == flow
    assert liquid == pytest.approx(flow / 600 - unloaded, abs=0.2)
    assert last["sendout_volume"] - first["sendout_volume"] == pytest.approx(flow, rel=0.02)


def test_vaporisers_work_in_turn_and_the_working_one_is_the_cold_one(equipment: Equipment) -> None:
    seen = set()
    for values in lived(the(equipment, "LPS-LNG"), 12):
        seen.add((values["vaporiser_a_running"], values["vaporiser_b_running"]))
    assert seen == {(1.0, 0.0), (0.0, 1.0)}
    working = "a" if values["vaporiser_a_running"] else "b"
    other = "b" if working == "a" else "a"
    assert values[f"vaporiser_{working}_outlet_temperature"] < values[f"vaporiser_{other}_outlet_temperature"]


def test_what_the_dispensers_give_leaves_the_banks_and_the_compressors_bring_it_back(equipment: Equipment) -> None:
    terminal = the(equipment, "CNG-1")
    first, *middle, last = lived(terminal, 24, step_s=10)
    banks = {"high": 4.0, "medium": 6.0, "low": 8.0}
    gained = sum(
        (last[f"storage_{name}_pressure"] - first[f"storage_{name}_pressure"]) * m3 * 11.6 for name, m3 in banks.items()
    )
    taken = last["inlet_volume"] - first["inlet_volume"]
    sold = last["dispensed_volume"] - first["dispensed_volume"]
    assert sold > 3000
    assert taken - sold == pytest.approx(gained, abs=5)
    running = {values["compressor_a_running"] for values in middle}
    assert running == {0.0, 1.0}


def test_spheres_fill_at_night_and_empty_at_the_peaks(equipment: Equipment) -> None:
    terminal = the(equipment, "GHS-1")
    day = list(lived(terminal, 24, start=12.0))
    stock = [values["stock"] for values in day]
    modes = {values["mode"] for values in day}
    assert modes == {0.0, 1.0, 2.0}
    at = {hour: stock[round((hour - 12) % 24 * 120) - 1] for hour in (16, 21, 5)}
    assert at[21] < at[16] - 15
    assert at[5] > at[21] + 15


def test_the_holder_balances_its_flows(equipment: Equipment) -> None:
    first, last = list(lived(the(equipment, "GHS-1"), 0.1, step_s=10))[0::35]
    moved = (first["holder_inlet_flow"] - first["holder_outlet_flow"]) * 350 / 3600
    assert (last["holder_level"] - first["holder_level"]) / 100 * 20_000 == pytest.approx(moved, rel=0.05)


def test_lpg_pressure_follows_its_temperature() -> None:
    # Propane alone boils at -42 °C, n-butane at -0.5 °C, both at one atmosphere.
    assert vapour_kpa(-42.1, propane=1.0) == pytest.approx(0, abs=1.5)
    assert vapour_kpa(-0.5, propane=0.0) == pytest.approx(0, abs=1.5)
    assert vapour_kpa(20) > vapour_kpa(10) > vapour_kpa(0) > 0


def test_lpg_moves_by_day_and_is_weighed(equipment: Equipment) -> None:
    night = list(lived(the(equipment, "LPG-1"), 3, start=1.0))
    assert {(values["transfer_flow"], values["unloading_flow"]) for values in night} == {(0.0, 0.0)}
    day = list(lived(the(equipment, "LPG-1"), 10, start=7.0))
    assert {values["pump_running"] for values in day} == {0.0, 1.0}
    assert any(values["unloading_flow"] for values in day)


def test_scales_fill_cylinders_to_their_mark_and_count_them(equipment: Equipment) -> None:
    first, *middle, last = lived(the(equipment, "LPG-2"), 2, start=9.0, step_s=1.0)
    filled = last["cylinders_today"] - first["cylinders_today"]
    heaviest = max(values[f"scale_{number}_mass"] for values in middle for number in range(1, 7))
    assert 200 < filled < 500
    assert 14.3 < heaviest < 15.0
    assert last["filled_mass_today"] == pytest.approx(last["cylinders_today"] * 14.5)
    *_, midnight = lived(the(equipment, "LPG-2"), 16, start=9.0, step_s=30.0)
    assert midnight["cylinders_today"] == 0


def test_heat_of_pure_methane_is_that_of_the_standard() -> None:
    """By hand: 891.05 kJ/mol over Z R T / p with Z = 1 - 0.04317², R T / p = 24.0552 l/mol."""
    found = burning({"methane": 1.0})
    assert found.gross_calorific_value == pytest.approx(37.112, abs=0.002)
    assert found.relative_density == pytest.approx(0.5547, abs=1e-4)
    assert found.wobbe_index == pytest.approx(49.83, abs=0.01)


def test_inert_gas_takes_heat_and_heavier_gas_gives_it() -> None:
    pure, inert = burning({"methane": 100}), burning({"methane": 95, "nitrogen": 5})
    rich = burning({"methane": 95, "propane": 5})
    assert inert.gross_calorific_value < pure.gross_calorific_value < rich.gross_calorific_value
    assert inert.wobbe_index < pure.wobbe_index < rich.wobbe_index


def test_an_analysis_adds_up_and_stands_until_the_next(equipment: Equipment) -> None:
    for terminal in of_model(equipment, "gas-analyser"):
        seen = [dict(values) for values in lived(terminal, 0.1, step_s=10.0)]
        names = ("methane", "ethane", "propane", "butanes", "carbon_dioxide", "nitrogen")
        assert all(sum(values[name] for name in names) == pytest.approx(100) for values in seen)
        assert 5 <= len({values["wobbe_index"] for values in seen}) <= 8


def test_sources_burn_differently(equipment: Equipment) -> None:
    wobbe = {}
    for terminal in of_model(equipment, "gas-analyser"):
        terminal.feel(moment(12.0))
        wobbe[terminal.id] = terminal.instrument.values()["wobbe_index"]
    assert wobbe["WGS-GQ"] < wobbe["NGS-GQ"] < wobbe["LPS-GQ"] < 55 < 75 < wobbe["LPG-1-GQ"]


ROADS = Roads(NETWORK)


def places(vehicle: Vehicle, seconds: int, **more: tuple[Leak, ...]) -> Iterator[Mapping[str, float]]:
    for _ in range(seconds):
        vehicle.feel(moment(10.0, 1.0, **more))
        yield vehicle.values()


def test_a_patrol_keeps_to_the_streets_of_its_zone_at_real_speeds() -> None:
    vehicle = Vehicle(ROADS, "R-12.out", "Z-07", random.Random(3), repair=False)
    track = list(places(vehicle, 3600))
    steps = [distance_m(one["lon"], one["lat"], other["lon"], other["lat"]) for one, other in pairwise(track)]
    assert max(steps) < 45 / 3.6
    assert 3_000 < sum(steps) < 30_000
    assert max(values["speed"] for values in track) < 45
    streets = [node for node in NETWORK.nodes if node.tier is Tier.MP]
    off = [min(distance_m(v["lon"], v["lat"], n.lon, n.lat) for n in streets) for v in track[::120]]
    assert max(off) < 500
    assert {values["crew"] for values in track} == {2.0}


def test_a_repair_crew_goes_to_a_leak_and_works_there() -> None:
    vehicle = Vehicle(ROADS, "R-11.out", "Z-06", random.Random(3), repair=True)
    hole = ROADS.at["BA-05"]
    leak = Leak(lon=hole.lon, lat=hole.lat, flow_m3h=5000)
    track = list(places(vehicle, 1500, leaks=(leak,)))
    assert ON_THE_WAY in {values["state"] for values in track}
    assert track[-1]["state"] == WORKING
    assert distance_m(track[-1]["lon"], track[-1]["lat"], hole.lon, hole.lat) < 30
    steps = [distance_m(one["lon"], one["lat"], other["lon"], other["lat"]) for one, other in pairwise(track)]
    assert max(steps) < 60 / 3.6


def test_the_shortest_way_is_a_way() -> None:
    way = ROADS.way("BA-00", "R-12.out")
    assert way[-1] == "R-12.out"
    joined = {frozenset((one.start, one.end)) for one in (*NETWORK.pipes, *NETWORK.valves)}
    assert all(frozenset(pair) in joined for pair in zip(("BA-00", *way), way, strict=False))
    assert ROADS.way("BA-00", "nowhere") == ()


def test_detectors_feel_a_leak_by_distance(equipment: Equipment) -> None:
    hole = ROADS.at["BA-05"]
    leak = Leak(lon=hole.lon, lat=hole.lat, flow_m3h=9000)
    found = {}
    for terminal in of_model(equipment, "leak-detector"):
        for _ in range(600):
            terminal.feel(moment(10.0, 1.0, leaks=(leak,)))
        found[terminal.id] = terminal.instrument.values()["ch4"]
    nearest = max(found, key=lambda device: found[device])
    assert nearest == "LD-004"
    assert found[nearest] > 10
    assert math.isclose(sorted(found.values())[30], 0.15, abs_tol=0.3)
    near = the(equipment, nearest)
    for _ in range(600):
        near.feel(moment(10.0, 1.0))
    assert near.instrument.values()["ch4"] < 1
