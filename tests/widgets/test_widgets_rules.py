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


SIZING = re.compile(
    r"^(setFixed|setMinimum|setMaximum)(Width|Height|Size)$|^(resize|setContentsMargins|setSpacing|setPointSize)$"
)
HAIRLINE = 2
"""A line of one or two px stays so at every scale."""


def bare_sizes(source: str) -> list[str]:
    """Calls that set a size from a number that does not follow the scale: without `px()` and not out of the metrics."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    sizing = [call for call in calls if isinstance(call.func, ast.Attribute) and SIZING.match(call.func.attr)]
    return [ast.unparse(call) for call in sizing if any(map(is_bare, call.args))]


def is_bare(argument: ast.expr) -> bool:
    """Whether an argument is a number, or a sum or QSize of numbers."""
    match argument:
        case ast.Constant(value=int() | float() as number):
            return abs(number) > HAIRLINE
        case ast.BinOp(left=left, right=right):
            return is_bare(left) or is_bare(right)
        case ast.Call(func=ast.Name(id="QSize"), args=inner):
            return any(map(is_bare, inner))
        case _:
            return False


@pytest.mark.parametrize("file", THEMED, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_size_outside_the_theme(file: Path) -> None:
    assert bare_sizes(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "words", ["w.setFixedWidth(120)", "w.resize(QSize(10, 20))", "w.setMinimumSize(px(3), 40)", "w.setSpacing(a + 8)"]
)
def test_the_size_rule_catches(words: str) -> None:
    assert bare_sizes(words) == [words]


@pytest.mark.parametrize("words", ["w.setFixedWidth(px(120))", "w.resize(QSize(px(10), h))", "w.setFixedHeight(1)"])
def test_the_size_rule_lets_pass(words: str) -> None:
    assert bare_sizes(words) == []
