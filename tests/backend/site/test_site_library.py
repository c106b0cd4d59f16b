"""Thing models of a site: the shipped ones and its own; no id twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.errors import ConfigError
from backend.site import thing_models
from tests.support.thing_documents import a_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path


def add(folder: Path, name: str, document: object) -> None:
    (folder / "models" / name).write_text(json.dumps(document), encoding="utf-8")


def test_a_folder_without_models_has_the_shipped_ones(tmp_path: Path) -> None:
    assert thing_models(tmp_path).keys() == thing_models().keys()


def test_own_models_are_added(folder: Path) -> None:
    add(folder, "tester.json", a_model())
    (folder / "models" / "notes.txt").write_text("not a model")
    assert thing_models(folder).keys() - thing_models().keys() == {"tester"}


def test_a_shipped_id_cannot_be_taken(folder: Path) -> None:
    add(folder, "mine.json", a_model() | {"id": "urn:me:station-rtu"})
    with pytest.raises(
        ConfigError, match=r"mine\.json: the model id station-rtu is given by assets/models/station-rtu\.json"
    ):
        thing_models(folder)


def test_two_own_models_with_one_id(folder: Path) -> None:
    add(folder, "a.json", a_model())
    add(folder, "b.json", a_model())
    with pytest.raises(ConfigError, match=r"b\.json: the model id tester is given by .*a\.json already"):
        thing_models(folder)


def test_a_wrong_own_model_names_its_file_and_place(folder: Path) -> None:
    add(folder, "a.json", a_model() | {"title": 5})
    with pytest.raises(ConfigError, match=r"a\.json, at /title: must be text"):
        thing_models(folder)
