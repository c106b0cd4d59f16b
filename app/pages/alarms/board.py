"""Which alarms the list shows, in which order, kept up to date change by change. Plain Python, no Qt.

Ten thousand alarms in a minute must not be sorted anew ten times a second: a change moves one item in its section and
makes only the stretches of time from there on anew. `grouping.arrange` from scratch gives the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from app.pages.alarms.grouping import LEAST, WITHIN_US, Entry, Group, Item, Rank, lines_of, rank, windows


class Order(StrEnum):
    """How the list is laid out."""

    GROUPED = "grouped"
    TIME = "time"
    PLACE = "place"


class _Rule(NamedTuple):
    within_us: int | None
    least: int


_RULES = {Order.GROUPED: _Rule(WITHIN_US, LEAST), Order.PLACE: _Rule(None, 1)}
_Ranked = tuple[Rank, Entry]


class Board:
    """Items by key, laid out in one order."""

    def __init__(self, order: Order = Order.GROUPED) -> None:
        self._order = order
        self._items: dict[str, Item] = {}
        self._sections: dict[str, _Section] = {}
        self._singles: dict[str, _Ranked] = {}
        self._entries: list[_Ranked] | None = None
        self._groups: dict[str, Group] = {}

    @property
    def order(self) -> Order:
        """How it is laid out."""
        return self._order

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: str) -> bool:
        return key in self._items

    def alarms(self) -> Iterable[str]:
        """Every alarm on the board, whether it has a row or is folded."""
        return self._items.keys()

    def put(self, item: Item) -> None:
        """A new alarm, or a known one that has changed."""
        known = self._items.get(item.key)
        if known == item:
            return
        if known is not None:
            self._lift(known)
        self._items[item.key] = item
        section = self._section_of(item)
        if section is None:
            self._singles[item.key] = (rank(item), item)
        else:
            section.add(item)
        self._entries = None

    def drop(self, key: str) -> None:
        """It is no longer in the view."""
        item = self._items.pop(key, None)
        if item is not None:
            self._lift(item)
            self._entries = None

    def groups(self) -> dict[str, Group]:
        """The groups by key."""
        self._ranked()
        return self._groups

    def group_of(self, key: str) -> Group | None:
        """The group an alarm is in, if it is in one."""
        item = self._items.get(key)
        section = None if item is None else self._section_of(item)
        return None if item is None or section is None else section.group_of(item)

    def entries(self) -> list[Entry]:
        """Groups and single alarms in order."""
        return [entry for _, entry in self._ranked()]

    def lines(self, turned: set[str]) -> list[str]:
        """Keys of the rows in order. turned: groups that a person has folded or unfolded; by place all are open."""
        if self._order is Order.PLACE:
            return lines_of(self.entries(), self.groups().keys() - turned)
        return lines_of(self.entries(), turned)

    def is_open(self, group: str, turned: set[str]) -> bool:
        """Whether a group's folded rows are shown."""
        return (group in turned) != (self._order is Order.PLACE)

    def _ranked(self) -> list[_Ranked]:
        if self._entries is None:
            found = list(self._singles.values())
            for section in self._sections.values():
                found += section.ranked()
            # Nearly in order already, which is what this sort is quick at.
            found.sort(key=_SORTED[self._order])
            self._entries = found
            self._groups = {entry.key: entry for _, entry in found if isinstance(entry, Group)}
        return self._entries

    def _section_of(self, item: Item) -> _Section | None:
        rule = _RULES.get(self._order)
        if rule is None or (item.alone and self._order is Order.GROUPED) or not item.section:
            return None
        section = self._sections.get(item.section)
        if section is None:
            section = self._sections[item.section] = _Section(rule)
        return section

    def _lift(self, item: Item) -> None:
        self._singles.pop(item.key, None)
        section = self._sections.get(item.section)
        if section is not None and section.take(item) and not section:
            del self._sections[item.section]


class _Section:
    """The items of one section in order of time, and what they are shown as."""

    def __init__(self, rule: _Rule) -> None:
        self._rule = rule
        self._items: list[Item] = []
        self._starts: list[int] = []
        """Where each stretch begins in `_items`."""
        self._stretches: list[list[_Ranked]] = []
        self._sound = 0
        """So many stretches still hold."""

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: Item) -> None:
        insort(self._items, item)
        self._spoil(bisect_left(self._items, item))

    def take(self, item: Item) -> bool:
        """Remove it; whether it was here."""
        at = bisect_left(self._items, item)
        if at == len(self._items) or self._items[at] != item:
            return False
        del self._items[at]
        self._spoil(at)
        return True

    def group_of(self, item: Item) -> Group | None:
        """The group that one of its items is in."""
        self._settle()
        stretch = self._stretches[bisect_right(self._starts, bisect_left(self._items, item)) - 1]
        entry = stretch[0][1]
        return entry if isinstance(entry, Group) else None

    def ranked(self) -> list[_Ranked]:
        """Its entries with their ranks."""
        self._settle()
        return [each for stretch in self._stretches for each in stretch]

    def _settle(self) -> None:
        """Make anew the stretches that do not hold."""
        if self._sound < len(self._stretches) or not self._stretches:
            start = self._starts[self._sound] if self._sound < len(self._starts) else 0
            del self._starts[self._sound :], self._stretches[self._sound :]
            for stretch in windows(self._items[start:], within_us=self._rule.within_us, least=self._rule.least):
                self._starts.append(start)
                self._stretches.append([(rank(entry), entry) for entry in stretch])
                start += sum(len(entry.members) if isinstance(entry, Group) else 1 for entry in stretch)
            self._sound = len(self._stretches)

    def _spoil(self, at: int) -> None:
        """From the stretch that holds this place on, nothing holds; the one before may reach further now."""
        holding = bisect_left(self._starts, at)
        self._sound = min(self._sound, max(0, holding - 1))


def _by_rank(each: _Ranked) -> Rank:
    return each[0]


def _by_time(each: _Ranked) -> tuple[int, str]:
    return each[0][2:]


def _by_place(each: _Ranked) -> tuple[str, Rank]:
    return (each[1].section, each[0])


_SORTED: dict[Order, Callable[[_Ranked], tuple[object, ...]]] = {
    Order.GROUPED: _by_rank,
    Order.TIME: _by_time,
    Order.PLACE: _by_place,
}
