"""Stored samples by point and time, from rows and roll-ups; every answer sees one state of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from backend.model.sample import SampleBatch
from backend.model.storage import StoredTier
from backend.model.trend import Thinned
from backend.store.family import Reading
from backend.store.groups import Damage, Damaged
from backend.store.latest import Latest
from backend.store.matching import contained, stretches
from backend.store.postgres import columns, rolling, samples
from backend.store.postgres.checking import check
from backend.store.postgres.columns import one_of
from backend.store.postgres.connections import Raw, driver
from backend.store.rolled import grains as grain_rules
from backend.store.rolled.grains import HOUR, RAW, Grains, Tier
from backend.store.rolled.ordering import NOTHING, by_point, by_time
from backend.store.thinning import thin, thin_grains, tier_for

_LEAST, _MOST = -(2**63), 2**63 - 1
_TAKE_ROWS: Final = 2_000_000


class RowHistory:
    """As `family.History`."""

    def __init__(self, reading: Reading, damage: Damage) -> None:
        self._reading = reading
        self._damage = damage

    def read(self, points: Sequence[int], start: int, end: int) -> SampleBatch:
        """Samples sorted by point, then at, then order of storing."""
        if not len(points) or start >= end:
            return NOTHING
        with self._reading() as connection:
            return samples.in_order(samples.get(driver(connection), _within(points, start, end)))

    def thinned(self, points: Sequence[int], start: int, end: int, buckets: int) -> tuple[Thinned, ...]:
        """From roll-ups where there are more samples than buckets and a tier is fine enough."""
        tier = tier_for(start, end, buckets)
        answers: dict[int, Thinned] = {}
        with self._reading() as connection:
            raw = driver(connection)
            left = sorted(set(points)) if start < end else []
            if tier is not RAW and left:
                for point, grains in _grains(raw, left, tier, start, end).items():
                    if grains.count.sum() > buckets:
                        answers[point] = thin_grains(grains, tier, point, start, end, buckets)
                left = [point for point in left if point not in answers]
            found = by_point([samples.in_order(samples.get(raw, _within(left, start, end)))]) if left else {}
        for point in set(points) - answers.keys():
            answers[point] = thin(found.get(point, NOTHING), point, start, end, buckets)
        return tuple(answers[point] for point in points)

    def first_at(self, point: int) -> int | None:
        """The first of the roll-ups and of what is not in them yet."""
        with self._reading() as connection:
            raw = driver(connection)
            rolled = f"SELECT min(at) FROM rollup WHERE tier = {HOUR.id} AND point = {int(point)}"
            newer = f"SELECT min(at) FROM sample WHERE point = {int(point)} AND {samples.after(rolling.mark_of(raw))}"
            row = raw.execute(f"SELECT least(({rolled}), ({newer}))".encode()).fetchone()
        return None if row is None or row[0] is None else int(str(row[0]))

    def contains(self, batch: SampleBatch) -> NDArray[np.bool_]:
        """Looked up stretch by stretch of time."""
        if not len(batch):
            return np.zeros(0, np.bool_)
        points, times = np.unique(batch.point), np.unique(batch.at)
        stored = [NOTHING]
        with self._reading() as connection:
            for start, end in stretches(times):
                found = samples.as_stored(samples.get(driver(connection), _within(points, start, end)))
                stored.append(found.where(np.isin(found.at, times)))
        return contained(batch, SampleBatch.join(stored))

    def count(self) -> int:
        """By what the groups say."""
        with self._reading() as connection:
            return int(connection.execute(text("SELECT coalesce(sum(n), 0) FROM sample_group")).scalar_one())

    def windows(self, start: int, end: int, rows: int) -> Iterator[tuple[int, int]]:
        """By what the groups say."""
        asked = text("SELECT first_at, n FROM sample_group WHERE first_at < :end AND last_at >= :start ORDER BY 1, 2")
        with self._reading() as connection:
            groups = connection.execute(asked, {"start": _whole(start), "end": _whole(end)}).all()
        begun, total = start, 0
        for first_at, n in groups:
            if total >= rows and first_at > begun:
                yield begun, int(first_at)
                begun, total = int(first_at), 0
            total += n
        if total:
            yield begun, end

    def tiers(self) -> tuple[StoredTier, ...]:
        """Partitions are counted by the server's own tools."""
        return ()

    def check(self) -> tuple[Damaged, ...]:
        """Every row against the digest of its group, and the counts of the roll-ups against the rows."""
        with self._reading() as connection:
            check(driver(connection), self._damage)
        return self.damaged

    @property
    def damaged(self) -> tuple[Damaged, ...]:
        """What `check` found."""
        return self._damage.found()

    @property
    def damaged_rolled(self) -> dict[int, str]:
        """What `check` found."""
        return self._damage.rolled()


def take_in(connection: Connection, latest: Latest, after: int) -> int:
    """`snapshot.TakeIn` from rows."""
    raw = driver(connection)
    row = raw.execute(b"SELECT coalesce(max(id), 0) FROM sample_group").fetchone()
    newest = int(str(row[0])) if row is not None else 0
    far = after
    while far < newest:
        upto = rolling.next_groups(raw, far, samples=_TAKE_ROWS)
        if upto is None:
            break
        latest.fold(samples.as_stored(samples.get(raw, f"{samples.after(far)} AND {samples.upto(upto)}")))
        far = upto
    return max(after, newest)


def _grains(raw: Raw, points: Sequence[int], tier: Tier, start: int, end: int) -> dict[int, Grains]:
    """Grains of each point that has any, in order of storing; the same number may come more than once."""
    grain = tier.grain_us
    low, high = -(-start // grain), end // grain
    if low >= high:
        rows = samples.get(raw, _within(points, start, end))
        return {point: grain_rules.rolled(each, tier) for point, each in by_point([samples.in_order(rows)]).items()}
    some = f"point = ANY({one_of(points)})"
    whole = columns.get(
        raw,
        f"SELECT * FROM rollup WHERE tier = {tier.id} AND {some} AND grain >= {low} AND grain < {high}",
        rolling.KINDS,
    )
    # At both ends a grain is asked for in part only; between them only what the roll-ups do not have yet.
    newer = f"{_within(points, low * grain, high * grain)} AND {samples.after(rolling.mark_of(raw))}"
    asked = (_within(points, start, low * grain), _within(points, high * grain, end), newer)
    loose = by_point([samples.in_order(samples.get(raw, each)) for each in asked])
    order = np.lexsort((whole["grain"], whole["point"]))
    held = rolling.grains_of(whole)
    of_point = whole["point"][order]
    found: dict[int, Grains] = {}
    for point in points:
        mine = order[np.searchsorted(of_point, point) : np.searchsorted(of_point, point, side="right")]
        single = by_time([loose[point]]) if point in loose else NOTHING
        found[point] = grain_rules.join([held.pick(mine), grain_rules.rolled(single, tier)])
    return {point: grains for point, grains in found.items() if len(grains)}


def _within(points: Sequence[int] | NDArray[np.int32], start: int, end: int) -> str:
    return f"at >= {_whole(start)} AND at < {_whole(end)} AND point = ANY({one_of(points)})"


def _whole(number: int) -> int:
    """A time that the server's numbers can hold."""
    return min(max(int(number), _LEAST), _MOST)
