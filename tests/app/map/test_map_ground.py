"""The base map of a site: the newest MBTiles of its `tiles` folder, served as it is; without one plain land."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from app.pages.map.ground import FOLDER, ground_words, open_tiles
from tests.widgets.maps.conftest import PIXEL, mbtiles
from widgets.maps.shelf import Shelf


def test_the_newest_file_of_the_site_is_served_and_its_date_said(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    old, new = mbtiles(folder / "old.mbtiles"), mbtiles(folder / "new.mbtiles", date="2026-01-15")
    os.utime(old, (1, 1))
    os.utime(new, (2, 2))
    tiles = open_tiles(tmp_path)
    assert tiles is not None
    assert ground_words(tiles) == "base map 2026-01-15, offline"
    assert Shelf(tiles=tiles).find("tiles/3/6/3.png") == (b"image/png", PIXEL)
    tiles.close()


def test_a_site_without_tiles_has_plain_land(tmp_path: Path) -> None:
    assert open_tiles(tmp_path) is None
    assert ground_words(None) == "no base map tiles"


@pytest.mark.expects_warnings
def test_a_file_that_is_no_base_map_is_said_and_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "broken.mbtiles").write_bytes(b"no database")
    with caplog.at_level(logging.WARNING):
        assert open_tiles(tmp_path) is None
    assert "broken.mbtiles" in caplog.text


def test_a_name_from_a_file_is_shown_literally(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    mbtiles(tmp_path / FOLDER / "city.mbtiles", name="<b>evil</b>\u202e")
    tiles = open_tiles(tmp_path)
    assert tiles is not None
    assert ground_words(tiles) == "base map <b>evil</b>\\u202e, offline"
    tiles.close()
