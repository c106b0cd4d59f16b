"""Commands to devices: request → confirm → approve → dispatch → verify, as safety.md §2 (C1–C19, S1–S16) has it.

In: intents of people (by session id), receipts of drivers, committed values, the tick. Out: rows and journal entries
in one transaction each, then orders to the dispatcher, alarms, and every changed command. Thread: core.
"""

from backend.commands.engine import CommandEngine
from backend.commands.policy import Policy
from backend.commands.targets import Target, targets

__all__ = ["CommandEngine", "Policy", "Target", "targets"]
