"""One process runs a site at a time; asking whether one does leaves no trace."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend.errors import ConfigError
from backend.site.lock import LOCK_FILE, SiteLock, is_running


def test_the_second_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    first = SiteLock(tmp_path)
    with pytest.raises(ConfigError) as refused:
        SiteLock(tmp_path)
    assert str(refused.value) == f"{tmp_path}: another Linepack process (number {os.getpid()}) already runs this site"
    assert (tmp_path / LOCK_FILE).read_text() == str(os.getpid())
    first.release()
    SiteLock(tmp_path).release()


def test_asking_makes_and_changes_nothing(tmp_path: Path) -> None:
    assert not is_running(tmp_path)
    assert list(tmp_path.iterdir()) == []
    lock = SiteLock(tmp_path)
    assert is_running(tmp_path)
    assert (tmp_path / LOCK_FILE).read_text() == str(os.getpid())
    lock.release()
    assert not is_running(tmp_path)


def test_released_it_leaves_an_empty_file_and_may_be_released_again(tmp_path: Path) -> None:
    lock = SiteLock(tmp_path)
    lock.release()
    lock.release()
    assert (tmp_path / LOCK_FILE).read_bytes() == b""


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        SiteLock(tmp_path / "gone")
