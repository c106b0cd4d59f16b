"""What every field link shares: the driver's shape, the sink it feeds, health, back-off, poll plan, write gate.

In: a driver's devices and bound points. Out: batches, events and health into the core's inbox; receipts of writes.
Threads: the asyncio field loop (`FieldLoop`) for async drivers; each paho client has its own network thread.

A link keeps its state in a `HealthKeeper`, waits by a `Backoff`, plans reads with `poll`, and asks `gate.refusal`
with the bytes in hand before it writes.
"""
