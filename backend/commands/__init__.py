"""Commands to devices: request → confirm → approve → dispatch → verify, as safety.md §2 (C1–C19, S1–S16) has it.

In: intents of people (by session id), receipts of drivers, committed values, the tick. Out: rows and journal entries
in one transaction each, then orders to the dispatcher, alarms, and every changed command. Thread: core.
"""

from backend.commands.engine import CommandEngine
from backend.commands.ids import LAST_NUMBER
from backend.commands.policy import Policy
from backend.commands.ports import Reading

__all__ = ["LAST_NUMBER", "CommandEngine", "Policy", "Reading"]
