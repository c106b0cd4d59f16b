"""Step the gas network through time: one pandapipes solve per step, keeping the last state when one fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from pandapipes.pf.pipeflow_setup import PipeflowNotConverged
from pandapipes.pipeflow import execute_pipeflow, init_pipeflow
from scipy.sparse.linalg import MatrixRankWarning  # type: ignore[import-untyped]  # scipy ships no types

from backend import logs
from backend.model.network import Network, Use
from sims.gasnet.build import OPEN_LOSS, build
from sims.gasnet.components import leaked_kg_s
from sims.gasnet.flow import ATMOSPHERE_BAR, STANDARD_DENSITY, Array, demand_factors, kg_s, m3h, served, stored_kg
from sims.gasnet.state import State, design_state

log = logs.get("sims.gasnet")

DISCHARGE: Final = 0.85
"""Discharge coefficient of a torn pipe wall (Crane TP-410; 0.62 would be a clean sharp hole)."""
SHUT: Final = 0.05
"""Below this opening a valve passes nothing."""
_ATTEMPTS: Final = ((1, 1.0), (1, 0.5), (8, 0.5))
"""(sub-steps, share of each Newton step taken). Full steps may swing for ever between two sides of a regulator that is
just shutting; after a violent change smaller time steps may be needed too."""
_SETTLING_STEPS: Final = 6
_OPTIONS: Final = {
    "mode": "hydraulics",
    "use_numba": False,
    # Line pack gives every junction an equation of its own: nothing has to be cut off.
    "check_connectivity": False,
    "max_iter_hyd": 40,
    "tol_p": 1e-5,
    "tol_m": 1e-4,
    "tol_res": 1e-3,
}


class Field:
    """The live gas network. Not thread-safe: one caller steps it and gives it its orders.

    Orders take effect with the next step. A leak is an opening at a node.
    """

    def __init__(self, network: Network) -> None:
        """Build the solver's tables; starts from the design pressures."""
        self.network = network
        self._row = {node.id: row for row, node in enumerate(network.nodes)}
        self._run_row = {run.id: row for row, run in enumerate(network.regulators)}
        self._valve_row = {valve.id: row for row, valve in enumerate(network.valves)}
        self._bar: Array = np.array([node.design_kpa for node in network.nodes]) / 100
        self._solver = build(network, self._bar)
        self._peak = np.array([kg_s(node.peak_m3h) for node in network.nodes])
        works = sum(node.peak_m3h for node in network.nodes if node.use is Use.WORKS)
        self._works_share = works / max(sum(node.peak_m3h for node in network.nodes), 1e-9)
        self._failing = False
        self.state = design_state(network)
        """After the last step; the design case before the first."""

    def set_setpoint(self, run: str, setpoint_kpa: float) -> None:
        """Give a regulator run a new set-point (gauge)."""
        self._solver.runs.setpoint[self._run_row[run]] = setpoint_kpa / 100

    def fail_regulator(self, run: str, opening: float | None) -> None:
        """Hold a run's active regulator at an opening of 0-1; None lets it work again."""
        self._solver.runs.forced[self._run_row[run]] = np.nan if opening is None else opening

    def fail_monitor(self, run: str, opening: float | None) -> None:
        """The same for the run's monitor regulator."""
        self._solver.runs.monitor_forced[self._run_row[run]] = np.nan if opening is None else opening

    def reset_slam_shut(self, run: str) -> None:
        """Put a run's slam-shut valve back, as a fitter does on site."""
        self._solver.runs.tripped[self._run_row[run]] = False

    def set_valve(self, valve: str, opening: float) -> None:
        """Opening 0-1 of a valve."""
        table, row = self._solver.net.valve, self._valve_row[valve]
        table.at[row, "opened"] = opening >= SHUT
        # A ball valve throttles little until it is nearly shut.
        table.at[row, "loss_coefficient"] = OPEN_LOSS / max(opening, SHUT) ** 4

    def set_leak(self, node: str, diameter_mm: float) -> None:
        """Open a hole at a node; 0 closes it."""
        self._solver.storage.leak_area_m2[self._row[node]] = DISCHARGE * np.pi / 4 * (diameter_mm / 1000) ** 2

    def step(self, dt_s: float, hour: float) -> State:
        """Let `dt_s` seconds pass at an hour of the local day (0-24); a solve that fails is told, not raised."""
        storage, runs = self._solver.storage, self._solver.runs
        factors = demand_factors(hour, self._works_share)
        storage.wanted_kg_s = self._peak * np.array([factors[node.use] for node in self.network.nodes])
        solved = any(self._solve(dt_s / substeps, substeps, alpha) for substeps, alpha in _ATTEMPTS)
        if solved:
            runs.tripped |= self._bar[self._solver.outlets] > runs.slam_shut
            self.state = self._read()
        else:
            self.state = replace(self.state, converged=False)
        self._tell(failing=not solved)
        return self.state

    def settle(self, hour: float) -> State:
        """Let an hour pass in a few long steps, until the gas stands as it does at this hour of the day."""
        for _ in range(_SETTLING_STEPS):
            self.step(3600 / _SETTLING_STEPS, hour)
        return self.state

    def _solve(self, dt_s: float, substeps: int, alpha: float) -> bool:
        """Solve `substeps` steps of `dt_s`; on failure everything is as before."""
        net, storage = self._solver.net, self._solver.storage
        before = (self._bar, storage.held_kg, storage.mdot_kg_s)
        storage.dt_s = dt_s
        try:
            for _ in range(substeps):
                net.junction["pn_bar"] = self._bar
                with np.errstate(all="ignore"):
                    init_pipeflow(net, alpha=alpha, **_OPTIONS)
                    execute_pipeflow(net)
                bar = self._solver.gauge_bar()
                if not np.all(np.isfinite(bar)):
                    raise PipeflowNotConverged("a pressure is not finite")
                self._bar = np.maximum(bar, 0.0)
                storage.held_kg = stored_kg(storage.volume_m3, self._bar + ATMOSPHERE_BAR)[0]
                storage.mdot_kg_s = self._solver.flows_kg_s()
        except (PipeflowNotConverged, MatrixRankWarning):
            self._bar, storage.held_kg, storage.mdot_kg_s = before
            return False
        return True

    def _tell(self, *, failing: bool) -> None:
        if failing and not self._failing:
            log.warning("gas network not solved, last state kept")
        if self._failing and not failing:
            log.info("gas network solved again")
        self._failing = failing

    def _read(self) -> State:
        solver, nodes = self._solver, self.network.nodes
        drawn = solver.storage.wanted_kg_s * served(self._bar)[0]
        leak, _ = leaked_kg_s(solver.storage.leak_area_m2, self._bar)
        opening, _ = solver.runs.opening(self._bar[solver.outlets])
        return State(
            pressure_kpa={node.id: kpa for node, kpa in zip(nodes, (self._bar * 100).tolist(), strict=True)},
            demand_m3h={node.id: m3h(float(drawn[row])) for row, node in enumerate(nodes) if node.use is not Use.NONE},
            regulator_m3h=_by_id(self._run_row, solver.flows_of("press_control")),
            opening={run: float(opening[row]) for run, row in self._run_row.items()},
            tripped={run: bool(solver.runs.tripped[row]) for run, row in self._run_row.items()},
            valve_m3h=_by_id(self._valve_row, solver.flows_of("valve")),
            source_m3h={
                source.id: m3h(float(flow))
                for source, flow in zip(self.network.sources, solver.source_kg_s(), strict=True)
            },
            leak_m3h={nodes[row].id: m3h(float(leak[row])) for row in np.flatnonzero(solver.storage.leak_area_m2)},
            line_pack_m3={
                tier: float(solver.storage.held_kg[rows].sum()) / STANDARD_DENSITY
                for tier, rows in solver.tiers.items()
            },
            converged=True,
        )


def _by_id(rows: dict[str, int], flow_kg_s: Array) -> dict[str, float]:
    return {id_: m3h(float(flow_kg_s[row])) for id_, row in rows.items()}
