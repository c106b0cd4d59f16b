"""A wrong site, file or address: one clear sentence, exit 1, no traceback, and nothing made or changed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import contents, linepack

PASSWORD = "Korrekt-Pferd-77"
ROW = '[{"id": "S-1", "kind": "station", "name": "Station"}]'

COMMANDS = {
    "points": ["points", "{site}"],
    "alarms": ["alarms", "{site}", "--json"],
    "export": ["export", "samples", "{site}", "--out", "{out}/samples.csv"],
    "bundle": ["export", "audit", "{site}", "--out", "{out}/journal.zip"],
    "verify": ["audit", "verify", "{site}"],
    "import": ["import", "assets", "{out}/rows.json", "{site}"],
    "user list": ["user", "list", "{site}"],
    "user add": ["user", "add", "{site}", "li", "--name", "Li", "--role", "operator"],
    "user disable": ["user", "disable", "{site}", "li"],
    "backup": ["backup", "{site}", "{out}/site.zip"],
    "serve": ["serve", "{site}", "--for", "0"],
}


def edit(site: Path, statement: str) -> None:
    raw = sqlite3.connect(site / "linepack.db")
    raw.execute(statement)
    raw.commit()
    raw.close()


def append(line: str) -> Callable[[Path], object]:
    """A line more in site.toml."""

    def damage(site: Path) -> None:
        text = (site / "site.toml").read_text()
        (site / "site.toml").write_text(f"{line}\n{text}")

    return damage


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, "there is no such folder"),
    "no site.toml": (lambda site: (site / "site.toml").unlink(), "is not a site folder: it has no site.toml"),
    "unknown key": (append('colour = "red"'), "site.toml, line 1: colour is not a known key"),
    "not TOML": (append("id ="), "site.toml, line 1: is not TOML"),
    "no server": (append('database = "postgresql://127.0.0.1:9/x"'), "cannot be reached"),
    "no database": (lambda site: (site / "linepack.db").unlink(), "There is no database at"),
    "zero length": (lambda site: (site / "linepack.db").write_bytes(b""), "is empty (0 bytes)"),
    "not a database": (lambda site: (site / "linepack.db").write_bytes(b"x" * 4096), "is not a database or is damaged"),
    "newer": (lambda site: edit(site, "UPDATE meta SET value = '99' WHERE key = 'schema'"), "by a newer Linepack"),
    "another site": (lambda site: edit(site, "UPDATE meta SET value = 'x' WHERE key = 'site'"), "belongs to the site"),
    "another mode": (
        lambda site: (site / "site.toml").write_text(
            (site / "site.toml").read_text().replace('mode = "live"', 'mode = "simulator"')
        ),
        "is a live site's database; a simulator never opens it",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_site_that_cannot_be_used(empty: Path, tmp_path: Path, command: str, fault: str) -> None:
    (tmp_path / "rows.json").write_text(ROW)
    damage, reason = FAULTS[fault]
    damage(empty)
    before = contents(tmp_path)
    arguments = [part.format(site=empty, out=tmp_path) for part in COMMANDS[command]]
    refused = linepack(*arguments, stdin=PASSWORD + "\n")
    assert (refused.code, refused.out) == (1, "")
    assert reason in refused.sentence
    assert contents(tmp_path) == before


@pytest.mark.parametrize("fault", ["no folder", "no site.toml", "unknown key", "not TOML"])
def test_a_pretend_field_without_a_site(city: Path, tmp_path: Path, fault: str) -> None:
    damage, reason = FAULTS[fault]
    damage(city)
    before = contents(tmp_path)
    refused = linepack("sim", city)
    assert (refused.code, refused.out) == (1, "")
    assert reason in refused.sentence
    assert contents(tmp_path) == before


def test_no_pretend_field_for_a_live_site(empty: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    refused = linepack("sim", empty)
    assert (refused.code, refused.out) == (1, "")
    assert refused.sentence == f"{empty} is a live site; a pretend field is only for a simulator"
    assert contents(tmp_path) == before


def test_a_scenario_there_is_not(city: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    refused = linepack("sim", city, "--scenario", "meteorite")
    assert refused.code == 1
    assert "there is no scenario 'meteorite' (there are: normal_day" in refused.sentence
    assert contents(tmp_path) == before


def test_a_thing_model_that_has_gone(city: Path, tmp_path: Path) -> None:
    """Registered devices without their model cannot be read; their points must not be polled as something else."""
    edit(city, "UPDATE device SET body = replace(body, 'pressure-logger', 'gone-logger')")
    before = contents(tmp_path)
    refused = linepack("serve", city, "--for", "0")
    assert (refused.code, refused.out) == (1, "")
    assert "there is no thing model 'gone-logger'" in refused.sentence
    assert contents(tmp_path) == before


def test_a_thing_model_of_the_site_that_is_wrong(empty: Path, tmp_path: Path) -> None:
    (empty / "models" / "bad.json").write_text("{}")
    before = contents(tmp_path)
    refused = linepack("serve", empty, "--for", "0")
    assert refused.code == 1
    assert f"{empty}/models/bad.json, at /" in refused.sentence
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda site: (site / "journal.key").chmod(0o644), "journal.key can be read by others"),
        (lambda site: (site / "journal.key").write_text("x"), "journal.key is not a signing key"),
        (lambda site: (site / "journal.key").unlink(), "journal.key cannot be read"),
    ],
)
def test_a_key_that_cannot_sign(empty: Path, tmp_path: Path, damage: Callable[[Path], object], reason: str) -> None:
    damage(empty)
    before = contents(tmp_path)
    refused = linepack("serve", empty, "--for", "0")
    assert (refused.code, refused.out) == (1, "")
    assert reason in refused.sentence
    assert contents(tmp_path) == before


def test_a_database_at_rest_with_tables_of_an_older_version_is_only_read_after_a_run(empty: Path) -> None:
    edit(empty, "UPDATE meta SET value = '0' WHERE key = 'schema'")
    refused = linepack("points", empty)
    assert refused.code == 1
    assert "run the site once to bring it up to date" in refused.sentence


@pytest.mark.parametrize("arguments", [["points"], ["teleport"], ["points", "x", "--yaml"], ["user", "add", "x"]])
def test_wrong_usage_is_2_and_one_sentence(arguments: list[str]) -> None:
    wrong = linepack(*arguments)
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.sentence


@pytest.mark.parametrize("arguments", [[], ["--help"], ["user", "--help"], ["export", "--help"]])
def test_help_is_no_failure(arguments: list[str]) -> None:
    helped = linepack(*arguments)
    assert (helped.code, helped.err) == (0, "")
    assert "Usage: linepack" in helped.out


def test_no_account_is_made_in_a_site_that_cannot_be_written(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked of the system, because whoever runs the tests may be allowed everything."""
    before = contents(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("os.access", lambda path, mode: Path(path) != empty)
        refused = linepack("user", "add", empty, "li", "--name", "Li", "--role", "operator", stdin=PASSWORD + "\n")
    assert (refused.code, refused.sentence) == (
        1,
        f"The folder {empty} cannot be written; give this account the right to.",
    )
    assert contents(tmp_path) == before


def test_a_reader_that_has_seen_enough(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`linepack points | head` ends without a word."""

    def closed(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("app.listing.table", closed)
    monkeypatch.setattr("app.cli._give_up_stdout", lambda: None)
    done = linepack("points", city)
    assert (done.code, done.out, done.err) == (1, "", "")
