"""What a command does, in words: customers and who they are, what is unknown, what must move with it, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.dialogs.outlook import Moves, Partner, effect_text, missing, moves, outlook, undo_text
from app.dialogs.since import changes_since
from app.texts import set_language
from backend.model.command import CommandState, Interlock
from backend.model.isolation import Consequence, Losses, Together, ZoneLoss
from backend.model.live import TagSnapshot
from backend.model.plant import Asset, AssetKind, Device, QuantityKind, Registry
from backend.model.quality import GOOD
from tests.support.clock import START_US
from tests.support.command_site import point
from tests.support.commands import command

POSITION, UPSTREAM, FLOW, COMMAND, SETPOINT, OUTLET = range(6)
KPA = {"kind": QuantityKind.PRESSURE, "unit": "kPa", "precision": 0}
REGISTRY = Registry(
    assets=(
        Asset(id="Z-07", kind=AssetKind.AREA, name="Binjiang", name_zh="滨江"),
        Asset(id="K-014", kind=AssetKind.CUSTOMER, name="Glassworks", name_zh="玻璃厂"),
        Asset(id="R-12", kind=AssetKind.STATION, name="Binjiang station", name_zh="滨江站"),
    ),
    devices=(Device(id="XV-0417", model="motor-valve", asset="XV-0417", protocol="modbus"),),
    points=(
        point(POSITION, "XV-0417", "position", states={1: "open", 2: "closed"}),
        point(UPSTREAM, "XV-0417", "upstream_pressure", title="Upstream pressure", **KPA),
        point(FLOW, "XV-0417", "flow", title="Flow", kind=QuantityKind.FLOW, unit="m³/h", precision=0),
        point(COMMAND, "XV-0417", "command", writable=True),
        point(SETPOINT, "R-12", "run_a_setpoint", writable=True, **KPA),
        point(OUTLET, "R-12", "run_a_outlet_pressure", title="Run A outlet pressure", **KPA),
    ),
)
VALVES = {COMMAND: "XV-0417", 40: "XV-0422", 41: "XV-0415"}


@dataclass
class Desk:
    """As much of a backend as an outlook looks at."""

    commands: Sequence[Any] = ()
    quality: int = GOOD
    values: dict[int, float] = field(default_factory=lambda: {POSITION: 1, UPSTREAM: 352, FLOW: 2070, OUTLET: 360.5})

    @property
    def backend(self) -> Any:
        value = np.array([self.values.get(each.id, 0.0) for each in REGISTRY.points])
        times = np.full(len(value), START_US)
        snapshot = TagSnapshot(
            value=value,
            at=times,
            quality=np.full(len(value), self.quality, np.uint8),
            received_at=times,
            version=1,
            taken_at=START_US,
        )
        return SimpleNamespace(
            registry=REGISTRY,
            live=SimpleNamespace(snapshot=lambda: snapshot),
            commands=SimpleNamespace(snapshot=lambda: self.commands),
            network=SimpleNamespace(valve_of=lambda number: VALVES.get(number, "")),
            now=lambda: START_US,
        )


def told(
    customers: int = 0,
    *,
    works: tuple[str, ...] = (),
    zones: tuple[ZoneLoss, ...] = (),
    together: tuple[Together, ...] = (),
    **more: Any,
) -> Consequence:
    losses = Losses(
        customers=customers, homes=customers - len(works), works=works, peak_m3h=1549.0, nodes=(), zones=zones
    )
    base: dict[str, Any] = {
        "closing": ("XV-0417",),
        "opening": (),
        "not_drawn": (),
        "stations": (),
        "gains": 0,
        "unknown": (),
    }
    return Consequence(losses=losses, together=together, **(base | more))


ALONE = Moves(closing=("XV-0417",), opening=(), partners=())
PAIR = Moves(closing=("XV-0417", "XV-0422"), opening=(), partners=(Partner(valve="XV-0422", command="SIM-2"),))


def close(consequence: Consequence | None, asked: Moves = ALONE, **more: Any) -> Any:
    desk: Desk = more.pop("desk", Desk())
    return outlook(desk.backend, consequence, asked, point=COMMAND, action="close", value=None, **more)


def test_customers_are_split_and_works_named() -> None:
    zone = ZoneLoss(zone="Z-07", customers=3317, left=37_971, feeds=("R-12", "R-11", "R-13"))
    shown = close(told(3317, works=("K-014",), zones=(zone,)))

    assert (shown.number, shown.words) == ("3,317", "customers lose gas")
    assert shown.split == ("3,316 households", "1 works", "1,549 m³/h at peak")
    assert shown.critical == ("Glassworks K-014",)
    assert ("Binjiang Z-07", "37,971 keep gas, fed by R-12, R-11") in [(row.label, row.before) for row in shown.rows]


def test_the_same_in_chinese() -> None:
    set_language("zh_CN")
    shown = close(told(3317, works=("K-014",)))
    said = effect_text(told(3317))
    set_language("en")

    assert (shown.words, shown.split[0], shown.critical) == ("户停气", "3,316户居民", ("玻璃厂 K-014",))
    assert said == "3,317户停气"


def test_nobody_loses_gas_is_a_zero_with_its_reason() -> None:
    shown = close(told())

    assert (shown.number, shown.split) == ("0", ("every side keeps a feed",))


@pytest.mark.parametrize(
    ("consequence", "asked"),
    [(None, ALONE), (told(not_drawn=("XV-0417",)), ALONE), (None, Moves(closing=(), opening=(), partners=()))],
)
def test_what_is_not_known_is_said_and_has_no_number(consequence: Consequence | None, asked: Moves) -> None:
    shown = close(consequence, asked)

    assert (shown.number, shown.words, shown.split) == ("", "Consequence unknown", ())
    assert effect_text(None) == "Consequence unknown"


def test_a_closed_valve_lets_nothing_through_and_nothing_else_is_foretold() -> None:
    rows = {row.label: (row.before, row.after) for row in close(told()).rows}

    assert rows["Upstream pressure"] == ("352\u2009kPa", "")
    assert rows["Flow"] == ("2,070\u2009m³/h", "0\u2009m³/h")


def test_a_reading_that_is_not_good_is_not_shown_as_a_number() -> None:
    rows = {row.label: row.before for row in close(told(), desk=Desk(quality=0)).rows}

    assert rows["Flow"] == "— ?"


def test_a_set_point_moves_the_pressure_it_is_for() -> None:
    shown = outlook(
        Desk().backend,
        None,
        Moves(closing=(), opening=(), partners=()),
        point=SETPOINT,
        action="set",
        value=355.0,
    )

    assert [(row.label, row.before, row.after) for row in shown.rows] == [
        ("Run A outlet pressure", "360\u2009kPa", "355\u2009kPa")
    ]
    assert shown.words == "Consequence unknown"


def test_the_missing_valve_is_named_with_what_it_costs() -> None:
    both = told(together=(Together(valves=("XV-0422",), customers=3317),))

    assert close(both).together == "Isolates only together with XV-0422: then 3,317 customers lose gas."
    assert missing(both) == ("XV-0422",)
    assert missing(None) == ()
    assert close(told(5, together=both.together)).together == ""


def test_a_set_says_where_the_other_requests_stand() -> None:
    waits = close(told(3317), PAIR, alone=told()).together
    follows = close(
        told(3317), Moves(closing=PAIR.closing, opening=(), partners=(Partner(valve="XV-0422", command=""),))
    ).together

    assert waits == "Isolates only together with XV-0422. Its request SIM-2 is open."
    assert follows == "Counted together with XV-0422. Its request follows this one."


def test_unknown_positions_are_counted() -> None:
    assert "2 positions not known, taken as open" in close(told(unknown=("A", "B"))).note


def test_a_station_whose_inlet_loses_gas_is_a_row_of_its_own() -> None:
    assert ("Binjiang station R-12", "inlet loses gas") in [
        (row.label, row.before) for row in close(told(stations=("R-12",))).rows
    ]


def test_open_closes_and_the_plan_are_counted_together() -> None:
    other = command(CommandState.AWAITING_APPROVAL, id_="SIM-2", point=40, device="XV-0422")
    ended = command(CommandState.VERIFIED, id_="SIM-3", point=41, device="XV-0415")
    own = command(CommandState.AWAITING_APPROVAL, id_="SIM-1", point=COMMAND)
    backend = Desk(commands=(other, ended, own)).backend

    assert moves(backend, point=COMMAND, action="close", own="SIM-1") == PAIR
    with_plan = moves(backend, point=COMMAND, action="close", own="SIM-1", plan=(COMMAND, 40, 41))
    assert [(each.valve, each.command) for each in with_plan.partners] == [("XV-0422", "SIM-2"), ("XV-0415", "")]
    opened = moves(backend, point=COMMAND, action="open")
    assert (opened.closing, opened.opening) == ((), ("XV-0417",))
    assert not moves(backend, point=SETPOINT, action="set").known()


def test_how_to_undo_it() -> None:
    assert "relight" in undo_text("close", told(5), "")
    assert "relight" not in undo_text("close", told(), "")
    assert "closing" in undo_text("open", None, "")
    assert "360 kPa" in undo_text("set", None, "360 kPa")


def test_the_effect_in_a_list() -> None:
    assert effect_text(told(1)) == "1 customer loses gas"
    assert effect_text(told()) == "No customer loses gas"
    assert effect_text(told(gains=7)) == "7 customers get gas again"


MET = Interlock(name="Local key in remote", met=True, value_text="remote")
UNMET = Interlock(name="Local key in remote", met=False, value_text="local")
RESERVED = Interlock(name="No other command on this actuator", met=False, value_text="SIM-1")


def since(**changes: Any) -> tuple[str, ...]:
    known: dict[str, Any] = {
        "feedback": REGISTRY.points[POSITION],
        "now": 1.0,
        "quality": GOOD,
        "interlocks": (MET, RESERVED),
        "asked": told(),
        "alone": told(),
    }
    return changes_since(command().content, **(known | changes))


def test_nothing_changed_since_the_request() -> None:
    assert since() == ()
    assert since(asked=None) == since(alone=None) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"now": 2.0}, "XV-0417.position: open when asked for, now closed"),
        ({"quality": 0}, "XV-0417.position is not good any more: bad"),
        ({"interlocks": (UNMET,)}, "Local key in remote: not met any more"),
        ({"alone": told(90)}, "customers who lose gas by this valve alone: 0 when asked for, now 90"),
    ],
)
def test_each_change_since_the_request_is_said(changes: dict[str, Any], said: str) -> None:
    assert since(**changes) == (said,)
