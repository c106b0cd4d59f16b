"""What people and machines have set in the gas network; the solver is told what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # the solver takes seconds to import, and orders are made before it is there
    from sims.gasnet.field import Field

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Everything by name. Openings are 0-1; None in a failure table = works again."""

    setpoints_kpa: Mapping[str, float] = field(default_factory=dict)
    """By regulator run."""
    valves: Mapping[str, float] = field(default_factory=dict)
    leaks_mm: Mapping[str, float] = field(default_factory=dict)
    """Hole diameter by node; 0 = closed."""
    failed: Mapping[str, float | None] = field(default_factory=dict)
    """Active regulators held at an opening."""
    failed_monitors: Mapping[str, float | None] = field(default_factory=dict)
    resets: Mapping[str, int] = field(default_factory=dict)
    """How often each run's slam-shut valve was put back."""


def apply(orders: Orders, before: Orders, gas: Field) -> None:
    """Tell the gas network what differs from before."""
    _tell(orders.setpoints_kpa, before.setpoints_kpa, gas.set_setpoint)
    _tell(orders.valves, before.valves, gas.set_valve)
    _tell(orders.leaks_mm, before.leaks_mm, gas.set_leak)
    _tell(orders.failed, before.failed, gas.fail_regulator)
    _tell(orders.failed_monitors, before.failed_monitors, gas.fail_monitor)
    _tell(orders.resets, before.resets, lambda run, _: gas.reset_slam_shut(run))


def _tell(now: Mapping[str, Value], before: Mapping[str, Value], act: Callable[[str, Value], None]) -> None:
    for name, value in now.items():
        if name not in before or before[name] != value:
            act(name, value)
