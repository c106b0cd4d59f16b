"""Keep the catalogues true: every text for people is in them, and Chinese is complete.

`python -m assets.i18n.check` fails with a list of what is missing or left over; with `--update` it writes new, still
empty messages into the catalogues and drops those that no code uses.
"""

from __future__ import annotations

import string
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("app", "backend")
LANGUAGES = ("en", "zh_CN")
# A text for people is the first argument of one of these.
_ERRORS = ("ConfigError", "FrameError", "LinkError", "RefusedError", "StoreError")
KEYWORDS: dict[str, None] = dict.fromkeys(("_", "mark", *_ERRORS))


def extract() -> dict[str, list[tuple[str, int]]]:
    """Every text for people with the places it stands in."""
    found: dict[str, list[tuple[str, int]]] = {}
    for source in SOURCES:
        rows = extract_from_dir(ROOT / source, method_map=[("**.py", "python")], keywords=KEYWORDS)
        for file, line, message, _comments, _context in rows:
            text = message if isinstance(message, str) else message[0]
            if text:
                found.setdefault(text, []).append((f"{source}/{file}", line))
    return found


def file_of(language: str) -> Path:
    """Where a language's catalogue lies."""
    return ROOT / "assets" / "i18n" / language / "LC_MESSAGES" / "linepack.po"


def load(language: str) -> Catalog:
    """A language's catalogue; empty where there is none yet."""
    file = file_of(language)
    if not file.exists():
        return Catalog(locale=language, project="linepack")
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def faults(language: str, texts: dict[str, list[tuple[str, int]]]) -> list[str]:
    """What is wrong with one catalogue, a sentence each."""
    catalogue = load(language)
    known = {str(message.id): str(message.string) for message in catalogue if message.id}
    wrong = [
        f"{language}: missing {text!r} ({places[0][0]}:{places[0][1]})"
        for text, places in texts.items()
        if text not in known
    ]
    wrong += [f"{language}: no code uses {text!r}" for text in known if text not in texts]
    if language != "en":
        wrong += [f"{language}: not translated {text!r}" for text, said in known.items() if text in texts and not said]
    wrong += [
        f"{language}: {text!r} and its translation name different values"
        for text, said in known.items()
        if said and _names(text) != _names(said)
    ]
    return wrong


def update(language: str, texts: dict[str, list[tuple[str, int]]]) -> None:
    """Write the catalogue anew: texts in order of the alphabet, known translations kept."""
    old = load(language)
    new = Catalog(locale=language, project="linepack", fuzzy=False, charset="utf-8")
    for text in sorted(texts):
        message = old.get(text)
        new.add(text, str(message.string) if message is not None else "")
    file_of(language).parent.mkdir(parents=True, exist_ok=True)
    with file_of(language).open("wb") as stream:
        write_po(stream, new, width=0, omit_header=False, no_location=True)


def _names(template: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}
    except ValueError:
        return {"(not a template)"}


def main() -> int:
    """Check or update both catalogues; 1 when something is wrong."""
    texts = extract()
    if "--update" in sys.argv:
        for language in LANGUAGES:
            update(language, texts)
    wrong = [fault for language in LANGUAGES for fault in faults(language, texts)]
    sys.stdout.write("".join(f"{fault}\n" for fault in wrong[:60]) + f"{len(texts)} texts, {len(wrong)} faults\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
