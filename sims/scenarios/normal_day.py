"""Nothing happens: demand follows the hour, everything works."""

from sims.scenarios.scenario import Scenario

SCENARIO = Scenario(name="normal_day", title="Normal day")
