"""House rules that can be read from the source: colours only in the theme, no style sheets, no markup, no strangers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WIDGETS = sorted((ROOT / "widgets").rglob("*.py"))
APP = sorted((ROOT / "app").rglob("*.py"))
THEMED = [file for file in WIDGETS + APP if (ROOT / "widgets" / "theme") not in file.parents]

HEX = re.compile(r"""["'][^"'\n]*#[0-9A-Fa-f]{3,8}\b""")
COLOUR_LITERAL = re.compile(r"""QColor\(\s*["'\d]|QColor\.from\w+\(|Qt\.GlobalColor\.(?!transparent)|\.setNamedColor""")
STYLE_SHEET = re.compile(r"\.setStyleSheet\(")
RICH = re.compile(r"TextFormat\.(RichText|AutoText|MarkdownText)|\.setHtml\(|QTextBrowser|\.setMarkdown\(")
STRANGERS = {"app", "backend", "sims", "sqlalchemy"}


def test_there_is_source_to_read() -> None:
    assert len(WIDGETS) > 30


@pytest.mark.parametrize("file", THEMED, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_colour_outside_the_theme(file: Path) -> None:
    words = file.read_text(encoding="utf-8")
    assert HEX.findall(words) == []
    assert COLOUR_LITERAL.findall(words) == []


@pytest.mark.parametrize("file", THEMED, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_style_sheet_per_widget_and_no_markup(file: Path) -> None:
    words = file.read_text(encoding="utf-8")
    assert STYLE_SHEET.findall(words) == []
    assert RICH.findall(words) == []


@pytest.mark.parametrize(
    "words", ['"#FA5560"', "'color: #fff'", 'QColor("red")', "QColor(1, 2, 3)", "Qt.GlobalColor.red"]
)
def test_the_colour_patterns_catch(words: str) -> None:
    assert HEX.search(words) or COLOUR_LITERAL.search(words)


@pytest.mark.parametrize("file", WIDGETS, ids=lambda file: str(file.relative_to(ROOT)))
def test_widgets_import_no_strangers(file: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [alias.name for alias in getattr(node, "names", [])] * isinstance(node, ast.Import)
        names += [getattr(node, "module", None) or ""] * isinstance(node, ast.ImportFrom)
        imported |= {name.partition(".")[0] for name in names}
    assert imported & STRANGERS == set()
