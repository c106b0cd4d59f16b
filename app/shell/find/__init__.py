"""Find anything (`/` or Ctrl+K): one field over points, places, alarms, commands, devices, pages and people."""
