"""`linepack audit verify`: is the journal what was written? Checks the chain of hashes and the signed checkpoints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.opening import reading
from app.terminal import note, result
from backend.audit import GENESIS, CheckpointFile, Verdict
from backend.audit.checkpoint import FILE_NAME, verify_journal
from backend.audit.signing import load_public
from backend.model.journal import JournalEntry
from backend.site import Site, load


def verify(folder: Path) -> int:
    """Check a site's journal, running or not. 1 when it is not sound, naming the first bad row."""
    return tell(*check(load(folder)))


def check(site: Site) -> tuple[Verdict, bytes]:
    """The verdict on a site's journal, and the hash of its last entry."""
    with reading(site) as records:
        heads = _Heads(records.journal())
        verdict = verify_journal(
            heads,
            GENESIS(site.id, records.id),
            CheckpointFile(site.folder / FILE_NAME, log=records.id),
            load_public(site.folder),
        )
    return verdict, heads.last


def tell(verdict: Verdict, head: bytes) -> int:
    """Print what checking found; the exit code."""
    if verdict.ok:
        result(f"entries: {verdict.count}, all sound; head {head.hex()}")
        return 0
    if verdict.first_bad is None:
        note(f"{verdict.count} entries are chained, but the checkpoints cannot be trusted: {verdict.reason}")
    else:
        note(f"entry {verdict.first_bad} is the first bad one: {verdict.reason}; {verdict.count} before it are sound")
    return 1


class _Heads:
    """Passes entries on and remembers the hash of the last."""

    def __init__(self, entries: Iterable[JournalEntry]) -> None:
        self.last = b""
        self._entries = entries

    def __iter__(self) -> Iterator[JournalEntry]:
        for entry in self._entries:
            self.last = entry.hash
            yield entry
