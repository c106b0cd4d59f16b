"""The JSON of alarm responses, as pydantic models: `lp:responses` of a property, and assets/alarms/responses.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from backend.errors import ConfigError
from backend.model.response import LikelyCause, Response, Wording
from backend.model.wording import first_problem, json_pointer

LevelKey = Literal["hh", "h", "l", "ll", "rate", "state"]
"""Which limit of a point a response answers; the keys of `plant.Limits`."""
_Sentence = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
_DAY_S: Final = 86400


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)


class WordingEntry(_Part):
    """A sentence; both languages are needed."""

    en: _Sentence
    zh: _Sentence

    def wording(self) -> Wording:
        """As the domain has it."""
        return Wording(en=self.en, zh=self.zh)


class CauseEntry(WordingEntry):
    """A likely cause and its share in percent."""

    share: Annotated[int, Field(ge=1, le=100)] | None = None


class ResponseEntry(_Part):
    """What to do about one level of one alarm."""

    respond_s: Annotated[float, Field(gt=0, le=7 * _DAY_S)] = Field(alias="respondWithin")
    consequence: WordingEntry
    causes: Annotated[tuple[CauseEntry, ...], Field(min_length=1, max_length=6)]
    steps: Annotated[tuple[WordingEntry, ...], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _most_likely_first(self) -> ResponseEntry:
        shares = [cause.share for cause in self.causes if cause.share is not None]
        if sum(shares) > 100:
            raise ValueError("the shares of the causes exceed 100")
        if any(later > earlier for earlier, later in pairwise(shares)):
            raise ValueError("the most likely cause comes first")
        return self

    def response(self) -> Response:
        """As the domain has it."""
        return Response(
            respond_s=self.respond_s,
            consequence=self.consequence.wording(),
            causes=tuple(LikelyCause(words=each.wording(), share=each.share) for each in self.causes),
            steps=tuple(each.wording() for each in self.steps),
        )


def common_responses(document: object, *, file: str) -> Mapping[str, Response]:
    """Responses by alarm condition, for alarms that no thing model describes. ConfigError: file, place, reason."""
    try:
        entries = _COMMON.validate_json(json.dumps(document))
    except ValidationError as error:
        place, reason = first_problem(error)
        raise ConfigError("{file}, at {path}: {reason}", file=file, path=json_pointer(place), reason=reason) from None
    return {condition: entry.response() for condition, entry in entries.items()}


_COMMON: Final = TypeAdapter(dict[Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,40}$")], ResponseEntry])
