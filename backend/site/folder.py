"""The site folder as it is read at start: `Site` from site.toml, every wrong key named with its line."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from backend.errors import ConfigError
from backend.model.keeping import Keeping
from backend.model.thing_schema import OptionalTitle, Title
from backend.model.wording import first_problem
from backend.site.documents import read_text
from backend.site.toml_lines import error_line, line_of

FILE: Final = "site.toml"
Mode = Literal["live", "simulator"]
Language = Literal["en", "zh_CN"]
_DATABASES: Final = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """The site's one MQTT broker. Files are absolute; the password is read when the link is built, never kept here."""

    url: str
    host: str
    port: int
    tls: bool
    version: Literal["3.1.1", "5"]
    client_id: str
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    seats: int = 0
    """Connections between which the broker divides the values, for several nodes; 0: one connection for everything."""

    def password(self) -> str:
        """The secret, without its line end; empty when there is none. Raises ConfigError when it cannot be read."""
        return read_text(self.password_file).rstrip("\r\n") if self.password_file else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """Where gas meters call in, and what is agreed with their makers. key_file: absolute; never kept here.

    makers: by application identifier, what its frames differ in (see `backend.protocols.meter.frame.Style`).
    """

    host: str
    port: int
    key_file: Path
    makers: Mapping[int, Mapping[str, str]]

    def master_key(self) -> bytes:
        """The site's master key, 16 octets or more. Raises ConfigError."""
        try:
            key = bytes.fromhex(read_text(self.key_file).strip())
        except ValueError:
            key = b""
        if len(key) < 16:
            raise ConfigError("{file}: is not a master key of 16 octets or more in hexadecimal", file=self.key_file)
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One installation. `folder` is absolute; `broker` is None for a site without MQTT."""

    folder: Path
    id: str
    name: str
    name_zh: str
    mode: Mode
    language: Language
    retention_days: int
    keeping: Keeping
    database_url: str
    broker: Broker | None
    meters: Meters | None = None
    forward_hosts: tuple[str, ...] = ()
    """Hosts beside this machine that processing chains may forward to."""

    @property
    def seats(self) -> int:
        """Into how many connections the broker divides the values between nodes; 0: it does not."""
        return self.broker.seats if self.broker else 0

    @property
    def broker_url(self) -> str:
        """The broker's address, or empty."""
        return self.broker.url if self.broker else ""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class _BrokerTable(_Table):
    url: str
    version: Literal["3.1.1", "5"] = "3.1.1"
    client_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{0,64}$")] = ""
    user: str = ""
    password_file: str = ""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    seats: Annotated[int, Field(ge=0, le=64)] = 0


class _MakerTable(_Table):
    application: Annotated[int, Field(ge=0, le=255)]
    crc: Literal["0000", "ffff", "reflected", "x25"] = "0000"
    covers: Literal["header-and-data", "data"] = "header-and-data"
    sequence_order: Literal["big", "little"] = "big"
    crc_order: Literal["big", "little"] = "big"
    minors: Annotated[str, StringConstraints(pattern=r"^[0-9 ]*$")] = ""
    """Minor versions that are known, with spaces between; empty: any."""


class _MetersTable(_Table):
    listen: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:\[\]-]{1,253}:[0-9]{1,5}$")]
    key_file: str
    makers: list[_MakerTable] = []


_Days = Annotated[int, Field(ge=1, le=36500)]


class _HistoryTable(_Table):
    """How long what is made of samples, and what goes with them, is kept; `retention_days` is for the samples."""

    recent_days: _Days = 7
    minute_days: _Days = 730
    quarter_days: _Days = 1825
    hour_days: _Days = 3650
    event_days: _Days = 1825
    quarantine_days: _Days = 90


class _SiteTable(_Table):
    # One topic level: the id stands in MQTT topics.
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    name: Title
    name_zh: OptionalTitle = ""
    mode: Mode
    database: str = ""
    language: Language = "en"
    retention_days: _Days = 365
    history: _HistoryTable = _HistoryTable()
    broker: _BrokerTable | None = None
    meters: _MetersTable | None = None
    forward_hosts: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]] = []


def load(folder: Path) -> Site:
    """Read `folder`/site.toml. Raises ConfigError, one sentence naming file, line, key and reason; changes nothing."""
    folder = folder.absolute()
    if not folder.is_dir():
        raise ConfigError("{folder}: there is no such folder", folder=folder)
    file = folder / FILE
    if not file.exists():
        raise ConfigError("{folder} is not a site folder: it has no site.toml", folder=folder)
    text = read_text(file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_problem(file, text, error) from error
    except RecursionError as error:
        raise ConfigError("{file}: is nested too deeply", file=file) from error
    try:
        table = _SiteTable.model_validate(document)
    except ValidationError as error:
        path, reason = first_problem(error)
        raise _key_problem(file, text, tuple(str(part) for part in path), reason) from None
    for place, reason in _problems(folder, table):
        raise _key_problem(file, text, place, reason)
    return _site(folder, table)


def _site(folder: Path, table: _SiteTable) -> Site:
    return Site(
        folder=folder,
        id=table.id,
        name=table.name,
        name_zh=table.name_zh,
        mode=table.mode,
        language=table.language,
        retention_days=table.retention_days,
        keeping=_keeping(table),
        database_url=_database_url(folder, table.database),
        broker=_broker(folder, table.id, table.broker) if table.broker else None,
        meters=_meters(folder, table.meters) if table.meters else None,
        forward_hosts=tuple(host.casefold() for host in table.forward_hosts),
    )


def _keeping(table: _SiteTable) -> Keeping:
    history = table.history
    return Keeping(
        recent=history.recent_days,
        raw=table.retention_days,
        minute=history.minute_days,
        quarter=history.quarter_days,
        hour=history.hour_days,
        events=history.event_days,
        quarantine=history.quarantine_days,
    )


def _broker(folder: Path, site: str, table: _BrokerTable) -> Broker:
    parts = urlsplit(table.url)
    tls = parts.scheme == "mqtts"

    def path(name: str) -> Path | None:
        return folder / name if name else None

    return Broker(
        url=table.url,
        host=parts.hostname or "",
        port=parts.port or (8883 if tls else 1883),
        tls=tls,
        version=table.version,
        client_id=table.client_id or f"linepack-{site}",
        user=table.user,
        password_file=path(table.password_file),
        ca_file=path(table.ca_file),
        cert_file=path(table.cert_file),
        key_file=path(table.key_file),
        seats=table.seats,
    )


def _meters(folder: Path, table: _MetersTable) -> Meters:
    host, _, port = table.listen.rpartition(":")
    return Meters(
        host=host.strip("[]"),
        port=int(port),
        key_file=folder / table.key_file,
        makers={
            maker.application: {key: str(value) for key, value in maker.model_dump().items() if key != "application"}
            for maker in table.makers
        },
    )


def _database_url(folder: Path, given: str) -> str:
    """A relative SQLite file lies in the site folder, wherever the program was started."""
    if not given:
        return f"sqlite:///{folder / 'linepack.db'}"
    if given.startswith("sqlite:///"):
        return f"sqlite:///{folder / given.removeprefix('sqlite:///')}"
    return given


def _problems(folder: Path, table: _SiteTable) -> Iterator[tuple[tuple[str, ...], ConfigError]]:
    """(key, reason) of what one value alone does not show."""
    name = table.database.removeprefix("sqlite:///")
    if table.database and not table.database.startswith(_DATABASES):
        yield ("database",), ConfigError("must be empty, a sqlite:/// or a postgresql:// address")
    elif table.database and (not name or ":memory:" in name):
        yield ("database",), ConfigError("must name a file: a database in memory forgets everything")
    if table.mode == "simulator" and not all(is_loopback(host) for host in table.forward_hosts):
        yield ("forward_hosts",), ConfigError("must be on this machine (127.0.0.1, ::1, localhost) in simulator mode")
    if table.meters is not None:
        yield from _meters_problems(folder, table.mode, table.meters)
    if table.broker is not None:
        yield from _broker_problems(folder, table.mode, table.broker)


def _meters_problems(folder: Path, mode: Mode, table: _MetersTable) -> Iterator[tuple[tuple[str, ...], ConfigError]]:
    host, _, port = table.listen.rpartition(":")
    if not 0 < int(port) < 65536:
        yield ("meters", "listen"), ConfigError("must end in a port from 1 to 65535")
    elif mode == "simulator" and not is_loopback(host.strip("[]")):
        yield ("meters", "listen"), ConfigError("must be on this machine (127.0.0.1, ::1, localhost) in simulator mode")
    if not (folder / table.key_file).is_file():
        yield (
            ("meters", "key_file"),
            ConfigError("names {name!r}, which is not a file in the site folder", name=table.key_file),
        )
    applications = [maker.application for maker in table.makers]
    if len(set(applications)) != len(applications):
        yield ("meters", "makers"), ConfigError("names an application identifier twice")


def _broker_problems(folder: Path, mode: Mode, table: _BrokerTable) -> Iterator[tuple[tuple[str, ...], ConfigError]]:
    where = ("broker", "url")
    try:
        parts = urlsplit(table.url)
        port = parts.port
    except ValueError:
        yield where, ConfigError("is not an address")
        return
    if parts.scheme not in ("mqtt", "mqtts"):
        yield where, ConfigError("must begin with mqtt:// or mqtts://")
    elif "@" in parts.netloc:
        yield where, ConfigError("must not hold a user or password: give user and password_file")
    elif not parts.hostname or port == 0 or any(char.isspace() for char in table.url) or not _bare(parts):
        yield where, ConfigError("must be a scheme, a host and a port, nothing more")
    elif mode == "simulator" and not is_loopback(parts.hostname):
        # A simulator never reaches a live broker (S7).
        yield where, ConfigError("must be on this machine (127.0.0.1, ::1, localhost) in simulator mode")
    for key in ("ca_file", "cert_file", "key_file"):
        if getattr(table, key) and parts.scheme != "mqtts":
            yield ("broker", key), ConfigError("needs an mqtts:// address")
    if bool(table.cert_file) != bool(table.key_file):
        lone = "cert_file" if table.cert_file else "key_file"
        yield ("broker", lone), ConfigError("is only half: cert_file and key_file belong together")
    if table.password_file and not table.user:
        yield ("broker", "password_file"), ConfigError("needs a user")
    for key in ("password_file", "ca_file", "cert_file", "key_file"):
        name = getattr(table, key)
        if name and not (folder / name).is_file():
            yield ("broker", key), ConfigError("names {name!r}, which is not a file in the site folder", name=name)


def _bare(parts: SplitResult) -> bool:
    return not (parts.path.strip("/") or parts.query or parts.fragment)


def may_forward(place: Site, host: str) -> bool:
    """Whether processing chains may send values to this host."""
    return is_loopback(host) or host.casefold() in place.forward_hosts


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its text alone: no name is looked up."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _toml_problem(file: Path, text: str, error: tomllib.TOMLDecodeError) -> ConfigError:
    line = error_line(text, error)
    written = text.split("\n")[line - 1].strip()
    if "overwrite" in str(error) or "twice" in str(error):
        key = written.partition("=")[0].strip().strip("[]").strip()
        return ConfigError("{file}, line {line}: {key} is given twice", file=file, line=line, key=key)
    reason = str(error).partition(" (at")[0]
    return ConfigError("{file}, line {line}: is not TOML ({reason})", file=file, line=line, reason=reason)


def _key_problem(file: Path, text: str, path: tuple[str, ...], reason: ConfigError) -> ConfigError:
    key = ".".join(path)
    if reason.template == "is missing":
        return ConfigError("{file}: {key} is missing", file=file, key=key)
    line = line_of(text, path)
    return ConfigError("{file}, line {line}: {key} {reason}", file=file, line=line, key=key, reason=reason)
