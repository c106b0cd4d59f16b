"""Samples as rows of `sample`, each group of them with a row of its own, and back."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.model.sample import SampleBatch
from backend.store import blob
from backend.store.postgres import columns
from backend.store.postgres.columns import Columns
from backend.store.postgres.connections import Raw
from backend.store.schema import storable

KINDS: Final = {"at": "i8", "value": "f8", "stored": "i8", "point": "i4", "quality": "i2"}
ROW_BITS: Final = 24
"""`stored` counts in the order of storing: the id of the group, then the row in it."""
MOST_ROWS: Final = 1 << ROW_BITS
_GROUP: Final = (
    "INSERT INTO sample_group (n, first_at, last_at, received_at, source, digest) "
    "VALUES (%s, %s, %s, %s, %s, %s) RETURNING id"
)
_GROUP_AS: Final = (
    "INSERT INTO sample_group (id, n, first_at, last_at, received_at, source, digest) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


def put(raw: Raw, batch: SampleBatch, group: int = 0) -> int:
    """Store a batch of one row or more in the caller's transaction; the id of its group. group: to give it that id."""
    n = len(batch)
    if n >= MOST_ROWS:
        raise ValueError(f"{n} samples are too many to be one group")
    first_at, last_at, source = int(batch.at.min()), int(batch.at.max()), storable(batch.source)
    digest = blob.digest_of(blob.encode(batch), first_at, last_at, batch.received_at, n, source)
    facts = (n, first_at, last_at, batch.received_at, source, digest)
    if group:
        raw.execute(_GROUP_AS.encode(), (group, *facts))
    else:
        row = raw.execute(_GROUP.encode(), facts).fetchone()
        assert row is not None
        group = int(str(row[0]))
    rows: Columns = {
        "at": batch.at,
        "value": batch.value,
        "stored": (group << ROW_BITS) + np.arange(n, dtype=np.int64),
        "point": batch.point,
        "quality": batch.quality,
    }
    columns.put(raw, "sample", rows, KINDS)
    return group


def get(raw: Raw, where: str) -> Columns:
    """Rows in no order."""
    return columns.get(raw, f"SELECT * FROM sample WHERE {where}", KINDS)


def after(group: int) -> str:
    """The condition that a row was stored after that group."""
    return f"stored >= {(group + 1) << ROW_BITS}"


def upto(group: int) -> str:
    """The condition that a row was stored with that group at the latest."""
    return f"stored < {(group + 1) << ROW_BITS}"


def batch_of(found: Columns, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> SampleBatch:
    """Rows in an order as a batch; `received_at` and `source` tell nothing."""
    return SampleBatch(
        point=found["point"][order],
        at=found["at"][order],
        value=found["value"][order],
        quality=found["quality"][order].astype(np.uint8),
        received_at=0,
        source="",
    )


def in_order(found: Columns) -> SampleBatch:
    """Rows by point, then time, then order of storing."""
    return batch_of(found, np.lexsort((found["stored"], found["at"], found["point"])))


def as_stored(found: Columns) -> SampleBatch:
    """Rows in the order of storing."""
    return batch_of(found, np.argsort(found["stored"]))
