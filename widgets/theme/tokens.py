"""Read a theme file into a frozen Theme; a missing, extra or malformed token is an error that names it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from PySide6.QtGui import QColor

from widgets.theme.tone import ALARM_TONES, Tone

SURFACE = (
    *("bg0", "bg1", "bg2", "bg3", "bg4", "line1", "line2", "line3", "text1", "text2", "text3"),
    *("band", "ok", "shade", "emphasis"),
)
MEANING = ("p1", "p2", "p3", "p4", "you", "you_bg", "on_you", "not_field", "not_field_bg")
PIPES = ("hp", "shp", "mpa", "mpb", "lp")
GROUND = ("land", "block", "building", "park", "water", "street", "road", "names")
THEMES = ("dark", "light")
SCALES = tuple(n / 100 for n in range(90, 155, 5))
"""Scales an operator may choose (design/hmi.md §4)."""

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_MARK_TOKEN = {
    Tone.NORMAL: "text1",
    Tone.SECONDARY: "text2",
    Tone.MUTED: "text3",
    Tone.YOU: "you",
    Tone.NOT_FIELD: "not_field",
    Tone.OK: "ok",
    **{tone: tone.value for tone in ALARM_TONES},
}


class ThemeError(ValueError):
    """A theme file is wrong; says which file and which token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipe:
    """How a pressure class is drawn: colour and width in px at 100 %."""

    colour: QColor
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Every colour of the console, and the scale its sizes are multiplied by."""

    name: str
    dark: bool
    scale: float = 1.0
    bg0: QColor
    bg1: QColor
    bg2: QColor
    bg3: QColor
    bg4: QColor
    line1: QColor
    line2: QColor
    line3: QColor
    text1: QColor
    text2: QColor
    text3: QColor
    band: QColor
    ok: QColor
    shade: QColor
    emphasis: QColor
    p1: QColor
    p2: QColor
    p3: QColor
    p4: QColor
    you: QColor
    you_bg: QColor
    on_you: QColor
    not_field: QColor
    not_field_bg: QColor
    glyph_outline: QColor | None
    numerals: tuple[QColor, ...]
    pens: tuple[QColor, ...]
    pipes: Mapping[str, Pipe]
    ground: Mapping[str, QColor]

    def px(self, size: float) -> int:
        """A size at 100 % in px at this scale, at least 1 for anything above 0."""
        return max(1, round(size * self.scale)) if size > 0 else 0

    def mark(self, tone: Tone) -> QColor:
        """Colour of a shape, pointer or border with this tone."""
        colour: QColor = getattr(self, _MARK_TOKEN[tone])
        return colour

    def ink(self, tone: Tone) -> QColor:
        """Colour of a text with this tone; alarm hues are never used for text, their texts stay text1."""
        return self.text1 if tone in ALARM_TONES else self.mark(tone)

    @property
    def on_you_bg(self) -> QColor:
        """Colour of text on `you_bg`: blue where it can be read (4.5), else text1."""
        return self.you if self.dark else self.text1

    def scaled(self, scale: float) -> Theme:
        """The same theme at another scale (0.9 to 1.5)."""
        return replace(self, scale=scale)


def load(
    name: str, scale: float = 1.0, folder: Traversable | None = None, overrides: Mapping[str, object] | None = None
) -> Theme:
    """Read `<folder>/<name>.toml` (default: assets/themes), single tokens replaced by `overrides` (sections as in the
    file); raises ThemeError."""
    source = (folder or files("assets") / "themes") / f"{name}.toml"
    try:
        document = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{source}: {error}") from error
    return _theme(_Reader(str(source), document if overrides is None else _merged(document, overrides)), scale)


def _merged(document: Mapping[str, object], overrides: Mapping[str, object]) -> Mapping[str, object]:
    """The document with the tokens of `overrides`; what is no token of it is an error."""
    made = dict(document)
    for section, tokens in overrides.items():
        known = document.get(section)
        if not isinstance(known, dict) or not isinstance(tokens, dict):
            raise ThemeError(f"{section}: unknown section")
        if unknown := sorted(set(tokens) - set(known)):
            raise ThemeError(f"{section}.{unknown[0]}: unknown token")
        made[section] = {**known, **tokens}
    return made


class _Reader:
    """Takes tokens out of a parsed theme file and complains with the file's name."""

    def __init__(self, file: str, document: Mapping[str, object]) -> None:
        self._file = file
        self._document = document

    def fail(self, token: str, why: str) -> ThemeError:
        return ThemeError(f"{self._file}: {token}: {why}")

    def section(self, name: str, keys: tuple[str, ...]) -> Mapping[str, object]:
        section = self._document.get(name)
        if not isinstance(section, dict):
            raise self.fail(name, "section is missing")
        if odd := set(section) ^ set(keys):
            raise self.fail(f"{name}.{sorted(odd)[0]}", "missing or unknown token")
        return section

    def colour(self, token: str, text: object) -> QColor:
        if not isinstance(text, str) or not _HEX.fullmatch(text):
            raise self.fail(token, f"{text!r} is not a colour like #RRGGBB")
        return QColor(text)

    def colours(self, section: str, keys: tuple[str, ...]) -> dict[str, QColor]:
        return {key: self.colour(f"{section}.{key}", text) for key, text in self.section(section, keys).items()}

    def colour_list(self, section: str, key: str, text: object, count: int) -> tuple[QColor, ...]:
        if not isinstance(text, list) or len(text) != count:
            raise self.fail(f"{section}.{key}", f"needs {count} colours")
        return tuple(self.colour(f"{section}.{key}", entry) for entry in text)

    def pipe(self, token: str, entry: object) -> Pipe:
        if not isinstance(entry, dict) or not isinstance(entry.get("width"), float):
            raise self.fail(token, "needs a colour and a width")
        return Pipe(colour=self.colour(token, entry.get("colour")), width=entry["width"])

    def head(self, key: str, kind: type) -> object:
        value = self._document.get(key)
        if not isinstance(value, kind):
            raise self.fail(key, f"must be a {kind.__name__}")
        return value


def _theme(read: _Reader, scale: float) -> Theme:
    glyph = read.section("glyph", ("outline", "numerals"))
    pipes = {key: read.pipe(f"pipe.{key}", entry) for key, entry in read.section("pipe", PIPES).items()}
    return Theme(
        name=str(read.head("name", str)),
        dark=bool(read.head("dark", bool)),
        scale=scale,
        glyph_outline=read.colour("glyph.outline", glyph["outline"]) if glyph["outline"] else None,
        numerals=read.colour_list("glyph", "numerals", glyph["numerals"], 4),
        pens=read.colour_list("trend", "pens", read.section("trend", ("pens",))["pens"], 5),
        pipes=MappingProxyType(pipes),
        ground=MappingProxyType(read.colours("ground", GROUND)),
        **read.colours("surface", SURFACE),
        **read.colours("meaning", MEANING),
    )
