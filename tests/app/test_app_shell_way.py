"""Back and forward, as in a browser."""

from __future__ import annotations

from app.shell.way import Place, Way

STATIONS = Place(page="stations")
GATE = Place(page="stations", what="NGS")
ALARMS = Place(page="alarms")


def test_back_and_forward_are_each_others_undoing() -> None:
    way = Way()
    way.leave(STATIONS)
    way.leave(GATE)
    assert way.back(ALARMS) == GATE
    assert way.back(GATE) == STATIONS
    assert way.back(STATIONS) is None
    assert way.forward(STATIONS) == GATE
    assert way.forward(GATE) == ALARMS
    assert way.forward(ALARMS) is None


def test_a_new_way_forgets_what_lay_ahead() -> None:
    way = Way()
    way.leave(STATIONS)
    assert way.back(ALARMS) == STATIONS
    way.leave(STATIONS)
    assert way.forward(GATE) is None


def test_the_place_in_view_is_not_gone_back_to() -> None:
    way = Way()
    way.leave(STATIONS)
    way.leave(ALARMS)
    assert way.back(ALARMS) == STATIONS


def test_the_past_is_not_endless() -> None:
    way = Way()
    for number in range(1000):
        way.leave(Place(page="stations", what=str(number)))
    steps = 0
    here: Place | None = ALARMS
    while here is not None:
        here = way.back(here)
        steps += 1
    assert steps < 200
