"""A dozen windows show the same beat one after another; none misses a fact, and none is told what is older than it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.bridge import Bridge
from app.lane import Facts, Lane
from app.turns import Turns
from backend.model.event import LinkHealth, LinkState
from tests.app.console.test_console_bridge import RECORD, Source, snapshot

LINK = LinkHealth(link="a", protocol="modbus", state=LinkState.LOST, since=0)


@dataclass
class Page:
    """What a page has heard, in order."""

    owner: QObject
    heard: list[object] = field(default_factory=list)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def bridge(source: Source, qapp):
    made = Bridge(source)  # type: ignore[arg-type]
    made.start()
    yield made
    made.stop()


def test_one_piece_is_done_in_a_turn(qtbot: QtBot) -> None:
    owners, done = [QObject(), QObject(), QObject()], []
    turns = Turns()
    for number, owner in enumerate(owners):
        turns.ask(owner, lambda number=number: done.append(number))
    turns.turn()
    assert done == [0]
    qtbot.waitUntil(lambda: done == [0, 1, 2])


def test_what_is_asked_for_again_keeps_its_place_and_is_done_once(qtbot: QtBot) -> None:
    first, second, done = QObject(), QObject(), []
    turns = Turns()
    turns.ask(first, lambda: done.append("old"))
    turns.ask(second, lambda: done.append("other"))
    turns.ask(first, lambda: done.append("new"))
    qtbot.waitUntil(lambda: len(done) == 2)
    turns.turn()
    assert done == ["new", "other"]


def test_what_is_gone_has_no_turn(qtbot: QtBot) -> None:
    gone, stays, done = QObject(), QObject(), []
    turns = Turns()
    turns.ask(gone, lambda: done.append("gone"))
    turns.ask(stays, lambda: done.append("stays"))
    gone.deleteLater()
    qtbot.waitUntil(lambda: bool(done))
    assert done == ["stays"]


def test_every_page_hears_every_fact_in_order(source: Source, bridge: Bridge, qtbot: QtBot) -> None:
    pages = [Page(owner=QObject()) for _ in range(12)]
    for page in pages:
        lane = bridge.lane(page.owner)
        lane.links.connect(page.heard.extend)
        lane.alarms.connect(page.heard.extend)
    records = [replace(RECORD, changed_at=number) for number in range(500)]
    source.links.changed.publish(LINK)
    for record in records:
        source.alarms.changed.publish(record)
    qtbot.waitUntil(lambda: all(len(page.heard) > len(records) for page in pages))
    assert all(page.heard == [LINK, *records] for page in pages)


def test_pages_do_not_beat_in_the_turn_of_the_shell(bridge: Bridge, qtbot: QtBot) -> None:
    order: list[str] = []
    owners = [QObject(), QObject()]
    lanes = [bridge.lane(owner) for owner in owners]
    bridge.beat.connect(lambda: order.append("shell"))
    for lane in lanes:
        lane.beat.connect(lambda: order.append("page"))
    with qtbot.waitSignal(bridge.beat):
        pass
    assert order == ["shell"]
    qtbot.waitUntil(lambda: order == ["shell", "page", "page"])


def test_who_enters_again_is_not_told_what_is_older_than_what_it_sees(qtbot: QtBot) -> None:
    heard: list[object] = []
    lane = Lane(snapshot)
    lane.keep_facts(Facts(links=[LINK], alarms=[RECORD]))
    assert not lane.heard()
    lane.drop()
    lane.alarms.connect(heard.extend)
    lane.links.connect(heard.extend)
    assert lane.heard()
    lane.turn()
    assert heard == []
