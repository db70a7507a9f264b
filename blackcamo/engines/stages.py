"""A network in three stages, so that engines can put each where and how it runs best."""

from __future__ import annotations

import torch
from torch import Tensor, fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


class Normalise(nn.Module):
    """Pixels uint8 (B, H, W, 3) to float32 (B, 3, H, W): value / 255 * scale + shift."""

    def __init__(self, *, scale: float, shift: float) -> None:
        super().__init__()
        self.scale = scale
        self.shift = shift

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, H, W, 3) uint8 to (B, 3, H, W) float32."""
        # A permuted view is channels_last already: the layout in which convolutions are fastest.
        return pixels.permute(0, 3, 1, 2).float() * (self.scale / 255.0) + self.shift


class Stages(nn.Module):
    """The stages that every engine runs: ``head(body(prepare(pixels)))``.

    Only ``body``, where the time goes, is ever computed in less than float32: a score rounded to
    bfloat16 would move in steps of a quarter near 50, and a search would see a staircase.

    Args:
        prepare: pixels uint8 (B, H, W, 3) to the body's input, in float32.
        body: to features (B, F).
        head: features, float32, to the output (B, ...).
    """

    def __init__(self, *, prepare: nn.Module, body: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.prepare = prepare
        self.body = fold_batch_norm(body)
        self.head = head.eval()
        self.requires_grad_(False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Pixels uint8 (B, H, W, 3) to the output (B, ...)."""
        out: Tensor = self.head(self.body(self.prepare(pixels)))
        return out

    def features(self) -> nn.Module:
        """The first two stages as one module, for engines that compile a whole graph."""
        return nn.Sequential(self.prepare, self.body).eval()


def fold_batch_norm(module: nn.Module) -> fx.GraphModule:
    """A copy for inference in which every BatchNorm2d that follows a Conv2d is part of it."""
    graph_module = fx.symbolic_trace(module.eval())
    modules = dict(graph_module.named_modules())
    for node in list(graph_module.graph.nodes):
        if node.op != "call_module" or not isinstance(modules[node.target], nn.BatchNorm2d):
            continue
        source = node.args[0]
        if source.op != "call_module" or len(source.users) != 1:
            continue
        conv = modules[source.target]
        if isinstance(conv, nn.Conv2d):
            graph_module.set_submodule(source.target, fuse_conv_bn_eval(conv, modules[node.target]))
            node.replace_all_uses_with(source)
            graph_module.graph.erase_node(node)
    graph_module.recompile()
    graph_module.delete_all_unused_submodules()
    return graph_module


def example_pixels(size: tuple[int, int]) -> Tensor:
    """A grey picture (1, H, W, 3) to trace with."""
    return torch.full((1, *size, 3), 128, dtype=torch.uint8)
