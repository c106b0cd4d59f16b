"""Everything the map's page may ask for, by the path in its URL: our files, Leaflet's, fonts, sprites, tiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice
from PySide6.QtGui import QImageWriter

from widgets.maps.sprites import Atlas
from widgets.maps.tiles import Tiles

INDEX: Final = "index.html"
_KINDS: Final = {
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".png": b"image/png",
    ".ttf": b"font/ttf",
    ".otf": b"font/otf",
}
_LEAFLET: Final = frozenset({"leaflet.js", "leaflet.css"})
_CHANNEL: Final = ":/qtwebchannel/qwebchannel.js"

Answer = tuple[bytes, bytes]
"""Media type and content."""


@dataclass(slots=True)
class Shelf:
    """Answers paths; whatever is not on it does not exist."""

    html: str = ""
    script: str = ""
    atlas: Atlas | None = None
    tiles: Tiles | None = None

    def find(self, path: str) -> Answer | None:
        """The answer to a path without its leading slash; None = there is nothing."""
        name = PurePosixPath(path)
        if ".." in name.parts:
            return None
        finder = self._folders().get(name.parts[0] if len(name.parts) > 1 else "", _nothing)
        return finder(name)

    def _folders(self) -> dict[str, Callable[[PurePosixPath], Answer | None]]:
        return {"": self._file, "fonts": _font, "atlas": self._atlas, "tiles": self._tile}

    def _file(self, name: PurePosixPath) -> Answer | None:
        made = {INDEX: self.html, "map.js": self.script}
        if name.name in made:
            return _KINDS[name.suffix], made[name.name].encode()
        if name.name in _LEAFLET:
            return _KINDS[name.suffix], _leaflet(name.name)
        if name.name == "qwebchannel.js":
            return _KINDS[name.suffix], _channel()
        return _asset("map", name)

    def _atlas(self, _name: PurePosixPath) -> Answer | None:
        if self.atlas is None:
            return None
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(self.atlas.image)
        return _KINDS[".png"], bytes(content.data())

    def _tile(self, name: PurePosixPath) -> Answer | None:
        numbers = [*name.parts[1:-1], name.stem]
        if self.tiles is None or len(numbers) != 3 or not all(number.isdecimal() for number in numbers):
            return None
        zoom, column, row = map(int, numbers)
        return self.tiles.tile(zoom, column, row)


def _nothing(_name: PurePosixPath) -> None:
    return None


def _font(name: PurePosixPath) -> Answer | None:
    return _asset("fonts", PurePosixPath(name.name)) if name.suffix in (".ttf", ".otf") else None


def _asset(folder: str, name: PurePosixPath) -> Answer | None:
    file = files("assets") / folder / name.name
    kind = _KINDS.get(name.suffix)
    return (kind, file.read_bytes()) if kind is not None and file.is_file() else None


@cache
def _leaflet(name: str) -> bytes:
    """Leaflet as its Python package brings it."""
    return (files("xstatic.pkg.leaflet") / "data" / name).read_bytes()


@cache
def _channel() -> bytes:
    """Qt's own end of the web channel, a resource of its library."""
    import PySide6.QtWebChannel  # noqa: F401

    file = QFile(_CHANNEL)
    file.open(QIODevice.OpenModeFlag.ReadOnly)
    return bytes(file.readAll().data())
