"""The backend: from sockets to durable samples, alarms and commands; no Qt, runs headless.

In: bytes from field devices, intents from people (through `backend.api`). Out: snapshots and topics (through
`backend.api`), bytes to devices (through `backend.drivers`, only for approved orders). Threads: see `backend.system`.
"""
