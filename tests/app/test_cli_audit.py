"""`linepack audit verify`: says that a journal is sound, or names the first row that is not."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from app.opening import checkpoint, held, writing
from backend.audit.checkpoint import FILE_NAME
from backend.site import load
from backend.site.lock import SiteLock
from tests.support.command_line import contents, linepack
from tests.support.stored import draft


@pytest.fixture
def site(empty: Path) -> Path:
    """A live site with six entries and checkpoints at 0, 1 and 6."""
    place = load(empty)
    with held(place), writing(place) as store:
        for subject in ("c1", "c2", "c3", "c4"):
            store.run(lambda tx, subject=subject: tx.journal(draft(subject))).result(5)
        checkpoint(place, store, store.run(lambda tx: tx.journal(draft("c5"))).result(5))
    return empty


def tamper(site: Path, *statements: str) -> None:
    """Change the database behind the store's back, without its triggers."""
    raw = sqlite3.connect(site / "linepack.db")
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()


def test_a_sound_journal(site: Path) -> None:
    before = contents(site)
    done = linepack("audit", "verify", site)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("entries: 6, all sound; head ")
    assert len(done.out.split("head ")[1].strip()) == 64
    assert contents(site) == before


def test_beside_a_running_site(site: Path) -> None:
    lock = SiteLock(site)
    assert linepack("audit", "verify", site).code == 0
    lock.release()


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE journal SET subject = 'other' WHERE seq = 3", 3),
        ("UPDATE journal SET at = at + 1 WHERE seq = 1", 1),
        ("DELETE FROM journal WHERE seq = 4", 4),
        ("DELETE FROM journal WHERE seq > 4", 5),
        ("DELETE FROM journal", 1),
        ("UPDATE journal SET fields = '[[' WHERE seq = 2", 2),
    ],
)
def test_the_first_bad_row_is_named(site: Path, statement: str, first_bad: int) -> None:
    tamper(site, statement)
    refused = linepack("audit", "verify", site)
    assert (refused.code, refused.out) == (1, "")
    assert refused.sentence.startswith(f"entry {first_bad} is the first bad one: ")
    assert refused.sentence.endswith(f"; {first_bad - 1} before it are sound")


def test_a_checkpoint_that_was_taken_away(site: Path) -> None:
    file = site / FILE_NAME
    lines = file.read_text().splitlines(keepends=True)
    file.write_text(lines[0] + lines[2])
    refused = linepack("audit", "verify", site)
    assert refused.code == 1
    assert "is checkpoint 3, not 2: lines are missing or out of order" in refused.sentence


def test_no_checkpoints_at_all(site: Path) -> None:
    (site / FILE_NAME).unlink()
    refused = linepack("audit", "verify", site)
    assert refused.code == 1
    assert f"{site / FILE_NAME} cannot be read" in refused.sentence


def test_a_key_put_in_place_of_the_sites(site: Path, city: Path) -> None:
    """Whoever changes a journal and signs it anew puts his key beside it; the auditor's copy tells."""
    kept = shutil.copy(site / "journal.pub", site.parent / "kept.pub")
    assert linepack("audit", "verify", site, "--key", kept).code == 0
    refused = linepack("audit", "verify", site, "--key", city / "journal.pub")
    assert refused.code == 1
    assert "is not signed by this site's key" in refused.sentence


@pytest.mark.parametrize(("file", "reason"), [("gone.pub", "cannot be read"), ("site.toml", "is not a public key")])
def test_a_key_that_is_none(site: Path, file: str, reason: str) -> None:
    refused = linepack("audit", "verify", site, "--key", site / file)
    assert refused.code == 1
    assert reason in refused.sentence


def test_a_bundle_for_an_auditor(site: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "journal.zip"
    made = linepack("export", "audit", site, "--out", bundle)
    assert (made.code, made.out) == (0, f"6 rows in {bundle}\n")
    done = linepack("audit", "verify", bundle, "--key", site / "journal.pub")
    assert (done.code, done.err) == (0, "")
    first, second = done.out.splitlines()
    assert first.startswith("entries: 6, all sound; head ")
    assert second.startswith("journal of empty, mode live, as of ")
    without = linepack("audit", "verify", bundle)
    assert without.code == 0
    assert "compare its fingerprint with the site's" in without.sentence


def test_a_bundle_with_anothers_key(site: Path, city: Path, tmp_path: Path) -> None:
    linepack("export", "audit", site, "--out", tmp_path / "journal.zip")
    refused = linepack("audit", "verify", tmp_path / "journal.zip", "--key", city / "journal.pub")
    assert refused.code == 1
    assert "bundle.json is not signed by this key" in refused.sentence


def test_a_bundle_is_whole_or_none(site: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    refused = linepack("export", "audit", site, "--from", "2026-01-01T00:00:00Z", "--out", tmp_path / "j.zip")
    assert refused.code == 1
    assert "leave out --from and --to" in refused.sentence
    assert contents(tmp_path) == before


@pytest.mark.parametrize("content", [b"", b"PK", json.dumps({"a": 1}).encode()])
def test_a_file_that_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    refused = linepack("audit", "verify", tmp_path / "x")
    assert refused.code == 1
    assert "is not a whole audit bundle" in refused.sentence


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    refused = linepack("audit", "verify", tmp_path / "gone")
    assert (refused.code, refused.sentence) == (1, f"{tmp_path / 'gone'}: there is no such folder")
