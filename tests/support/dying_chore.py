"""A program for tests: a backup or an export of a store, killed (SIGKILL) in the middle or just before its end (F02).

Run as `python -m tests.support.dying_chore DATABASE POINT`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.store import Store, backup, sheet_file
from backend.store.export import export_journal
from backend.store.sheet_csv import CsvSheet
from tests.support.clock import ManualClock
from tests.support.fault_disk import FaultDisk, Op, nth
from tests.support.units import open_store

BACKUP, EXPORT = "copy.db", "journal.csv"


def _die(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _in_a_backup(disk: FaultDisk) -> None:
    third = nth(3, 1, "write")

    def refuse(op: Op) -> int:
        return _die() if op.name == f".{BACKUP}.part" and third(op) else 0

    disk.refuse = refuse


def _before_its_name(_disk: FaultDisk) -> None:
    backup.os.link = _die  # type: ignore[attr-defined]


def _in_an_export(_disk: FaultDisk) -> None:
    add = CsvSheet.add

    def dying(self: CsvSheet, block: Any) -> None:
        add(self, block)
        _die()

    CsvSheet.add = dying  # type: ignore[method-assign]


def _before_it_is_put_in_place(_disk: FaultDisk) -> None:
    sheet_file.os.replace = _die  # type: ignore[attr-defined]


Chore = Callable[[Store, Path], object]


def back_up(store: Store, folder: Path) -> None:
    """Into the store's own folder."""
    store.backup(folder / BACKUP)


def export(store: Store, folder: Path) -> None:
    """The whole journal."""
    export_journal(store, folder / EXPORT)


POINTS: dict[str, tuple[Chore, Callable[[FaultDisk], None]]] = {
    "in a backup": (back_up, _in_a_backup),
    "a backup is whole and has no name": (back_up, _before_its_name),
    "in an export": (export, _in_an_export),
    "an export is whole and not in place": (export, _before_it_is_put_in_place),
}


def main(database: str, point: str) -> None:
    """See the module."""
    file = Path(database)
    chore, spoil = POINTS[point]
    disk = FaultDisk(file.parent)
    with disk.mounted():
        store = open_store(file, ManualClock())
        spoil(disk)
        chore(store, file.parent)


if __name__ == "__main__":
    main(*sys.argv[1:])
