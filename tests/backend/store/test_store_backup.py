"""A backup of a running store is whole, checked, and opens as the store it was."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.audit import GENESIS, seal, verify
from backend.errors import ConfigError, StoreError
from backend.store import Store, backup
from tests.support.clock import ManualClock
from tests.support.stored import batch, command, draft, url_of


def test_a_backup_holds_what_the_store_held(store: Store, tmp_path: Path, clock: ManualClock) -> None:
    store.run(lambda tx: (tx.samples(batch([(1, 1, 0.5)])), tx.journal(draft()), tx.command(command()))).result(5)
    copy = tmp_path / "backup.db"
    store.backup(copy)
    store.run(lambda tx: tx.journal(draft("later"))).result(5)
    restored = Store.open(url_of(copy), site="linjiang", mode="live", clock=clock, seal=seal)
    assert restored.id == store.id
    assert restored.commands() == (command(),)
    assert restored.last_values().value.tolist() == [0.5]
    assert verify(restored.journal(), GENESIS("linjiang", restored.id)).count == 1
    restored.run(lambda tx: tx.journal(draft("in the copy"))).result(5)
    restored.close()
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith("backup")) == ["backup.db"]


def test_a_backup_while_writing_is_one_moment(store: Store, tmp_path: Path, clock: ManualClock) -> None:
    stop = threading.Event()
    written: list[int] = []

    def keep_writing() -> None:
        while not stop.is_set():
            n = len(written)
            store.run(lambda tx, n=n: (tx.samples(batch([(1, n, 0.5)] * 2000)), tx.journal(draft(f"c{n}")))).result(5)
            written.append(n)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(keep_writing)
        copies = [tmp_path / f"backup{number}.db" for number in range(5)]
        for copy in copies:
            store.backup(copy)
        stop.set()
        writing.result(5)
    for copy in copies:
        restored = Store.open(url_of(copy), site="linjiang", mode="live", clock=clock, seal=seal)
        verdict = verify(restored.journal(), GENESIS("linjiang", restored.id))
        assert verdict.ok
        assert restored.history.count() == 2000 * verdict.count
        restored.close()
    assert written


def test_an_existing_file_is_never_written_over(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("do not touch")
    with pytest.raises(ConfigError, match="exists already; name a new file for the backup"):
        store.backup(target)
    assert target.read_text() == "do not touch"


def test_a_folder_that_is_not_there(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        store.backup(tmp_path / "no" / "backup.db")


def test_a_copy_that_is_not_sound_gets_no_name(opened: Callable[[], Store], file: Path, tmp_path: Path) -> None:
    store = opened()
    store.run(lambda tx: [tx.journal(draft(f"c{n}")) for n in range(500)]).result(5)
    store.close()
    content = bytearray(file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 3000] = b"\xa5" * 3000
    file.write_bytes(content)
    target = tmp_path / "backup.db"
    with pytest.raises(StoreError, match=r"not sound|is damaged"):
        backup.backup(file, target)
    assert not [each for each in tmp_path.iterdir() if "backup" in each.name]
