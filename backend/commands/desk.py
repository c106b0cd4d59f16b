"""Gather the facts a decision needs: who acts, what can be commanded, interlocks, rights, the feedback now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.clock import US
from backend.commands.book import Book
from backend.commands.events import Actor, Feedback, Moment, Request, World
from backend.commands.ids import command_id
from backend.commands.interlocks import feedback_of, interlocks
from backend.commands.logic import Outcome, step
from backend.commands.policy import Policy
from backend.commands.ports import Links, People, Values
from backend.commands.rates import Rates
from backend.commands.targets import Target, targets
from backend.errors import RefusedError, mark
from backend.model.actuation import Actuator
from backend.model.command import Blocked, Command, Commandable, CommandCheck, CommandContent, Interlock, RiskClass
from backend.model.person import Right, Session
from backend.model.plant import Registry
from backend.model.quality import is_good


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person gives for a request. value: for "set" only."""

    point: int
    action: str
    value: float | None
    reason: str
    person_on_site: bool
    origin: str


class Desk:
    """Looks things up and changes nothing but its own count of requests. Core thread only."""

    def __init__(
        self,
        *,
        mode: str,
        registry: Registry,
        actuators: Iterable[Actuator],
        book: Book,
        values: Values,
        links: Links,
        people: People,
        policy: Policy,
    ) -> None:
        self._home = mode
        self._mode = mode
        self._targets = targets(registry, actuators)
        self._points = registry.points
        self._book = book
        self._values = values
        self._links = links
        self._people = people
        self._policy = policy
        self._rates = Rates(policy)

    def configure(self, registry: Registry, actuators: Iterable[Actuator]) -> None:
        """From now on this is what can be commanded; what a command froze when it was asked for stays."""
        self._targets = targets(registry, actuators)
        self._points = registry.points

    def suspend(self) -> None:
        """From now on the workspace takes no commands."""
        self._mode = ""

    def actor(self, session_id: str) -> Actor:
        """Who is signed in there, with the rights of this moment. Raises RefusedError when nobody is."""
        session = self._people.session(session_id)
        if session is None:
            raise RefusedError(mark("you are signed out; sign in again"))
        rights = self._people.rights(session_id)
        return Actor(person=session.person, session=session.id, workstation=session.workstation, rights=rights)

    def who(self, session_id: str) -> Session | None:
        """The session, for the journal."""
        return self._people.session(session_id)

    def name(self, point: int) -> str:
        """Tag of a point, or its number when there is none."""
        return self._points[point].tag if 0 <= point < len(self._points) else str(point)

    def commandable(self) -> tuple[Commandable, ...]:
        """One entry a point, its actions in the order of the thing model."""
        points = dict.fromkeys(point for point, _ in self._targets)
        return tuple(self._commandable(point) for point in points)

    def short_code(self, command: Command) -> str:
        """The code on the device's plate; empty = none, which nothing matches."""
        target = self._target_of(command.content)
        return "" if target is None else target.device.short_code

    def world(self, command: Command, now: int) -> World:
        """The outside, for a command that exists. now: µs UTC."""
        content = command.content
        other = self._book.open_on(content.point, but=content.id)
        target = self._target_of(content)
        return World(
            mode=self._mode,
            interlocks=() if target is None else self._interlocks(target, now, other),
            requester_may=self._people.person_may(command.requester, Right.CMD_REQUEST),
            approver_may=bool(command.approver) and self._people.person_may(command.approver, Right.CMD_APPROVE),
            other_open=other,
        )

    def awake(self, command: Command, now: int) -> bool:
        """Whether the device listens now (µs UTC): one on a battery does so for a moment after it has reported."""
        target = self._target_of(command.content)
        if target is None or not command.content.waits_until_awake:
            return True
        heard = max((self._values.reading(point).received_at for point in target.reports), default=0)
        return 0 <= now - heard <= self._policy.awake_s * US

    def feedback(self, command: Command, now: int) -> Feedback | None:
        """The independent feedback point now (µs UTC); None when the registry no longer has it."""
        target = self._target_of(command.content)
        return None if target is None else feedback_of(target, self._values.reading, now=now)

    def request(self, session_id: str, asked: Asked, number: int, moment: Moment) -> Request:
        """C1 as an event, with everything frozen in: the value before, its age, the signed end.

        Raises RefusedError when there is nothing to decide: nobody signed in, no such command, no value.
        """
        actor = self.actor(session_id)
        target = self._targets.get((asked.point, asked.action))
        if target is None:
            raise RefusedError(
                mark("{tag} cannot be commanded to {action}"), tag=self.name(asked.point), action=asked.action
            )
        other = self._book.open_on(target.point.id)
        return Request(
            content=self._content(target, asked, number, moment.at),
            actor=actor,
            world=World(mode=self._mode, interlocks=self._interlocks(target, moment.at, other), other_open=other),
            short_code=target.device.short_code,
            low=target.point.low,
            high=target.point.high,
            limited=self._rates.refusal(actor.person, target.device.id, moment.mono),
        )

    def step(self, event: Request, moment: Moment) -> Outcome:
        """What becomes of a request."""
        return step(None, event, self._policy, moment)

    def check(self, asked: Request, moment: Moment, *, ready: bool) -> CommandCheck:
        """What people see before they ask."""
        content = asked.content
        refusal = self.step(asked, moment).refused
        if refusal is not None:
            blocked: Blocked | None = Blocked(template=refusal.template, values=refusal.values)
        else:
            starting = mark("commands are not ready yet: open ones are being taken in hand")
            blocked = None if ready else Blocked(template=starting)
        return CommandCheck(
            interlocks=asked.world.interlocks,
            old_value=content.old_value,
            old_at=content.old_at,
            old_quality=content.old_quality,
            blocked_reason="" if blocked is None else str(RefusedError(blocked.template, **dict(blocked.values))),
            blocked=blocked,
        )

    def count(self, event: Request, moment: Moment) -> None:
        """A request was accepted (S16)."""
        self._rates.count(event.actor.person, event.content.device, moment.mono)

    def remember(self, command: Command, moment: Moment) -> None:
        """A request of before the restart still counts."""
        ago_s = max(0.0, (moment.at - command.content.requested_at) / US)
        self._rates.count(command.requester, command.content.device, moment.mono - ago_s)

    def _interlocks(self, target: Target, now: int, other: str) -> tuple[Interlock, ...]:
        return interlocks(
            target,
            self._values.reading,
            now=now,
            link_up=self._links.up(target.device.id),
            other_open=other,
            policy=self._policy,
        )

    def _target_of(self, content: CommandContent) -> Target | None:
        return self._targets.get((content.point, content.action))

    def _commandable(self, point: int) -> Commandable:
        actions = [target for (each, _), target in self._targets.items() if each == point]
        first = actions[0]
        return Commandable(
            point=point,
            device=first.device.id,
            asset=first.point.asset,
            actions=tuple(target.actuator.verb for target in actions),
            feedback_point=first.feedback.id,
            short_code=first.device.short_code,
            low=first.point.low,
            high=first.point.high,
            unit=first.point.unit,
        )

    def _content(self, target: Target, asked: Asked, number: int, at: int) -> CommandContent:
        value = _value(target, asked.value)
        actuator, policy = target.actuator, self._policy
        before = self._values.reading(target.feedback.id)
        known = before.received_at > 0 and is_good(before.quality)
        window_s = max(actuator.verify_within_s, 2 * target.feedback.period_s, policy.verify_min_s)
        return CommandContent(
            id=command_id(self._home, at, number),
            kind=target.kind,
            device=target.device.id,
            point=target.point.id,
            tag=target.point.tag,
            asset=target.point.asset,
            action=actuator.verb,
            value=value,
            unit=target.point.unit,
            old_value=before.value if known else None,
            old_at=before.at if before.received_at > 0 else None,
            old_quality=before.quality,
            reason=asked.reason.strip(),
            risk=RiskClass.SINGLE,
            origin=asked.origin,
            requested_at=at,
            feedback_point=target.feedback.id,
            feedback_value=value if actuator.feedback_value is None else actuator.feedback_value,
            feedback_tolerance=actuator.tolerance,
            verify_within_s=window_s,
            not_after=at + round((policy.confirm_s + policy.approval_s + policy.sleeps_periods * target.report_s) * US),
            person_on_site=asked.person_on_site,
            waits_until_awake=bool(target.reports),
        )


def _value(target: Target, given: float | None) -> float:
    """A valve's code is the model's; only a set-point is a person's."""
    fixed = target.actuator.value
    if fixed is None and given is None:
        raise RefusedError(mark("{tag}: a value is needed"), tag=target.point.tag)
    if fixed is not None and given is not None and given != fixed:
        raise RefusedError(mark("{tag}: {action} takes no value"), tag=target.point.tag, action=target.actuator.verb)
    return fixed if fixed is not None else float(given or 0.0)
