"""A row that a node left for the one that leads, as an earlier version of the program wrote it."""

from __future__ import annotations

import hashlib

from backend.model.event import DeviceEvent, Quarantined
from backend.model.sample import SampleBatch
from backend.store import relaying

# Written once and never again by the program under test: rows may wait in a database while it is brought up to date.
FROZEN = bytes.fromhex(
    "83a7626174636865739197c43a4c50534201000000020000000000000000401e18240a060001401e18240a06000000000000"
    "00f83f00000000000000800700000008000000c040c420f54ae47291ee7cfc5ddbec0812effd7bfe71236255036d7db238aa"
    "d6fb030b68cf00060a24181e4000cf00060a24181e400102cf00060a24182d8240a76d657465722f78a561736964659185a6"
    "736f75726365a164a57374616765a57061727365a6726561736f6ea76e6f204a534f4ea3726177c402007bab726563656976"
    "65645f617403a66576656e74739186a6646576696365a164a46e616d65a4646f6f72a2617401ab72656365697665645f6174"
    "02a474657874a46f70656ea6616374697665c0"
)
DIGEST = bytes.fromhex("03f60a1fe141877bc6de2c2de9a60bd76c4604f37209c7dbf29924ff236f3e93")


def test_a_row_of_an_earlier_version_is_read_whole() -> None:
    row = relaying.relayed(7, "n2", 9, DIGEST, FROZEN)
    samples, *others = row.items
    assert (row.id, row.node, row.damaged) == (7, "n2", False)
    assert others == [
        Quarantined(source="d", stage="parse", reason="no JSON", raw=b"\x00{", received_at=3),
        DeviceEvent(device="d", name="door", at=1, received_at=2, text="open", active=None),
    ]
    assert isinstance(samples, SampleBatch)
    assert (samples.point.tolist(), samples.quality.tolist()) == ([7, 8], [192, 64])
    assert samples.at.tolist() == [1_700_000_000_000_000, 1_700_000_000_000_001]
    assert [value.hex() for value in samples.value.tolist()] == ["0x1.8000000000000p+0", "-0x0.0p+0"]
    assert (samples.received_at, samples.source) == (1_700_000_001_000_000, "meter/x")


def test_a_row_that_was_changed_is_put_aside_with_its_octets() -> None:
    changed = FROZEN.replace(b"parse", b"Parse")
    row = relaying.relayed(7, "n2", 9, DIGEST, changed)
    (item,) = row.items
    assert row.damaged
    assert isinstance(item, Quarantined)
    assert (item.raw, item.stage, item.received_at) == (changed, "relay", 9)
    whole = relaying.relayed(7, "n2", 9, hashlib.sha256(changed).digest(), changed)
    assert not whole.damaged
