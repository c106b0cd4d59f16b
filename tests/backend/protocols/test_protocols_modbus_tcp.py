"""Requests are the standard's bytes; an answer counts only when every field is the one expected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import FrameError, RefusedError
from backend.model.form import Space
from backend.protocols.modbus_tcp import Answer, Ask, Written, exception_words, judge, read, read_back, write

T = 0x1501


def _hex(text: str) -> bytes:
    return bytes.fromhex(text)


def _framed(pdu: str, unit: int = 0x11, transaction: int = T) -> bytes:
    data = _hex(pdu)
    return transaction.to_bytes(2, "big") + b"\0\0" + (len(data) + 1).to_bytes(2, "big") + bytes([unit]) + data


# Request and answer PDUs of MODBUS Application Protocol V1.1b3 §6.1 to §6.6 and §6.12.
STANDARD = [
    (read(0x11, Space.COIL, 0x13, 0x13), "01 0013 0013", "01 03 cd6b05", "cd6b05"),
    (read(0x11, Space.DISCRETE_INPUT, 0xC4, 0x16), "02 00c4 0016", "02 03 acdb35", "acdb35"),
    (read(0x11, Space.HOLDING, 0x6B, 3), "03 006b 0003", "03 06 022b 0000 0064", "022b00000064"),
    (read(0x11, Space.INPUT, 8, 1), "04 0008 0001", "04 02 000a", "000a"),
    (write(0x11, Space.COIL, 0xAC, [1]), "05 00ac ff00", "05 00ac ff00", ""),
    (write(0x11, Space.HOLDING, 1, [3]), "06 0001 0003", "06 0001 0003", ""),
    (write(0x11, Space.HOLDING, 1, [0x0A, 0x0102]), "10 0001 0002 04 000a 0102", "10 0001 0002", ""),
]
ASKS = [ask for ask, _, _, _ in STANDARD]


@pytest.mark.parametrize(("ask", "request_pdu", "answer_pdu", "data"), STANDARD)
def test_the_standards_examples(ask: Ask, request_pdu: str, answer_pdu: str, data: str) -> None:
    assert ask.frame(T) == _framed(request_pdu)
    whole = _framed(answer_pdu)
    assert judge(whole, ask, T) == Answer(data=_hex(data), exception=None, size=len(whole))


def test_a_whole_frame_as_it_is_often_quoted() -> None:
    ask = read(0x11, Space.HOLDING, 0x6B, 3)
    assert ask.frame(1) == _hex("0001 0000 0006 11 03 006b 0003")
    answer = judge(_hex("0001 0000 0009 11 03 06 ae41 5652 4340"), ask, 1)
    assert answer == Answer(data=_hex("ae4156524340"), exception=None, size=15)


@pytest.mark.parametrize(("ask", "request_pdu", "answer_pdu", "data"), STANDARD)
def test_every_beginning_of_a_good_answer_is_waited_for(ask: Ask, request_pdu: str, answer_pdu: str, data: str) -> None:
    whole = _framed(answer_pdu)
    assert [judge(whole[:size], ask, T) for size in range(len(whole))] == [None] * len(whole)


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 8, 10, 11])
def test_each_exception_is_understood_in_any_pieces(ask: Ask, code: int) -> None:
    whole = _framed(f"{ask.function | 0x80:02x} {code:02x}")
    assert [judge(whole[:size], ask, T) for size in range(9)] == [None] * 9
    assert judge(whole, ask, T) == Answer(data=b"", exception=code, size=9)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_framed("03 06 022b 0000 0064", transaction=T - 1), "transaction"),
        (_framed("03 06 022b 0000 0064", transaction=0), "transaction"),
        (_framed("03 06 022b 0000 0064", unit=0x12), "unit"),
        (_framed("03 06 022b 0000 0064", unit=0), "unit"),
        (_framed("04 06 022b 0000 0064"), "function"),
        (_framed("84 02"), "function"),
        (_framed("03 04 022b 0000"), "length"),
        (_framed("03 08 022b 0000 0064 0001"), "length"),
        (_framed("03 04 022b 0000 0064"), "begins"),
        (_framed("03 08 022b 0000 0064"), "begins"),
        (_framed("83 02 00"), "length"),
        (_framed("83"), "length"),
        (_hex("1501 0001 0009 11 03 06 022b 0000 0064"), "protocol"),
        (_hex("1501 0000 0003 11 03 06 022b 0000 0064"), "length"),
        (_hex("1501 0000 ffff 11 03 06 022b 0000 0064"), "length"),
        (_hex("1501 0000 0000"), "length"),
        (b"HTTP/1.1 400 Bad Request\r\n", "transaction"),
    ],
)
def test_an_answer_to_something_else_is_no_answer(answer: bytes, words: str) -> None:
    ask = read(0x11, Space.HOLDING, 0x6B, 3)
    with pytest.raises(FrameError, match=words):
        judge(answer, ask, T)


@pytest.mark.parametrize("ask", ASKS)
@given(st.data())
def test_no_changed_byte_of_the_header_or_the_echo_passes(ask: Ask, data: st.DataObject) -> None:
    good = T.to_bytes(2, "big") + ask.answer_tail
    good += bytes(ask.answer_size - len(good))
    place = data.draw(st.integers(0, 1 + len(ask.answer_tail)))
    value = data.draw(st.integers(0, 255).filter(lambda byte: byte != good[place]))
    changed = good[:place] + bytes([value]) + good[place + 1 :]
    with pytest.raises(FrameError):
        judge(changed, ask, T)


@given(st.binary(max_size=300))
def test_noise_is_refused_or_waited_for_but_never_taken_by_chance(noise: bytes) -> None:
    ask = read(0x11, Space.HOLDING, 0x6B, 3)
    taken = []
    try:
        taken.append(judge(b"\xff" + noise, ask, T))
    except FrameError:
        taken.append(None)
    assert taken == [None]


def test_bytes_behind_the_answer_are_left_to_the_caller() -> None:
    ask = read(0x11, Space.INPUT, 8, 1)
    whole = _framed("04 02 000a")
    answer = judge(whole + whole, ask, T)
    assert answer is not None
    assert (answer.data, answer.size) == (_hex("000a"), len(whole))


@pytest.mark.parametrize(
    ("space", "most"),
    [(Space.COIL, 2000), (Space.DISCRETE_INPUT, 2000), (Space.HOLDING, 125), (Space.INPUT, 125)],
)
def test_no_request_asks_for_more_than_the_standard_allows(space: Space, most: int) -> None:
    assert read(1, space, 0, most).answer_size <= 260
    with pytest.raises(ValueError, match="count"):
        read(1, space, 0, most + 1)
    with pytest.raises(ValueError, match="count"):
        read(1, space, 0, 0)


@pytest.mark.parametrize("space", [Space.DISCRETE_INPUT, Space.INPUT])
def test_read_only_spaces_are_not_written(space: Space) -> None:
    with pytest.raises(RefusedError, match=space.value):
        write(1, space, 0, [1])


@pytest.mark.parametrize(
    ("frame", "written"),
    [
        ("0001 0000 0006 11 05 00ac ff00", Written(unit=17, function=5, address=0xAC, words=(1,))),
        ("0001 0000 0006 11 05 00ac 0000", Written(unit=17, function=5, address=0xAC, words=(0,))),
        ("0001 0000 0006 11 06 0001 0003", Written(unit=17, function=6, address=1, words=(3,))),
        ("0001 0000 000b 11 10 0001 0002 04 000a 0102", Written(unit=17, function=16, address=1, words=(10, 0x102))),
    ],
)
def test_a_write_is_read_back_from_its_bytes(frame: str, written: Written) -> None:
    assert read_back(_hex(frame)) == written


@pytest.mark.parametrize("frame", ["", "0001 0000 0006 11 06 0001", "0001 0000 0006 11 06 0001 0003 00"])
def test_what_is_not_one_whole_request_is_not_read_back(frame: str) -> None:
    with pytest.raises(FrameError):
        read_back(_hex(frame))


def test_exceptions_in_words() -> None:
    assert exception_words(2) == "exception 2: illegal data address"
    assert exception_words(99) == "exception 99: not in the standard"


@pytest.mark.parametrize(
    "frame",
    [
        "0001 0000 0006 11 05 00ac ff01",
        "0001 0000 0006 11 05 00ac 0001",
        "0001 0000 000b 11 10 0001 0003 04 000a 0102",
        "0001 0000 000b 11 10 0001 0002 02 000a 0102",
        "0001 0000 000b 11 10 0001 ff02 04 000a 0102",
        "0001 0000 0006 11 66 0001 0003",
    ],
)
def test_a_request_that_contradicts_itself_is_not_read_back(frame: str) -> None:
    with pytest.raises(FrameError):
        read_back(_hex(frame))
