"""A store in a folder of its own for each test, closed at its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.audit import seal
from backend.store import Store
from tests.support.clock import ManualClock
from tests.support.stored import url_of


@pytest.fixture
def clock() -> ManualClock:
    """The store's time."""
    return ManualClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store's database is."""
    return tmp_path / "linepack.db"


@pytest.fixture
def opened(file: Path, clock: ManualClock) -> Iterator[Callable[[], Store]]:
    """Make the store the first time, open it again after that."""
    stores: list[Store] = []
    before = set(threading.enumerate())

    def open_or_create() -> Store:
        make = (Store.create, Store.open)[file.exists()]
        stores.append(make(url_of(file), site="linjiang", mode="live", clock=clock, seal=seal))
        return stores[-1]

    yield open_or_create
    for each in stores:
        each.close()
    assert not {thread for thread in threading.enumerate() if thread.name == "writer"} - before


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    """A new store of a live site."""
    return opened()
