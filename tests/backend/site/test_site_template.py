"""A new site folder is written whole or not at all, with secrets of its own."""

from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import ConfigError
from backend.site import load, write_template
from backend.site.template import _table


def test_an_empty_site(tmp_path: Path) -> None:
    site = write_template(tmp_path / "new" / "hz", id="hz", name="Hangzhou")
    assert site == load(tmp_path / "new" / "hz")
    assert (site.id, site.name, site.mode, site.broker) == ("hz", "Hangzhou", "live", None)
    assert sorted(path.name for path in site.folder.iterdir()) == ["log", "models", "network", "registry", "site.toml"]
    assert json.loads((site.folder / "registry" / "devices.json").read_text()) == []
    assert [path.name for path in site.folder.parent.iterdir()] == ["hz"]


def test_a_city(tmp_path: Path) -> None:
    rows = [{"id": "A", "name": "城门站"}, {"id": "B", "name": "b"}]
    site = write_template(
        tmp_path,
        id="city",
        name="City",
        name_zh="城市",
        mode="simulator",
        language="zh_CN",
        broker_url="mqtt://127.0.0.1:1884",
        broker_version="5",
        assets=rows,
        devices=rows[:1],
        network={"type": "FeatureCollection", "features": []},
    )
    assert (site.mode, site.language, site.name_zh, site.broker_url) == (
        "simulator",
        "zh_CN",
        "城市",
        "mqtt://127.0.0.1:1884",
    )
    assert json.loads((tmp_path / "registry" / "assets.json").read_text(encoding="utf-8")) == rows
    assert json.loads((tmp_path / "registry" / "devices.json").read_text(encoding="utf-8")) == rows[:1]
    assert json.loads((tmp_path / "network" / "network.geojson").read_text())["type"] == "FeatureCollection"


def test_each_site_gets_a_password_of_its_own_that_others_cannot_read(tmp_path: Path) -> None:
    sites = [
        write_template(tmp_path / name, id=name, name=name, broker_url="mqtt://broker.example", broker_user="lp")
        for name in ("a", "b")
    ]
    brokers = [site.broker for site in sites if site.broker]
    passwords = {broker.password() for broker in brokers}
    assert len(passwords) == 2
    assert min(len(password) for password in passwords) >= 32
    modes = [stat.S_IMODE(broker.password_file.stat().st_mode) for broker in brokers if broker.password_file]
    assert modes == [0o600, 0o600]


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    with pytest.raises(ConfigError, match="exists already and is not an empty folder"):
        write_template(tmp_path, id="hz", name="Hangzhou")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"id": "a b"}, r"/new/site\.toml, line 2: id does not have the form"),
        ({"broker_url": "http://x"}, r"/new/site\.toml, line 10: broker\.url must begin with"),
        ({"name": "\ud800"}, "/new: a name holds half a character"),
    ],
)
def test_what_would_not_load_is_not_written(tmp_path: Path, wrong: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        write_template(tmp_path / "new", **{"id": "hz", "name": "Hangzhou", **wrong})  # type: ignore[arg-type] # texts only
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_template(tmp_path / "file" / "new", id="hz", name="Hangzhou")


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200)


@given(name=NAMES)
def test_any_name_comes_back_as_it_was(name: str) -> None:
    assert tomllib.loads(_table({"name": name, "id": "x"})) == {"name": name, "id": "x"}
