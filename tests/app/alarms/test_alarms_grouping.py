"""Grouping hides nothing: every alarm exactly once, P1 and P2 always on a row, counts add up; and the board agrees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.pages.alarms.board import Board, Order
from app.pages.alarms.grouping import (
    GROUP,
    LEAST,
    MORE,
    URGENT,
    WITHIN_US,
    Group,
    Item,
    arrange,
    lines_of,
    rank,
    spliced,
)

S = 1_000_000


def item(key: str, at_s: float, section: str = "Z-07", priority: int = 3, **more: bool) -> Item:
    return Item(at=round(at_s * S), key=key, section=section, priority=priority, new=more.pop("new", True), **more)


items = st.builds(
    Item,
    at=st.integers(0, 600).map(lambda s: s * S),
    key=st.integers(0, 40).map(lambda n: f"a{n}"),
    section=st.sampled_from(("", "Z-01", "Z-02", "Z-07")),
    priority=st.integers(1, 4),
    new=st.booleans(),
    alone=st.booleans(),
)
boards = st.lists(items, max_size=40, unique_by=lambda each: each.key)


def members(entry: Item | Group) -> tuple[Item, ...]:
    return entry.members if isinstance(entry, Group) else (entry,)


@given(boards)
def test_every_alarm_is_in_exactly_one_entry(alarms: list[Item]) -> None:
    held = [each for entry in arrange(alarms) for each in members(entry)]
    assert sorted(held) == sorted(alarms)


@given(boards)
def test_priority_1_and_2_always_have_a_row_of_their_own(alarms: list[Item]) -> None:
    shown = lines_of(arrange(alarms), ())
    assert {each.key for each in alarms if each.priority <= URGENT} <= set(shown)
    assert len(shown) == len(set(shown))


@given(boards)
def test_rows_and_what_is_folded_add_up_to_all_alarms(alarms: list[Item]) -> None:
    entries = arrange(alarms)
    shown = [key for key in lines_of(entries, ()) if not key.startswith((GROUP, MORE))]
    folded = [each.key for entry in entries if isinstance(entry, Group) for each in entry.folded]
    assert sorted(shown + folded) == sorted(each.key for each in alarms)


@given(boards)
def test_unfolded_every_alarm_has_a_row(alarms: list[Item]) -> None:
    entries = arrange(alarms)
    shown = lines_of(entries, {entry.key for entry in entries})
    assert {each.key for each in alarms} <= set(shown)
    assert not any(key.startswith(MORE) for key in shown)


@given(boards)
def test_a_group_is_one_section_within_two_minutes_and_its_first_out_is_its_earliest(alarms: list[Item]) -> None:
    for group in (entry for entry in arrange(alarms) if isinstance(entry, Group)):
        assert {each.section for each in group.members} == {group.section}
        assert len(group.members) >= LEAST
        assert group.first.at == min(each.at for each in group.members)
        assert max(each.at for each in group.members) - group.first.at <= WITHIN_US
        assert group.new == sum(each.new for each in group.members)
        assert not any(each.alone for each in group.members)


@given(boards.filter(bool))
def test_the_most_urgent_comes_first(alarms: list[Item]) -> None:
    entries = arrange(alarms)
    assert [rank(entry) for entry in entries] == sorted(rank(entry) for entry in entries)
    assert rank(entries[0])[0] == min(each.priority for each in alarms)


@given(st.lists(st.one_of(items, st.integers(0, 40).map(lambda n: f"a{n}")), max_size=80))
def test_the_board_kept_step_by_step_is_the_one_made_from_scratch(steps: list[Item | str]) -> None:
    board, there = Board(), dict[str, Item]()
    for step in steps:
        match step:
            case str():
                board.drop(step)
                there.pop(step, None)
            case _:
                board.put(step)
                there[step.key] = step
        board.entries()
    assert board.entries() == arrange(there.values())
    assert len(board) == len(there)


@given(st.lists(items, max_size=60))
def test_the_board_looked_at_only_at_the_end_is_the_same(steps: list[Item]) -> None:
    board, there = Board(), dict[str, Item]()
    for step in steps:
        board.put(step)
        there[step.key] = step
    assert board.entries() == arrange(there.values())


@given(boards)
def test_by_time_is_one_row_each(alarms: list[Item]) -> None:
    board = Board(Order.TIME)
    for each in alarms:
        board.put(each)
    assert board.lines(set()) == [each.key for each in sorted(alarms, key=lambda each: (-each.at, each.key))]


@given(boards)
def test_by_place_every_alarm_has_a_row_under_its_place(alarms: list[Item]) -> None:
    board = Board(Order.PLACE)
    for each in alarms:
        board.put(each)
    assert {each.key for each in alarms} <= set(board.lines(set()))
    places = [entry.section for entry in board.entries()]
    assert places == sorted(places)


@given(boards, st.integers(0, 10))
def test_folding_in_a_held_list_moves_nothing_else(alarms: list[Item], pick: int) -> None:
    entries = arrange(alarms)
    keys = lines_of(entries, ())
    for group in [entry for entry in entries if isinstance(entry, Group)][pick : pick + 1]:
        opened = spliced(keys, group, True)
        assert set(opened) >= {each.key for each in group.members}
        assert spliced(opened, group, False) == keys
        rest = {each.key for each in group.members} | {group.more}
        assert [key for key in opened if key not in rest] == [key for key in keys if key not in rest]


def test_the_story_of_a_line_break() -> None:
    story = [
        item("roc", 0, priority=2),
        item("ll", 14.8, priority=1),
        item("flow", 16.6, priority=2),
        item("k014", 69.9),
        item("ch4-h", 80.4),
        item("filter", 20, section="NGS"),
    ]
    group, single = arrange(story)
    assert isinstance(group, Group)
    assert (group.first.key, single.key) == ("roc", "filter")
    assert group.lines(unfolded=False) == [group.key, "roc", "ll", "flow", group.more]
    assert [each.key for each in group.folded] == ["k014", "ch4-h"]


def test_two_alarms_are_no_group() -> None:
    assert arrange([item("a", 0), item("b", 1)]) == [item("b", 1), item("a", 0)]


def test_what_comes_after_two_minutes_is_another_group() -> None:
    first, second = [item(f"a{i}", i) for i in range(3)], [item(f"b{i}", 121 + i) for i in range(3)]
    groups = arrange(first + second)
    assert [len(members(each)) for each in groups] == [3, 3]


def test_a_doubtful_clock_is_said_of_the_whole_group() -> None:
    (group,) = arrange([item("a", 0), item("b", 1, doubtful=True), item("c", 2)])
    assert isinstance(group, Group)
    assert group.doubtful


def test_less_urgent_arrivals_do_not_move_a_group() -> None:
    first = [item("p1", 0, "Z-01", 1), item("a", 1, "Z-01"), item("b", 2, "Z-01")]
    second = [item("q1", 5, "Z-02", 1), item("c", 6, "Z-02"), item("d", 7, "Z-02")]
    before = [each.key for each in arrange(first + second)]
    assert [each.key for each in arrange([*first, *second, item("e", 60, "Z-01", 4)])] == before
