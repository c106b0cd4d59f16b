"""`linepack backup` and `linepack restore`: a site comes back whole, into a new folder, or not at all."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.backups import MANIFEST
from app.opening import held, reading, writing
from backend.audit.checkpoint import FILE_NAME
from backend.model.journal import JournalEntry
from backend.site import load
from backend.site.lock import SiteLock
from backend.store.cold.layout import DAY_US
from backend.store.cold.rules import Cooling
from tests.support.clock import START_US
from tests.support.command_line import contents, linepack
from tests.support.stored import account, alarm, batch, draft


def journaled(site: Path) -> list[JournalEntry]:
    with reading(load(site)) as records:
        return list(records.journal())


@pytest.fixture
def site(city: Path) -> Path:
    """The small city with a sample, an alarm and an account."""
    with held(load(city)), writing(load(city)) as store:
        store.run(lambda tx: tx.samples(batch([(0, 0, 1.5)]))).result(5)
        store.run(lambda tx: tx.alarm(*alarm())).result(5)
        store.run(lambda tx: tx.account(account())).result(5)
    (city / "log" / "linepack.log").write_text("started\n")
    return city


@pytest.fixture
def backup(site: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    file = tmp_path / "backups" / "city.zip"
    file.parent.mkdir()
    assert linepack("backup", site, file).code == 0
    return file


def test_everything_comes_back(site: Path, backup: Path, tmp_path: Path) -> None:
    done = linepack("restore", backup, tmp_path / "new" / "city")
    assert (done.code, done.err) == (0, "")
    restored = tmp_path / "new" / "city"
    assert done.out == f"restored linjiang in {restored}\n"
    files = {"site.toml", "journal.key", "journal.pub", "registry/devices.json", "network/network.geojson"}
    before, after = contents(site), contents(restored)
    assert {name: after[name] for name in files} == {name: before[name] for name in files}
    assert "log/linepack.log" not in after
    with reading(load(site)) as old, reading(load(restored)) as new:
        assert new.id == old.id
        assert new.registry() == old.registry()
        assert new.last_values().value.tolist() == [1.5]
        assert new.alarms() == old.alarms() != ()
        assert new.accounts() == old.accounts() != ()
    assert [entry.draft.kind for entry in journaled(restored)] == ["site.created", "site.restored"]
    assert [entry.draft.kind for entry in journaled(site)] == ["site.created", "backup"]
    for each in (site, restored):
        assert linepack("audit", "verify", each).code == 0


def test_what_was_restored_can_be_changed_and_backed_up_again(backup: Path, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    linepack("restore", backup, restored)
    assert linepack("backup", restored, tmp_path / "again.zip").code == 0
    assert linepack("restore", tmp_path / "again.zip", tmp_path / "twice").code == 0


def test_old_samples_in_files_come_back(site: Path, tmp_path: Path) -> None:
    with held(load(site)), writing(load(site)) as store:
        for day in range(9):
            store.run(lambda tx, day=day: tx.samples(batch([(0, -day * DAY_US, float(day))]))).result(5)
        store.roll_up()
        assert store.cool(Cooling(now=START_US, recent_days=2)) == 6
    assert "files 6 rows" in linepack("doctor", site).out
    assert linepack("backup", site, tmp_path / "city.zip").code == 0
    assert linepack("restore", tmp_path / "city.zip", tmp_path / "restored").err == ""
    with reading(load(tmp_path / "restored")) as records:
        assert len(records.history.read([0], 0, 2**62)) == 10
        assert records.history.check() == ()


@pytest.mark.expects_warnings
def test_the_doctor_names_a_damaged_file(site: Path) -> None:
    with held(load(site)), writing(load(site)) as store:
        store.run(lambda tx: tx.samples(batch([(0, -5 * DAY_US, 1.0)]))).result(5)
        store.roll_up()
        store.cool(Cooling(now=START_US, recent_days=2))
    (old,) = (site / "history").iterdir()
    old.write_bytes(old.read_bytes()[:-1])
    assert f"{old.name} damaged, 1 samples of 2026-01-10" in linepack("doctor", site).out


def test_secrets_stay_their_owners(backup: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    linepack("restore", backup, tmp_path / "restored")
    assert stat.S_IMODE((tmp_path / "restored").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "restored" / "journal.key").stat().st_mode) == 0o600


def test_of_a_running_site(site: Path, tmp_path: Path) -> None:
    lock = SiteLock(site)
    with writing(load(site)) as running:
        running.run(lambda tx: tx.journal(draft("while running"))).result(5)
        done = linepack("backup", site, tmp_path / "running.zip")
        running.run(lambda tx: tx.journal(draft("after"))).result(5)
    lock.release()
    assert done.code == 0
    assert done.sentence == "the site is running: the journal does not say that this backup was made"
    assert linepack("restore", tmp_path / "running.zip", tmp_path / "restored").err == ""
    assert [entry.draft.subject for entry in journaled(tmp_path / "restored")][1:2] == ["while running"]
    assert linepack("audit", "verify", tmp_path / "restored").code == 0


def test_a_journal_that_was_not_sound_comes_back_loudly(site: Path, tmp_path: Path) -> None:
    """A gas company without its console is worse off than one with a journal that needs an auditor."""
    (site / FILE_NAME).write_text("")
    linepack("backup", site, tmp_path / "bad.zip")
    done = linepack("restore", tmp_path / "bad.zip", tmp_path / "restored")
    assert done.code == 0
    assert "the journal in this backup is not sound" in done.err
    (entry,) = (each for each in journaled(tmp_path / "restored") if each.draft.kind == "site.restored")
    assert dict(entry.draft.fields)["journal_fault"] != ""


@pytest.mark.parametrize("place", ["there.zip", "gone/x.zip", "city/inside.zip"])
def test_a_file_that_cannot_be_the_backup(site: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "there.zip").write_text("mine")
    before = contents(tmp_path)
    refused = linepack("backup", site, tmp_path / place)
    assert refused.code == 1
    assert refused.sentence
    assert contents(tmp_path) == before


@pytest.mark.parametrize("database", ["sqlite:///../elsewhere.db", "sqlite:///{folder}/linepack.db"])
def test_a_database_that_two_sites_would_share(site: Path, tmp_path: Path, database: str) -> None:
    shutil.copy(site / "linepack.db", tmp_path / "elsewhere.db")
    text = (site / "site.toml").read_text()
    (site / "site.toml").write_text(f'database = "{database.format(folder=site)}"\n{text}')
    before = contents(tmp_path)
    refused = linepack("backup", site, tmp_path / "x.zip")
    assert refused.code == 1
    assert "a backup only takes what is in the folder" in refused.sentence
    assert contents(tmp_path) == before


def test_never_into_a_folder_with_something_in_it(backup: Path, site: Path) -> None:
    before = contents(site)
    refused = linepack("restore", backup, site)
    assert (refused.code, refused.sentence) == (1, f"{site} exists already and is not an empty folder")
    assert contents(site) == before


def repacked(backup: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    file = backup.with_name("changed.zip")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def named(name: str) -> Callable[[dict[str, bytes]], None]:
    """A member of that name, and its line in the manifest."""

    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members[MANIFEST])
        manifest["sha256"][name] = manifest["sha256"]["site.toml"]
        members[name] = members["site.toml"]
        members[MANIFEST] = json.dumps(manifest).encode()

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda members: members.pop("linepack.db"), "holds other files than it says"),
        (lambda members: members.update({"extra": b"x"}), "holds other files than it says"),
        (lambda members: members.update({"site.toml": b"id = 'x'"}), "site.toml in it is not what was backed up"),
        (lambda members: members.pop(MANIFEST), "is not a backup of a Linepack site"),
        (lambda members: members.update({MANIFEST: b"[]"}), "is not a backup of a Linepack site"),
        (lambda members: members.update({MANIFEST: b'{"format": 9, "sha256": {}}'}), "by another version of Linepack"),
        (named("../../evil"), "leads out of the folder"),
        (named("/etc/evil"), "leads out of the folder"),
        (named("C:evil"), "leads out of the folder"),
        (named("a\\..\\evil"), "leads out of the folder"),
        (named("site.toml/x"), "cannot be read"),
    ],
)
def test_a_file_that_is_not_a_whole_backup(
    backup: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], object], reason: str
) -> None:
    file = repacked(backup, change)
    before = contents(tmp_path)
    refused = linepack("restore", file, tmp_path / "restored")
    assert (refused.code, refused.out) == (1, "")
    assert reason in refused.sentence
    assert contents(tmp_path) == before


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00" * 10, b"PK\x05\x06"])
def test_a_file_that_is_no_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    refused = linepack("restore", tmp_path / "x.zip", tmp_path / "restored")
    assert refused.code == 1
    assert str(tmp_path / "x.zip") in refused.sentence
    assert contents(tmp_path).keys() == {"x.zip"}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    refused = linepack("restore", tmp_path / "gone.zip", tmp_path / "a" / "restored")
    assert refused.sentence == f"{tmp_path / 'gone.zip'}: cannot be read (No such file or directory)"
    assert contents(tmp_path) == {}


def test_cut_short_it_is_refused(backup: Path, tmp_path: Path) -> None:
    content = backup.read_bytes()
    before = contents(tmp_path)
    for length in range(1, len(content), len(content) // 9):
        backup.write_bytes(content[:length])
        assert linepack("restore", backup, tmp_path / "restored").code == 1
    backup.write_bytes(content)
    assert contents(tmp_path) == before
