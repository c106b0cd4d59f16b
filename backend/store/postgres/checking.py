"""Read every stored row, and note what is not as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from backend.model.sample import SampleBatch
from backend.store import blob
from backend.store.groups import Damage, Damaged
from backend.store.postgres import rolling, samples
from backend.store.postgres.connections import Raw
from backend.store.rolled.ordering import between, rows_of

_ROWS: Final = 500_000
_GROUPS: Final = (
    "SELECT id, n, first_at, last_at, received_at, source, digest FROM sample_group WHERE id > {} AND id <= {} "
    "ORDER BY id"
)
_COUNTS: Final = (
    "SELECT coalesce(r.point, s.point) FROM (SELECT point, tier, sum(count) AS n FROM rollup GROUP BY 1, 2) AS r "
    "FULL JOIN (SELECT point, tier, count(*) AS n FROM sample, (VALUES (1), (2), (3)) AS t (tier) WHERE {} "
    "GROUP BY 1, 2) AS s ON r.point = s.point AND r.tier = s.tier WHERE r.n IS DISTINCT FROM s.n GROUP BY 1"
)


class _Group(NamedTuple):
    id: int
    n: int
    first_at: int
    last_at: int
    received_at: int
    source: str
    digest: bytes


def check(raw: Raw, damage: Damage) -> None:
    """As long as the disk takes."""
    for _ in groups(raw, damage):
        pass
    for (point,) in raw.execute(_COUNTS.format(samples.upto(rolling.mark_of(raw))).encode()):
        damage.note_rolled(int(str(point)), "its counts are not those of the samples")


def groups(raw: Raw, damage: Damage) -> Iterator[tuple[int, SampleBatch]]:
    """Id and batch of every group that is as it was written, in order."""
    far = 0
    while (upto := rolling.next_groups(raw, far, samples=_ROWS)) is not None:
        found = samples.get(raw, f"{samples.after(far)} AND {samples.upto(upto)}")
        batch = samples.as_stored(found)
        ids = np.sort(found["stored"]) >> samples.ROW_BITS
        known = [_Group(*row) for row in raw.execute(_GROUPS.format(far, upto).encode())]  # type: ignore[arg-type]
        for stray in np.setdiff1d(ids, [group.id for group in known]).tolist():
            damage.note(_stray(stray, rows_of(batch, between(ids, stray, stray + 1))))
        for group in known:
            rows = rows_of(batch, between(ids, group.id, group.id + 1))
            if reason := _fault(group, rows):
                damage.note(_damaged(group, reason))
            else:
                yield group.id, replace(rows, received_at=group.received_at, source=group.source)
        far = upto


def _stray(group: int, rows: SampleBatch) -> Damaged:
    first_at, last_at = int(rows.at.min()), int(rows.at.max())
    return Damaged(
        group=group, first_at=first_at, last_at=last_at, n=len(rows), reason="its row in sample_group is gone"
    )


def _fault(group: _Group, rows: SampleBatch) -> str:
    """How the rows of a group differ from what was written; empty when they do not."""
    if len(rows) != group.n:
        return "its length does not fit its count"
    facts = (group.first_at, group.last_at, group.received_at, group.n, group.source)
    return "" if blob.digest_of(blob.encode(rows), *facts) == group.digest else "its digest does not match"


def _damaged(group: _Group, reason: str) -> Damaged:
    return Damaged(group=group.id, first_at=group.first_at, last_at=group.last_at, n=group.n, reason=reason)
