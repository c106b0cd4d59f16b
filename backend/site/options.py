"""What a site gives to all links of a protocol, as the driver's options. Secrets are read here, and kept nowhere."""

from __future__ import annotations

import json
from collections.abc import Mapping

from backend.site.folder import Site


def link_options(place: Site) -> Mapping[str, Mapping[str, str]]:
    """By protocol. Raises ConfigError when a file with a secret cannot be read."""
    return {"mqtt": _broker_options(place), "meter": _head_end_options(place)}


def _head_end_options(place: Site) -> Mapping[str, str]:
    meters = place.meters
    if meters is None:
        return {}
    host = f"[{meters.host}]" if ":" in meters.host else meters.host
    return {
        "url": f"meter://{host}:{meters.port}",
        "master_key": meters.master_key().hex(),
        "makers": json.dumps(meters.makers),
    }


def _broker_options(place: Site) -> Mapping[str, str]:
    broker = place.broker
    if broker is None:
        return {}
    return {
        "url": broker.url,
        "version": broker.version,
        "client_id": broker.client_id,
        "user": broker.user,
        "password": broker.password(),
        "ca_file": str(broker.ca_file or ""),
        "cert_file": str(broker.cert_file or ""),
        "key_file": str(broker.key_file or ""),
    }
