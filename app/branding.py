"""A company's own look from the site's folder `theme/`: logo, title, sign-in texts, colours; nothing unreadable (K-08)

theme/brand.toml    title, title_zh, welcome, welcome_zh (texts); logo (a picture file beside it)
theme/dark.toml     single colours, in the sections and by the names of the shipped theme
theme/light.toml
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.texts import bilingual
from backend.errors import ConfigError, mark
from widgets.theme import THEMES, Fault, Theme, ThemeError, faults, load

FOLDER: Final = "theme"
PRODUCT: Final = "Linepack"
_TEXTS: Final = ("title", "title_zh", "welcome", "welcome_zh")
_LONGEST: Final = 200
_LARGEST: Final = 2 << 20
"""Bytes of a logo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What the console calls itself and how it looks; empty where the product's own holds."""

    texts: Mapping[str, str] = field(default_factory=dict)
    logo: bytes = b""
    colours: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Theme name → sections of single colours."""

    def title(self) -> str:
        """The console's name in the banner, the sign-in and window titles."""
        return bilingual(self.texts.get("title", ""), self.texts.get("title_zh", "")) or PRODUCT

    def welcome(self) -> str:
        """The words above the sign-in."""
        return bilingual(self.texts.get("welcome", ""), self.texts.get("welcome_zh", ""))

    def theme(self, name: str, scale: float) -> Theme:
        """The theme "dark" or "light" in the company's colours."""
        return load(name, scale, overrides=self.colours.get(name))


def read_brand(site: Path) -> Brand:
    """The look that a site brings along; ConfigError, in one sentence, for what cannot be read, by anyone or by eye."""
    folder = site / FOLDER
    if not folder.is_dir():
        return Brand()
    file = folder / "brand.toml"
    document = _document(file) if file.exists() else {}
    texts = {key: _text(file, key, document.get(key, "")) for key in _TEXTS}
    if odd := sorted(set(document) - {*_TEXTS, "logo"}):
        raise ConfigError(mark("{file}: {key} is not known here"), file=str(file), key=odd[0])
    logo = _logo(folder, _text(file, "logo", document.get("logo", "")))
    colours = {name: _document(folder / f"{name}.toml") for name in THEMES if (folder / f"{name}.toml").exists()}
    brand = Brand(texts=texts, logo=logo, colours=colours)
    for name in colours:
        _check(brand, name, folder / f"{name}.toml")
    return brand


def _check(brand: Brand, name: str, file: Path) -> None:
    try:
        found = faults(brand.theme(name, 1.0))
    except ThemeError as error:
        raise ConfigError(mark("{file}: {reason}"), file=str(file), reason=str(error)) from error
    if found:
        raise _unreadable(file, found[0])


def _unreadable(file: Path, fault: Fault) -> ConfigError:
    values = {
        "file": str(file),
        "one": fault.one,
        "other": fault.other,
        "figure": f"{fault.figure:.1f}",
        "needed": f"{fault.needed:.1f}",
    }
    if fault.vision:
        template = mark(
            "{file}: {one} and {other} look alike to people with {vision} vision (difference {figure}, needed {needed})"
        )
        return ConfigError(template, vision=fault.vision, **values)
    return ConfigError(
        mark("{file}: {one} cannot be read on {other} (contrast {figure}, needed {needed})"),
        **values,
    )


def _document(file: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(mark("{file}: {reason}"), file=str(file), reason=str(error)) from error


def _text(file: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ConfigError(
            mark("{file}: {key} must be a text of at most {count} characters"),
            file=str(file),
            key=key,
            count=_LONGEST,
        )
    return value


def _logo(folder: Path, name: str) -> bytes:
    """The picture of the logo; it lies in the folder itself, wherever the name would lead."""
    if not name:
        return b""
    file = folder / name
    if file.parent != folder or not file.is_file() or file.is_symlink() or file.stat().st_size > _LARGEST:
        raise ConfigError(
            mark("{file}: the logo must be a picture of at most 2 MB in this folder"),
            file=str(file),
        )
    return file.read_bytes()
