"""An order for a device that sleeps (B-19): it waits unsent until the device has just reported, and ends by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.commands import content
from backend.model.command import Command, CommandState
from backend.model.plant import PowerClass
from tests.support.command_site import PRESSURE, SETPOINT, SETPOINT_FEEDBACK, SLAM_SHUT, Site, registry

PERIOD_S = 3600.0


@pytest.fixture
def site() -> Site:
    """R-12 runs on a battery and reports once an hour."""
    whole = registry()
    valve, cabinet = whole.devices
    points = tuple(replace(point, period_s=PERIOD_S) if point.device == cabinet.id else point for point in whole.points)
    asleep = replace(whole, devices=(valve, replace(cabinet, power=PowerClass.BATTERY)), points=points)
    return Site(registered=asleep).start()


def report(site: Site) -> None:
    """The cabinet wakes and says everything."""
    for point, value in ((PRESSURE, 3.0), (SETPOINT_FEEDBACK, 3.0), (SLAM_SHUT, 0.0)):
        site.set(point, value)


def approved(site: Site, *, asleep_s: float = 600.0) -> Command:
    """A new set-point, approved while the cabinet sleeps."""
    site.tick(asleep_s)
    asked = site.engine.request("s-op", point=SETPOINT, action="set", value=3.2, reason="winter")
    return site.approve(site.engine.confirm("s-op", asked.content.id, "12"))


def test_nothing_is_claimed_or_sent_while_it_sleeps(site: Site) -> None:
    command = approved(site)
    site.tick(300)
    assert site.state(command) is CommandState.APPROVED
    assert (site.disk.sent, site.disk.claims) == ([], set())


def test_it_is_sent_once_when_the_device_has_just_reported(site: Site) -> None:
    command = approved(site)
    site.tick(1200)
    report(site)
    site.tick(0.2)
    site.tick(0.2)
    assert site.state(command) is CommandState.DISPATCHING
    assert [order.command for order in site.disk.sent] == [command.content.id]


def test_a_report_of_long_ago_is_no_sign_of_being_awake(site: Site) -> None:
    report(site)
    command = approved(site, asleep_s=site.policy.awake_s + 1)
    assert site.state(command) is CommandState.APPROVED
    assert site.disk.sent == []


def test_one_that_is_awake_gets_it_at_once(site: Site) -> None:
    report(site)
    command = approved(site, asleep_s=1)
    assert site.state(command) is CommandState.DISPATCHING


def test_one_that_never_wakes_lets_it_expire_unsent(site: Site) -> None:
    command = approved(site)
    left_s = (command.content.not_after - site.clock.wall_us()) / 1e6
    assert left_s > site.policy.sleeps_periods * PERIOD_S
    site.tick(left_s - 1)
    assert site.state(command) is CommandState.APPROVED
    site.tick(2)
    report(site)
    site.tick(0.2)
    assert site.state(command) is CommandState.EXPIRED
    assert site.disk.sent == []


def test_it_can_be_taken_back_while_it_waits(site: Site) -> None:
    command = approved(site)
    site.engine.cancel("s-op", command.content.id, "not needed any more")
    report(site)
    site.tick(0.2)
    assert site.state(command) is CommandState.CANCELLED
    assert site.disk.sent == []


@pytest.mark.parametrize("person", ["A-2", "S-1"])
def test_a_revoked_person_ends_it(site: Site, person: str) -> None:
    command = approved(site)
    site.engine.on_revoked(person)
    assert site.state(command) is CommandState.CANCELLED


def test_a_restart_ends_it_unsent(site: Site) -> None:
    command = approved(site)
    again = site.restart()
    report(again)
    again.tick(0.2)
    assert again.state(command) is CommandState.CANCELLED
    assert again.disk.sent == []


def test_what_has_changed_while_it_slept_blocks_it(site: Site) -> None:
    command = approved(site)
    site.tick(1200)
    report(site)
    site.set(SLAM_SHUT, 1.0)
    site.tick(0.2)
    assert site.state(command) is CommandState.CANCELLED
    assert site.disk.sent == []


def test_the_wait_is_part_of_what_is_signed(site: Site) -> None:
    signed = approved(site).content
    assert "Waits until the device is awake: yes\n" in content.signed_text(signed)
    assert content.signed_hash(signed) != content.signed_hash(replace(signed, waits_until_awake=False))


def test_a_valve_on_mains_is_not_kept_waiting(site: Site) -> None:
    site.tick(600)
    site.field()
    assert site.state(site.approved()) is CommandState.DISPATCHING
