"""Modbus registers and coils to values and back, in all four byte orders; pure.

MODBUS Application Protocol V1.1b3 §4.2: registers are 16 bit, high byte first on the wire; coils are packed eight to a
byte, lowest address in the lowest bit (§6.1). How wider values lie in several registers is left to the maker, hence
`big_end_word` and `big_end_byte`.
"""

from __future__ import annotations

import math
import struct
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.errors import ConfigError, RefusedError
from backend.model.form import DataType, ModbusForm, Space

ADDRESSES: Final = 0x1_0000
BIT_SPACES: Final = frozenset({Space.COIL, Space.DISCRETE_INPUT})

_NUMPY: Final = {
    DataType.BOOL: "<u2",
    DataType.INT16: "<i2",
    DataType.UINT16: "<u2",
    DataType.INT32: "<i4",
    DataType.UINT32: "<u4",
    DataType.INT64: "<i8",
    DataType.UINT64: "<u8",
    DataType.FLOAT32: "<f4",
    DataType.FLOAT64: "<f8",
}
_STRUCT: Final = {
    DataType.BOOL: ">H",
    DataType.INT16: ">h",
    DataType.UINT16: ">H",
    DataType.INT32: ">i",
    DataType.UINT32: ">I",
    DataType.INT64: ">q",
    DataType.UINT64: ">Q",
    DataType.FLOAT32: ">f",
    DataType.FLOAT64: ">d",
}
_FLOATS: Final = frozenset({DataType.FLOAT32, DataType.FLOAT64})
_HALF_STEP: Final = {DataType.FLOAT32: 2.0**-24, DataType.FLOAT64: 2.0**-53}
"""Largest relative error of rounding to the nearest float."""
_TINY: Final = {DataType.FLOAT32: 2.0**-150, DataType.FLOAT64: 2.0**-1074}
"""Largest absolute error of rounding near zero."""
_INT_SLACK: Final = 1e-6
"""How far from a whole raw number scaled decimals such as 12.3 / 0.1 may fall."""


def check(form: ModbusForm) -> None:
    """Raise ConfigError when a form cannot be read as it says."""
    for wrong, words in (
        (not 0 <= form.address <= ADDRESSES - form.registers, "address {value} is outside 0 to 65535"),
        (form.space in BIT_SPACES and form.type is not DataType.BOOL, "{space} holds bits, not {type}"),
        (form.space in BIT_SPACES and form.bits is not None, "{space} has no bit fields"),
        (form.bits is not None and form.type in _FLOATS, "{type} has no bit fields"),
        (not _bits_fit(form), "bit field {bits} does not fit {type}"),
        (not (math.isfinite(form.scale) and form.scale != 0), "scale {scale} is no scale"),
        (not math.isfinite(form.offset), "offset {offset} is no offset"),
    ):
        if wrong:
            raise ConfigError(
                words,
                value=form.address,
                space=form.space.value,
                type=form.type.value,
                bits=form.bits,
                scale=form.scale,
                offset=form.offset,
            )


def encode(value: float, form: ModbusForm) -> tuple[int, ...]:
    """Register words (or the one coil bit) that say `value`; raises RefusedError when none say it exactly.

    Bit fields are refused unless they cover the whole integer: writing one would overwrite its neighbours.
    """
    if form.bits is not None and form.bits != (0, 16 * form.registers):
        raise RefusedError("a bit field cannot be written without its neighbours")
    raw = (value - form.offset) / form.scale
    whole = form.type not in _FLOATS
    if not math.isfinite(raw) or (whole and abs(raw - round(raw)) > max(_INT_SLACK, 4 * math.ulp(raw))):
        raise RefusedError("{value} cannot be written as {type}", value=value, type=form.type.value)
    packed = _pack(round(raw) if whole else raw, form)
    if form.type is DataType.BOOL and packed not in (b"\0\0", b"\0\1"):
        raise RefusedError("{value} cannot be written as {type}", value=value, type=form.type.value)
    words = [packed[at : at + 2] for at in range(0, len(packed), 2)]
    if not form.big_end_word:
        words.reverse()
    return tuple(
        int.from_bytes(word, "big" if form.big_end_byte or form.space in BIT_SPACES else "little") for word in words
    )


def says(decoded: float, value: float, form: ModbusForm) -> bool:
    """Whether what was decoded from a frame is `value`, up to the rounding of the form's own type."""
    raw = abs((value - form.offset) / form.scale)
    slack = _INT_SLACK if form.type not in _FLOATS else raw * _HALF_STEP[form.type] + _TINY[form.type]
    noise = 4 * math.ulp(max(abs(value), abs(form.offset), raw * abs(form.scale)))
    return abs(decoded - value) <= slack * abs(form.scale) + noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a value begins in a buffer of answers: its first byte and, in bit spaces, the bit in that byte."""

    byte: int
    bit: int
    form: ModbusForm


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Values of one type. index: shape (k, width) positions, least significant byte first; rows: where they go.

    run: the slice of the buffer where the values lie one behind the other in plain order, if they do; then no index
    is needed. dtype fits the bytes as the index, or the run, brings them.
    """

    rows: slice
    index: NDArray[np.intp]
    run: slice | None
    dtype: str
    shift: NDArray[np.uint64] | None = None
    mask: NDArray[np.uint64] | None = None
    flag: bool = False


class Gather:
    """Decode every value of a buffer of answers at once, by index tables worked out beforehand.

    `order` says which placement each output row is: shape (n,). The orders of words and bytes are nothing but the
    order of the indexes, so all four cost the same.
    """

    def __init__(self, placements: Sequence[Placement]) -> None:
        kinds: defaultdict[tuple[str, bool, bool], list[int]] = defaultdict(list)
        for number, each in enumerate(placements):
            kinds[_kind(each.form)].append(number)
        self.order: NDArray[np.intp] = np.array([number for kind in kinds.values() for number in kind], np.intp)
        forms = [placements[number].form for number in self.order]
        self._scale = np.array([form.scale for form in forms], np.float64)
        self._offset = np.array([form.offset for form in forms], np.float64)
        self._scaled = bool(np.any(self._scale != 1.0) or np.any(self._offset != 0.0))
        self.finite = not any(form.type in _FLOATS for form in forms) and bool(
            np.all(np.isfinite(2.0**64 * np.abs(self._scale) + np.abs(self._offset)))
        )
        """True when no value can be NaN or infinite."""
        self._groups: list[_Group] = []
        start = 0
        for (dtype, fields, flag), numbers in kinds.items():
            rows = slice(start, start + len(numbers))
            start = rows.stop
            self._groups.append(_group(rows, [placements[number] for number in numbers], dtype, fields, flag))

    def decode(self, buffer: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Engineering values, shape (n,), in the order of `order`; float registers may give NaN or infinity."""
        if self.finite:
            return self._decode(buffer)
        with np.errstate(invalid="ignore", over="ignore"):  # a signalling NaN is a value like any other here
            return self._decode(buffer)

    def _decode(self, buffer: NDArray[np.uint8]) -> NDArray[np.float64]:
        out = np.empty(len(self.order), np.float64)
        for group in self._groups:
            if group.run is not None:
                raw = buffer[group.run].view(group.dtype)
            else:
                raw = buffer[group.index].view(group.dtype)[:, 0]
            if group.shift is not None and group.mask is not None:
                out[group.rows] = (raw.astype(np.uint64) >> group.shift) & group.mask
            elif group.flag:
                out[group.rows] = raw != 0
            else:
                out[group.rows] = raw
        if self._scaled:
            out *= self._scale
            out += self._offset
        return out


def decode(words: Sequence[int], form: ModbusForm) -> float:
    """One value from its register words, or from one coil bit."""
    bit_space = form.space in BIT_SPACES
    data = bytes([words[0] & 1]) if bit_space else b"".join(word.to_bytes(2, "big") for word in words)
    gather = Gather([Placement(byte=0, bit=0, form=form)])
    return float(gather.decode(np.frombuffer(data, np.uint8))[0])


def _bits_fit(form: ModbusForm) -> bool:
    if form.bits is None:
        return True
    lowest, width = form.bits
    return lowest >= 0 and width >= 1 and lowest + width <= 16 * form.registers


def _pack(raw: float, form: ModbusForm) -> bytes:
    try:
        return struct.pack(_STRUCT[form.type], raw)
    except (struct.error, OverflowError) as error:
        raise RefusedError("{value} does not fit {type}", value=raw, type=form.type.value) from error


def _kind(form: ModbusForm) -> tuple[str, bool, bool]:
    """(NumPy type, taken apart by bits, non-zero means 1)."""
    if form.space in BIT_SPACES:
        return ("<u1", True, False)
    fields = form.bits is not None
    return (_NUMPY[form.type].replace("i", "u") if fields else _NUMPY[form.type], fields, form.type is DataType.BOOL)


def _group(rows: slice, placements: Sequence[Placement], dtype: str, fields: bool, flag: bool) -> _Group:
    index = np.array([_positions(each) for each in placements], np.intp)
    first = int(index[0, -1])
    in_a_row = bool(np.array_equal(index[:, ::-1].ravel(), np.arange(first, first + index.size)))
    spans = [each.form.bits or (each.bit, 1) for each in placements]
    return _Group(
        rows=rows,
        index=index,
        run=slice(first, first + index.size) if in_a_row else None,
        dtype=dtype.replace("<", ">") if in_a_row else dtype,
        shift=np.array([lowest for lowest, _ in spans], np.uint64) if fields else None,
        mask=np.array([(1 << width) - 1 for _, width in spans], np.uint64) if fields else None,
        flag=flag,
    )


def _positions(placement: Placement) -> list[int]:
    """Positions in the buffer of the value's bytes, the least significant first."""
    form = placement.form
    if form.space in BIT_SPACES:
        return [placement.byte]
    last = form.registers - 1
    return [
        placement.byte
        + 2 * (last - significance // 2 if form.big_end_word else significance // 2)
        + (1 - significance % 2 if form.big_end_byte else significance % 2)
        for significance in range(2 * form.registers)
    ]
