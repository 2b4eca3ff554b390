"""Plans -> what only one of them says, section by section, and the boilerplate that most share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.comparing.counterparts import WORDS_WEIGHT, Sentences, likeness_blocks, passages_of, read_sentences
from indexer.comparing.grid import check_plans
from indexer.comparing.provisions import read_provision
from indexer.encoding import Encoder
from indexer.language.sentences import is_heading_like
from indexer.storage import Backend
from indexer.types import Binding, Hit, Passage, Role, Shared, UniqueContent, UniqueSection

#: What a rule weighs, by how binding it is.
_RULES = {Binding.MUST: 2, Binding.SHOULD: 1}
#: Share of full similarity below which a passage is unique to its plan, and from which it is shared. Of passages with a
#: counterpart aligned by hand a tenth are below the first and seven in ten above the second; of passages with a fact
#: that the other plan lacks, six in ten and one in twelve.
ALONE = 0.6
ALIKE = 0.73
MEASURE = (
    "Each sentence is held against its nearest in every other plan, by the cosine of their vectors and the rare words "
    f"in common, the mean over a passage's sentences against full likeness: below {ALONE} in all other plans a passage "
    f"is one plan's alone, from {ALIKE} in most plans it is shared."
)


@dataclass(frozen=True, slots=True)
class _Likeness:
    """Similarity of one plan's n passages to another plan: mean of their best sentences (n,), nearest passage (n,)."""

    best: npt.NDArray[np.float64]
    nearest: npt.NDArray[np.int64]


def unique_content(backend: Backend, encoder: Encoder, plans: Sequence[str]) -> UniqueContent:
    """What only one of ``plans`` says, and what most of them share.

    Embeds every sentence of the plans, some 300 a second. Raises QuestionError for fewer than two plans,
    UnknownPlanError.
    """
    chosen = check_plans(backend, plans)
    read = {plan: read_sentences(_statements(backend, plan), encoder) for plan in chosen}
    held: dict[tuple[str, str], _Likeness] = {}
    for one, other in combinations(chosen, 2):
        held[one, other], held[other, one] = _both_ways(backend, read[one], read[other])
    only: list[UniqueSection] = []
    for plan in chosen:
        others = [held[plan, other].best for other in chosen if other != plan]
        nearest = np.max(others, axis=0) if read[plan].passages else np.zeros(0)
        hits = [
            Hit(passage, round(1.0 - float(near), 6))
            for passage, near in zip(read[plan].passages, nearest, strict=True)
            if near < ALONE
        ]
        only += _weightiest_first(plan, hits)
    return UniqueContent(MEASURE, tuple(only), tuple(_shared(chosen, read, held)))


def _weightiest_first(plan: str, hits: Sequence[Hit]) -> list[UniqueSection]:
    """``hits`` by section, figures and strict rules before other rules and these before the rest, in reading order."""
    weights = {hit.passage.start: _weight(hit.passage.text) for hit in hits}
    sections = []
    for section, group in groupby(hits, key=lambda hit: hit.passage.section):
        passages = tuple(sorted(group, key=lambda hit: -weights[hit.passage.start]))
        sections.append(UniqueSection(plan, passages[0].passage.title, section, passages))
    return sorted(sections, key=lambda each: -weights[each.passages[0].passage.start])


def _weight(text: str) -> int:
    """2 for a figure, 2 for a strict rule and 1 for any other, added."""
    read = read_provision(text)
    rule = 2 if read.forbids else _RULES.get(read.binding, 0) if read.words else 0
    return rule + 2 * any(figure.unit for figure in read.figures)


def _statements(backend: Backend, plan: str) -> list[Passage]:
    """Passages of the plan's body, without bare headings, summary and boilerplate."""
    return [
        p
        for p in passages_of(backend, plan)
        if p.role is Role.BODY and (p.record is not None or not is_heading_like(p.text))
    ]


def _both_ways(backend: Backend, one: Sentences, other: Sentences) -> tuple[_Likeness, _Likeness]:
    """Of one to other and of other to one, block by block, so that only part of the matrix is in memory."""
    if not one.texts or not other.texts:
        return _nothing(one), _nothing(other)
    own, theirs = _weighed(one), _weighed(other)
    own_best = np.empty(len(one.texts))
    own_nearest = np.empty(len(one.passages), dtype=np.int64)
    best = np.full(len(other.texts), -np.inf)
    nearest = np.zeros(len(other.passages), dtype=np.int64)
    nearest_mean = np.full(len(other.passages), -np.inf)
    for first, alike in likeness_blocks(backend, one, other):
        last, passage, behind = first + len(alike), one.owners[first], one.owners[first + len(alike) - 1] + 1
        here = _Weighed(own.starts[passage:behind] - first, own.lengths[first:last])
        own_best[first:last] = alike.max(axis=1)
        own_nearest[passage:behind] = here.means(np.maximum.reduceat(alike, theirs.starts, axis=1)).argmax(axis=1)
        best = np.maximum(best, alike.max(axis=0))
        means = theirs.means(np.maximum.reduceat(alike, here.starts, axis=0).T)
        nearer = means.max(axis=1) > nearest_mean
        nearest[nearer] = passage + means[nearer].argmax(axis=1)
        nearest_mean[nearer] = means[nearer].max(axis=1)
    full = 1.0 + WORDS_WEIGHT
    return _Likeness(own.means(own_best) / full, own_nearest), _Likeness(theirs.means(best) / full, nearest)


def _nothing(read: Sentences) -> _Likeness:
    count = len(read.passages)
    return _Likeness(np.zeros(count), np.zeros(count, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Where the sentences of each passage start, and the sentences' lengths, their weights."""

    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.float64]

    def means(self, values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
        """The weighted mean of ``values`` (sentences, …) by passage, (passages, …)."""
        lengths = self.lengths.reshape(-1, *[1] * (values.ndim - 1))
        sums: npt.NDArray[np.float64] = np.add.reduceat(values * lengths, self.starts)
        return sums / np.add.reduceat(lengths, self.starts)


def _weighed(read: Sentences) -> _Weighed:
    starts = np.searchsorted(read.owners, np.arange(len(read.passages)))
    return _Weighed(starts, np.array([len(text) for text in read.texts], dtype=np.float64))


def _shared(plans: Sequence[str], read: dict[str, Sentences], held: dict[tuple[str, str], _Likeness]) -> list[Shared]:
    """Groups of passages that more than half of the plans have, each passage in one group."""
    groups = []
    taken: set[tuple[str, int]] = set()
    for plan in plans:
        for i, passage in enumerate(read[plan].passages):
            if (plan, i) in taken:
                continue
            group = {plan: (i, passage)}
            for other in plans:
                if other != plan and held[plan, other].best[i] >= ALIKE:
                    j = int(held[plan, other].nearest[i])
                    if (other, j) not in taken:
                        group[other] = (j, read[other].passages[j])
            if len(group) > max(1, len(plans) // 2):
                taken.update((p, n) for p, (n, _) in group.items())
                groups.append(Shared(tuple(found for _, found in group.values())))
    return groups
