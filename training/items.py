"""Examples -> what the model takes: tokens with targets, in batches of similar length."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indexer.encoding.answer_reader import LONGEST, Pair, encode_pairs
from training.examples import Example

#: Batches are sorted by length among so many: less padding, and still drawn at random.
_SORTED_TOGETHER = 50
#: The target that teaches nothing, as torch marks it.
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Item:
    """An example as the model takes it: the tokens where its answer begins and ends, or 0 for none.

    Passages of the same ``question`` are ranked against each other.
    """

    pair: Pair
    first: int
    last: int
    relevant: bool
    question: str = ""


def encode(tokenizer: Any, examples: Sequence[Example]) -> list[Pair]:
    """The tokens of ``examples``, in order."""
    return encode_pairs(
        tokenizer, [e.question for e in examples], [e.context for e in examples], [e.passage for e in examples]
    )


def to_items(examples: Sequence[Example], tokenizer: Any, longest: int = LONGEST) -> list[Item]:
    """The items of ``examples``; those with more tokens than ``longest``, or whose answer was cut off, are left out."""
    items = []
    for example, pair in zip(examples, encode(tokenizer, examples), strict=True):
        if len(pair.ids) > longest:
            continue
        if example.span:
            tokens = pair.tokens_of(example.span)
            if tokens:
                items.append(Item(pair, *tokens, relevant=True, question=example.question))
        else:
            target = IGNORED if example.relevant else 0
            items.append(Item(pair, target, target, example.relevant, example.question))
    return items


def batches(items: Sequence[Item], size: int, epoch: int, seed: int) -> list[list[int]]:
    """Indexes of each batch of an epoch, of similar length, shuffled by seed and epoch.

    Passages of one question are in one batch, as far as it has room.
    """
    rng = random.Random(f"{seed} {epoch}")
    asked: dict[str, list[int]] = {}
    for i, item in enumerate(items):
        asked.setdefault(item.question, []).append(i)
    groups = list(asked.values())
    rng.shuffle(groups)
    for group in groups:
        rng.shuffle(group)
    lots = [group[first : first + size] for group in groups for first in range(0, len(group), size)]
    found: list[list[int]] = []
    for first in range(0, len(lots), size * _SORTED_TOGETHER):
        part = lots[first : first + size * _SORTED_TOGETHER]
        part.sort(key=lambda lot: max(len(items[i].pair.ids) for i in lot))
        batch: list[int] = []
        for lot in part:
            if batch and len(batch) + len(lot) > size:
                found.append(batch)
                batch = []
            batch = batch + lot
        found.append(batch)
    rng.shuffle(found)
    return found
