"""The base map of a site: the newest MBTiles file in its `tiles` folder, or none. Plain Python."""

from __future__ import annotations

import logging
from pathlib import Path

from app.formats import shown
from app.texts import _
from widgets.maps.tiles import Tiles, TilesError, newest

FOLDER = "tiles"
_log = logging.getLogger(__name__)


def open_tiles(site: Path) -> Tiles | None:
    """The site's tiles; None where there are none that can be read, which is logged once."""
    file = newest(site / FOLDER)
    if file is None:
        return None
    try:
        return Tiles(file)
    except TilesError as error:
        _log.warning("no base map: %s", error)
        return None


def ground_words(tiles: Tiles | None) -> str:
    """What the header says of the base map."""
    if tiles is None:
        return _("no base map tiles")
    if not tiles.info.date:
        return _("base map {name}, offline").format(name=shown(tiles.info.name, 24))
    return _("base map {date}, offline").format(date=shown(tiles.info.date, 10))
