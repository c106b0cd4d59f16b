"""Drive the real alarm step through every event in every reachable state and hold it against the oracle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from backend.alarms import events as e
from backend.alarms.states import Outcome, name_of
from backend.model.alarm import (
    AlarmClass,
    AlarmConfig,
    AlarmFacts,
    InputQuality,
    Priority,
    Suppression,
)
from tests.support.alarm_oracle import Happening, Rules, State, expected, folded, name

US = 1_000_000
START = 1_768_473_000 * US
HOUR = 100
"""The shelf's only length and the time step, s."""

Step = Callable[[AlarmFacts, e.Event, AlarmConfig, int], Outcome]

LEVELS = ("H", "HH")
QUALITIES = ("good", "uncertain", "unknown")
CONFIGS = (
    *(
        Rules(levels=levels, latching=latching, auto_ack=auto_ack, shelvable=shelvable, max_shelf=HOUR)
        for levels in ((3,), (3, 2), (3, 1))
        for latching in (False, True)
        for auto_ack in (False, True)
        for shelvable in (False, True)
        if not (latching and auto_ack)
    ),
    Rules(levels=(3, 2), gas_leak=True, shelvable=False),
)


@dataclass
class Seen:
    """What an exploration went through."""

    transitions: int = 0
    refused: int = 0
    names: set[str] = field(default_factory=set)


class Broken(AssertionError):
    """The code and the table differ, or an invariant does not hold."""


def config_of(rules: Rules) -> AlarmConfig:
    """The configuration that a Rules stands for."""
    return AlarmConfig(
        key="R12.PT-1202:high",
        source="R12.PT-1202",
        condition="high",
        message="{title} {level}",
        alarm_class=AlarmClass.GAS_LEAK if rules.gas_leak else AlarmClass.PROCESS,
        priorities=tuple(zip(LEVELS, (Priority(each) for each in rules.levels), strict=False)),
        latching=rules.latching,
        auto_ack=rules.auto_ack,
        shelvable=rules.shelvable,
        max_shelf_s=rules.max_shelf,
    )


def explore(step: Step, rules: Rules, seen: Seen) -> None:
    """Breadth first from NORM; raises Broken at the first difference."""
    config = config_of(rules)
    first = (AlarmFacts(), START)
    queue, known = deque([first]), {_key(_state(*first))}
    while queue:
        facts, now = queue.popleft()
        before = _state(facts, now)
        seen.names.add(name(before))
        for happening in happenings(before, rules):
            after = _check(step, facts, before, now, happening, rules, config, seen)
            if after is not facts:
                _visit(after, now, queue, known)
        _visit(facts, now + HOUR * US, queue, known)


def happenings(s: State, rules: Rules) -> Iterator[Happening]:
    """Every event there is, with every argument that makes a difference."""
    for level in range(len(rules.levels)):
        for good in QUALITIES:
            yield Happening("raise", level=level, good=good)
            yield Happening("escalate", level=level, good=good)
            yield Happening("deescalate", level=level, good=good)
        yield Happening("late", level=level, inside=True)
        yield Happening("late", level=level, inside=False)
    for good in QUALITIES:
        yield Happening("clear", good=good)
    yield from (Happening(kind) for kind in ("lost", "good", "silence", "realarm", "date-over", "disable", "delete"))
    for by in ("", "li"):
        yield from (Happening("ack", occ=s.occ + ahead, by=by) for ahead in (-1, 0, 1))
        yield from (Happening(kind, by=by) for kind in ("reset", "unshelve", "return"))
        yield from (Happening("shelve", by=by, reason=reason, seconds=HOUR) for reason in ("", "noisy"))
        yield Happening("oos", by=by, second="wu", reason="repair", measure="patrol", left=HOUR)
    yield Happening("shelve", by="li", reason="noisy", seconds=HOUR, one_shot=True)
    yield from (Happening("shelve", by="li", reason="noisy", seconds=seconds) for seconds in (0, rules.max_shelf + 1))
    yield Happening("oos", by="li", second="", reason="repair", measure="patrol", left=HOUR)
    yield Happening("oos", by="li", second="li", reason="repair", measure="patrol", left=HOUR)
    yield Happening("oos", by="li", second="wu", reason="", measure="patrol", left=HOUR)
    yield Happening("oos", by="li", second="wu", reason="repair", measure="", left=HOUR)
    yield Happening("oos", by="li", second="wu", reason="repair", measure="patrol", left=0)
    yield from (Happening("shelf-over", left=left) for left in (0, 1))
    yield from (Happening("shelf-adjust", left=left) for left in (0, HOUR, 2 * HOUR))
    yield from (Happening("suppress", rule=rule) for rule in ("", "RULE-7", "RULE-8"))
    yield from (Happening("release", rule=rule) for rule in ("RULE-7", "RULE-8"))
    yield from (Happening("restart", down=down) for down in (0, HOUR))


def event_of(h: Happening, facts: AlarmFacts, now: int) -> tuple[e.Event, int]:
    """The real event, and when it happens."""
    level = LEVELS[h.level]
    process = {"at": now, "value": 1.0, "limit": 2.0, "quality": InputQuality(h.good)}
    match h.kind:
        case "raise":
            return e.Raise(level=level, **process), now
        case "escalate":
            return e.Escalate(level=level, **process), now
        case "deescalate":
            return e.Deescalate(level=level, **process), now
        case "clear":
            return e.Clear(**process), now
        case "late":
            return e.Late(level=level, at=facts.raised_at if h.inside else facts.raised_at - 1), now
        case "shelve":
            return e.Shelve(seconds=h.seconds, by=h.by, reason=h.reason, one_shot=h.one_shot), now
        case "shelf-over":
            return e.ShelfOver(remaining_us=h.left * US), now
        case "shelf-adjust":
            return e.ShelfAdjusted(until=now + h.left * US), now
        case "suppress":
            return e.Suppress(rule=h.rule, reason="valve closed"), now
        case "release":
            return e.Release(rule=h.rule), now
        case "oos":
            until = now + h.left * US
            return e.TakeOutOfService(by=h.by, second=h.second, reason=h.reason, measure=h.measure, until=until), now
        case "restart":
            # The wall clock was set back while the process was away: only the stored remainder tells the truth.
            return e.Restart(last_seen=now + h.down * US), now
        case "ack":
            return e.Acknowledge(occurrence=h.occ, by=h.by), now
    simple = {
        "lost": e.InputLost(),
        "good": e.InputGood(),
        "silence": e.Silence(),
        "realarm": e.Realarm(),
        "date-over": e.ServiceDateOver(),
        "disable": e.Disable(by="li"),
        "delete": e.Delete(by="li"),
        "reset": e.Reset(by=h.by),
        "unshelve": e.Unshelve(by=h.by),
        "return": e.ReturnToService(by=h.by),
    }
    return simple[h.kind], now


def _check(
    step: Step, facts: AlarmFacts, before: State, now: int, h: Happening, rules: Rules, config: AlarmConfig, seen: Seen
) -> AlarmFacts:
    event, at = event_of(h, facts, now)
    outcome = step(facts, event, config, at)
    seen.transitions += 1
    after = before if outcome.facts is facts else _state(outcome.facts, now)
    wanted = expected(before, h, rules)
    if wanted is None:
        seen.refused += 1
        faults = {
            "not refused": outcome.refused is None,
            "refused, yet something happened": outcome.facts != facts or bool(outcome.events) or outcome.sounds,
        }
    else:
        faults = {
            "refused": outcome.refused is not None,
            "not what the table says": after != wanted,
            "wrong name": name_of(outcome.facts) != name(wanted),
            **_invariants(before, after, h, outcome, rules),
        }
    wrong = [fault for fault, there in faults.items() if there]
    if wrong:
        raise Broken(f"{'; '.join(wrong)}: {h} {rules}: {before} -> {after}, not {wanted} ({outcome.refused})")
    return outcome.facts


def _invariants(before: State, after: State, h: Happening, outcome: Outcome, rules: Rules) -> dict[str, bool]:
    """What is broken, by invariant."""
    raised = [each for each in outcome.events if each.event in ("raise", "escalate", "late")]
    rises = h.kind in ("raise", "escalate", "late")
    seen_now = after.ack and not before.ack and not (rises and rules.auto_ack)
    at_rest = not after.cond and after.ack and not after.latched and not after.sup
    calls = name(after) == "UNACK" and (name(before) != "UNACK" or rises)
    restart = h.kind == "restart"
    lines = [(each.event, each.occurrence, _level(each.level), int(each.priority)) for each in outcome.events]
    return {
        "A1": len(raised) != rises or after.occ != before.occ + rises,
        "A1, number": any(each.occurrence != after.occ for each in raised),
        "A2": seen_now and not (h.kind == "ack" and bool(h.by) and h.occ == before.occ),
        "A3": (name(after) == "NORM") != at_rest,
        "A4": before.cond and not after.cond and not (h.kind == "clear" and h.good == "good"),
        "A5": after.sup > before.sup and _told(replace(after, sup=before.sup)) != _told(before),
        "A6": after.cond and not after.sup and name(after) not in ("UNACK", "ACKED"),
        "A6, horn": calls and not outcome.sounds,
        "A7": any(not each.by or not each.reason for each in outcome.facts.suppressed),
        "A7, end": any(
            each.until is None and each.kind is not Suppression.BY_DESIGN for each in outcome.facts.suppressed
        ),
        "A8": restart and replace(after, good=before.good, shelf_left=before.shelf_left) != before,
        "A9": not restart and _told(folded(before, lines, rules)) != _told(after),
        "T15, horn": outcome.sounds and bool(after.sup),
        "T20, horn": restart and outcome.sounds != (not after.ack and not after.sup),
    }


def _told(s: State) -> tuple[object, ...]:
    """The facts that the journal has to tell."""
    return s.cond, s.good, s.ack, s.latched, s.sup, s.occ, s.level, s.peak


def _level(level: str) -> int:
    return LEVELS.index(level) if level else -1


def _state(facts: AlarmFacts, now: int) -> State:
    """The real facts in the table's words."""
    held = {str(each.kind): each for each in facts.suppressed}
    shelf, out, design = held.get("shelved"), held.get("out-of-service"), held.get("by-design")
    return State(
        cond=facts.cond,
        good=str(facts.input),
        ack=facts.ack,
        latched=facts.latched,
        sup=frozenset(held),
        occ=facts.occurrence,
        level=_level(facts.level),
        peak=None if facts.peak is None else int(facts.peak),
        late=facts.late,
        hidden=facts.hidden_count,
        shelf_left=0 if shelf is None else max(0, (shelf.until - now) // US),
        oos_left=0 if out is None else max(0, (out.until - now) // US),
        one_shot=shelf is not None and shelf.one_shot,
        rule="" if design is None else design.by,
    )


def _key(s: State) -> State:
    """Counters and flags that no guard looks at are left out, so that the walk ends."""
    return replace(s, occ=min(s.occ, 1), late=False, hidden=0)


def _visit(facts: AlarmFacts, now: int, queue: deque[tuple[AlarmFacts, int]], known: set[State]) -> None:
    key = _key(_state(facts, now))
    if key not in known:
        known.add(key)
        queue.append((facts, now))
