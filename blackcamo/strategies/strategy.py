"""Any nevergrad optimiser behind a plain ask and tell; the only module that imports nevergrad."""

from __future__ import annotations

import contextlib
import importlib
import io
import random
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.lib import NumpyVersion
from numpy.typing import NDArray

from blackcamo.errors import MissingExtraError, OptionError, StudyError, UnknownNameError
from blackcamo.plugins import unknown

Vectors: TypeAlias = NDArray[np.float64]

DEFAULT_STRATEGY = "CMA"
_FIRST_STEP = 0.5
# These of nevergrad 1.0.12 turn one-element arrays into floats, which numpy 2.4 forbids, once
# their archive is long enough: halfway through a search, and so that the process never ends.
# Found by running all 542 in four sizes and catching every call of its learn_on_k_best().
_NEEDS_NUMPY_BEFORE_2_4 = re.compile(
    r"MetaModel|NGOpt|^NGDS|^Ng(Ioh|Lglr|Ln|RS)|^Carola|^CMAILL$|^CMandAS2$|^Wiz$"
)


def check_strategy(name: str, *, batch: int, seed: int) -> None:
    """Refuse a strategy that a search could not use, before it begins.

    The default one needs no nevergrad for that, whose import takes a second: many a search ends
    before it proposes anything.

    Raises:
        UnknownNameError, OptionError, MissingExtraError: as :class:`Strategy` does.
    """
    _check_numbers(seed, batch=batch)
    if name != DEFAULT_STRATEGY:
        Strategy(name, dimension=3, budget=1, batch=batch, seed=seed)


def _check_numbers(seed: int, **positive: int) -> None:
    for option, value in positive.items():
        if value < 1:
            raise OptionError(f"{option} is {value}; it must be at least 1")
    if not 0 <= seed < 2**32:
        raise OptionError(f"seed is {seed}; it must be between 0 and {2**32 - 1}")


class Strategy:
    """Proposes vectors in [-1, 1], around 0 first, and learns from their losses.

    The proposals follow from name, dimension, budget, batch, seed and the losses told: a new
    strategy that is asked and told the same again makes the same proposals, which is how a
    search is resumed.

    Args:
        name: any optimiser of nevergrad's registry, see :func:`strategy_names`.
        dimension: length of a vector.
        budget: candidates that the search is planned for; some optimisers adapt to it.
        batch: most candidates in one ask.
        seed: start of all randomness.
        proposed: called after each proposal with how many an ask has made, and how many it is to
            make: some optimisers take seconds for one.

    Raises:
        UnknownNameError: no optimiser of that name.
        OptionError: a number is not positive, or the optimiser cannot work with these.
        MissingExtraError: the optimiser needs a package that is not installed.
    """

    def __init__(
        self,
        name: str = DEFAULT_STRATEGY,
        *,
        dimension: int,
        budget: int,
        batch: int,
        seed: int,
        proposed: Callable[[int, int], None] = lambda *_: None,
    ) -> None:
        _check_numbers(seed, dimension=dimension, budget=budget, batch=batch)
        self.name = name
        self.dimension = dimension
        self._asked: list[Any] = []
        self._proposed = proposed
        self._global_state = _GlobalRandomness(seed)
        known = _nevergrad().optimizers.registry
        if name not in known:
            raise UnknownNameError(_unknown_strategy(name, known))
        if _NEEDS_NUMPY_BEFORE_2_4.search(name) and NumpyVersion(np.__version__) >= "2.4.0":
            raise OptionError(
                f"strategy {name!r} of nevergrad does not work with numpy {np.__version__}; "
                "install numpy < 2.4 or choose another strategy"
            )
        if batch > 1 and known[name].no_parallelization:
            raise OptionError(
                f"strategy {name!r} proposes one at a time; say --batch 1 (in Python batch=1)"
            )
        with self._guarded():
            nevergrad = _nevergrad()
            # With one coordinate these turn to another package (fcmaes), and so does every later
            # one of that name in the process: they get a second one, which is dropped.
            lonely = isinstance(known[name], nevergrad.optimizers.ParametrizedCMA)
            size = max(dimension, 2) if lonely else dimension
            # Bounds set on an array, not given to it: lower= and upper= shrink the first steps.
            space = nevergrad.p.Array(init=np.zeros(size)).set_bounds(-1.0, 1.0)
            # By default first steps are as long as the box, and what is good at its middle is lost.
            space.set_mutation(sigma=_FIRST_STEP)
            space.random_state = np.random.RandomState(seed)
            self._optimizer = known[name](
                parametrization=space, budget=budget, num_workers=_workers(known[name], batch)
            )

    def ask(self, n: int) -> Vectors:
        """Propose ``n`` candidates, (n, D) in [-1, 1]; they must be told before the next ask.

        Raises:
            OptionError: ``n`` is not positive, or the optimiser fails.
            StudyError: the candidates asked for last have not been told.
        """
        if n < 1:
            raise OptionError(f"{n} candidates were asked for; it must be at least 1")
        if self._asked:
            raise StudyError(
                f"{len(self._asked)} candidates of {self.name!r} wait for their losses; "
                "tell them before asking for more"
            )
        asked = []
        for done in range(1, n + 1):
            with self._guarded():
                asked.append(self._optimizer.ask())
            self._proposed(done, n)
        self._asked = asked
        return np.array([c.value[: self.dimension] for c in self._asked], dtype=np.float64)

    def tell(self, losses: Vectors) -> None:
        """Report the losses (n,) of the vectors asked for last, in the same order.

        Raises:
            OptionError: a loss is not finite, there is not one for each vector, or the optimiser
                fails.
            StudyError: nothing was asked for, or it was told before.
        """
        losses = np.asarray(losses, dtype=np.float64)
        if not self._asked:
            raise StudyError(f"{self.name!r} has been told of all that it proposed")
        if losses.shape != (len(self._asked),) or not np.isfinite(losses).all():
            raise OptionError(
                f"{len(self._asked)} finite losses are needed, got {losses.tolist()}; "
                "give failed candidates a large one"
            )
        with self._guarded():
            for candidate, loss in zip(self._asked, losses.tolist(), strict=True):
                self._optimizer.tell(candidate, loss)
        self._asked = []

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Keep nevergrad's warnings, prints, randomness and exceptions to this module.

        All of these belong to the whole process, so one strategy computes at a time.
        """
        with (
            _alone,
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            self._global_state,
        ):
            warnings.simplefilter("ignore")
            try:
                yield
            except ImportError as error:
                raise MissingExtraError(
                    f"strategy {self.name!r} needs a package that is not installed: "
                    f"{_one_line(error)}"
                ) from error
            except Exception as error:  # 540 optimisers raise whatever they like
                raise OptionError(
                    f"strategy {self.name!r} cannot be used here ({_one_line(error)}); "
                    "choose another one"
                ) from error


def _workers(optimiser: Any, batch: int) -> int:
    """What nevergrad is told, so that a generation of CMA is as large as a batch.

    An elitist one, as CMA is within bounds, has one more in a generation than it has workers; out
    of step with the batches it learns later, see studies/012-population.
    """
    optimizers = _nevergrad().optimizers
    elitist = optimiser is optimizers.CMA or (
        isinstance(optimiser, optimizers.ParametrizedCMA) and optimiser.elitist
    )
    return max(batch - 1, 1) if elitist else batch


_alone = threading.RLock()


class _GlobalRandomness:
    """The process-wide generators, seeded for one strategy while it computes.

    Some optimisers draw from them; that must neither disturb others nor be disturbed.
    """

    def __init__(self, seed: int) -> None:
        self._numpy = np.random.RandomState(seed).get_state()
        self._python = random.Random(seed).getstate()  # noqa: S311 - no secret is drawn

    def __enter__(self) -> None:
        self._swap()

    def __exit__(self, *_: object) -> None:
        self._swap()

    def _swap(self) -> None:
        numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
        np.random.set_state(self._numpy)  # noqa: NPY002
        random.setstate(self._python)
        self._numpy, self._python = numpy_state, python_state


def load_strategies() -> None:
    """Import what proposes, which takes a second the first time."""
    _nevergrad()


def strategy_names() -> tuple[str, ...]:
    """Every optimiser that nevergrad registers, sorted."""
    return tuple(sorted(_nevergrad().optimizers.registry))


def _nevergrad() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Takes two seconds, hence only when a search starts.
        return importlib.import_module("nevergrad")


def _unknown_strategy(name: str, known: Any) -> str:
    """The hint without the list of all 540."""
    return unknown("strategy", name, known).split(" Known: ")[0] + (
        f" nevergrad has {len(known)}, {DEFAULT_STRATEGY} and RandomSearch among them"
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
