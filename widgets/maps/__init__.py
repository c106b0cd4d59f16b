"""The map: a scene of lines and symbols comes in, clicks and views go out as signals; GUI thread only.

Start: `MapBoard(name=…)`, `show_scene`, `show_looks`, `start_web`. The web engine is imported only by `start_web`.
"""

from widgets.maps.board import MapBoard
from widgets.maps.layers import Layer, LayerPanel, LayerRow
from widgets.maps.scale_bar import ScaleBar
from widgets.maps.schematic import Schematic

__all__ = ["Layer", "LayerPanel", "LayerRow", "MapBoard", "ScaleBar", "Schematic"]
