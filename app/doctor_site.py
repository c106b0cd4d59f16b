"""Checks of one site for `linepack doctor`: each returns what it found, or raises what opening the site would raise."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from app import auditing
from app.branding import read_brand
from app.doctor_findings import Finding, Grade
from app.moments import utc_text
from app.opening import reading
from backend.audit.signing import load_key, load_public
from backend.clock import US, SystemClock
from backend.devices import bind
from backend.errors import ConfigError
from backend.links.guard import anywhere, loopback_only
from backend.site import Site, thing_models

Place = tuple[str, int]
_SLACK_US: Final = 5 * US
"""A wall jump beyond this voids pending commands (safety.md C8)."""
_NEEDED_BYTES: Final = 64 << 20
_WANTED_BYTES: Final = 1 << 30
_WARN_BEFORE: Final = timedelta(days=30)
_CONNECT_S: Final = 2.0
_AT_ONCE: Final = 16
_NAMED: Final = 3
_OTHERS_MAY: Final = 0o077


def models(site: Site) -> Finding:
    """Shipped and own thing models."""
    return Finding(Grade.OK, f"{len(thing_models(site.folder))} can be read")


def database(site: Site) -> Finding:
    """Opens, and every page of it is sound."""
    with reading(site) as records:
        fault = records.fault()
        if fault:
            return Finding(Grade.FAIL, f"{records.place} is damaged ({fault}); restore a backup")
        return Finding(Grade.OK, f"{records.place} is sound, {records.history.count()} samples")


def history(site: Site) -> Finding:
    """Where samples are kept and what that takes, and every byte of it is what was written."""
    with reading(site) as records:
        tiers = records.history.tiers()
        damaged = records.history.check()
        rolled = records.history.damaged_rolled
    names = sorted({each.file or f"group {each.group}" for each in damaged})
    if names:
        first, last = min(each.first_at for each in damaged), max(each.last_at for each in damaged)
        what = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        span = f"{utc_text(first)} to {utc_text(last)}"
        return Finding(Grade.FAIL, f"{what} damaged, {sum(each.n for each in damaged)} samples of {span}")
    told = [
        f"{each.name} {each.rows} rows, {each.bytes / each.rows:.2f} B each, {each.bytes / 1e6:.1f} MB"
        + (f" from {utc_text(each.oldest)} to {utc_text(each.newest)}" if each.oldest and each.newest else "")
        for each in tiers
        if each.rows
    ]
    if rolled:
        return Finding(Grade.WARN, f"roll-ups of {len(rolled)} points are damaged and will be made again")
    return Finding(Grade.OK, "; ".join(told) or "nothing yet")


def devices(site: Site) -> Finding:
    """What is registered still means what its models say."""
    with reading(site) as records:
        registry = records.registry()
    forms = bind(registry, thing_models(site.folder), site.id)
    return Finding(Grade.OK, f"{len(registry.devices)} devices, {len(forms)} points bound")


def journal(site: Site) -> Finding:
    """Chain and checkpoints."""
    verdict, _head = auditing.check(site)
    if verdict.ok:
        return Finding(Grade.OK, f"entries: {verdict.count}, all sound")
    where = "its checkpoints" if verdict.first_bad is None else f"entry {verdict.first_bad}"
    return Finding(Grade.FAIL, f"{where}: {verdict.reason}")


def keys(site: Site) -> Finding:
    """The signing key and the secrets that site.toml names are there and their owner's alone."""
    key = load_key(site.folder)
    if load_public(site.folder).public_bytes_raw() != key.public_key().public_bytes_raw():
        return Finding(Grade.FAIL, "journal.pub does not belong to journal.key")
    for file in _secrets(site):
        if file.stat().st_mode & _OTHERS_MAY:
            return Finding(Grade.FAIL, f"{file} can be read by others; close it with chmod 600")
    return Finding(Grade.OK, "for the owner alone")


def certificates(site: Site) -> Finding:
    """The broker's, by their dates."""
    files = [file for file in (site.broker.ca_file, site.broker.cert_file) if file] if site.broker else []
    now = datetime.fromtimestamp(SystemClock().wall_us() / US, UTC)
    for file in files:
        try:
            found = x509.load_pem_x509_certificates(file.read_bytes())
        except (OSError, ValueError) as error:
            return Finding(Grade.FAIL, f"{file} holds no certificate ({error})")
        for one in found:
            if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
                begun, ended = one.not_valid_before_utc, one.not_valid_after_utc
                return Finding(Grade.FAIL, f"{file} is valid only from {begun:%Y-%m-%d} to {ended:%Y-%m-%d}")
            if one.not_valid_after_utc - now < _WARN_BEFORE:
                return Finding(Grade.WARN, f"{file} ends on {one.not_valid_after_utc:%Y-%m-%d}; renew it")
    return Finding(Grade.OK, f"{len(files)} are in date" if files else "none in use")


def look(site: Site) -> Finding:
    """The company's own look can be read, by the console and by eye; without it the product's is used."""
    try:
        brand = read_brand(site.folder)
    except ConfigError as error:
        return Finding(Grade.WARN, f"{error}; the console shows the product's own look")
    own = bool(brand.logo or brand.colours or any(brand.texts.values()))
    return Finding(Grade.OK, "the company's own" if own else "the product's own")


def clock(site: Site) -> Finding:
    """The machine's clock is not behind what the site has recorded."""
    with reading(site) as records:
        newest = max((entry.draft.at for entry in records.journal_tail(1)), default=0)
        newest = max(newest, records.last_values().received_at)
    behind = newest - SystemClock().wall_us()
    if behind > _SLACK_US:
        return Finding(Grade.FAIL, f"{behind / US:.0f} s behind the newest record ({utc_text(newest)}); set it")
    return Finding(Grade.OK, f"newest record {utc_text(newest)}" if newest else "no records yet")


def disk(site: Site) -> Finding:
    """Room for what is still to come."""
    free = shutil.disk_usage(site.folder).free
    text = f"{free / (1 << 30):.1f} GB free"
    if free < _NEEDED_BYTES:
        return Finding(Grade.FAIL, f"{text}; samples will be refused soon")
    return Finding(Grade.OK if free >= _WANTED_BYTES else Grade.WARN, text)


def ports(site: Site) -> Finding:
    """Somebody listens at every station and at the broker; nothing is sent."""
    may_connect = loopback_only if site.mode == "simulator" else anywhere
    places = sorted(set(_places(site)))
    barred = [place for place in places if not may_connect(*place)]
    if barred:
        return Finding(Grade.FAIL, f"a simulator does not leave this machine: {_list(barred)}")
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="doctor") as pool:
        deaf = [place for place, heard in zip(places, pool.map(_listens, places), strict=True) if not heard]
    if deaf:
        return Finding(Grade.FAIL, f"{len(deaf)} of {len(places)} do not answer: {_list(deaf)}")
    return Finding(Grade.OK, f"{len(places)} of {len(places)} answer")


def _secrets(site: Site) -> Iterator[Path]:
    if site.broker is not None:
        yield from (file for file in (site.broker.password_file, site.broker.key_file) if file is not None)
    if site.meters is not None:
        yield site.meters.key_file


def _places(site: Site) -> Iterator[Place]:
    if site.broker is not None:
        yield site.broker.host, site.broker.port
    with reading(site) as records:
        for device in records.registry().devices:
            if "host" in device.address:
                yield device.address["host"], int(device.address["port"])


def _listens(place: Place) -> bool:
    try:
        socket.create_connection(place, timeout=_CONNECT_S).close()
    except OSError:
        return False
    return True


def _list(places: list[Place]) -> str:
    more = ", …" if len(places) > _NAMED else ""
    return ", ".join(f"{host}:{port}" for host, port in places[:_NAMED]) + more
