"""A whole network in one look: supply ring, pressure abacus, day curve, safety fabric; plain values in, intents out.

GUI thread only. Every piece paints itself from frozen rows, walks by the arrow keys, and says in words what it shows.
"""

from widgets.city.abacus import Abacus, Rod, share_of
from widgets.city.day import DayCurve
from widgets.city.fabric import Fabric, OffNormal, Strand
from widgets.city.ring import Source, Station, SupplyRing, Tier, Titles

__all__ = [
    "Abacus",
    "DayCurve",
    "Fabric",
    "OffNormal",
    "Rod",
    "Source",
    "Station",
    "Strand",
    "SupplyRing",
    "Tier",
    "Titles",
    "share_of",
]
