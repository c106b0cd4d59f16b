"""PAGES: every page of the console in the order of the rail."""

from __future__ import annotations

from typing import Final

from app.page import PageSpec
from app.pages.alarms.page import SPEC as ALARMS
from app.pages.audit.page import SPEC as AUDIT
from app.pages.commands.page import SPEC as COMMANDS
from app.pages.devices.page import SPEC as DEVICES
from app.pages.gas_quality.page import SPEC as GAS_QUALITY
from app.pages.map.page import SPEC as MAP
from app.pages.overview.page import SPEC as OVERVIEW
from app.pages.people.page import SPEC as PEOPLE
from app.pages.setup.page import SPEC as SETUP
from app.pages.stations.page import SPEC as STATIONS
from app.pages.things.page import SPEC as MODELS
from app.pages.trends.page import SPEC as TRENDS

PAGES: Final[tuple[PageSpec, ...]] = (
    OVERVIEW,
    STATIONS,
    TRENDS,
    ALARMS,
    MAP,
    COMMANDS,
    DEVICES,
    AUDIT,
    GAS_QUALITY,
    MODELS,
    PEOPLE,
    SETUP,
)
