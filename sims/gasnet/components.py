"""Three components that Linepack adds to pandapipes: droop regulators, line pack, and draw-off that feels pressure.

pandapipes solves one steady state. Its Newton system is open to further components, so the time step is written as
one more term of each junction's mass balance: inflow - outflow - draw-off(p) - (stored(p) - stored_before) / dt = 0,
an implicit Euler step of the storage equation. Friction, gas properties and the solver stay pandapipes'. Inertia of
the gas is left out (a pressure wave crosses a district in seconds; the step is one second), gas is at 15 °C.

With storage every junction has a pressure, also behind closed valves, so no value is ever undefined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandapipes.component_models.abstract_models.base_component import Component
from pandapipes.component_models.component_toolbox import (
    register_branch_hydraulic_equation,
    register_node_hydraulic_equation,
)
from pandapipes.component_models.pressure_control_component import PressureControlComponent
from pandapipes.idx_branch import IdxBranch
from pandapipes.idx_node import IdxNode
from pandapipes.pf.pipeflow_setup import get_lookup
from pandapipes.pf.system_index import ComponentEquations, HydVarEq, PitEntries

from sims.gasnet.flow import ATMOSPHERE_BAR, Array, orifice_kg_s, served, stored_kg

BAND: float = 0.03
"""Proportional band as a share of the set-point: a regulator is shut 1.5 % above it and fully open 1.5 % below.

That is within accuracy class AC 2.5 of EN 334."""


@dataclass(slots=True)
class Storage:
    """What the junctions hold and draw. Arrays have one row a junction, in the order of `net.junction`.

    volume_m3, held_kg: line pack before the step. wanted_kg_s: draw-off at full pressure. leak_area_m2: effective
    opening to the air. mdot_kg_s: last flow of every branch, in pandapipes' branch order; the next solve starts there.
    """

    volume_m3: Array
    held_kg: Array
    wanted_kg_s: Array
    leak_area_m2: Array
    dt_s: float
    mdot_kg_s: Array | None = None


@dataclass(slots=True)
class Runs:
    """State of the regulator runs, one row each. `setpoint`, `monitor`, `slam_shut` in bar gauge.

    forced: opening 0-1 of a failed active regulator, NaN while it works. monitor_forced: the same of the monitor.
    """

    area_m2: Array
    setpoint: Array
    monitor: Array
    slam_shut: Array
    forced: Array
    monitor_forced: Array
    tripped: NDArray[np.bool_]
    """Slam-shut valve closed."""

    def opening(self, outlet_bar: Array) -> tuple[Array, Array]:
        """Opening of the run 0-1 (the smaller of the two regulators in series) and its derivative by outlet."""
        active, active_slope = _droop(self.setpoint, outlet_bar, self.forced)
        monitor, monitor_slope = _droop(self.monitor, outlet_bar, self.monitor_forced)
        first = active <= monitor
        opening = np.where(self.tripped, 0.0, np.where(first, active, monitor))
        slope = np.where(self.tripped, 0.0, np.where(first, active_slope, monitor_slope))
        return opening, slope


class DroopRegulator(PressureControlComponent):  # type: ignore[misc]  # pandapipes is untyped
    """pandapipes' pressure control with what a real one has: droop, lock-up without back-flow, and a largest flow."""

    @classmethod
    def register_pit_node_entries(cls, net: Any, node_pit: Any, registry: Any) -> None:
        """Nothing is pinned: the outlet pressure follows from the balance."""

    @classmethod
    def _register_hydraulic_equations(
        cls, net: Any, branch_pit: Any, node_pit: Any, sys_idx: Any, registry: Any
    ) -> None:
        start, end = get_lookup(net, "branch", "from_to_active_hydraulics")[cls.table_name()]
        rows = np.arange(start, end, dtype=np.int32)
        if not len(rows):
            return
        pit = branch_pit[start:end]
        inlet = pit[:, IdxBranch.FROM_NODE].astype(np.int32)
        outlet = pit[:, IdxBranch.TO_NODE].astype(np.int32)
        runs: Runs = net["linepack_runs"]
        inlet_bar, outlet_bar = node_pit[inlet, IdxNode.PINIT], node_pit[outlet, IdxNode.PINIT]
        opening, opening_slope = runs.opening(outlet_bar)
        full, by_inlet, by_outlet = orifice_kg_s(
            np.maximum(inlet_bar + ATMOSPHERE_BAR, 0.05), np.maximum(outlet_bar + ATMOSPHERE_BAR, 0.05), runs.area_m2
        )
        flow = pit[:, IdxBranch.MDOTINIT]
        register_branch_hydraulic_equation(
            sys_idx,
            registry,
            rows,
            inlet,
            outlet,
            np.ones(len(rows)),
            -opening * by_inlet,
            -(opening * by_outlet + opening_slope * full),
            flow - opening * full,
        )
        register_node_hydraulic_equation(sys_idx, registry, rows, inlet, outlet, np.ones(len(rows)), -flow, flow)


class LinePack(Component):  # type: ignore[misc]  # pandapipes is untyped
    """Storage, customers' draw-off and leaks at the junctions; also lets a solve start from the last flows."""

    @classmethod
    def table_name(cls) -> str:
        """Its data is `net["linepack_storage"]`, a Storage; it has no table."""
        return "linepack"

    @classmethod
    def init_results(cls, net: Any) -> None:
        """No result table."""

    @classmethod
    def extract_results(cls, net: Any, options: Any, branch_results: Any, mode: Any) -> None:
        """Results are read from the node pressures."""

    @classmethod
    def register_pit_branch_entries(cls, net: Any, branch_pit: Any, node_pit: Any, registry: Any) -> None:
        """Start from the last flows."""
        flows = net["linepack_storage"].mdot_kg_s
        if flows is not None:
            rows = np.arange(len(flows), dtype=np.int32)
            registry.add_override(PitEntries(rows, np.full(len(rows), IdxBranch.MDOTINIT, np.int32), flows))

    @classmethod
    def register_equations(
        cls, net: Any, branch_pit: Any, node_pit: Any, sys_idx: Any, registry: Any, mode: str
    ) -> None:
        """Add the storage step and the draw-off to each junction's mass balance."""
        if mode != "hydraulics":
            return
        storage: Storage = net["linepack_storage"]
        gauge = node_pit[:, IdxNode.PINIT]
        held, held_slope = stored_kg(storage.volume_m3, gauge + ATMOSPHERE_BAR)
        drawn, drawn_slope = drawn_kg_s(storage, gauge)
        nodes = np.arange(len(gauge), dtype=np.int32)
        equations = sys_idx.idx(HydVarEq.NODE, nodes).astype(np.int32)
        registry.add(
            ComponentEquations(
                rows=equations,
                cols=sys_idx.idx(HydVarEq.PINIT, nodes).astype(np.int32),
                data=-held_slope / storage.dt_s - drawn_slope,
                residual_rows=equations,
                residual_data=-(held - storage.held_kg) / storage.dt_s - drawn,
            )
        )


def drawn_kg_s(storage: Storage, gauge_bar: Array) -> tuple[Array, Array]:
    """What customers and leaks take out at these pressures, and the derivative by pressure."""
    share, share_slope = served(gauge_bar)
    leak, leak_slope = leaked_kg_s(storage.leak_area_m2, gauge_bar)
    return storage.wanted_kg_s * share + leak, storage.wanted_kg_s * share_slope + leak_slope


def leaked_kg_s(area_m2: Array, gauge_bar: Array) -> tuple[Array, Array]:
    """Flow through openings to the air, and its derivative by the pipe's pressure."""
    flow, slope, _ = orifice_kg_s(
        np.maximum(gauge_bar + ATMOSPHERE_BAR, 0.05), np.full(len(gauge_bar), ATMOSPHERE_BAR), area_m2
    )
    return flow, slope


def _droop(setpoint: Array, outlet: Array, forced: Array) -> tuple[Array, Array]:
    band = BAND * setpoint
    wanted = 0.5 + (setpoint - outlet) / band
    moving = (wanted > 0) & (wanted < 1)
    fixed = ~np.isnan(forced)
    opening = np.where(fixed, forced, np.clip(wanted, 0.0, 1.0))
    return opening, np.where(moving & ~fixed, -1 / band, 0.0)
