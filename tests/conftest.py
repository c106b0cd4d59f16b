"""What every test stands under: no thread left behind, no warning logged, no socket off loopback."""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from argon2.profiles import CHEAPEST
from hypothesis import settings

from backend.access import passwords

if TYPE_CHECKING:
    from tests.support.server import Server

# A shared machine may starve a test for a while: correctness is checked here, speed in tests/bench.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

# A third of a second for each of a thousand sign-ins; tests/backend/access/test_access_passwords.py has the real one.
passwords.STRENGTH = CHEAPEST

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

_off_loopback: list[str] = []
_OUR_THREADS = frozenset({"core", "field", "writer", "horn", "mqtt", "rollup", "worker"})


def _watch_sockets(event: str, arguments: tuple[object, ...]) -> None:
    """Note any connection to another machine; the test that made it fails."""
    match event, arguments:
        case "socket.connect", (_, (str(host), *_)):
            try:
                ok = host in ("", "localhost") or ipaddress.ip_address(host.split("%")[0]).is_loopback
            except ValueError:
                ok = False
            _off_loopback.extend([] if ok else [host])


sys.addaudithook(_watch_sockets)


@pytest.fixture(autouse=True)
def nothing_left_behind(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail on a thread left running, a WARNING log nobody expected (mark `expects_warnings`), a foreign socket."""
    before = set(threading.enumerate())
    _off_loopback.clear()
    caplog.set_level(logging.INFO)
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and _is_ours(thread)]
    for thread in left:
        thread.join(2.0)
    left = [thread.name for thread in left if thread.is_alive()]
    assert not left, f"threads left behind: {left}"
    assert not _off_loopback, f"connections off loopback: {_off_loopback}"
    warned = [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.WARNING and record.name.split(".")[0] in ("app", "widgets", "backend", "sims")
    ]
    expected = request.node.get_closest_marker("expects_warnings") is not None
    assert expected or not warned, f"logged at WARNING or above: {warned}"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL for all tests of one process."""
    # Not for tests that need none: the driver takes a moment to import.
    from tests.support.server import Server

    running = Server()
    yield running
    running.close()


def _is_ours(thread: threading.Thread) -> bool:  # noqa: TID251 - looks at threads, makes none
    """Ours carry a name of ours; daemon threads of libraries and the interpreter's pools do not count."""
    named = thread.name.split("-")[0] in _OUR_THREADS
    return named or (not thread.daemon and not isinstance(thread, threading._DummyThread))
