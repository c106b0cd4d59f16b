"""Say in plain words, as a translatable sentence part, what pydantic found wrong with outside data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backend.errors import ConfigError, mark

_WORDS: Final[Mapping[str, str]] = {
    "missing": mark("is missing"),
    "extra_forbidden": mark("is not a known key"),
    "literal_error": mark("must be one of {expected}"),
    "enum": mark("must be one of {expected}"),
    "string_type": mark("must be text"),
    "string_unicode": mark("must be text"),
    "string_too_short": mark("must not be empty"),
    "string_too_long": mark("is longer than {max_length} characters"),
    "string_pattern_mismatch": mark("does not have the form {pattern}"),
    "int_type": mark("must be a whole number"),
    "int_parsing": mark("must be a whole number"),
    "int_from_float": mark("must be a whole number"),
    "int_parsing_size": mark("is too large a number"),
    "float_type": mark("must be a number"),
    "float_parsing": mark("must be a number"),
    "finite_number": mark("must be a finite number"),
    "bool_type": mark("must be true or false"),
    "bool_parsing": mark("must be true or false"),
    "greater_than": mark("must be more than {gt}"),
    "greater_than_equal": mark("must be at least {ge}"),
    "less_than": mark("must be less than {lt}"),
    "less_than_equal": mark("must be at most {le}"),
    "too_short": mark("needs at least {min_length} entries"),
    "too_long": mark("has more than {max_length} entries"),
    "dict_type": mark("must be an object"),
    "model_type": mark("must be an object"),
    "dataclass_type": mark("must be an object"),
    "json_invalid": mark("is no JSON: {error}"),
    "model_attributes_type": mark("must be an object"),
    "list_type": mark("must be a list"),
    "tuple_type": mark("must be a list"),
    "value_error": mark("{error}"),
}


def first_problem(error: ValidationError) -> tuple[tuple[str | int, ...], ConfigError]:
    """Where the first problem lies (keys and list positions as in the file) and what it is, in words."""
    details = error.errors(include_url=False)[0]
    return details["loc"], _reason(details)


def json_pointer(path: tuple[str | int, ...]) -> str:
    """RFC 6901 text of a path, e.g. "/properties/ch4/forms/0/modv:type"; the whole document is "/"."""
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _reason(details: ErrorDetails) -> ConfigError:
    template = _WORDS.get(details["type"])
    if template is None:
        return ConfigError("{message}", message=details["msg"])
    return ConfigError(template, **{key: _plain(value) for key, value in details.get("ctx", {}).items()})


def _plain(value: object) -> object:
    """A bound of 180.0 reads 180."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
