"""What a training step makes smaller: the loss of the answer's place, and of whether there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from training.items import IGNORED, Item
from training.model import Reader, may_be_answers, pad, span_logits

#: [MASK] among the tokens of BERT, which the default model has.
MASK = 103


def loss_of(reader: Reader, items: Sequence[Item], device: str, bf16: bool, masked: float = 0.0) -> tuple[Any, Any]:
    """The span's loss, of those that teach one, and the relevance's loss, means over ``items``.

    That share ``masked`` of the passages' tokens, drawn by torch's seed, is hidden from the reader: it then
    has to know an answer by what stands around it, and cannot learn passages by heart that it reads again.
    """
    ids, types, mask = pad([item.pair for item in items], device)
    allowed = may_be_answers([item.pair for item in items], ids.shape[1], device)
    if masked:
        hidden = allowed & (torch.rand(ids.shape, device=device) < masked)
        hidden[:, 0] = False  # the first token stands for no answer
        ids = ids.masked_fill(hidden, MASK)
    with torch.autocast(device, dtype=torch.bfloat16, enabled=bf16):
        spans, relevance = reader(ids, types, mask)
    logits = span_logits(spans, allowed)
    targets = torch.tensor([(item.first, item.last) for item in items], device=device)
    teaching = (targets[:, 0] != IGNORED).sum().clamp(min=1)
    summed = torch.nn.functional.cross_entropy(
        logits.transpose(1, 2).flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    wanted = torch.tensor([float(item.relevant) for item in items], device=device)
    return summed / (2 * teaching), torch.nn.functional.binary_cross_entropy_with_logits(relevance.float(), wanted)
