"""Texts for people: gettext catalogues in assets/i18n, English source, switched live.

_("Sign in")                       at the moment of showing, never at import
say(error)                         a Linepack error in the language of the desk
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from backend.errors import LinepackError

LANGUAGES = ("en", "zh_CN")
_current = "en"


def set_language(language: str) -> None:
    """Speak `language` ("en" or "zh_CN") from now on; raises ValueError for another."""
    global _current  # noqa: PLW0603 - one desk speaks one language
    if language not in LANGUAGES:
        raise ValueError(f"no catalogue for {language}")
    _current = language


def language() -> str:
    """The language spoken now."""
    return _current


def _(text: str) -> str:
    """`text` in the language of the desk; the English source where the catalogue has nothing."""
    if _current == "en":
        return text
    message = catalogue(_current).get(text)
    return str(message.string) if message is not None and message.string else text


def say(error: BaseException) -> str:
    """What went wrong, for a person; values are filled in literally."""
    if isinstance(error, LinepackError):
        return _(error.template).format(**error.values) if error.values else _(error.template)
    return _("Unexpected error: {error}").format(error=repr(error))


def bilingual(english: str, chinese: str) -> str:
    """The name of a thing in the language of the desk (names come with the data, not from the catalogue)."""
    return chinese if _current == "zh_CN" and chinese else english


@cache
def catalogue(language: str) -> Catalog:
    """The parsed catalogue of a language."""
    file = resources.files("assets") / "i18n" / language / "LC_MESSAGES" / "linepack.po"
    with file.open("rb") as stream:
        return read_po(stream, locale=language)
