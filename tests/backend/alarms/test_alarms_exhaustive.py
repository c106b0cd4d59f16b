"""Every event in every reachable alarm state of every configuration, against the table and the invariants A1-A9."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.alarms import events as e
from backend.alarms.logic import step
from backend.alarms.states import Outcome
from backend.model.alarm import AlarmClass, AlarmConfig, AlarmFacts, InputQuality, Suppressed
from tests.support.alarm_explorer import CONFIGS, US, Broken, Seen, Step, explore
from tests.support.alarm_oracle import Rules

PLAIN = {"NORM", "UNACK", "ACKED", "RTNUN", "DSUPR", "OOSRV"}
LATCHED = {"NORM", "UNACK", "ACKED", "LTUNK", "LTACK", "DSUPR", "OOSRV"}


def names_of(rules: Rules) -> set[str]:
    """The names a configuration must be able to reach."""
    return (LATCHED if rules.latching else PLAIN) | ({"SHLVD"} if rules.shelvable and min(rules.levels) > 1 else set())


@pytest.mark.parametrize("rules", CONFIGS, ids=str)
def test_every_event_in_every_state(rules: Rules) -> None:
    seen = Seen()
    explore(step, rules, seen)
    print(f"{seen.transitions} transitions, {seen.refused} of them refused, names {sorted(seen.names)}")
    assert seen.transitions > 7_000
    assert 0 < seen.refused < seen.transitions
    assert seen.names == names_of(rules)


def test_all_nine_names_are_reached() -> None:
    assert len(set.union(*(names_of(rules) for rules in CONFIGS))) == 9


Mutant = Callable[[Step], Step]
MUTANTS: dict[str, Mutant] = {}


def wrong_event(
    name: str, fits: Callable[[e.Event, AlarmFacts], bool], other: Callable[[e.Event, AlarmFacts], e.Event]
) -> None:
    """A step that takes some events for others."""

    def mutant(right: Step) -> Step:
        def wrong(facts: AlarmFacts, event: e.Event, config: AlarmConfig, at: int) -> Outcome:
            return right(facts, other(event, facts) if fits(event, facts) else event, config, at)

        return wrong

    MUTANTS[name] = mutant


def wrong_facts(
    name: str,
    fits: Callable[[e.Event, AlarmFacts, AlarmFacts], bool],
    spoil: Callable[[AlarmFacts, AlarmFacts], AlarmFacts],
) -> None:
    """A step that leaves other facts behind where it fits(event, before, after)."""

    def mutant(right: Step) -> Step:
        def wrong(facts: AlarmFacts, event: e.Event, config: AlarmConfig, at: int) -> Outcome:
            out = right(facts, event, config, at)
            bad = out.refused is None and fits(event, facts, out.facts)
            return replace(out, facts=spoil(facts, out.facts)) if bad else out

        return wrong

    MUTANTS[name] = mutant


def wrong_outcome(
    name: str, fits: Callable[[e.Event, Outcome], bool], spoil: Callable[[AlarmFacts, Outcome], Outcome]
) -> None:
    """A step that tells something else where it fits(event, outcome)."""

    def mutant(right: Step) -> Step:
        def wrong(facts: AlarmFacts, event: e.Event, config: AlarmConfig, at: int) -> Outcome:
            out = right(facts, event, config, at)
            return spoil(facts, out) if fits(event, out) else out

        return wrong

    MUTANTS[name] = mutant


def wrong_config(name: str, change: Callable[[AlarmConfig], AlarmConfig]) -> None:
    """A step that reads the configuration wrongly."""
    MUTANTS[name] = lambda right: lambda facts, event, config, at: right(facts, event, change(config), at)


def lets_go(before: AlarmFacts, after: AlarmFacts) -> bool:
    return len(after.suppressed) < len(before.suppressed)


def end_of(held: Suppressed) -> int:
    return held.until or 0


def dropped(facts: AlarmFacts, out: Outcome) -> Outcome:
    return Outcome(facts=facts)


GOOD = InputQuality.GOOD
PROCESS = (e.Raise, e.Clear, e.Escalate, e.Deescalate, e.Late)
wrong_event("clears on bad quality", lambda ev, f: isinstance(ev, e.Clear), lambda ev, f: replace(ev, quality=GOOD))
wrong_event(
    "lowers on bad quality", lambda ev, f: isinstance(ev, e.Deescalate), lambda ev, f: replace(ev, quality=GOOD)
)
wrong_event("raises on unknown input", lambda ev, f: isinstance(ev, e.Raise), lambda ev, f: replace(ev, quality=GOOD))
wrong_event(
    "acknowledges an older occurrence",
    lambda ev, f: isinstance(ev, e.Acknowledge) and ev.occurrence < f.occurrence,
    lambda ev, f: replace(ev, occurrence=f.occurrence),
)
wrong_event(
    "acknowledges an occurrence to come",
    lambda ev, f: isinstance(ev, e.Acknowledge) and ev.occurrence > f.occurrence,
    lambda ev, f: replace(ev, occurrence=f.occurrence),
)
wrong_event("lets anybody acknowledge", lambda ev, f: isinstance(ev, e.Acknowledge), lambda ev, f: replace(ev, by="x"))
wrong_event("lets anybody shelve", lambda ev, f: isinstance(ev, e.Shelve), lambda ev, f: replace(ev, by="x"))
wrong_event("shelves without a reason", lambda ev, f: isinstance(ev, e.Shelve), lambda ev, f: replace(ev, reason="x"))
wrong_event(
    "takes one person for two",
    lambda ev, f: isinstance(ev, e.TakeOutOfService),
    lambda ev, f: replace(ev, second=f"{ev.second}?"),
)
wrong_event(
    "lets any rule release another's", lambda ev, f: isinstance(ev, e.Release), lambda ev, f: e.Release(rule="RULE-7")
)
wrong_event("ends a shelf early", lambda ev, f: isinstance(ev, e.ShelfOver), lambda ev, f: e.ShelfOver(remaining_us=0))
wrong_event(
    "takes a good mark for a clear",
    lambda ev, f: isinstance(ev, e.InputGood) and f.cond,
    lambda ev, f: e.Clear(at=f.raised_at),
)
wrong_event("takes a restart for a lost input", lambda ev, f: isinstance(ev, e.Restart), lambda ev, f: e.InputLost())
wrong_facts(
    "returns from the shelf silently",
    lambda ev, before, after: lets_go(before, after),
    lambda before, after: replace(after, ack=before.ack),
)
wrong_facts(
    "unshelves to NORM as the standard does",
    lambda ev, before, after: lets_go(before, after) and not after.suppressed,
    lambda before, after: replace(after, ack=True, latched=False, cond=False, peak=None),
)
wrong_facts(
    "loses the acknowledgement in a restart",
    lambda ev, before, after: isinstance(ev, e.Restart),
    lambda before, after: replace(after, ack=False),
)
wrong_facts(
    "acknowledges by restarting",
    lambda ev, before, after: isinstance(ev, e.Restart),
    lambda before, after: replace(after, ack=True),
)
wrong_facts(
    "clears by restarting",
    lambda ev, before, after: isinstance(ev, e.Restart),
    lambda before, after: replace(after, cond=False),
)
wrong_facts(
    "makes the shelf longer in a restart",
    lambda ev, before, after: isinstance(ev, e.Restart),
    lambda before, after: replace(after, suppressed=before.suppressed),
)
wrong_facts(
    "forgets suppressions in a restart",
    lambda ev, before, after: isinstance(ev, e.Restart),
    lambda before, after: replace(after, suppressed=()),
)
wrong_facts(
    "does not count occurrences",
    lambda ev, before, after: isinstance(ev, e.Raise),
    lambda before, after: replace(after, occurrence=before.occurrence),
)
wrong_facts(
    "keeps the acknowledgement when it escalates",
    lambda ev, before, after: isinstance(ev, e.Escalate),
    lambda before, after: replace(after, ack=before.ack),
)
wrong_facts(
    "lowers the peak with the level",
    lambda ev, before, after: isinstance(ev, e.Deescalate),
    lambda before, after: replace(after, peak=max(before.peak, 3)),
)
wrong_facts(
    "unlatches by acknowledging",
    lambda ev, before, after: isinstance(ev, e.Acknowledge),
    lambda before, after: replace(after, latched=False),
)
wrong_facts(
    "acknowledges by clearing",
    lambda ev, before, after: isinstance(ev, e.Clear),
    lambda before, after: replace(after, ack=True),
)
wrong_facts(
    "acknowledges by shelving",
    lambda ev, before, after: isinstance(ev, e.Shelve),
    lambda before, after: replace(after, ack=True),
)
wrong_facts(
    "lets go of everything at once",
    lambda ev, before, after: lets_go(before, after),
    lambda before, after: replace(after, suppressed=()),
)
wrong_facts(
    "does not count what it hides",
    lambda ev, before, after: isinstance(ev, PROCESS) and bool(after.suppressed),
    lambda before, after: replace(after, hidden_count=before.hidden_count),
)
wrong_facts(
    "forgets the mark of a bad input",
    lambda ev, before, after: isinstance(ev, e.InputLost),
    lambda before, after: before,
)
wrong_facts(
    "keeps a one-shot shelf after the clear",
    lambda ev, before, after: isinstance(ev, e.Clear) and lets_go(before, after),
    lambda before, after: replace(after, suppressed=before.suppressed),
)
wrong_outcome(
    "does not see what is held back",
    lambda ev, out: isinstance(ev, PROCESS) and bool(out.facts.suppressed),
    dropped,
)
wrong_outcome("drops late occurrences", lambda ev, out: isinstance(ev, e.Late), dropped)
wrong_outcome(
    "raises without a line in the journal",
    lambda ev, out: isinstance(ev, e.Raise),
    lambda facts, out: replace(out, events=()),
)
wrong_outcome(
    "sounds while held back",
    lambda ev, out: isinstance(ev, e.Raise),
    lambda facts, out: replace(out, sounds=out.refused is None),
)
wrong_outcome(
    "raises without horn", lambda ev, out: isinstance(ev, e.Raise), lambda facts, out: replace(out, sounds=False)
)
wrong_outcome(
    "restarts without horn", lambda ev, out: isinstance(ev, e.Restart), lambda facts, out: replace(out, sounds=False)
)
wrong_outcome(
    "swallows refusals",
    lambda ev, out: out.refused is not None,
    lambda facts, out: replace(out, refused=None),
)
wrong_outcome(
    "can be disabled",
    lambda ev, out: isinstance(ev, e.Disable),
    lambda facts, out: Outcome(facts=AlarmFacts(occurrence=facts.occurrence)),
)
wrong_outcome(
    "deletes an active alarm",
    lambda ev, out: isinstance(ev, e.Delete),
    lambda facts, out: Outcome(facts=facts),
)
wrong_outcome(
    "says nothing of a shelf's end",
    lambda ev, out: isinstance(ev, e.ShelfOver),
    lambda facts, out: replace(out, events=()),
)
wrong_config("shelves gas leak alarms", lambda config: replace(config, alarm_class=AlarmClass.PROCESS, shelvable=True))
wrong_config("shelves for longer than allowed", lambda config: replace(config, max_shelf_s=10 * config.max_shelf_s))
wrong_config(
    "shelves top priority alarms",
    lambda config: replace(config, priorities=tuple((lv, max(pr, 2)) for lv, pr in config.priorities)),
)
wrong_config("forgets to latch", lambda config: replace(config, latching=False))
wrong_config("acknowledges by itself", lambda config: replace(config, auto_ack=not config.auto_ack))


wrong_outcome(
    "makes a shelf longer",
    lambda ev, out: isinstance(ev, e.ShelfAdjusted) and bool(out.facts.suppressed) and out.refused is not None,
    lambda facts, out: Outcome(
        facts=replace(facts, suppressed=tuple(replace(each, until=end_of(each) + US) for each in facts.suppressed))
    ),
)


EVERYTHING = Rules(levels=(3, 2), latching=True, max_shelf=100)
"""The configuration in which most can go wrong: two levels, latched, shelvable."""


def explore_all(wrong: Step) -> None:
    """Until the first difference; breadth first, so that it comes early in a rich configuration."""
    for rules in sorted(CONFIGS, key=lambda rules: (rules != EVERYTHING, not rules.gas_leak, rules.levels != (3, 1))):
        explore(wrong, rules, Seen())


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS.keys())
def test_the_check_catches_a_seeded_bug(mutant: Mutant) -> None:
    with pytest.raises(Broken):
        explore_all(mutant(step))
