"""Commands to devices: request → confirm → approve → dispatch → verify, as safety.md §2 (C1–C19, S1–S16) has it.

In: intents of people (by session id), receipts of drivers, committed values, the tick. Out: rows and journal entries
in one transaction each, then orders to the dispatcher, alarms, and every changed command. Thread: core.
"""
