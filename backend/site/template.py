"""Make a new site folder: site.toml and the first registry, written whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from backend.errors import ConfigError
from backend.site.folder import FILE, Language, Mode, Site, load

_FOLDERS: Final = ("models", "registry", "network", "log")
_HEAD: Final = "# What must be known before the database opens. Everything else lives in the database.\n"
_PASSWORD: Final = "secrets/broker.password"
_METERS_KEY: Final = "secrets/meters.key"


def write_template(
    folder: Path,
    *,
    id: str,
    name: str,
    name_zh: str = "",
    mode: Mode = "live",
    language: Language = "en",
    retention_days: int = 365,
    broker_url: str = "",
    broker_version: str = "3.1.1",
    broker_user: str = "",
    meters_listen: str = "",
    assets: Sequence[Mapping[str, object]] = (),
    devices: Sequence[Mapping[str, object]] = (),
    network: Mapping[str, object] | None = None,
) -> Site:
    """Create the site folder and return it as read back. assets, devices: rows as `linepack import` takes them.

    meters_listen: host:port where gas meters call in; their master key is made for this site alone.
    With a broker_user a random password is made for this site alone, readable by its owner only. Raises ConfigError
    when the folder exists and is not empty, or when what was asked for would not load; then nothing is left behind.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError("{folder} exists already and is not an empty folder", folder=folder)
    broker: dict[str, str | int] = {}
    if broker_url:
        broker = {"url": broker_url, "version": broker_version}
        if broker_user:
            broker |= {"user": broker_user, "password_file": _PASSWORD}
    site: dict[str, str | int] = {
        "id": id,
        "name": name,
        "name_zh": name_zh,
        "mode": mode,
        "language": language,
        "retention_days": retention_days,
    }
    draft: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        for part in _FOLDERS:
            (draft / part).mkdir()
        meters: dict[str, str | int] = {"listen": meters_listen, "key_file": _METERS_KEY} if meters_listen else {}
        tables = "".join(f"\n[{name}]\n{_table(own)}" for name, own in (("broker", broker), ("meters", meters)) if own)
        _write(draft / FILE, _HEAD + _table(site) + tables)
        _write(draft / "registry" / "assets.json", _rows(assets))
        _write(draft / "registry" / "devices.json", _rows(devices))
        if network is not None:
            _write(draft / "network" / "network.geojson", json.dumps(network, ensure_ascii=False) + "\n")
        if broker_url and broker_user:
            _write_secret(draft / _PASSWORD, secrets.token_urlsafe(32))
        if meters_listen:
            _write_secret(draft / _METERS_KEY, secrets.token_hex(32))
        load(draft)
        if folder.exists():
            folder.rmdir()
        draft.replace(folder)
        draft = None
    except UnicodeEncodeError as error:
        raise ConfigError("{folder}: a name holds half a character", folder=folder) from error
    except OSError as error:
        raise ConfigError("{folder}: cannot be written ({reason})", folder=folder, reason=error.strerror) from error
    except ConfigError as error:
        raise _named(error, str(draft), str(folder)) from None
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
    return load(folder)


def _named(error: ConfigError, draft: str, folder: str) -> ConfigError:
    """The same sentence with the name that the person gave."""
    values = {key: str(value).replace(draft, folder) for key, value in error.values.items()}
    return ConfigError(error.template, **values)


def _table(entries: Mapping[str, str | int]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in entries.items())


def _value(value: str | int) -> str:
    """A TOML value. TOML's basic strings are JSON's, but for DEL, which must be escaped."""
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _rows(rows: Sequence[Mapping[str, object]]) -> str:
    """A JSON list with one row a line, so that two exports can be compared line by line."""
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
    return f"[\n{lines}\n]\n" if rows else "[]\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
