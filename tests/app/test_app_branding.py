"""A company's own look: what is taken over, and what is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.branding import PRODUCT, Brand, read_brand
from app.texts import say
from backend.errors import ConfigError


def written(site: Path, **files: str) -> Path:
    """A site with these files in its theme folder, by stem."""
    folder = site / "theme"
    folder.mkdir(parents=True)
    for stem, words in files.items():
        (folder / f"{stem}.toml").write_text(words, encoding="utf-8")
    return site


def test_a_site_without_a_look_has_the_products(tmp_path: Path) -> None:
    brand = read_brand(tmp_path)
    assert brand == Brand()
    assert brand.title() == PRODUCT
    assert brand.welcome() == ""


def test_texts_logo_and_colours_are_taken_over(tmp_path: Path, qapp: object) -> None:
    site = written(
        tmp_path,
        brand='title = "Linjiang Gas"\nwelcome = "Authorised staff only."\nlogo = "sign.png"\n',
        dark='[meaning]\nyou = "#99D0FF"\n',
    )
    picture = QImage(40, 20, QImage.Format.Format_RGB32)
    picture.fill(0)
    assert picture.save(str(site / "theme" / "sign.png"))
    brand = read_brand(site)
    assert (brand.title(), brand.welcome()) == ("Linjiang Gas", "Authorised staff only.")
    assert brand.logo == (site / "theme" / "sign.png").read_bytes()
    assert brand.theme("dark", 1.0).you.name() == "#99d0ff"
    assert brand.theme("light", 1.0).you.name() == "#1463b8"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"dark": '[surface]\ntext2 = "#3A4047"\n'}, "text2 cannot be read on bg"),
        ({"dark": '[meaning]\np2 = "#FA6050"\n'}, "look alike to people with"),
        ({"light": '[meaning]\nyuo = "#1463B8"\n'}, "meaning.yuo: unknown token"),
        ({"light": '[meaning]\nyou = "blue"\n'}, "'blue' is not a colour like #RRGGBB"),
        ({"light": "[meaning\n"}, "light.toml: "),
        ({"brand": 'titel = "x"\n'}, "titel is not known here"),
        ({"brand": "title = 3\n"}, "title must be a text"),
        ({"brand": 'logo = "../site.toml"\n'}, "the logo must be a picture"),
        ({"brand": 'logo = "missing.png"\n'}, "the logo must be a picture"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(tmp_path: Path, files: dict[str, str], sentence: str) -> None:
    site = written(tmp_path, **files)
    (tmp_path / "site.toml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        read_brand(site)
    assert sentence in say(refused.value)


def test_a_logo_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    site = written(tmp_path, brand='logo = "sign.png"\n')
    (tmp_path / "secret").write_bytes(b"secret")
    (site / "theme" / "sign.png").symlink_to(tmp_path / "secret")
    with pytest.raises(ConfigError):
        read_brand(site)
