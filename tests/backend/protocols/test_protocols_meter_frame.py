"""Meter frames: written out by hand, spoilt, cut and joined at random, and read by a second reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import ConfigError, FrameError
from backend.protocols.meter.crc import CHECKS, accelerated
from backend.protocols.meter.frame import (
    Covers,
    Frame,
    Style,
    acknowledgement,
    decode,
    encode,
    refusal,
    unknown_minor,
)
from backend.protocols.meter.stream import LONGEST_PACKET, Packet, Stream, wrap
from tests.support import meter_reader

TIME_SYNC = bytes.fromhex("09 00 01 01 10 80 03 9F B1")
READING = bytes.fromhex("0D FF FF 01 10 00 04 00 01 E2 40 3A 33")
ACK = bytes.fromhex("09 00 01 01 10 40 03 89 E5")
NACK = bytes.fromhex("08 00 01 01 10 00 4F B5")
LARGEST = bytes.fromhex("89 00 00 01 23 A0 10") + bytes(range(128)) + bytes.fromhex("4D 4B")

WRITTEN = [
    (TIME_SYNC, Frame(1, 1, 3, down=True)),
    (READING, Frame(0xFFFF, 1, 4, bytes.fromhex("0001E240"))),
    (ACK, Frame(1, 1, 3, ack=True)),
    (NACK, Frame(1, 1, None)),
    (LARGEST, Frame(0, 1, 0x10, bytes(range(128)), down=True, encrypted=True, version=0x23)),
]

frames = st.builds(
    Frame,
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFF),
    st.sampled_from([1, 2, 3, 4, 5, 0x10, 0x7F, 0xFF]),
    st.binary(max_size=128),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0x10, 0x1F, 0x23]),
    st.integers(0, 31),
)


@pytest.mark.parametrize(
    ("name", "word"),
    [("0000", 0x31C3), ("ffff", 0x29B1), ("reflected", 0x2189), ("x25", 0x906E)],
)
def test_check_values_of_the_four_variants(name: str, word: int) -> None:
    assert CHECKS[name](b"123456789") == word


def test_the_c_extension_is_loaded() -> None:
    assert accelerated()


@pytest.mark.parametrize(("raw", "frame"), WRITTEN)
def test_written_frames_are_read_and_said(raw: bytes, frame: Frame) -> None:
    assert decode(raw) == frame
    assert encode(frame) == raw


def test_the_version_is_two_half_octets() -> None:
    assert decode(LARGEST).major_minor == "2.3"


@pytest.mark.parametrize("raw", [raw for raw, _ in WRITTEN[:4]])
def test_any_one_flipped_bit_is_refused(raw: bytes) -> None:
    for bit in range(len(raw) * 8):
        spoilt = bytearray(raw)
        spoilt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FrameError):
            decode(bytes(spoilt))


@pytest.mark.parametrize("size", [0, 1, 7, 138, 255])
def test_other_lengths_are_refused(size: int) -> None:
    with pytest.raises(FrameError):
        decode(bytes((size,)) * size)


@pytest.mark.parametrize("kind", [0x00, 0x06, 0x0F])
def test_reserved_types_are_neither_said_nor_read(kind: int) -> None:
    with pytest.raises(FrameError, match="reserved"):
        encode(Frame(1, 1, kind))
    body = bytes((9, 0, 1, 1, 0x10, 0, kind))
    with pytest.raises(FrameError, match="reserved"):
        decode(body + CHECKS["0000"](body).to_bytes(2, "big"))


def test_more_than_128_octets_do_not_fit() -> None:
    with pytest.raises(FrameError, match="129"):
        encode(Frame(1, 1, 4, bytes(129)))


def test_a_major_version_nobody_knows_is_refused_and_a_minor_one_is_noticed() -> None:
    with pytest.raises(FrameError, match="version 3"):
        decode(encode(Frame(1, 1, 4, version=0x30)))
    assert unknown_minor(decode(LARGEST), Style(minors=frozenset({0, 1})))
    assert not unknown_minor(decode(LARGEST))


def test_answers_echo_the_number() -> None:
    assert encode(acknowledgement(decode(TIME_SYNC))) == ACK
    assert encode(refusal(decode(TIME_SYNC))) == NACK


def test_a_style_belongs_to_an_application_identifier() -> None:
    odd = Style(crc="x25", covers=Covers.DATA, sequence_order="little", crc_order="little")
    raw = encode(Frame(0x0102, 9, 4, b"123456789"), odd)
    assert raw[1:3] == b"\x02\x01"
    assert raw[-2:] == b"\x6e\x90"
    assert decode(raw, {9: odd}).sequence == 0x0102
    with pytest.raises(FrameError):
        decode(raw)


def test_a_check_word_nobody_knows_is_no_style() -> None:
    with pytest.raises(ConfigError):
        Style(crc="md5")


@given(frames)
def test_a_second_reader_reads_the_same(frame: Frame) -> None:
    raw = encode(frame)
    assert decode(raw) == frame
    read = meter_reader.read(raw)
    assert (read["sequence"], read["type"], read["data"]) == (frame.sequence, frame.type, frame.data)
    assert (read["direction"] == "down", read["ack"], read["encrypted"]) == (frame.down, frame.ack, frame.encrypted)


@given(st.binary(max_size=200))
def test_hostile_octets_are_refused_in_words_or_are_a_frame(raw: bytes) -> None:
    try:
        frame = decode(raw)
    except FrameError:
        return
    assert encode(frame) == raw


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), frames), max_size=6), st.lists(st.integers(1, 40)))
def test_frames_are_found_however_the_stream_is_cut(said: list[tuple[int, Frame]], cuts: list[int]) -> None:
    whole = b"".join(wrap(meter, encode(frame), hops=2) for meter, frame in said)
    stream, found, at = Stream(), [], 0
    for size in [*cuts, len(whole)]:
        found += stream.feed(whole[at : at + size])
        at += size
    assert found == [Packet(meter, 2, encode(frame)) for meter, frame in said]
    assert (stream.skipped, stream.held) == (0, 0)
    assert [frame for _, frame in meter_reader.unwrap(whole)] == [packet.frame for packet in found]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_hostile_streams_hold_no_more_than_one_packet(chunks: list[bytes]) -> None:
    stream = Stream()
    taken = sum(sum(len(packet.frame) + 7 for packet in stream.feed(chunk)) for chunk in chunks)
    assert stream.held < LONGEST_PACKET
    assert len(stream.strange) <= LONGEST_PACKET
    assert taken + stream.skipped + stream.held == sum(map(len, chunks))


def test_a_good_frame_is_found_behind_noise() -> None:
    stream = Stream()
    assert stream.feed(b"\x00\x68" + bytes(range(200, 216)) + wrap(7, READING)) == [Packet(7, 0, READING)]
    assert stream.skipped > 0


def test_the_length_octet_alone_splits_a_bare_stream() -> None:
    stream = Stream(envelope=False)
    assert [packet.frame for packet in stream.feed(READING + NACK + ACK[:4])] == [READING, NACK]
    assert [packet.frame for packet in stream.feed(ACK[4:])] == [ACK]
