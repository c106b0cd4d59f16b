"""`linepack migrate`: a site moves to PostgreSQL and back and works as before; until all is there, nothing changes."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from app.opening import held, reading, writing
from backend.errors import ConfigError
from backend.site import load
from backend.site.lock import SiteLock
from backend.site.rewriting import with_database
from backend.store import Records
from tests.support.command_line import contents, linepack
from tests.support.server import Server
from tests.support.stored import account, alarm, batch


@pytest.fixture
def site(city: Path) -> Path:
    """The small city with a sample, an alarm and an account."""
    with held(load(city)), writing(load(city)) as store:
        store.run(lambda tx: (tx.samples(batch([(0, 0, 1.5)])), tx.alarm(*alarm()), tx.account(account()))).result(5)
    return city


def test_to_a_server_and_back_into_a_file(site: Path, server: Server, tmp_path: Path) -> None:
    old_url = load(site).database_url
    name = server.new_database()
    done = linepack("migrate", site, "--to", server.url(name))
    assert done.code == 0, done.err
    assert done.out.startswith(f"moved linjiang to postgresql://linepack@127.0.0.1:{server.port}/{name}: 1 samples, 1 ")
    assert "s3cret" not in done.out + done.err
    assert "moving journal" in done.err
    assert stat.S_IMODE((site / "site.toml").stat().st_mode) == 0o600
    with reading(load(site)) as records:
        assert records.alarms() != ()
        assert [entry.draft.kind for entry in records.journal()] == ["site.created", "site.moved"]
    for command in (("audit", "verify", site), ("points", site), ("alarms", site)):
        assert linepack(*command).code == 0, command
    assert f"127.0.0.1:{server.port}/{name} is sound, 1 samples" in linepack("doctor", site).out
    assert linepack("export", "samples", site, "--out", tmp_path / "out.csv").code == 0
    with pytest.raises(ConfigError, match=r"has moved from .* to postgresql://linepack@127.0.0.1"):
        Records.look(old_url, site="linjiang", mode="simulator")
    assert linepack("migrate", site, "--to", "sqlite:///back.db").code == 0
    assert tomllib.loads((site / "site.toml").read_text())["database"] == "sqlite:///back.db"
    assert linepack("audit", "verify", site).code == 0
    with reading(load(site)) as records:
        assert records.last_values().value.tolist() == [1.5]
        assert [entry.seq for entry in records.journal()] == [1, 2, 3, 4]


def test_a_new_site_on_a_server(server: Server, tmp_path: Path) -> None:
    url = server.url(server.new_database())
    done = linepack("init", tmp_path / "new", "--database", url)
    assert (done.code, done.err) == (0, "")
    assert load(tmp_path / "new").database_url == url
    assert not (tmp_path / "new" / "linepack.db").exists()
    assert linepack("audit", "verify", tmp_path / "new").code == 0
    again = linepack("init", tmp_path / "other", "--database", url)
    assert "holds tables already; name an empty database" in again.sentence
    assert not (tmp_path / "other").exists()


def test_a_backup_of_a_site_on_a_server_is_restored_without_one(site: Path, server: Server, tmp_path: Path) -> None:
    assert linepack("migrate", site, "--to", server.url(server.new_database())).code == 0
    done = linepack("backup", site, tmp_path / "city.zip")
    assert (done.code, done.err) == (0, "")
    restored = tmp_path / "restored"
    assert linepack("restore", tmp_path / "city.zip", restored).code == 0
    assert load(restored).database_url == f"sqlite:///{restored / 'linepack.db'}"
    assert linepack("audit", "verify", restored).code == 0
    with reading(load(restored)) as records:
        assert records.last_values().value.tolist() == [1.5]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://linepack:s3cret@127.0.0.1:9/x", "cannot be reached"),
        ("sqlite:///linepack.db", "exists already"),
        ("mysql://h/x", "not in mysql"),
    ],
)
def test_what_is_refused_changes_nothing(site: Path, url: str, sentence: str) -> None:
    before = contents(site)
    done = linepack("migrate", site, "--to", url)
    assert done.code == 1
    assert sentence in done.sentence
    assert "s3cret" not in done.err
    assert contents(site) == before


def test_a_site_that_runs_and_a_place_that_is_not_empty(site: Path, server: Server) -> None:
    lock = SiteLock(site)
    assert "already runs this site" in linepack("migrate", site, "--to", "sqlite:///new.db").sentence
    lock.release()
    name = server.new_database()
    server.query("CREATE TABLE precious (x int)", name)
    before = contents(site)
    assert "holds tables already; name an empty database" in linepack("migrate", site, "--to", server.url(name)).err
    assert contents(site) == before


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ('id = "a"\n', 'id = "a"\ndatabase = "x"\n'),
        ('id = "a"', 'id = "a"\ndatabase = "x"\n'),
        ('# why\nid = "a"\n\n[broker]\nurl = "y"\n', '# why\nid = "a"\n\ndatabase = "x"\n[broker]\nurl = "y"\n'),
        ('database = "old"  # where\nid = "a"\n', 'database = "x"\nid = "a"\n'),
    ],
)
def test_one_line_of_site_toml_changes(text: str, made: str) -> None:
    assert with_database(text, "x") == made
    assert tomllib.loads(with_database(made, "")) == {
        key: value for key, value in tomllib.loads(text).items() if key != "database"
    }


def test_a_line_that_cannot_be_changed_is_left() -> None:
    with pytest.raises(ConfigError, match="cannot be changed; write it in one line"):
        with_database('database = """\nold"""\nid = "a"\n', "x")
