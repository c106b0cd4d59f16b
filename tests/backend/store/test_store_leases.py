"""Leases of several processes on one server, and who may still write once another leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from backend.audit import seal
from backend.errors import StoreError
from backend.store import Store
from backend.store.family import Leases
from tests.support.clock import ManualClock
from tests.support.server import Server


@pytest.fixture
def place(server: Server, template: str) -> tuple[str, str]:
    """(name, url) of a database of this test's own."""
    name = server.new_database(template)
    return name, server.url(name)


@pytest.fixture
def another(place: tuple[str, str]) -> Iterator[Callable[[], Leases]]:
    """Leases of one more process."""
    made: list[Leases] = []

    def make() -> Leases:
        made.append(Store.leases(place[1]))
        return made[-1]

    yield make
    for each in made:
        each.close()


def end_sessions(server: Server, name: str) -> None:
    """As when the server or the way to it was gone for a moment."""
    server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{name}' AND application_name = 'linepack'"
    )


def test_what_one_holds_another_does_not_get(another: Callable[[], Leases]) -> None:
    first, second = another(), another()
    assert (first.take("lead"), second.take("lead"), second.take("seat-1")) == (True, False, True)
    assert (first.holds("lead"), second.holds("lead"), first.holds("seat-1")) == (True, False, False)
    first.let_go("lead")
    assert second.take("lead")


def test_every_process_is_counted(another: Callable[[], Leases]) -> None:
    first, second, third = another(), another(), another()
    assert [first.nodes(), second.nodes(), third.nodes()] == [1, 2, 3]
    second.close()
    assert third.nodes() == 2


@pytest.mark.expects_warnings
def test_with_its_session_everything_is_lost(
    another: Callable[[], Leases], server: Server, place: tuple[str, str]
) -> None:
    first, second = another(), another()
    assert first.take("lead")
    assert first.take("seat-1")
    assert second.nodes() == 2
    end_sessions(server, place[0])
    assert not first.holds("lead")
    assert not first.holds("seat-1")
    # Its own session is gone too: it finds out, and asks anew.
    assert (second.take("lead"), second.take("lead")) == (None, True)
    assert first.take("lead") is False


def test_without_a_server_nobody_can_say(server: Server) -> None:
    nowhere = Store.leases(server.url("nothing", port=1))
    assert nowhere.take("lead") is None
    assert nowhere.nodes() == 1


def test_who_led_before_stores_nothing_any_more(place: tuple[str, str]) -> None:
    old, new = (Store.open(place[1], site="linjiang", mode="live", clock=ManualClock(), seal=seal) for _ in range(2))
    try:
        assert old.lead("a") == "1:a"
        old.run(lambda tx: tx.setting("what", "old")).result()
        assert new.lead("b") == "2:b"
        with pytest.raises(StoreError, match="2:b"):
            old.run(lambda tx: tx.setting("what", "older")).result()
        assert (old.leads(), new.leads(), new.setting("what")) == (False, True, "old")
        new.run(lambda tx: tx.setting("what", "new")).result()
        assert old.setting("what") == "new"
    finally:
        old.close()
        new.close()


def test_a_file_is_one_process_s_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    leases = Store.leases(f"sqlite:///{tmp_path_factory.mktemp('alone') / 'linepack.db'}")
    assert (leases.take("lead"), leases.holds("lead"), leases.nodes()) == (True, True, 1)
