"""Which instrument plays a device of which thing model, and where in the city it feels what it shows."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Final

from backend.model.network import Network
from sims.city.fleet import fleet_in
from sims.city.sites import GasSite, sites_in
from sims.devices.battery_terminals import PressureLogger, RegulatorCabinet, ValveWell
from sims.devices.cng_station import CngStation
from sims.devices.flow_meter import FlowMeter
from sims.devices.gas_analyser import LNG, LPG, NORTH, WEST, GasAnalyser, Sense
from sims.devices.gas_holder_station import GasHolderStation
from sims.devices.leak_detector import LeakDetector
from sims.devices.line_valve import LineValve
from sims.devices.lng_station import LngStation
from sims.devices.lpg import vapour_kpa
from sims.devices.lpg_filling import LpgFillingPlant
from sims.devices.lpg_storage import LpgStorageStation
from sims.devices.moment import Instrument, Moment
from sims.devices.roads import Roads
from sims.devices.station_rtu import StationRtu
from sims.devices.vehicle import Vehicle


def _station(asset: str, network: Network, rng: random.Random) -> Instrument:
    runs = {run.id: run for run in network.regulators}
    return StationRtu(asset, {"a": runs[f"{asset}/A"], "b": runs[f"{asset}/B"]}, rng)


def _valve(asset: str, network: Network, rng: random.Random) -> Instrument:
    valve = next(valve for valve in network.valves if valve.id == asset)
    return LineValve(valve.id, valve.start, valve.end)


def _well(asset: str, network: Network, rng: random.Random) -> Instrument:
    return ValveWell(next(one for one in network.fittings if one.id == asset), rng)


def _cabinet(asset: str, network: Network, rng: random.Random) -> Instrument:
    fitting = next(one for one in network.fittings if one.id == asset)
    return RegulatorCabinet(fitting, _peak_m3h(network, fitting.node), rng)


def _logger(asset: str, network: Network, rng: random.Random) -> Instrument:
    return PressureLogger(next(one for one in network.fittings if one.id == asset), rng)


def _meter(asset: str, network: Network, rng: random.Random) -> Instrument:
    fitting = next(one for one in network.fittings if one.id == asset)
    return FlowMeter(fitting, _peak_m3h(network, fitting.node), rng)


def _peak_m3h(network: Network, node: str) -> float:
    return next(one.peak_m3h for one in network.nodes if one.id == node)


def _detector(asset: str, network: Network, rng: random.Random) -> Instrument:
    return LeakDetector(next(one for one in network.fittings if one.id == asset), rng)


def _vehicle(asset: str, network: Network, rng: random.Random) -> Instrument:
    car = next(car for car in fleet_in(network) if car.id == asset)
    return Vehicle(Roads(network), car.base, car.zone, rng, repair=car.repair)


def _lng(asset: str, network: Network, rng: random.Random) -> Instrument:
    return LngStation(asset, next(run for run in network.regulators if run.id == f"{asset}/A"), rng)


def _cng(asset: str, network: Network, rng: random.Random) -> Instrument:
    return CngStation(_site(asset, network).node, rng)


def _holder(asset: str, network: Network, rng: random.Random) -> Instrument:
    streets = _site(asset, network).node
    return GasHolderStation(streets.replace(".out", ".in"), streets, rng)


def _site(asset: str, network: Network) -> GasSite:
    return next(site for site in sites_in(network) if site.id == asset)


def _analyser(asset: str, network: Network, rng: random.Random) -> Instrument:
    """What a source's gas is, and where its pressure and temperature come from."""
    node = {site.id: site.node for site in sites_in(network)}.get(asset, f"{asset}.in")
    match asset:
        case "LPG-1":
            return GasAnalyser(LPG, "propane", _in_tank, rng, dewpoint_c=-48.0)
        case "LPS":
            return GasAnalyser(LNG, "methane", _at(node, 8.0), rng, dewpoint_c=-70.0)
        case "WGS":
            return GasAnalyser(WEST, "methane", _at(node, 8.4), rng, dewpoint_c=-14.0)
        case _:
            return GasAnalyser(NORTH, "methane", _at(node, 8.4), rng, dewpoint_c=-18.0)


def _at(node: str, celsius: float) -> Sense:
    return lambda moment: (moment.state.pressure_kpa[node], celsius)


def _in_tank(moment: Moment) -> tuple[float, float]:
    return vapour_kpa(8.5 + 0.1 * (moment.air_c - 6)), 8.5 + 0.1 * (moment.air_c - 6)


INSTRUMENTS: Final[Mapping[str, Callable[[str, Network, random.Random], Instrument]]] = {
    "station-rtu": _station,
    "motor-valve": _valve,
    "valve-well-monitor": _well,
    "regulator-cabinet": _cabinet,
    "pressure-logger": _logger,
    "ci-flow-meter": _meter,
    "leak-detector": _detector,
    "vehicle-tracker": _vehicle,
    "lng-station": _lng,
    "cng-station": _cng,
    "gas-holder-station": _holder,
    "lpg-storage-station": lambda _asset, _network, rng: LpgStorageStation(rng),
    "lpg-filling-plant": lambda _asset, _network, rng: LpgFillingPlant(rng),
    "gas-analyser": _analyser,
}
"""By thing-model id: asset, network and the device's own randomness make it."""
