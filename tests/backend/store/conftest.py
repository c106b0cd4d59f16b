"""A store of its own for each test, on both databases: SQLite in a new folder, PostgreSQL in a new database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.audit import seal
from backend.store import Store
from tests.support.clock import ManualClock
from tests.support.server import Server
from tests.support.stored import url_of


@pytest.fixture
def clock() -> ManualClock:
    """The store's time."""
    return ManualClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store's database is."""
    return tmp_path / "linepack.db"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on both databases, unless it is about the file."""
    on_file = "file" in metafunc.fixturenames or metafunc.definition.get_closest_marker("on_file") is not None
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", KINDS[:1] if on_file else KINDS)


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """A database with the tables of a live site, to be copied: making them takes longer than most tests."""
    name = server.new_database()
    Store.create(server.url(name), site="linjiang", mode="live", clock=ManualClock(), seal=seal).close()
    return name


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest) -> str:
    """Where the store is to be."""
    return MAKERS[kind](request)


def _in_a_file(folder: Path) -> str:
    url = url_of(folder / "linepack.db")
    Store.create(url, site="linjiang", mode="live", clock=ManualClock(), seal=seal).close()
    return url


def _on_a_server(request: pytest.FixtureRequest) -> str:
    server: Server = request.getfixturevalue("server")
    return server.url(server.new_database(request.getfixturevalue("template")))


MAKERS: dict[str, Callable[[pytest.FixtureRequest], str]] = {
    "sqlite": lambda request: _in_a_file(request.getfixturevalue("tmp_path")),
    "postgresql": _on_a_server,
}
SHARED_MAKERS: dict[str, Callable[[pytest.FixtureRequest, pytest.TempPathFactory], str]] = {
    "sqlite": lambda request, folders: _in_a_file(folders.mktemp("shared")),
    "postgresql": lambda request, folders: _on_a_server(request),
}
KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="module", params=KINDS)
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a store is that the tests of a module share."""
    return SHARED_MAKERS[request.param](request, tmp_path_factory)


@pytest.fixture
def opened(url: str, clock: ManualClock) -> Iterator[Callable[[], Store]]:
    """Open the store, again and again."""
    stores: list[Store] = []
    before = set(threading.enumerate())

    def open_it() -> Store:
        stores.append(Store.open(url, site="linjiang", mode="live", clock=clock, seal=seal))
        return stores[-1]

    yield open_it
    for each in stores:
        each.close()
    assert not {thread for thread in threading.enumerate() if thread.name == "writer"} - before


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    """A new store of a live site."""
    return opened()
