"""Devices: rows of assets and devices become the registry, each point with its protocol binding.

In: rows from files (JSON, CSV, XLSX), the thing models, the registry as it was. Out: the new registry with point ids
that stay the same over re-imports, the binding and the actuators of its points, and the rows that could not be used,
numbered with reasons. No threads; pure but for reading the files.
"""

from backend.devices.binding import actuators, bind
from backend.devices.imports import ImportReport, import_devices, import_rows
from backend.devices.registry import BadRow, Numbered, Plan, build_registry, plan_registry
from backend.devices.rows import AssetRow, DeviceRow
from backend.devices.tables import RawRows, read_rows

__all__ = [
    "AssetRow",
    "BadRow",
    "DeviceRow",
    "ImportReport",
    "Numbered",
    "Plan",
    "RawRows",
    "actuators",
    "bind",
    "build_registry",
    "import_devices",
    "import_rows",
    "plan_registry",
    "read_rows",
]
