"""Readings of many meters on their way to the core: gathered for a few ms, then one batch for all that look alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from backend.drivers.meters.roster import Reading
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch

if TYPE_CHECKING:
    from backend.drivers.meters.session import Session


class Gathering:
    """Field loop only. sessions: who waits for these to be durable."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self._records: dict[Reading, tuple[list[int], list[bytes]]] = {}

    def add(self, session: Session, reading: Reading, row: int, record: bytes) -> None:
        """One reading; its size has been checked."""
        rows, records = self._records.setdefault(reading, ([], []))
        rows.append(row)
        records.append(record)
        self.sessions.append(session)

    def batches(self, *, received_at: int, source: str) -> Iterator[SampleBatch]:
        """One batch for each kind of reading. received_at: µs UTC."""
        for reading, (rows, records) in self._records.items():
            at, values = reading.layout.decode(records)
            points = reading.points[rows]
            fields = points.shape[1]
            yield SampleBatch(
                point=points.ravel(),
                at=np.repeat(at, fields),
                value=values.ravel(),
                quality=np.full(points.size, GOOD, np.uint8),
                received_at=received_at,
                source=source,
            )
