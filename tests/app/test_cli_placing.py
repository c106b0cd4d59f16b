"""Files and a transaction: all in place, or all as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.placing import placed
from backend.errors import ConfigError, StoreError
from tests.support.command_line import contents


def test_new_and_old_files_are_there_with_their_content(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"before")
    with placed({tmp_path / "old": b"after", tmp_path / "new": b"fresh"}):
        assert (tmp_path / "old").read_bytes() == b"after"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"old": b"after", "new": b"fresh"}


def test_a_transaction_that_fails_takes_them_back(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"before")
    with pytest.raises(StoreError, match="disk is full"), placed({tmp_path / "old": b"x", tmp_path / "new": b"y"}):
        raise StoreError("the disk is full")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"old": b"before"}


@pytest.mark.parametrize("fails_at", range(1, 5))
def test_a_disk_that_fails_at_any_step_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """Two files synced, two put in place."""
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"before")
    before = contents(tmp_path)
    steps = iter(range(1, 100))
    outcomes = {True: _no_space, False: lambda: None}

    def failing(works: Callable[..., None]) -> Callable[..., None]:
        def step(*arguments: object) -> None:
            outcomes[next(steps) == fails_at]()
            works(*arguments)

        return step

    monkeypatch.setattr(os, "fsync", failing(os.fsync))
    monkeypatch.setattr(os, "replace", failing(os.replace))
    with pytest.raises(ConfigError, match="No space left"), placed({tmp_path / "a": b"x", tmp_path / "b": b"y"}):
        pytest.fail("the body must not run")
    assert contents(tmp_path) == before


def _no_space() -> None:
    raise OSError(28, "No space left on device", "a")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file or directory"), placed({tmp_path / "gone" / "a": b"x"}):
        pytest.fail("the body must not run")
    assert contents(tmp_path) == {}
