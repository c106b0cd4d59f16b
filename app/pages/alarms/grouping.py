"""Fold a flood into groups that hide nothing: alarms of one section raised within two minutes. Pure, no Qt.

Folding is only a way to show: every alarm is in exactly one entry, P1 and P2 always have a row of their own, and the
counts of a group are those of its members. What chatters stands alone, on one row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

WITHIN_US: Final = 120_000_000
"""Alarms this long after the first one of a section belong to it."""
LEAST: Final = 3
"""Fewer alarms than this are no group."""
URGENT: Final = 2
"""Priority 1 and 2 are never folded away."""
GROUP: Final = "group:"
MORE: Final = "more:"


class Item(NamedTuple):
    """What grouping has to know of an alarm. at: µs UTC of its raise. section "": it belongs to no section."""

    at: int
    key: str
    section: str
    priority: int
    new: bool
    alone: bool = False
    """It chatters, and so has its one row outside any group."""
    doubtful: bool = False
    """The clock that gave `at` is not to be trusted; an order is not claimed."""


@dataclass(frozen=True)
class Group:
    """Alarms that belong together, in order of time. What is asked of it often is counted once."""

    key: str
    section: str
    members: tuple[Item, ...]

    @property
    def first(self) -> Item:
        """The first-out: the earliest one."""
        return self.members[0]

    @cached_property
    def best(self) -> Item:
        """The one whose glyph stands for all: the most urgent, of those one that nobody has seen."""
        return min(self.members, key=_urgency)

    @cached_property
    def pressing(self) -> int:
        """When its newest alarm of the highest priority came: less urgent arrivals do not move the group."""
        return max(item.at for item in self.members if item.priority == self.best.priority)

    @cached_property
    def new(self) -> int:
        """How many nobody has acknowledged."""
        return sum(item.new for item in self.members)

    @cached_property
    def doubtful(self) -> bool:
        """Whether any of the times may be wrong, so that the first-out is not claimed."""
        return any(item.doubtful for item in self.members)

    @property
    def more(self) -> str:
        """Key of the line that stands for what is folded."""
        return MORE + self.key

    @cached_property
    def urgent(self) -> tuple[str, ...]:
        """Keys of what always has a row of its own."""
        return tuple(item.key for item in self.members if item.priority <= URGENT)

    @cached_property
    def folded(self) -> tuple[Item, ...]:
        """What has no row of its own while the group is folded."""
        return tuple(item for item in self.members if item.priority > URGENT)

    def lines(self, unfolded: bool) -> list[str]:
        """Keys of the rows that show it."""
        if unfolded:
            return [self.key, *(item.key for item in self.members)]
        more = [self.more] * (0 < len(self.urgent) < len(self.members))
        return [self.key, *self.urgent, *more]


Entry = Item | Group
Rank = tuple[int, bool, int, str]


def rank(entry: Entry) -> Rank:
    """Sorting key: most urgent first, then what nobody has seen, then the newest."""
    if isinstance(entry, Group):
        return (entry.best.priority, not entry.new, -entry.pressing, entry.key)
    return (entry.priority, not entry.new, -entry.at, entry.key)


def windows(items: Sequence[Item], *, within_us: int | None = WITHIN_US, least: int = LEAST) -> list[list[Entry]]:
    """Entries of one section, one list for each stretch of time. items: sorted; none of them alone.

    A stretch begins with its first alarm, so that what comes later never changes an earlier one.
    """
    found: list[list[Entry]] = []
    start = 0
    while start < len(items):
        end = len(items) if within_us is None else start + 1
        while end < len(items) and items[end].at - items[start].at <= (within_us or 0):
            end += 1
        found.append(_stretch(tuple(items[start:end]), least))
        start = end
    return found


def arrange(items: Iterable[Item], *, within_us: int | None = WITHIN_US, least: int = LEAST) -> list[Entry]:
    """All entries, most urgent first. The board does the same step by step; this is what it is checked against."""
    sections: dict[str, list[Item]] = defaultdict(list)
    entries: list[Entry] = []
    for item in sorted(items):
        if item.alone or not item.section:
            entries.append(item)
        else:
            sections[item.section].append(item)
    for members in sections.values():
        for stretch in windows(members, within_us=within_us, least=least):
            entries += stretch
    return sorted(entries, key=rank)


def lines_of(entries: Iterable[Entry], unfolded: Collection[str]) -> list[str]:
    """Keys of the rows of these entries. unfolded: keys of groups."""
    keys: list[str] = []
    for entry in entries:
        if isinstance(entry, Group):
            keys += entry.lines(entry.key in unfolded)
        else:
            keys.append(entry.key)
    return keys


def spliced(keys: Sequence[str], group: Group, unfolded: bool) -> list[str]:
    """The rows of a held list with one group folded or unfolded, and nothing else moved."""
    at = keys.index(group.key)
    own = {item.key for item in group.members} | {group.more}
    end = at + 1
    while end < len(keys) and keys[end] in own:
        end += 1
    elsewhere = {*keys[:at], *keys[end:]}
    return [*keys[:at], *(key for key in group.lines(unfolded) if key not in elsewhere), *keys[end:]]


def _urgency(item: Item) -> tuple[int, bool]:
    return (item.priority, not item.new)


def _stretch(members: tuple[Item, ...], least: int) -> list[Entry]:
    if len(members) < least:
        return list(members)
    first = members[0]
    return [Group(key=f"{GROUP}{first.section}:{first.key}:{first.at}", section=first.section, members=members)]
