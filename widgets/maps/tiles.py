"""Base map tiles from an MBTiles file (MBTiles 1.3, SQLite): read only, rows counted from the south as TMS does."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SIGNATURES: Final = (
    (b"\x89PNG", b"image/png"),
    (b"\xff\xd8", b"image/jpeg"),
    (b"RIFF", b"image/webp"),
)


class TilesError(ValueError):
    """The file is no MBTiles base map; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TilesInfo:
    """What the file says of itself. date: as in its `version`, `date` or `timestamp` entry, else of the file."""

    name: str
    date: str
    zooms: tuple[int, int]


class Tiles:
    """One open file; GUI thread only."""

    def __init__(self, file: Path) -> None:
        """Raises TilesError when the file has no tiles that can be drawn."""
        self._base: sqlite3.Connection | None = None
        try:
            self._base = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            told = dict(self._base.execute("SELECT name, value FROM metadata"))
            nearest = self._base.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        except sqlite3.Error as error:
            self.close()
            raise TilesError(f"{file.name}: {error}") from error
        if nearest[0] is None or told.get("format", "png") not in ("png", "jpg", "jpeg", "webp"):
            self.close()
            raise TilesError(f"{file.name}: has no picture tiles")
        date = next((str(told[key]) for key in ("date", "timestamp") if told.get(key)), "")
        self.info = TilesInfo(
            name=str(told.get("name", file.stem)), date=date[:10], zooms=(int(nearest[0]), int(nearest[1]))
        )

    def tile(self, zoom: int, column: int, row: int) -> tuple[bytes, bytes] | None:
        """(media type, picture) of the tile with row counted from the north; None where there is none."""
        if self._base is None or not 0 <= row < 2**zoom:
            return None
        found = self._base.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (zoom, column, 2**zoom - 1 - row),
        ).fetchone()
        if found is None:
            return None
        picture = bytes(found[0])
        kind = next((kind for start, kind in _SIGNATURES if picture.startswith(start)), b"application/octet-stream")
        return kind, picture

    def close(self) -> None:
        """Let go of the file."""
        if self._base is not None:
            with contextlib.suppress(sqlite3.Error):
                self._base.close()
            self._base = None


def newest(folder: Path) -> Path | None:
    """The newest *.mbtiles of a folder, by the file's own time; None where there is none."""
    files = list(folder.glob("*.mbtiles")) if folder.is_dir() else []
    return max(files, key=lambda file: file.stat().st_mtime, default=None)
