"""The link to XV-0417 is cut between a command and its answer: the valve moves and nobody is told."""

from sims.scenarios.scenario import Event, Scenario

SCENARIO = Scenario(
    name="link_cut_after_write",
    title="Link to XV-0417 cut after the next command",
    events=(Event(at_s=0, does={"cut_after_write": "XV-0417"}),),
)
