"""Show every widget in every state: `python -m widgets.gallery [--out DIR]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication, QTabWidget, QWidget

from widgets.specimens import SHEETS
from widgets.theme import SCALES, THEMES, apply, load

WIDTH = 1440
HEIGHT = 980


def main(arguments: list[str] | None = None) -> int:
    """Open the gallery, or save one picture per sheet and theme into `--out`."""
    parser = argparse.ArgumentParser(prog="widgets.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, help="save PNG files into this folder and leave")
    parser.add_argument("--theme", choices=THEMES, default="dark")
    parser.add_argument("--scale", type=float, choices=SCALES, default=1.0)
    chosen = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    if chosen.out is not None:
        save(app, chosen.out, chosen.scale)
        return 0
    apply(app, load(chosen.theme, chosen.scale))
    window = QTabWidget()
    for sheet in SHEETS:
        window.addTab(sheet.make(), sheet.name)
    window.resize(WIDTH, HEIGHT)
    window.show()
    return app.exec()


def save(app: QApplication, folder: Path, scale: float = 1.0) -> list[Path]:
    """Save every sheet in every theme; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for theme in THEMES:
        apply(app, load(theme, scale))
        for sheet in SHEETS:
            widget = sheet.make()
            files.append(folder / f"{sheet.name}-{theme}.png")
            _picture(app, widget, files[-1])
    return files


def _picture(app: QApplication, widget: QWidget, file: Path) -> None:
    widget.resize(max(WIDTH, widget.sizeHint().width()), max(HEIGHT, widget.sizeHint().height()))
    widget.show()
    app.processEvents()
    widget.grab().save(str(file))
    widget.close()
    widget.deleteLater()


if __name__ == "__main__":
    sys.exit(main())
