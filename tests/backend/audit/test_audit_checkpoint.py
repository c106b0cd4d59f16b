"""Checkpoints: signed, numbered, beside the database; they show what was cut off, put back or chained anew."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.audit import GENESIS, CheckpointFile, seal
from backend.audit.checkpoint import FILE_NAME, verify_journal
from backend.audit.signing import KEY_NAME, PUBLIC_NAME, create_key, load_key, load_public
from backend.errors import ConfigError, StoreError
from backend.model.journal import JournalDraft, JournalEntry

LOG = "0011223344556677"
START = GENESIS("linjiang", LOG)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
AT = 1_768_473_000_000_000


def entries(count: int, subject: str = "c") -> list[JournalEntry]:
    found, head = [], START
    for seq in range(1, count + 1):
        draft = JournalDraft(at=AT + seq, kind="k", subject=f"{subject}{seq}")
        found.append(JournalEntry(seq=seq, draft=draft, previous=head, hash=seal(head, seq, draft)))
        head = found[-1].hash
    return found


def head_of(count: int) -> bytes:
    return entries(count)[-1].hash


@pytest.fixture
def file(tmp_path: Path) -> CheckpointFile:
    """Checkpoints of the empty journal, and at 2, 2 again and 4 entries."""
    made = CheckpointFile(tmp_path / FILE_NAME, log=LOG)
    made.create(KEY, genesis=START, at=AT)
    for count in (2, 2, 4):
        made.append(KEY, count=count, head=head_of(count), at=AT + count)
    return made


def lines(file: CheckpointFile) -> list[bytes]:
    return file.file.read_bytes().splitlines(keepends=True)


def test_what_was_added_is_read_back(file: CheckpointFile) -> None:
    found = file.read(KEY.public_key())
    assert found.fault == ""
    assert [(each.number, each.count, each.head, each.at, each.log) for each in found.good] == [
        (1, 0, START.hex(), AT, LOG),
        (2, 2, head_of(2).hex(), AT + 2, LOG),
        (3, 2, head_of(2).hex(), AT + 2, LOG),
        (4, 4, head_of(4).hex(), AT + 4, LOG),
    ]


def test_the_public_key_alone_checks_a_line(file: CheckpointFile) -> None:
    """The signature is plain Ed25519 over typed bytes, put together here by hand."""
    line = json.loads(lines(file)[1])
    head = bytes.fromhex(line["head"])
    signed = b"".join(
        letter + len(content).to_bytes(8, "big") + content
        for letter, content in (
            (b"y", b"\x02linepack checkpoint"),
            (b"s", LOG.encode()),
            (b"i", b"2"),
            (b"i", b"2"),
            (b"y", head),
            (b"i", str(AT + 2).encode()),
        )
    )
    KEY.public_key().verify(bytes.fromhex(line["signature"]), signed)


@pytest.mark.parametrize("count", [4, 5, 9])
def test_a_sound_journal_with_its_checkpoints_is_sound(file: CheckpointFile, count: int) -> None:
    verdict = verify_journal(entries(count), START, file, KEY.public_key())
    assert verdict.ok
    assert verdict.count == count


@pytest.mark.parametrize("left", [0, 1, 2, 3])
def test_a_cut_off_journal_is_found(file: CheckpointFile, left: int) -> None:
    verdict = verify_journal(entries(9)[:left], START, file, KEY.public_key())
    assert (verdict.ok, verdict.first_bad) == (False, left + 1)


def test_a_journal_chained_anew_is_found(file: CheckpointFile) -> None:
    verdict = verify_journal(entries(9, subject="forged"), START, file, KEY.public_key())
    assert (verdict.ok, verdict.first_bad) == (False, 1)


@pytest.mark.parametrize("name", ["log", "number", "count", "head", "at", "signature"])
def test_an_edited_checkpoint_is_rejected(file: CheckpointFile, name: str) -> None:
    kept = lines(file)
    line = json.loads(kept[2])
    line[name] = line[name] + 1 if isinstance(line[name], int) else line[name].translate({48: "1", 49: "0"})
    file.file.write_bytes(b"".join([*kept[:2], json.dumps(line).encode() + b"\n", *kept[3:]]))
    found = file.read(KEY.public_key())
    assert len(found.good) == 2
    assert found.fault == f"line 3 of {file.file} is not signed by this site's key"
    assert not verify_journal(entries(9), START, file, KEY.public_key()).ok


@pytest.mark.parametrize(
    "garbage", [b"\n", b"{}\n", b"\xff\xfe\n", b'{"log":1}\n', b"[[[[\n", b'{"signature":"zz"}\n', b"null\n"]
)
def test_garbage_is_rejected(file: CheckpointFile, garbage: bytes) -> None:
    kept = lines(file)
    file.file.write_bytes(b"".join([*kept[:1], garbage, *kept[1:]]))
    assert file.read(KEY.public_key()).fault == f"line 2 of {file.file} is not a checkpoint"


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_line_taken_out_is_rejected(file: CheckpointFile, gone: int) -> None:
    kept = lines(file)
    del kept[gone]
    file.file.write_bytes(b"".join(kept))
    assert "lines are missing or out of order" in file.read(KEY.public_key()).fault


def test_lines_out_of_order_are_rejected(file: CheckpointFile) -> None:
    kept = lines(file)
    file.file.write_bytes(b"".join([kept[0], kept[2], kept[1], kept[3]]))
    assert "out of order" in file.read(KEY.public_key()).fault


def test_another_signer_is_rejected(file: CheckpointFile) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert "not signed by this site's key" in file.read(other.public_key()).fault
    with pytest.raises(StoreError, match="not signed by this site's key"):
        file.append(other, count=5, head=head_of(5), at=AT)
    assert len(lines(file)) == 4


def test_checkpoints_of_another_journal_are_rejected(file: CheckpointFile) -> None:
    other = CheckpointFile(file.file, log="another")
    assert "is of another journal" in other.read(KEY.public_key()).fault
    with pytest.raises(StoreError, match="is of another journal"):
        other.append(KEY, count=9, head=head_of(9), at=AT)


def test_a_file_that_is_gone_is_missed(file: CheckpointFile) -> None:
    file.file.unlink()
    verdict = verify_journal(entries(9), START, file, KEY.public_key())
    assert not verdict.ok
    assert "cannot be read" in verdict.reason
    with pytest.raises(StoreError, match="cannot be read"):
        file.append(KEY, count=9, head=head_of(9), at=AT)


def test_an_empty_file_is_missed(file: CheckpointFile) -> None:
    file.file.write_bytes(b"")
    assert "holds no checkpoint" in file.read(KEY.public_key()).fault
    with pytest.raises(StoreError, match="not a checkpoint"):
        file.append(KEY, count=9, head=head_of(9), at=AT)


@pytest.mark.parametrize("cut", range(1, 60))
def test_an_unfinished_last_line_does_not_count_and_is_written_over(file: CheckpointFile, cut: int) -> None:
    """Power was cut while the fourth was being added."""
    whole = file.file.read_bytes()
    file.file.write_bytes(whole[:-cut])
    found = file.read(KEY.public_key())
    assert (len(found.good), found.fault) == (3, "")
    file.append(KEY, count=4, head=head_of(4), at=AT + 4)
    assert file.file.read_bytes() == whole


def test_a_checkpoint_never_goes_back(file: CheckpointFile) -> None:
    with pytest.raises(StoreError, match="has 3 entries, but had 4 before"):
        file.append(KEY, count=3, head=head_of(3), at=AT)
    assert len(lines(file)) == 4


def test_a_signed_line_that_goes_back_is_rejected(file: CheckpointFile) -> None:
    file._write(KEY, number=5, count=1, head=head_of(1), at=AT)
    assert "goes back behind the one before it" in file.read(KEY.public_key()).fault


def test_a_long_file_is_added_to_by_its_last_line_alone(file: CheckpointFile) -> None:
    for number in range(5, 40):
        file.append(KEY, count=number, head=head_of(number), at=AT + number)
    assert file.file.stat().st_size > 4096
    assert len(file.read(KEY.public_key()).good) == 39


def test_several_threads_add_lines_without_mixing_them(file: CheckpointFile) -> None:
    with ThreadPoolExecutor(4) as pool:
        added = [pool.submit(file.append, KEY, count=4, head=head_of(4), at=AT + number) for number in range(40)]
        numbers = sorted(each.result(5).number for each in added)
    assert numbers == list(range(5, 45))
    found = file.read(KEY.public_key())
    assert (len(found.good), found.fault) == (44, "")


def test_a_file_is_made_once(file: CheckpointFile) -> None:
    before = file.file.read_bytes()
    with pytest.raises(ConfigError, match="exists already"):
        file.create(KEY, genesis=START, at=AT)
    assert file.file.read_bytes() == before


def test_a_line_that_cannot_be_written_leaves_nothing(file: CheckpointFile, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.file.read_bytes()

    def no_disk(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", no_disk)
    with pytest.raises(StoreError, match="Input/output error"):
        file.append(KEY, count=9, head=head_of(9), at=AT)
    assert file.file.read_bytes() == before


def test_the_sites_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = create_key(tmp_path)
    assert (tmp_path / KEY_NAME).stat().st_mode & 0o777 == 0o600
    assert load_key(tmp_path).private_bytes_raw() == made.private_bytes_raw()
    assert load_public(tmp_path).public_bytes_raw() == made.public_key().public_bytes_raw()
    before = (tmp_path / KEY_NAME).read_bytes()
    with pytest.raises(ConfigError, match="a key is never replaced"):
        create_key(tmp_path)
    assert (tmp_path / KEY_NAME).read_bytes() == before


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    create_key(tmp_path)
    (tmp_path / KEY_NAME).chmod(0o640)
    with pytest.raises(ConfigError, match="can be read by others; close it with chmod 600"):
        load_key(tmp_path)


@pytest.mark.parametrize(("name", "load"), [(KEY_NAME, load_key), (PUBLIC_NAME, load_public)])
def test_a_key_that_is_gone_or_garbled_is_refused(tmp_path: Path, name: str, load: object) -> None:
    assert callable(load)
    create_key(tmp_path)
    (tmp_path / name).write_bytes(b"-----BEGIN NONSENSE-----\n")
    with pytest.raises(ConfigError, match="restore it from a backup"):
        load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(tmp_path)
