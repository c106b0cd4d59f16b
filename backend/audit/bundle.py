"""The journal as one signed file for an auditor: checked with nothing but the site's public key.

A ZIP of `journal.jsonl` (one entry a line), `journal.checkpoints`, `journal.pub` and `bundle.json`, whose signature
(Ed25519) covers whose journal it is, how far it goes and the SHA-256 of the other files. The key in the bundle proves
nothing by itself: whoever forges a bundle puts his own in. The auditor brings the site's, or compares the fingerprint.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.audit.canonical import canonical
from backend.audit.chain import GENESIS, Verdict
from backend.audit.checkpoint import FILE_NAME as CHECKPOINTS
from backend.audit.checkpoint import CheckpointFile, verify_journal
from backend.audit.signing import PUBLIC_NAME, load_public, public_text
from backend.errors import ConfigError, StoreError
from backend.model.journal import Field, JournalDraft, JournalEntry

ENTRIES: Final = "journal.jsonl"
MANIFEST: Final = "bundle.json"
_FILES: Final = (ENTRIES, CHECKPOINTS, PUBLIC_NAME)
_DOMAIN: Final = b"\x03linepack bundle"
_LONGEST_LINE: Final = 16 << 20
_LARGEST_MANIFEST: Final = 1 << 16


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose journal (site, mode, store), `count` entries up to the hash `head` (hex), made at `at` (µs UTC)."""

    site: str
    mode: str
    store: str
    count: int
    head: str
    at: int
    sha256: dict[str, str]
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature covers."""
        files = (part for name in sorted(self.sha256) for part in (name, self.sha256[name]))
        return canonical((_DOMAIN, self.site, self.mode, self.store, self.count, self.head, self.at, *files))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checking a bundle found. fingerprint: SHA-256 of the key it was checked with; own_key: that is the bundle's
    own, so it stands for nothing until it is compared."""

    manifest: Manifest
    verdict: Verdict
    fingerprint: str
    own_key: bool


def write_bundle(
    file: Path,
    entries: Iterable[JournalEntry],
    *,
    site: str,
    mode: str,
    store: str,
    checkpoints: Path,
    key: Ed25519PrivateKey,
    at: int,
) -> Manifest:
    """Write a whole journal, from entry 1, to a new file. `entries` are read after the checkpoints were."""
    count, head = 0, GENESIS(site, store)
    # Before the journal: a checkpoint must not be ahead of the entries beside it.
    marks = checkpoints.read_bytes()
    with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
        digest = hashlib.sha256()
        with archive.open(ENTRIES, "w", force_zip64=True) as stream:
            for entry in entries:
                line = _line(entry)
                digest.update(line)
                stream.write(line)
                count, head = entry.seq, entry.hash
        public = public_text(key.public_key())
        archive.writestr(CHECKPOINTS, marks)
        archive.writestr(PUBLIC_NAME, public)
        sha256 = {
            ENTRIES: digest.hexdigest(),
            CHECKPOINTS: hashlib.sha256(marks).hexdigest(),
            PUBLIC_NAME: hashlib.sha256(public).hexdigest(),
        }
        bare = Manifest(site=site, mode=mode, store=store, count=count, head=head.hex(), at=at, sha256=sha256)
        signed = msgspec.structs.replace(bare, signature=key.sign(bare.signed_bytes()).hex())
        archive.writestr(MANIFEST, msgspec.json.encode(signed))
    return signed


def check_bundle(file: Path, *, key: Ed25519PublicKey | None = None) -> Checked:
    """Check a bundle with the site's key, or its own. Raises ConfigError for a file that is no bundle at all."""
    with tempfile.TemporaryDirectory(prefix="linepack-bundle-") as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(file) as archive:
                manifest = _manifest(archive, file)
                found = {each: _extract(archive, each, folder) for each in _FILES}
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError) as error:
            raise ConfigError("{file}: is not a whole audit bundle ({reason})", file=file, reason=error) from error
        except OSError as error:
            raise ConfigError("{file}: cannot be read ({reason})", file=file, reason=error.strerror) from error
        used = key or load_public(folder)
        return Checked(
            manifest=manifest,
            verdict=_verdict(folder, manifest, found, used),
            fingerprint=hashlib.sha256(used.public_bytes_raw()).hexdigest(),
            own_key=key is None,
        )


def _verdict(folder: Path, manifest: Manifest, found: dict[str, str], key: Ed25519PublicKey) -> Verdict:
    try:
        key.verify(bytes.fromhex(manifest.signature), manifest.signed_bytes())
    except (InvalidSignature, ValueError):
        return Verdict(count=0, ok=False, reason=f"{MANIFEST} is not signed by this key")
    for name, digest in found.items():
        if manifest.sha256.get(name) != digest:
            return Verdict(count=0, ok=False, reason=f"{name} is not the file that was signed")
    marks = CheckpointFile(folder / CHECKPOINTS, log=manifest.store)
    with (folder / ENTRIES).open("rb") as stream:
        verdict = verify_journal(_entries(stream), GENESIS(manifest.site, manifest.store), marks, key)
    if verdict.ok and verdict.count != manifest.count:
        reason = f"it holds {verdict.count} entries, not the {manifest.count} it says"
        return Verdict(count=verdict.count, ok=False, first_bad=verdict.count + 1, reason=reason)
    return verdict


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    if sorted(archive.namelist()) != sorted((*_FILES, MANIFEST)):
        raise ConfigError("{file}: is not an audit bundle", file=file)
    if archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
        raise ConfigError("{file}: is not an audit bundle", file=file)
    try:
        return msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except msgspec.DecodeError as error:
        raise ConfigError("{file}: is not an audit bundle", file=file) from error


def _extract(archive: zipfile.ZipFile, name: str, folder: Path) -> str:
    """Put a member of a fixed name into the folder; its SHA-256."""
    with archive.open(name) as source, (folder / name).open("xb") as target:
        shutil.copyfileobj(source, target)
    with (folder / name).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _line(entry: JournalEntry) -> bytes:
    draft = entry.draft
    row = {
        "seq": entry.seq,
        "at": draft.at,
        "kind": draft.kind,
        "subject": draft.subject,
        "person": draft.person,
        "session": draft.session,
        "workstation": draft.workstation,
        "fields": [[name, _typed(value)] for name, value in draft.fields],
        "previous": entry.previous.hex(),
        "hash": entry.hash.hex(),
    }
    return json.dumps(row, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def _entries(stream: IO[bytes]) -> Iterator[JournalEntry]:
    """Entries line by line. Raises StoreError for a line that is none."""
    while line := stream.readline(_LONGEST_LINE):
        try:
            row = json.loads(line)
            yield JournalEntry(
                seq=row["seq"],
                draft=JournalDraft(
                    at=row["at"],
                    kind=row["kind"],
                    subject=row["subject"],
                    person=row["person"],
                    session=row["session"],
                    workstation=row["workstation"],
                    fields=tuple((name, _untyped(value)) for name, value in row["fields"]),
                ),
                previous=bytes.fromhex(row["previous"]),
                hash=bytes.fromhex(row["hash"]),
            )
        except (ValueError, TypeError, KeyError, RecursionError, struct.error) as error:
            raise StoreError("a line is not a journal entry ({reason})", reason=error) from error


def _typed(value: Field) -> object:
    """JSON as it is, but for floats: their eight bytes in hex, so that each comes back to the bit."""
    return {"float": struct.pack(">d", value).hex()} if isinstance(value, float) else value


def _untyped(value: Any) -> Field:
    if isinstance(value, dict):
        (number,) = struct.unpack(">d", bytes.fromhex(value["float"]))
        return float(number)
    if value is None or isinstance(value, str | int):
        return value
    raise ValueError("a field of a type that a journal does not hold")
