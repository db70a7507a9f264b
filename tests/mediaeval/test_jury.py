"""Making a jury and counting its votes, without a browser."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.channel import Channel
from blackcamo.cli import main
from blackcamo.errors import InputError
from blackcamo.mediaeval.jury.making import make_jury
from blackcamo.mediaeval.jury.tallying import count, tally
from tests.mediaeval.pictures import write_grey

RUNS = ("A", "B", "C", "D", "E", "F")
IMAGES = ("x", "y")
Vote = Callable[..., Path]


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """Originals of level 200, and runs of levels 10, 20, ...: a picture tells its run."""
    folders = {name: tmp_path / name for name in ("originals", *RUNS)}
    for image in IMAGES:
        write_grey(folders["originals"] / f"{image}.png", 200)
        for n, run in enumerate(RUNS, start=1):
            write_grey(folders[run] / f"{run}_{image}.png", 10 * n)
    return folders


@pytest.fixture
def words(folders: dict[str, Path], tmp_path: Path) -> list[str]:
    words = ["jury", "make", "--originals", str(folders["originals"])]
    words += ["--out", str(tmp_path / "jury"), "--annotator", "anna", "--annotator", "ben"]
    return [*words, *(w for run in RUNS for w in ("--run", f"{run}={folders[run]}"))]


@pytest.fixture
def vote(folders: dict[str, Path], tmp_path: Path) -> Vote:
    """Make a jury; ``vote("anna", x="ABC-DE", y="BCD-AF")`` saves what a page would."""
    runs = {run: folders[run] for run in RUNS}
    out = tmp_path / "jury"
    make_jury(
        folders["originals"], runs, images=IMAGES, annotators=("anna", "ben", "cleo"), out=out
    )
    key = json.loads((out / "jury-key.json").read_text())

    def vote(who: str, **picks: str) -> Path:
        tokens = {tuple(meaning): token for token, meaning in key["tokens"][who].items()}
        votes = []
        for image, both in picks.items():
            most, least = ([tokens[image, run] for run in part] for part in both.split("-"))
            votes.append({"most": most, "least": least})
        document = {"format": "blackcamo-jury-votes", "version": 1, "jury": key["jury"]}
        path = tmp_path / f"votes-{who}.json"
        path.write_text(json.dumps({**document, "annotator": who, "votes": votes}))
        return path

    return vote


def page_data(page: Path) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text())
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_a_page_is_blind_and_shows_what_the_scorer_saw(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--image", "x", "--image", "y", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    key = json.loads(Path(told["key"]).read_text())
    page = Path(told["pages"]["anna"])
    data = page_data(page)
    levels = {}
    for shown in data["images"]:
        for choice in shown["choices"]:
            data_uri = choice["src"].removeprefix("data:image/jpeg;base64,")
            jpeg = base64.b64decode(data_uri)
            image, run = key["tokens"]["anna"][choice["token"]]
            level = 10 * (RUNS.index(run) + 1)
            grey = np.full((36, 48, 3), level, np.uint8)
            assert jpeg == Channel(90).encode(grey)
            levels[image, run] = np.asarray(Image.open(io.BytesIO(jpeg))).mean()
    assert len(levels) == 12
    # Nothing that leads to a run, to another host or to a file.
    text = page.read_text()
    assert not re.search(r"[A-F]_x|://|\.png|<link|<img[^>]* src|@import|url\(", text)
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in text


def test_orders_are_random_and_fixed_by_the_seed(folders: dict[str, Path], tmp_path: Path) -> None:
    def orders(name: str, seed: int) -> dict[str, list[list[str]]]:
        runs = {run: folders[run] for run in RUNS}
        made = make_jury(
            folders["originals"], runs, images=IMAGES, annotators=("anna", "ben"), seed=seed,
            out=tmp_path / name,
        )  # fmt: skip
        key = json.loads(made.key.read_text())["tokens"]
        return {
            who: [
                ["/".join(key[who][c["token"]]) for c in shown["choices"]]
                for shown in page_data(page)["images"]
            ]
            for who, page in made.pages.items()
        }

    first = orders("one", 0)
    assert orders("two", 0) == first
    assert orders("three", 1) != first
    assert first["anna"] != first["ben"]


def test_votes_are_counted_as_by_hand(vote: Vote, tmp_path: Path) -> None:
    files = [vote("anna", x="ABC-DE", y="ABD-EF"), vote("ben", y="ABC-FE", x="BCF-AE")]
    result = tally(tmp_path / "jury" / "jury-key.json", files)
    # B has four; A and C have three, of which A was a least appealing one once.
    assert [(r.run, r.most, r.least) for r in result.runs] == [
        ("B", 4, 0), ("C", 3, 0), ("A", 3, 1), ("D", 1, 1), ("F", 1, 2), ("E", 0, 4),
    ]  # fmt: skip
    assert (result.votes, result.images, result.absent) == (4, 2, ("cleo",))
    # By hand: 12 units of two labels, most/least/none = 12/8/4. Coincidences that disagree:
    # x: A ml, D ln, F nm; y: C nm, D mn -> 5 of 12 pairs. Expected: 1 - sum n(n-1) / N(N-1).
    observed = 5 / 12
    expected = 1 - (12 * 11 + 8 * 7 + 4 * 3) / (24 * 23)
    assert result.alpha == pytest.approx(1 - observed / expected)


def test_one_annotator_agrees_with_nobody(vote: Vote, tmp_path: Path) -> None:
    result = tally(tmp_path / "jury" / "jury-key.json", [vote("ben", x="ABC-DE", y="ABC-DE")])
    assert result.alpha is None
    # All images agree, and there is one annotator: nothing can vary.
    assert {r.run: r.most_interval for r in result.runs}["A"] == (2, 2)


def test_intervals_reflect_images_and_annotators() -> None:
    # Ten annotators of one mind on 20 images, half of which favour run 0.
    one_mind = np.zeros((10, 20, 5), np.int8)
    one_mind[:, :10, 0] = 1
    (run, *_) = count(one_mind, runs="abcde", annotators=tuple("0123456789")).runs
    assert (run.run, run.most) == ("a", 100)
    # Only images vary: 10 times binomial(20, 1/2), whose central 95 % are 6 to 14.
    assert run.most_interval == (60, 140)
    # The other way about: five annotators favour it on every image: 20 * binomial(10, 1/2).
    two_minds = np.zeros((10, 20, 5), np.int8)
    two_minds[:5, :, 0] = 1
    (run, *_) = count(two_minds, runs="abcde", annotators=tuple("0123456789")).runs
    assert run.most_interval == (40, 160)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"jury": "other"}, "votes of another jury"),
        ({"annotator": "zoe"}, "annotator 'zoe' is not of this jury"),
        ({"annotator": "ben"}, "is no version on this annotator's page"),
        ({"format": "x"}, 'the field "format" must be'),
        ({"version": 2}, "reads version 1"),
        ({"votes": []}, "votes on 2 images are needed"),
        ({"votes": "xx"}, "votes on 2 images are needed"),
        ({"votes": [1, 2]}, "vote 1: 3 most appealing versions are needed"),
    ],
)
def test_votes_that_do_not_fit_are_one_line(
    vote: Vote, tmp_path: Path, change: dict[str, object], says: str
) -> None:
    path = vote("anna", x="ABC-DE", y="ABC-DE")
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(InputError, match=re.escape(says)) as caught:
        tally(tmp_path / "jury" / "jury-key.json", [path])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        ("AB-DE", "ABC-DE", "vote 1: 3 most appealing versions are needed"),
        ("ABC-DE", "ABC-D", "vote 2: 2 least appealing versions are needed"),
        ("ABC-CE", "ABC-DE", "vote 1: a version is picked twice"),
        ("ABA-DE", "ABC-DE", "vote 1: a version is picked twice"),
    ],
)
def test_votes_of_other_numbers_are_refused(
    vote: Vote, tmp_path: Path, x: str, y: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        tally(tmp_path / "jury" / "jury-key.json", [vote("anna", x=x, y=y)])


def test_votes_are_not_mixed_or_repeated(vote: Vote, tmp_path: Path) -> None:
    key = tmp_path / "jury" / "jury-key.json"
    path = vote("anna", x="ABC-DE", y="ABC-DE")
    with pytest.raises(InputError, match="votes of 'anna' are given twice"):
        tally(key, [path, path])
    document = json.loads(path.read_text())
    one, two = document["votes"]
    path.write_text(json.dumps({**document, "votes": [one, one]}))
    with pytest.raises(InputError, match="two votes are on one image"):
        tally(key, [path])
    path.write_text(json.dumps({**document, "votes": [{**one, "least": two["least"][:0]}, two]}))
    with pytest.raises(InputError, match="2 least appealing"):
        tally(key, [path])
    mixed = {"most": one["most"], "least": [two["least"][0], one["least"][1]]}
    path.write_text(json.dumps({**document, "votes": [mixed, two]}))
    with pytest.raises(InputError, match="versions of 2 images are mixed"):
        tally(key, [path])


def test_the_command_counts(vote: Vote, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(vote(who, x="ABC-DE", y="ABC-DF")) for who in ("anna", "ben")]
    words = ["jury", "tally", "--key", str(tmp_path / "jury" / "jury-key.json"), *files]
    assert main(words) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1].split() == ["A", "4", "4-4", "0", "0-0"]
    assert told[-3:] == [
        "of 4 votes: 2 images, 2 annotators",
        "agreement (Krippendorff's alpha): 1.000",
        "no votes yet from: cleo",
    ]
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["alpha"] == 1
    assert document["runs"][0]["most_interval"] == [4, 4]
    (tmp_path / "jury" / "jury-key.json").write_text("{}")
    assert main(words) == 2
    assert 'the field "format" must be "blackcamo-jury-key"' in capsys.readouterr().err


def test_the_images_may_come_from_an_evaluation(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluation = tmp_path / "evaluation.json"
    evaluation.write_text(json.dumps({"runs": [], "jury_images": ["y"]}))
    assert main([*words, "--evaluation", str(evaluation)]) == 0
    assert str(tmp_path / "jury" / "jury-ben.html") in capsys.readouterr().out
    assert len(page_data(tmp_path / "jury" / "jury-ben.html")["images"]) == 1
    evaluation.write_text("[]")
    assert main([*words, "--evaluation", str(evaluation)]) == 2
    assert "a result of `blackcamo evaluate` is needed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ([], "the images come from --evaluation or from --image"),
        (["--image", "x", "--image", "x"], "image 'x' is given twice"),
        (["--image", "w"], "has no image 'w'"),
        (["--image", "x", "--annotator", "a b"], "annotator is 'a b'; use letters"),
        (["--image", "x", "--annotator", "ben"], "annotator 'ben' is given twice"),
        ([w for n in range(21) for w in ("--image", str(n))], "21 images are given"),
    ],
)
def test_a_jury_that_cannot_be_made_is_one_line(
    words: list[str], more: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, *more]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert told.err.count("\n") == 1


def test_fewer_than_five_runs_and_missing_images_are_refused(
    words: list[str], folders: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words[:-4], "--image", "x"]) == 2
    assert "4 runs are too few" in capsys.readouterr().err
    (folders["C"] / "C_x.png").unlink()
    assert main([*words, "--image", "x"]) == 2
    assert "run 'C' has not exactly one image of 'x'" in capsys.readouterr().err
    write_grey(folders["C"] / "x.png", 30, width_px=50)
    assert main([*words, "--image", "x"]) == 2
    assert "is 50x36 px; it must be 48x36" in capsys.readouterr().err
