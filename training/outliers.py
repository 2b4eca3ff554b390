"""Outlier input channels are multiplied in fp32, so that int8 keeps its resolution for the others.

In a transformer's hidden states a few channels, the same on any text, are ten times as large as the others, and
one int8 scale for all of them leaves the others few steps. What those channels add is computed in fp32, and the
rest in int8 (Dettmers et al. 2022, LLM.int8(), which finds them at run time; here they are found once).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch

from indexer.encoding.answer_reader import Pair
from training.model import Reader, watch_inputs

#: A channel is large when its largest number is so many times that of the median channel. With an encoder of 12 layers
#: these are 977 channels, 1.7 MB; at 2 they are 3,148, 6.3 MB, which must be multiplied in fp32.
LARGE = 3.0
#: What the product of the large channels is called, for what must stay fp32.
APART = "apart"


class OutlierLinear(torch.nn.Linear):  # type: ignore[misc]
    """``linear`` with its ``large`` input channels multiplied apart: the same sums in another order.

    The weights of the large channels stay among the others, where they meet zeros, so that they can be read back.
    """

    def __init__(self, linear: Any, large: Any) -> None:
        super().__init__(linear.in_features, linear.out_features, device="meta")
        self.weight, self.bias = linear.weight, linear.bias
        self.apart = torch.nn.Linear(len(large), linear.out_features, bias=False)
        self.apart.weight = torch.nn.Parameter(linear.weight.detach()[:, large].clone())
        ordinary = torch.ones(linear.in_features)
        ordinary[large] = 0
        self.register_buffer("large", large)
        self.register_buffer("ordinary", ordinary)

    def forward(self, inputs: Any) -> Any:
        return super().forward(inputs * self.ordinary) + self.apart(inputs.index_select(-1, self.large))


def set_apart(reader: Reader, pairs: Sequence[Pair]) -> Reader:
    """A copy of ``reader`` whose encoder multiplies apart the channels that are large as it reads ``pairs``."""
    found = copy.deepcopy(reader)
    for name, largest in largest_inputs(reader, pairs).items():
        large = (largest > LARGE * largest.median()).nonzero().flatten()
        if len(large):
            parent, _, own = name.rpartition(".")
            setattr(found.get_submodule(parent), own, OutlierLinear(found.get_submodule(name), large))
    return found


def largest_inputs(reader: Reader, pairs: Sequence[Pair]) -> dict[str, Any]:
    """The largest absolute number in each input channel (channels,) of the encoder's linear layers, by their name."""
    found: dict[str, Any] = {}

    def look(name: str, inputs: Any) -> None:
        largest = inputs.abs().amax(dim=0)
        found[name] = torch.maximum(found[name], largest) if name in found else largest

    watch_inputs(reader, pairs, look)
    return found
