"""A program for tests: `linepack serve` that is killed (SIGKILL) at a named point of the path of samples (F02).

Run as `python -m tests.support.dying_server SITE POINT NUMBER`: it dies when it passes the point for the NUMBERth time
with samples under way. The points are put in from here, round the product's own calls and under its SQLite: the
product has no hook that anybody could switch on.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from app.headless import serve_site
from backend.drivers.mqtt.intake import Intake
from backend.pipeline import core
from backend.pipeline.core import Core
from backend.pipeline.inbox import Inbox
from backend.store import Tx, connections
from tests.support.fault_disk import FaultDisk, Op

Passing = Callable[[bool], None]
"""Told at each passing whether samples are under way."""
LOG, DATABASE = "linepack.db-wal", "linepack.db"


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _round(place: Any, name: str, *, before: Passing | None = None, after: Passing | None = None) -> None:
    """Put a point before or after a call. Samples are under way unless its argument is a group without any."""
    original = getattr(place, name)

    def passing(*given: Any, **more: Any) -> Any:
        loaded = not hasattr(given[-1] if given else None, "samples") or given[-1].samples is not None
        (before or _nothing)(loaded)
        result = original(*given, **more)
        (after or _nothing)(loaded)
        return result

    setattr(place, name, passing)


def _nothing(_loaded: bool) -> None:
    """Not here."""


def _on_disk(kind: str, name: str) -> Callable[[FaultDisk, Passing], None]:
    def watch(disk: FaultDisk, passing: Passing) -> None:
        def refuse(op: Op) -> int:
            disk.log.clear()
            if (op.kind, op.name) == (kind, name):
                passing(True)
            return 0

        disk.refuse = refuse

    return watch


POINTS: dict[str, Callable[[FaultDisk, Passing], None]] = {
    "in the commit, before its sync": _on_disk("sync", LOG),
    "after the commit, before the acknowledgement": lambda _disk, at: _round(Core, "_tell", before=at),
    "in a checkpoint": _on_disk("write", DATABASE),
    "received": lambda _disk, at: _round(Intake, "hear", before=at),
    "decoded": lambda _disk, at: _round(Intake, "hear", after=at),
    "queued": lambda _disk, at: _round(Inbox, "_append", after=at),
    "begun": lambda _disk, at: _round(core, "_write", before=at),
    "in the middle of a batch": lambda _disk, at: _round(Tx, "samples", after=at),
    "before the commit": lambda _disk, at: _round(core, "_write", after=at),
    "after the acknowledgement": lambda _disk, at: _round(Core, "_tell", after=at),
}
"""What `make test` samples comes first. Backup, export and migration have their points in test_faults_whole."""


def main(folder: str, point: str, number: str) -> None:
    """See the module."""
    passed = count(1)
    disk = FaultDisk(Path(folder))
    # A checkpoint every few commits, so that there is one to die in.
    often = [each.replace("autocheckpoint=2000", "autocheckpoint=20") for each in connections._FOR_WRITING]
    connections._FOR_WRITING = tuple(often)

    def passing(loaded: bool) -> None:
        if loaded and next(passed) == int(number):
            _die()

    POINTS[point](disk, passing)
    with disk.mounted():
        serve_site(Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
