"""Lay out what feeds the streets: high-pressure trunks, the supplies, the sub-high ring, the stations' regulators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from backend.model.network import Regulator, Source, Tier, Valve
from sims.city.draw import Board
from sims.city.names import SUPPLIES, Station, Supply
from sims.city.sizes import Size, peak_m3h
from sims.city.streets import CELL_U_M, CELL_V_M, corner

_CORNERS: Final = {"north": (-1900.0, 1900.0), "west": (-8600.0, 0.0), "south-west": (-8400.0, -1800.0)}
_RING_VALVES: Final = 13
RING: Final = "Second Ring"


def lay_ring(board: Board, size: Size, valves: Iterator[str]) -> None:
    """The sub-high ring through all stations; the small city has one line to each station instead."""
    for station in size.stations:
        _lay_station(board, station)
    for place in {supply.joins: None for supply in size.supplies}:
        board.node(f"J-{place}", Tier.SHP, *_CORNERS[place])
    if not size.section_valves:
        for station in size.stations:
            board.pipe("J-north", f"{station.id}.in", 400.0, street=RING)
        return
    north = [f"{station.id}.in" for station in sorted(size.stations, key=lambda one: one.column) if station.row == 1]
    south = [f"{station.id}.in" for station in sorted(size.stations, key=lambda one: -one.column) if station.row == 0]
    gate = north.index("R-02.in") + 1
    stops = [*north[:gate], "J-north", *north[gate:], *south, "J-south-west", "J-west"]
    for number, (start, end) in enumerate([*pairwise(stops), (stops[-1], stops[0])]):
        (u1, v1), (u2, v2) = board.places[start], board.places[end]
        half = board.node(f"J-{number:02d}", Tier.SHP, (u1 + u2) / 2, (v1 + v2) / 2)
        board.pipe(start, half, 600.0, street=RING)
        board.pipe(half, end, 600.0, street=RING, valve=next(valves) if number < _RING_VALVES else None)


def lay_supply(board: Board, supply: Supply, size: Size, valves: Iterator[str]) -> None:
    """The trunk from the edge of the model, the gate's regulators, and the line into the ring."""
    far = board.node(f"{supply.id}.far", Tier.HP, supply.u * 1.6, supply.v * 1.6)
    half = board.node(f"{supply.id}.half", Tier.HP, supply.u * 1.3, supply.v * 1.3)
    inlet = board.node(f"{supply.id}.in", Tier.HP, supply.u, supply.v)
    outlet = board.node(f"{supply.id}.out", Tier.SHP, supply.u + 40, supply.v - 40)
    board.sources.append(Source(id=supply.id, node=far, pressure_kpa=supply.source_kpa))
    for start, end in ((far, half), (half, inlet)):
        board.pipe(start, end, 500.0, length_m=supply.line_km * 500)
    # A city with fewer supplies has smaller ones, so that they work in the middle of their range too.
    share = size.share() * sum(one.capacity_m3h for one in SUPPLIES) / sum(one.capacity_m3h for one in size.supplies)
    duty = Regulator(
        id=f"{supply.id}/A",
        start=f"{supply.id}.reg",
        end=outlet,
        capacity_m3h=round(supply.capacity_m3h * share),
        design_inlet_kpa=supply.source_kpa * 0.95,
        setpoint_kpa=supply.setpoint_kpa,
        setpoint_low_kpa=1400,
        setpoint_high_kpa=1560,
        monitor_kpa=1620,
        slam_shut_kpa=1760,
    )
    _lay_runs(board, duty, standby_share=1.0)
    board.pipe(outlet, f"J-{supply.joins}", 600.0, valve=next(valves) if size.section_valves else None)


def _lay_station(board: Board, station: Station) -> None:
    u0, v0 = corner(station)
    board.node(f"{station.id}.in", Tier.SHP, u0 + CELL_U_M / 2, v0 + CELL_V_M / 2, station.zone)
    duty = Regulator(
        id=f"{station.id}/A",
        start=f"{station.id}.reg",
        end=f"{station.id}.out",
        capacity_m3h=round(station.runs[0] * peak_m3h(station)),
        design_inlet_kpa=1450,
        setpoint_kpa=360,
        setpoint_low_kpa=300,
        setpoint_high_kpa=380,
        monitor_kpa=400,
        slam_shut_kpa=440,
    )
    _lay_runs(board, duty, standby_share=station.runs[1] / station.runs[0])


def _lay_runs(board: Board, duty: Regulator, *, standby_share: float) -> None:
    """The inlet valve, the duty run A and the standby run B, which takes over 2.8 % lower and trips a little later."""
    station, tier = duty.id.removesuffix("/A"), board.nodes[f"{duty.id.removesuffix('/A')}.in"].tier
    u, v = board.places[f"{station}.in"]
    board.node(duty.start, tier, u + 10, v - 10, board.nodes[f"{station}.in"].zone)
    board.valves.append(Valve(id=f"{station}/XV", tier=tier, start=f"{station}.in", end=duty.start, diameter_mm=300))
    board.regulators.append(duty)
    board.regulators.append(
        replace(
            duty,
            id=f"{station}/B",
            capacity_m3h=round(duty.capacity_m3h * standby_share),
            setpoint_kpa=standby_setpoint_kpa(duty.setpoint_kpa),
            slam_shut_kpa=round(duty.slam_shut_kpa * 1.03),
        )
    )


def standby_setpoint_kpa(duty_kpa: float) -> float:
    """Where the standby run takes over."""
    return float(round(duty_kpa * 0.972))
