"""Write what is shown to a file: rows as drawn, stored samples, or a picture with its title and stamp."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from app.formats import date_time, sentence
from app.page import PageContext
from app.pages.trends.drawing import View
from app.pages.trends.export import PICTURE, RAW, TrendExport
from app.pages.trends.series import Series
from app.pages.trends.window import Window
from app.texts import _
from backend.model.trend import Thinned
from widgets.charts.trend import local
from widgets.theme import Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, LEFT, text

STAMP: Final = "SIMULATION"
_OPACITY: Final = 0.14


def file_name(group: str, window: Window, simulator: bool) -> str:
    """A name for the file, without its ending."""
    plain = re.sub(r"[^\w\-]+", "-", group, flags=re.UNICODE).strip("-")[:60] or "trend"
    stamp = f"{STAMP}-" if simulator else ""
    return f"{stamp}trend-{plain}-{local(window.end).strftime('%Y%m%d-%H%M%S')}"


def write(
    context: PageContext,
    file: str,
    what: str,
    *,
    view: View,
    series: Mapping[str, Series],
    window: Window,
    shot: Callable[[], QImage],
    title: str,
    done: Callable[[], None],
    dialog: TrendExport,
) -> None:
    """Have the backend write it on its own thread, and say what came of it."""
    session = context.desk.session
    if session is None:
        dialog.refused(_("Sign in first."))
        return
    exports, path = context.backend.exports, Path(file)
    if path.suffix.casefold() == PICTURE:
        image = framed(shot(), title, window, simulator=context.backend.site.mode != "live")
        future = exports.picture(session, path, lambda draft: _save(image, draft))
    elif what == RAW:
        future = exports.samples(session, path, [pen.point.id for pen in view.pens], window.start, window.end + 1)
    else:
        lines = [as_shown(pen.point.id, series[pen.key], window) for pen in view.pens if pen.key in series]
        future = exports.series(session, path, lines)

    def written(made: Path) -> None:
        done()
        context.actions.done.emit(sentence(_("Written: {file}").format(file=made)))

    context.actions.follow(future, written, failed=dialog.refused, owner=dialog)


def as_shown(point: int, series: Series, window: Window) -> Thinned:
    """The rows of a pen that are in view, as the backend writes them."""
    seen = series.between(window.start, window.end + 1)
    return Thinned(
        point=point,
        tier=seen.tier,
        at=seen.at,
        last_at=seen.last_at,
        low=seen.low,
        high=seen.high,
        mean=seen.mid,
        first=seen.first,
        last=seen.last,
        count=seen.count.astype("int32"),
        worst=seen.worst,
    )


def framed(image: QImage, title: str, window: Window, *, simulator: bool) -> QImage:
    """The picture under a line that says what it is; SIMULATION in that line and across the picture."""
    theme = current()
    ratio = image.devicePixelRatio()
    width, height = image.width() / ratio, image.height() / ratio
    head = px(m.HEADER)
    made = QImage(image.width(), image.height() + round(head * ratio), QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(theme.bg1)
    with QPainter(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawImage(0, head, image)
        stamp = f"{STAMP}   " if simulator else ""
        words = f"{stamp}{title}   {date_time(window.start)} – {date_time(window.end)}"
        where = QRectF(px(m.PAGE_INSET), 0, width, head)
        text(painter, where, words, theme.text1, font(Role.VALUE, Weight.SEMIBOLD), LEFT)
        if simulator:
            painter.setOpacity(_OPACITY)
            over = QRectF(0, head, width, height)
            text(painter, over, STAMP, theme.not_field, font(Role.CONSEQUENCE, Weight.BOLD), CENTRE)
    return made


def _save(image: QImage, file: Path) -> None:
    if not image.save(str(file)):
        raise OSError(0, "the picture could not be saved")
