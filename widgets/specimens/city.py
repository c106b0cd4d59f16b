"""A whole network on made-up data: ring, abacus, the day, the fabric; calm values, alarms and lost readings."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtWidgets import QWidget

from widgets.city import Abacus, DayCurve, Fabric, OffNormal, Rod, Source, Station, Strand, SupplyRing, Tier, Titles
from widgets.notices.glyph import GlyphState
from widgets.readouts import Mark
from widgets.specimens.sheet import column, page

_STATIONS = ("Heping Rd", "Xinhua St", "South Lake", "Tech Park", "Binjiang", "Port")


def make() -> QWidget:
    """Everything of the package."""
    return page("City", column(_ring(), _abacus()), column(_day(), _fabric()))


def _ring() -> SupplyRing:
    titles = Titles(tiers="Line pack by pressure tier", stored="10³ m³", change="change / h", left="time to minimum")
    ring = SupplyRing(titles, name="Supply network")
    ring.show_supply(
        (
            Source(
                key="N", tag="NGS", name="North Gate", value="112,400", unit="m³/h", share=0.6,
                foot="3,620 → 1,520 kPa",
            ),
            Source(
                key="L", tag="LPS", name="LNG peak-shaving", value="5,100", unit="m³/h", share=math.nan,
                foot="780 → 1,510 kPa", mark=Mark.STALE, alarm=(3, GlyphState.UNACKNOWLEDGED),
            ),
        ),
        tuple(
            Station(
                key=name, tag=f"R-{index:02d}", name=name, value=f"{8 + index}.2",
                mark=Mark.BAD if index == 2 else Mark.GOOD,
                alarm=(1, GlyphState.UNACKNOWLEDGED) if index == 4 else None,
            )
            for index, name in enumerate(_STATIONS)
        ),
        (
            Tier(name="HP trunk", pipe="hp", share=0.7, minimum=0.5, stored="441.2", change="+0.4", left="steady"),
            Tier(
                name="MP-A", pipe="mpa", share=0.4, minimum=0.38, stored="90.6", change="−6.2", left="1.6 h",
                strong=True,
            ),
            Tier(name="LP", pipe="lp", share=math.nan, minimum=0.0, stored="—", change="—", left="—"),
        ),
    )  # fmt: skip
    ring.choose(_STATIONS[1])
    return ring


def _abacus() -> Abacus:
    abacus = Abacus(name="Pressure abacus", setpoint="set", unit="kPa")
    shares = (0.02, -0.05, 0.4, math.nan, -0.85, 0.1)
    marks = (Mark.GOOD, Mark.STALE, Mark.GOOD, Mark.BAD, Mark.GOOD, Mark.UNCERTAIN)
    abacus.show_rods(
        [
            Rod(
                key=name, label=f"{index:02d}", value="—" if math.isnan(share) else str(360 + round(40 * share)),
                share=share, mark=mark, alarm=(1, GlyphState.UNACKNOWLEDGED) if share < -0.7 else None,
            )
            for index, (name, share, mark) in enumerate(zip(_STATIONS, shares, marks, strict=True))
        ]
    )  # fmt: skip
    return abacus


def _day() -> DayCurve:
    hours = np.linspace(0, 24, 96)
    curve = 150 + 40 * np.sin(hours / 24 * 4 * np.pi)
    gap = (hours > 9) & (hours < 10)
    day = DayCurve(name="Demand today", now="now")
    day.show_day(
        np.where((hours <= 18) & ~gap, curve, np.nan), np.where(hours > 18, curve * 1.02, np.nan), hour=18.0, band=0.04
    )
    return day


def _fabric() -> Fabric:
    fabric = Fabric(name="Safety fabric")
    fabric.show_strands(
        (
            Strand(
                key="d", title="Gas detectors", count=1248, note="2 in alarm · 1 not heard",
                exceptions=(
                    OffNormal(share=0.6, priority=1, state=GlyphState.UNACKNOWLEDGED),
                    OffNormal(share=0.9, priority=3, state=GlyphState.ACKNOWLEDGED),
                ),
                dim=(0.2,),
            ),
            Strand(key="v", title="Vehicles", count=9, note="all normal"),
            Strand(key="n", title="Cathodic protection posts", count=0, note="none registered"),
        )
    )  # fmt: skip
    return fabric
