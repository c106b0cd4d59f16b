"""Carry alarms over a restart (T20) and over a change of configuration (T21): nothing that stands is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.alarms import events as e
from backend.alarms.book import AlarmBook
from backend.alarms.changes import Stage
from backend.alarms.configs import link_config, link_key
from backend.alarms.logic import step
from backend.alarms.states import rank_of
from backend.alarms.undo import Undo
from backend.alarms.wiring import Wiring
from backend.model.alarm import AlarmConfig, AlarmFacts

Stored = Iterable[tuple[AlarmConfig, AlarmFacts]]


def wake(book: AlarmBook, wiring: Wiring, links: Sequence[str], stored: Stored, last_seen: int, now: int) -> None:
    """Take every alarm up where the last run left it. One that is no longer configured stands as it was.

    last_seen: newest wall time the database knows of; what people did to alarms can only make it newer.
    """
    rows = list(stored)
    done_at = [facts.acked_at for _, facts in rows] + [each.since for _, facts in rows for each in facts.suppressed]
    restart = e.Restart(last_seen=max([last_seen, *done_at]))
    for config in (*wiring.configs.values(), *(link_config(link, False) for link in links)):
        book.load(config, AlarmFacts(), now, sounds=False)
    for config, facts in rows:
        outcome = step(facts, restart, config, now)
        book.load(wiring.configs.get(config.key, config), outcome.facts, now, sounds=outcome.sounds)
        _stand_on(book, wiring, config.key)


def doomed(book: AlarmBook, old: Wiring, new: Wiring, links: Sequence[str]) -> list[str]:
    """Alarms that stand and that a new configuration would delete, or take the level from at which they are active."""
    kept = new.configs.keys() | {link_key(link) for link in links}
    ours = [*old.configs, *(key for key, config in book.configs.items() if config.key == link_key(config.source))]
    gone = [key for key in ours if key not in kept and book.stands(key)]
    return gone + [
        key
        for key, config in new.configs.items()
        if key in book.facts and book.facts[key].cond and rank_of(config, book.facts[key].level) < 0
    ]


def rewire(book: AlarmBook, old: Wiring, new: Wiring, links: Sequence[str], stage: Stage) -> None:
    """Let a new, not yet used wiring go on where the old one stands; the old one is left as it is."""
    new.adopt(old)
    for config in new.configs.values():
        book.define(config, stage)
    for link in links:
        if link_key(link) not in book.configs:
            book.define(link_config(link, False), stage)
    for key in new.configs:
        _stand_on(book, new, key)


def _stand_on(book: AlarmBook, wiring: Wiring, key: str) -> None:
    """Let the limits and faults of a wiring that nobody uses yet stand where an alarm's facts stand."""
    facts = book.facts[key]
    point = wiring.point_of.get(key)
    if point is not None and book.stands(key):
        wiring.limits.watch(point, True, Undo())
    if point is not None and facts.cond:
        wiring.limits.restore(point, wiring.configs[key].condition, facts.level)
    if key in wiring.device_of and facts.cond:
        wiring.faults.restore(wiring.device_of[key])
