"""Read everything derived from samples, and note the points whose rows are not what was written."""

from __future__ import annotations

import sqlite3

from backend.store.blob import DamagedError
from backend.store.groups import Damage
from backend.store.rolled import shelf
from backend.store.rolled.leaf import grains_in, samples_in, samples_of


def check(raw: sqlite3.Connection, damage: Damage) -> None:
    """As long as the disk takes."""
    lost = damage.lost()
    for leaf in shelf.each_leaf(raw):
        if (leaf.tier, leaf.point, leaf.first) in lost:
            continue
        try:
            grains_in(leaf) if leaf.tier else samples_in(leaf)
        except DamagedError as error:
            damage.note_rolled(leaf.point, str(error))
    for piece in shelf.each_piece(raw):
        try:
            samples_of(piece)
        except DamagedError as error:
            damage.note_rolled(piece.point, str(error))
