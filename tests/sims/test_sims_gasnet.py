"""The gas network solved by pandapipes: mass is kept, leaks and valves do what they do, no value is ever undefined."""

from __future__ import annotations

import copy
import math
from itertools import pairwise

import pytest
from pandapipes.pf.pipeflow_setup import PipeflowNotConverged

from backend.model.network import Network, Tier
from sims.city import plan_city
from sims.gasnet import field as field_module
from sims.gasnet.field import Field
from sims.gasnet.state import State, design_state

NIGHT, EVENING = 3.0, 18.5
HOLE_MM = 58.0
MP = ("BA-00", "BA-05", "R-12.22", "R-11.00")


@pytest.fixture(scope="module")
def network() -> Network:
    return plan_city(seed=1, size="small").network


@pytest.fixture(scope="module")
def settled(network: Network) -> Field:
    field = Field(network)
    field.settle(EVENING)
    return field


@pytest.fixture
def gas(settled: Field) -> Field:
    return copy.deepcopy(settled)


def run(gas: Field, steps: int, hour: float = EVENING, dt_s: float = 1.0) -> State:
    state = gas.state
    for _ in range(steps):
        state = gas.step(dt_s, hour)
    return state


def station_m3h(state: State, station: str) -> float:
    return state.regulator_m3h[f"{station}/A"] + state.regulator_m3h[f"{station}/B"]


def test_design_state_names_everything(network: Network, gas: Field) -> None:
    design, solved = design_state(network), gas.state
    assert design.pressure_kpa.keys() == solved.pressure_kpa.keys()
    assert design.regulator_m3h.keys() == solved.regulator_m3h.keys() == design.opening.keys() == design.tripped.keys()
    assert design.valve_m3h.keys() == solved.valve_m3h.keys()
    assert design.demand_m3h.keys() == solved.demand_m3h.keys()
    assert (design.converged, solved.converged) == (False, True)


def test_settled_supply_is_what_customers_take(gas: Field) -> None:
    state = gas.state
    assert sum(state.source_m3h.values()) == pytest.approx(sum(state.demand_m3h.values()), rel=2e-3)
    assert station_m3h(state, "NGS") == pytest.approx(sum(state.source_m3h.values()), rel=2e-3)
    assert all(330 < state.pressure_kpa[node] < 366 for node in MP)


def test_mass_is_kept_while_everything_changes(gas: Field) -> None:
    gas.set_leak("BA-05", HOLE_MM)
    before = run(gas, 1)
    came = left = 0.0
    for number in range(60):
        state = gas.step(2.0, EVENING + number / 60)
        came += sum(state.source_m3h.values()) * 2 / 3600
        left += (sum(state.demand_m3h.values()) + sum(state.leak_m3h.values())) * 2 / 3600
    gained = sum(state.line_pack_m3.values()) - sum(before.line_pack_m3.values())
    assert came - left == pytest.approx(gained, abs=1e-3 * came)
    assert abs(gained) > 10


def test_a_leak_lowers_pressure_most_where_it_is(gas: Field, settled: Field) -> None:
    before = gas.state.pressure_kpa
    gas.set_leak("BA-05", HOLE_MM)
    state = run(gas, 60)
    drop = {
        node.id: before[node.id] - state.pressure_kpa[node.id] for node in gas.network.nodes if node.tier is Tier.MP
    }
    assert max(drop, key=lambda node: drop[node]).startswith("BA-05")
    assert drop["BA-05"] > drop["BA-04"] > drop["R-12.out"] > drop["R-11.out"]
    assert 5_000 < state.leak_m3h["BA-05"] < 10_000
    assert station_m3h(state, "R-12") > 1.05 * station_m3h(settled.state, "R-12")


def test_pressure_moves_over_time_and_does_not_jump(gas: Field) -> None:
    gas.set_leak("BA-05", HOLE_MM)
    path = [gas.step(1.0, EVENING).pressure_kpa["R-12.out"] for _ in range(40)]
    falls = [one - other for one, other in pairwise(path)]
    assert path[0] - path[-1] > 5
    assert all(-0.01 < fall < 5 for fall in falls)


def test_a_bigger_hole_loses_more(gas: Field) -> None:
    flows = []
    for diameter in (0.0, 10.0, 30.0, 58.0):
        gas.set_leak("BA-05", diameter)
        flows.append(run(gas, 2).leak_m3h.get("BA-05", 0.0))
    assert flows == sorted(flows)
    assert flows[0] == 0
    assert flows[2] == pytest.approx(9 * flows[1], rel=0.05)


def test_both_valves_isolate_the_leak(gas: Field) -> None:
    gas.set_leak("BA-05", HOLE_MM)
    leaking = run(gas, 60)
    gas.set_valve("XV-0417", 0.0)
    gas.set_valve("XV-0422", 0.0)
    emptied = run(gas, 60, dt_s=4.0)
    assert emptied.leak_m3h["BA-05"] < 1
    assert 0 <= emptied.pressure_kpa["BA-05"] < 0.5
    assert emptied.valve_m3h["XV-0417"] == 0
    assert emptied.pressure_kpa["R-12.out"] > leaking.pressure_kpa["R-12.out"] + 5
    assert emptied.demand_m3h["BA-06.L"] < 0.1 * leaking.demand_m3h["BA-06.L"]
    assert emptied.demand_m3h["R-12.00"] == pytest.approx(leaking.demand_m3h["R-12.00"], rel=0.02)


def test_one_valve_does_not_isolate(gas: Field) -> None:
    gas.set_leak("BA-05", HOLE_MM)
    gas.set_valve("XV-0417", 0.0)
    assert run(gas, 60).leak_m3h["BA-05"] > 1_000


def test_a_sound_section_holds_what_customers_leave(gas: Field) -> None:
    gas.set_valve("XV-0417", 0.0)
    gas.set_valve("XV-0422", 0.0)
    path = [run(gas, 5, dt_s=6.0).pressure_kpa["BA-05"] for _ in range(6)]
    assert path == sorted(path, reverse=True)
    assert all(pressure >= 0 for pressure in path)


def test_opened_again_the_section_fills(gas: Field) -> None:
    gas.set_leak("BA-05", HOLE_MM)
    for valve in ("XV-0417", "XV-0422"):
        gas.set_valve(valve, 0.0)
    empty = run(gas, 30, dt_s=5.0)
    gas.set_leak("BA-05", 0.0)
    for valve in ("XV-0417", "XV-0422"):
        gas.set_valve(valve, 1.0)
    filled = run(gas, 60)
    assert empty.pressure_kpa["BA-05"] < 1
    assert filled.pressure_kpa["BA-05"] > 300
    assert filled.converged


def test_a_throttled_valve_passes_less(gas: Field) -> None:
    gas.set_leak("BA-05", HOLE_MM)
    gas.set_valve("XV-0422", 0.0)
    flows = []
    for opening in (1.0, 0.2, 0.1, 0.06, 0.04):
        gas.set_valve("XV-0417", opening)
        flows.append(run(gas, 10, dt_s=3.0).valve_m3h["XV-0417"])
    assert flows == sorted(flows, reverse=True)
    assert flows[0] > 2 * flows[-2] > 0
    assert flows[-1] == 0


def test_the_outlet_follows_the_setpoint(gas: Field) -> None:
    before = gas.state.pressure_kpa["R-11.out"]
    for run_, setpoint in (("R-11/A", 330.0), ("R-12/A", 330.0), ("R-11/B", 320.0), ("R-12/B", 320.0)):
        gas.set_setpoint(run_, setpoint)
    lower = run(gas, 60, dt_s=10.0).pressure_kpa["R-11.out"]
    assert before == pytest.approx(360, rel=0.03)
    assert lower == pytest.approx(330, rel=0.03)


def test_a_regulator_never_lets_gas_back(gas: Field) -> None:
    gas.set_setpoint("R-11/A", 380.0)
    gas.set_setpoint("R-12/A", 300.0)
    gas.set_setpoint("R-12/B", 300.0)
    for _ in range(20):
        state = gas.step(30.0, NIGHT)
        assert all(flow >= -1e-6 for flow in state.regulator_m3h.values())


def test_a_failed_regulator_then_monitor_then_slam_shut(gas: Field) -> None:
    gas.settle(NIGHT)
    gas.fail_regulator("R-12/A", 1.0)
    held = run(gas, 60, NIGHT, dt_s=5.0)
    assert 390 < held.pressure_kpa["R-12.out"] < 410
    assert not held.tripped["R-12/A"]
    gas.fail_monitor("R-12/A", 1.0)
    tripped = run(gas, 60, NIGHT, dt_s=10.0)
    assert tripped.tripped["R-12/A"]
    assert tripped.regulator_m3h["R-12/A"] == pytest.approx(0, abs=1e-6)
    gas.fail_regulator("R-12/A", None)
    gas.fail_monitor("R-12/A", None)
    gas.reset_slam_shut("R-12/A")
    assert not run(gas, 1, NIGHT).tripped["R-12/A"]


def test_a_closed_inlet_valve_starves_the_station(gas: Field, settled: Field) -> None:
    gas.set_valve("R-12/XV", 0.0)
    state = run(gas, 30, dt_s=4.0)
    assert station_m3h(state, "R-12") < 200
    assert station_m3h(state, "R-11") > station_m3h(settled.state, "R-11")


def test_a_city_cut_from_its_supply_empties_and_stays_defined(gas: Field, settled: Field) -> None:
    gas.set_valve("NGS/XV", 0.0)
    for _ in range(80):
        state = gas.step(180.0, EVENING)
        assert all(math.isfinite(pressure) and pressure >= 0 for pressure in state.pressure_kpa.values())
    assert state.pressure_kpa["R-12.out"] < 20
    assert sum(state.demand_m3h.values()) < 0.2 * sum(settled.state.demand_m3h.values())


def test_every_valve_slammed_at_once_is_survived(gas: Field) -> None:
    gas.set_leak("BA-05", 200.0)
    run(gas, 5)
    for valve in gas.network.valves:
        gas.set_valve(valve.id, 0.0)
    state = run(gas, 30)
    assert state.converged
    assert all(math.isfinite(pressure) and pressure >= 0 for pressure in state.pressure_kpa.values())


@pytest.mark.expects_warnings
def test_an_unsolved_step_keeps_the_last_state_and_is_told_once(
    gas: Field, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    good = run(gas, 1)
    solver = field_module.execute_pipeflow

    def fail(net: object) -> None:
        raise PipeflowNotConverged("no")

    monkeypatch.setattr(field_module, "execute_pipeflow", fail)
    kept = run(gas, 3)
    assert not kept.converged
    assert kept.pressure_kpa == good.pressure_kpa
    monkeypatch.setattr(field_module, "execute_pipeflow", solver)
    assert run(gas, 2).converged
    told = [record.getMessage() for record in caplog.records if record.name == "sims.gasnet"]
    assert len(told) == 2
    assert "not solved" in told[0]
    assert "solved again" in told[1]


def test_a_leak_at_any_node_is_solved(gas: Field) -> None:
    for node in [node.id for node in gas.network.nodes if node.tier is Tier.MP][::5]:
        gas.set_leak(node, 40.0)
        assert run(gas, 1).converged, node
        gas.set_leak(node, 0.0)
