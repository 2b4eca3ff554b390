"""What a training step makes smaller: the loss of the answer's place, and of whether there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from training.items import IGNORED, Item
from training.model import Reader, may_be_answers, pad, span_logits

#: Weight of the ranking among the losses.
RANKING = 1.0


def loss_of(reader: Reader, items: Sequence[Item], device: str, bf16: bool) -> tuple[Any, Any]:
    """The span's loss, of those that teach one, and the relevance's loss, means over ``items``.

    Relevance both judges and ranks: its loss is binary cross-entropy plus, of questions with passages of either kind
    among ``items``, the listwise one of ``ranking_loss``.
    """
    ids, types, mask = pad([item.pair for item in items], reader.padding, device)
    allowed = may_be_answers([item.pair for item in items], ids.shape[1], device)
    with torch.autocast(device, dtype=torch.bfloat16, enabled=bf16):
        spans, relevance = reader(ids, types, mask)
    places = span_logits(spans, allowed)
    targets = torch.tensor([(item.first, item.last) for item in items], device=device)
    teaching = (targets[:, 0] != IGNORED).sum().clamp(min=1)
    summed = torch.nn.functional.cross_entropy(
        places.transpose(1, 2).flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    wanted = torch.tensor([float(item.relevant) for item in items], device=device)
    logits = relevance.float()
    judging = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted)
    return summed / (2 * teaching), judging + RANKING * ranking_loss(logits, items)


def ranking_loss(relevance: Any, items: Sequence[Item]) -> Any:
    """-log of the softmax share that passages which answer have among their question's own; a mean over ``items``.

    ``relevance`` (b,) are logits. Questions whose passages all answer, or of which none does, count nothing.
    """
    asked: dict[str, list[int]] = {}
    for i, item in enumerate(items):
        asked.setdefault(item.question, []).append(i)
    total = relevance.sum() * 0.0
    for group in asked.values():
        right = [i for i in group if items[i].relevant]
        if 0 < len(right) < len(group):
            total = total + torch.logsumexp(relevance[group], 0) - torch.logsumexp(relevance[right], 0)
    return total / len(items)
