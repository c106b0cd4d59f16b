"""The newest sample of every point, kept in the database now and then, so that a start need not read every group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from backend import logs
from backend.clock import Clock
from backend.model.sample import SampleBatch
from backend.store import blob
from backend.store.groups import Damage, sound
from backend.store.latest import Latest
from backend.store.schema import newest, samples

EVERY_GROUPS: Final = 1024
EVERY_SAMPLES: Final = 2_000_000
EVERY_S: Final = 60.0
_SLOTS: Final = 2
_log = logs.get(__name__)

TakeIn = Callable[[Connection, Latest, int], int]
"""Fold every sound group after the one given, in order of storing; the id of the newest group there is."""


class Snapshots:
    """Follows what the writer commits and says when a snapshot is due. Lives on the writer's thread."""

    def __init__(self, clock: Clock, take_in: TakeIn) -> None:
        self._clock = clock
        self._take_in = take_in
        self._latest: Latest | None = None
        self._through = 0
        self._groups = 0
        self._samples = 0
        self._kept_mono = clock.mono()

    def committed(self, groups: Sequence[tuple[int, SampleBatch]]) -> None:
        """Take in groups that are now on the disk, with their ids."""
        for group, batch in groups:
            self._groups += 1
            self._samples += len(batch)
            if self._latest is not None and group == self._through + 1:
                self._latest.fold(batch)
                self._through = group
            # Otherwise another process stored groups in between; `keep` finds them.

    def due(self) -> bool:
        """Whether enough has come since the last snapshot."""
        return self._groups > 0 and (
            self._groups >= EVERY_GROUPS
            or self._samples >= EVERY_SAMPLES
            or self._clock.mono() - self._kept_mono >= EVERY_S
        )

    def waiting(self) -> bool:
        """Whether anything has come since the last snapshot."""
        return self._groups > 0

    def keep(self, connection: Connection) -> None:
        """Write a snapshot in the caller's transaction; call `kept` once that is committed."""
        if self._latest is None:
            self._latest, self._through = latest_of(connection, self._take_in)
        self._through = self._take_in(connection, self._latest, self._through)
        _write(connection, self._latest, self._through)

    def put_off(self) -> None:
        """A snapshot was kept or could not be: the next is due after the usual while."""
        self._groups = self._samples = 0
        self._kept_mono = self._clock.mono()

    def forget(self) -> None:
        """What is in memory may not be what is on the disk: read it again for the next snapshot."""
        self._latest = None


def latest_of(connection: Connection, take_in: TakeIn) -> tuple[Latest, int]:
    """The newest sample of every point, and the id of the newest group taken in."""
    latest = Latest()
    through = _read(connection, latest)
    return latest, take_in(connection, latest, through)


def take_in(damage: Damage, connection: Connection, latest: Latest, after: int) -> int:
    """TakeIn from the groups in `samples`."""
    for _, batch in sound(connection, select(samples).where(samples.c.id > after).order_by(samples.c.id), damage):
        latest.fold(batch)
    return max(after, connection.execute(select(func.max(samples.c.id))).scalar_one() or 0)


def _read(connection: Connection, latest: Latest) -> int:
    """Fill `latest` from the newest sound snapshot; the group it reaches to, 0 when there is none."""
    for row in connection.execute(select(newest).order_by(newest.c.through.desc())).all():
        try:
            batch = blob.unpack(
                body=row.body,
                digest=row.digest,
                first_at=row.through,
                last_at=row.through,
                n=row.n,
                received_at=row.received_at,
                source=newest.name,
            )
        except blob.DamagedError as error:
            _log.error("snapshot damaged", through=row.through, reason=str(error))
        else:
            latest.fold(batch)
            return int(row.through)
    return 0


def _write(connection: Connection, latest: Latest, through: int) -> None:
    """Write over the older of the snapshots, so that the newer is there whatever happens to this one."""
    batch = latest.batch()
    body = blob.encode(batch)
    used = connection.execute(select(newest.c.id).order_by(newest.c.through.desc())).scalars().all()
    free = [slot for slot in range(_SLOTS) if slot not in used]
    slot = free[0] if free else used[-1]
    connection.execute(delete(newest).where(newest.c.id == slot))
    connection.execute(
        insert(newest),
        {
            "id": slot,
            "through": through,
            "n": len(batch),
            "received_at": batch.received_at,
            "digest": blob.digest_of(body, through, through, batch.received_at, len(batch), newest.name),
            "body": body,
        },
    )
