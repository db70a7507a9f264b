"""Run an exported graph, one operator after another; one that may not be run is refused beforehand.

A graph is data: nodes that name an operator, its arguments and what its results are called. It is
checked when it is read; running it calls operators that compute tensors and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from blackcamo.errors import WeightsError
from blackcamo.scorers.operators import NUMBERS, find, varies, written
from blackcamo.scorers.pt2 import DTYPES, Archive

_MEMORY_FORMATS: Final = {
    1: torch.contiguous_format,
    2: torch.channels_last,
    3: torch.channels_last_3d,
    4: torch.preserve_format,
}


_SYMBOL: Final = re.compile(r"Symbol\('(\w+)'(?:, \w+=True)*\)")


@dataclass(frozen=True, slots=True)
class _Value:
    """Stands in an argument for the result of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class _Step:
    """One call; ``results`` are names, nested as the operator returns them; ``last`` are freed."""

    call: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    results: Any
    last: tuple[str, ...]


class Program:
    """A network of one tensor in, one tensor out, in fp32 unless it was exported otherwise.

    Args:
        archive: what ``read_archive`` gave.
        name: what messages call the model.
        device: the torch device that it runs on.

    Raises:
        WeightsError: it uses an operator that is not allowed, control flow or state, or has not
            exactly one input and one output.
    """

    def __init__(self, archive: Archive, *, name: str, device: str) -> None:
        self._name, self._device = name, device
        try:
            self._state, self._input = self._inputs(archive)
            self._output = self._result(archive)
            self._steps = self._compile(archive.graph["nodes"])
            meta = archive.graph["tensor_values"][self._input]
            self.dtype = DTYPES[meta["dtype"]]
            self.sides = tuple(_side(size, archive.ranges) for size in meta["sizes"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise WeightsError(
                f"{name}: damaged graph ({type(error).__name__}: {error}); export the model again"
            ) from error

    sides: tuple[tuple[int, int | None], ...]
    """Smallest and largest size (None: any) of each of the input's dimensions."""

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Tensor:
        """Run the network on ``x``, whose sizes lie within ``sides``."""
        values: dict[str, Any] = {**self._state, self._input: x.to(self._device, self.dtype)}
        for step in self._steps:
            args = [_fill(argument, values) for argument in step.args]
            kwargs = {key: _fill(argument, values) for key, argument in step.kwargs.items()}
            _bind(step.results, step.call(*args, **kwargs), values)
            for name in step.last:
                del values[name]
        output: Tensor = values[self._output]
        return output

    def _inputs(self, archive: Archive) -> tuple[dict[str, Tensor], str]:
        state: dict[str, Tensor] = {}
        users: list[str] = []
        for spec in archive.signature["input_specs"]:
            ((kind, value),) = spec.items()
            if kind == "user_input":
                users.append(value["arg"]["as_tensor"]["name"])
            elif kind in ("parameter", "buffer", "tensor_constant"):
                full_name = value[f"{kind}_name"]
                state[value["arg"]["name"]] = archive.tensors[full_name].to(self._device)
            else:
                raise WeightsError(
                    f"{self._name}: its graph has an input of kind {kind!r}; "
                    "export a model whose forward() takes one tensor"
                )
        if len(users) != 1:
            raise WeightsError(
                f"{self._name}: forward() takes {len(users)} tensors; a scorer's takes exactly one"
            )
        return state, users[0]

    def _result(self, archive: Archive) -> str:
        specs = archive.signature["output_specs"]
        if any("user_output" not in spec for spec in specs):
            raise WeightsError(
                f"{self._name}: the model changes its own state; call eval() before the export"
            )
        if len(specs) != 1 or "as_tensor" not in specs[0]["user_output"]["arg"]:
            raise WeightsError(
                f"{self._name}: forward() returns {len(specs)} values; "
                "a scorer's returns exactly one tensor"
            )
        name: str = specs[0]["user_output"]["arg"]["as_tensor"]["name"]
        return name

    def _compile(self, nodes: list[Mapping[str, Any]]) -> tuple[_Step, ...]:
        known = {*self._state, self._input}
        # Backwards, so that each value is freed after the step that needs it last.
        needed = {self._output, *known}
        steps: list[_Step] = []
        for node in reversed(nodes):
            call, args, kwargs = self._call(node)
            results = _results(node["outputs"])
            mentioned = {*_names((args, kwargs)), *_names(results)}
            steps.append(_Step(call, args, kwargs, results, tuple(mentioned - needed)))
            needed |= mentioned
        steps.reverse()
        for step in steps:
            if missing := set(_names((step.args, step.kwargs))) - known:
                raise ValueError(f"no value {missing.pop()!r}")
            known.update(_names(step.results))
        if self._output not in known:
            raise ValueError(f"no value {self._output!r}")
        return tuple(steps)

    def _call(
        self, node: Mapping[str, Any]
    ) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
        target: str = node["target"]
        arguments = [(i["name"], self._argument(i["arg"], target)) for i in node["inputs"]]
        if target in NUMBERS:
            return NUMBERS[target], tuple(value for _, value in arguments), {}
        call = find(target)
        if call is None:
            raise WeightsError(
                f"{self._name}: operator {target!r} is not allowed; only ATen operators that "
                "compute tensors are (try ExportedProgram.run_decompositions() before saving)"
            )
        declared = {argument.name for argument in call._schema.arguments}
        for name, _ in arguments:
            if name not in declared:
                raise ValueError(f"{target} has no argument {name!r}")
        changed = [v.name for n, v in arguments if isinstance(v, _Value) and n in written(call)]
        if varies(call, dict(arguments)) or not self._state.keys().isdisjoint(changed):
            raise WeightsError(
                f"{self._name}: {target} draws random numbers or changes the model, so scores "
                "would not repeat; call eval() before the export"
            )
        return call, (), dict(arguments)

    def _argument(self, argument: Mapping[str, Any], target: str) -> Any:
        ((kind, value),) = argument.items()
        if kind == "as_device":
            return torch.device(self._device)
        if kind not in _ARGUMENTS:
            raise WeightsError(
                f"{self._name}: {target} takes an argument of kind {kind!r}; control flow and "
                "objects are not supported, export a plain feed-forward network"
            )
        return _ARGUMENTS[kind](value)


def _value(item: Mapping[str, Any]) -> Any:
    """An entry of the schema's small unions: a name, a number or nothing."""
    ((kind, value),) = item.items()
    if kind == "as_tensor":
        return _Value(value["name"])
    return _Value(value) if kind == "as_name" else None if kind == "as_none" else value


_ARGUMENTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "as_none": lambda _: None,
    "as_tensor": lambda v: _Value(v["name"]),
    "as_tensors": lambda v: [_Value(item["name"]) for item in v],
    "as_optional_tensor": _value,
    "as_optional_tensors": lambda v: [_value(item) for item in v],
    "as_int": int,
    "as_ints": lambda v: [int(item) for item in v],
    # float() also reads "Infinity" and "NaN", which the schema writes as text.
    "as_float": float,
    "as_floats": lambda v: [float(item) for item in v],
    "as_bool": bool,
    "as_bools": lambda v: [bool(item) for item in v],
    "as_string": str,
    "as_sym_int": _value,
    "as_sym_ints": lambda v: [_value(item) for item in v],
    "as_sym_float": _value,
    "as_sym_floats": lambda v: [_value(item) for item in v],
    "as_sym_bool": _value,
    "as_sym_bools": lambda v: [_value(item) for item in v],
    "as_scalar_type": DTYPES.__getitem__,
    "as_memory_format": _MEMORY_FORMATS.__getitem__,
    "as_layout": {7: torch.strided}.__getitem__,
}


def _results(outputs: list[Mapping[str, Any]]) -> Any:
    """Names of a node's results: one, a list, or a tuple of those for several outputs."""
    parsed = [_ARGUMENTS[kind](value) for output in outputs for kind, value in output.items()]
    return parsed[0] if len(parsed) == 1 else tuple(parsed)


def _names(part: Any) -> list[str]:
    if isinstance(part, _Value):
        return [part.name]
    if isinstance(part, dict):
        part = part.values()
    elif not isinstance(part, list | tuple):
        return []
    return [name for item in part for name in _names(item)]


def _fill(part: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(part, _Value):
        return values[part.name]
    return [_fill(item, values) for item in part] if isinstance(part, list) else part


def _bind(results: Any, returned: Any, values: dict[str, Any]) -> None:
    if isinstance(results, _Value):
        values[results.name] = returned
    elif isinstance(results, list | tuple):
        for result, item in zip(results, returned, strict=True):
            _bind(result, item, values)


def _side(size: Mapping[str, Any], ranges: Mapping[str, Any]) -> tuple[int, int | None]:
    if "as_int" in size:
        return int(size["as_int"]), int(size["as_int"])
    symbol = _SYMBOL.fullmatch(size["as_expr"]["expr_str"])
    # A derived size ("2*s0") has no range of its own: the graph's assertions hold it.
    bounds = ranges.get(symbol[1], {}) if symbol else {}
    low, high = bounds.get("min_val"), bounds.get("max_val")
    return max(1, int(low or 1)), None if high is None else int(high)
