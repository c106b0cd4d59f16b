"""Make a site folder: `linepack init`; whole or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

from app.opening import begin_checkpoints, checkpoint, draft_of
from app.placing import in_the_name_of
from backend.audit import seal
from backend.audit.signing import create_key
from backend.clock import SystemClock
from backend.devices import import_devices
from backend.errors import ConfigError, LinepackError
from backend.model.journal import JournalEntry
from backend.model.plant import Registry
from backend.site import Site, load, thing_models, write_template
from backend.site.lock import LOCK_FILE
from backend.site.rewriting import set_database
from backend.store import Store, Tx

MODBUS_PORT: Final = 15020
BROKER_URL: Final = "mqtt://127.0.0.1:18830"
_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9._-]+")
Mode = Literal["live", "simulator"]


def init_site(
    folder: Path,
    *,
    template: str = "empty",
    name: str = "",
    mode: Mode | None = None,
    modbus_port: int = MODBUS_PORT,
    broker_url: str | None = None,
    size: str = "city",
    seed: int = 1,
    database: str = "",
) -> Site:
    """Make a new site: folder, database with its registry, journal key and checkpoints, first journal entry.

    template: "empty", or "city" with a made-up city of `size` and `seed` whose Modbus stations listen from
    `modbus_port` up. database: its address; a file in the folder where none is given. mode: "live" for an empty site
    and "simulator" for the city, whose field is pretended. Raises ConfigError and leaves nothing behind when the folder
    is not new or something cannot be made.
    """
    folder = folder.absolute()
    with drafted(folder) as draft:
        site = _write(
            draft,
            folder.name,
            template=template,
            name=name,
            mode=mode,
            modbus_port=modbus_port,
            broker_url=broker_url,
            size=size,
            seed=seed,
        )
        if database:
            set_database(draft, database)
            site = load(draft)
        create_key(draft)
        # There from the start, so that a command that is refused later leaves the folder as it was.
        (draft / LOCK_FILE).touch()
        _fill_database(site, template)
    return load(folder)


@contextmanager
def drafted(folder: Path) -> Iterator[Path]:
    """A folder for its owner alone that becomes `folder` when the body ends well, and is removed otherwise."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError("{folder} exists already and is not an empty folder", folder=folder)
    missing = _missing_parents(folder)
    draft: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        yield draft
        if folder.exists():
            folder.rmdir()
        draft.replace(folder)
        missing = []
    except OSError as error:
        raise ConfigError("{folder}: cannot be written ({reason})", folder=folder, reason=error.strerror) from error
    except LinepackError as error:
        raise in_the_name_of(error, draft or folder, folder) from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        for each in missing:
            with suppress(OSError):
                each.rmdir()


def _missing_parents(folder: Path) -> list[Path]:
    """Folders above that making this one would make, innermost first."""
    return [each for each in folder.parents if not each.exists()]


def _write(
    draft: Path,
    called: str,
    *,
    template: str,
    name: str,
    mode: Mode | None,
    modbus_port: int,
    broker_url: str | None,
    size: str,
    seed: int,
) -> Site:
    if template == "empty":
        return write_template(
            draft,
            id=_NOT_IN_IDS.sub("-", called).strip("-.")[:64] or "site",
            name=name or called,
            mode=mode or "live",
            broker_url=broker_url or "",
        )
    # The city's generator is part of the pretend field; an empty site needs none of it.
    from sims.city.generate import NAME, SITE_ID, plan_city

    city = plan_city(seed=seed, modbus_port=modbus_port, size=size)
    return write_template(
        draft,
        id=SITE_ID,
        name=name or NAME[0],
        name_zh="" if name else NAME[1],
        mode=mode or "simulator",
        broker_url=BROKER_URL if broker_url is None else broker_url,
        meters_listen=city.meters_listen,
        assets=city.assets,
        devices=city.devices,
        network=city.geojson,
    )


def _fill_database(site: Site, template: str) -> None:
    files = (site.folder / "registry" / "assets.json", site.folder / "registry" / "devices.json")
    report = import_devices(*files, models=thing_models(site.folder), previous=Registry(), site_id=site.id)
    for bad in report.bad:
        raise ConfigError("{kind} row {number}: {reason}", kind=bad.kind, number=bad.number, reason=bad.reason)
    made = draft_of(
        "site.created",
        site.id,
        ("template", template),
        ("mode", site.mode),
        ("assets", report.assets),
        ("devices", report.devices),
        ("points", len(report.registry.points)),
    )

    def whole(tx: Tx) -> JournalEntry:
        tx.registry(report.registry)
        return tx.journal(made)

    store = Store.create(site.database_url, site=site.id, mode=site.mode, clock=SystemClock(), seal=seal)
    try:
        begin_checkpoints(site, store)
        checkpoint(site, store, store.run(whole).result())
    finally:
        store.close()
