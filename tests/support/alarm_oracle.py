"""The alarm table of safety.md §1, written down a second time as rows, for judging the code that claims to follow it.

Nothing here calls or imports the state machine. A state is plain values; a row says from where, and to what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Rules:
    """What a configuration means to the table. levels: priority number of each level, least urgent first."""

    levels: tuple[int, ...]
    latching: bool = False
    auto_ack: bool = False
    shelvable: bool = True
    gas_leak: bool = False
    max_shelf: int = 100


@dataclass(frozen=True)
class State:
    """The facts of the table. level: index of the last level; peak: most urgent priority number since NORM."""

    cond: bool = False
    good: str = "unknown"
    ack: bool = True
    latched: bool = False
    sup: frozenset[str] = frozenset()
    occ: int = 0
    level: int = -1
    peak: int | None = None
    late: bool = False
    hidden: int = 0
    shelf_left: int = 0
    oos_left: int = 0
    one_shot: bool = False
    rule: str = ""


@dataclass(frozen=True)
class Happening:
    """An event in the table's own words; only the fields its row speaks of are set."""

    kind: str
    level: int = -1
    good: str = "good"
    occ: int = 0
    by: str = ""
    second: str = ""
    reason: str = ""
    measure: str = ""
    seconds: int = 0
    one_shot: bool = False
    left: int = 0
    rule: str = ""
    inside: bool = False
    """A late report from within the occurrence already recorded."""
    down: int = 0
    """How long the process was away."""


Guard = Callable[[State, Happening, Rules], bool]
Effect = Callable[[State, Happening, Rules], State]

NAMES = {
    # (cond, ack, latched): the six derived names when nothing is held back
    ("no", "yes", "no"): "NORM",
    ("yes", "no", "no"): "UNACK",
    ("yes", "no", "yes"): "UNACK",
    ("yes", "yes", "no"): "ACKED",
    ("yes", "yes", "yes"): "ACKED",
    ("no", "no", "no"): "RTNUN",
    ("no", "no", "yes"): "LTUNK",
    ("no", "yes", "yes"): "LTACK",
}
HELD_BACK = (("out-of-service", "OOSRV"), ("by-design", "DSUPR"), ("shelved", "SHLVD"))


def name(s: State) -> str:
    """Displayed name."""
    for kind, held in HELD_BACK:
        if kind in s.sup:
            return held
    word = {True: "yes", False: "no"}
    return NAMES[word[s.cond], word[s.ack], word[s.latched]]


def _more_urgent(peak: int | None, priority: int) -> int:
    return priority if peak is None else min(peak, priority)


def _counted(s: State) -> State:
    return replace(s, hidden=s.hidden + 1) if s.sup else s


def _normal(s: State) -> State:
    return replace(s, peak=None, late=False) if (not s.cond and s.ack and not s.latched) else s


def _raise(s: State, h: Happening, r: Rules) -> State:
    raised = replace(
        s,
        cond=True,
        good=h.good,
        ack=r.auto_ack,
        latched=r.latching,
        occ=s.occ + 1,
        level=h.level,
        peak=_more_urgent(s.peak, r.levels[h.level]),
        late=False,
    )
    return _counted(raised)


def _clear(s: State, h: Happening, r: Rules) -> State:
    over = _normal(_counted(replace(s, cond=False, good="good")))
    return _without(over, "shelved") if s.one_shot else over


def _escalate(s: State, h: Happening, r: Rules) -> State:
    peak = _more_urgent(s.peak, r.levels[h.level])
    return _counted(replace(s, good=h.good, ack=False, occ=s.occ + 1, level=h.level, peak=peak, late=False))


def _late(s: State, h: Happening, r: Rules) -> State:
    asks = replace(s, ack=r.auto_ack, occ=s.occ + 1, peak=_more_urgent(s.peak, r.levels[h.level]), late=True)
    return _normal(_counted(asks if s.cond else replace(asks, latched=r.latching, level=h.level)))


def _without(s: State, kind: str) -> State:
    """T16 included."""
    gone = {
        "shelved": {"shelf_left": 0, "one_shot": False},
        "by-design": {"rule": ""},
        "out-of-service": {"oos_left": 0},
    }[kind]
    left = replace(s, sup=s.sup - {kind}, **gone)
    return replace(left, ack=False) if left.cond and not left.sup else left


def _with(s: State, kind: str, **details: object) -> State:
    return replace(s, sup=s.sup | {kind}, hidden=s.hidden if s.sup else 0, **details)


def _is_recorded(s: State, h: Happening) -> bool:
    return h.inside and s.occ > 0 and h.level <= s.level


def _restart(s: State, h: Happening, r: Rules) -> State:
    return replace(s, good="unknown", shelf_left=max(0, s.shelf_left - h.down))


ROWS: tuple[tuple[str, str, Guard, Effect], ...] = (
    ("T1", "raise", lambda s, h, r: not s.cond and h.good in ("good", "uncertain"), _raise),
    ("T2", "clear", lambda s, h, r: s.cond and h.good == "good", _clear),
    (
        "T3",
        "ack",
        lambda s, h, r: bool(h.by) and h.occ == s.occ and name(s) in ("UNACK", "RTNUN", "LTUNK"),
        lambda s, h, r: _normal(replace(s, ack=True)),
    ),
    # T4 is the refusal that T3's guard leaves.
    (
        "T5",
        "reset",
        lambda s, h, r: bool(h.by) and name(s) == "LTACK",
        lambda s, h, r: _normal(replace(s, latched=False)),
    ),
    (
        "T6",
        "escalate",
        lambda s, h, r: s.cond and h.good in ("good", "uncertain") and h.level > s.level,
        _escalate,
    ),
    (
        "T7",
        "deescalate",
        lambda s, h, r: s.cond and h.good == "good" and h.level < s.level,
        lambda s, h, r: _counted(replace(s, good="good", level=h.level)),
    ),
    ("T8", "lost", lambda s, h, r: True, lambda s, h, r: replace(s, good="uncertain")),
    ("T9", "good", lambda s, h, r: True, lambda s, h, r: replace(s, good="good")),
    (
        "T10",
        "shelve",
        lambda s, h, r: (
            bool(h.by)
            and bool(h.reason)
            and r.shelvable
            and not r.gas_leak
            and min(r.levels) > 1
            and 0 < h.seconds <= r.max_shelf
            and not s.sup
        ),
        lambda s, h, r: _with(s, "shelved", shelf_left=h.seconds, one_shot=h.one_shot),
    ),
    ("T11", "unshelve", lambda s, h, r: bool(h.by) and "shelved" in s.sup, lambda s, h, r: _without(s, "shelved")),
    ("T11", "shelf-over", lambda s, h, r: "shelved" in s.sup and h.left <= 0, lambda s, h, r: _without(s, "shelved")),
    (
        "F43",
        "shelf-adjust",
        lambda s, h, r: "shelved" in s.sup and h.left < s.shelf_left,
        lambda s, h, r: replace(s, shelf_left=h.left),
    ),
    (
        "T12",
        "suppress",
        lambda s, h, r: bool(h.rule) and "by-design" not in s.sup,
        lambda s, h, r: _with(s, "by-design", rule=h.rule),
    ),
    (
        "T12",
        "release",
        lambda s, h, r: "by-design" in s.sup and h.rule == s.rule,
        lambda s, h, r: _without(s, "by-design"),
    ),
    (
        "T13",
        "oos",
        lambda s, h, r: (
            bool(h.by and h.second and h.by != h.second and h.reason and h.measure)
            and h.left > 0
            and "out-of-service" not in s.sup
        ),
        lambda s, h, r: _with(s, "out-of-service", oos_left=h.left),
    ),
    (
        "T14",
        "return",
        lambda s, h, r: bool(h.by) and "out-of-service" in s.sup,
        lambda s, h, r: _without(s, "out-of-service"),
    ),
    (
        "T14",
        "date-over",
        lambda s, h, r: "out-of-service" in s.sup and s.oos_left <= 0,
        lambda s, h, r: _without(s, "out-of-service"),
    ),
    ("T17", "silence", lambda s, h, r: True, lambda s, h, r: s),
    ("T18", "realarm", lambda s, h, r: name(s) in ("UNACK", "LTUNK"), lambda s, h, r: s),
    ("T19", "late", lambda s, h, r: not _is_recorded(s, h), _late),
    ("T20", "restart", lambda s, h, r: True, _restart),
    ("T21", "delete", lambda s, h, r: name(s) == "NORM", lambda s, h, r: s),
    # T22: there is no row for disable.
)


_ROWS_OF = {kind: tuple((guard, effect) for _, own, guard, effect in ROWS if own == kind) for _, kind, _, _ in ROWS}


def expected(s: State, h: Happening, r: Rules) -> State | None:
    """Where the table sends a state; None where no row applies (refused, nothing changes)."""
    fitting = [effect for guard, effect in _ROWS_OF.get(h.kind, ()) if guard(s, h, r)]
    assert len(fitting) <= 1, f"the table itself is ambiguous for {h}"
    return fitting[0](s, h, r) if fitting else None


FOLD: dict[str, Callable[[State, int, int], State]] = {
    # A9: what a line of the journal, with its (level, priority), does to the state that came before it.
    "raise": lambda s, level, top: replace(s, cond=True, good="good", level=level, peak=_more_urgent(s.peak, top)),
    "escalate": lambda s, level, top: replace(s, good="good", ack=False, level=level, peak=_more_urgent(s.peak, top)),
    "de-escalate": lambda s, level, top: replace(s, good="good", level=level),
    "clear": lambda s, level, top: _normal(replace(s, cond=False, good="good")),
    "uncertain": lambda s, level, top: replace(s, good="uncertain"),
    "good": lambda s, level, top: replace(s, good="good"),
    "ack": lambda s, level, top: _normal(replace(s, ack=True)),
    "reset": lambda s, level, top: _normal(replace(s, latched=False)),
    "shelve": lambda s, level, top: replace(s, sup=s.sup | {"shelved"}),
    "unshelve": lambda s, level, top: _without(s, "shelved"),
    "shelf-adjust": lambda s, level, top: s,
    "suppress": lambda s, level, top: replace(s, sup=s.sup | {"by-design"}),
    "release": lambda s, level, top: _without(s, "by-design"),
    "out-of-service": lambda s, level, top: replace(s, sup=s.sup | {"out-of-service"}),
    "return-to-service": lambda s, level, top: _without(s, "out-of-service"),
    "re-alarm": lambda s, level, top: s,
    "late": lambda s, level, top: replace(s, level=s.level if s.cond else level, peak=_more_urgent(s.peak, top)),
}


def folded(s: State, lines: list[tuple[str, int, int, int]], r: Rules) -> State:
    """The state after some journal lines (event, occurrence number, level, priority)."""
    for event, number, level, priority in lines:
        s = replace(FOLD[event](s, level, priority), occ=number)
        if event in ("raise", "late"):
            s = replace(s, ack=r.auto_ack, latched=r.latching if event == "raise" or not s.cond else s.latched)
            s = _normal(s)
    return s
