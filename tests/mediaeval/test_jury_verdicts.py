"""Counting votes on pairs, without a browser: verdicts, shares, agreement, bad files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.cli import main
from tests.mediaeval.pairs import (
    EDITS,
    LEVELS,
    ORIGINAL,
    key_of,
    likes,
    make,
    rows_of,
    tally,
    vote,
    write_table,
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path)


def test_verdicts_are_the_edits_whichever_side_it_was_on(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = table.parent
    said = {"vivid": "POST BETTER", "sepia": "POST SAME", "matte": "NOT NODIFF"}
    for seed in range(4):
        jury = make(table, "--seed", str(seed), out=f"jury-{seed}")
        anna = vote(jury, folder / "anna.csv", likes("Anna", **said))
        ben = vote(jury, folder / "ben.csv", likes("ben", vivid="NOT BETTER", sepia="POST BETTER"))
        assert tally(jury, anna, ben, out=f"verdicts-{seed}") == 0
        rows = rows_of(folder / f"verdicts-{seed}" / "verdicts.csv")
        header = ["picture", "photo", "edit"]
        header += [f"{name}_{n}" for n in (1, 2) for name in ("post", "against", "reason")]
        assert list(rows["vivid"]) == header
        got = {e: [f"{r[f'post_{n}']} {r[f'against_{n}']}" for n in "12"] for e, r in rows.items()}
        assert got == {
            "vivid": ["POST BETTER", "NOT BETTER"],
            "sepia": ["POST SAME", "POST BETTER"],
            "matte": ["NOT NODIFF", "NOT WORSE"],
            "grain": ["NOT WORSE", "NOT WORSE"],
        }
        for edit, row in rows.items():
            assert row["reason_1"] == f'of {edit}, "so"'
            with Image.open(folder / f"verdicts-{seed}" / row["picture"]) as picture:
                assert np.asarray(picture).mean() == LEVELS[edit]
            with Image.open(folder / f"verdicts-{seed}" / "photos" / row["photo"]) as photo:
                assert np.asarray(photo).mean() == ORIGINAL + EDITS.index(edit) % 2
    capsys.readouterr()


def test_shares_and_agreement_are_those_by_hand(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jury = make(table, "--controls", "0.25")
    anna = vote(
        jury, table.parent / "anna.csv", likes("anna", vivid="POST BETTER", sepia="POST SAME")
    )
    ben = vote(
        jury,
        table.parent / "ben.csv",
        likes("ben", vivid="POST BETTER", matte="POST NODIFF", none="POST NODIFF"),
    )
    capsys.readouterr()
    assert tally(jury, anna, ben, json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["viewers"] == ["anna", "ben"]
    assert [edit["name"] for edit in told["edits"]] == ["vivid", "matte", "sepia", "grain"]
    vivid, matte = told["edits"][:2]
    assert (vivid["post"], vivid["better"], vivid["looks"], vivid["pictures"]) == (1, 1, 2, 1)
    assert (matte["post"], matte["nodiff"], matte["worse"], matte["same"]) == (0.5, 0.5, 0.5, 0)
    assert (told["overall"]["looks"], told["overall"]["post"]) == (8, 0.5)
    assert told["overall"]["post_original"] == 1
    # Posted by both, one, one, none: two of four pictures agree.
    # Alpha: n = 8 answers, four of each; 1 - (n - 1) * disagreeing / (n_yes n_no), by hand.
    post = told["agreement"]["post"]
    assert (post["share"], post["alpha"]) == (0.5, pytest.approx(1 - 7 * 2 / 16))
    assert (told["agreement"]["better"]["share"], told["agreement"]["better"]["alpha"]) == (1, 1)
    # The control is counted apart: anna saw what was not there.
    assert (told["controls"]["looks"], told["controls"]["nodiff"]) == (2, 0.5)
    assert told["controls_by_viewer"]["anna"]["worse"] == 1
    assert told["controls_by_viewer"]["ben"]["worse"] == 0
    assert tally(jury, anna, ben) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:5] == ["edit", "pictures", "looks", "post", "original"]
    assert lines[1].split() == ["vivid", "1", "2", "100", "100", "100", "0", "0", "0"]
    assert ["post", "50", "0.125"] in [line.split() for line in lines]
    assert lines[-1].endswith("(viewers: 1 anna, 2 ben)")


def test_one_viewer_agrees_with_nobody_and_open_pairs_are_left_out(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jury = make(table)
    answer = likes("anna", vivid="POST BETTER")
    votes = vote(jury, table.parent / "v.csv", lambda s: answer(s) if s["edit"] == "vivid" else {})
    capsys.readouterr()
    assert tally(jury, votes, json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["agreement"]["post"] == {"share": None, "alpha": None}
    assert (told["open"], told["controls"]) == (3, None)
    assert set(rows_of(table.parent / "verdicts" / "verdicts.csv")) == {"vivid"}
    assert tally(jury, votes) == 0
    assert "3 pairs have no vote yet" in capsys.readouterr().out


def test_two_viewers_of_other_pairs_keep_columns_of_their_own(table: Path) -> None:
    jury = make(table)
    anna, ben = likes("anna", vivid="POST BETTER"), likes("ben")
    files = [
        vote(jury, table.parent / "a.csv", lambda s: anna(s) if s["edit"] == "vivid" else {}),
        vote(jury, table.parent / "b.csv", lambda s: ben(s) if s["edit"] == "grain" else {}),
    ]
    assert tally(jury, *files) == 0
    rows = rows_of(table.parent / "verdicts" / "verdicts.csv")
    assert (rows["vivid"]["post_1"], rows["vivid"]["post_2"]) == ("POST", "")
    assert (rows["grain"]["post_1"], rows["grain"]["post_2"]) == ("", "NOT")


def test_spreadsheets_may_have_written_the_votes(table: Path) -> None:
    jury = make(table)
    pair = key_of(jury)[0]
    path = table.parent / "votes.csv"
    header = "\ufeffPair;Viewer;Better;Post_Left;Post_Right"
    path.write_bytes(f"{header}\r\n{pair['pair'].upper()};Zoë;same;post; Not \r\n;;;;\r\n".encode())
    assert tally(jury, path) == 0
    (row,) = rows_of(table.parent / "verdicts" / "verdicts.csv").values()
    assert row["against_1"] == "SAME"
    assert row["post_1"] == ("POST" if pair["edited"] == "left" else "NOT")


HEADER = "jury,viewer,pair,post_left,post_right,better"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([",a,p009,POST,NOT,LEFT"], "row 2: pair is 'p009'; this jury has p001 to p004"),
        ([",a,p001,POST,NOT,LEFT", "", ",a,p002,MAYBE,NOT,LEFT"], "row 4: post_left is 'MAYBE'"),
        ([",a,p001,POST,NOT,"], "row 2: better is ''; it must be LEFT, RIGHT, SAME, NODIFF"),
        ([",,p001,POST,NOT,SAME"], "row 2: viewer is empty"),
        (["123,a,p001,POST,NOT,SAME"], "row 2: jury is '123', another one"),
        ([",a,p001,POST,NOT,SAME", ",a,p001,NOT,NOT,SAME"], "row 3: 'a' judged p001 otherwise"),
        ([",a,p001,POST,NOT,SAME,more"], "row 2: 7 values stand under 6 columns"),
        ([",,p001,,,"], "no votes are given"),
        (['"'], "is no CSV file"),
    ],
)  # fmt: skip
def test_bad_votes_are_one_line_of_file_row_and_value(
    table: Path, capsys: pytest.CaptureFixture[str], rows: list[str], says: str
) -> None:
    jury = make(table)
    path = table.parent / "bad.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    capsys.readouterr()
    assert tally(jury, path) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert ("bad.csv" in told.err) or "no votes" in says
    assert (told.err.count("\n"), told.out) == (1, "")
    assert not (table.parent / "verdicts").exists()


def test_files_that_are_no_votes_are_one_line(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jury = make(table)
    path = table.parent / "bad.csv"
    for data, says in (
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"", "no column 'viewer'"),
        (b"viewer,pair\n", "no column 'post_left'"),
        (b"x" * ((16 << 20) + 1), "is larger than"),
    ):
        path.write_bytes(data)
        assert tally(jury, path) == 2
        assert says in capsys.readouterr().err
    assert tally(jury, table.parent / "none.csv") == 2
    assert "none.csv cannot be read" in capsys.readouterr().err


def test_the_same_vote_twice_is_one(table: Path) -> None:
    jury = make(table)
    votes = vote(jury, table.parent / "v.csv", likes("anna"))
    assert tally(jury, votes, votes) == 0
    assert "post_2" not in rows_of(table.parent / "verdicts" / "verdicts.csv")["vivid"]


def test_neither_keys_nor_verdicts_of_others_are_written_over(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jury = make(table)
    make(table)  # the same again
    capsys.readouterr()
    words = ["jury", "make", "--pairs", str(table), "--out", str(jury)]
    assert main([*words, "--seed", "1"]) == 2
    assert "is the key of another jury" in capsys.readouterr().err
    votes = vote(jury, table.parent / "v.csv", likes("anna"))
    kept = table.parent / "verdicts" / "verdicts.csv"
    assert tally(jury, votes) == tally(jury, votes) == 0
    kept.write_text("picture,photo\nq000.jpg,x.jpg\n")
    assert tally(jury, votes) == 2
    assert "row 2: verdicts of another jury" in capsys.readouterr().err
    assert kept.read_text().endswith("x.jpg\n")


@pytest.mark.parametrize(
    "change",
    [
        {"pairs": []},
        {"pairs": [{"pair": "p001"}]},
        {"photo": "../../x.jpg"},
        {"photo": "/x.jpg"},
        {"photo": "..\\x.jpg"},
        {"pair": "../x"},
        {"edited": "up"},
    ],
)
def test_a_damaged_key_is_one_line_and_writes_nothing(
    table: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any]
) -> None:
    jury = make(table)
    votes = vote(jury, table.parent / "v.csv", likes("anna"))
    path = jury / "jury-key.json"
    key = json.loads(path.read_text())
    if "pairs" in change:
        key |= change
    else:
        key["pairs"][0] |= change
    path.write_text(json.dumps(key))
    assert tally(jury, votes) == 2
    assert "is a damaged key of a jury" in capsys.readouterr().err
    assert not (table.parent / "verdicts").exists()


def test_a_tally_needs_the_pictures_that_were_shown(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jury = make(table)
    votes = vote(jury, table.parent / "v.csv", likes("anna"))
    (jury / "viewers").rename(table.parent / "sent")
    assert tally(jury, votes) == 2
    assert "keep the folder 'viewers' beside the key" in capsys.readouterr().err
    assert not (table.parent / "verdicts" / "verdicts.csv").exists()
