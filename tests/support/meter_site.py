"""A simulator site of nothing but gas meters that call in."""

from __future__ import annotations

from pathlib import Path

from app.making import _fill_database, drafted
from backend.audit.signing import create_key
from backend.site import Site, load, write_template
from backend.site.lock import LOCK_FILE
from tests.support.ports import free_ports

SHORT_CODE = "17"


def make_meter_site(folder: Path, *, civil: int, ci: int = 0) -> Site:
    """Civil meters GM-1 and on with those logical identifiers, then commercial ones; one customer each."""
    assets: list[dict[str, object]] = [{"id": "A", "kind": "area", "name": "Area"}]
    devices: list[dict[str, object]] = []
    for number in range(1, civil + ci + 1):
        kind, model = ("civil", "gas-meter") if number <= civil else ("ci", "ci-gas-meter")
        assets.append({"id": f"C-{number}", "kind": "customer", "name": f"Customer {number}", "parent": "A"})
        devices.append(
            {
                "id": f"GM-{number}",
                "model": model,
                "asset": f"C-{number}",
                "protocol": "meter",
                "address": {"logical_id": str(number), "class": kind},
                "short_code": SHORT_CODE,
                "remote_enabled": True,
            }
        )
    with drafted(folder) as draft:
        site = write_template(
            draft,
            id="meters",
            name="Meters",
            mode="simulator",
            meters_listen=f"127.0.0.1:{free_ports(1)}",
            assets=assets,
            devices=devices,
        )
        create_key(draft)
        (draft / LOCK_FILE).touch()
        _fill_database(site, "empty")
    return load(folder)
