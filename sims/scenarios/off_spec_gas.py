"""Gas with too much nitrogen and carbon dioxide comes to the North Gate for a while, then it is as before.

Of a gas field whose treatment trips. Within minutes carbon dioxide stands above 3 mol % (GB 17820 class 1), nitrogen
above its limit, and the Wobbe index below 45 MJ/m³, where burners lift off (GB/T 13611).
"""

from sims.scenarios.scenario import Event, Scenario

SCENARIO = Scenario(
    name="off_spec_gas",
    title="Off-spec gas at the North Gate",
    events=(
        Event(at_s=30, does={"gas": "NGS-GQ", "nitrogen": 7.5, "carbon_dioxide": 3.3}),
        Event(at_s=1500, does={"gas": "NGS-GQ", "nitrogen": 1.05, "carbon_dioxide": 1.24}),
    ),
)
