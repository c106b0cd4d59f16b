"""PostgreSQL alone: what is refused, what others read, and what happens when the server or the way to it fails."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from backend.audit import GENESIS, seal, verify
from backend.errors import ConfigError, StoreError
from backend.store import Records, Store, Tx
from backend.store.moving import FACTS
from backend.store.postgres import connections
from backend.store.postgres.address import Address
from backend.store.postgres.days import DAY_US
from backend.store.schema import metadata
from tests.support.clock import START_US, ManualClock
from tests.support.cutting import Cut, Way, way_to
from tests.support.server import Server
from tests.support.stored import batch, command, draft, occurrence, registry

TODAY = START_US // DAY_US


def open_store(url: str, clock: ManualClock | None = None, *, site: str = "linjiang", mode: str = "live") -> Store:
    return Store.open(url, site=site, mode=mode, clock=clock or ManualClock(), seal=seal)


def at_rest(store: Store) -> Store:
    """What is done after a unit, like making days ahead, is done before the next."""
    for _ in range(2):
        store.run(lambda tx: None).result(5)
    return store


@pytest.fixture
def name(server: Server, template: str) -> str:
    """A database of a live site, at rest."""
    return server.new_database(template)


@pytest.fixture
def store(server: Server, name: str, clock: ManualClock) -> Iterator[Store]:
    """The site's store."""
    made = at_rest(open_store(server.url(name), clock))
    yield made
    made.close()


# -- what is refused --------------------------------------------------------------------------------------------------


def refusal(url: str, *, site: str = "linjiang", mode: str = "live") -> str:
    with pytest.raises(ConfigError) as refused:
        open_store(url, site=site, mode=mode)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "s3cret" not in sentence
    assert "s3cret" not in repr(refused.value)
    return sentence


def test_a_server_that_is_not_there() -> None:
    sentence = refusal("postgresql://linepack:s3cret@127.0.0.1:9/site")
    assert sentence.startswith("postgresql://linepack@127.0.0.1:9/site cannot be reached (")
    assert sentence.endswith("); start the server, or correct the address.")


def test_a_wrong_password(server: Server, name: str) -> None:
    assert "refuses the password (" in refusal(server.url(name, password="s3cret but wrong"))


def test_no_such_database(server: Server) -> None:
    assert "is not there (" in refusal(server.url("nowhere"))


def test_an_empty_database(server: Server) -> None:
    assert "holds no tables of Linepack" in refusal(server.url(server.new_database()))


def test_a_database_of_something_else(server: Server, template: str) -> None:
    name = server.new_database()
    server.query("CREATE TABLE meta (key text, value text)", name)
    assert "is a database, but not one of Linepack" in refusal(server.url(name))
    with pytest.raises(ConfigError, match="holds tables already; name an empty database"):
        Store.create(server.url(name), site="s", mode="live", clock=ManualClock(), seal=seal)


def test_a_simulator_and_a_live_site_never_open_each_others(server: Server, name: str) -> None:
    assert refusal(server.url(name), mode="simulator").endswith(
        "is a live site's database; a simulator never opens it."
    )
    server.query("UPDATE meta SET value = 'linepack-simulator' WHERE key = 'magic'", name)
    assert refusal(server.url(name)).endswith("is a simulator's database; a live site never opens it.")
    with pytest.raises(ConfigError, match="a live site never opens it"):
        Records.look(server.url(name), site="linjiang", mode="live")


def test_another_site_and_a_newer_version(server: Server, name: str) -> None:
    assert 'belongs to the site "linjiang", not to "jiangbei"' in refusal(server.url(name), site="jiangbei")
    server.query("UPDATE meta SET value = '99' WHERE key = 'schema'", name)
    assert "was made by a newer Linepack (tables 99" in refusal(server.url(name))


def test_a_server_that_says_stored_too_soon(server: Server, name: str) -> None:
    server.query(f"ALTER DATABASE {name} SET synchronous_commit = off", name)
    assert "has synchronous_commit = off, so that what it says is stored may be lost" in refusal(server.url(name))


def test_a_database_that_is_not_unicode(server: Server) -> None:
    server.query("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    assert "keeps text as LATIN1; Linepack needs a database made with the encoding UTF8" in refusal(server.url("latin"))


def test_a_server_without_fsync(server: Server, name: str) -> None:
    server.stop()
    server.start(fsync="off")
    try:
        assert "has fsync = off, so that" in refusal(server.url(name))
    finally:
        server.stop()
        server.start()


# -- what others see --------------------------------------------------------------------------------------------------


def test_a_stranger_reads_samples_and_facts_with_plain_sql(server: Server, name: str, store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.registry(registry(3))
        tx.samples(batch([(1, 0, 0.1), (2, 1_500_000, float("nan"))]))
        tx.journal(draft("c1"))

    store.run(work).result(5)
    asked = "SELECT to_char(time AT TIME ZONE 'UTC', 'HH24:MI:SS.US'), tag, value, quality FROM reading ORDER BY at"
    first, second = server.psql(asked, name).splitlines()
    assert first.endswith("|R12.PT-1|0.1|good")
    assert second.endswith("|R12.PT-2|NaN|good")
    assert server.psql("SELECT seq, subject FROM journal", name) == "1|c1\n"
    (shown,) = server.query(
        f"SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    )
    assert shown == ("linepack",)


FORBIDDEN = (
    "UPDATE journal SET subject = 'x'",
    "DELETE FROM journal",
    "TRUNCATE journal",
    "INSERT INTO journal SELECT 6, at, kind, subject, person, session, workstation, fields, hash, hash FROM journal",
    "INSERT INTO journal SELECT 2, at, kind, subject, person, session, workstation, fields, '\\x00', hash FROM journal",
    "INSERT INTO journal SELECT * FROM journal ON CONFLICT (seq) DO UPDATE SET subject = 'x'",
    "UPDATE occurrence SET reason = 'x'",
    "DELETE FROM occurrence",
    "TRUNCATE occurrence",
    "UPDATE claim SET at = 0",
    "DELETE FROM claim",
    "INSERT INTO claim SELECT * FROM claim ON CONFLICT (command, attempt) DO UPDATE SET at = 0",
    "UPDATE sample SET value = 0",
    f"UPDATE sample_{TODAY} SET value = 0",
    "UPDATE sample_group SET received_at = 0",
    "DELETE FROM command",
    "TRUNCATE command CASCADE",
    "UPDATE command SET content = '{}'",
    "UPDATE command SET requester = 'p2'",
)


def test_facts_stay_as_they_were_written(server: Server, name: str, store: Store) -> None:
    """Whoever sends the statement, as an owner and even as replication: the database itself refuses it."""

    def work(tx: Tx) -> None:
        tx.samples(batch([(1, 1, 0.5)]))
        tx.journal(draft())
        tx.occurrence(occurrence())
        tx.command(command())
        tx.claim("c1", 1)

    store.run(work).result(5)
    with server.connect(name) as stranger:
        stranger.execute("SET session_replication_role = replica")
        for statement in FORBIDDEN:
            with pytest.raises(psycopg.errors.IntegrityError):
                stranger.execute(statement.encode())
    assert [entry.seq for entry in store.journal()] == [1]
    assert store.commands() == (command(),)
    assert store.fault() == ""
    server.query("ALTER TABLE journal DISABLE TRIGGER journal_only", name)
    assert store.fault() == "not guarded any more: journal.journal_only"


def test_the_migrations_make_the_same_tables_of_facts_here(server: Server, name: str) -> None:
    engine = connections.making(Address.of(server.url(name)))
    facts = {table.name for table in FACTS}
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda found, kind, parents: kind != "table" or found in facts,
                "include_object": lambda found, called, kind, *_: kind != "table" or called in facts,
            },
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


# -- days -------------------------------------------------------------------------------------------------------------


def test_late_samples_have_their_day_and_impossible_ones_do_no_harm(server: Server, name: str, store: Store) -> None:
    late, future = -40 * DAY_US, 400 * DAY_US
    store.run(
        lambda tx: tx.samples(batch([(1, 0, 1.0), (1, late, 2.0), (1, future, 3.0), (1, -START_US, 4.0)]))
    ).result(5)
    found = server.query("SELECT tableoid::regclass::text, value FROM sample ORDER BY value", name)
    assert found == [
        (f"sample_{TODAY}", 1.0),
        (f"sample_{TODAY - 40}", 2.0),
        ("sample_other", 3.0),
        ("sample_other", 4.0),
    ]
    assert store.history.read([1], -(2**62), 2**62).value.tolist() == [4.0, 2.0, 1.0, 3.0]


def test_days_are_made_ahead_and_take_what_came_before_them(
    server: Server, name: str, store: Store, clock: ManualClock
) -> None:
    store.run(lambda tx: tx.samples(batch([(1, 5 * DAY_US, 1.0)]))).result(5)
    clock.tick(4 * DAY_US / 1e6)
    store.run(lambda tx: None).result(5)
    store.run(lambda tx: None).result(5)
    made = server.query(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ 'sample_[0-9]' ORDER BY 1", name
    )
    assert made[-3:] == [(f"sample_{TODAY + ahead}",) for ahead in (4, 5, 6)]
    assert server.query("SELECT tableoid::regclass::text FROM sample", name) == [(f"sample_{TODAY + 5}",)]
    assert store.history.read([1], 0, 2**62).value.tolist() == [1.0]


@pytest.mark.expects_warnings
def test_rows_that_were_changed_are_named(server: Server, name: str, store: Store) -> None:
    for value in (1.0, 2.0, 3.0):
        store.run(lambda tx, v=value: tx.samples(batch([(1, int(v), v), (2, int(v), v)]))).result(5)
    store.roll_up()
    assert store.history.check() == ()
    server.query(f"ALTER TABLE sample_{TODAY} DISABLE TRIGGER ALL", name)
    server.query(f"UPDATE sample_{TODAY} SET value = 9 WHERE value = 2 AND point = 1", name)
    server.query(f"DELETE FROM sample_{TODAY} WHERE value = 3 AND point = 1", name)
    server.query("DELETE FROM sample_group WHERE id = 1", name)
    assert [(each.group, each.reason) for each in store.history.check()] == [
        (1, "its row in sample_group is gone"),
        (2, "its digest does not match"),
        (3, "its length does not fit its count"),
    ]
    assert store.history.damaged_rolled.keys() == {1}


# -- the server, or the way to it, fails ------------------------------------------------------------------------------


def chain(store: Store) -> list[str]:
    """The subjects of the journal, which is whole."""
    entries = list(store.journal())
    assert verify(entries, GENESIS(store.site, store.id)).ok
    return [entry.draft.subject for entry in entries]


def add(store: Store, subject: str) -> None:
    store.run(lambda tx: (tx.journal(draft(subject)), tx.samples(batch([(1, 1, 0.5)])))).result(20)


@pytest.mark.expects_warnings
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
def test_after_the_server_comes_back_everything_goes_on(
    server: Server, store: Store, clock: ManualClock, how: signal.Signals
) -> None:
    add(store, "before")
    server.stop(how)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"cannot be reached|was lost"):
            add(store, "meanwhile")
        with pytest.raises(StoreError, match=r"cannot be reached|was lost"):
            store.history.count()
    server.start()
    clock.tick(10)
    add(store, "after")
    assert chain(store) == ["before", "after"]
    assert store.history.count() == 2


@pytest.mark.expects_warnings
def test_a_restart_between_two_units_is_not_even_noticed(server: Server, store: Store) -> None:
    add(store, "before")
    server.stop()
    server.start()
    add(store, "after")
    assert chain(store) == ["before", "after"]


@pytest.mark.expects_warnings
def test_a_backend_ended_in_the_middle_of_a_unit_loses_the_whole_unit(server: Server, name: str, store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.journal(draft("lost"))
        ours = f"datname = '{name}' AND state LIKE 'idle in%'"
        server.query(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {ours}")
        tx.journal(draft("lost too"))

    with pytest.raises(StoreError, match=r"The connection to .* was lost"):
        store.run(work).result(5)
    add(store, "after")
    assert chain(store) == ["after"]


@pytest.fixture
def way(server: Server) -> Iterator[Way]:
    """A way to the server that can be cut."""
    with way_to(server.port) as made:
        yield made


@pytest.fixture
def far(server: Server, name: str, way: Way, clock: ManualClock) -> Iterator[Store]:
    """The store behind that way."""
    made = at_rest(open_store(server.url(name, port=way.port), clock))
    made.run(lambda tx: tx.journal(draft("before"))).result(5)
    yield made
    made.close()


@pytest.mark.expects_warnings
@pytest.mark.parametrize(("cut", "stored"), [(Cut.AFTER, True), (Cut.BEFORE, False)])
def test_a_commit_that_is_not_answered_is_asked_after(far: Store, way: Way, cut: Cut, stored: bool) -> None:
    """Whether it was stored comes out before anybody is told."""
    way.cut = cut
    asked = far.run(lambda tx: tx.journal(draft("cut")))
    assert (asked.exception(20) is None) == stored
    add(far, "after")
    assert chain(far) == ["before", *["cut"] * stored, "after"]


@pytest.mark.expects_warnings
@pytest.mark.parametrize("cut", [Cut.AFTER, Cut.BEFORE])
def test_a_unit_of_which_nobody_knows_is_stored_once_when_it_is_tried_again(
    far: Store, way: Way, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, cut: Cut
) -> None:
    monkeypatch.setattr("backend.store.postgres.hand.SETTLE_S", (0.0, 0.0))
    ran: list[int] = []

    def work(tx: Tx) -> int:
        ran.append(1)
        tx.samples(batch([(1, 1, 0.5)]))
        return tx.journal(draft("cut")).seq

    way.cut, way.stays_closed = cut, True
    with pytest.raises(StoreError, match=r"It is not known whether .* stored the last unit"):
        far.run(work).result(20)
    with pytest.raises(StoreError, match=r"cannot be reached|was lost"):
        far.run(work).result(20)
    way.open = True
    clock.tick(10)
    assert far.run(work).result(20) == 2
    assert len(ran) == {Cut.AFTER: 1, Cut.BEFORE: 2}[cut]
    add(far, "after")
    assert chain(far) == ["before", "cut", "after"]
    assert far.history.count() == 2


@pytest.mark.expects_warnings
def test_another_unit_after_one_of_which_nobody_knows_follows_it(
    far: Store, way: Way, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.store.postgres.hand.SETTLE_S", (0.0,))
    way.cut, way.stays_closed = Cut.AFTER, True
    with pytest.raises(StoreError, match="It is not known"):
        far.run(lambda tx: tx.journal(draft("cut"))).result(20)
    way.open = True
    clock.tick(10)
    add(far, "after")
    assert chain(far) == ["before", "cut", "after"]


@pytest.mark.expects_warnings
@pytest.mark.parametrize("cut", [Cut.AFTER, Cut.BEFORE])
def test_a_unit_in_doubt_is_stored_once_though_others_came_before_its_retry(
    far: Store, way: Way, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, cut: Cut
) -> None:
    """As when the core takes in what the relay holds, and somebody saves a preference before it tries again."""
    monkeypatch.setattr("backend.store.postgres.hand.SETTLE_S", (0.0,))
    far.run(lambda tx: tx.relay("b", [batch([(1, 1, 0.5)])])).result(5)
    (held,) = far.relayed(0, 10)

    def work(tx: Tx) -> int:
        tx.samples(batch([(1, 1, 0.5)]))
        tx.taken_in(held.id)
        return tx.journal(draft("cut")).seq

    way.cut, way.stays_closed = cut, True
    with pytest.raises(StoreError, match="It is not known"):
        far.run(work).result(20)
    way.open = True
    clock.tick(10)
    for other in range(20):
        far.run(lambda tx, n=other: tx.setting("k", str(n))).result(20)
    assert far.run(work).result(20) == 2
    add(far, "after")
    assert chain(far) == ["before", "cut", "after"]
    assert (far.history.count(), far.relayed(0, 10)) == (2, ())


def test_two_processes_write_one_after_the_other(server: Server, name: str, store: Store, clock: ManualClock) -> None:
    """Two nodes on one database: the chain has no fork, and ids rise in the order of committing."""
    other = open_store(server.url(name), clock)
    start = threading.Barrier(2)

    def many(mine: Store, who: str) -> None:
        start.wait(5)
        for number in range(25):
            add(mine, f"{who}{number}")

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(many, store, "a"), pool.submit(many, other, "b")]:
            each.result(30)
    other.close()
    assert sorted(chain(store)) == sorted(f"{who}{number}" for who in "ab" for number in range(25))
    assert store.history.check() == ()
