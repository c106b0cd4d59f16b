"""site.toml: right ones are read, wrong ones refused in one sentence with file, line, key and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import ConfigError
from backend.site import Broker, load

RIGHT = """\
id = "hz-demo"
name = "Linjiang City Gas"
name_zh = "临江燃气"
mode = "live"
language = "zh_CN"
retention_days = 400

[broker]
url = "mqtts://broker.example:8884"
version = "5"
user = "linepack"
password_file = "secrets/password"
ca_file = "ca.pem"
"""
SMALL = 'id = "a"\nname = "A"\nmode = "live"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "password").write_text("s3cret\n", encoding="utf-8")
    (tmp_path / "ca.pem").write_text("", encoding="utf-8")
    return tmp_path


def write(folder: Path, text: str) -> Path:
    (folder / "site.toml").write_bytes(text.encode())
    return folder


def test_everything_given(folder: Path) -> None:
    site = load(write(folder, RIGHT))
    assert (site.folder, site.id, site.name, site.name_zh) == (folder, "hz-demo", "Linjiang City Gas", "临江燃气")
    assert (site.mode, site.language, site.retention_days) == ("live", "zh_CN", 400)
    assert site.database_url == f"sqlite:///{folder}/linepack.db"
    assert site.broker_url == "mqtts://broker.example:8884"
    assert site.broker == Broker(
        url="mqtts://broker.example:8884",
        host="broker.example",
        port=8884,
        tls=True,
        version="5",
        client_id="linepack-hz-demo",
        user="linepack",
        password_file=folder / "secrets/password",
        ca_file=folder / "ca.pem",
    )
    assert site.broker.password() == "s3cret"


def test_least_given(folder: Path) -> None:
    site = load(write(folder, SMALL))
    assert (site.name_zh, site.language, site.retention_days, site.broker, site.broker_url) == ("", "en", 365, None, "")


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://127.0.0.1:1884", "127.0.0.1", 1884, False),
        ("mqtt://localhost", "localhost", 1883, False),
        ("mqtts://[::1]", "::1", 8883, True),
    ],
)
def test_broker_addresses(folder: Path, url: str, host: str, port: int, tls: bool) -> None:
    broker = load(write(folder, f'{SMALL.replace("live", "simulator")}[broker]\nurl = "{url}"\n')).broker
    assert broker is not None
    assert (broker.host, broker.port, broker.tls, broker.password()) == (host, port, tls, "")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("", "sqlite:///{folder}/linepack.db"),
        ("sqlite:///data/x.db", "sqlite:///{folder}/data/x.db"),
        ("sqlite:////var/lib/x.db", "sqlite:////var/lib/x.db"),
        ("postgresql+psycopg://db/linepack", "postgresql+psycopg://db/linepack"),
    ],
)
def test_database_lies_in_the_folder_unless_said_otherwise(folder: Path, given: str, meant: str) -> None:
    site = load(write(folder, f'{SMALL}database = "{given}"\n'))
    assert site.database_url == meant.format(folder=folder)


def test_relative_folder_becomes_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, SMALL)
    monkeypatch.chdir(folder.parent)
    assert load(Path(folder.name)).folder == folder


def test_byte_order_mark_and_windows_line_ends(folder: Path) -> None:
    assert load(write(folder, "\ufeff" + SMALL.replace("\n", "\r\n"))).id == "a"


# (text, the rest of the sentence after the file's name)
WRONG = [
    ('name = "A"\nmode = "live"\n', ": id is missing"),
    ('id = "a"\nmode = "live"\n', ": name is missing"),
    ('id = "a"\nname = "A"\n', ": mode is missing"),
    (SMALL + "[broker]\n", ": broker.url is missing"),
    (SMALL + "\n# a remark\nlangauge = 'en'\n", ", line 6: langauge is not a known key"),
    (SMALL + "\n[borker]\nurl = 'mqtt://a'\n", ", line 5: borker is not a known key"),
    (SMALL + "\n[broker]\nurl = 'mqtt://a'\n\nuser_name = 'x'\n", ", line 8: broker.user_name is not a known key"),
    (SMALL + 'broker.url = "mqtt://a"\nbroker.pasword = "x"\n', ", line 5: broker.pasword is not a known key"),
    (SMALL + "broker = {url = 'mqtt://a', usr = 'x'}\n", ", line 4: broker.usr is not a known key"),
    ('id = "a"\nname = "A"\nmode = "demo"\n', ", line 3: mode must be one of 'live' or 'simulator'"),
    ('id = "a"\nname = "A"\nmode = true\n', ", line 3: mode must be one of 'live' or 'simulator'"),
    ('id = "a/b"\nname = "A"\nmode = "live"\n', ", line 1: id does not have the form ^[A-Za-z0-9._-]{1,64}$"),
    ('id = "a"\nname = ""\nmode = "live"\n', ", line 2: name must not be empty"),
    ('id = "a"\nname = 5\nmode = "live"\n', ", line 2: name must be text"),
    ('id = "a"\nname = "x\\u0000"\nmode = "live"\n', ", line 2: name holds the character NUL"),
    (SMALL + "language = 'de'\n", ", line 4: language must be one of 'en' or 'zh_CN'"),
    (SMALL + "retention_days = '90'\n", ", line 4: retention_days must be a whole number"),
    (SMALL + "retention_days = 0\n", ", line 4: retention_days must be at least 1"),
    (SMALL + "broker = 5\n", ", line 4: broker must be an object"),
    (SMALL + "database = 'oracle://x'\n", ", line 4: database must be empty, a sqlite:/// or a postgresql:// address"),
    (SMALL + "database = 'sqlite://'\n", ", line 4: database must be empty, a sqlite:/// or a postgresql:// address"),
    (
        SMALL + "database = 'sqlite:///:memory:'\n",
        ", line 4: database must name a file: a database in memory forgets everything",
    ),
    (SMALL + "[broker]\nurl = 'http://a'\n", ", line 5: broker.url must begin with mqtt:// or mqtts://"),
    (SMALL + "[broker]\nurl = 'mqtt://'\n", ", line 5: broker.url must be a scheme, a host and a port, nothing more"),
    (SMALL + "[broker]\nurl = 'mqtt://a:port'\n", ", line 5: broker.url is not an address"),
    (SMALL + "[broker]\nurl = 'mqtt://a:70000'\n", ", line 5: broker.url is not an address"),
    (
        SMALL + "[broker]\nurl = 'mqtt://a:0'\n",
        ", line 5: broker.url must be a scheme, a host and a port, nothing more",
    ),
    (
        SMALL + "[broker]\nurl = 'mqtt://a/topic'\n",
        ", line 5: broker.url must be a scheme, a host and a port, nothing more",
    ),
    (
        SMALL + "[broker]\nurl = 'mqtt://u:p@a'\n",
        ", line 5: broker.url must not hold a user or password: give user and password_file",
    ),
    (SMALL + "[broker]\nurl = 'mqtt://a'\nversion = '3.1'\n", ", line 6: broker.version must be one of '3.1.1' or '5'"),
    (SMALL + "[broker]\nurl = 'mqtt://a'\nca_file = 'ca.pem'\n", ", line 6: broker.ca_file needs an mqtts:// address"),
    (
        SMALL + "[broker]\nurl = 'mqtts://a'\ncert_file = 'ca.pem'\n",
        ", line 6: broker.cert_file is only half: cert_file and key_file belong together",
    ),
    (SMALL + "[broker]\nurl = 'mqtt://a'\npassword_file = 'ca.pem'\n", ", line 6: broker.password_file needs a user"),
    (
        SMALL + "[broker]\nurl = 'mqtts://a'\nca_file = 'no.pem'\n",
        ", line 6: broker.ca_file names 'no.pem', which is not a file in the site folder",
    ),
    (
        SMALL.replace("live", "simulator") + "[broker]\nurl = 'mqtt://10.0.0.1'\n",
        ", line 5: broker.url must be on this machine (127.0.0.1, ::1, localhost) in simulator mode",
    ),
    (SMALL + "id = 'b'\n", ", line 4: id is given twice"),
    (SMALL + "[broker]\nurl = 'mqtt://a'\nurl = 'mqtt://b'\n", ", line 6: url is given twice"),
    (SMALL + "[broker]\nurl = 'mqtt://a'\n[broker]\n", ", line 6: broker is given twice"),
    (SMALL + "language =\n", ", line 4: is not TOML (Invalid value)"),
    (SMALL + 'language = "en\n', ", line 4: is not TOML (Illegal character '\\n')"),
    (SMALL + 'language = "en', ", line 4: is not TOML (Unterminated string)"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_wrong_site_is_refused_in_one_sentence(folder: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(write(folder, text))
    assert str(refused.value) == f"{folder / 'site.toml'}{sentence}"


def test_a_missing_folder_a_file_in_its_place_and_an_empty_folder(tmp_path: Path) -> None:
    nowhere, file = tmp_path / "nowhere", tmp_path / "file"
    file.write_text("")
    with pytest.raises(ConfigError, match="nowhere: there is no such folder"):
        load(nowhere)
    with pytest.raises(ConfigError, match="file: there is no such folder"):
        load(file)
    with pytest.raises(ConfigError, match=r"is not a site folder: it has no site\.toml"):
        load(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_bytes_that_are_no_text_name_their_line(folder: Path) -> None:
    (folder / "site.toml").write_bytes(SMALL.encode() + b'name_zh = "\xff"\n')
    with pytest.raises(ConfigError, match=r"site\.toml, line 4: is not UTF-8 text"):
        load(folder)


def test_a_folder_in_place_of_the_file(folder: Path) -> None:
    (folder / "site.toml").mkdir()
    with pytest.raises(ConfigError, match="there is no such file"):
        load(folder)
