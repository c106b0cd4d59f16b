"""Draw all pipes of a mimic as one layer: solid flows, hollow stands, dashed is empty, hatched is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.mimic.gas import PipeState
from widgets.theme import current, px
from widgets.theme.strokes import hatch

WIDTH = 8
_WALL = 1.5
_DASH = (1.1, 0.8)
_HATCH = 5
_ORDER = (PipeState.UNKNOWN, PipeState.EMPTY, PipeState.GAS, PipeState.FLOWING)


@dataclass(slots=True, kw_only=True)
class _Piece:
    path: QPainterPath
    tier: str
    state: PipeState


def trimmed(points: Sequence[QPointF], start: float, end: float) -> QPainterPath:
    """A path over these points, so much shorter at its ends."""
    corners = list(points)
    corners[0] = _toward(corners[0], corners[1], start)
    corners[-1] = _toward(corners[-1], corners[-2], end)
    path = QPainterPath(corners[0])
    for corner in corners[1:]:
        path.lineTo(corner)
    return path


def _toward(here: QPointF, there: QPointF, by: float) -> QPointF:
    across, down = there.x() - here.x(), there.y() - here.y()
    length = (across * across + down * down) ** 0.5
    return here + QPointF(across, down) * (min(by, length) / length) if length > 0 else here


def paint_pipe(painter: QPainter, path: QPainterPath, state: PipeState, colour: QColor) -> None:
    """Draw one pipe by itself, as in a legend."""
    _outer(painter, path, state, colour)
    _inner(painter, path, state)


def _outer(painter: QPainter, path: QPainterPath, state: PipeState, colour: QColor) -> None:
    cap = Qt.PenCapStyle.FlatCap if state is PipeState.EMPTY else Qt.PenCapStyle.SquareCap
    line = current().line3 if state is PipeState.UNKNOWN else colour
    pen = QPen(line, px(WIDTH), Qt.PenStyle.SolidLine, cap, Qt.PenJoinStyle.MiterJoin)
    if state is PipeState.EMPTY:
        pen.setDashPattern(list(_DASH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawPath(path)


def _inner(painter: QPainter, path: QPainterPath, state: PipeState) -> None:
    if state is PipeState.FLOWING:
        return
    theme = current()
    wide = px(WIDTH) - 2 * _WALL * theme.scale
    brushes = [QBrush(theme.bg2)]
    if state is PipeState.UNKNOWN:
        brushes.append(hatch(theme.text3, step=_HATCH, width=1.25))
    for brush in brushes:
        # The hollow reaches as far as the wall: ends stay open, so that pieces join without a line across.
        pen = QPen(brush, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawPath(path)


class PipeLayer(QGraphicsItem):
    """Every pipe of the mimic. All walls are drawn before all hollows, so that they join."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[_Piece] = []
        self._room = QRectF()
        self.setZValue(-1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def lay(self, paths: Sequence[QPainterPath], tiers: Sequence[str], room: QRectF) -> None:
        """Place the pipes anew; their states stay as they were."""
        self.prepareGeometryChange()
        states = [piece.state for piece in self._pieces]
        states += [PipeState.UNKNOWN] * (len(paths) - len(states))
        self._pieces = [
            _Piece(path=path, tier=tier, state=state) for path, tier, state in zip(paths, tiers, states, strict=False)
        ]
        self._room = room
        self.update()

    def show_states(self, states: Sequence[PipeState], tiers: Sequence[str]) -> None:
        """Show what is in the pipes; only what changed is painted again."""
        for piece, state, tier in zip(self._pieces, states, tiers, strict=True):
            if (piece.state, piece.tier) != (state, tier):
                piece.state, piece.tier = state, tier
                reach = px(WIDTH) * 2
                self.update(piece.path.boundingRect().adjusted(-reach, -reach, reach, reach))

    def states(self) -> tuple[PipeState, ...]:
        """What is shown."""
        return tuple(piece.state for piece in self._pieces)

    def boundingRect(self) -> QRectF:
        return self._room

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ordered = sorted(self._pieces, key=lambda piece: _ORDER.index(piece.state))
        hollow = [piece for piece in ordered if piece.state is not PipeState.FLOWING]
        for piece in hollow:
            _outer(painter, piece.path, piece.state, theme.pipes[piece.tier].colour)
        for piece in hollow:
            _inner(painter, piece.path, piece.state)
        for piece in ordered[len(hollow) :]:
            _outer(painter, piece.path, piece.state, theme.pipes[piece.tier].colour)
