"""Paint a whole map with QPainter: for the native schematic and for paper. The web page draws the same facts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from widgets.maps.mercator import unit
from widgets.maps.picture import Picture
from widgets.maps.projection import Projection
from widgets.maps.scene import BADGE, GROUNDS, SIZES, Arrow, Frame, Label, LabelKind, Line, Place, thinned
from widgets.maps.sprites import Atlas
from widgets.theme import Role, Theme, Weight, font
from widgets.theme.strokes import CENTRE, LEFT, box, hatch, text, text_width

PLATE_PAD: Final = 6
STREET_M: Final = 26.0
ROAD_M: Final = 42.0
"""How wide the ground shows the streets that the pipes run under."""
_FADE: Final = 0.86
_ASIDE: Final = 60.0
_THIN: Final = 2.5
CUT_WIDER: Final = 2.5
"""By so many px a pipe that nothing feeds is drawn wider than a full one: its hollow has to be seen."""
CUT_DASH: Final = (9.0, 6.0)
ARROW: Final = 4.5
ELLIPSE_SHADE: Final = 0.1
_DRAWN_LAST: Final = ("lp", "mpb", "mpa", "shp", "hp")
"""Higher pressure lies over lower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Where and in which theme a map is painted. lit: the beat of unacknowledged glyphs, and of returned ones."""

    projection: Projection
    theme: Theme
    atlas: Atlas
    lit: tuple[bool, bool] = (True, True)

    def point(self, place: Place) -> QPointF:
        """Degrees → px."""
        return self.at(*unit(*place))

    def at(self, x: float, y: float) -> QPointF:
        """World units → px."""
        left, top = self.projection.origin
        return QPointF(x * self.projection.world - left, y * self.projection.world - top)

    def sprite(self, painter: QPainter, name: str, middle: QPointF) -> None:
        """Draw a sprite round a point; a name that nobody painted draws nothing."""
        where = self.atlas.places.get(name)
        if where is None:
            return
        left, top, edge = where
        ratio = self.atlas.ratio
        source = QRectF(left * ratio, top * ratio, edge * ratio, edge * ratio)
        painter.drawImage(QRectF(middle.x() - edge / 2, middle.y() - edge / 2, edge, edge), self.atlas.image, source)


def paint_ground(painter: QPainter, canvas: Canvas, picture: Picture) -> None:
    """Land, streets where pipes run, and the pipes: what changes only with the view, the layers and the theme."""
    theme, projection = canvas.theme, canvas.projection
    painter.fillRect(QRectF(0, 0, projection.width, projection.height), theme.ground["land"])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for ground in GROUNDS:
        painter.setBrush(theme.ground[ground])
        for area in picture.scene.areas:
            if area.ground == ground:
                painter.drawPolygon(QPolygonF([canvas.point(place) for place in area.corners]))
    for main, colour, metres in ((False, "street", STREET_M), (True, "road", ROAD_M)):
        wide = metres / projection.metres_per_px
        if wide < _THIN:
            continue
        _stroke(
            painter, canvas, [line for line in picture.scene.lines if line.main is main], theme.ground[colour], wide
        )


def paint_pipes(painter: QPainter, canvas: Canvas, picture: Picture, frame: Frame) -> None:
    """The pipes by pressure class, the highest last, and over them the casing of the question in force."""
    for tier in _DRAWN_LAST:
        lines = [line for line in picture.scene.lines if line.tier == tier and tier not in frame.tiers_off]
        pipe = canvas.theme.pipes[tier]
        width = pipe.width * canvas.theme.scale * thinned(canvas.projection.view.zoom)
        _stroke(painter, canvas, lines, pipe.colour, width)
    _paint_cut(painter, canvas, picture, frame)
    painter.setPen(QPen(canvas.theme.text1, 1.5 * canvas.theme.scale))
    for arrow in frame.arrows:
        _paint_arrow(painter, canvas, arrow)


def _paint_cut(painter: QPainter, canvas: Canvas, picture: Picture, frame: Frame) -> None:
    """Pipes that nothing feeds: hollow and dashed."""
    theme = canvas.theme
    for key in sorted(picture.situation.cut):
        line = picture.line(key)
        if line is None or line.tier in frame.tiers_off:
            continue
        pipe = theme.pipes[line.tier]
        width = (pipe.width * thinned(canvas.projection.view.zoom) + CUT_WIDER) * theme.scale
        _stroke(painter, canvas, [line], theme.ground["land"], width)
        _stroke(painter, canvas, [line], pipe.colour, width, CUT_DASH)
        _stroke(painter, canvas, [line], theme.ground["land"], width - 2 * theme.scale)


def _paint_arrow(painter: QPainter, canvas: Canvas, arrow: Arrow) -> None:
    edge = ARROW * canvas.theme.scale
    painter.save()
    painter.translate(canvas.at(arrow.x, arrow.y))
    painter.rotate(arrow.angle)
    painter.drawPolyline(QPolygonF([QPointF(-edge, -edge), QPointF(edge, 0), QPointF(-edge, edge)]))
    painter.restore()


def paint_names(painter: QPainter, canvas: Canvas, frame: Frame) -> None:
    """Streets and districts by name."""
    for name in frame.names:
        painter.save()
        painter.translate(canvas.at(name.x, name.y))
        painter.rotate(name.angle)
        face = font(Role.VALUE if name.large else Role.HINT)
        text(painter, QRectF(-400, -20, 800, 40), name.words, canvas.theme.ground["names"], face, CENTRE)
        painter.restore()


def paint_things(painter: QPainter, canvas: Canvas, picture: Picture, frame: Frame) -> None:
    """What changes with the live values: casing, rings, symbols, glyphs, labels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_names(painter, canvas, frame)
    _paint_question(painter, canvas, picture)
    _paint_situation(painter, canvas, picture)
    _paint_rings(painter, canvas, frame)
    _paint_symbols(painter, canvas, picture, frame)
    for label in frame.labels:
        _paint_label(painter, canvas, label)


def plate_size(lines: tuple[str, ...], theme: Theme) -> tuple[float, float]:
    """Width and height of a label's plate."""
    roles = _roles(lines)
    widest = max((text_width(line, font(*role)) for line, role in zip(lines, roles, strict=True)), default=0.0)
    high = sum(theme.px(role.line) for role, _weight in roles)
    return widest + 2 * theme.px(PLATE_PAD), high + theme.px(PLATE_PAD)


def _roles(lines: tuple[str, ...]) -> list[tuple[Role, Weight]]:
    """The first line of a label is its name."""
    return [(Role.LABEL, Weight.SEMIBOLD), *[(Role.HINT, Weight.REGULAR)] * (len(lines) - 1)][: len(lines)]


def _stroke(
    painter: QPainter,
    canvas: Canvas,
    lines: list[Line],
    colour: QColor,
    width: float,
    dash: tuple[float, ...] = (),
) -> None:
    # Piece by piece: one path of thousands of pieces takes the stroker thirty times as long.
    pieces = [
        QLineF(start, end)
        for line in lines
        for start, end in pairwise([canvas.point(place) for place in line.path])
        if _near(canvas, start, end)
    ]
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if width > _THIN and not dash else Qt.PenCapStyle.FlatCap)
    if dash:
        pen.setDashPattern([length * canvas.theme.scale / width for length in dash])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawLines(pieces)


def _near(canvas: Canvas, start: QPointF, end: QPointF) -> bool:
    """Whether a piece may touch what is seen."""
    width, height = canvas.projection.width + _ASIDE, canvas.projection.height + _ASIDE
    across = min(start.x(), end.x()) <= width and max(start.x(), end.x()) >= -_ASIDE
    return across and min(start.y(), end.y()) <= height and max(start.y(), end.y()) >= -_ASIDE


def _paint_question(painter: QPainter, canvas: Canvas, picture: Picture) -> None:
    theme, question = canvas.theme, picture.question
    if question.area:
        shape = QPolygonF([canvas.point(place) for place in question.area])
        pen = QPen(theme.you, 1.25 * theme.scale)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(hatch(theme.line3))
        painter.drawPolygon(shape)
    casing = [line for key in question.casing if (line := picture.line(key)) is not None]
    if casing:
        wide = theme.pipes["hp"].width * theme.scale
        _stroke(painter, canvas, casing, theme.you, wide + 6 * theme.scale)
        _stroke(painter, canvas, casing, theme.ground["land"], wide + 3 * theme.scale)
        for line in casing:
            _stroke(painter, canvas, [line], theme.pipes[line.tier].colour, theme.pipes[line.tier].width * theme.scale)
    selected = picture.line(picture.selected)
    if selected is not None:
        _stroke(painter, canvas, [selected], theme.you, 3 * theme.scale)
    if question.circle is not None:
        middle, metres = question.circle
        radius = metres / canvas.projection.metres_per_px
        painter.setPen(QPen(theme.you, 1.25 * theme.scale, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(canvas.point(middle), radius, radius)
    if question.path:
        painter.setPen(QPen(theme.you, 2 * theme.scale, Qt.PenStyle.DashLine))
        points = [canvas.point(place) for place in question.path]
        painter.drawPolyline(QPolygonF(points))
        painter.setBrush(theme.bg1)
        painter.setPen(QPen(theme.you, 2 * theme.scale))
        for point in points:
            painter.drawEllipse(point, 4 * theme.scale, 4 * theme.scale)


def _paint_situation(painter: QPainter, canvas: Canvas, picture: Picture) -> None:
    """Probable places as three grey ellipses, and ways as dots."""
    theme, situation = canvas.theme, picture.situation
    for one in situation.ellipses:
        painter.save()
        painter.translate(canvas.point(one.at))
        painter.rotate(one.angle)
        along, across = (half / canvas.projection.metres_per_px for half in (one.along_m, one.across_m))
        shade = QColor(theme.text1)
        shade.setAlphaF(ELLIPSE_SHADE)
        painter.setBrush(shade)
        for times in (3, 2, 1):
            pen = QPen(theme.text2, 1.25 * theme.scale, Qt.PenStyle.DashLine) if times == 3 else QPen(shade, 0)
            painter.setPen(pen)
            painter.drawEllipse(QPointF(0, 0), times * along, times * across)
        painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(theme.text1, 2 * theme.scale)
    pen.setDashPattern([1, 2.5])
    painter.setPen(pen)
    for way in (situation.track, *picture.question.routes):
        painter.drawPolyline(QPolygonF([canvas.point(place) for place in way]))


def _paint_rings(painter: QPainter, canvas: Canvas, frame: Frame) -> None:
    theme = canvas.theme
    for ring in frame.rings:
        middle = canvas.at(ring.x, ring.y)
        painter.setBrush(theme.ground["land"])
        painter.setPen(QPen(theme.line3, 1.25 * theme.scale))
        painter.drawEllipse(middle, ring.radius, ring.radius)
        where = QRectF(middle.x() - ring.radius, middle.y() - ring.radius, 2 * ring.radius, 2 * ring.radius)
        text(painter, where, ring.words, theme.text2, font(Role.HINT, Weight.MEDIUM), CENTRE)


def _paint_symbols(painter: QPainter, canvas: Canvas, picture: Picture, frame: Frame) -> None:
    theme = canvas.theme
    marks = {mark.id: mark for mark in picture.question.marks}
    alarmed: list[tuple[str, QPointF]] = []
    for index in frame.visible:
        symbol, look = picture.scene.symbols[index], picture.looks[index]
        middle = canvas.at(float(picture.x[index]), float(picture.y[index]))
        middle += QPointF(float(picture.dx[index]), float(picture.dy[index])) * theme.scale
        half = SIZES[symbol.shape] / 2 * theme.scale
        mark = marks.get(symbol.id)
        if mark is not None or index == frame.selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.you, 2 * theme.scale))
            painter.drawEllipse(middle, half + 6 * theme.scale, half + 6 * theme.scale)
        painter.save()
        painter.translate(middle)
        painter.rotate(symbol.angle)
        canvas.sprite(painter, look.body or symbol.shape.value, QPointF(0, 0))
        painter.restore()
        corner = half * 0.75 + 2 * theme.scale
        if look.sign:
            canvas.sprite(painter, look.sign, middle + QPointF(-corner, -corner))
        if look.alarm:
            beat = canvas.lit[1] if look.alarm.endswith(":returned") else canvas.lit[0]
            alarmed.append((f"{look.alarm}:{'lit' if beat else 'dim'}", middle + QPointF(corner, -corner)))
    for name, where in alarmed:
        canvas.sprite(painter, name, where)


def _paint_label(painter: QPainter, canvas: Canvas, label: Label) -> None:
    theme = canvas.theme
    anchor = canvas.at(label.x, label.y)
    plate = QRectF(anchor.x() + label.dx, anchor.y() + label.dy, label.width, label.height)
    yours = label.kind in (LabelKind.PLAN, LabelKind.SELECTED)
    painter.setOpacity(1.0 if yours else _FADE)
    box(painter, plate, fill=theme.bg1, line=theme.you if yours else None, width=1.25)
    painter.setOpacity(1.0)
    left = plate.left() + theme.px(PLATE_PAD)
    if label.badge:
        edge = theme.px(BADGE - 4)
        where = QRectF(left - theme.px(2), plate.center().y() - edge / 2, edge, edge)
        box(painter, where, fill=theme.you, radius=3)
        text(painter, where, label.badge, theme.on_you, font(Role.HINT, Weight.BOLD), CENTRE)
        left += theme.px(BADGE)
    top = plate.top() + theme.px(PLATE_PAD) / 2
    for line, (role, weight) in zip(label.lines, _roles(label.lines), strict=True):
        where = QRectF(left, top, plate.width(), theme.px(role.line))
        text(painter, where, line, theme.text1 if role is Role.LABEL else theme.text2, font(role, weight), LEFT)
        top += theme.px(role.line)
