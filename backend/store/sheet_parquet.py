"""Write rows as Parquet (zstd) through DuckDB. Programs read it, so texts stay as they are and times are timestamps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from backend.errors import StoreError
from backend.store.sheet import Block, Column

# Nothing is ever fetched from the network.
_OPTIONS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class ParquetSheet:
    """A Parquet file being written; rows wait in a scratch file beside it."""

    def __init__(self, file: Path, title: str, columns: Sequence[Column]) -> None:
        self._file = file
        self._columns = columns
        self._scratch = file.with_name(f"{file.name}.rows")
        self._unlink()
        declared = ", ".join(f'"{column.name}" {column.kind}' for column in columns)
        with self._in_words():
            self._database = duckdb.connect(self._scratch, config=_OPTIONS)
            self._database.execute(f"CREATE TABLE stored ({declared})")

    def add(self, block: Block) -> None:
        """Add rows."""
        arrays = {column.name: array for column, array in zip(self._columns, block, strict=True)}
        with self._in_words():
            self._database.register("block", arrays)
            self._database.execute("INSERT INTO stored SELECT * FROM block")
            self._database.unregister("block")

    def finish(self) -> None:
        """Write the file and close."""
        try:
            with self._in_words():
                self._database.execute("COPY stored TO ? (FORMAT parquet, COMPRESSION zstd)", [str(self._file)])
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close and leave no scratch file."""
        self._database.close()
        self._unlink()

    def _unlink(self) -> None:
        for each in (self._scratch, self._scratch.with_name(f"{self._scratch.name}.wal")):
            each.unlink(missing_ok=True)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise StoreError("{file} cannot be written: {reason}.", file=self._file, reason=error) from error
