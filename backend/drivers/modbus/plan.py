"""Turn bound points into few reads, and the answers of a cycle of reads into one batch; no I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from backend.errors import ConfigError
from backend.links.poll import Run, Span, by_period, merge
from backend.links.ports import Bound
from backend.model.form import ModbusForm, Space
from backend.model.quality import GOOD, Cause, Status, quality
from backend.model.sample import SampleBatch
from backend.protocols.modbus_registers import BIT_SPACES, Gather, Placement, check
from backend.protocols.modbus_tcp import MAX_BITS, MAX_REGISTERS, Ask, read

COMMS: Final = quality(Status.BAD, Cause.COMMS)
DEVICE: Final = quality(Status.BAD, Cause.DEVICE)
_RANGE: Final = quality(Status.BAD, Cause.RANGE)
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A bound point with its checked Modbus form and its unit. row: its place among the link's points."""

    row: int
    bound: Bound
    form: ModbusForm
    unit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One request of a cycle. size: data bytes of its answer."""

    ask: Ask
    size: int


class Outcomes:
    """What the reads of a cycle brought, in their order: data bytes (zeros where bad), quality code, time (µs UTC)."""

    __slots__ = ("at", "bad", "code", "data")

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.code: list[int] = []
        self.at: list[int] = []
        self.bad = False
        """Whether any read was bad."""

    def good(self, data: bytes, at: int) -> None:
        """The next read was answered."""
        self.data.append(data)
        self.code.append(GOOD)
        self.at.append(at)

    def failed(self, read: Read, code: int, at: int) -> None:
        """The next read has no data, because of `code`."""
        self.data.append(bytes(read.size))
        self.code.append(code)
        self.at.append(at)
        self.bad = True


class Cycle:
    """Reads that are made together and decoded together, with everything about their rows worked out beforehand."""

    def __init__(self, reads: Sequence[Read], placed: Sequence[tuple[Register, int, Placement]]) -> None:
        """placed: each register with the number of its read and its place in the joined data of all reads."""
        self.reads = tuple(reads)
        self._gather = Gather([placement for _, _, placement in placed])
        ordered = [placed[number] for number in self._gather.order]
        self.points: NDArray[np.int32] = np.array([register.bound.point.id for register, _, _ in ordered], np.int32)
        self.rows: NDArray[np.intp] = np.array([register.row for register, _, _ in ordered], np.intp)
        """The link's row of each point."""
        self._all_good: NDArray[np.uint8] = np.full(len(ordered), GOOD, np.uint8)
        self._all_good.flags.writeable = False
        self._read_of: NDArray[np.intp] = np.array([number for _, number, _ in ordered], np.intp)

    def batch(self, outcomes: Outcomes, source: str) -> SampleBatch:
        """One row per point of the cycle; NaN and the read's cause where its read failed."""
        data = outcomes.data[0] if len(outcomes.data) == 1 else b"".join(outcomes.data)
        value = self._gather.decode(np.frombuffer(data, np.uint8))
        at = self._spread(outcomes.at, np.int64)
        if self._gather.finite and not outcomes.bad:
            return SampleBatch(
                point=self.points,
                at=at,
                value=value,
                quality=self._all_good,
                received_at=outcomes.at[-1],
                source=source,
            )
        code = self.codes(outcomes)
        if not self._gather.finite:
            finite = np.isfinite(value)
            if not finite.all():
                code[~finite & (code == GOOD)] = _RANGE
                value[~finite] = np.nan
        if outcomes.bad:
            value[code < GOOD] = np.nan
        return SampleBatch(
            point=self.points, at=at, value=value, quality=code, received_at=outcomes.at[-1], source=source
        )

    def codes(self, outcomes: Outcomes) -> NDArray[np.uint8]:
        """The quality code of each row's read."""
        return self._spread(outcomes.code, np.uint8)

    def _spread(self, of_reads: Sequence[int], dtype: type[T]) -> NDArray[T]:
        """A fresh column: each row has what its read has."""
        if len(of_reads) == 1:
            column = np.empty(len(self.points), dtype)
            column.fill(of_reads[0])
            return column
        return np.array(of_reads, dtype)[self._read_of]


def registers(bound: Sequence[Bound], units: Mapping[str, int]) -> tuple[Register, ...]:
    """Bound points with their checked forms; raises ConfigError naming the point."""
    found = []
    for row, each in enumerate(bound):
        tag = each.point.tag
        if not isinstance(each.form, ModbusForm):
            raise ConfigError("{tag}: has no Modbus form", tag=tag)
        if each.point.device not in units:
            raise ConfigError("{tag}: its device {device} is not on this link", tag=tag, device=each.point.device)
        try:
            check(each.form)
        except ConfigError as error:
            raise ConfigError("{tag}: {reason}", tag=tag, reason=str(error)) from error
        found.append(Register(row=row, bound=each, form=each.form, unit=units[each.point.device]))
    return tuple(found)


def cycles(registers: Sequence[Register], max_gap: int) -> dict[float, Cycle]:
    """The cycles of a link by period in seconds, shortest first."""
    by_point = {register.bound.point.id: register for register in registers}
    groups = by_period([register.bound for register in registers])
    return {period: cycle([by_point[each.point.id] for each in group], max_gap) for period, group in groups.items()}


def cycle(registers: Sequence[Register], max_gap: int) -> Cycle:
    """Fewest reads for these registers: at most 125 registers or 2000 bits each, of one unit and space."""
    areas: defaultdict[tuple[int, Space], list[Register]] = defaultdict(list)
    for register in registers:
        areas[register.unit, register.form.space].append(register)
    reads: list[Read] = []
    placed: list[tuple[Register, int, Placement]] = []
    start = 0
    for (unit, space), members in areas.items():
        for run in _runs(space, members, max_gap):
            made = Read(ask=read(unit, space, run.start, run.size), size=_data_bytes(space, run.size))
            placed += [(members[s.key], len(reads), _placement(members[s.key], run, start)) for s in run.spans]
            start += made.size
            reads.append(made)
    return Cycle(reads, placed)


def _runs(space: Space, members: Sequence[Register], max_gap: int) -> tuple[Run, ...]:
    spans = [Span(start=member.form.address, size=member.form.registers, key=key) for key, member in enumerate(members)]
    if space in BIT_SPACES:
        return merge(spans, max_size=MAX_BITS, max_gap=16 * max_gap)
    return merge(spans, max_size=MAX_REGISTERS, max_gap=max_gap)


def _data_bytes(space: Space, size: int) -> int:
    return (size + 7) // 8 if space in BIT_SPACES else 2 * size


def _placement(register: Register, run: Run, start: int) -> Placement:
    away = register.form.address - run.start
    if register.form.space in BIT_SPACES:
        return Placement(byte=start + away // 8, bit=away % 8, form=register.form)
    return Placement(byte=start + 2 * away, bit=0, form=register.form)
