"""Binding at start: forms of every point, actuators with their proof; a changed model is noticed."""

from __future__ import annotations

import pytest

from backend.devices import AssetRow, DeviceRow, actuators, bind, build_registry
from backend.errors import ConfigError
from backend.model.actuation import Actuator, Condition
from backend.model.plant import AssetKind, Registry
from backend.model.thing_model import ThingModel
from backend.site import thing_models

MODELS = thing_models()


@pytest.fixture
def registry() -> Registry:
    assets = [AssetRow(id="MV-7", kind=AssetKind.VALVE, name="Valve 7")]
    rows = [
        DeviceRow(id="LOG-1", model="pressure-logger", asset="MV-7"),
        DeviceRow(id="MV-7", model="motor-valve", asset="MV-7", protocol="mqtt"),
    ]
    return build_registry(assets, rows, MODELS, Registry(), "hz")[0]


def changed(model: ThingModel, name: str, **fields: object) -> ThingModel:
    entry = model.properties[name].model_copy(update=fields)
    return model.model_copy(update={"properties": {**model.properties, name: entry}})


def test_binding_at_start_gives_what_the_import_gave(registry: Registry) -> None:
    again, forms = build_registry((), (), MODELS, registry, "hz")
    assert again == registry
    assert bind(registry, MODELS, "hz") == forms
    assert sorted(forms) == list(range(13))


def test_actuators_point_to_their_proof_and_their_interlocks(registry: Registry) -> None:
    ids = {point.property: point.id for point in registry.points if point.device == "MV-7"}
    conditions = (Condition(point=ids["local_remote"], equals=1), Condition(point=ids["fault"], equals=0))
    assert actuators(registry, MODELS) == tuple(
        Actuator(
            point=ids["command"],
            device="MV-7",
            verb=verb,
            title=title,
            title_zh=title_zh,
            value=code,
            feedback=ids["position"],
            feedback_value=code,
            tolerance=0,
            verify_within_s=120,
            conditions=conditions,
        )
        for verb, title, title_zh, code in (("open", "Open valve", "开阀", 1), ("close", "Close valve", "关阀", 2))
    )


def test_a_missing_model_names_the_device(registry: Registry) -> None:
    models = {name: model for name, model in MODELS.items() if name != "motor-valve"}
    with pytest.raises(ConfigError, match="device MV-7: there is no thing model 'motor-valve'"):
        bind(registry, models, "hz")


def test_a_model_that_changed_a_unit_is_refused(registry: Registry) -> None:
    models = {**MODELS, "pressure-logger": changed(MODELS["pressure-logger"], "pressure", unit="MPa")}
    with pytest.raises(ConfigError) as refused:
        bind(registry, models, "hz")
    assert str(refused.value) == (
        "LOG-1.PT is stored as pressure in 'kPa', but the model pressure-logger now gives pressure in 'MPa'"
    )


@pytest.mark.expects_warnings
def test_an_action_that_could_not_be_proved_is_left_out_and_logged(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    model = MODELS["motor-valve"]
    action = model.actions["open"].model_copy(update={"feedback": "limit_switch"})
    models = {**MODELS, "motor-valve": model.model_copy(update={"actions": {**model.actions, "open": action}})}
    assert [one.verb for one in actuators(registry, models)] == ["close"]
    assert "limit_switch" in caplog.text
