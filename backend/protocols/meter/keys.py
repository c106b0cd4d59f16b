"""The key of one meter, made of the site's master key and the meter's own number: no two meters share one.

HMAC-SHA-256, cut to 128 bits. The meter is given its key when it is fitted and never the master key.
"""

from __future__ import annotations

import hashlib
import hmac

from backend.protocols.meter.sealing import KEY


def meter_key(master: bytes, logical_id: int) -> bytes:
    """16 octets."""
    return hmac.digest(master, b"linepack meter key 1" + logical_id.to_bytes(4, "big"), hashlib.sha256)[:KEY]
