"""Stored samples by point and time, and whether exactly these samples are stored already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from backend.model.sample import SampleBatch
from backend.model.storage import StoredTier
from backend.model.trend import Thinned
from backend.store.blob import SPANS_US, DamagedError
from backend.store.cold import catalogue
from backend.store.cold.layout import DAY_US, day_of
from backend.store.cold.shelf import Shelf
from backend.store.connections import driver
from backend.store.groups import Damage, Damaged, overlapping, sound
from backend.store.matching import contained, stretches
from backend.store.rolled import shelf
from backend.store.rolled.checking import check
from backend.store.rolled.grains import HOUR, RAW, TIERS, Grains, Tier, join, rolled
from backend.store.rolled.ordering import by_point
from backend.store.rolled.tail import Tail
from backend.store.rolled.view import Old, View, newest_of
from backend.store.schema import samples
from backend.store.thinning import thin, thin_grains, tier_for
from backend.store.wanted import Wanted

T = TypeVar("T")
_FEW: Final = 256
"""Of more points than this nearly every row of a group is wanted, and groups are read as they are."""
_ONE_DEVICE: Final = 16
_BLOCK_US: Final = 21_600_000_000
"""A back-fill is mostly of the points of one device: they are looked up where they are sorted, six hours at a time."""
_AT_ONCE: Final = 2_000_000
"""Samples of all points read at a time where a question may be about years of them."""
_ROW_BYTES: Final = 100
"""What a row takes beside its body, about."""
_EVER: Final = (-(2**63), 2**63 - 1)
_SHORT_US: Final = 60_000_000
"""Of so short a time there are few groups, and they are quicker than what is sorted by point."""


class History:
    """Questions about stored samples. Any thread; no answer contains a group that was damaged."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Connection]],
        damage: Damage,
        tail: Tail,
        shelf: Shelf,
    ) -> None:
        self._reading = reading
        self._damage = damage
        self._tail = tail
        self._shelf = shelf

    def read(self, points: Sequence[int], start: int, end: int) -> SampleBatch:
        """Samples of `points` with start <= at < end (µs UTC), sorted by point, then at, then order of storing.

        Groups found damaged are left out; `damaged` names them. `received_at` and `source` tell nothing.
        """
        asked = _asked(points, start, end)
        found = self._shelf.seen(self._reading, lambda connection: self._samples(connection, asked, start, end))
        joined = _batch([found[point] for point in sorted(found)])
        return replace(joined, received_at=0, source="")

    def thinned(self, points: Sequence[int], start: int, end: int, buckets: int) -> tuple[Thinned, ...]:
        """One answer per point, in the order asked: its samples with start <= at < end (µs UTC) as at most `buckets`
        equal stretches, made from the coarsest roll-ups that are fine enough; where there are no more samples than
        buckets, the samples themselves."""
        asked = _asked(points, start, end)
        answers = self._shelf.seen(
            self._reading, lambda connection: self._thinned(connection, asked, start, end, buckets)
        )
        for point in set(points) - answers.keys():
            answers[point] = thin(_batch([]), point, start, end, buckets)
        return tuple(answers[point] for point in points)

    def first_at(self, point: int) -> int | None:
        """When the history of a point begins (µs UTC), or a little before that; None when it has none."""
        return self._shelf.seen(self._reading, lambda connection: self._first_at(connection, point))

    def _first_at(self, connection: Connection, point: int) -> int | None:
        raw = driver(connection)
        mark = shelf.through(raw)
        after = 0 if point in shelf.mending(raw) else mark
        begun = [] if after < mark else shelf.begins(raw, point, mark)
        grouped = select(func.min(samples.c.first_at)).where(
            samples.c.id > after, samples.c.low_point <= point, samples.c.high_point >= point
        )
        first = connection.execute(grouped).scalar_one()
        begun += [] if first is None else [int(first)]
        if catalogue.version(connection):
            # Roll-ups of what is in cold files stay in the database, and are quicker to ask.
            rolled_up = [] if after < mark else shelf.begins_rolled(raw, point)
            begun += rolled_up or self._begins_cold(connection, point)
        return min(begun, default=None)

    def _begins_cold(self, connection: Connection, point: int) -> list[int]:
        for entry in catalogue.every(connection):
            found = self._shelf.days(connection, entry.first_at, entry.last_at + 1).read([point], *_EVER)
            if found:
                return [int(found[0].at.min())]
        return []

    def contains(self, batch: SampleBatch) -> NDArray[np.bool_]:
        """For each row of `batch` whether its very (point, at, value), bit for bit, is stored; shape (n,)."""
        if not len(batch):
            return np.zeros(0, np.bool_)
        points, times = np.unique(batch.point), np.unique(batch.at)
        stored = self._shelf.seen(self._reading, lambda connection: self._stored_at(connection, points, times))
        return contained(batch, _batch(stored))

    def _stored_at(
        self, connection: Connection, points: NDArray[np.int32], times: NDArray[np.int64]
    ) -> list[SampleBatch]:
        """What is stored of the points at those times, both rising."""
        if len(points) > _ONE_DEVICE or times[-1] - times[0] <= _SHORT_US:
            return self._near(connection, points, times)
        stored: list[SampleBatch] = []
        for some in np.split(times, np.flatnonzero(np.diff(times // _BLOCK_US)) + 1):
            found = self._samples(connection, points.tolist(), int(some[0]), int(some[-1]) + 1)
            stored += [each.where(np.isin(each.at, some)) for each in found.values()]
        return stored

    def count(self) -> int:
        """How many samples are stored, damaged ones included."""
        with self._reading() as connection:
            files = catalogue.every(connection)
            total = int(connection.execute(select(func.coalesce(func.sum(samples.c.n), 0))).scalar_one())
            if not files:
                return total
            return total + sum(each.n for each in files) - self._counted_twice(connection, files)

    def _counted_twice(self, connection: Connection, files: Sequence[catalogue.Entry]) -> int:
        """Samples of groups that are in files already: such groups wait to be let go, or hold rows of other days."""
        first, last = files[0].day * DAY_US, (files[-1].day + 1) * DAY_US
        days = self._shelf.days(connection, first, last)
        newest = max(each.through for each in files)
        facts = select(samples.c.id, samples.c.n, samples.c.first_at, samples.c.last_at)
        twice = 0
        for group, n, begun, ended in connection.execute(
            facts.where(samples.c.id <= newest, samples.c.first_at < last, samples.c.last_at >= first)
        ).all():
            if day_of(begun) == day_of(ended):
                twice += n if days.holds(day_of(begun), group) else 0
            else:
                for _, batch in sound(connection, select(samples).where(samples.c.id == group), self._damage):
                    twice += len(batch) - len(days.hot(batch, group))
        return twice

    def windows(self, start: int, end: int, rows: int) -> Iterator[tuple[int, int]]:
        """Cut start <= at < end into stretches of about `rows` samples of all points, for reading piece by piece."""
        with self._reading() as connection:
            groups = sorted(
                [
                    (first_at, n)
                    for span in range(len(SPANS_US) + 1)
                    for first_at, n in connection.execute(
                        overlapping(select(samples.c.first_at, samples.c.n), span, start, end)
                    )
                ]
                + [piece for each in catalogue.every(connection) for piece in _spread(each, start, end, rows)]
            )
        begun, total = start, 0
        for first_at, n in groups:
            if total >= rows and first_at > begun:
                yield begun, first_at
                begun, total = first_at, 0
            total += n
        if total:
            yield begun, end

    def tiers(self) -> tuple[StoredTier, ...]:
        """Groups, cold files, then what is derived."""
        with self._reading() as connection:
            files = [each for each in catalogue.every(connection) if each.n]
            groups = connection.execute(
                select(
                    func.coalesce(func.sum(samples.c.n), 0),
                    func.coalesce(func.sum(func.length(samples.c.body) + _ROW_BYTES), 0),
                    func.min(samples.c.first_at),
                    func.max(samples.c.last_at),
                )
            ).one()
            cold = StoredTier(
                name="files",
                rows=sum(each.n for each in files),
                bytes=sum(each.size for each in files),
                oldest=min((each.first_at for each in files), default=None),
                newest=max((each.last_at for each in files), default=None),
                files=tuple(each.file for each in files),
            )
            derived = shelf.sizes(driver(connection))
        rows, size, oldest, newest = groups
        return (StoredTier(name="groups", rows=rows, bytes=size, oldest=oldest, newest=newest), cold, *derived)

    def check(self) -> tuple[Damaged, ...]:
        """Read every group there is, and every roll-up; the groups that are damaged. As long as the disk takes."""
        with self._reading() as connection:
            for _ in sound(connection, select(samples).order_by(samples.c.id), self._damage):
                pass
            check(driver(connection), self._damage)
        self._shelf.seen(self._reading, self._shelf.check)
        return self.damaged

    @property
    def damaged(self) -> tuple[Damaged, ...]:
        """Every damaged group met since the store was opened: what answers left out."""
        return self._damage.found()

    @property
    def damaged_rolled(self) -> dict[int, str]:
        """Points whose roll-ups were found damaged, and how that showed, until they are made again. Nothing is left
        out because of it: their groups answer."""
        return self._damage.rolled()

    def _samples(self, connection: Connection, asked: Sequence[int], start: int, end: int) -> dict[int, SampleBatch]:
        """Samples of each point that has any, by time, then order of storing."""
        found: dict[int, SampleBatch] = {}
        left = asked
        if len(asked) <= _FEW:
            found, left = self._derived(connection, asked, start, end, View.samples)
        if left:
            found |= self._without_leaves(connection, left, start, end)
        return {point: batch for point, batch in found.items() if len(batch)}

    def _without_leaves(
        self, connection: Connection, points: Sequence[int], start: int, end: int
    ) -> dict[int, SampleBatch]:
        """Samples of each point that has any, from cold files and groups alone."""
        wanted = Wanted(points)
        cold = self._shelf.days(connection, start, end).read(points, start, end)
        groups = self._groups(connection, wanted, start, end)
        return by_point([*cold, *_within(groups, wanted, start, end)])

    def _thinned(
        self, connection: Connection, asked: Sequence[int], start: int, end: int, buckets: int
    ) -> dict[int, Thinned]:
        destroyed = shelf.all_destroyed(driver(connection))
        tier = tier_for(start, end, buckets)
        # Where the fine ones are destroyed, the finest that is left answers.
        tier = next((each for each in TIERS[tier.id :] if destroyed.get(each.name, start) <= start), HOUR)
        raw_left = destroyed.get(RAW.name, start) <= start
        answers: dict[int, Thinned] = {}
        if tier is not RAW:
            grains, lost = self._derived(connection, asked, start, end, lambda view: view.grains(tier))
            grains |= self._grains_of_groups(lost, tier, start, end)
            many = {point: each for point, each in grains.items() if not raw_left or each.count.sum() > buckets}
            answers = {point: thin_grains(each, tier, point, start, end, buckets) for point, each in many.items()}
        left = [point for point in asked if point not in answers]
        found = self._samples(connection, left, start, end)
        return answers | {point: thin(batch, point, start, end, buckets) for point, batch in found.items()}

    def _derived(
        self, connection: Connection, asked: Sequence[int], start: int, end: int, get: Callable[[View], T]
    ) -> tuple[dict[int, T], list[int]]:
        """What `get` finds of each point, and the points only groups can answer for."""
        if not asked:
            return {}, []
        raw, wanted = driver(connection), Wanted(asked)
        mark = shelf.through(raw)
        far, parts = self._tail.after(raw, mark)
        newer = newest_of(parts, mark, wanted, start, end)
        if shelf.newest_group(raw) > far:
            newer += _within(self._groups(connection, wanted, start, end, after=far), wanted, start, end)
        recent = by_point(newer)
        mending = shelf.mending(raw)
        old = Old(self._shelf.days(connection, start, end), asked, self._damage.lost())
        found: dict[int, T] = {}
        for point in asked:
            if point in mending:
                continue
            try:
                found[point] = get(View(raw, point, start, end, mark=mark, newer=recent.get(point), old=old))
            except DamagedError as error:
                self._damage.note_rolled(point, str(error))
        return found, [point for point in asked if point not in found]

    def _grains_of_groups(self, points: Sequence[int], tier: Tier, start: int, end: int) -> dict[int, Grains]:
        """Grains of points whose roll-ups cannot be believed, read from their groups piece by piece."""
        parts: dict[int, list[Grains]] = {point: [] for point in points}
        for begun, ended in self.windows(start, end, _AT_ONCE) if points else ():
            with self._reading() as connection:
                found = self._without_leaves(connection, points, begun, ended)
            for point, batch in found.items():
                parts[point].append(rolled(batch, tier))
        return {point: join(grains) for point, grains in parts.items()}

    def _near(self, connection: Connection, points: NDArray[np.int32], times: NDArray[np.int64]) -> list[SampleBatch]:
        """The rows of the points at one of the times, from the groups around them and from cold files."""
        wanted = Wanted(points)
        seen: set[int] = set()
        stored: list[SampleBatch] = []
        for start, end in stretches(times):
            cold = self._shelf.days(connection, start, end).read(points.tolist(), start, end)
            stored += [each.where(np.isin(each.at, times)) for each in cold]
            for group, found in self._groups(connection, wanted, start, end):
                if group not in seen:
                    seen.add(group)
                    stored.append(found.where(wanted(found.point) & np.isin(found.at, times)))
        return stored

    def _groups(
        self, connection: Connection, wanted: Wanted, start: int, end: int, *, after: int = 0
    ) -> Iterator[tuple[int, SampleBatch]]:
        """Every sound group that may hold a wanted point in start <= at < end, with its id; without the rows of it in
        that time that are in cold files."""
        days = self._shelf.days(connection, start, end)
        asked = select(samples).where(samples.c.high_point >= wanted.low, samples.c.low_point <= wanted.high)
        if after:
            asked = asked.where(samples.c.id > after)
        for span in range(len(SPANS_US) + 1):
            for group, batch in sound(connection, overlapping(asked, span, start, end), self._damage):
                yield group, days.hot(batch, group)


def _within(groups: Iterable[tuple[int, SampleBatch]], wanted: Wanted, start: int, end: int) -> list[SampleBatch]:
    """The wanted rows of groups, in order of storing."""
    found = [
        (group, batch.where(wanted(batch.point) & (batch.at >= start) & (batch.at < end))) for group, batch in groups
    ]
    return [batch for _, batch in sorted(found, key=lambda each: each[0]) if len(batch)]


def _spread(entry: catalogue.Entry, start: int, end: int, rows: int) -> list[tuple[int, int]]:
    """The samples of a file as if they came evenly, in stretches of fewer than `rows`: (when one begins, how many)."""
    begun, ended = entry.first_at, entry.last_at
    if begun >= end or ended < start or not entry.n:
        return []
    stretches = min(-(-entry.n // max(rows // 2, 1)), ended - begun + 1)
    each = -(-entry.n // stretches)
    firsts = (begun + (ended - begun) * number // stretches for number in range(stretches))
    return [(max(first, start), each) for first in firsts if first < end]


def _asked(points: Sequence[int], start: int, end: int) -> list[int]:
    return sorted(set(points)) if start < end else []


def _batch(batches: Sequence[SampleBatch]) -> SampleBatch:
    empty = SampleBatch.of([], [], [], [], received_at=0, source="")
    return SampleBatch.join([empty, *batches])
