"""The signed journal for an auditor: what was written comes back, and every change of the file is named."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.audit.bundle import ENTRIES, MANIFEST, Checked, Manifest, check_bundle, write_bundle
from backend.audit.chain import GENESIS, seal
from backend.audit.checkpoint import FILE_NAME, CheckpointFile
from backend.audit.signing import PUBLIC_NAME, public_text
from backend.errors import ConfigError
from backend.model.journal import Field, JournalDraft, JournalEntry
from tests.support.clock import START_US

STORE = "a1b2c3d4"
NAN = struct.unpack(">d", bytes.fromhex("7ff8000000000abc"))[0]
FIELDS: tuple[tuple[str, Field], ...] = (
    ("whole", 1),
    ("float", 1.0),
    ("text", "1"),
    ("true", True),
    ("none", None),
    ("nan", NAN),
    ("minus zero", -0.0),
    ("big", 2**80),
    ("half", "\ud83d"),
    ("lines", "a\nb\u2028\x00"),
)


def chained(count: int) -> list[JournalEntry]:
    entries: list[JournalEntry] = []
    head = GENESIS("linjiang", STORE)
    for seq in range(1, count + 1):
        draft = JournalDraft(at=START_US + seq, kind="command.approved", subject=f"c{seq}", fields=FIELDS)
        entries.append(JournalEntry(seq=seq, draft=draft, previous=head, hash=seal(head, seq, draft)))
        head = entries[-1].hash
    return entries


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def bundle(tmp_path: Path, key: Ed25519PrivateKey) -> Path:
    """Five entries; checkpoints at 0 and 3."""
    return write(tmp_path / "journal.zip", key, chained(5))


def write(file: Path, key: Ed25519PrivateKey, entries: list[JournalEntry]) -> Path:
    marks = CheckpointFile(file.with_suffix(".checkpoints"), log=STORE)
    marks.create(key, genesis=GENESIS("linjiang", STORE), at=START_US)
    marks.append(key, count=3, head=chained(3)[-1].hash, at=START_US)
    made = write_bundle(
        file, entries, site="linjiang", mode="live", store=STORE, checkpoints=marks.file, key=key, at=START_US
    )
    assert made.count == len(entries)
    return file


def repacked(bundle: Path, change: Callable[[dict[str, bytes]], object], *, key: Ed25519PrivateKey | None) -> Path:
    """The bundle with its members changed; with a key also signed anew."""
    with zipfile.ZipFile(bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    for signer in filter(None, [key]):
        old = msgspec.json.decode(members[MANIFEST], type=Manifest)
        count = members[ENTRIES].count(b"\n")
        digests = {name: hashlib.sha256(members[name]).hexdigest() for name in old.sha256}
        bare = msgspec.structs.replace(old, sha256=digests, count=count)
        signed = msgspec.structs.replace(bare, signature=signer.sign(bare.signed_bytes()).hex())
        members[MANIFEST] = msgspec.json.encode(signed)
    file = bundle.with_name("changed.zip")
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def lines(edit: Callable[[list[bytes]], object]) -> Callable[[dict[str, bytes]], None]:
    """Change the journal's lines."""

    def change(members: dict[str, bytes]) -> None:
        found = members[ENTRIES].splitlines(keepends=True)
        edit(found)
        members[ENTRIES] = b"".join(found)

    return change


def row(number: int, **changed: Any) -> Callable[[list[bytes]], None]:
    """Change one entry's keys."""

    def edit(found: list[bytes]) -> None:
        found[number] = json.dumps(json.loads(found[number]) | changed).encode() + b"\n"

    return edit


def checked(file: Path, key: Ed25519PrivateKey) -> Checked:
    return check_bundle(file, key=key.public_key())


def test_what_was_written_is_sound_to_the_bit(bundle: Path, key: Ed25519PrivateKey) -> None:
    found = checked(bundle, key)
    assert (found.verdict.ok, found.verdict.count) == (True, 5)
    assert (found.manifest.site, found.manifest.mode, found.manifest.store) == ("linjiang", "live", STORE)
    assert found.manifest.head == chained(5)[-1].hash.hex()
    assert found.fingerprint == hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()
    assert not found.own_key


def test_without_a_key_of_the_auditors_it_says_so(bundle: Path, key: Ed25519PrivateKey) -> None:
    found = check_bundle(bundle)
    assert found.verdict.ok
    assert found.own_key
    assert found.fingerprint == checked(bundle, key).fingerprint


def test_an_empty_journal(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    file = tmp_path / "empty.zip"
    marks = CheckpointFile(tmp_path / FILE_NAME, log=STORE)
    marks.create(key, genesis=GENESIS("linjiang", STORE), at=START_US)
    write_bundle(file, [], site="linjiang", mode="live", store=STORE, checkpoints=marks.file, key=key, at=START_US)
    assert checked(file, key).verdict.ok


EDITS = {
    "a field changed": row(2, subject="c9"),
    "its type changed": row(1, fields=[["whole", "1"], ["float", {"float": "3ff0000000000000"}]]),
    "first dropped": lambda found: found.pop(0),
    "one dropped": lambda found: found.pop(2),
    "last dropped": lambda found: found.pop(),
    "two swapped": lambda found: found.insert(1, found.pop(2)),
    "one doubled": lambda found: found.insert(1, found[1]),
    "cut in a line": lambda found: found.append(found.pop()[:40]),
    "nothing left": lambda found: found.clear(),
    "garbage": lambda found: found.insert(0, b"\xff\n"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_every_edit_of_the_entries_is_seen(
    bundle: Path, key: Ed25519PrivateKey, edit: Callable[[list[bytes]], object]
) -> None:
    verdict = checked(repacked(bundle, lines(edit), key=None), key).verdict
    assert not verdict.ok
    assert verdict.reason == f"{ENTRIES} is not the file that was signed"


@pytest.mark.parametrize(
    ("name", "first_bad"),
    [
        ("a field changed", 3),
        ("its type changed", 2),
        ("first dropped", 1),
        ("one dropped", 3),
        ("two swapped", 2),
        ("one doubled", 3),
        ("nothing left", 1),
        ("garbage", 1),
    ],
)
def test_signed_anew_by_the_site_itself_the_chain_still_tells(
    bundle: Path, key: Ed25519PrivateKey, name: str, first_bad: int
) -> None:
    verdict = checked(repacked(bundle, lines(EDITS[name]), key=key), key).verdict
    assert (verdict.ok, verdict.first_bad) == (False, first_bad)


def test_chained_and_signed_anew_the_checkpoints_still_tell(
    bundle: Path, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    forged = [dataclasses.replace(entry, draft=dataclasses.replace(entry.draft, subject="x")) for entry in chained(5)]
    head = GENESIS("linjiang", STORE)
    for place, entry in enumerate(forged):
        forged[place] = dataclasses.replace(entry, previous=head, hash=seal(head, entry.seq, entry.draft))
        head = forged[place].hash
    verdict = checked(write(tmp_path / "forged.zip", key, forged), key).verdict
    assert not verdict.ok
    assert "chained anew somewhere from 1 to 3" in verdict.reason


def test_signed_with_another_key(bundle: Path, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    forged = repacked(bundle, lambda members: members.update({PUBLIC_NAME: public_text(other.public_key())}), key=other)
    assert checked(forged, key).verdict.reason == f"{MANIFEST} is not signed by this key"
    assert not check_bundle(forged).verdict.ok


@pytest.mark.parametrize(
    "changed", [{"site": "jiangbei"}, {"mode": "simulator"}, {"count": 4}, {"at": 1}, {"signature": "00"}, {"head": ""}]
)
def test_what_the_manifest_says_is_signed(bundle: Path, key: Ed25519PrivateKey, changed: dict[str, object]) -> None:
    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | changed).encode()

    assert checked(repacked(bundle, change, key=None), key).verdict.reason == f"{MANIFEST} is not signed by this key"


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.pop(FILE_NAME),
        lambda members: members.update({"../evil": b"x"}),
        lambda members: members.update({MANIFEST: b"{}"}),
        lambda members: members.update({MANIFEST: b"\xff"}),
        lambda members: members.update({MANIFEST: b" " * (1 << 17)}),
    ],
)
def test_what_is_no_bundle(bundle: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    with pytest.raises(ConfigError, match="is not an audit bundle"):
        check_bundle(repacked(bundle, change, key=None))


def test_cut_anywhere_it_is_refused(bundle: Path, key: Ed25519PrivateKey) -> None:
    content = bundle.read_bytes()
    cut = bundle.with_name("cut.zip")
    for length in range(0, len(content), 97):
        cut.write_bytes(content[:length])
        with pytest.raises(ConfigError, match="is not a whole audit bundle"):
            checked(cut, key)
