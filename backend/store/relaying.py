"""What a node that stands by has received, as one row and back, with a digest that is checked before it is believed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from backend.model.event import DeviceEvent, Quarantined
from backend.model.relayed import Received, Relayed
from backend.model.sample import SampleBatch
from backend.store import blob

_STAGE = "relay"


class _Body(msgspec.Struct, frozen=True):
    """batches: rows of `blob.Group` by what `blob.unpack` asks for."""

    batches: tuple[tuple[bytes, bytes, int, int, int, int, str], ...]
    aside: tuple[Quarantined, ...]
    events: tuple[DeviceEvent, ...]


_decoder = msgspec.msgpack.Decoder(_Body)


def row_of(node: str, received_at: int, items: Sequence[Received]) -> dict[str, Any]:
    """A row for the table `relay`; times: µs UTC."""
    packed = [blob.pack(item) for item in items if isinstance(item, SampleBatch) and len(item)]
    body = msgspec.msgpack.encode(
        _Body(
            batches=tuple(
                (each.body, each.digest, each.first_at, each.last_at, each.n, each.received_at, each.source)
                for each in packed
            ),
            aside=tuple(item for item in items if isinstance(item, Quarantined)),
            events=tuple(item for item in items if isinstance(item, DeviceEvent)),
        )
    )
    return {"node": node, "received_at": received_at, "digest": hashlib.sha256(body).digest(), "body": body}


def relayed(number: int, node: str, received_at: int, digest: bytes, body: bytes) -> Relayed:
    """What the row of that number holds. A damaged one is put aside whole: its bytes are kept, and said."""
    try:
        return Relayed(id=number, node=node, items=_items(digest, body))
    except (blob.DamagedError, msgspec.DecodeError) as error:
        reason = f"what node {node} had received is damaged: {error}"
        item = Quarantined(source=node, stage=_STAGE, reason=reason, raw=body, received_at=received_at)
        return Relayed(id=number, node=node, items=(item,), damaged=True)


def _items(digest: bytes, body: bytes) -> tuple[Received, ...]:
    if hashlib.sha256(body).digest() != digest:
        raise blob.DamagedError("its digest does not match")
    found = _decoder.decode(body)
    names = ("body", "digest", "first_at", "last_at", "n", "received_at", "source")
    batches = [blob.unpack(**dict(zip(names, each, strict=True))) for each in found.batches]  # type: ignore[arg-type]
    return (*batches, *found.aside, *found.events)
