"""What is not any more as it was when a command was asked for. Plain Python; told to who is to approve it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.formats import quality_word, shown, value_text
from app.texts import _
from backend.model.command import CommandContent, Interlock
from backend.model.isolation import Consequence
from backend.model.plant import Point
from backend.model.quality import is_good
from widgets.readouts.ages import number_text


def changes_since(
    content: CommandContent,
    *,
    feedback: Point,
    now: float,
    quality: int,
    interlocks: Iterable[Interlock],
    asked: Consequence | None,
    alone: Consequence | None,
) -> tuple[str, ...]:
    """One line each. asked: what this valve alone was to do when asked for; alone: what it would do now."""
    return (
        *_position(content, feedback, now, quality),
        *_unmet(content, interlocks),
        *_customers(asked, alone),
    )


def _position(content: CommandContent, feedback: Point, now: float, quality: int) -> Iterator[str]:
    if not is_good(quality):
        yield _("{tag} is not good any more: {quality}").format(tag=shown(feedback.tag), quality=quality_word(quality))
    elif content.old_value is not None and content.old_value != now:
        before, after = value_text(feedback, content.old_value), value_text(feedback, now)
        yield _("{tag}: {before} when asked for, now {after}").format(
            tag=shown(feedback.tag), before=before, after=after
        )


def _unmet(content: CommandContent, interlocks: Iterable[Interlock]) -> Iterator[str]:
    """Every interlock was met when it was asked for; that the command itself holds the actuator is no change."""
    for each in interlocks:
        if not each.met and content.id not in each.value_text.split(", "):
            yield _("{interlock}: not met any more").format(interlock=shown(_(each.name)))


def _customers(asked: Consequence | None, alone: Consequence | None) -> Iterator[str]:
    if asked is None or alone is None:
        return
    before, after = asked.losses.customers, alone.losses.customers
    if before != after:
        yield _("customers who lose gas by this valve alone: {before} when asked for, now {after}").format(
            before=number_text(before), after=number_text(after)
        )
