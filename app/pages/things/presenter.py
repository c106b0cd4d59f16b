"""Models, their members, chains and trials as rows of tables; test input as people type it. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from app.formats import quality_word, shown
from app.texts import _, bilingual
from backend.api.models import KEYS, PARAMETERS, TEXTS, Category, Input, ModelView, StepResult, ThingModel
from backend.model.plant import Limits
from backend.model.quality import GOOD, Status, quality
from backend.model.thing_model import PropertyAffordance, limits_of
from widgets.readouts.ages import NO_VALUE, number_text
from widgets.tables import Row, RowLook

Step = dict[str, str | float]
_LONGEST: Final = 60
_QUALITIES: Final = {"good": GOOD, "uncertain": quality(Status.UNCERTAIN), "bad": quality(Status.BAD)}


def model_rows(views: Sequence[ModelView]) -> list[Row]:
    """One row a model; bold while a saved version waits for the next start."""
    return [
        Row(
            key=view.model.id,
            cells=(
                shown(view.model.id, 28),
                view.model.version,
            ),
            bold=view.waits,
        )
        for view in views
    ]


def member_rows(model: ThingModel) -> list[Row]:
    """Properties by category, then services, then events."""
    return [*_properties(model), *_actions(model), *_events(model)]


def step_rows(steps: Sequence[Step], dropped: Mapping[int, int]) -> list[Row]:
    """One row a step, in the order they run."""
    return [
        Row(
            key=str(number),
            cells=(
                str(number + 1),
                step_word(str(step["step"])),
                shown(str(step["property"]), 40),
                shown(parameters_text(step)),
                str(dropped.get(number, "")),
            ),
        )
        for number, step in enumerate(steps)
    ]


def result_rows(results: Sequence[StepResult], model: ThingModel) -> list[Row]:
    """What is there after each step, a row a value; a step's first row names it and what it dropped or would send."""
    rows: list[Row] = []
    for result in results:
        head = _result_head(result)
        rows.append(Row(key=f"{result.number}", cells=(head, "", "", "", ""), bold=True))
        rows += [
            Row(
                key=f"{result.number}:{place}",
                cells=(
                    "",
                    shown(each.property, 40),
                    f"{each.at_s:g} s",
                    _number(each.value, model.properties[each.property]),
                    quality_word(each.quality),
                ),
                look=RowLook.PLAIN if each.quality == GOOD else RowLook.DIM,
            )
            for place, each in enumerate(result.rows)
        ]
    return rows


def parameters_text(step: Step) -> str:
    """A step's parameters on one line."""
    return "  ".join(
        f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}" for key, value in _given(step)
    )


def steps_of(model: ThingModel) -> list[Step]:
    """A model's chain for editing, as in its file."""
    return [step.model_dump(by_alias=True, exclude_none=True) for step in model.processing]


def parameters_of(step: str) -> tuple[str, ...]:
    """The keys that a step may have, in the order of the form."""
    known = PARAMETERS[step]
    allowed = {*known.all_of, *known.any_of, *known.also}
    return tuple(key for key in KEYS if key in allowed)


def read_parameter(key: str, text: str) -> str | float:
    """What was typed for a parameter. Raises ValueError when it must be a number and is none."""
    if key in TEXTS:
        return text
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def read_inputs(text: str) -> list[Input]:
    """Test input: a line a value, "property seconds value" and, if not good, the quality. ValueError: the line."""
    inputs = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        if len(words) not in (3, 4) or (words[-1] not in _QUALITIES and len(words) == 4):
            raise ValueError(str(number))
        try:
            at_s, value = float(words[1]), float(words[2])
        except ValueError:
            raise ValueError(str(number)) from None
        if not abs(at_s) < 1e9:
            raise ValueError(str(number))
        code = _QUALITIES[words[3]] if len(words) == 4 else GOOD
        inputs.append(Input(property=words[0], at_s=at_s, value=value, quality=code))
    return inputs


def first_inputs(model: ThingModel) -> str:
    """Something to begin with: three values of each property that the chain works on, or of the first."""
    used = [step.property for step in model.processing if step.property not in model.computed]
    named = [name for step in model.processing for name in model.properties if name in (step.expression or "")]
    names = dict.fromkeys([*used, *named]) or dict.fromkeys(list(model.properties)[:1])
    return "\n".join(
        f"{name} {round(number * model.properties[name].period_s)} {_part(model.properties[name], share):g}"
        for number, share in enumerate((0.5, 0.5, 0.6))
        for name in names
    )


def step_word(step: str) -> str:
    """A kind of step for people."""
    return {
        "filter": _("Filter"),
        "convert": _("Convert"),
        "clean": _("Clean"),
        "compute": _("Compute"),
        "forward": _("Forward"),
    }[step]


def parameter_word(key: str) -> str:
    """A parameter for people."""
    return {
        "deadBand": _("Dead band"),
        "longest": _("At the latest after (s)"),
        "low": _("Lowest"),
        "high": _("Highest"),
        "scale": _("Times"),
        "offset": _("Plus"),
        "unit": _("From unit"),
        "spike": _("Greatest jump"),
        "within": _("Within (s)"),
        "mark": _("Mark as (uncertain or bad)"),
        "expression": _("Expression"),
        "to": _("To (mqtt:out/… or http://…)"),
    }[key]


def category_word(category: Category) -> str:
    """A category of C-01 for people."""
    return {
        Category.BASIC: _("Basic"),
        Category.RUNNING: _("Running"),
        Category.MONITORED: _("Monitored"),
        Category.ABNORMAL: _("Abnormal"),
    }[category]


def _properties(model: ThingModel) -> Iterator[Row]:
    for category in Category:
        for name, entry in model.properties.items():
            if entry.category is category:
                unit = shown(entry.unit, 16)
                span = f"{number_text(entry.minimum, 0)} … {number_text(entry.maximum, 0)}"
                forms = ", ".join(dict.fromkeys(str(form.protocol) for form in entry.forms))
                yield Row(
                    key=f"property:{name}",
                    cells=(
                        _("Property"),
                        category_word(category),
                        shown(name, 40),
                        shown(bilingual(entry.title, entry.title_zh), _LONGEST),
                        unit,
                        span,
                        str(entry.precision),
                        f"{entry.period_s:g} s",
                        _limits(limits_of(entry.limits), entry.precision),
                        forms or _("computed"),
                    ),
                )


def _actions(model: ThingModel) -> Iterator[Row]:
    for name, action in model.actions.items():
        written = model.properties[action.writes]
        forms = ", ".join(dict.fromkeys(str(form.protocol) for form in written.forms))
        title = shown(bilingual(action.title, action.title_zh), _LONGEST)
        empty = ("", "", "", "", "")
        yield Row(
            key=f"action:{name}",
            cells=(_("Service"), category_word(written.category), shown(name, 40), title, *empty, forms),
        )


def _events(model: ThingModel) -> Iterator[Row]:
    for name, event in model.events.items():
        forms = ", ".join(dict.fromkeys(str(form.protocol) for form in event.forms))
        title = shown(bilingual(event.title, event.title_zh), _LONGEST)
        empty = ("", "", "", "", "")
        yield Row(
            key=f"event:{name}",
            cells=(_("Event"), category_word(event.category), shown(name, 40), title, *empty, forms),
        )


def _limits(limits: Limits, precision: int) -> str:
    named = (("HH", limits.hh), ("H", limits.h), ("L", limits.l), ("LL", limits.ll))
    return "  ".join(f"{name} {number_text(value, precision)}" for name, value in named if value is not None)


def _result_head(result: StepResult) -> str:
    if result.number < 0:
        return _("Input")
    if not result.step:
        return _("Result")
    words = f"{result.number + 1} {step_word(result.step)}"
    if result.dropped:
        words += " · " + _("dropped {count}").format(count=result.dropped)
    if result.step == "forward":
        words += " · " + _("would send {count}").format(count=result.sent)
    return words


def _given(step: Step) -> Iterator[tuple[str, str | float]]:
    return ((key, step[key]) for key in KEYS if key in step)


def _number(value: float, entry: PropertyAffordance) -> str:
    if not math.isfinite(value):
        return NO_VALUE
    return f"{number_text(value, max(entry.precision, 3))} {shown(entry.unit, 16)}".rstrip()


def _part(entry: PropertyAffordance, share: float) -> float:
    return entry.minimum + share * (entry.maximum - entry.minimum)
