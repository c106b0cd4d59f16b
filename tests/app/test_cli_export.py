"""`linepack export`: what is asked for, whole, and in the journal."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from app.opening import held, reading, writing
from backend.model.journal import JournalEntry
from backend.site import load
from backend.site.lock import SiteLock
from tests.support.command_line import contents, linepack
from tests.support.stored import batch, command, draft, occurrence, registry

KINDS = ["samples", "alarms", "commands", "audit"]


@pytest.fixture
def site(empty: Path) -> Path:
    """A live site with something of each kind."""
    with held(load(empty)), writing(load(empty)) as store:
        store.run(lambda tx: tx.registry(registry())).result(5)
        store.run(lambda tx: tx.samples(batch([(0, 0, 1.5), (1, 1_000_000, 2.5), (0, 2_000_000, 3.5)]))).result(5)
        store.run(lambda tx: tx.occurrence(occurrence())).result(5)
        store.run(lambda tx: tx.command(command())).result(5)
        store.run(lambda tx: tx.journal(draft("old"))).result(5)
    return empty


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def newest(site: Path) -> JournalEntry:
    with reading(load(site)) as records:
        return records.journal_tail(1)[0]


@pytest.mark.parametrize(("what", "count"), [("samples", 3), ("alarms", 1), ("commands", 1), ("audit", 2)])
def test_everything_there_is(site: Path, tmp_path: Path, what: str, count: int) -> None:
    out = tmp_path / "out.csv"
    done = linepack("export", what, site, "--out", out)
    assert (done.code, done.out, done.err) == (0, f"{count} rows in {out}\n", "")
    assert len(rows_of(out)) == count
    entry = newest(site)
    assert (entry.draft.kind, entry.draft.subject) == ("export", "out.csv")
    assert dict(entry.draft.fields).items() >= {
        ("what", what),
        ("from", ""),
        ("rows", count),
        ("sha256", hashlib.sha256(out.read_bytes()).hexdigest()),
    }
    assert linepack("audit", "verify", site).code == 0


def test_the_stretch_asked_for_in_any_zone(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    stretch = ["--from", "2026-01-15T18:30:00+08:00", "--to", "2026-01-15T10:30:02Z"]
    assert linepack("export", "samples", site, *stretch, "--out", out).code == 0
    assert [(row["tag"], row["value"]) for row in rows_of(out)] == [("R12.PT-0", "1.5"), ("R12.PT-1", "2.5")]
    assert dict(newest(site).draft.fields)["from"] == "2026-01-15T10:30:00.000000Z"


def test_the_journal_between_two_moments(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert linepack("export", "audit", site, "--to", "2026-01-15T10:30:01Z", "--out", out).code == 0
    assert [row["subject"] for row in rows_of(out)] == ["old"]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx", ".CSV"])
def test_the_ending_makes_the_format(site: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out{ending}"
    assert linepack("export", "samples", site, "--out", out).code == 0
    starts = {".csv": b"\xef\xbb\xbftime_utc", ".parquet": b"PAR1", ".xlsx": b"PK"}
    assert out.read_bytes().startswith(starts[ending.lower()])


def test_an_old_file_of_that_name_is_replaced(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    assert linepack("export", "samples", site, "--out", out).code == 0
    assert len(rows_of(out)) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"empty", "out.csv"}


def test_a_running_site_is_exported_and_says_that_its_journal_does_not_know(site: Path, tmp_path: Path) -> None:
    lock = SiteLock(site)
    before = newest(site)
    done = linepack("export", "samples", site, "--out", tmp_path / "out.csv")
    assert done.code == 0
    assert done.sentence == "the site is running: the journal does not say that this was exported"
    assert len(rows_of(tmp_path / "out.csv")) == 3
    assert newest(site) == before
    lock.release()


def test_a_simulators_file_says_so(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert linepack("export", "audit", city, "--out", out).code == 0
    assert rows_of(out)[0]["SIMULATION"] == "SIMULATION"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--from", "2026-01-15T10:00:00"], "does not say in which zone"),
        (["--to", "tomorrow"], "is not a moment"),
        (["--from", "2026-01-15T10:00:00Z", "--to", "2026-01-15T10:00:00Z"], "is not before --to"),
        (["--from", "2096-01-15T10:00:00Z"], "is not before --to now"),
    ],
)
def test_moments_that_cannot_be_meant(site: Path, tmp_path: Path, arguments: list[str], reason: str) -> None:
    before = contents(tmp_path)
    refused = linepack("export", "samples", site, *arguments, "--out", tmp_path / "out.csv")
    assert refused.code == 1
    assert reason in refused.sentence
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("out.doc", "out.doc cannot be written: its ending must be one of .csv, .parquet, .xlsx."),
        ("out", "out cannot be written: its ending must be one of"),
        ("out.zip", "out.zip cannot be written: its ending must be one of"),
        ("gone/out.csv", "gone/out.csv cannot be written: No such file or directory."),
        ("empty", "empty: is a folder; name a file"),
    ],
)
def test_files_that_cannot_be_written(site: Path, tmp_path: Path, name: str, reason: str) -> None:
    before = contents(tmp_path)
    refused = linepack("export", "samples", site, "--out", tmp_path / name)
    assert refused.code == 1
    assert f"{tmp_path}/{reason}" in refused.sentence
    assert contents(tmp_path) == before


@pytest.mark.parametrize("what", KINDS)
def test_nothing_stored_is_an_empty_table(empty: Path, tmp_path: Path, what: str) -> None:
    end = "1999-01-01T00:00:00Z"
    done = linepack("export", what, empty, "--to", end, "--out", tmp_path / "out.csv")
    assert (done.code, done.out) == (0, f"0 rows in {tmp_path / 'out.csv'}\n")


def test_an_unknown_kind_is_wrong_usage(empty: Path, tmp_path: Path) -> None:
    assert linepack("export", "passwords", empty, "--out", tmp_path / "x.csv").code == 2
