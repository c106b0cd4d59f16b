"""XV-0417 sticks at 40 %: a close command is taken, the valve stops on the way and trips on torque."""

from sims.scenarios.scenario import Event, Scenario

SCENARIO = Scenario(
    name="stuck_valve",
    title="XV-0417 sticks on the way",
    events=(Event(at_s=0, does={"stick": "XV-0417", "at": 0.4}),),
)
