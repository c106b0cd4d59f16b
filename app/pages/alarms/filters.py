"""What the list is narrowed to, and how that is said in words. Plain Python, no Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from app.models.alarms import VIEWS
from app.texts import _
from backend.model.alarm import AlarmName, Priority

T = TypeVar("T")
ALL: Final = frozenset(Priority)
ELSEWHERE: Final = ""
"""Alarms that lie in no zone."""
_NAMES: Final[Mapping[str, frozenset[AlarmName]]] = dict(VIEWS)


class Facets(NamedTuple):
    """What an alarm is counted and filtered by."""

    name: AlarmName
    priority: Priority
    where: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A view, and what is left of it. None: not narrowed."""

    view: str = "active"
    priorities: frozenset[Priority] = ALL
    where: str | None = None
    kind: str | None = None

    @property
    def narrows(self) -> bool:
        """Whether it may hide anything of its view."""
        return self.priorities != ALL or self.where is not None or self.kind is not None

    def in_view(self, facets: Facets) -> bool:
        """Whether the view holds such an alarm."""
        return facets.name in _NAMES[self.view]

    def passes(self, facets: Facets) -> bool:
        """Whether the list shows such an alarm."""
        return (
            self.in_view(facets)
            and facets.priority in self.priorities
            and self.where in (None, facets.where)
            and self.kind in (None, facets.kind)
        )


class Tally:
    """How many alarms there are of each combination: few numbers, from which every count on the page is made."""

    def __init__(self) -> None:
        self._counts: Counter[Facets] = Counter()

    def add(self, facets: Facets) -> None:
        """One more."""
        self._counts[facets] += 1

    def remove(self, facets: Facets) -> None:
        """One less."""
        self._counts[facets] -= 1
        if not self._counts[facets]:
            del self._counts[facets]

    def views(self) -> dict[str, int]:
        """Alarms in each view."""
        names: Counter[AlarmName] = Counter()
        for facets, count in self._counts.items():
            names[facets.name] += count
        return {view: sum(names[name] for name in held) for view, held in VIEWS}

    def most_urgent(self, view: str) -> Priority | None:
        """The highest priority in a view."""
        return min((each.priority for each in self._counts if each.name in _NAMES[view]), default=None)

    def where(self, view: str) -> dict[str, int]:
        """Alarms of a view by zone."""
        return self._by(view, lambda each: each.where)

    def kinds(self, view: str) -> dict[str, int]:
        """Alarms of a view by kind."""
        return self._by(view, lambda each: each.kind)

    def priorities(self, view: str) -> dict[Priority, int]:
        """Alarms of a view by priority."""
        return self._by(view, lambda each: each.priority)

    def shown(self, chosen: Filter) -> int:
        """Alarms that a filter lets through."""
        return self._sum(chosen.passes)

    def hidden(self, chosen: Filter) -> dict[Priority, int]:
        """Alarms of the view that the filter holds back, by priority; priorities with none are left out."""
        found: Counter[Priority] = Counter()
        for facets, count in self._counts.items():
            if chosen.in_view(facets) and not chosen.passes(facets):
                found[facets.priority] += count
        return dict(sorted(found.items()))

    def _sum(self, wanted: Callable[[Facets], bool]) -> int:
        return sum(count for facets, count in self._counts.items() if wanted(facets))

    def _by(self, view: str, key: Callable[[Facets], T]) -> dict[T, int]:
        found: Counter[T] = Counter()
        for facets, count in self._counts.items():
            if facets.name in _NAMES[view]:
                found[key(facets)] += count
        return dict(found)


def meaning(chosen: Filter, shown: int, hidden: Mapping[Priority, int], place: str) -> str:
    """What a narrowing filter does, in one sentence: what is shown, and what it hides. place: name of the zone."""
    parts = [_("priority {list}").format(list=_listed(chosen.priorities))] * (chosen.priorities != ALL)
    parts += [kind_word(chosen.kind)] * (chosen.kind is not None)
    parts += [_("in {place}").format(place=place)] * (chosen.where is not None)
    said = _("Showing {what}: {count}.").format(what=" ".join(parts) or _("all"), count=shown)
    if not hidden:
        return said + " " + _("The filter hides nothing.")
    each = ", ".join(f"{count} × P{int(priority)}" for priority, count in hidden.items())
    return said + " " + _("{count} hidden by the filter: {each}.").format(count=sum(hidden.values()), each=each)


def kind_word(kind: str | None) -> str:
    """A kind of alarm in words."""
    return {
        "process": _("Process"),
        "gas": _("Gas detection"),
        "communication": _("Communication"),
        "device": _("Device health"),
        "system": _("System"),
    }.get(kind or "", _("All kinds"))


def view_word(view: str) -> str:
    """A view in words."""
    return {
        "active": _("Active"),
        "unacknowledged": _("Unacknowledged"),
        "returned": _("Returned, not acked"),
        "latched": _("Latched"),
        "shelved": _("Shelved"),
        "suppressed": _("Suppressed by design"),
        "out-of-service": _("Out of service"),
    }[view]


def _listed(priorities: Iterable[Priority]) -> str:
    """ "1–2", "1, 3"; neighbours as a range."""
    numbers = sorted(int(each) for each in priorities)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
