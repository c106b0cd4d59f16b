"""The registers of one Modbus unit: values laid out by their forms, and writes turned back into values; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.model.form import DataType, Form, ModbusForm, Space
from backend.protocols.modbus_registers import decode, encode

Words = Mapping[Space, Mapping[int, int]]
"""By space and address; a bit in the two bit spaces. What is not there does not exist in the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One value that a write request means."""

    name: str
    value: float


def lay_out(forms: Mapping[str, Form], readings: Mapping[str, float]) -> Words:
    """Registers that say the readings. Fields of a shared register are put together; its other bits are 0.

    Registers between the first and the last of a space are reserved ones: they read 0, as in a real RTU.
    """
    words: dict[Space, dict[int, int]] = {space: {} for space in Space}
    for name, form in forms.items():
        if not isinstance(form, ModbusForm) or name not in readings:
            continue
        place = words[form.space]
        for offset, word in enumerate(_encoded(readings[name], form)):
            place[form.address + offset] = place.get(form.address + offset, 0) | word
    return {space: _with_reserved(place) for space, place in words.items()}


def read(words: Words, space: Space, address: int, count: int) -> list[int] | None:
    """`count` registers or bits; None when one of them does not exist."""
    place = words[space]
    wanted = range(address, address + count)
    return [place[one] for one in wanted] if all(one in place for one in wanted) else None


def understand(
    forms: Mapping[str, Form], writable: frozenset[str], space: Space, address: int, words: Sequence[int]
) -> list[Written] | None:
    """The values a write means; None when it touches a register that cannot be written, or half a value."""
    found: list[Written] = []
    left = set(range(address, address + len(words)))
    for name, form in _writable(forms, writable, space):
        own = range(form.address, form.address + form.registers)
        if left.issuperset(own):
            left.difference_update(own)
            found.append(Written(name=name, value=decode([words[one - address] for one in own], form)))
    return found if found and not left else None


def _with_reserved(place: dict[int, int]) -> dict[int, int]:
    return dict.fromkeys(range(min(place), max(place) + 1), 0) | place if place else place


def _writable(forms: Mapping[str, Form], writable: frozenset[str], space: Space) -> Iterator[tuple[str, ModbusForm]]:
    for name, form in forms.items():
        if name in writable and isinstance(form, ModbusForm) and form.space is space:
            yield name, form


def _encoded(value: float, form: ModbusForm) -> tuple[int, ...]:
    if form.bits is None:
        return encode(value, form)
    # The codec refuses to write one field of a register; a device sets all of them itself, so shifted they add up.
    lowest, width = form.bits
    raw = (int(value) & ((1 << width) - 1)) << lowest
    return encode(raw, replace(form, bits=None, scale=1.0, offset=0.0, type=_UNSIGNED[form.registers]))


_UNSIGNED = {1: DataType.UINT16, 2: DataType.UINT32, 4: DataType.UINT64}
