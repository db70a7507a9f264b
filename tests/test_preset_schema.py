"""The shipped JSON schema says what `Preset.from_json` takes."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from blackcamo.errors import PresetError
from blackcamo.looks import Look
from blackcamo.preset import Preset
from tests.looks.files import film
from tests.test_preset import OF_VERSION_2, edited, finite, json_values, make

SCHEMA: dict[str, Any] = json.loads((files("blackcamo") / "preset.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def test_it_is_a_schema_of_every_field_with_the_same_defaults() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    known = {f.name: f for f in fields(Preset) if f.name != "extra"}
    assert set(SCHEMA["properties"]) == {*known, "format", "version"}
    preset = Preset(filters=("tone",), lut_size=33, params={})
    for name in known.keys() - set(SCHEMA["required"]):
        assert SCHEMA["properties"][name]["default"] == getattr(preset, name)


@given(
    params=st.dictionaries(st.text(min_size=1), finite, max_size=5),
    provenance=st.dictionaries(st.text(), json_values, max_size=4),
    seed=st.integers(0, 2**63 - 1),
    style=st.sampled_from(["", "teal-orange", "Größe 2"]),
)
def test_what_is_written_is_valid(
    params: dict[str, float], provenance: dict[str, object], seed: int, style: str
) -> None:
    some = {"params": params, "provenance": provenance, "seed": seed, "style": style}
    text = make(finish="white", extra={"rating": 5}, **some).to_json()
    VALIDATOR.validate(json.loads(text))


def test_what_older_versions_become_is_valid_and_they_are_not() -> None:
    assert not VALIDATOR.is_valid(json.loads(OF_VERSION_2))
    VALIDATOR.validate(json.loads(Preset.from_json(OF_VERSION_2).to_json()))


def test_a_preset_with_the_look_of_a_file_is_valid() -> None:
    kept = Look.from_table(film(2), "film").to_json()
    text = make(filters=("tone", "look"), params={}, look=kept).to_json()
    VALIDATOR.validate(json.loads(text))
    validate = Draft202012Validator(SCHEMA["properties"]["look"]).validate
    validate({**kept, "author": "somebody"})


@pytest.mark.parametrize(
    "changes",
    [
        *({name: ...} for name in ("format", "version", "filters", "lut_size", "params")),
        {"format": "lut"},
        {"version": 4},
        {"filters": ["look"]},
        {"filters": ["look"], "look": ...},
        {"filters": ["look"], "look": {"name": "film"}},
        {"filters": ["look"], "look": {"name": "", "png": ""}},
        {"filters": ["look"], "look": {"name": "a/b", "png": ""}},
        {"look": {"name": "film", "png": ""}},
        {"version": True},
        {"filters": []},
        {"filters": ["tone", "tone"]},
        {"filters": [""]},
        {"lut_size": 1},
        {"lut_size": 130},
        {"params": {"exposure": "1"}},
        {"params": {"exposure": True}},
        {"seed": -1},
        {"seed": 2**63},
        {"seed": True},
        {"keep_size": 1},
        {"mode": "ruin"},
        {"recipe": "two\nlines"},
        {"provenance": []},
        {"style": None},
        {"style": ["vivid"]},
        {"style": "two\nlines"},
        {"finish": None},
        {"finish": {"name": "white"}},
        {"finish": "a\u2028b"},
    ],
)
def test_both_refuse_the_same(changes: dict[str, object]) -> None:
    text = edited(**changes)
    assert not VALIDATOR.is_valid(json.loads(text))
    with pytest.raises(PresetError):
        Preset.from_json(text)
