"""What the gas network looks like after a step: plain numbers by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.model.network import Network, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The network at a moment. Pressures are gauge kPa by node id, flows standard m³/h.

    converged: False for the design case and when the solver failed and this is the last good state again.
    """

    pressure_kpa: Mapping[str, float]
    demand_m3h: Mapping[str, float]
    """What is really drawn at each node that has customers."""
    regulator_m3h: Mapping[str, float]
    """Flow of each regulator run."""
    opening: Mapping[str, float]
    """Opening of each regulator run, 0-1."""
    tripped: Mapping[str, bool]
    """Whether the slam-shut valve of each run has closed."""
    valve_m3h: Mapping[str, float]
    """Flow through each sectioning valve, positive from its start to its end."""
    source_m3h: Mapping[str, float]
    leak_m3h: Mapping[str, float] = field(default_factory=dict)
    line_pack_m3: Mapping[Tier, float] = field(default_factory=dict)
    """Standard m³ held in the pipes of each tier."""
    converged: bool = False


def design_state(network: Network) -> State:
    """The design case: known before anything is solved, so that devices have something to say at once."""
    flow = {run.id: run.capacity_m3h * 0.6 if run.id.endswith("/A") else 0.0 for run in network.regulators}
    return State(
        pressure_kpa={node.id: node.design_kpa for node in network.nodes},
        demand_m3h={node.id: node.peak_m3h * 0.6 for node in network.nodes if node.peak_m3h > 0},
        regulator_m3h=flow,
        opening={run: 0.6 if value > 0 else 0.0 for run, value in flow.items()},
        tripped=dict.fromkeys(flow, False),
        valve_m3h={valve.id: 0.0 for valve in network.valves},
        source_m3h={source.id: flow.get(f"{source.id}/A", 0.0) for source in network.sources},
    )
