"""At night the duty regulator of R-12 fails open; the monitor holds, then sticks too, and the slam-shut trips."""

from sims.scenarios.scenario import Event, Scenario

SCENARIO = Scenario(
    name="regulator_failure",
    title="Regulator of R-12 fails open",
    hour=3.0,
    events=(
        Event(at_s=20, does={"regulator": "R-12/A", "opening": 1.0}),
        Event(at_s=240, does={"monitor": "R-12/A", "opening": 1.0}),
    ),
)
