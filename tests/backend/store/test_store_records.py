"""Reading a database beside whoever writes it: the same answers, nothing left behind, nothing brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.errors import ConfigError, StoreError
from backend.store import Records, Store
from backend.store.schema import SCHEMA
from tests.support.stored import account, alarm, batch, draft, registry, url_of


def look(file: Path, *, site: str = "linjiang", mode: str = "live") -> Records:
    return Records.look(url_of(file), site=site, mode=mode)


def fill(store: Store) -> None:
    """Something of each kind."""
    store.run(lambda tx: tx.registry(registry())).result(5)
    store.run(lambda tx: tx.samples(batch([(0, 0, 1.0), (1, 5, 2.0)]))).result(5)
    store.run(lambda tx: tx.alarm(*alarm())).result(5)
    store.run(lambda tx: tx.account(account())).result(5)
    store.run(lambda tx: tx.journal(draft())).result(5)


def test_says_what_the_store_says_while_that_is_open(store: Store, file: Path) -> None:
    fill(store)
    records = look(file)
    assert (records.id, records.site, records.mode) == (store.id, "linjiang", "live")
    assert records.registry() == store.registry() == registry()
    assert records.last_values().value.tolist() == [1.0, 2.0]
    assert records.alarms() == (alarm(),)
    assert records.accounts() == (account(),)
    assert [entry.draft for entry in records.journal()] == [draft()]
    assert records.history.count() == 2
    store.run(lambda tx: tx.samples(batch([(0, 9, 3.0)]))).result(5)
    assert records.last_values().value.tolist() == [3.0, 2.0]
    records.close()
    store.run(lambda tx: tx.samples(batch([(0, 10, 4.0)]))).result(5)


def test_leaves_a_database_at_rest_as_it_was(opened: Callable[[], Store], file: Path, tmp_path: Path) -> None:
    store = opened()
    fill(store)
    store.close()
    before = file.read_bytes()
    records = look(file)
    assert records.registry() == registry()
    assert records.fault() == ""
    records.close()
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == before


def test_reads_what_a_killed_process_left_in_its_log(store: Store, file: Path, tmp_path: Path) -> None:
    fill(store)
    copy = tmp_path / "killed"
    copy.mkdir()
    for name in ("linepack.db", "linepack.db-wal"):
        (copy / name).write_bytes((tmp_path / name).read_bytes())
    records = look(copy / "linepack.db")
    assert [entry.draft for entry in records.journal()] == [draft()]
    records.close()


def test_answers_nothing_once_closed(store: Store, file: Path) -> None:
    records = look(file)
    records.close()
    with pytest.raises(StoreError, match="is closed"):
        records.registry()


def test_cannot_write(store: Store, file: Path) -> None:
    records = look(file)
    assert not hasattr(records, "run")
    with records._database.reading() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM journal")
    records.close()


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"site": "jiangbei"}, 'belongs to the site "linjiang", not to "jiangbei"'),
        ({"mode": "simulator"}, "is a live site's database; a simulator never opens it"),
    ],
)
def test_refuses_what_is_not_asked_for(
    opened: Callable[[], Store], file: Path, tmp_path: Path, asked: dict[str, str], reason: str
) -> None:
    opened().close()
    before = file.read_bytes()
    with pytest.raises(ConfigError, match=reason):
        look(file, **asked)
    assert (list(tmp_path.iterdir()), file.read_bytes()) == ([file], before)


@pytest.mark.parametrize(
    ("schema", "reason"), [(0, "made by an older Linepack"), (SCHEMA + 1, "made by a newer Linepack")]
)
def test_refuses_the_tables_of_another_version(
    opened: Callable[[], Store], file: Path, tmp_path: Path, schema: int, reason: str
) -> None:
    opened().close()
    raw = sqlite3.connect(file)
    raw.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(schema),))
    raw.commit()
    raw.close()
    before = file.read_bytes()
    with pytest.raises(ConfigError, match=reason):
        look(file)
    assert (list(tmp_path.iterdir()), file.read_bytes()) == ([file], before)


def test_missing(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no database at"):
        look(file)
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_is_not_what_was_written(opened: Callable[[], Store], file: Path) -> None:
    store = opened()
    fill(store)
    store.close()
    connection = sqlite3.connect(file)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'journal'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    raw = bytearray(file.read_bytes())
    raw[(page - 1) * size : (page - 1) * size + 64] = b"\xff" * 64
    file.write_bytes(raw)
    records = look(file)
    assert records.fault() != ""
    records.close()
