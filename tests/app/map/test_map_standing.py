"""What lies over the map whatever is asked: probable leaks, tracks; and the walk through what is near."""

from __future__ import annotations

import numpy as np
import pytest

from app.pages.map.leaks import LeakGuess, with_leaks
from app.pages.map.neighbours import Neighbours, around
from app.pages.map.track import path_of
from backend.clock import US
from backend.model.alarm import AlarmClass, AlarmConfig, AlarmFacts, AlarmName, AlarmRecord, Priority
from backend.model.live import TagSnapshot
from backend.model.network import Network, Node, Pipe, Tier
from backend.model.plant import Asset, AssetKind, Limits, Point, QuantityKind, Registry
from backend.model.quality import GOOD
from backend.model.trend import Thinned
from widgets.maps.mercator import distance_m
from widgets.maps.picture import Picture
from widgets.maps.scene import NOWHERE, Look, Scene, Shape, Symbol

NOW = 1_800_000_000 * US
EAST_M = 95_500.0
"""Metres of a degree of longitude at 30.9 north."""


def place(east_m: float, north_m: float = 0.0) -> tuple[float, float]:
    return 121.3 + east_m / EAST_M, 30.9 + north_m / 110_870


def well(number: int, east_m: float, north_m: float) -> Asset:
    lon, lat = place(east_m, north_m)
    return Asset(id=f"VW-{number}", kind=AssetKind.VALVE_WELL, name="well", lon=lon, lat=lat)


def methane(number: int) -> Point:
    return Point(
        id=number,
        tag=f"GD-{number}",
        device=f"VW-{number}",
        asset=f"VW-{number}",
        property="methane",
        title="Methane",
        title_zh="",
        kind=QuantityKind.CONCENTRATION,
        unit="%LEL",
        low=0,
        high=100,
        precision=1,
        period_s=1,
        limits=Limits(h=10.0, hh=20.0, gas_leak=True),
    )


WELLS = ((0.0, 12.0), (60.0, 12.0), (400.0, 12.0), (3000.0, 12.0))
REGISTRY = Registry(
    assets=tuple(well(number, *where) for number, where in enumerate(WELLS)),
    points=tuple(methane(number) for number in range(len(WELLS))),
)
# A wide main from west to east, and a thin pipe that leaves it at the first well and runs right under that.
NETWORK = Network(
    nodes=tuple(
        Node(id=name, tier=Tier.MP, lon=place(*where)[0], lat=place(*where)[1])
        for name, where in {"W": (-500.0, 0.0), "M": (0.0, 0.0), "E": (4000.0, 0.0), "N": (0.0, 200.0)}.items()
    ),
    pipes=(
        Pipe(id="P-1", tier=Tier.MP, start="W", end="M", diameter_mm=300, length_m=500),
        Pipe(id="P-2", tier=Tier.MP, start="M", end="E", diameter_mm=300, length_m=4000),
        Pipe(id="P-3", tier=Tier.MP, start="M", end="N", diameter_mm=110, length_m=200),
    ),
)
GUESS = LeakGuess(REGISTRY, NETWORK)


def snapshot(*values: float) -> TagSnapshot:
    times = np.full(len(values), NOW, np.int64)
    return TagSnapshot(
        value=np.array(values),
        at=times,
        quality=np.full(len(values), GOOD, np.uint8),
        received_at=times,
        version=1,
        taken_at=NOW,
    )


def smelling(point: int, *, cond: bool = True, kind: AlarmClass = AlarmClass.GAS_LEAK) -> AlarmRecord:
    config = AlarmConfig(
        key=f"GD-{point}",
        source=f"GD-{point}",
        condition="high",
        message="HIGH",
        alarm_class=kind,
        priorities=(("HH", Priority.P1),),
        point=point,
    )
    facts = AlarmFacts(cond=cond, ack=False)
    return AlarmRecord(
        config=config, facts=facts, name=AlarmName.UNACK, priority=Priority.P1, horn=False, changed_at=NOW
    )


def test_one_detector_tells_of_a_leak_on_the_main_half_way_to_its_neighbours() -> None:
    (leak,) = GUESS.now(snapshot(1.0, 2.0, 31.0, 0.0), [smelling(2)])
    assert leak.detectors == ("VW-2",)
    # On the main, not at the well beside it; along the main, which runs east.
    assert distance_m(leak.ellipse.at, place(400.0)) < 0.5
    assert leak.ellipse.angle == pytest.approx(0.0, abs=0.1)
    # The nearest quiet detector is 340 m away: half of that is two standard deviations.
    assert leak.ellipse.along_m == pytest.approx(85, abs=1)
    assert leak.ellipse.across_m == pytest.approx(leak.ellipse.along_m / 3, abs=0.1)
    assert leak.words() == "leak estimate ± 170\u2009m"


def test_a_detector_beside_a_thin_pipe_still_tells_of_the_main_it_leaves() -> None:
    (leak,) = GUESS.now(snapshot(40.0, 2.0, 0.0, 0.0), [smelling(0)])
    assert distance_m(leak.ellipse.at, place(0.0)) < 0.5
    assert leak.ellipse.angle == pytest.approx(0.0, abs=0.1)
    assert leak.ellipse.along_m == 20.0


def test_detectors_together_tell_of_one_leak_near_the_strongest_and_a_far_one_of_another() -> None:
    leaks = GUESS.now(snapshot(30.0, 10.0, 0.0, 25.0), [smelling(0), smelling(1), smelling(3)])
    assert [leak.detectors for leak in leaks] == [("VW-0", "VW-1"), ("VW-3",)]
    assert distance_m(leaks[0].ellipse.at, place(15.0)) < 0.5


@pytest.mark.parametrize(
    "records",
    [
        (),
        (smelling(0, cond=False),),
        (smelling(0, kind=AlarmClass.PROCESS),),
    ],
)
def test_without_a_standing_gas_alarm_there_is_no_guess(records: tuple[AlarmRecord, ...]) -> None:
    assert GUESS.now(snapshot(31.0, 0.0, 0.0, 0.0), records) == ()


def test_a_detector_that_reads_nothing_tells_nothing_and_no_drawing_leaves_it_in_its_place() -> None:
    assert GUESS.now(snapshot(np.nan, 0.0, 0.0, 0.0), [smelling(0)]) == ()
    (leak,) = LeakGuess(REGISTRY, Network()).now(snapshot(0.0, 0.0, 31.0, 0.0), [smelling(2)])
    assert distance_m(leak.ellipse.at, place(400.0, 12.0)) < 0.5


def test_the_estimate_stands_beside_the_strongest_detector() -> None:
    leaks = GUESS.now(snapshot(30.0, 10.0, 0.0, 0.0), [smelling(0), smelling(1)])
    looks = with_leaks({"VW-0": Look(note="Methane 30 %LEL"), "VW-1": Look(note="x")}, leaks)
    assert looks["VW-0"].note.splitlines() == ["Methane 30 %LEL", leaks[0].words()]
    assert looks["VW-1"] == Look(note="x")


# -- tracks ------------------------------------------------------------------------------------------------------------


def thinned(point: int, seconds: list[int], last: list[float]) -> Thinned:
    at = np.array(seconds, np.int64) * US
    value = np.array(last)
    return Thinned(
        point=point,
        tier="raw",
        at=at,
        last_at=at,
        low=value,
        high=value,
        mean=value,
        first=value,
        last=value,
        count=np.ones(len(value), np.int32),
        worst=np.full(len(value), GOOD, np.uint8),
    )


def test_a_track_goes_through_every_place_once_and_stands_where_nothing_moved() -> None:
    (x1, y1), (x2, y2), (x3, y3) = place(0), place(100), place(100, 80)
    path = path_of(thinned(0, [0, 10, 20, 30], [x1, x1, x2, x3]), thinned(1, [0, 10, 20, 30], [y1, y1, y2, y3]))
    assert path == pytest.approx(np.array([(x1, y1), (x2, y2), (x3, y3)]))


def test_a_hole_in_one_axis_is_bridged_and_nothing_heard_is_no_track() -> None:
    (x1, _), (x2, _) = place(0), place(100)
    path = path_of(thinned(0, [0, 10], [x1, x2]), thinned(1, [0, 5, 20], [30.9, np.nan, 30.92]))
    assert path == pytest.approx(np.array([(x1, 30.9), (x2, 30.91)]))
    assert path_of(thinned(0, [], []), thinned(1, [], [])) == ()


# -- what is near by keyboard ------------------------------------------------------------------------------------------


def picture() -> Picture:
    made = Picture(lambda _lines: (10.0, 10.0))
    places = {"here": place(0), "far": place(900), "near": place(100), "nowhere": NOWHERE}
    made.show(Scene(symbols=tuple(Symbol(id=key, shape=Shape.WELL, layer="w", at=at) for key, at in places.items())))
    return made


def test_things_are_walked_the_nearest_first_and_round_again() -> None:
    made, walk = picture(), Neighbours()
    drawn = range(4)
    assert around(made, "here", drawn) == ("here", "near", "far")
    steps = ["here"]
    for _step in range(3):
        steps.append(walk.step(made, steps[-1], 1, drawn))
    assert steps == ["here", "near", "far", "here"]
    assert walk.step(made, "here", -1, drawn) == "far"


def test_alone_there_is_nowhere_to_walk() -> None:
    assert Neighbours().step(picture(), "here", 1, [0]) == ""
    assert around(picture(), "unheard of", [0, 1]) == ()
