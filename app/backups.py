"""`linepack backup` and `linepack restore`: a whole site in one file, taken while it runs, put into a new folder.

The file is a ZIP of the site folder without its log: site.toml, models, registry, network, keys and checkpoints, the
database as it was at one moment, and `backup.json` with a SHA-256 of each. It holds the site's secrets, so it is its
owner's alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Final

from app.auditing import check
from app.making import drafted
from app.opening import checkpoint, draft_of, journal_when_at_rest, reading, writing
from app.terminal import note, result
from backend.audit.checkpoint import FILE_NAME as CHECKPOINTS
from backend.errors import ConfigError
from backend.site import Site, load
from backend.site.documents import read_text
from backend.site.folder import FILE as SITE_FILE
from backend.site.lock import LOCK_FILE
from backend.site.rewriting import with_database
from backend.store import Records, on_a_server
from backend.store.cold.shelf import FOLDER as HISTORY
from backend.store.identity import file_of
from backend.store.reserve import NAME as RESERVE

MANIFEST: Final = "backup.json"
DATABASE: Final = "linepack.db"
_FORMAT: Final = 1
_LEFT_OUT: Final = frozenset({"log", LOCK_FILE, RESERVE})
_FOLDERS: Final = ("models", "registry", "network", "log")
_MOST_FILES: Final = 10_000
_CHUNK: Final = 1 << 20
_UNFINISHED: Final = ".part"


def backup_site(folder: Path, file: Path) -> int:
    """Write the site to a new file, also while it runs. Raises ConfigError or StoreError; then there is no file."""
    site = load(folder)
    file = file.absolute()
    if file.exists():
        raise ConfigError("{file} exists already; name a new file for the backup.", file=file)
    if not file.parent.is_dir():
        raise ConfigError("{folder} is not a folder; make it first.", folder=file.parent)
    with reading(site):
        pass
    database = _database(site)
    if site.folder in file.parents:
        raise ConfigError("{file} lies in the site folder; name a file outside it.", file=file)
    with tempfile.TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as name:
        work = Path(name)
        # Before the database: a checkpoint must never be ahead of the journal beside it.
        checkpoints = site.folder / CHECKPOINTS
        if checkpoints.exists():
            shutil.copyfile(checkpoints, work / CHECKPOINTS)
        with reading(site) as records:
            records.backup(work / database.name)
        if on_a_server(site.database_url):
            # What is restored is a site of its own, kept in a file until it is moved: never the server's once more.
            text = with_database(read_text(site.folder / SITE_FILE), "")
            (work / SITE_FILE).write_text(text, encoding="utf-8")
        _check_history(site, work / database.name)
        stand_ins = {each.name: each for each in work.iterdir()}
        digest = _pack(site.folder, database, stand_ins, work / file.name)
        entry = draft_of("backup", file.name, ("sha256", digest))
        if not journal_when_at_rest(site, entry):
            note("the site is running: the journal does not say that this backup was made")
        (work / file.name).replace(file)
    result(f"backup of {site.id} in {file}")
    return 0


def restore_site(file: Path, folder: Path) -> int:
    """Put a backup into a new folder. Raises ConfigError and leaves nothing when the file is not a whole backup."""
    with drafted(folder.absolute()) as draft:
        _unpack(file, draft)
        site = load(draft)
        _database(site)
        for part in _FOLDERS:
            (draft / part).mkdir(exist_ok=True)
        (draft / LOCK_FILE).touch()
        verdict, _head = check(site)
        restored = draft_of("site.restored", file.name, ("entries", verdict.count), ("journal_fault", verdict.reason))
        with writing(site) as store:
            checkpoint(site, store, store.run(lambda tx: tx.journal(restored)).result())
    if not verdict.ok:
        note(f"the journal in this backup is not sound: {verdict.reason}")
    result(f"restored {site.id} in {folder}")
    return 0


def _check_history(site: Site, copy: Path) -> None:
    """Every file of old samples that the copied database names is there. A replaced one stays for an hour, long enough
    to be packed."""
    with closing(Records.look(f"sqlite:///{copy}", site=site.id, mode=site.mode)) as records:
        names = [name for tier in records.history.tiers() for name in tier.files]
    for name in names:
        if not (site.folder / HISTORY / name).is_file():
            note(f"{name} is missing from the history; the backup is made without it")


def _database(site: Site) -> Path:
    """The database's file. Raises ConfigError unless site.toml names it in the folder and relative to it: otherwise
    the site and its copy would share one database. A server's database is backed up as the file it would be."""
    if on_a_server(site.database_url):
        return site.folder / DATABASE
    file = file_of(site.database_url)
    written = tomllib.loads(read_text(site.folder / SITE_FILE)).get("database", "")
    if file.parent.resolve() != site.folder.resolve() or Path(written.removeprefix("sqlite:///")).is_absolute():
        raise ConfigError(
            "{file} names a database outside the folder or by its full path; a backup only takes what is in the folder",
            file=site.folder / SITE_FILE,
        )
    return file


def _members(folder: Path, database: Path) -> Iterator[Path]:
    """Every file of the site but its log, lock and what lies beside an open database; links are not followed."""
    beside = {f"{database.name}-wal", f"{database.name}-shm", f"{database.name}-journal"}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).parts[0]
        if path.is_file() and not path.is_symlink() and name not in _LEFT_OUT | beside and path.suffix != _UNFINISHED:
            yield path


def _pack(folder: Path, database: Path, stand_ins: dict[str, Path], target: Path) -> str:
    """Write the ZIP and return its SHA-256. stand_ins: files to take in place of, or beside, those in the folder."""
    digests: dict[str, str] = {}
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            members = {path.relative_to(folder).as_posix(): path for path in _members(folder, database)}
            for member, source in sorted((members | stand_ins).items()):
                archive.write(source, member)
                digests[member] = _digest(source)
            archive.writestr(MANIFEST, json.dumps({"format": _FORMAT, "sha256": digests}, indent=1))
        stream.flush()
        os.fsync(stream.fileno())
    return _digest(target)


def _unpack(file: Path, draft: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            digests = _manifest(archive, file)
            room = shutil.disk_usage(draft).free
            for member, digest in digests.items():
                room -= archive.getinfo(member).file_size
                if room < 0:
                    raise ConfigError("{file}: unpacks to more than the disk has room for", file=file)
                _extract(archive, member, digest, draft, file)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, KeyError, RuntimeError) as error:
        raise ConfigError("{file}: is not a whole backup ({reason})", file=file, reason=error) from error
    except OSError as error:
        raise ConfigError("{file}: cannot be read ({reason})", file=file, reason=error.strerror or error) from error


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, str]:
    """SHA-256 by member, exactly those that are in the archive; no name leads out of the folder."""
    not_one = ConfigError("{file}: is not a backup of a Linepack site", file=file)
    names = archive.namelist()
    if MANIFEST not in names or len(names) > _MOST_FILES or archive.getinfo(MANIFEST).file_size > _CHUNK * 4:
        raise not_one
    try:
        manifest = json.loads(archive.read(MANIFEST))
        found, digests = manifest["format"], dict(manifest["sha256"])
    except (ValueError, TypeError, KeyError) as error:
        raise not_one from error
    if found != _FORMAT:
        raise ConfigError("{file}: was made by another version of Linepack; restore it with that one", file=file)
    if sorted(names) != sorted([*digests, MANIFEST]):
        raise ConfigError("{file}: holds other files than it says", file=file)
    for name in digests:
        parts = PurePosixPath(name).parts
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name or ":" in name:
            raise ConfigError("{file}: the name {name!r} leads out of the folder", file=file, name=name)
    return digests


def _extract(archive: zipfile.ZipFile, member: str, digest: str, draft: Path, file: Path) -> None:
    """One file, never through a link: the folder is new and links are written as plain files."""
    target = draft.joinpath(*PurePosixPath(member).parts)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = hashlib.sha256()
    left = archive.getinfo(member).file_size
    with archive.open(member) as source, target.open("xb") as stream:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            found.update(chunk)
            stream.write(chunk)
            if left < 0:
                break
        stream.flush()
        os.fsync(stream.fileno())
    if found.hexdigest() != digest:
        raise ConfigError("{file}: {name} in it is not what was backed up", file=file, name=member)
    # Keys and passwords above all; nothing of a site is for other accounts.
    target.chmod(0o600)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
