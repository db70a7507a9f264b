"""Presets: exact round trip, strict reading, plain-language recipes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blackcamo import plugins
from blackcamo.errors import PresetError
from blackcamo.filters.look import FileLook
from blackcamo.looks import Look
from blackcamo.preset import Preset, read_preset
from blackcamo.strict_json import MAX_BYTES
from blackcamo.types import Param
from tests.looks.files import film

finite = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | finite | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def make(**changes: object) -> Preset:
    fields: dict[str, object] = {
        "filters": ("tone", "grain"),
        "lut_size": 33,
        "params": {"exposure_ev": 0.1 + 0.2, "grain_percent": 0.8},
        "seed": 7,
        "recipe": "exposure +0.30 EV",
        "provenance": {"scorer": "niqe", "score_after": 41, "photo": {"name": "café.jpg"}},
    }
    return Preset(**(fields | changes))  # type: ignore[arg-type]


def edited(**changes: object) -> str:
    document = json.loads(make().to_json()) | changes
    return json.dumps({k: v for k, v in document.items() if v is not ...})


@given(
    params=st.dictionaries(st.text(min_size=1), finite, max_size=5),
    provenance=st.dictionaries(st.text(), json_values, max_size=4),
    extra=st.dictionaries(st.text(max_size=3), json_values, max_size=3),
    seed=st.integers(0, 2**63 - 1),
)
def test_round_trip_is_exact(
    params: dict[str, float], provenance: dict[str, object], extra: dict[str, object], seed: int
) -> None:
    preset = make(params=params, provenance=provenance, extra=extra, seed=seed)
    again = Preset.from_json(preset.to_json())
    assert again == preset
    assert again.to_json() == preset.to_json()


def test_the_text_is_stable_and_readable() -> None:
    text = make().to_json()
    assert text.endswith("}\n")
    assert '"exposure_ev": 0.30000000000000004' in text
    assert "café.jpg" in text
    keys = [line.split('"')[1] for line in text.splitlines() if line.startswith('  "')]
    assert keys == sorted(keys)
    assert {"format", "version", "filters", "provenance"} <= set(keys)


def test_unknown_top_level_fields_survive() -> None:
    preset = Preset.from_json(edited(rating={"stars": [5, 4.5]}))
    assert preset.extra == {"rating": {"stars": [5, 4.5]}}
    assert json.loads(preset.to_json())["rating"] == {"stars": [5, 4.5]}


def test_presets_of_older_versions_are_read_and_written_as_ones_of_today() -> None:
    for version, unknown in ((1, ("look", "style", "finish")), (2, ("style", "finish"))):
        lacking = dict.fromkeys(unknown, ...)
        older = edited(version=version, rating={"stars": 5}, **lacking)
        preset = Preset.from_json(older)
        assert preset == make(extra={"rating": {"stars": 5}})
        assert preset.notes == ()
        written = json.loads(preset.to_json())
        assert written == json.loads(older) | {
            "version": 3, "look": None, "style": "", "finish": "",
        }  # fmt: skip
        assert Preset.from_json(preset.to_json()) == preset


def test_fields_that_older_versions_did_not_know_survive_though_a_later_one_has_them() -> None:
    theirs = {"style": "baroque", "finish": 3, "migrated": {"changed": ["x"]}}
    preset = Preset.from_json(edited(version=2, **theirs))
    assert (preset.style, preset.finish, preset.notes) == ("", "", ())
    assert preset.extra == {f"{name}_of_version_2": value for name, value in theirs.items()}
    preset = Preset.from_json(edited(version=1, look={"mood": "warm"}, style=..., finish=...))
    assert preset.look is None
    assert preset.extra == {"look_of_version_1": {"mood": "warm"}}


OF_VERSION_2 = """{
  "filters": ["tone", "residual", "light", "texture"],
  "format": "blackcamo-preset",
  "keep_size": false,
  "look": null,
  "lut_size": 33,
  "mode": "enhance",
  "params": {
    "black_fade_percent": 2.36, "canvas_angle_deg": -0.57, "canvas_jnd": 0.48,
    "canvas_threads": 127.71, "clouds_cells": 48.0, "clouds_jnd": -0.54,
    "contrast_percent": -23.47, "exposure_ev": 0.53, "grain_coarseness_percent": 66.57,
    "grain_percent": 2.3, "highlights_percent": 0.27, "light_across_percent": -1.26,
    "light_diagonal_percent": 8.79, "light_down_percent": 5.25, "mottle_cells": 128.0,
    "mottle_red_jnd": 0.37, "mottle_yellow_jnd": 1.71, "residual_1_percent": 1.51,
    "residual_2_percent": -1.63, "residual_3_percent": 1.86, "residual_4_percent": 0.22,
    "residual_5_percent": 2.01, "residual_6_percent": -0.11, "ripple_angle_deg": -30.0,
    "ripple_jnd": 0.0, "ripple_waves": 256.0, "shadows_percent": 11.43,
    "tint_across_percent": -1.67, "tint_diagonal_percent": 1.06, "tint_down_percent": 0.56,
    "warmth_across_percent": -1.35, "warmth_diagonal_percent": 4.45,
    "warmth_down_percent": 4.87, "white_fade_percent": 2.47
  },
  "provenance": {
    "score_after": 43.2, "score_before": 61.7, "scorer_spec": "pocketiqa", "succeeded": true
  },
  "recipe": "shadows +11.4 %, exposure +0.53 EV, contrast -23 %, smooth bend 5 of the colours +2.0 %, smooth bend 3 of the colours +1.9 %, smooth bend 2 of the colours -1.6 %, lighter in two opposite corners +8.8 %, warmer towards the bottom +4.9 %, 18 smaller changes",
  "seed": 4,
  "version": 2
}"""  # noqa: E501 - as version 2 wrote it


def test_of_a_look_of_version_2_stays_what_there_is_and_the_rest_is_named() -> None:
    older = json.loads(OF_VERSION_2)
    preset = Preset.from_json(OF_VERSION_2)
    assert preset.filters == ("tone", "grain")
    assert preset.params == {
        "contrast_percent": 0.0, "exposure_ev": 0.53, "grain_coarseness_percent": 66.57,
        "grain_percent": 2.3, "highlights_percent": 0.27, "shadows_percent": 8.0,
    }  # fmt: skip
    # It can be applied, and says what it does now.
    assert preset.chain().space.complete(preset.params)["exposure_ev"] == 0.53
    assert "smooth bend" not in preset.recipe
    for clause in ("0.53 EV brighter", "shadows 8 % brighter"):
        assert clause in preset.recipe
    assert (preset.seed, preset.provenance) == (4, older["provenance"])
    gone = older["params"].keys() - preset.params.keys()
    changed = sorted(gone | {"contrast_percent", "shadows_percent"})
    assert preset.extra == {"migrated": {"from_version": 2, "changed": changed}}
    (note,) = preset.notes
    assert note.startswith(
        f"the preset is of an older version; {len(changed)} of its parameters no longer exist or "
        "are bounded ('black_fade_percent', 'canvas_angle_deg', 'canvas_jnd', 'canvas_threads', "
    )
    # Written as one of today it still says so.
    again = Preset.from_json(preset.to_json())
    assert again == preset
    assert again.notes == preset.notes
    assert json.loads(again.to_json())["version"] == 3


def test_what_filters_of_others_have_stays_in_a_preset_of_version_2(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    params = {"exposure_ev": 0.5, "mood_percent": 999, "residual_1_percent": 1.0}
    older = edited(version=2, filters=["tone", "residual", "mood"], params=params, style=...)
    elsewhere = Preset.from_json(older)
    assert (elsewhere.filters, elsewhere.params) == (("tone", "mood"), params), "who knows"
    # Where it is installed it can be asked.
    mood = Family("mood", (Param("mood_percent", 0.0, 100.0, 0.0, "%", "mood"),))
    load, names = plugins.load, plugins.names
    monkeypatch.setattr(plugins, "names", lambda group: (*names(group), "mood"))
    monkeypatch.setattr(
        plugins, "load", lambda group, name: (lambda: mood) if name == "mood" else load(group, name)
    )
    here = Preset.from_json(older)
    assert here.params == {"exposure_ev": 0.5, "mood_percent": 999.0}
    assert here.extra["migrated"] == {"from_version": 2, "changed": ["residual_1_percent"]}
    assert here.recipe == "", "the old one tells of what is gone"


def test_a_preset_of_version_2_keeps_the_look_of_a_file() -> None:
    kept = Look.from_table(film(17), "film").to_json()
    params = {"look_percent": 60.0, "residual_1_percent": 1.0}
    older = edited(version=2, filters=["residual", "look"], params=params, look=kept, style=...)
    preset = Preset.from_json(older)
    assert (preset.filters, preset.params) == (("look",), {"look_percent": 60.0})
    assert preset.look == kept


def test_a_look_of_version_2_of_which_nothing_is_left_changes_nothing() -> None:
    older = edited(version=2, filters=["light"], params={"light_down_percent": 5.0})
    preset = Preset.from_json(older)
    assert (preset.filters, preset.params, preset.recipe) == (("tone",), {}, "no change")
    assert len(preset.notes) == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"params": {"exposure_ev": "1"}}, "parameter 'exposure_ev' is '1'; it must be a number"),
        ({"params": {"residual_1_percent": True}}, "'residual_1_percent' is True; it must be a"),
        ({"params": [1]}, "params is [1]"),
        ({"params": ...}, "lacks the field 'params'"),
        ({"filters": [["tone"]]}, "a list of different filter names"),
        ({"filters": [1]}, "a list of different filter names"),
        ({"filters": "tone"}, "filters is 'tone'"),
        ({"filters": ["tone", "tone"]}, "a list of different filter names"),
        ({"filters": []}, "a list of different filter names"),
    ],
)
def test_a_bad_preset_of_version_2_is_refused_as_one_of_today(
    changes: dict[str, object], says: str
) -> None:
    with pytest.raises(PresetError, match=re.escape(says)):
        Preset.from_json(edited(version=2, **changes))


def test_style_and_finish_are_kept() -> None:
    preset = make(style="teal-orange", finish="white")
    again = Preset.from_json(preset.to_json())
    assert (again.style, again.finish) == ("teal-orange", "white")
    assert again == preset
    for field in ("style", "finish"):
        for nonsense in (None, 1, "two\nlines"):
            with pytest.raises(PresetError, match=f"{field} is .* one line of printable text"):
                make(**{field: nonsense})


def test_the_look_of_a_file_is_kept_with_what_others_say_of_it() -> None:
    kept = {**Look.from_table(film(17), "film").to_json(), "author": "somebody"}
    preset = make(filters=("tone", FileLook.name), lut_size=33, params={}, look=kept)
    again = Preset.from_json(preset.to_json())
    assert again == preset
    assert again.look == kept
    (look,) = (f.look for f in again.chain().filters if isinstance(f, FileLook))
    assert look.sha256 == Look.from_table(film(17), "film").sha256


def test_optional_fields_have_defaults() -> None:
    names = ("seed", "keep_size", "mode", "style", "finish", "recipe", "look", "provenance")
    preset = Preset.from_json(edited(**dict.fromkeys(names, ...)))
    assert preset == Preset(filters=preset.filters, lut_size=33, params=preset.params)
    assert (preset.seed, preset.keep_size, preset.mode) == (0, False, "enhance")
    assert (preset.style, preset.finish, preset.look) == ("", "", None)


def test_a_preset_is_its_own_copy() -> None:
    params = {"exposure": 1.0}
    preset = make(params=params)
    params["exposure"] = 2.0
    assert preset.params == {"exposure": 1.0}
    with pytest.raises(FrozenInstanceError):
        preset.seed = 1  # type: ignore[misc]


def test_file_names_that_are_no_text_can_be_recorded() -> None:
    preset = make(provenance={"photo": b"caf\xe9.jpg".decode("utf-8", "surrogateescape")})
    assert Preset.from_json(preset.to_json()).provenance == {"photo": "caf\\udce9.jpg"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "malformed JSON in preset at line 1, column 1"),
        ("{", "malformed JSON"),
        ("[]", "the whole file is []; it must be an object"),
        ("{}", 'the field "format" must be "blackcamo-preset"'),
        (edited(format="lut"), 'the field "format" must be'),
        (edited(version=4), "preset version 4 is unknown; this blackcamo reads versions 1 to 3"),
        (edited(version=0), "preset version 0 is unknown"),
        (edited(version=True), "preset version True is unknown"),
        (edited(version="1"), "preset version '1' is unknown"),
        (edited(params=...), "preset lacks the field 'params'"),
        (edited(params=[1]), "params is [1]; it must be an object"),
        (edited(params={"a\nb": "1"}), r"parameter 'a\nb' is '1'; it must be a number"),
        (edited(params={"exposure": True}), "parameter 'exposure' is True; it must be a number"),
        (edited(params={"exposure": float("nan")}), "a number is 'NaN'; it must be finite"),
        (edited(params={"exposure": float("-inf")}), "a number is '-Infinity'"),
        (edited(provenance={"n": 1}).replace('"n": 1', '"n": 1e999'), "provenance is inf"),
        (edited(rating=1).replace('"rating": 1', '"rating": 1' + "0" * 30), "at most 92233720"),
        (edited(rating=1).replace('"rating": 1', '"rating": 1' + "0" * 9000), "at most 92233720"),
        (edited(seed=-1), "seed is -1; it must be a whole number from 0 to 9223372036854775807"),
        (edited(seed=1.0), "seed is 1.0; it must be a whole number"),
        (edited(seed=1).replace('"seed": 1', '"seed": 1, "seed": 2'), "field 'seed' 2 times"),
        (edited(lut_size=1), "lut_size is 1; it must be a whole number from 2 to 129"),
        (edited(lut_size=65536), "lut_size is 65536"),
        (edited(lut_size=True), "lut_size is True"),
        (edited(keep_size=1), "keep_size is 1; it must be true or false"),
        (edited(mode="ruin"), "mode is 'ruin'; it must be one of enhance, imperceptible"),
        (edited(mode=[]), "mode is []"),
        (edited(filters="tone"), "filters is 'tone'; it must be a list of different filter names"),
        (edited(filters=[]), "filters is []"),
        (edited(filters=["tone", "tone"]), "a list of different filter names"),
        (edited(filters=[["tone"]]), "a list of different filter names"),
        (edited(filters=["look"]), "look is None; it must be there where filters name 'look'"),
        (edited(look={"name": "film", "png": ""}), "and only there"),
        (
            edited(filters=["look"], look="film.cube"),
            'look must be an object with "name" and "png"',
        ),
        (
            edited(filters=["look"], look={"name": "../f", "png": ""}),
            "the name of a look is '../f'",
        ),
        (edited(filters=["look"], look={"name": "f", "png": "AAAA"}), "not a picture"),
        (edited(recipe="two\nlines"), "one line of printable text"),
        (f"<!DOCTYPE p [{'<!ENTITY a 1>' * 50}]><p>&a;</p>", "malformed JSON in preset at line 1"),
        ("<p>" * 100_000, "malformed JSON in preset at line 1"),
        (
            edited(params={"x": 1e308}).replace("1e+308", "1" * 400),
            "at most 92",
        ),
        (edited(recipe="\x1b[31m"), "one line of printable text"),
        (edited(provenance="x" * 500), "an object of named values"),
        (edited(rating="x" * MAX_BYTES), f"preset is larger than {MAX_BYTES} bytes"),
        (edited(rating="é" * (MAX_BYTES // 2)).encode().decode("unicode_escape"), "is larger"),
        ("[" * 100_000, "preset is nested deeper than 16 levels"),
        ('{"format": ' + "[" * 100_000, "preset is nested deeper than 16 levels"),
        (edited(rating=json.loads("[" * 17 + "]" * 17)), "extra' is nested deeper than 16 levels"),
    ],
)
def test_a_bad_preset_is_refused_in_one_short_line(text: str, says: str) -> None:
    with pytest.raises(PresetError) as caught:
        Preset.from_json(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.text() | json_values.map(json.dumps) | st.text(alphabet='{}[]",:0eE-NanInfity'))
def test_fuzzed_text_raises_nothing_else(text: str) -> None:
    with pytest.raises(PresetError):
        Preset.from_json(text)


def test_what_cannot_be_written_cannot_be_made() -> None:
    with pytest.raises(PresetError, match="provenance is nan"):
        make(provenance={"parts": {"damage": float("nan")}})
    with pytest.raises(PresetError, match=r"provenance is \{1: 2\}"):
        make(provenance={"parts": {1: 2}})
    with pytest.raises(PresetError, match="extra is \\['seed'\\]"):
        make(extra={"seed": 1})
    with pytest.raises(PresetError, match="parameter 'exposure'"):
        make(params={"exposure": "0.3"})


def test_recorded_facts_are_checked() -> None:
    preset = make()
    assert preset.recorded("scorer", str) == "niqe"
    assert preset.recorded("score_after", float) == 41.0
    assert preset.recorded("photo", dict) == {"name": "café.jpg"}
    with pytest.raises(PresetError, match="preset records no appeal; it needs one that a search"):
        preset.recorded("appeal", float)
    for name, kind in (("scorer", float), ("score_after", bool)):
        says = f"preset records {name} otherwise: Expected `{kind.__name__}`"
        with pytest.raises(PresetError, match=says):
            preset.recorded(name, kind)


def test_files_are_read_with_their_name_in_every_error(tmp_path: Path) -> None:
    path = tmp_path / "a.preset.json"
    path.write_text(make().to_json(), encoding="utf-8")
    assert read_preset(path) == make()
    for data, says in ((b"\xff\xfe", "not UTF-8"), (b"{", "malformed"), (b" " * 2**23, "larger")):
        path.write_bytes(data)
        with pytest.raises(PresetError, match=f"a.preset.json: .*{says}"):
            read_preset(path)
    with pytest.raises(PresetError, match="cannot be read \\(No such file or directory\\)"):
        read_preset(tmp_path / "none.json")
    with pytest.raises(PresetError, match="cannot be read \\(Is a directory\\)"):
        read_preset(tmp_path)


@dataclass(frozen=True)
class Family:
    name: str
    params: tuple[Param, ...]


def test_importing_presets_needs_no_torch() -> None:
    code = "import sys, blackcamo.preset; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
