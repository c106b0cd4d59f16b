"""Responses to alarms: read whole, refused in words, found by the alarm they answer."""

from __future__ import annotations

from typing import Any

import pytest

from backend.alarms.configs import link_config, point_configs
from backend.alarms.responses import Responses
from backend.errors import ConfigError
from backend.model.alarm import AlarmClass, AlarmConfig, Priority
from backend.model.plant import Asset, AssetKind, Device, Limits, Point, QuantityKind, Registry
from backend.model.response_schema import common_responses
from backend.model.thing_model import parse
from tests.support.thing_documents import a_model


def an_answer(**changes: Any) -> dict[str, Any]:
    return {
        "respondWithin": 240,
        "consequence": {"en": "Flames go out.", "zh": "用户熄火。"},
        "causes": [{"en": "Line break", "zh": "管道破裂", "share": 60}, {"en": "Drift", "zh": "漂移"}],
        "steps": [{"en": "Look", "zh": "查看"}],
    } | changes


def with_responses(answers: dict[str, Any], name: str = "pressure") -> dict[str, Any]:
    document = a_model()
    document["properties"][name]["lp:responses"] = answers
    return document


def test_a_response_is_read_with_its_model() -> None:
    response = parse(with_responses({"ll": an_answer()}), file="m").properties["pressure"].responses["ll"].response()
    assert response.respond_s == 240
    assert [(cause.words.en, cause.share) for cause in response.causes] == [("Line break", 60), ("Drift", None)]
    assert response.steps[0].zh == "查看"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"ll": an_answer(respondWithin=0)}, "must be more than 0"),
        ({"ll": an_answer(consequence={"en": "Only English"})}, "consequence/zh: is missing"),
        ({"ll": an_answer(steps=[])}, "needs at least 1 entries"),
        ({"ll": an_answer(step=[])}, "is not a known key"),
        ({"lll": an_answer()}, "must be one of"),
        ({"state": an_answer()}, "a point of this kind has no such limit"),
        (
            {"ll": an_answer(causes=[{"en": "A", "zh": "甲", "share": 60}, {"en": "B", "zh": "乙", "share": 50}])},
            "the shares of the causes exceed 100",
        ),
        (
            {"ll": an_answer(causes=[{"en": "A", "zh": "甲", "share": 10}, {"en": "B", "zh": "乙", "share": 50}])},
            "the most likely cause comes first",
        ),
    ],
)
def test_a_response_that_cannot_be_meant_is_refused_with_its_place(answers: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match="lp:responses") as refused:
        parse(with_responses(answers), file="m.json")
    assert why in str(refused.value)


def test_a_common_response_is_refused_with_its_place() -> None:
    with pytest.raises(ConfigError, match=r"responses\.json, at /lost/steps: is missing"):
        common_responses({"lost": {k: v for k, v in an_answer().items() if k != "steps"}}, file="responses.json")


def a_registry(limits: Limits) -> Registry:
    asset = Asset(id="R-12", kind=AssetKind.STATION, name="Binjiang")
    device = Device(id="R-12", model="m", asset="R-12", protocol="mqtt")
    point = Point(
        id=0,
        tag="R-12.PT",
        device="R-12",
        asset="R-12",
        property="pressure",
        title="Pressure",
        title_zh="",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=0,
        high=600,
        precision=1,
        period_s=5,
        limits=limits,
    )
    return Registry(assets=(asset,), devices=(device,), points=(point,))


def test_an_alarm_finds_the_response_of_its_level() -> None:
    model = parse(with_responses({"ll": an_answer()}), file="m")
    common = common_responses({"lost": an_answer(respondWithin=60)}, file="c")
    registry = a_registry(Limits(l=150, ll=100))
    found = Responses(lambda: registry, {"m": model.model_copy(update={"urn": "urn:x:m"})}, common)
    low = point_configs(registry)[0, "low"]
    answer = found.of(low, "LL")
    assert answer is not None
    assert answer.respond_s == 240
    assert found.of(low, "L") is None
    lost = found.of(link_config("mqtt", important=False), "")
    assert lost is not None
    assert lost.respond_s == 60


def test_an_alarm_that_nobody_has_answered_has_no_response() -> None:
    config = AlarmConfig(
        key="x:odd",
        source="x",
        condition="odd",
        message="",
        alarm_class=AlarmClass.SYSTEM,
        priorities=(("", Priority.P4),),
    )
    assert Responses(Registry, {}, {}).of(config, "") is None
