"""`linepack audit verify`: is a journal, of a site or in a bundle, what was written? Chain and signed checkpoints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.moments import utc_text
from app.opening import reading
from app.terminal import note, result
from backend.audit import GENESIS, CheckpointFile, Verdict
from backend.audit.bundle import check_bundle
from backend.audit.checkpoint import FILE_NAME, verify_journal
from backend.audit.signing import load_public, read_public
from backend.model.journal import JournalEntry
from backend.site import Site, load


def verify(place: Path, *, key: Path | None = None) -> int:
    """Check the journal of a site, running or not, or of a bundle. 1 when it is not sound, naming the first bad row.

    key: the site's journal.pub as the auditor keeps it; without it, the one beside the journal.
    """
    trusted = None if key is None else read_public(key)
    if place.is_file():
        return _verify_bundle(place, trusted)
    return _tell(*check(load(place), trusted))


def _verify_bundle(file: Path, trusted: Ed25519PublicKey | None) -> int:
    checked = check_bundle(file, key=trusted)
    made = checked.manifest
    code = _tell(checked.verdict, bytes.fromhex(made.head))
    result(f"journal of {made.site}, mode {made.mode}, as of {utc_text(made.at)}; key {checked.fingerprint}")
    if checked.own_key:
        note("checked with the key in the bundle: compare its fingerprint with the site's, or name the file with --key")
    return code


def check(site: Site, trusted: Ed25519PublicKey | None = None) -> tuple[Verdict, bytes]:
    """The verdict on a site's journal, with a trusted key or the site's own, and the hash of its last entry."""
    with reading(site) as records:
        heads = _Heads(records.journal())
        verdict = verify_journal(
            heads,
            GENESIS(site.id, records.id),
            CheckpointFile(site.folder / FILE_NAME, log=records.id),
            trusted or load_public(site.folder),
        )
    return verdict, heads.last


def _tell(verdict: Verdict, head: bytes) -> int:
    """Print what checking found; the exit code."""
    if verdict.ok:
        result(f"entries: {verdict.count}, all sound; head {head.hex()}")
        return 0
    if verdict.first_bad is None:
        note(f"the journal cannot be trusted, although no entry shows it: {verdict.reason}")
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
