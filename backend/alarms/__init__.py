"""Alarms of ISA-18.2: the state machine, the limits of all points, the horn.

In: sample batches, link health, requests of people, all on the core thread. Out: staged `Changes` (records,
occurrences of the alarm journal, audit drafts) that the core writes and then commits; a wish for the horn, which sounds
on the thread "horn".
"""

from backend.alarms.changes import Changes
from backend.alarms.engine import AlarmEngine
from backend.alarms.horn import HORN_ALARM, Horn
from backend.alarms.logic import check, name_of, step
from backend.alarms.sounder import AplaySounder

__all__ = ["HORN_ALARM", "AlarmEngine", "AplaySounder", "Changes", "Horn", "check", "name_of", "step"]
