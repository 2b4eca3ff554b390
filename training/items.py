"""Examples -> what the model takes: tokens with targets, in batches of like length."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indexer.encoding.reader.pairs import Pair, encode_pairs
from training.examples import Example

#: Batches are sorted by length among so many: less padding, and still drawn at random.
_SORTED_TOGETHER = 50
#: The target that teaches nothing, as torch marks it.
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Item:
    """An example as the model takes it: the tokens where its answer begins and ends, or 0 for none."""

    pair: Pair
    first: int
    last: int
    relevant: bool


def to_items(examples: Sequence[Example], tokenizer: Any) -> list[Item]:
    """The items of ``examples``; those whose answer was cut off are left out."""
    pairs = encode_pairs(
        tokenizer, [e.question for e in examples], [e.context for e in examples], [e.passage for e in examples]
    )
    items = []
    for example, pair in zip(examples, pairs, strict=True):
        if example.span:
            tokens = pair.tokens_of(example.span)
            if tokens:
                items.append(Item(pair, *tokens, relevant=True))
        else:
            target = IGNORED if example.relevant else 0
            items.append(Item(pair, target, target, example.relevant))
    return items


def batches(items: Sequence[Item], size: int, epoch: int, seed: int) -> list[list[int]]:
    """Indexes of each batch of an epoch: of like length, in an order that seed and epoch decide."""
    rng = random.Random(f"{seed} {epoch}")
    order = list(range(len(items)))
    rng.shuffle(order)
    found: list[list[int]] = []
    for first in range(0, len(order), size * _SORTED_TOGETHER):
        part = sorted(order[first : first + size * _SORTED_TOGETHER], key=lambda i: len(items[i].pair.ids))
        found += [part[i : i + size] for i in range(0, len(part), size)]
    rng.shuffle(found)
    return found
