"""The device rows of the city: which terminal stands on which asset, where it is reached, its tags and limits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from backend.model.network import Fitting, FittingKind, Network, Regulator, Valve
from sims.city.fleet import fleet_in
from sims.city.names import STATIONS, SUPPLIES
from sims.city.sites import GASIFICATION, sites_in, sources_in

Row = dict[str, Any]
OWN_RTU: Final = ("XV-0417", "XV-0422")
"""Valves with a Modbus RTU of their own."""
OVER_THE_AIR: Final = ("XV-0415", "XV-0424")
"""Valves that speak MQTT, beside those in the ties between zones."""
FIRST_VALVE_UNIT: Final = 11
"""Modbus unit of the first line valve behind a station's RTU; the station itself is unit 1."""
ANALYSER_UNIT: Final = 2
LNG_UNIT: Final = 3

_GATE_TAGS: Final = {
    "inlet_pressure": "PT-{n}01",
    "inlet_temperature": "TT-{n}01",
    "filter_a_dp": "PDT-{n}03A",
    "filter_b_dp": "PDT-{n}03B",
    "heater_outlet_temperature": "TT-{n}05",
    "run_a_outlet_pressure": "PT-{n}08A",
    "run_a_opening": "ZT-{n}08A",
    "run_a_slam_shut": "SSV-{n}06A",
    "run_a_setpoint": "SP-{n}08A",
    "run_b_outlet_pressure": "PT-{n}08B",
    "run_b_opening": "ZT-{n}08B",
    "run_b_slam_shut": "SSV-{n}06B",
    "run_b_setpoint": "SP-{n}08B",
    "flow": "FT-{n}10A",
    "odorant_level": "LT-{n}12",
    "odorant_concentration": "AT-{n}12",
    "outlet_pressure": "PT-{n}15",
    "outlet_temperature": "TT-{n}15",
}
_STATION_TAGS: Final = {
    "inlet_pressure": "PT-{n}01",
    "outlet_pressure": "PT-{n}02",
    "outlet_temperature": "TT-{n}02",
    "flow": "FT-{n}03",
    "filter_a_dp": "PDT-{n}04A",
    "filter_b_dp": "PDT-{n}04B",
    "run_a_opening": "ZT-{n}05A",
    "run_a_slam_shut": "SSV-{n}06A",
    "run_b_opening": "ZT-{n}05B",
    "run_b_slam_shut": "SSV-{n}06B",
    "room_ch4": "GD-{n}07",
}
_DISTRICT_LIMITS: Final = {
    "inlet_pressure": {"hh": 1700, "h": 1620, "l": 1000, "ll": 800},
    "outlet_pressure": {"hh": 420, "h": 390, "l": 330, "ll": 300},
}
_GATE_LIMITS: Final = {
    "inlet_pressure": {"hh": 4100, "h": 4000, "l": 2800, "ll": 2400},
    "outlet_pressure": {"hh": 1640, "h": 1600, "l": 1440, "ll": 1380, "deadband": 5},
}
_LNG_LIMITS: Final = _GATE_LIMITS | {"inlet_pressure": {"hh": 2500, "h": 2400, "l": 1900, "ll": 1700}}
_NONE: Final = {"hh": None, "h": None, "l": None, "ll": None}
_QUALITY_LIMITS: Final = {
    "CNG-1": {"pressure": {"hh": 440, "h": 420, "l": 180, "ll": 120}},
    "LPG-1": {
        "methane": _NONE,
        "ethane": _NONE,
        "propane": _NONE | {"l": 50, "ll": 40},
        "butanes": _NONE | {"h": 45, "hh": 55},
        # Winter LPG: 20Y of GB/T 13611 is 72.9 to 87.3 MJ/m³.
        "wobbe_index": {"hh": 87, "h": 85, "l": 75, "ll": 73},
        "gross_calorific_value": {"hh": 120, "h": 115, "l": 95, "ll": 92},
        "pressure": {"hh": 1600, "h": 1300, "l": 120, "ll": 60},
    },
}
_LOW_FLOW_LIMITS: Final = {"flow": {"h": 40_000}}


def device_rows(network: Network, *, host: str, modbus_port: int) -> list[Row]:
    """Rows as `linepack import devices` takes them. Modbus ports count up from `modbus_port`, one per RTU."""
    ports = count(modbus_port)
    places = (*_stations(network), *OWN_RTU, *(site.id for site in sites_in(network)))
    at = {place: {"host": host, "port": next(ports), "unit": 1} for place in places}
    return [
        *_rtus(network, at),
        *_valves(network, at),
        *(_over_the_air(fitting) for fitting in network.fittings),
        *_control_systems(network, at),
        *_analysers(network, at),
        *_trackers(network),
    ]


def _stations(network: Network) -> list[str]:
    nodes = {node.id for node in network.nodes}
    return [one.id for one in (*SUPPLIES, *STATIONS) if f"{one.id}.in" in nodes]


def _rtus(network: Network, at: dict[str, Row]) -> Iterator[Row]:
    runs = {run.id: run for run in network.regulators}
    for station in _stations(network):
        gate = not station.startswith("R-")
        number = str([supply.id for supply in SUPPLIES].index(station) + 1) if gate else station.removeprefix("R-")
        limits = (_LNG_LIMITS if station == "LPS" else _GATE_LIMITS) if gate else _DISTRICT_LIMITS | _LOW_FLOW_LIMITS
        yield {
            "id": station,
            "model": "station-rtu",
            "asset": station,
            "protocol": "modbus",
            "address": at[station],
            "short_code": station.replace("-", ""),
            "remote_enabled": True,
            "tags": {name: tag.format(n=number) for name, tag in (_GATE_TAGS if gate else _STATION_TAGS).items()},
            "limits": limits,
            "ranges": {f"run_{run}_setpoint": _span(runs[f"{station}/{run.upper()}"]) for run in "ab"},
        }


def _span(run: Regulator) -> Row:
    return {"low": run.setpoint_low_kpa, "high": run.setpoint_high_kpa}


def _valves(network: Network, at: dict[str, Row]) -> Iterator[Row]:
    """Valves in the ring and in the mains hang on the nearest station's RTU."""
    units = {station: count(FIRST_VALVE_UNIT) for station in at}
    for valve in sorted(network.valves, key=lambda valve: valve.id):
        if not valve.id.startswith("XV-"):
            continue
        row: Row = {"id": valve.id, "model": "motor-valve", "asset": valve.id}
        station = _nearest(valve, network)
        if valve.id in OWN_RTU:
            row |= {"protocol": "modbus", "address": at[valve.id]}
        elif valve.id in OVER_THE_AIR or not valve.street:
            row |= {"protocol": "mqtt", "address": {}}
        else:
            row |= {"protocol": "modbus", "address": at[station] | {"unit": next(units[station])}}
        yield row | {"short_code": valve.id.removeprefix("XV-"), "remote_enabled": True}


def _nearest(valve: Valve, network: Network) -> str:
    at = {node.id: (node.lon, node.lat) for node in network.nodes}
    lon, lat = at[valve.start]
    return min(_stations(network), key=lambda one: (at[f"{one}.in"][0] - lon) ** 2 + (at[f"{one}.in"][1] - lat) ** 2)


_MODELS: Final = {
    FittingKind.WELL: "valve-well-monitor",
    FittingKind.CABINET: "regulator-cabinet",
    FittingKind.LOGGER: "pressure-logger",
    FittingKind.WORKS: "ci-flow-meter",
    FittingKind.DETECTOR: "leak-detector",
}


def _over_the_air(fitting: Fitting) -> Row:
    row: Row = {
        "id": fitting.id,
        "model": _MODELS[fitting.fitting],
        "asset": fitting.id,
        "protocol": "mqtt",
        "address": {},
        "short_code": fitting.id.replace("-", ""),
        "remote_enabled": fitting.fitting is FittingKind.CABINET,
    }
    if fitting.fitting is FittingKind.WELL:
        number = fitting.id.removeprefix("VW-")
        row["tags"] = {"ch4": f"GD-{number}-CH4", "water_level": f"LT-{number}", "lid": f"ZS-{number}-LID"}
    return row


def _control_systems(network: Network, at: dict[str, Row]) -> Iterator[Row]:
    if GASIFICATION in at:
        address = at[GASIFICATION] | {"unit": LNG_UNIT}
        yield _wired(f"{GASIFICATION}-LNG", "lng-station", GASIFICATION, address)
    for site in sites_in(network):
        yield _wired(site.id, site.model, site.id, at[site.id])


def _analysers(network: Network, at: dict[str, Row]) -> Iterator[Row]:
    """Behind the gateway of their station."""
    for source in sources_in(network):
        row = _wired(f"{source}-GQ", "gas-analyser", source, at[source] | {"unit": ANALYSER_UNIT})
        yield row | {"limits": _QUALITY_LIMITS.get(source, {})}


def _trackers(network: Network) -> Iterator[Row]:
    for car in fleet_in(network):
        yield {"id": car.id, "model": "vehicle-tracker", "asset": car.id, "protocol": "mqtt", "address": {}}


def _wired(id_: str, model: str, asset: str, address: Row) -> Row:
    return {"id": id_, "model": model, "asset": asset, "protocol": "modbus", "address": address}
