"""Planes, headers, rails and frames: texts come in, navigation intents go out as signals; GUI thread only."""

from widgets.surfaces.dialog import DialogFrame, Veil
from widgets.surfaces.disclosure import Disclosure
from widgets.surfaces.drawer import Drawer
from widgets.surfaces.empty import EmptyState
from widgets.surfaces.facts import Fact, FactList
from widgets.surfaces.header import Chevron, LevelBadge, PageHeader
from widgets.surfaces.lifeline import LifeLine, LifeStep
from widgets.surfaces.rail import Rail, RailEntry, RailItem
from widgets.surfaces.ring import ExpiryRing
from widgets.surfaces.stepper import Step, Stepper, StepState
from widgets.surfaces.surface import Card, Level, Surface

__all__ = [
    "Card",
    "Chevron",
    "DialogFrame",
    "Disclosure",
    "Drawer",
    "EmptyState",
    "ExpiryRing",
    "Fact",
    "FactList",
    "Level",
    "LevelBadge",
    "LifeLine",
    "LifeStep",
    "PageHeader",
    "Rail",
    "RailEntry",
    "RailItem",
    "Step",
    "StepState",
    "Stepper",
    "Surface",
    "Veil",
]
