"""Units of work that show when one is lost, doubled or cut in half, and the check of a store that holds them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from backend.audit import GENESIS, seal, verify
from backend.store import Reserve, Store, Tx
from tests.support.clock import ManualClock
from tests.support.stored import batch, draft, occurrence, url_of

SITE = "linjiang"
SEED = int(os.environ.get("LINEPACK_FAULT_SEED", "20260115"))
ROUNDS = int(os.environ.get("LINEPACK_FAULT_ROUNDS", "3"))
"""3 in `make test`; `make faults ROUNDS=n` for the long form."""


def make_store(file: Path, clock: ManualClock) -> None:
    """The database of a new live site."""
    Store.create(url_of(file), site=SITE, mode="live", clock=clock, seal=seal).close()


def open_store(file: Path, clock: ManualClock, reserve: Reserve | None = None) -> Store:
    """Open it as `linepack serve` does."""
    return Store.open(url_of(file), site=SITE, mode="live", clock=clock, seal=seal, reserve=reserve)


def size_of(number: int) -> int:
    """How many points a unit has; sizes that fill and spill pages."""
    return number * 37 % 190 + 1


def unit(number: int) -> Callable[[Tx], int]:
    """Two groups of samples with everything else between them, so that a unit cut in half shows."""

    def work(tx: Tx) -> int:
        tx.samples(batch([(k, number, float(number)) for k in range(size_of(number))]))
        tx.journal(draft(f"c{number}", value=float(number)))
        tx.occurrence(occurrence(f"a{number}"))
        tx.setting("newest", str(number))
        tx.samples(batch([(1000 + k, number, float(number)) for k in range(size_of(number))]))
        return number

    return work


def units_of(store: Store) -> int:
    """How many units it holds. Fails unless they are 0, 1, 2, … without a gap, each whole, and all of it sound."""
    assert store.history.damaged == ()
    found = store.history.read(range(2000), 0, 2**62)
    count = len(set(found.value.tolist()))
    expected = {(base + k, n) for n in range(count) for base in (0, 1000) for k in range(size_of(n))}
    rows = list(zip(found.point.tolist(), found.value.astype(int).tolist(), strict=True))
    assert len(rows) == len(expected)
    assert set(rows) == expected
    entries = [entry for entry in store.journal() if entry.draft.kind == "command.approved"]
    assert [entry.draft.subject for entry in entries] == [f"c{n}" for n in range(count)]
    assert [fact.key for fact in store.each_occurrence()] == [f"a{n}" for n in range(count)]
    assert store.setting("newest") == (str(count - 1) if count else None)
    assert verify(store.journal(), GENESIS(SITE, store.id)).ok
    newest = store.last_values()
    rebuilt = {base + k: n for n in range(count) for base in (0, 1000) for k in range(size_of(n))}
    assert dict(zip(newest.point.tolist(), newest.value.astype(int).tolist(), strict=True)) == rebuilt
    assert store.history.damaged == ()
    return count


def put(folder: Path, files: dict[str, bytes]) -> Path:
    """A folder with these files in it."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
