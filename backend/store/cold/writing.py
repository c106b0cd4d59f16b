"""Write one cold file: rows sorted by point, then time, a few points at a time."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import SampleBatch
from backend.store.cold import footer, pages
from backend.store.cold.columns import numbered
from backend.store.cold.layout import BLOCK, COLUMNS, MAGIC, MIXED, ROOT, Written, digest_of, sum_of
from backend.store.rolled.ordering import each_point, rows_of

MOST_ROWS: Final = 16_384
"""Rows of a block at most: a longer point has several."""
FEW_ROWS: Final = 1024
"""Points with fewer rows share a block until it has so many."""
GROUP_BLOCKS: Final = 64
GROUP_ROWS: Final = 131_072
_MASK: Final = (1 << 64) - 1


class FileWriter:
    """`add` in order of point, then `finish`; what was written counts only after that. Raises OSError."""

    def __init__(self, file: Path, notes: Mapping[str, str]) -> None:
        """Begins a new file that only its owner may read. notes: told to whoever reads the footer."""
        self._stream = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._notes = dict(notes)
        self._summed = hashlib.sha256()
        self._at = 0
        self._groups: list[footer.RowGroup] = []
        self._root: list[NDArray[Any]] = []
        self._small: list[SampleBatch] = []
        self._blocks: list[SampleBatch] = []
        self._n = self.points = self._sum = 0
        self._last_point = -1
        self._first_at, self._last_at = 2**63 - 1, -(2**63)
        self._put(MAGIC)

    def add(self, batch: SampleBatch) -> None:
        """Rows by point, then time; every point higher than those before, and whole."""
        for each in each_point(batch):
            point = int(each.point[0])
            if point <= self._last_point:
                raise ValueError("points must come in order")
            self._last_point = point
            self.points += 1
            self._take(each)

    def finish(self) -> Written:
        """Write what is left, flush it to the disk and close."""
        self._close_small()
        self._flush()
        root = np.concatenate([np.zeros(0, ROOT), *self._root]).tobytes()
        notes = {**self._notes, "linepack.root": base64.b64encode(root).decode()}
        tail = footer.footer(self._groups, self._n, notes)
        self._put(tail + len(tail).to_bytes(4, "little") + MAGIC)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        return Written(
            size=self._at,
            n=self._n,
            points=self.points,
            first_at=self._first_at,
            last_at=self._last_at,
            sum=self._sum,
            digest=self._summed.digest(),
            root=root,
        )

    def close(self) -> None:
        """Leave off; harmless after `finish`."""
        self._stream.close()

    def _take(self, batch: SampleBatch) -> None:
        self._n += len(batch)
        self._first_at = min(self._first_at, int(batch.at[0]))
        self._last_at = max(self._last_at, int(batch.at[-1]))
        self._sum = self._sum + sum_of(batch.point, batch.at, batch.value, batch.quality) & _MASK
        if len(batch) < FEW_ROWS:
            self._small.append(batch)
            if sum(map(len, self._small)) >= FEW_ROWS:
                self._close_small()
            return
        self._close_small()
        for start in range(0, len(batch), MOST_ROWS):
            self._block(rows_of(batch, slice(start, start + MOST_ROWS)))

    def _close_small(self) -> None:
        if self._small:
            some, self._small = SampleBatch.join(self._small), []
            self._block(some)

    def _block(self, batch: SampleBatch) -> None:
        self._blocks.append(batch)
        if len(self._blocks) >= GROUP_BLOCKS or sum(map(len, self._blocks)) >= GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        blocks, self._blocks = self._blocks, []
        if not blocks:
            return
        directory = np.zeros(len(blocks), BLOCK)
        made = [list(_pages(batch, entry)) for batch, entry in zip(blocks, _entries(directory), strict=True)]
        columns = [[each[place] for each in made] for place in range(len(COLUMNS))]
        sizes = tuple(sum(len(found) for found, _ in column) for column in columns)
        begun = self._at
        content = b"".join(found for column in columns for found, _ in column)
        catalogue = pages.squeezed(directory.tobytes())
        rows = sum(map(len, blocks))
        low, high = int(directory["low"].min()), int(directory["high"].max())
        record = np.zeros(1, ROOT)
        record[0] = (low, high, rows, len(content), len(catalogue), begun, 0)
        record["digest"][0] = np.frombuffer(digest_of(content + catalogue), np.uint8)
        self._root.append(record)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]) + begun
        self._groups.append(
            footer.RowGroup(
                rows=rows,
                offsets=tuple(starts.tolist()),
                sizes=sizes,
                plain=tuple(sum(plain for _, plain in column) for column in columns),
                points=(low, high),
                times=(int(directory["first_at"].min()), int(directory["last_at"].max())),
            )
        )
        self._put(content + catalogue)

    def _put(self, content: bytes) -> None:
        self._stream.write(content)
        self._summed.update(content)
        self._at += len(content)


def _entries(directory: NDArray[Any]) -> Iterator[NDArray[Any]]:
    return (directory[place : place + 1] for place in range(len(directory)))


def _pages(batch: SampleBatch, entry: NDArray[Any]) -> Iterator[tuple[bytes, int]]:
    """The page of each column, in order; `entry` is filled in."""
    n = len(batch)
    there, numbers, decimals = _numbered(batch)
    kept = pages.levels(there)
    values = batch.value[~there]
    contents = {
        "point": pages.deltas(batch.point.astype(np.int64)),
        "time_utc": pages.deltas(batch.at),
        "number": kept + pages.deltas(numbers),
        "decimals": pages.deltas(decimals),
        "value": pages.levels(~there) + pages.split(values),
        "quality": pages.deltas(batch.quality.astype(np.int64)),
    }
    entry["low"], entry["high"], entry["rows"] = int(batch.point[0]), int(batch.point[-1]), n
    entry["numbers"] = len(numbers)
    entry["first_at"], entry["last_at"] = int(batch.at.min()), int(batch.at.max())
    entry["decimals"], entry["quality"] = _one_of(decimals), _one_of(batch.quality)
    for place, name in enumerate(COLUMNS):
        made = pages.page(contents[name], n, footer.encoding_of(name))
        entry["sizes"][0, place] = len(made[0])
        yield made


def _numbered(batch: SampleBatch) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """Which rows have a number, the numbers, and the decimals of every row; each point has its own."""
    cuts = [0, *(np.flatnonzero(np.diff(batch.point)) + 1).tolist(), len(batch)]
    found = [numbered(batch.value[start:end]) for start, end in pairwise(cuts)]
    there = np.concatenate([each[0] for each in found])
    numbers = np.concatenate([each[1] for each in found])
    decimals = np.repeat(np.array([each[2] for each in found], np.int64), np.diff(cuts))
    return there, numbers, decimals


def _one_of(column: NDArray[Any]) -> int:
    return int(column[0]) if (column == column[0]).all() else MIXED
