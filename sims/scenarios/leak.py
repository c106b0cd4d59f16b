"""A third party strikes the Binjiang Avenue main between XV-0417 and XV-0422 at the evening peak: a 58 mm hole.

Methane in VW-0418 alarms within a minute. R-12 opens fully and cannot hold its outlet, which falls below its low limit
(330 kPa) in two minutes and below its low-low limit (300 kPa) in seven; it would come to rest near 270 kPa. Closing
both valves empties the section in two minutes and R-12 recovers in five. At other hours R-12 would hold against the
leak, so the scenario sets the hour.
"""

from sims.scenarios.scenario import Event, Scenario

SCENARIO = Scenario(
    name="leak",
    title="Third-party strike on Binjiang Avenue",
    hour=18.4,
    events=(Event(at_s=20, does={"leak": "BA-05", "mm": 58}),),
)
