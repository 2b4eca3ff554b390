"""Plans -> what only one of them says, section by section, and the boilerplate that most share.

A passage is held against those of the other plans whose vectors are nearest to its own, sentence by sentence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import numpy as np
import numpy.typing as npt

from indexer.comparing.counterparts import WORDS_WEIGHT, Sentences, likeness, read_sentences
from indexer.comparing.grid import check_plans
from indexer.comparing.provisions import read_provision
from indexer.encoding import Encoder
from indexer.errors import QuestionError
from indexer.language.sentences import is_heading_like
from indexer.storage import Backend, Scope
from indexer.types import Binding, Hit, Passage, Role, Shared, TargetKind, UniqueContent, UniqueSection

#: What a rule weighs, by how binding it is.
_RULES = {Binding.MUST: 2, Binding.SHOULD: 1}
#: Share of full similarity below which a passage is unique to its plan, and from which it is shared. Of passages with a
#: counterpart aligned by hand a tenth are below the first and seven in ten above the second; of passages with a fact
#: that the other plan lacks, six in ten and one in twelve.
ALONE = 0.61
ALIKE = 0.69
#: Passages of other plans, of different texts, that a passage is held against: with 20 the order of passages with a
#: counterpart and without is within 0.01 of AUROC of what all give.
_NEAREST = 20
#: Passages held against their nearest at once, some 400 sentences against 8,000 at most: 13 MB.
_BLOCK = 128
MEASURE = (
    f"Each sentence is held against its nearest in the {_NEAREST} passages of other plans most like its own, by "
    f"what both say and by their rare words in common. Where a passage reaches less than {ALONE} of full "
    f"likeness in all other plans, it is one plan's alone; where it reaches {ALIKE} in most plans, it is shared."
)


@dataclass(frozen=True, slots=True)
class _Held:
    """A passage against the other plans: share of full similarity to the nearest, the one alike in each plan."""

    passage: Passage
    nearest: float
    alike: Mapping[str, Passage]


def unique_content(backend: Backend, encoder: Encoder, plans: Sequence[str], of: str | None = None) -> UniqueContent:
    """What only one of ``plans`` says, and what most of them share; with ``of`` as seen from this one alone.

    Raises QuestionError for fewer than two plans and for an ``of`` that is none of them, UnknownPlanError.
    """
    chosen = check_plans(backend, plans)
    if of is not None and of not in chosen:
        raise QuestionError(f"{of} is none of the plans that are compared. Name it in `plans` too.")
    return backend.snapshot(lambda: _unique_content(backend, encoder, chosen, chosen if of is None else [of]))


def _unique_content(
    backend: Backend, encoder: Encoder, chosen: Sequence[str], seen_from: Sequence[str]
) -> UniqueContent:
    only: list[UniqueSection] = []
    shared: list[Shared] = []
    taken: set[tuple[str, int]] = set()
    for plan in seen_from:
        hits = []
        for held in _hold_against(backend, encoder, plan, [other for other in chosen if other != plan]):
            if held.nearest < ALONE:
                hits.append(Hit(held.passage, round(1.0 - max(0.0, held.nearest), 6)))
            alike = {plan: held.passage, **held.alike}
            group = [alike[p] for p in chosen if p in alike and (p, alike[p].start) not in taken]
            if held.passage in group and len(group) > max(1, len(chosen) // 2):
                taken.update((passage.plan, passage.start) for passage in group)
                shared.append(Shared(tuple(group)))
        committed = [t.start for t in backend.targets(plan) or () if t.kind is TargetKind.TARGET]
        only += _weightiest_first(plan, hits, committed)
    return UniqueContent(MEASURE, tuple(only), tuple(shared))


def _weightiest_first(plan: str, hits: Sequence[Hit], committed: Sequence[int]) -> list[UniqueSection]:
    """``hits`` by section: commitments and strict rules first, then other rules and figures, then the rest.

    ``committed`` are the offsets of the plan's targets, ascending.
    """
    weights = {hit.passage.start: _weight(hit.passage, committed) for hit in hits}
    sections = []
    for weighty in (True, False):
        chosen = [hit for hit in hits if (weights[hit.passage.start] > 0) == weighty]
        for section, group in groupby(chosen, key=lambda hit: hit.passage.section):
            passages = tuple(sorted(group, key=lambda hit: -weights[hit.passage.start]))
            sections.append(UniqueSection(plan, passages[0].passage.title, section, passages))
    return sorted(sections, key=lambda each: -weights[each.passages[0].passage.start])


def _weight(passage: Passage, committed: Sequence[int]) -> int:
    """2 for a commitment in figures, 1 for any other figure; 2 for a strict rule, 1 for any other; added."""
    read = read_provision(passage.text)
    rule = 2 if read.forbids else _RULES.get(read.binding, 0) if read.words else 0
    holds_target = bisect_left(committed, passage.start) < bisect_left(committed, passage.end)
    return rule + (2 if holds_target else any(figure.unit not in ("", "year") for figure in read.figures))


def _hold_against(backend: Backend, encoder: Encoder, plan: str, others: Sequence[str]) -> Iterator[_Held]:
    """Each statement of ``plan``, in reading order, held against the passages of ``others`` nearest to it."""
    content = backend.content(plan)
    rows = zip(backend.keys(Scope((plan,))), content.passages, content.vectors, strict=True)
    stated = [(key, passage, vector) for key, passage, vector in rows if _is_statement(passage)]
    found = _NEAREST + len(others)  # what all have word for word is found in each
    scope = Scope(tuple(others))
    scope = scope.within(backend.keys(scope))  # found once, not at each search
    for first in range(0, len(stated), _BLOCK):
        block = stated[first : first + _BLOCK]
        near = [[hit.key for hit in backend.search_dense(vector, found, scope)] for _, _, vector in block]
        theirs = backend.passages(sorted({key for keys in near for key in keys}))
        own = {key: passage for key, passage, _ in block}
        yield from _hold_block(backend, encoder, own, [[k for k in keys if k in theirs] for keys in near], theirs)


def _hold_block(
    backend: Backend,
    encoder: Encoder,
    own: Mapping[int, Passage],
    near: Sequence[Sequence[int]],
    theirs: Mapping[int, Passage],
) -> Iterator[_Held]:
    """``own`` passages against ``theirs``, those ``near`` to each nearest first; equal texts are read once."""
    read: dict[str, int] = {}  # text -> key of the one that is read
    for keys in near:
        texts: dict[str, int] = {}
        for key in keys:
            texts.setdefault(theirs[key].text, key)
        stated = (text for text, key in texts.items() if text in read or _is_statement(theirs[key]))
        read |= {text: texts[text] for text in islice(stated, _NEAREST)} | read
    if not read:
        yield from (_Held(passage, 0.0, {}) for passage in own.values())
        return
    one = read_sentences(backend, encoder, own)
    other = read_sentences(backend, encoder, {key: theirs[key] for key in read.values()})
    alike = likeness(backend, one, other) / (1.0 + WORDS_WEIGHT)
    best = np.maximum.reduceat(alike, _starts(other), axis=1)  # (own sentences, their passages)
    lengths, starts = np.array([len(text) for text in one.texts], dtype=np.float64), _starts(one)
    whole = np.add.reduceat(lengths, starts)
    nearest = np.add.reduceat(best.max(axis=1) * lengths, starts) / whole
    means = np.add.reduceat(best * lengths[:, None], starts) / whole[:, None]
    columns = {text: column for column, text in enumerate(read)}
    for i, (passage, keys) in enumerate(zip(own.values(), near, strict=True)):
        found: dict[str, tuple[float, Passage]] = {}
        for key in keys:
            column = columns.get(theirs[key].text)
            mean = means[i, column] if column is not None else 0.0
            plan = theirs[key].plan
            if mean >= ALIKE and (plan not in found or mean > found[plan][0]):
                found[plan] = mean, theirs[key]
        yield _Held(passage, float(nearest[i]), {plan: p for plan, (_, p) in found.items()})


def _is_statement(passage: Passage) -> bool:
    """Whether it is of the plan's body and no bare heading."""
    return passage.role is Role.BODY and (passage.record is not None or not is_heading_like(passage.text))


def _starts(read: Sentences) -> npt.NDArray[np.int64]:
    """The row of the first sentence of each passage."""
    return np.searchsorted(read.owners, np.arange(len(read.passages)))
