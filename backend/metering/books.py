"""Every account of the site as columns; a batch of readings is settled with array operations.

A reading settles what the index has grown by since the newest one settled, into the year of the meter's own time. One
that is late (an older time) is in that already and settles nothing; a repeated one never comes here. An index that
went backwards is held for a person: nothing is billed and the account stands as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from backend.metering.tariff import Tariff
from backend.model.metering import Accounts, Bill, Numbers
from backend.model.plant import Registry
from backend.model.quality import STATUS_MASK, Status
from backend.model.sample import SampleBatch
from backend.model.thing_model import ThingModel

_LITRES = 1000.0
_UNOPENED = -1
_NAMES = ("index_l", "at", "period", "used_l", "balance_fen", "settled", "held")


def billed_points(registry: Registry, models: Mapping[str, ThingModel]) -> dict[str, int]:
    """The point of each device whose growth is paid for, as its thing model says."""
    model_of = {device.id: models[device.model] for device in registry.devices}
    return {
        point.device: point.id
        for point in registry.points
        if not point.retired
        and (entry := model_of[point.device].properties.get(point.property)) is not None
        and entry.billed
    }


class Books:
    """settle and commit belong to the core thread; bill may be asked by any."""

    def __init__(self, points: Mapping[str, int], tariff: Tariff, stored: Accounts) -> None:
        """points: billed point by device. stored: accounts as kept; of points billed no more they are left alone."""
        self._tariff = tariff
        self._points = np.array(sorted(points.values()), np.int32)
        self._slot = {device: int(np.searchsorted(self._points, point)) for device, point in points.items()}
        self._columns = {name: np.zeros(len(points), np.int64) for name in _NAMES}
        self._columns["at"][:] = _UNOPENED
        self._bills: dict[int, Bill] = {}
        """Of the accounts settled since the start, by slot."""
        known = np.isin(stored.point, self._points)
        at = np.searchsorted(self._points, stored.point[known])
        for name in _NAMES:
            self._columns[name][at] = getattr(stored, name)[known]

    def __len__(self) -> int:
        """Accounts, opened or not."""
        return len(self._points)

    def settle(self, batch: SampleBatch) -> Accounts | None:
        """What the accounts become by these readings; nothing counts before `commit`. None: none is touched."""
        if not len(self._points):
            return None
        slot = np.searchsorted(self._points, batch.point)
        slot[slot == len(self._points)] = 0
        mine = (self._points[slot] == batch.point) & ((batch.quality & STATUS_MASK) != Status.BAD)
        rows = np.flatnonzero(mine & np.isfinite(batch.value))
        if not len(rows):
            return None
        rows = rows[np.lexsort((batch.at[rows], slot[rows]))]
        slots, at, index_l = slot[rows], batch.at[rows], np.rint(batch.value[rows] * _LITRES).astype(np.int64)
        touched, first, count = np.unique(slots, return_index=True, return_counts=True)
        now = {name: column[touched] for name, column in self._columns.items()}
        for turn in range(int(count.max())):  # once, unless a meter brings several readings in one batch
            which = np.flatnonzero(count > turn)
            take = first[which] + turn
            self._one_each(now, which, at[take], index_l[take])
        return Accounts(point=self._points[touched], **now)

    def commit(self, accounts: Accounts) -> None:
        """They are on the disk: from now on they count."""
        at = np.searchsorted(self._points, accounts.point)
        opened = self._columns["at"][at] == _UNOPENED
        amount = np.where(opened, 0, self._columns["balance_fen"][at] - accounts.balance_fen)
        for name in _NAMES:
            self._columns[name][at] = getattr(accounts, name)
        rows = (accounts.at, amount, accounts.balance_fen, accounts.used_l)
        for slot, row in zip(at.tolist(), zip(*(column.tolist() for column in rows), strict=True), strict=True):
            self._bills[slot] = self._bill(*row)

    def bill(self, device: str) -> Bill | None:
        """How the account of a device stands; None when it has none, or no reading has opened it."""
        slot = self._slot.get(device, -1)
        bill = self._bills.get(slot)
        if bill is not None or slot < 0 or self._columns["at"][slot] == _UNOPENED:
            return bill
        at, balance, used = (int(self._columns[name][slot]) for name in ("at", "balance_fen", "used_l"))
        return self._bill(at, 0, balance, used)

    def _bill(self, at: int, amount_fen: int, balance_fen: int, used_l: int) -> Bill:
        price = self._tariff.price_fen(used_l)
        return Bill(at=at, amount_fen=amount_fen, balance_fen=balance_fen, price_fen=price)

    def totals(self) -> tuple[int, int, int]:
        """(accounts opened, readings settled, readings held)."""
        opened = int(np.count_nonzero(self._columns["at"] != _UNOPENED))
        return opened, int(self._columns["settled"].sum()), int(self._columns["held"].sum())

    def _one_each(self, now: dict[str, Numbers], which: NDArray[np.intp], at: Numbers, index_l: Numbers) -> None:
        """Settle one reading of each of these accounts; `now` is changed. All shapes (k,)."""
        before = {name: column[which] for name, column in now.items()}
        new = before["at"] == _UNOPENED
        late = ~new & (at <= before["at"])
        held = ~new & ~late & (index_l < before["index_l"])
        due = ~new & ~late & ~held
        moves = new | due
        period = self._tariff.period(at)
        used = np.where(period == before["period"], before["used_l"], 0)
        grown = np.where(due, index_l - before["index_l"], 0)
        amount = self._tariff.cost_fen(used + grown) - self._tariff.cost_fen(used)
        balance = np.where(new, self._tariff.opening_fen, before["balance_fen"] - np.where(due, amount, 0))
        after = {
            "index_l": np.where(moves, index_l, before["index_l"]),
            "at": np.where(moves, at, before["at"]),
            "period": np.where(moves, period, before["period"]),
            "used_l": np.where(moves, used + grown, before["used_l"]),
            "balance_fen": balance,
            "settled": before["settled"] + due,
            "held": before["held"] + held,
        }
        for name, column in after.items():
            now[name][which] = column
