"""Names and sizes of the made-up city of Linjiang (临江); any likeness to a real place is chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """A place where gas enters. u, v: metres along and across the river from the city's middle."""

    id: str
    name: str
    name_zh: str
    u: float
    v: float
    line_km: float
    """Length of the trunk from the edge of the model."""
    source_kpa: float
    setpoint_kpa: float
    capacity_m3h: float
    joins: str
    """Ring corner it feeds into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A district regulator station and its cell of the street grid (column from south-west, row 0 at the river)."""

    id: str
    name: str
    name_zh: str
    zone: str
    column: int
    row: int
    peak_10e3_m3h: float
    runs: tuple[float, float] = (1.05, 0.25)
    """Capacity of the duty and the standby run, as a share of the peak flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A pressure zone with its customers."""

    id: str
    name: str
    name_zh: str
    customers: int


SUPPLIES: Final = (
    Supply(
        id="NGS", name="North Gate", name_zh="北门站", u=-1500, v=5600, line_km=22,
        source_kpa=3900, setpoint_kpa=1520, capacity_m3h=185_000, joins="north",
    ),
    Supply(
        id="WGS", name="West Gate", name_zh="西门站", u=-11500, v=400, line_km=26,
        source_kpa=3700, setpoint_kpa=1515, capacity_m3h=115_000, joins="west",
    ),
    Supply(
        id="LPS", name="LNG peak-shaving", name_zh="LNG调峰站", u=-9800, v=-3600, line_km=0.4,
        source_kpa=2200, setpoint_kpa=1510, capacity_m3h=8_500, joins="south-west",
    ),
)  # fmt: skip

STATIONS: Final = (
    Station(id="R-01", name="Heping Rd", name_zh="和平路", zone="Z-01", column=3, row=1, peak_10e3_m3h=12.4),
    Station(id="R-02", name="Xinhua St", name_zh="新华街", zone="Z-02", column=2, row=1, peak_10e3_m3h=10.8),
    Station(id="R-03", name="South Lake", name_zh="南湖", zone="Z-06", column=3, row=0, peak_10e3_m3h=9.6),
    Station(id="R-04", name="Tech Park", name_zh="科技园", zone="Z-05", column=7, row=1, peak_10e3_m3h=14.2),
    Station(id="R-05", name="Renmin E", name_zh="人民东路", zone="Z-01", column=4, row=1, peak_10e3_m3h=11.7),
    Station(id="R-06", name="Renmin W", name_zh="人民西路", zone="Z-04", column=0, row=1, peak_10e3_m3h=10.1),
    Station(id="R-07", name="Beiguan", name_zh="北关", zone="Z-02", column=1, row=1, peak_10e3_m3h=8.9),
    Station(id="R-08", name="East City", name_zh="城东", zone="Z-03", column=5, row=1, peak_10e3_m3h=12.9),
    Station(id="R-09", name="West City", name_zh="城西", zone="Z-04", column=0, row=0, peak_10e3_m3h=11.0),
    Station(id="R-10", name="Longmen", name_zh="龙门", zone="Z-09", column=1, row=0, peak_10e3_m3h=7.8),
    Station(id="R-11", name="Qiaonan", name_zh="桥南", zone="Z-06", column=4, row=0, peak_10e3_m3h=9.2),
    Station(
        id="R-12", name="Binjiang", name_zh="滨江", zone="Z-07", column=5, row=0, peak_10e3_m3h=11.6, runs=(0.98, 0.10)
    ),
    Station(id="R-13", name="Port", name_zh="港口", zone="Z-08", column=6, row=0, peak_10e3_m3h=16.3),
    Station(id="R-14", name="Univ. Town", name_zh="大学城", zone="Z-09", column=2, row=0, peak_10e3_m3h=12.1),
    Station(id="R-15", name="Airport", name_zh="机场", zone="Z-03", column=6, row=1, peak_10e3_m3h=10.6),
    Station(id="R-16", name="Hi-tech S", name_zh="高新南", zone="Z-05", column=7, row=0, peak_10e3_m3h=10.3),
)

ZONES: Final = (
    Zone(id="Z-01", name="Old Town", name_zh="老城", customers=58_214),
    Zone(id="Z-02", name="North", name_zh="城北", customers=47_105),
    Zone(id="Z-03", name="East", name_zh="城东", customers=62_340),
    Zone(id="Z-04", name="West", name_zh="城西", customers=51_877),
    Zone(id="Z-05", name="Tech Park", name_zh="科技园", customers=33_962),
    Zone(id="Z-06", name="South Lake", name_zh="南湖", customers=44_510),
    Zone(id="Z-07", name="Binjiang", name_zh="滨江", customers=41_286),
    Zone(id="Z-08", name="Port", name_zh="港口", customers=28_733),
    Zone(id="Z-09", name="Univ. Town", name_zh="大学城", customers=44_779),
)

STREETS: Final = (
    ("Heping Road", "和平路"), ("Xinhua Street", "新华街"), ("Renmin Road", "人民路"), ("Port Street", "港口街"),
    ("Second Ring", "二环路"), ("Jiefang Road", "解放路"), ("Zhongshan Road", "中山路"), ("Wenhua Road", "文化路"),
    ("Gongye Road", "工业路"), ("Xueyuan Road", "学院路"), ("Guangming Street", "光明街"), ("Chang'an Road", "长安路"),
)  # fmt: skip
AVENUE: Final = ("Binjiang Avenue", "滨江大道")
ROADS: Final = dict([*STREETS, AVENUE])
"""Every road by its English name."""

WORKS: Final = (
    ("Linjiang Brewery", "临江啤酒厂"), ("Donghai Textiles", "东海纺织"), ("City Laundry", "城市洗涤"),
    ("First Steelworks", "第一钢厂"), ("Yuhe Ceramics", "玉河陶瓷"), ("Port Cold Store", "港口冷库"),
    ("Hengda Foundry", "恒大铸造"), ("Lakeside Hotel", "湖滨酒店"), ("Central Heating 2", "第二供热站"),
    ("University Boiler House", "大学锅炉房"), ("Airport Energy Centre", "机场能源中心"), ("Food Park", "食品园"),
    ("Xinhua Printing", "新华印务"), ("Glassworks", "玻璃厂"), ("Hi-tech Chips", "高新芯片"),
    ("Beiguan Dairy", "北关乳业"), ("People's Hospital", "人民医院"), ("Grand Theatre", "大剧院"),
    ("Auto Paint", "汽车涂装"), ("Westside Bakery", "城西面包厂"),
)  # fmt: skip
"""Customers K-001 to K-020; K-014 is the glassworks on Binjiang Avenue."""
