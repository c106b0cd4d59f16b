"""The trend chart: 8 panes of 100,000 samples all replaced and painted, against pyqtgraph's own plots with the same.

Also a year by the minute from its first paint on, and the turn of a live page: 20 pens of an hour moved on by a second.
Off screen, so that only painting is measured and no display's pace.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication

from widgets.charts.trend import Curve, Pane, PenLook, TrendChart
from widgets.theme import apply, load

PANES = 8
SAMPLES = 100_000
YEAR_MIN = 525_600
PENS = 20
FRAMES = 12
SIZE = (1600, 900)
SECOND = 1_000_000
START = 1_768_473_600_000_000


def run() -> Mapping[str, object]:
    """Ratios first; milliseconds are of this machine's CPU and only orient."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    apply(app, load("dark"))
    plain = _plain_ms(app, downsampled=False)
    peak = _plain_ms(app, downsampled=True)
    ours = _ours_ms(app)
    turn = _turns_ms(app)
    year = _year_ms(app)
    again = _plain_ms(app, downsampled=False)
    return {
        "8 x 100,000: times faster than pyqtgraph raw": plain / ours,
        "8 x 100,000: times faster than pyqtgraph peak": peak / ours,
        "8 x 100,000: frames per second of CPU (>= 30)": 1000 / ours,
        "8 x 100,000: ms of CPU a frame": ours,
        "pyqtgraph raw, ms a frame": plain,
        "pyqtgraph peak, ms a frame": peak,
        "20 pens live: ms of CPU a turn, median (<= 16)": float(np.median(turn)),
        "20 pens live: ms of CPU a turn, max": max(turn),
        "a year by the minute: first paint, ms (<= 300)": year,
        "the raw limit itself moved by (discard > 0.3)": abs(again - plain) / plain,
    }


def _timed(work: Callable[[int], None], frames: int = FRAMES) -> list[float]:
    """Milliseconds of CPU of this thread for each turn: others on the machine do not count."""
    work(0)
    spent: list[float] = []
    for frame in range(1, frames + 1):
        begun = time.thread_time()
        work(frame)
        spent.append((time.thread_time() - begun) * 1e3)
    return spent


def _signals(count: int, samples: int) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    noise = np.random.default_rng(7)
    return [350 + np.cumsum(noise.normal(0, 0.05, samples)) + noise.normal(0, 0.4, samples) for _ in range(count)]


def _plain_ms(app: QApplication, *, downsampled: bool) -> float:
    """pyqtgraph's plots as its documentation shows them."""
    signals = _signals(PANES, SAMPLES)
    view = pg.GraphicsLayoutWidget()
    curves = []
    for _pane in range(PANES):
        plot = view.addPlot()
        view.nextRow()
        if downsampled:
            plot.setDownsampling(auto=True, mode="peak")
            plot.setClipToView(True)
        curves.append(plot.plot(np.zeros(1)))
    view.resize(*SIZE)
    view.show()
    app.processEvents()

    def frame(turn: int) -> None:
        for curve, signal in zip(curves, signals, strict=True):
            curve.setData(np.roll(signal, turn))
        view.viewport().repaint()

    spent = float(np.median(_timed(frame, 6)))
    view.hide()
    view.deleteLater()
    app.processEvents()
    return spent


def _chart(app: QApplication, panes: int, pens: int) -> TrendChart:
    chart = TrendChart(name="bench")
    chart.show_panes(
        [
            Pane(
                key=str(pane),
                title="Pressure",
                unit="kPa",
                pens=tuple(
                    PenLook(key=f"{pane}.{pen}", number=pane * pens + pen + 1, front=pen == 0, now="350.0")
                    for pen in range(pens)
                ),
                low=300,
                high=400,
            )
            for pane in range(panes)
        ],
        (),
    )
    chart.resize(*SIZE)
    chart.show()
    app.processEvents()
    return chart


def _ours_ms(app: QApplication) -> float:
    signals = _signals(PANES, SAMPLES)
    chart = _chart(app, PANES, 1)
    at = START + np.arange(SAMPLES, dtype=np.int64) * SECOND
    end = START + SAMPLES * SECOND
    chart.show_window(START, end, end)

    def frame(turn: int) -> None:
        curves = {f"{pane}.0": Curve.of(at, np.roll(signal, turn)) for pane, signal in enumerate(signals)}
        chart.show_curves(curves, {}, {})
        chart.viewport().repaint()

    spent = float(np.median(_timed(frame)))
    _drop(app, chart)
    return spent


def _turns_ms(app: QApplication) -> list[float]:
    """20 pens in 4 panes, an hour at a second with min and max, the window one second later in each turn."""
    signals = _signals(PENS, 3600)
    chart = _chart(app, 4, PENS // 4)
    at = START + np.arange(3600, dtype=np.int64) * SECOND
    names = [f"{pane}.{pen}" for pane in range(4) for pen in range(PENS // 4)]
    curves = {name: Curve.of(at, signal) for name, signal in zip(names, signals, strict=True)}

    def frame(turn: int) -> None:
        chart.show_window(START + turn * SECOND, START + (3600 + turn) * SECOND, START + (3600 + turn) * SECOND)
        chart.show_curves(curves, {}, {})
        chart.viewport().repaint()

    spent = _timed(frame, 30)
    _drop(app, chart)
    return spent


def _year_ms(app: QApplication) -> float:
    """From the data to the picture, every row of the year given."""
    chart = _chart(app, 1, 1)
    at = START + np.arange(YEAR_MIN, dtype=np.int64) * 60 * SECOND
    (signal,) = _signals(1, YEAR_MIN)
    curve = Curve.of(at, signal)
    end = START + YEAR_MIN * 60 * SECOND
    begun = time.thread_time()
    chart.show_window(START, end, end)
    chart.show_curves({"0.0": curve}, {}, {})
    chart.viewport().repaint()
    spent = (time.thread_time() - begun) * 1e3
    _drop(app, chart)
    return spent


def _drop(app: QApplication, chart: TrendChart) -> None:
    chart.hide()
    chart.deleteLater()
    app.processEvents()
