"""The made-up city: the same seed gives the same city, it has the size it says, and a site can register it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest

from backend.devices.registry import build_registry
from backend.devices.rows import AssetRow, DeviceRow
from backend.errors import ConfigError
from backend.model.network import FittingKind, Ground, Network, Tier
from backend.model.plant import Registry
from backend.network.geojson import from_geojson, to_geojson
from backend.site import load, thing_models
from sims.city import City, generate, plan_city
from sims.city.names import ZONES
from sims.city.network import draw_city
from sims.city.streets import SECTION


@pytest.fixture(scope="module")
def city() -> City:
    return plan_city(seed=1)


@pytest.fixture(scope="module")
def small() -> City:
    return plan_city(seed=1, size="small")


def graph_without(network: Network, *valves: str) -> nx.MultiGraph:
    graph = nx.MultiGraph((pipe.start, pipe.end) for pipe in network.pipes)
    graph.add_edges_from((valve.start, valve.end) for valve in network.valves if valve.id not in valves)
    return graph


def test_same_seed_same_city(city: City) -> None:
    assert plan_city(seed=1) == city


def test_another_seed_another_city(city: City) -> None:
    assert plan_city(seed=2).network != city.network


def test_the_city_has_its_size(city: City) -> None:
    network = city.network
    assert [source.id for source in network.sources] == ["NGS", "WGS", "LPS"]
    assert {run.id for run in network.regulators if run.id.startswith("R-")} == {
        f"R-{number:02d}/{run}" for number in range(1, 17) for run in "AB"
    }
    assert 1100 <= len(network.pipes) <= 1300
    assert 55 <= sum(valve.id.startswith("XV-") for valve in network.valves) <= 65
    assert Counter(fitting.fitting for fitting in network.fittings) == {
        FittingKind.WELL: 40,
        FittingKind.CABINET: 40,
        FittingKind.LOGGER: 24,
        FittingKind.WORKS: 20,
        FittingKind.DETECTOR: 60,
    }
    assert {"XV-0417", "XV-0422"} <= {valve.id for valve in network.valves}
    assert {"VW-0417", "VW-0418"} <= {fitting.id for fitting in network.fittings}


def test_the_small_city_is_small(small: City) -> None:
    network = small.network
    assert len(network.sources) == 1
    assert {run.id for run in network.regulators} == {f"{one}/{run}" for one in ("NGS", "R-11", "R-12") for run in "AB"}
    assert 35 <= len(network.pipes) <= 50
    assert sum(valve.id.startswith("XV-") for valve in network.valves) == 4


@pytest.mark.parametrize("size", ["city", "small"])
def test_every_node_is_fed(size: str) -> None:
    network = plan_city(seed=3, size=size).network
    graph = nx.Graph(graph_without(network))
    graph.add_edges_from((run.start, run.end) for run in network.regulators)
    assert set(graph) == {node.id for node in network.nodes}
    assert nx.is_connected(graph)


@pytest.mark.parametrize("size", ["city", "small"])
def test_two_valves_isolate_the_section(size: str) -> None:
    network = plan_city(seed=3, size=size).network
    fed = {run.end for run in network.regulators}
    outlets = {run.end for run in network.regulators if run.id.startswith("R-")}
    cut = nx.node_connected_component(nx.Graph(graph_without(network, "XV-0417", "XV-0422")), SECTION[1])
    assert set(SECTION) < cut
    assert not cut & fed
    for lone in ("XV-0417", "XV-0422"):
        assert nx.node_connected_component(nx.Graph(graph_without(network, lone)), SECTION[1]) & outlets


def test_customers_and_flow_add_up(city: City) -> None:
    nodes = city.network.nodes
    assert sum(node.customers for node in nodes) == 412_806
    assert {zone.id: sum(node.customers for node in nodes if node.zone == zone.id) for zone in ZONES} == {
        zone.id: zone.customers for zone in ZONES
    }
    assert sum(node.peak_m3h for node in nodes) == pytest.approx(196_000, rel=1e-4)


def test_it_lies_near_its_place(city: City) -> None:
    assert all(abs(node.lon - 121.3) < 0.3 and abs(node.lat - 30.9) < 0.3 for node in city.network.nodes)


def test_tiers_stand_in_their_ranges(city: City) -> None:
    for tier, low, high in ((Tier.HP, 1600, 4000), (Tier.SHP, 800, 1600), (Tier.MP, 200, 400)):
        pressures = [node.design_kpa for node in city.network.nodes if node.tier is tier and "LPS" not in node.id]
        assert pressures
        assert all(low <= pressure <= high for pressure in pressures)


def test_geojson_gives_the_network_back(city: City) -> None:
    document = json.loads(json.dumps(to_geojson(city.network, name="Linjiang", seed=1)))
    assert from_geojson(document, file="network.geojson") == city.network


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "is not a GeoJSON FeatureCollection"),
        ({"features": [{"properties": {"kind": "bridge"}, "geometry": {}}]}, "feature 0 .*bridge"),
        (
            {
                "features": [
                    {
                        "properties": {"kind": "source", "id": "S", "node": "N", "pressure_kpa": 1},
                        "geometry": {"coordinates": [0, 0]},
                    }
                ]
            },
            "S ends at N, which is not a node",
        ),
    ],
)
def test_a_wrong_network_file_is_named(document: object, reason: str) -> None:
    with pytest.raises(ConfigError, match=f"n.geojson: {reason}"):
        from_geojson(document, file="n.geojson")


@pytest.mark.parametrize(("size", "devices"), [("city", 460), ("small", 21)])
def test_a_site_registers_every_row(tmp_path: Path, size: str, devices: int) -> None:
    city = generate(tmp_path / "site", seed=1, size=size)
    site = load(tmp_path / "site")
    rows = json.loads((site.folder / "registry" / "devices.json").read_text("utf-8"))
    registry, forms = build_registry(
        [AssetRow.model_validate_json(json.dumps(row)) for row in city.assets],
        [DeviceRow.model_validate_json(json.dumps(row)) for row in rows],
        thing_models(site.folder),
        Registry(),
        site.id,
    )
    assert site.mode == "simulator"
    assert len(registry.devices) == len(rows) == devices
    assert len(forms) == len(registry.points)
    tags = {point.tag for point in registry.points}
    assert {"PT-1202", "GD-0418-CH4", "XV-0417.CMD", "PT-115"} <= tags


def test_files_are_put_into_a_site_that_is_there(tmp_path: Path) -> None:
    generate(tmp_path / "site", seed=1, size="small")
    before = (tmp_path / "site" / "site.toml").read_text("utf-8")
    generate(tmp_path / "site", seed=2, size="small", modbus_port=16000, broker_url="mqtt://127.0.0.1:1999")
    assert (tmp_path / "site" / "site.toml").read_text("utf-8") == before
    assert '"port": 16000' in (tmp_path / "site" / "registry" / "devices.json").read_text("utf-8")


def test_an_unknown_size_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no city of size 'huge' .*city, small"):
        plan_city(seed=1, size="huge")


@pytest.mark.parametrize("size", ["city", "small"])
def test_the_river_runs_beside_the_avenue_and_no_street_of_the_town_lies_in_water(size: str) -> None:
    network = draw_city(size, 1)
    water = [land for land in network.lands if land.ground is Ground.WATER]
    assert {land.name_zh for land in water} == {"清河"}
    assert any(land.ground is Ground.PARK for land in network.lands)
    for node in network.nodes:
        wet = [land.id for land in water if _inside((node.lon, node.lat), land.corners)]
        assert wet == [] or node.tier is not Tier.MP, node.id


def _inside(at: tuple[float, float], corners: tuple[tuple[float, float], ...]) -> bool:
    """Whether a ray to the east crosses the edge an odd number of times."""
    crossed = False
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        crossed ^= (y1 > at[1]) != (y2 > at[1]) and at[0] < x1 + (at[1] - y1) / (y2 - y1) * (x2 - x1)
    return crossed
