"""What happens in the field: each scenario is a list of control lines with the simulated second they come at."""

from __future__ import annotations

from typing import Final

from backend.errors import ConfigError
from sims.scenarios import (
    comms_loss,
    leak,
    link_cut_after_write,
    normal_day,
    off_spec_gas,
    regulator_failure,
    stuck_valve,
)
from sims.scenarios.scenario import Event, Scenario

SCENARIOS: Final = (
    normal_day.SCENARIO,
    leak.SCENARIO,
    regulator_failure.SCENARIO,
    off_spec_gas.SCENARIO,
    comms_loss.SCENARIO,
    stuck_valve.SCENARIO,
    link_cut_after_write.SCENARIO,
)

__all__ = ["SCENARIOS", "Event", "Scenario", "find"]


def find(name: str) -> Scenario:
    """The named scenario. Raises ConfigError with the known ones."""
    for scenario in SCENARIOS:
        if scenario.name == name:
            return scenario
    known = ", ".join(scenario.name for scenario in SCENARIOS)
    raise ConfigError("there is no scenario {name!r} (there are: {known})", name=name, known=known)
