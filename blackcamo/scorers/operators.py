"""Which operators a graph may call: those of ATen that compute tensors, and arithmetic."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

import torch

_INTERNAL: Final = frozenset({
    "_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "_assert_scalar", "_assert_tensor_metadata",
    "_log_softmax", "_native_batch_norm_legit_no_training", "_softmax", "_to_copy",
    "_trilinear", "_unsafe_view", "_upsample_bicubic2d_aa", "_upsample_bilinear2d_aa",
})  # fmt: skip
"""Operators with a leading underscore that ``torch.export`` emits; the others stay out."""

_TYPES: Final = frozenset(
    whole
    for part in ("Tensor", "int", "float", "bool", "number", "Device")
    for whole in (part, f"Optional[{part}]", f"List[{part}]", f"Optional[List[{part}]]")
) | {"List[Optional[Tensor]]", "Optional[Generator]"}

_TEXTS: Final = frozenset({
    "approximate", "assert_msg", "equation", "indexing", "interpolation", "mode", "norm", "ord",
    "pad_mode", "padding", "padding_side", "reduce", "rounding_mode", "side",
})  # fmt: skip
"""Names of text arguments that choose a variant; ``filename`` of ``aten::save`` is not one."""

NUMBERS: Final[Mapping[str, Callable[..., Any]]] = {
    "_operator.add": operator.add,
    "_operator.sub": operator.sub,
    "_operator.mul": operator.mul,
    "_operator.floordiv": operator.floordiv,
    "_operator.truediv": operator.truediv,
    "_operator.mod": operator.mod,
    "_operator.neg": operator.neg,
    "_operator.and_": operator.and_,
    "_operator.or_": operator.or_,
    "_operator.eq": operator.eq,
    "_operator.ne": operator.ne,
    "_operator.lt": operator.lt,
    "_operator.le": operator.le,
    "_operator.gt": operator.gt,
    "_operator.ge": operator.ge,
    "torch.sym_float": float,
    "torch.sym_int": int,
    "torch.sym_max": max,
    "torch.sym_min": min,
    "torch.sym_not": operator.not_,
    "math.ceil": math.ceil,
    "math.floor": math.floor,
    "math.trunc": math.trunc,
}
"""What graphs of variable size do with sizes; no power, which could take all memory."""


def find(target: str) -> torch._ops.OpOverload | None:
    """The operator ``torch.ops.aten.NAME.OVERLOAD``; None for what is not allowed or not there."""
    head, _, rest = target.partition("torch.ops.aten.")
    name, _, overload = rest.partition(".")
    call = None if head else getattr(getattr(torch.ops.aten, name, None), overload, None)
    return call if isinstance(call, torch._ops.OpOverload) and _allowed(name, call) else None


def _allowed(name: str, call: torch._ops.OpOverload) -> bool:
    schema = call._schema
    return (
        (not name.startswith("_") or name in _INTERNAL)
        # set_ and resize_ change what memory a tensor looks at.
        and not name.startswith(("set_", "resize"))
        and all(
            str(a.type) in _TYPES or (str(a.type) in ("str", "Optional[str]") and a.name in _TEXTS)
            for a in schema.arguments
        )
        and all(str(r.type) in ("Tensor", "List[Tensor]", "int") for r in schema.returns)
    )


def written(call: torch._ops.OpOverload) -> frozenset[str]:
    """Names of the arguments that ``call`` writes into."""
    arguments = call._schema.arguments
    return frozenset(a.name for a in arguments if a.alias_info and a.alias_info.is_write)


def varies(call: torch._ops.OpOverload, given: Mapping[str, Any]) -> bool:
    """Whether ``call`` with the arguments ``given`` is random or learns."""
    switches = [a for a in call._schema.arguments if a.name in ("train", "training", "dropout_p")]
    if switches:
        return any(given.get(a.name, a.default_value) for a in switches)
    return torch.Tag.nondeterministic_seeded in call.tags
