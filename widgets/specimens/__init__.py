"""The gallery's sheets: every widget in every state on made-up data; GUI thread only."""

from widgets.specimens import city, inputs, maps, mimics, notices, readouts, surfaces, tables, trend
from widgets.specimens.sheet import Sheet

SHEETS = (
    Sheet(name="inputs", make=inputs.make),
    Sheet(name="surfaces", make=surfaces.make),
    Sheet(name="dialog", make=surfaces.make_dialog),
    Sheet(name="notices", make=notices.make),
    Sheet(name="readouts", make=readouts.make),
    Sheet(name="city", make=city.make),
    Sheet(name="mimic", make=mimics.make),
    Sheet(name="maps", make=maps.make),
    Sheet(name="tables", make=tables.make),
    Sheet(name="devices", make=tables.make_devices),
    Sheet(name="trend", make=trend.make),
)
