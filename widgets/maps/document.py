"""Build the map's page once with folium: its HTML without any script or style in it, and the script that makes the map.

Run as a program of its own (`python -P -m widgets.maps.document`), because folium takes seconds and a hundred megabytes
to import, none of which the console should pay; the two texts come out as JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

MAP: Final = "map_linepack"
"""The variable in which folium's script puts the map."""
STYLES: Final = ("leaflet.css", "map.css")
SCRIPTS: Final = (
    *("leaflet.js", "qwebchannel.js", "map.js"),
    *("sheet.js", "ground.js", "symbols.js", "labels.js", "question.js", "desk.js"),
)
"""In the order they are loaded; map.js is folium's."""


def build() -> dict[str, str]:
    """{"html": …, "script": …}; nothing in them points outside the page's own folder."""
    import folium

    made = folium.Map(
        location=(0.0, 0.0),
        zoom_start=8,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        attributionControl=False,
        keyboard=False,
        inertia=False,
        boxZoom=False,
        doubleClickZoom=False,
        fadeAnimation=False,
        zoomAnimation=False,
        markerZoomAnimation=False,
        minZoom=8,
        maxZoom=19,
    )
    made._id = MAP.removeprefix("map_")
    figure: Any = made.get_root()
    figure.render()
    head = [f'<link rel="stylesheet" href="{style}">' for style in STYLES]
    foot = [f'<script src="{script}"></script>' for script in SCRIPTS]
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><title>Linepack</title>',
        *head,
        "</head><body>",
        figure.html.render().strip(),
        *foot,
        "</body></html>",
    ]
    return {"html": "\n".join(lines), "script": figure.script.render().strip()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build()))
