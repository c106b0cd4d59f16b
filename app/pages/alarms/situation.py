"""Every alarm the page knows, what the filter lets through, and how it is laid out. Plain Python, no Qt.

`take` costs only what has changed. A record that has gone back to normal is remembered as long as a held row shows it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from typing import Final

from app.models.alarms import Words
from app.pages.alarms.board import Board, Order
from app.pages.alarms.filters import Facets, Filter, Tally
from app.pages.alarms.grouping import Group, Item
from backend.model.alarm import AlarmName, AlarmRecord, Occurrence
from backend.model.alarm_figures import BUCKET_US, CHATTERS_ABOVE

LINKS: Final = "@links"
"""Section of lost links: they share a cause wherever their stations stand."""
_CHANGES: Final = frozenset({"raise", "escalate", "late", "clear"})


class Chatter:
    """How often each alarm has changed in the last ten minutes. times: µs UTC."""

    def __init__(self) -> None:
        self._times: dict[str, deque[int]] = {}

    def note(self, key: str, at: int) -> None:
        """It came, rose or went."""
        self._times.setdefault(key, deque()).append(at)

    def count(self, key: str, now: int) -> int:
        """Changes in the ten minutes before now."""
        times = self._times.get(key)
        if times is None:
            return 0
        while times and times[0] <= now - BUCKET_US:
            times.popleft()
        if not times:
            del self._times[key]
        return len(times)

    def chatters(self, key: str, now: int) -> bool:
        """More than three changes in ten minutes."""
        return self.count(key, now) > CHATTERS_ABOVE

    def busy(self, now: int) -> list[str]:
        """What chatters now."""
        return [key for key in list(self._times) if self.chatters(key, now)]


class Situation:
    """now: µs UTC of the backend."""

    def __init__(self, words: Words, now: Callable[[], int]) -> None:
        self._words = words
        self._now = now
        self.records: dict[str, AlarmRecord] = {}
        self.tally = Tally()
        self.filter = Filter()
        self.board = Board()
        self.turned: set[str] = set()
        """Groups that a person has folded or unfolded."""
        self._facets: dict[str, Facets] = {}
        self._held: set[str] = set()
        self._chatter = Chatter()
        self._alone: set[str] = set()

    # -- what is known ------------------------------------------------------------------------------------------------

    def load(self, records: Iterable[AlarmRecord]) -> None:
        """Begin anew with these."""
        self.records, self.tally, self._facets, self._held = {}, Tally(), {}, set()
        self.board = Board(self.board.order)
        for record in records:
            self._take(record)

    def remember(self, lines: Iterable[Occurrence]) -> None:
        """The changes of the last ten minutes, as the journal has them, so that chattering is known from the start."""
        self._chatter = Chatter()
        for line in sorted(lines, key=lambda each: each.at):
            if line.event in _CHANGES:
                self._chatter.note(line.key, line.at)
        self.settle()

    def take(self, changed: Iterable[AlarmRecord]) -> None:
        """Alarms that have changed, in order."""
        for record in changed:
            known = self.records.get(record.config.key)
            if record.facts.cond if known is None else _moved(known, record):
                self._chatter.note(record.config.key, record.changed_at)
            self._take(record)

    def settle(self) -> None:
        """Time has passed: what chatters no more stands in its group again, or goes if it is normal."""
        busy = set(self._chatter.busy(self._now()))
        for key in busy ^ self._alone:
            if key in self.records:
                self._place(self.records[key])

    def forget(self, kept: Callable[[str], bool]) -> None:
        """Alarms back to normal that no row shows any more are known no more."""
        gone = [key for key, each in self.records.items() if each.name is AlarmName.NORM and key not in self.board]
        for key in gone:
            if not kept(key):
                del self.records[key]

    def held(self) -> tuple[AlarmRecord, ...]:
        """Everything that is held back in any way."""
        return tuple(self.records[key] for key in self._held)

    def changes(self, key: str) -> int:
        """Changes of an alarm in the last ten minutes, if they make it chatter; else 0."""
        return self._chatter.count(key, self._now()) if key in self._alone else 0

    # -- what is shown ------------------------------------------------------------------------------------------------

    def narrow(self, chosen: Filter) -> None:
        """Show what this filter lets through."""
        self.filter = chosen
        self._lay_out(self.board.order)

    def lay_out(self, order: Order) -> None:
        """Show it in this order; what was unfolded elsewhere is folded here."""
        self.turned = set()
        self._lay_out(order)

    def lines(self) -> list[str]:
        """Keys of the rows."""
        return self.board.lines(self.turned)

    def group(self, key: str) -> Group | None:
        """A group by its key."""
        return self.board.groups().get(key)

    def group_of(self, key: str) -> Group | None:
        """The group of related alarms that one is in; by place and by time there is none."""
        return self.board.group_of(key) if self.board.order is Order.GROUPED else None

    def is_open(self, group: str) -> bool:
        """Whether everything in a group has a row."""
        return self.board.is_open(group, self.turned)

    def turn(self, group: str, unfold: bool) -> None:
        """Fold or unfold a group."""
        if self.is_open(group) != unfold:
            self.turned ^= {group}

    def grouped(self) -> tuple[int, int]:
        """(groups, single alarms) on the board."""
        entries = self.board.entries()
        groups = sum(isinstance(entry, Group) for entry in entries)
        return groups, len(entries) - groups

    def highest(self, keys: Collection[str]) -> AlarmRecord | None:
        """The most urgent of these alarms."""
        known = (self.records[key] for key in keys if key in self.records)
        return min(known, key=lambda each: (int(each.priority), each.facts.ack), default=None)

    def _take(self, record: AlarmRecord) -> None:
        key = record.config.key
        self.records[key] = record
        (self._held.add if record.facts.suppressed else self._held.discard)(key)
        self._count(key, record)
        self._place(record)

    def _lay_out(self, order: Order) -> None:
        self.board = Board(order)
        for record in self.records.values():
            self._place(record)

    def _count(self, key: str, record: AlarmRecord) -> None:
        before = self._facets.pop(key, None)
        if before is not None:
            self.tally.remove(before)
        if record.name is not AlarmName.NORM:
            self._facets[key] = self._facets_of(record)
            self.tally.add(self._facets[key])

    def _place(self, record: AlarmRecord) -> None:
        key = record.config.key
        chatters = self._chatter.chatters(key, self._now())
        (self._alone.add if chatters else self._alone.discard)(key)
        facets = self._facets.get(key)
        if facets is None and chatters:
            # Held on: it is normal just now, and will be back.
            facets = self._facets_of(record)._replace(name=AlarmName.ACKED)
        if facets is None or not self.filter.passes(facets):
            self.board.drop(key)
            return
        self.board.put(
            Item(
                at=record.facts.raised_at,
                key=key,
                section=self._section(record),
                priority=int(record.priority),
                new=not record.facts.ack,
                alone=chatters,
                doubtful=record.facts.late,
            )
        )

    def _section(self, record: AlarmRecord) -> str:
        if self.board.order is Order.PLACE:
            return self._words.place(record)
        if record.config.condition == "lost":
            return LINKS
        return self._words.area(record) or record.config.asset

    def _facets_of(self, record: AlarmRecord) -> Facets:
        return Facets(record.name, record.priority, self._words.area(record), self._words.kind(record))


def _moved(before: AlarmRecord, after: AlarmRecord) -> bool:
    """Whether the process did something, and not a person."""
    return (before.facts.cond, before.facts.occurrence) != (after.facts.cond, after.facts.occurrence)
