"""The program as a whole: help, versions, usage errors, broken pipes, what start-up loads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import blackcamo
from blackcamo.cli import main
from blackcamo.cli.stopping import stopping
from tests.cli.program import PROGRAM, hear_ctrl_c

COMMANDS = (
    "search", "score", "verify", "apply", "styles", "front", "export", "studies", "scorers",
    "filters",
    "submit", "evaluate", "evaluate-scorer", "dashboard", "pictures", "prune-artifacts", "merge",
    "delete",
)  # fmt: skip
HEAVY = {"torch", "numpy", "PIL", "cv2", "nevergrad", "optuna", "onnxruntime", "openvino"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    plain = {**os.environ, "TERM": "dumb", "COLUMNS": "100"}
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, check=False, env=plain
    )


@pytest.mark.parametrize("words", [[f"{sys.prefix}/bin/blackcamo"], PROGRAM])
def test_the_console_script_and_the_module_are_this_program(words: list[str]) -> None:
    answer = subprocess.run([*words, "--version"], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, f"blackcamo {blackcamo.__version__}\n")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_names_every_command(arguments: tuple[str, ...]) -> None:
    answer = run(*arguments)
    assert answer.returncode == 0
    assert answer.stderr == ""
    listed = [words[1] for line in answer.stdout.splitlines() if len(words := line.split()) > 2]
    assert set(COMMANDS) <= set(listed)


def test_a_group_needs_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights"]) == 2
    assert capsys.readouterr() == ("", "blackcamo: Missing command.\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert f"blackcamo {command}" in told
    assert "--json" in told


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from blackcamo.cli import main; main(['search', '--help']); "
        f"sys.exit(', '.join({HEAVY!r} & set(sys.modules)) or 0)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serch"], "No such command 'serch'. Did you mean 'search'?"),
        (["search"], "Missing argument 'PHOTO'."),
        (["search", "a.jpg", "--bugdet", "5"], "No such option: --bugdet (Possible options: --bu"),
        (["search", "a.jpg", "--budget", "many"], "Invalid value for '--budget': "),
        (["search", "a.jpg", "--mode", "ruin"], "'ruin' is not one of 'enhance', 'imperceptible'"),
        (["search", "a.jpg", "--range", "1"], "Option '--range' requires 2 arguments."),
        (["apply", "a.json", "a.jpg"], "Missing option '--out'."),
        (["search", "a.jpg", "--scorer-option", "x"], "--scorer-option is 'x'; it must be KEY=V"),
        (
            ["score", "a.jpg", "--scorer-option", "a=1", "--scorer-option", "a=2"],
            "--scorer-option 'a' is given twice; give it once",
        ),
        (["export", "s", "--format", ","], "--format names no format"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("blackcamo: ")
    assert says in told.err
    assert told.err.count("\n") == 1
    assert main([arguments[0], "--json", *arguments[1:]]) == 2
    told = capsys.readouterr()
    assert says in json.loads(told.out)["error"]
    assert told.err.count("\n") == 1


def test_nobody_reading_is_no_traceback() -> None:
    program = subprocess.Popen(
        [*PROGRAM, "filters"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    assert program.stderr.read() == ""
    program.stderr.close()
    assert program.wait() != 0


def test_ctrl_c_is_one_line_and_status_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("blackcamo.plugins.names", interrupt)
    assert main(["scorers"]) == 130
    assert capsys.readouterr() == ("", "blackcamo: interrupted\n")


def test_the_first_ctrl_c_of_a_search_ends_it_in_good_order(tmp_path: Path) -> None:
    pixels = np.full((96, 128, 3), 170, np.uint8)
    pixels[::3] = 90
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    command = [
        *PROGRAM, "search", "photo.png", "photo.png", "--budget", "2000", "--target", "1", "--json",
        "--scorer", "python:tests.cli.fakes:plainness", "--style", "vivid", "--batch", "4",
    ]  # fmt: skip
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,
        preexec_fn=hear_ctrl_c,
    ) as program:
        pictures = tmp_path / "camouflage" / "studies.pictures"
        deadline = time.monotonic() + 120
        while len(list(pictures.glob("*"))) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=120)
    assert program.returncode == 130
    (result,) = json.loads(out)["results"]
    assert result["interrupted"]
    assert (tmp_path / result["output"]).is_file()
    assert 3 < result["queries"]["total"] < 1000
    assert err.splitlines() == [
        "blackcamo: ending after this batch, with what was found; Ctrl-C again ends at once",
        "blackcamo: interrupted",
    ]


def test_the_second_ctrl_c_is_an_interrupt(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with stopping() as stop:
        assert not stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    assert "Ctrl-C again ends at once" in capsys.readouterr().err


def test_threads_wait_passively(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    main(["--version"])
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    main(["--version"])
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
