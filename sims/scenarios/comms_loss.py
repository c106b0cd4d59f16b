"""R-11's RTU and valve well VW-0418 fall silent one after the other, and come back."""

from sims.scenarios.scenario import Event, Scenario

SCENARIO = Scenario(
    name="comms_loss",
    title="Links lost and found",
    events=(
        Event(at_s=20, does={"cut": "R-11"}),
        Event(at_s=30, does={"cut": "VW-0418"}),
        Event(at_s=90, does={"restore": "R-11"}),
        Event(at_s=150, does={"restore": "VW-0418"}),
    ),
)
