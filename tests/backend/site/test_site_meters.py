"""Where meters call in: what site.toml says of it, and the secret that a new site gets."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from backend.errors import ConfigError
from backend.site import load, write_template

HEAD = 'id = "s1"\nname = "S"\nmode = "simulator"\n[meters]\nkey_file = "k"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "k").write_text("00" * 16 + "\n")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    (folder / "site.toml").write_text(HEAD + text)
    return folder


def test_a_new_site_has_a_key_of_its_own_that_only_its_owner_reads(tmp_path: Path) -> None:
    sites = [
        write_template(tmp_path / name, id=name, name=name, mode="simulator", meters_listen="127.0.0.1:7000")
        for name in ("a", "b")
    ]
    one, two = (site.meters for site in sites)
    assert one is not None
    assert two is not None
    assert (one.host, one.port, dict(one.makers)) == ("127.0.0.1", 7000, {})
    assert one.master_key() != two.master_key()
    assert stat.S_IMODE(one.key_file.stat().st_mode) == 0o600


def test_makers_may_differ(folder: Path) -> None:
    text = 'listen = "[::1]:7000"\n[[meters.makers]]\napplication = 7\ncrc = "x25"\nminors = "0 1"\n'
    meters = load(written(folder, text)).meters
    assert meters is not None
    assert (meters.host, meters.master_key()) == ("::1", bytes(16))
    assert (meters.makers[7]["crc"], meters.makers[7]["minors"]) == ("x25", "0 1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('listen = "10.0.0.1:7000"\n', "line 6: meters.listen must be on this machine"),
        ('listen = "127.0.0.1:0"\n', "meters.listen must end in a port"),
        ('listen = "127.0.0.1"\n', "meters.listen"),
        ('listen = "127.0.0.1:7000"\nkey = "x"\n', "meters.key is not a known key"),
        (
            'listen = "127.0.0.1:7000"\n[[meters.makers]]\napplication = 1\n[[meters.makers]]\napplication = 1\n',
            "names an application identifier twice",
        ),
    ],
)
def test_what_cannot_be_is_named(folder: Path, text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(written(folder, text))
    assert reason in str(refused.value)


def test_a_key_that_is_none_is_refused(folder: Path) -> None:
    site = load(written(folder, 'listen = "127.0.0.1:7000"\n'))
    (folder / "k").write_text("secret")
    assert site.meters is not None
    with pytest.raises(ConfigError, match="master key"):
        site.meters.master_key()
    (folder / "k").unlink()
    with pytest.raises(ConfigError, match="not a file in the site folder"):
        load(folder)
