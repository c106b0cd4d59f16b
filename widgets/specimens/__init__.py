"""The gallery's sheets: every widget in every state on made-up data; GUI thread only."""

from widgets.specimens import inputs, surfaces
from widgets.specimens.sheet import Sheet

SHEETS = (
    Sheet(name="inputs", make=inputs.make),
    Sheet(name="surfaces", make=surfaces.make),
    Sheet(name="dialog", make=surfaces.make_dialog),
)
