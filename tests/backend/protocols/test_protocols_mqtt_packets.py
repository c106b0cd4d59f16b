"""Cutting a broker's bytes into packets: vectors from the specifications (OASIS MQTT 3.1.1 and 5.0), in any pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.protocols.mqtt_packets import NOT_UTF8, Packets, pubacks

Heard = tuple[str, bytes, bool, int]

PINGRESP = bytes.fromhex("d000")
SUBACK = bytes.fromhex("9003 0001 01")
# 3.1.1 §3.3, Table 3.3: topic "a/b", message id 10, QoS 1; payload "hi".
QOS_1 = bytes.fromhex("32 09 0003 612f62 000a 6869")
QOS_0_RETAINED = bytes.fromhex("31 07 0003 612f62 6869")
AGAIN = bytes.fromhex("3a 09 0003 612f62 000a 6869")
QOS_2 = bytes.fromhex("34 09 0003 612f62 000a 6869")
# 5.0 §3.3.2.3: a message expiry interval of 10 s, and none.
QOS_1_EXPIRING = bytes.fromhex("32 0f 0003 612f62 000a 05 02 0000000a 6869")
QOS_1_PLAIN = bytes.fromhex("32 0a 0003 612f62 000a 00 6869")
# 3.1.1 §2.2.3: 321 is encoded as 0xC1 0x02.
LONG = bytes.fromhex("32 c102 0003 612f62 0001") + bytes(314)


class Session:
    """What was heard, and what was given out, in the order in which the bytes came."""

    def __init__(self, version: int = 4) -> None:
        self.packets = Packets(version)
        self.got: list[Heard | bytes] = []

    def hear(self, topic: str, payload: bytes, *, retained: bool, mid: int) -> None:
        self.got.append((topic, payload, retained, mid))

    def feed(self, *chunks: bytes) -> list[Heard | bytes]:
        for chunk in chunks:
            self.packets.feed(chunk)
            while (packet := self.packets.messages(self.hear)) is not None:
                self.got.append(packet)
        return self.got


@pytest.mark.parametrize(
    ("version", "packet", "got"),
    [
        (4, QOS_1, ("a/b", b"hi", False, 10)),
        (4, AGAIN, ("a/b", b"hi", False, 10)),
        (4, QOS_0_RETAINED, ("a/b", b"hi", True, 0)),
        (4, LONG, ("a/b", bytes(314), False, 1)),
        (5, QOS_1_EXPIRING, ("a/b", b"hi", False, 10)),
        (5, QOS_1_PLAIN, ("a/b", b"hi", False, 10)),
        (4, bytes.fromhex("30 05 0003 612f62"), ("a/b", b"", False, 0)),
        (4, bytes.fromhex("30 04 0002 ff41"), (NOT_UTF8, b"", False, 0)),
        (4, PINGRESP, PINGRESP),
        (4, SUBACK, SUBACK),
        (4, QOS_2, QOS_2),
    ],
)
def test_a_packet_is_heard_or_given_out(version: int, packet: bytes, got: Heard | bytes) -> None:
    assert Session(version).feed(packet) == [got]
    assert Session(version).feed(*[bytes([byte]) for byte in packet]) == [got]


@pytest.mark.parametrize(
    ("version", "packet"),
    [
        (4, bytes.fromhex("30 00")),
        (4, bytes.fromhex("30 01 00")),
        (4, bytes.fromhex("30 05 0004 612f62")),
        (4, bytes.fromhex("32 06 0003 612f62 00")),
        (5, bytes.fromhex("32 08 0003 612f62 000a 05")),
        (5, bytes.fromhex("30 07 0003 612f62 ffff")),
        (4, bytes.fromhex("36 09 0003 612f62 000a 6869")),
    ],
)
def test_a_message_that_cannot_be_read_is_left_to_the_library(version: int, packet: bytes) -> None:
    assert Session(version).feed(packet + PINGRESP) == [packet, PINGRESP]


def test_what_cannot_be_framed_is_given_out_as_it_is() -> None:
    nonsense = b"\x30\xff\xff\xff\xff\x01 and more"
    assert Session().feed(QOS_1, nonsense) == [("a/b", b"hi", False, 10), nonsense]


def test_a_large_message_is_put_together_from_its_pieces() -> None:
    payload = bytes(range(256)) * 1200
    packet = b"\x30" + bytes([0x85, 0xE0, 0x12]) + b"\x00\x03a/b" + payload
    assert len(payload) + 5 == 0x05 | 0x60 << 7 | 0x12 << 14
    chunks = [(packet + QOS_1)[at : at + 50_000] for at in range(0, len(packet) + len(QOS_1), 50_000)]
    assert Session().feed(*chunks) == [("a/b", payload, False, 0), ("a/b", b"hi", False, 10)]


@given(
    st.lists(st.sampled_from([QOS_1, QOS_0_RETAINED, LONG, PINGRESP, SUBACK, QOS_2]), max_size=12),
    st.lists(st.integers(0, 4000), max_size=12),
)
def test_the_pieces_make_no_difference(packets: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(packets)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[start:end] for start, end in pairwise(edges)]
    assert Session().feed(*pieces) == [each for packet in packets for each in Session().feed(packet)]


def test_acknowledgements_stand_one_behind_the_other() -> None:
    assert pubacks([10, 0xABCD]) == bytes.fromhex("4002 000a 4002 abcd")
    assert pubacks([]) == b""
