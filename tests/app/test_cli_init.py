"""`linepack init`: a folder that is whole, or none."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest

from app import making
from app.making import init_site
from app.opening import reading
from backend.errors import ConfigError, StoreError
from backend.model.plant import Registry
from backend.site import load
from tests.support.command_line import contents, linepack


def test_an_empty_site_is_live_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "临江 site"
    done = linepack("init", folder, "--name", "Linjiang Gas")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"created site in {folder}\n"
    site = load(folder)
    assert (site.id, site.name, site.mode, site.broker) == ("site", "Linjiang Gas", "live", None)
    with reading(site) as records:
        assert records.registry() == Registry()
        (entry,) = records.journal()
    assert (entry.draft.kind, entry.draft.subject) == ("site.created", "site")
    assert dict(entry.draft.fields) | {"system_user": ""} == {
        "template": "empty",
        "mode": "live",
        "assets": 0,
        "devices": 0,
        "points": 0,
        "system_user": "",
    }
    assert linepack("audit", "verify", folder).code == 0


def test_the_city_is_a_simulator_with_its_registry(made_sites: Path) -> None:
    site = load(made_sites / "city")
    assert (site.id, site.mode, site.broker_url) == ("linjiang", "simulator", "mqtt://127.0.0.1:61999")
    with reading(site) as records:
        registry = records.registry()
        (entry,) = records.journal()
    fields = dict(entry.draft.fields)
    assert (fields["assets"], fields["devices"]) == (len(registry.assets), len(registry.devices))
    assert fields["points"] == len(registry.points) > 100
    ports = {device.address["port"] for device in registry.devices if device.protocol == "modbus"}
    assert min(ports) == "61000"


def test_nothing_of_a_site_is_for_other_accounts(made_sites: Path) -> None:
    assert stat.S_IMODE((made_sites / "empty").stat().st_mode) == 0o700
    assert stat.S_IMODE((made_sites / "empty" / "journal.key").stat().st_mode) == 0o600


def test_the_folders_name_becomes_the_id_and_the_name(tmp_path: Path) -> None:
    assert linepack("init", tmp_path / "north gate!").out == f"created north-gate in {tmp_path / 'north gate!'}\n"
    written = tomllib.loads((tmp_path / "north gate!" / "site.toml").read_text())
    assert (written["id"], written["name"]) == ("north-gate", "north gate!")


def test_an_empty_folder_that_is_there_is_used(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    assert linepack("init", tmp_path / "site").code == 0


@pytest.mark.parametrize("left", ["linepack.db", "notes.txt", ".hidden"])
def test_a_folder_with_anything_in_it_is_refused(tmp_path: Path, left: str) -> None:
    (tmp_path / left).write_text("mine")
    before = contents(tmp_path)
    refused = linepack("init", tmp_path)
    assert refused.code == 1
    assert refused.sentence == f"{tmp_path} exists already and is not an empty folder"
    assert contents(tmp_path) == before


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    assert "is not an empty folder" in linepack("init", tmp_path / "site").sentence
    assert contents(tmp_path).keys() == {"site"}


def test_an_unknown_template_is_wrong_usage(tmp_path: Path) -> None:
    assert linepack("init", tmp_path / "site", "--template", "moon").code == 2
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("step", ["create_key", "begin_checkpoints", "checkpoint", "import_devices"])
def test_whatever_fails_on_the_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fails(*_: object, **__: object) -> None:
        raise StoreError("{file} is full", file=tmp_path)

    monkeypatch.setattr(making, step, fails)
    with pytest.raises(StoreError, match="is full"):
        init_site(tmp_path / "a" / "b" / "site")
    assert contents(tmp_path) == {}


def test_a_broker_that_a_simulator_may_not_reach_is_named_in_the_folder_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        init_site(tmp_path / "site", mode="simulator", broker_url="mqtt://10.0.0.1")
    assert str(tmp_path / "site" / "site.toml") in str(refused.value)
    assert contents(tmp_path) == {}


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of the system, because whoever runs the tests may be allowed everything."""

    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(making.tempfile, "mkdtemp", denied)
    refused = linepack("init", tmp_path / "a" / "site")
    assert (refused.code, refused.sentence) == (1, f"{tmp_path / 'a' / 'site'}: cannot be written (Permission denied)")
    assert contents(tmp_path) == {}
