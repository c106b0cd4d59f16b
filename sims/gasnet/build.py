"""Turn a drawn network into pandapipes tables and the arrays of Linepack's own components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandapipes as pp
from numpy.typing import NDArray
from pandapipes.component_models.pressure_control_component import PressureControlComponent
from pandapipes.idx_branch import IdxBranch
from pandapipes.idx_node import IdxNode
from pandapipes.pf.pipeflow_setup import get_lookup

from backend.model.network import Network, Tier
from sims.gasnet.components import DroopRegulator, LinePack, Runs, Storage
from sims.gasnet.flow import ATMOSPHERE_BAR, GAS_K, Array, area_for_m2, kg_s, stored_kg

OPEN_LOSS = 0.2
"""Loss coefficient of an open ball valve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solver:
    """pandapipes' network with handles on it. Rows of all arrays are in the order of the drawing."""

    net: Any
    storage: Storage
    runs: Runs
    outlets: NDArray[np.int64]
    """Node row of each regulator's outlet."""
    sources: NDArray[np.int64]
    """Node row of each source."""
    tiers: Mapping[Tier, NDArray[np.int64]]
    """Node rows of each tier."""

    # Results are read from pandapipes' internal tables: its result frames take longer to fill than the solve itself,
    # and warn about an empty pipe at -0.000001 bar.

    def gauge_bar(self) -> Array:
        """Pressure of every node after a solve."""
        bar: Array = self.net["_pit"]["node"][:, IdxNode.PINIT].copy()
        return bar

    def flows_kg_s(self) -> Array:
        """Flow of every branch after a solve, in pandapipes' branch order; none through a shut valve."""
        flows: Array = np.nan_to_num(self.net["_pit"]["branch"][:, IdxBranch.MDOTINIT])
        return flows

    def flows_of(self, table: str) -> Array:
        """Flow of the branches of one table."""
        start, end = get_lookup(self.net, "branch", "from_to")[table]
        return self.flows_kg_s()[start:end]

    def source_kg_s(self) -> Array:
        """What each source feeds in."""
        slack: Array = self.net["_pit"]["node"][self.sources, IdxNode.MDOTSLACKINIT]
        return slack


def build(network: Network, gauge_bar: Array) -> Solver:
    """Tables for a network that starts at the given node pressures."""
    row = {node.id: index for index, node in enumerate(network.nodes)}
    net = pp.create_empty_network(fluid="hgas")
    pp.create_junctions(net, len(row), pn_bar=gauge_bar, tfluid_k=GAS_K)
    _create_branches(net, network, row)
    for source in network.sources:
        pp.create_ext_grid(net, row[source.node], p_bar=source.pressure_kpa / 100, t_k=GAS_K)
    ours = [DroopRegulator if known is PressureControlComponent else known for known in net["component_list"]]
    net["component_list"] = [*ours, LinePack]
    volume = _volumes_m3(network, row)
    storage = Storage(
        volume_m3=volume,
        held_kg=stored_kg(volume, gauge_bar + ATMOSPHERE_BAR)[0],
        wanted_kg_s=np.zeros(len(row)),
        leak_area_m2=np.zeros(len(row)),
        dt_s=1.0,
    )
    runs = _runs(network)
    net["linepack_storage"], net["linepack_runs"] = storage, runs
    return Solver(
        net=net,
        storage=storage,
        runs=runs,
        outlets=np.array([row[run.end] for run in network.regulators], np.int64),
        sources=np.array([row[source.node] for source in network.sources], np.int64),
        tiers={
            tier: np.array([row[node.id] for node in network.nodes if node.tier is tier], np.int64) for tier in Tier
        },
    )


def _create_branches(net: Any, network: Network, row: Mapping[str, int]) -> None:
    pipes, runs = network.pipes, network.regulators
    pp.create_pipes_from_parameters(
        net,
        from_junctions=[row[pipe.start] for pipe in pipes],
        to_junctions=[row[pipe.end] for pipe in pipes],
        length_km=[pipe.length_m / 1000 for pipe in pipes],
        inner_diameter_mm=[pipe.diameter_mm for pipe in pipes],
        k_mm=[pipe.roughness_mm for pipe in pipes],
        text_k=GAS_K,
    )
    for valve in network.valves:
        pp.create_valve(
            net,
            row[valve.start],
            row[valve.end],
            et="ju",
            inner_diameter_mm=valve.diameter_mm,
            loss_coefficient=OPEN_LOSS,
        )
    pp.create_pressure_controls(
        net,
        from_junctions=[row[run.start] for run in runs],
        to_junctions=[row[run.end] for run in runs],
        controlled_junctions=[row[run.end] for run in runs],
        controlled_p_bar=[run.setpoint_kpa / 100 for run in runs],
    )


def _runs(network: Network) -> Runs:
    runs = network.regulators
    areas = [area_for_m2(kg_s(run.capacity_m3h), run.design_inlet_kpa / 100 + ATMOSPHERE_BAR) for run in runs]
    return Runs(
        area_m2=np.array(areas),
        setpoint=np.array([run.setpoint_kpa / 100 for run in runs]),
        monitor=np.array([run.monitor_kpa / 100 for run in runs]),
        slam_shut=np.array([run.slam_shut_kpa / 100 for run in runs]),
        forced=np.full(len(runs), np.nan),
        monitor_forced=np.full(len(runs), np.nan),
        tripped=np.zeros(len(runs), np.bool_),
    )


def _volumes_m3(network: Network, row: Mapping[str, int]) -> Array:
    """Half of each pipe's volume at each of its ends; a bare fitting holds half a cubic metre."""
    volume = np.full(len(row), 0.5)
    for pipe in network.pipes:
        half = np.pi / 4 * (pipe.diameter_mm / 1000) ** 2 * pipe.length_m / 2
        volume[row[pipe.start]] += half
        volume[row[pipe.end]] += half
    return volume
