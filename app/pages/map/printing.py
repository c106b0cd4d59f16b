"""Print the map: one page of PDF and the same as a PNG, with site, time, datum, scale and a mark of the simulator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMarginsF, QObject, QPointF, QRectF, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from app.formats import date_time, shown
from app.texts import _, bilingual
from backend.api.backend import SiteInfo
from widgets.maps.painting import Canvas, paint_ground, paint_pipes, paint_things
from widgets.maps.picture import Picture
from widgets.maps.projection import Projection
from widgets.maps.scale_bar import length_text, round_length
from widgets.maps.scene import View
from widgets.maps.sprites import atlas
from widgets.theme import Role, Theme, Weight, font, load
from widgets.theme.strokes import LEFT, RIGHT, text

FOLDER: Final = "exports"
_DPI: Final = 300
_PX_DPI: Final = 110
"""A px of the screen on paper: what is 110 px wide on the screen is an inch wide."""
_MARGIN_MM: Final = 10.0
_HEAD: Final = 46
_FOOT: Final = 30
_BAR: Final = 140
_ATLAS_RATIO: Final = 4.0
_PNG_RATIO: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is to be printed, taken on the GUI thread. words: what the map was asked."""

    picture: Picture
    view: View
    site: SiteInfo
    now: int
    words: str


class Printer(QObject):
    """Prints off the GUI thread.

    Signals: printed(str file) and failed(str why), on the GUI thread.
    """

    printed = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def print(self, sheet: Sheet) -> None:
        """Draw it into a new file of the site's `exports` folder."""
        self._pool.start(lambda: self._work(sheet))

    def _work(self, sheet: Sheet) -> None:
        try:
            file = print_map(sheet)
        except OSError as error:
            self.failed.emit(str(error))
            return
        self.printed.emit(str(file))


def print_map(sheet: Sheet) -> Path:
    """Draw one page as PDF, and beside it as PNG; the PDF's file. OSError where they cannot be written."""
    site = sheet.site
    folder = site.folder / FOLDER
    folder.mkdir(exist_ok=True)
    simulated = site.mode == "simulator"
    stamp = date_time(sheet.now).replace("-", "").replace(":", "").replace(" ", "-")
    file = folder / f"{'SIM-' if simulated else ''}map-{stamp}.pdf"
    writer = QPdfWriter(str(file))
    layout = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4),
        QPageLayout.Orientation.Landscape,
        QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM),
        QPageLayout.Unit.Millimeter,
    )
    writer.setPageLayout(layout)
    writer.setResolution(_DPI)
    writer.setTitle(file.stem)
    share = _DPI / _PX_DPI
    page = QRectF(0, 0, writer.width() / share, writer.height() / share)
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"{file} cannot be written")
    painter.scale(share, share)
    _paint(painter, page, sheet, simulated=simulated)
    painter.end()
    _print_picture(file.with_suffix(".png"), page, sheet, simulated=simulated)
    return file


def _print_picture(file: Path, page: QRectF, sheet: Sheet, *, simulated: bool) -> None:
    """For a report or a message, where a PDF does not fit."""
    ratio = _PNG_RATIO
    image = QImage(round(page.width() * ratio), round(page.height() * ratio), QImage.Format.Format_RGB32)
    image.fill(load("light").bg4)
    with QPainter(image) as painter:
        painter.scale(ratio, ratio)
        _paint(painter, page, sheet, simulated=simulated)
    if not image.save(str(file)):
        raise OSError(f"{file} cannot be written")


def _paint(painter: QPainter, page: QRectF, sheet: Sheet, *, simulated: bool) -> None:
    """Paper is white in a bright room: the light theme, whatever the screen wears."""
    theme = load("light")
    area = page.adjusted(0, _HEAD, 0, -_FOOT)
    projection = Projection(view=sheet.view, width=area.width(), height=area.height())
    canvas = Canvas(projection=projection, theme=theme, atlas=atlas(theme, _ATLAS_RATIO))
    picture = sheet.picture
    frame = picture.frame(sheet.view.zoom, projection.bounds())
    painter.save()
    painter.translate(area.topLeft())
    painter.setClipRect(QRectF(0, 0, area.width(), area.height()))
    paint_ground(painter, canvas, picture)
    paint_pipes(painter, canvas, picture, frame)
    paint_things(painter, canvas, picture, frame)
    painter.restore()
    painter.setClipping(False)
    painter.setPen(QPen(theme.line2, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area)
    title = shown(bilingual(sheet.site.name, sheet.site.name_zh))
    head = QRectF(page.left(), page.top(), page.width(), _HEAD)
    name = _("Map")
    text(painter, head, f"{title} · {name}", theme.text1, font(Role.KEY, Weight.SEMIBOLD), LEFT)
    text(painter, head, date_time(sheet.now), theme.text2, font(Role.BODY), RIGHT)
    foot = QRectF(page.left(), page.bottom() - _FOOT, page.width(), _FOOT)
    _paint_scale(painter, foot, projection, theme)
    text(painter, foot, sheet.words, theme.text2, font(Role.LABEL), RIGHT)
    if simulated:
        _paint_stamp(painter, head, theme)


def _paint_scale(painter: QPainter, foot: QRectF, projection: Projection, theme: Theme) -> None:
    metres = round_length(projection.metres_per_px * _BAR)
    width = metres / projection.metres_per_px
    middle = foot.center().y()
    painter.setPen(QPen(theme.text1, 2))
    painter.drawLine(QPointF(foot.left(), middle), QPointF(foot.left() + width, middle))
    words = f"{length_text(metres)} · CGCS2000 · z{projection.view.zoom}"
    text(painter, foot.adjusted(width + 12, 0, 0, 0), words, theme.text2, font(Role.LABEL), LEFT)


def _paint_stamp(painter: QPainter, head: QRectF, theme: Theme) -> None:
    """No sheet of the simulator may be taken for one of the plant."""
    words = _("SIMULATION, not the plant")
    width = 260.0
    plate = QRectF(head.center().x() - width / 2, head.top() + 6, width, head.height() - 14)
    painter.setPen(QPen(theme.not_field, 2))
    painter.setBrush(theme.not_field_bg)
    painter.drawRect(plate)
    text(painter, plate, words, theme.text1, font(Role.VALUE, Weight.BOLD), Qt.AlignmentFlag.AlignCenter)
