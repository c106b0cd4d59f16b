"""The city's widgets: a bead never lies about its limits, arrows walk, ↵ opens, nothing repaints idly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from widgets.city import Abacus, Fabric, Rod, Station, Strand, SupplyRing, Titles, share_of
from widgets.city.day import nice_range

LIMITS = st.tuples(
    st.floats(0, 100), st.floats(101, 200), st.floats(300, 400), st.floats(401, 500)
)  # LL, L, H, HH around a set-point of 250


@given(LIMITS, st.floats(-1000, 2000), st.floats(-1000, 2000))
def test_a_higher_pressure_is_never_a_lower_bead(limits: tuple[float, float, float, float], a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert -1.0 <= share_of(low, 250.0, limits) <= share_of(high, 250.0, limits) <= 1.0


@given(LIMITS)
def test_the_marks_lie_where_the_scale_says(limits: tuple[float, float, float, float]) -> None:
    found = [share_of(value, 250.0, limits) for value in (*limits[:2], 250.0, *limits[2:])]
    assert found == pytest.approx([-0.72, -0.46, 0.0, 0.46, 0.72])


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_no_number_has_no_place(value: float) -> None:
    assert math.isnan(share_of(value, 250.0, (1, 2, 300, 400)))


def test_limits_out_of_order_give_no_place() -> None:
    assert math.isnan(share_of(250.0, 250.0, (300, 200, 100, 50)))


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_an_axis_holds_its_values_in_round_steps(low: float, span: float) -> None:
    start, end, step = nice_range(low, low + span)
    assert start <= low + step * 1e-6
    assert end >= low + span - step * 1e-6
    digits = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert digits == pytest.approx(round(digits))
    assert round(digits) in (1, 2, 5)


def rods(count: int = 3) -> list[Rod]:
    return [Rod(key=f"R-{n}", label=str(n), value="360", share=0.0, words=f"<b>R-{n}</b>") for n in range(count)]


def test_arrows_walk_round_and_enter_opens(qtbot: QtBot) -> None:
    abacus = Abacus(name="abacus", setpoint="set", unit="kPa")
    qtbot.addWidget(abacus)
    abacus.show_rods(rods())
    chosen, opened = QSignalSpy(abacus.chosen), QSignalSpy(abacus.opened)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return):
        qtbot.keyClick(abacus, key)
    assert [chosen.at(n)[0] for n in range(chosen.count())] == ["R-0", "R-2", "R-1"]
    assert [opened.at(n)[0] for n in range(opened.count())] == ["R-1"]
    assert abacus.accessibleDescription() == "<b>R-1</b>"


def test_a_double_click_opens_what_lies_there(qtbot: QtBot) -> None:
    ring = SupplyRing(Titles(tiers="", stored="", change="", left=""), name="ring")
    qtbot.addWidget(ring)
    ring.resize(1000, 400)
    ring.show()
    ring.show_supply((), [Station(key=f"R-{n}", tag=f"R-{n}", name="", value="1") for n in range(4)], ())
    opened = QSignalSpy(ring.opened)
    qtbot.mouseDClick(ring, Qt.MouseButton.LeftButton, pos=ring.area("R-2").center().toPoint())
    qtbot.mouseDClick(ring, Qt.MouseButton.LeftButton, pos=QPoint(500, 200))
    assert [opened.at(n)[0] for n in range(opened.count())] == ["R-2"]


def test_no_two_stations_lie_on_one_another(qtbot: QtBot) -> None:
    ring = SupplyRing(Titles(tiers="", stored="", change="", left=""), name="ring")
    qtbot.addWidget(ring)
    ring.resize(1100, 400)
    ring.show_supply((), [Station(key=f"R-{n}", tag=f"R-{n}", name="", value="1") for n in range(17)], ())
    areas = [ring.area(key) for key in ring.keys()]  # noqa: SIM118 - a widget, not a mapping
    assert not any(a.intersects(b) for index, a in enumerate(areas) for b in areas[index + 1 :])
    assert all(ring.rect().toRectF().contains(area) for area in areas)


def test_a_fleet_says_what_it_shows(qtbot: QtBot) -> None:
    fabric = Fabric(name="fabric")
    qtbot.addWidget(fabric)
    fabric.show_strands([Strand(key="d", title="Gas detectors", count=99, note="1 in alarm")])
    qtbot.keyClick(fabric, Qt.Key.Key_Right)
    assert fabric.accessibleDescription() == "Gas detectors 99: 1 in alarm"


def test_the_same_values_are_not_painted_again(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    abacus = Abacus(name="abacus", setpoint="set", unit="kPa")
    qtbot.addWidget(abacus)
    abacus.show_rods(rods())
    asked: list[bool] = []
    monkeypatch.setattr(Abacus, "update", lambda self: asked.append(True))
    abacus.show_rods(rods())
    assert asked == []
    abacus.show_rods(rods(4))
    assert asked == [True]
    assert np.isfinite(abacus.area("R-3").width())
