"""Stored samples by point and time, and whether exactly these samples are stored already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, func, select

from backend.model.sample import SampleBatch
from backend.model.trend import Thinned
from backend.store.blob import SPANS_US, DamagedError
from backend.store.connections import driver
from backend.store.groups import Damage, Damaged, sound
from backend.store.matching import contained, stretches
from backend.store.rolled import shelf
from backend.store.rolled.checking import check
from backend.store.rolled.grains import RAW, Grains, Tier, join, rolled
from backend.store.rolled.ordering import by_point
from backend.store.rolled.tail import Tail
from backend.store.rolled.view import View, newest_of
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
_SHORT_US: Final = 60_000_000
"""Of so short a time there are few groups, and they are quicker than what is sorted by point."""


class History:
    """Questions about stored samples. Any thread; no answer contains a group that was damaged."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]], damage: Damage, tail: Tail) -> None:
        self._reading = reading
        self._damage = damage
        self._tail = tail

    def read(self, points: Sequence[int], start: int, end: int) -> SampleBatch:
        """Samples of `points` with start <= at < end (µs UTC), sorted by point, then at, then order of storing.

        Groups found damaged are left out; `damaged` names them. `received_at` and `source` tell nothing.
        """
        with self._reading() as connection:
            found = self._samples(connection, _asked(points, start, end), start, end)
        joined = _batch([found[point] for point in sorted(found)])
        return replace(joined, received_at=0, source="")

    def thinned(self, points: Sequence[int], start: int, end: int, buckets: int) -> tuple[Thinned, ...]:
        """One answer per point, in the order asked: its samples with start <= at < end (µs UTC) as at most `buckets`
        equal stretches, made from the coarsest roll-ups that are fine enough; where there are no more samples than
        buckets, the samples themselves."""
        tier = tier_for(start, end, buckets)
        asked = _asked(points, start, end)
        answers: dict[int, Thinned] = {}
        with self._reading() as connection:
            if tier is not RAW:
                grains, lost = self._derived(connection, asked, start, end, lambda view: view.grains(tier))
                grains |= self._grains_of_groups(lost, tier, start, end)
                many = {point: each for point, each in grains.items() if each.count.sum() > buckets}
                answers = {point: thin_grains(each, tier, point, start, end, buckets) for point, each in many.items()}
            left = [point for point in asked if point not in answers]
            found = self._samples(connection, left, start, end)
        nothing = _batch([])
        for point in set(points) - answers.keys():
            answers[point] = thin(found.get(point, nothing), point, start, end, buckets)
        return tuple(answers[point] for point in points)

    def first_at(self, point: int) -> int | None:
        """When the history of a point begins (µs UTC), or a little before that; None when it has none."""
        with self._reading() as connection:
            raw = driver(connection)
            mark = shelf.through(raw)
            after = 0 if point in shelf.mending(raw) else mark
            begun = [] if after < mark else shelf.begins(raw, point, mark)
            grouped = select(func.min(samples.c.first_at)).where(
                samples.c.id > after, samples.c.low_point <= point, samples.c.high_point >= point
            )
            first = connection.execute(grouped).scalar_one()
        return min([*begun, *([] if first is None else [int(first)])], default=None)

    def contains(self, batch: SampleBatch) -> NDArray[np.bool_]:
        """For each row of `batch` whether its very (point, at, value), bit for bit, is stored; shape (n,)."""
        if not len(batch):
            return np.zeros(0, np.bool_)
        points, times = np.unique(batch.point), np.unique(batch.at)
        stored: list[SampleBatch] = []
        with self._reading() as connection:
            if len(points) <= _ONE_DEVICE and times[-1] - times[0] > _SHORT_US:
                for some in np.split(times, np.flatnonzero(np.diff(times // _BLOCK_US)) + 1):
                    found = self._samples(connection, points.tolist(), int(some[0]), int(some[-1]) + 1)
                    stored += [each.where(np.isin(each.at, some)) for each in found.values()]
            else:
                stored = self._near(connection, Wanted(points), times)
        return contained(batch, _batch(stored))

    def count(self) -> int:
        """How many samples are stored, damaged ones included."""
        with self._reading() as connection:
            return int(connection.execute(select(func.coalesce(func.sum(samples.c.n), 0))).scalar_one())

    def windows(self, start: int, end: int, rows: int) -> Iterator[tuple[int, int]]:
        """Cut start <= at < end into stretches of about `rows` samples of all points, for reading piece by piece."""
        with self._reading() as connection:
            groups = sorted(
                (first_at, n)
                for span in range(len(SPANS_US) + 1)
                for first_at, n in connection.execute(
                    _overlapping(select(samples.c.first_at, samples.c.n), span, start, end)
                )
            )
        begun, total = start, 0
        for first_at, n in groups:
            if total >= rows and first_at > begun:
                yield begun, first_at
                begun, total = first_at, 0
            total += n
        if total:
            yield begun, end

    def check(self) -> tuple[Damaged, ...]:
        """Read every group there is, and every roll-up; the groups that are damaged. As long as the disk takes."""
        with self._reading() as connection:
            for _ in sound(connection, select(samples).order_by(samples.c.id), self._damage):
                pass
            check(driver(connection), self._damage)
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
            wanted = Wanted(left)
            groups = self._groups(connection, wanted, start, end)
            found |= by_point(_within(groups, wanted, start, end))
        return {point: batch for point, batch in found.items() if len(batch)}

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
        found: dict[int, T] = {}
        for point in asked:
            if point in mending:
                continue
            try:
                found[point] = get(View(raw, point, start, end, mark=mark, newer=recent.get(point)))
            except DamagedError as error:
                self._damage.note_rolled(point, str(error))
        return found, [point for point in asked if point not in found]

    def _grains_of_groups(self, points: Sequence[int], tier: Tier, start: int, end: int) -> dict[int, Grains]:
        """Grains of points whose roll-ups cannot be believed, read from their groups piece by piece."""
        parts: dict[int, list[Grains]] = {point: [] for point in points}
        for begun, ended in self.windows(start, end, _AT_ONCE) if points else ():
            wanted = Wanted(points)
            with self._reading() as connection:
                found = by_point(_within(self._groups(connection, wanted, begun, ended), wanted, begun, ended))
            for point, batch in found.items():
                parts[point].append(rolled(batch, tier))
        return {point: join(grains) for point, grains in parts.items()}

    def _near(self, connection: Connection, wanted: Wanted, times: NDArray[np.int64]) -> list[SampleBatch]:
        """The wanted rows at one of the times, from the groups around them."""
        seen: set[int] = set()
        stored: list[SampleBatch] = []
        for start, end in stretches(times):
            for group, found in self._groups(connection, wanted, start, end):
                if group not in seen:
                    seen.add(group)
                    stored.append(found.where(wanted(found.point) & np.isin(found.at, times)))
        return stored

    def _groups(
        self, connection: Connection, wanted: Wanted, start: int, end: int, *, after: int = 0
    ) -> Iterator[tuple[int, SampleBatch]]:
        """Every sound group that may hold a wanted point in start <= at < end, with its id."""
        asked = select(samples).where(samples.c.high_point >= wanted.low, samples.c.low_point <= wanted.high)
        if after:
            asked = asked.where(samples.c.id > after)
        for span in range(len(SPANS_US) + 1):
            yield from sound(connection, _overlapping(asked, span, start, end), self._damage)


def _within(groups: Iterable[tuple[int, SampleBatch]], wanted: Wanted, start: int, end: int) -> list[SampleBatch]:
    """The wanted rows of groups, in order of storing."""
    found = [
        (group, batch.where(wanted(batch.point) & (batch.at >= start) & (batch.at < end))) for group, batch in groups
    ]
    return [batch for _, batch in sorted(found, key=lambda each: each[0]) if len(batch)]


def _asked(points: Sequence[int], start: int, end: int) -> list[int]:
    return sorted(set(points)) if start < end else []


def _overlapping(asked: Select[Any], span: int, start: int, end: int) -> Select[Any]:
    """Groups of one class of span that cover some of start <= at < end."""
    asked = asked.where(samples.c.span == span, samples.c.first_at < end, samples.c.last_at >= start)
    # The one condition the index can start from; the widest class has none.
    return asked.where(samples.c.first_at >= start - SPANS_US[span]) if span < len(SPANS_US) else asked


def _batch(batches: Sequence[SampleBatch]) -> SampleBatch:
    empty = SampleBatch.of([], [], [], [], received_at=0, source="")
    return SampleBatch.join([empty, *batches])
