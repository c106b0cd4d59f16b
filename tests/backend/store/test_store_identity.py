"""What a database must be to be opened: each refusal is one sentence, and nothing is made or changed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.audit import seal
from backend.errors import ConfigError
from backend.store import Store
from backend.store.schema import SCHEMA
from tests.support.clock import ManualClock
from tests.support.stored import draft, url_of


def refusal(file: Path, *, site: str = "linjiang", mode: str = "live", url: str = "") -> str:
    """The sentence with which opening is refused; afterwards the folder is as it was."""
    before = {each: each.read_bytes() for each in file.parent.iterdir()}
    with pytest.raises(ConfigError) as refused:
        Store.open(url or url_of(file), site=site, mode=mode, clock=ManualClock(), seal=seal)
    assert {each: each.read_bytes() for each in file.parent.iterdir()} == before
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def edit(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture
def closed(opened: Callable[[], Store], file: Path) -> Path:
    """The database of a live site that is not running."""
    opened().close()
    return file


def test_a_new_database_is_one_file_and_opens_again(opened: Callable[[], Store], file: Path, tmp_path: Path) -> None:
    first = opened()
    assert (first.site, first.mode, first.place) == ("linjiang", "live", file)
    first.close()
    assert list(tmp_path.iterdir()) == [file]
    again = opened()
    assert again.id == first.id
    again.run(lambda tx: tx.journal(draft())).result(5)


def test_missing(tmp_path: Path) -> None:
    file = tmp_path / "linepack.db"
    assert refusal(file) == f"There is no database at {file}; restore a backup to it."


def test_missing_folder(tmp_path: Path) -> None:
    file = tmp_path / "gone" / "linepack.db"
    with pytest.raises(ConfigError, match="There is no database at"):
        Store.open(url_of(file), site="s", mode="live", clock=ManualClock(), seal=seal)
    assert not file.parent.exists()


def test_zero_length(tmp_path: Path) -> None:
    file = tmp_path / "linepack.db"
    file.touch()
    assert refusal(file) == f"{file} is empty (0 bytes); restore a backup in its place."


@pytest.mark.parametrize("content", [b"x", b"%PDF-1.7" * 100, b"SQLite format 3\x00", b"\x00" * 4096])
def test_not_a_database(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "linepack.db"
    file.write_bytes(content)
    assert refusal(file) == f"{file} is not a database or is damaged; restore a backup in its place."


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "linepack.db"
    file.mkdir()
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory\."):
        Store.open(url_of(file), site="s", mode="live", clock=ManualClock(), seal=seal)


def test_not_of_linepack(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    edit(file, "CREATE TABLE meta (key, value)")
    assert refusal(file) == f"{file} is a database, but not one of Linepack; name the right file."


@pytest.mark.parametrize(
    "statement", ["DELETE FROM meta", "UPDATE meta SET value = 'x' WHERE key IN ('magic', 'schema')"]
)
def test_marks_taken_away(closed: Path, statement: str) -> None:
    edit(closed, statement)
    assert refusal(closed) == f"{closed} is a database, but not one of Linepack; name the right file."


def test_tables_taken_away(closed: Path) -> None:
    edit(closed, "DROP TABLE meta")
    assert refusal(closed) == f"The database {closed} cannot be read: no such table: meta; restore a backup."


def test_garbled_pages(closed: Path) -> None:
    content = bytearray(closed.read_bytes())
    content[100:] = b"\xa5" * (len(content) - 100)
    closed.write_bytes(content)
    assert "restore a backup." in refusal(closed)


def test_another_site(closed: Path) -> None:
    assert refusal(closed, site="jiangbei") == (
        f'The database {closed} belongs to the site "linjiang", not to "jiangbei"; name the right file.'
    )


def test_a_live_database_in_a_simulator(closed: Path) -> None:
    sentence = refusal(closed, mode="simulator")
    assert sentence == f"{closed} is a live site's database; a simulator never opens it."


def test_a_simulators_database_in_a_live_site(tmp_path: Path) -> None:
    file = tmp_path / "sim.db"
    Store.create(url_of(file), site="linjiang", mode="simulator", clock=ManualClock(), seal=seal).close()
    assert refusal(file) == f"{file} is a simulator's database; a live site never opens it."


def test_both_marks_of_the_mode_must_agree(closed: Path) -> None:
    edit(closed, "UPDATE meta SET value = 'linepack-simulator' WHERE key = 'magic'")
    assert refusal(closed) == f"{closed} is a simulator's database; a live site never opens it."
    edit(closed, f"PRAGMA application_id = {0x4C50534D}")
    edit(closed, "UPDATE meta SET value = 'linepack-live' WHERE key = 'magic'")
    assert refusal(closed, mode="simulator") == f"{closed} is a live site's database; a simulator never opens it."


def test_made_by_a_newer_version(closed: Path) -> None:
    edit(closed, "UPDATE meta SET value = '99' WHERE key = 'schema'")
    assert refusal(closed) == (
        f"The database {closed} was made by a newer Linepack (tables 99, this version knows {SCHEMA}); update."
    )


def test_a_file_that_cannot_be_written(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of the system, because whoever runs the tests may be allowed everything."""
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed)
    assert refusal(closed) == f"{closed} cannot be written; give this account the right to."


def test_a_folder_that_cannot_be_written(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed.parent)
    sentence = f"The folder {closed.parent} cannot be written; give this account the right to."
    assert refusal(closed) == sentence
    with pytest.raises(ConfigError) as refused:
        Store.create(url_of(closed.with_name("new.db")), site="s", mode="live", clock=ManualClock(), seal=seal)
    assert str(refused.value) == sentence


def test_held_by_another_program(closed: Path) -> None:
    other = sqlite3.connect(closed, isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ConfigError, match="cannot be used: database is locked; close what holds it, or restore"):
        Store.open(url_of(closed), site="linjiang", mode="live", clock=ManualClock(), seal=seal)
    other.close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://ops:secret@db/linepack", "keeps its database in SQLite or PostgreSQL, not in mysql;"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("linepack.db", "is not a database address"),
        ("", "is not a database address"),
    ],
)
@pytest.mark.parametrize("make", [Store.create, Store.open])
def test_an_address_that_is_no_sqlite_file(make: Callable[..., Store], url: str, reason: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make(url, site="s", mode="live", clock=ManualClock(), seal=seal)
    assert reason in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("make", [Store.create, Store.open])
def test_a_mode_there_is_not(make: Callable[..., Store], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='for the mode "live" or "simulator", not "test"'):
        make(url_of(tmp_path / "linepack.db"), site="s", mode="test", clock=ManualClock(), seal=seal)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left_over", ["linepack.db", "linepack.db-wal", "linepack.db-journal"])
def test_nothing_is_made_over_what_is_there(tmp_path: Path, left_over: str) -> None:
    """An old log beside a new database would be played into it."""
    (tmp_path / left_over).write_bytes(b"something")
    with pytest.raises(ConfigError) as refused:
        Store.create(url_of(tmp_path / "linepack.db"), site="s", mode="live", clock=ManualClock(), seal=seal)
    assert str(refused.value) == (f"{tmp_path / left_over} exists already; move it away before a new database is made.")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [(left_over, b"something")]


def test_nothing_is_made_without_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not a folder; make it first"):
        Store.create(url_of(tmp_path / "no" / "l.db"), site="s", mode="live", clock=ManualClock(), seal=seal)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_while_making_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", no_link)
    with pytest.raises(ConfigError, match=r"No database could be made at .*No space left on device"):
        Store.create(url_of(tmp_path / "l.db"), site="s", mode="live", clock=ManualClock(), seal=seal)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["a b", "燃气", "100%", "a#b", "%41", "a'b;--", "a?b=c&mode=ro"])
def test_folders_with_unusual_names(tmp_path: Path, folder: str) -> None:
    file = tmp_path / folder / "linepack.db"
    file.parent.mkdir()
    made = Store.create(url_of(file), site="s", mode="live", clock=ManualClock(), seal=seal)
    made.run(lambda tx: tx.setting("key", "value")).result(5)
    made.close()
    again = Store.open(url_of(file), site="s", mode="live", clock=ManualClock(), seal=seal)
    assert again.setting("key") == "value"
    again.close()
    assert list(file.parent.iterdir()) == [file]
