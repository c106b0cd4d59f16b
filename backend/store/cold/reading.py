"""Read a cold file back: the row groups that may hold what is asked, each believed only when its digest is right."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import SampleBatch
from backend.store.blob import DamagedError
from backend.store.cold import pages
from backend.store.cold.columns import values_of
from backend.store.cold.layout import BLOCK, COLUMNS, MIXED, ROOT, digest_of
from backend.store.rolled.ordering import between, rows_of

_CHUNK: Final = 1 << 20
_PLACE: Final = {name: place for place, name in enumerate(COLUMNS)}


class MissingError(Exception):
    """There is no file of that name."""


class OpenFile:
    """A cold file, open for reading. Raises MissingError, DamagedError or OSError."""

    def __init__(self, file: Path, *, size: int, root: NDArray[Any]) -> None:
        try:
            self._handle = os.open(file, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        except FileNotFoundError as error:
            raise MissingError(file.name) from error
        self._root = root
        if os.fstat(self._handle).st_size != size:
            self.close()
            raise DamagedError("it is not as long as it was")

    def __enter__(self) -> OpenFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        os.close(self._handle)

    def groups(self) -> int:
        """How many row groups there are."""
        return len(self._root)

    def span(self, group: int) -> tuple[int, int]:
        """The lowest and highest point of a row group."""
        return int(self._root["low"][group]), int(self._root["high"][group])

    def rows(self, group: int) -> int:
        """How many rows a row group has."""
        return int(self._root["rows"][group])

    def holding(self, points: NDArray[np.int32] | None) -> list[int]:
        """The row groups that may hold one of the points (rising), or all."""
        if points is None:
            return list(range(len(self._root)))
        return np.flatnonzero(_between(points, self._root["low"], self._root["high"])).tolist()

    def read(self, group: int, points: NDArray[np.int32] | None, start: int, end: int) -> Iterator[SampleBatch]:
        """What a row group holds of the points (rising), or of all, in start <= at < end (µs UTC)."""
        record = self._root[group]
        size, behind = int(record["pages"]), int(record["directory"])
        content = os.pread(self._handle, size + behind, int(record["offset"]))
        if digest_of(content) != record["digest"].tobytes():
            raise DamagedError("its digest does not match")
        try:
            directory = np.frombuffer(pages.stretched(content[size:]), BLOCK)
            yield from _blocks(content, directory, points, start, end)
        except (ValueError, IndexError, KeyError) as error:
            raise DamagedError(f"its pages cannot be read ({error})") from error

    def digest(self) -> bytes:
        """SHA-256 of all of it."""
        summed, at = hashlib.sha256(), 0
        while chunk := os.pread(self._handle, _CHUNK, at):
            summed.update(chunk)
            at += len(chunk)
        return summed.digest()


def root_of(content: bytes) -> NDArray[Any]:
    """The records of a root. Raises ValueError for other bytes."""
    return np.frombuffer(content, ROOT)


def _between(points: NDArray[np.int32], low: NDArray[Any], high: NDArray[Any]) -> NDArray[np.bool_]:
    """For each stretch whether one of the points (rising) is in it."""
    # Searched in one kind: otherwise every search would convert the points anew.
    begun = np.searchsorted(points, np.ascontiguousarray(low, np.int32))
    ended = np.searchsorted(points, np.ascontiguousarray(high, np.int32), side="right")
    found: NDArray[np.bool_] = ended > begun
    return found


def _blocks(
    content: bytes, directory: NDArray[Any], points: NDArray[np.int32] | None, start: int, end: int
) -> Iterator[SampleBatch]:
    sizes = directory["sizes"].astype(np.int64)
    # All pages of a column stand together, column after column.
    ends = np.cumsum(sizes.T.reshape(-1)).reshape(len(COLUMNS), -1).T
    begins = ends - sizes
    wanted = (directory["first_at"] < end) & (directory["last_at"] >= start)
    if points is not None:
        wanted &= _between(points, directory["low"], directory["high"])
    for place in np.flatnonzero(wanted).tolist():
        entry = directory[place]
        low, high = int(entry["low"]), int(entry["high"])
        block = _Block(content, entry, begins[place], ends[place])
        batch = block.batch()
        if low == high:
            batch = rows_of(batch, between(batch.at, start, end))
        else:
            keep = (batch.at >= start) & (batch.at < end)
            batch = batch.where(keep if points is None else keep & np.isin(batch.point, points))
        if len(batch):
            yield batch


class _Block:
    def __init__(self, content: bytes, entry: Any, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        self._content = content
        self._entry = entry
        self._begins = begins
        self._ends = ends
        self._n = int(entry["rows"])

    def batch(self) -> SampleBatch:
        entry, n = self._entry, self._n
        low, high = int(entry["low"]), int(entry["high"])
        return SampleBatch(
            point=np.full(n, low, np.int32) if low == high else self._ints("point").astype(np.int32),
            at=self._ints("time_utc"),
            value=self._values(),
            quality=self._one_or_ints("quality").astype(np.uint8),
            received_at=0,
            source="",
        )

    def _values(self) -> NDArray[np.float64]:
        entry, n = self._entry, self._n
        with_number = int(entry["numbers"])
        if with_number == n:
            one = int(entry["decimals"])
            numbers = self._numbers(n)
            return values_of(numbers, one if one != MIXED else self._ints("decimals"))
        there, content = pages.read_levels(self._page("value"), n)
        others = pages.read_split(content, n - with_number)
        if not with_number:
            return others
        if int(there.sum()) != n - with_number:
            raise ValueError("a page holds another number of values")
        values = np.empty(n, np.float64)
        values[there] = others
        decimals = self._one_or_ints("decimals")[~there]
        values[~there] = values_of(self._numbers(with_number), decimals)
        return values

    def _numbers(self, n: int) -> NDArray[np.int64]:
        _, content = pages.read_levels(self._page("number"), self._n)
        return pages.read_deltas(content, n)

    def _one_or_ints(self, name: str) -> NDArray[np.int64]:
        one = int(self._entry[name])
        return np.full(self._n, one, np.int64) if one != MIXED else self._ints(name)

    def _ints(self, name: str) -> NDArray[np.int64]:
        return pages.read_deltas(self._page(name), self._n)

    def _page(self, name: str) -> bytes:
        place = _PLACE[name]
        return pages.content_of(self._content[self._begins[place] : self._ends[place]])
