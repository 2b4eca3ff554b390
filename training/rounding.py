"""Weights rounded to int8 one input channel after another, the others making up for what each rounding moves.

Rounded each to the nearest, the weights of a layer move its sums by what their errors happen to add up to. Channels
go together as text is read, so what rounding one of them moves can be taken back by those that are not rounded yet:
the least squares of the sums over real inputs, not of the weights (Frantar et al. 2022, GPTQ). Each output channel
keeps its largest weight, and so the scale of one 127th of it that the quantizer finds, which then moves nothing more.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch

from indexer.encoding.answer_reader import Pair
from training.model import Reader, watch_inputs
from training.outliers import APART, OutlierLinear

#: Largest number of an int8 weight.
STEPS = 127
#: Share of the mean input's power that each channel is given in addition to its own, so that the matrix is invertible.
DAMPING = 0.01


def round_weights(reader: Reader, pairs: Sequence[Pair]) -> Reader:
    """A copy of ``reader`` whose encoder's weights are int8 numbers times a scale, for inputs as in ``pairs``."""
    found = copy.deepcopy(reader)
    for name, together in inputs_together(found, pairs).items():
        layer = found.get_submodule(name)
        if isinstance(layer, OutlierLinear):  # its large channels meet zeros
            together[layer.large] = 0
            together[:, layer.large] = 0
        with torch.no_grad():
            layer.weight.copy_(rounded(layer.weight.double(), together))
    return found


def inputs_together(reader: Reader, pairs: Sequence[Pair]) -> dict[str, Any]:
    """What goes into each linear layer of the encoder as it reads ``pairs``: X'X (channels, channels), by its name."""
    found: dict[str, Any] = {}

    def look(name: str, inputs: Any) -> None:
        if not name.endswith(APART):  # stays fp32
            found[name] = found.get(name, 0) + (inputs.T @ inputs).double()

    watch_inputs(reader, pairs, look)
    return found


def rounded(weights: Any, together: Any) -> Any:
    """``weights`` (outputs, inputs), fp64, as whole multiples of each output's largest one's 127th part.

    ``together`` is X'X (inputs, inputs) of the inputs whose products are to change least.
    """
    largest = weights.abs().amax(dim=1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny)
    scale = largest / STEPS
    kept = weights.abs() == largest
    damped = together + DAMPING * together.diagonal().mean().clamp(min=1e-12) * torch.eye(len(together)).double()
    order = damped.diagonal().argsort(descending=True, stable=True)  # the channels that count most, most freely
    # row i: how the error of the i-th channel spreads over those after it once those before it are settled
    spread = torch.linalg.cholesky(torch.linalg.inv(damped[order][:, order]), upper=True)
    left, found = weights[:, order], torch.empty_like(weights)
    for i, channel in enumerate(order.tolist()):
        nearest = (left[:, i] / scale[:, 0]).round().clamp(-STEPS, STEPS) * scale[:, 0]
        found[:, channel] = torch.where(kept[:, channel], weights[:, channel], nearest)
        error = (left[:, i] - found[:, channel]) / spread[i, i]
        left[:, i + 1 :] -= error[:, None] * spread[i, i + 1 :]
    return found
