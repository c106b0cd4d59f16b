"""PUBLISH packets written out in the specifications, cut, spoilt and at random."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import FrameError
from backend.protocols.mqtt_publish import Publish, read_publish

# MQTT 3.1.1 §3.3.2.3: topic "a/b", packet identifier 10; the payload is ours.
QOS_1 = bytes.fromhex("32 09 00 03 61 2f 62 00 0a 68 69")
QOS_0 = bytes.fromhex("30 07 00 03 61 2f 62 68 69")
RETAINED_AGAIN = bytes.fromhex("3b 09 00 03 61 2f 62 00 0a 68 69")
FIVE = bytes.fromhex("32 0a 00 03 61 2f 62 00 0a 00 68 69")
FIVE_EXPIRES = bytes.fromhex("32 0f 00 03 61 2f 62 00 0a 05 02 00 00 00 1e 68 69")


@pytest.mark.parametrize(
    ("frame", "version", "qos", "retain", "duplicate", "expiry_s"),
    [
        (QOS_1, 4, 1, False, False, None),
        (QOS_0, 4, 0, False, False, None),
        (RETAINED_AGAIN, 4, 1, True, True, None),
        (FIVE, 5, 1, False, False, None),
        (FIVE_EXPIRES, 5, 1, False, False, 30),
    ],
)
def test_packets_are_read(
    frame: bytes, version: int, qos: int, retain: bool, duplicate: bool, expiry_s: int | None
) -> None:
    assert read_publish(frame, version=version) == Publish(
        topic="a/b", payload=b"hi", qos=qos, retain=retain, duplicate=duplicate, expiry_s=expiry_s
    )


def test_a_long_packet_has_a_long_length() -> None:
    # §2.2.3: 321 is 193, 2; topic of 2 + 3 bytes and 316 of payload.
    frame = bytes.fromhex("30 c1 02 00 03 61 2f 62") + b"x" * 316
    assert read_publish(frame, version=4).payload == b"x" * 316


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        bytes.fromhex("40 02 00 0a"),
        bytes.fromhex("30"),
        bytes.fromhex("30 ff ff ff ff 7f"),
        bytes.fromhex("30 08 00 03 61 2f 62 68 69"),
        bytes.fromhex("30 06 00 03 61 2f 62 68 69"),
        bytes.fromhex("30 02 00 03"),
        bytes.fromhex("32 05 00 03 61 2f 62"),
        bytes.fromhex("30 04 00 02 ff fe"),
    ],
)
def test_what_is_not_one_whole_packet_is_refused(frame: bytes) -> None:
    with pytest.raises(FrameError):
        read_publish(frame, version=4)


@pytest.mark.parametrize(
    "frame",
    [
        bytes.fromhex("32 0c 00 03 61 2f 62 00 0a 02 01 01 68 69"),
        bytes.fromhex("32 0e 00 03 61 2f 62 00 0a 05 02 00 00 00"),
        bytes.fromhex("32 09 00 03 61 2f 62 00 0a 80 80"),
    ],
    ids=["another property", "cut off", "endless length"],
)
def test_properties_nobody_set_are_refused(frame: bytes) -> None:
    with pytest.raises(FrameError):
        read_publish(frame, version=5)


@pytest.mark.parametrize("cut", range(len(FIVE_EXPIRES)))
def test_every_cut_is_refused(cut: int) -> None:
    with pytest.raises(FrameError):
        read_publish(FIVE_EXPIRES[:cut], version=5)


@given(st.binary(), st.sampled_from([4, 5]))
def test_any_bytes_are_read_or_refused(frame: bytes, version: int) -> None:
    try:
        packet = read_publish(frame, version=version)
    except FrameError:
        return
    assert frame.endswith(packet.payload)
