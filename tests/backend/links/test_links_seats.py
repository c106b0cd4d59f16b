"""Seats: no node takes more than its fair share, and a lost lease stops its link first."""

from __future__ import annotations

import pytest

from backend.links.ports import LinkPlan
from backend.links.seats import Seats


class Table:
    """The leases of all nodes, as a database would keep them."""

    def __init__(self) -> None:
        self.owner: dict[str, str] = {}
        self.nodes: set[str] = set()

    def of(self, node: str) -> Held:
        self.nodes.add(node)
        return Held(self, node)

    def die(self, node: str) -> None:
        self.nodes.discard(node)
        self.owner = {name: each for name, each in self.owner.items() if each != node}


class Held:
    """One node's view."""

    def __init__(self, table: Table, node: str) -> None:
        self._table, self._node = table, node

    def take(self, name: str) -> bool | None:
        return self._table.owner.setdefault(name, self._node) == self._node

    def let_go(self, name: str) -> None:
        self._table.owner = {
            each: node for each, node in self._table.owner.items() if (each, node) != (name, self._node)
        }

    def holds(self, name: str) -> bool:
        return self._table.owner.get(name) == self._node

    def nodes(self) -> int:
        return len(self._table.nodes)


class Line:
    """A link that notes whether it runs."""

    def __init__(self, plan: LinkPlan, running: list[str]) -> None:
        self._name, self._running = plan.id, running

    def start(self) -> None:
        self._running.append(self._name)

    def stop(self) -> None:
        self._running.remove(self._name)


def seats(table: Table, node: str, running: list[str], count: int = 6) -> Seats:
    plans = {f"#{number}": LinkPlan(id=f"#{number}", options={}, devices=(), bound=()) for number in range(count)}
    return Seats(plans, build=lambda plan: Line(plan, running), leases=table.of(node))  # type: ignore[arg-type,return-value]


def turn(*nodes: Seats, times: int = 10) -> None:
    for _ in range(times):
        for node in nodes:
            node.turn()


def test_a_node_alone_takes_every_seat() -> None:
    running: list[str] = []
    turn(alone := seats(Table(), "a", running))
    assert len(alone.held) == 6
    assert sorted(running) == sorted(alone.held)


def test_a_node_that_comes_later_is_given_its_share() -> None:
    table, running = Table(), []  # type: tuple[Table, list[str]]
    first = seats(table, "a", running)
    turn(first)
    second = seats(table, "b", running)
    turn(first, second)
    assert (len(first.held), len(second.held)) == (3, 3)
    assert not set(first.held) & set(second.held)


@pytest.mark.parametrize("nodes", [2, 3, 4, 5, 7])
def test_every_seat_is_held_once_however_many_nodes(nodes: int) -> None:
    table, running = Table(), []  # type: tuple[Table, list[str]]
    all_of_them = [seats(table, f"n{number}", running) for number in range(nodes)]
    turn(*all_of_them)
    held = [name for node in all_of_them for name in node.held]
    assert sorted(held) == [f"#{number}" for number in range(6)]
    assert max(len(node.held) for node in all_of_them) <= -(-6 // nodes)


def test_the_seats_of_a_dead_node_move() -> None:
    table, running = Table(), []  # type: tuple[Table, list[str]]
    first, second = seats(table, "a", running), seats(table, "b", [])
    turn(first, second)
    table.die("b")
    turn(first)
    assert len(first.held) == 6


@pytest.mark.expects_warnings
def test_a_link_whose_seat_is_another_nodes_by_now_is_stopped() -> None:
    table, running = Table(), []  # type: tuple[Table, list[str]]
    node = seats(table, "a", running)
    turn(node)
    table.nodes.add("b")
    table.owner = dict.fromkeys(table.owner, "b")
    turn(node, times=1)
    assert (running, node.held) == ([], ())
