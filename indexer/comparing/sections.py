"""Two plans' section trees -> pairs of sections that treat the same matter, whatever their numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.comparing.counterparts import WORDS_WEIGHT, Sentences, likeness, passages_of, read_sentences
from indexer.encoding import Encoder
from indexer.errors import QuestionError
from indexer.storage import Backend
from indexer.types import Plan, Role, SectionPair

#: Least score of a pair. Half of it is what the headings say, half what stands under them.
_LEAST = 0.42
#: Added where the sections above both are a pair, taken off for each level that they stand apart.
_SAME_PARENT = 0.1
_LEVEL_APART = 0.1


def align_sections(backend: Backend, encoder: Encoder, one: str, other: str) -> list[SectionPair]:
    """Each section of ``one`` with its counterpart in ``other``, in the order of ``one``, then what is left.

    Matched from the outermost level in, the best pair first, each section once. Raises QuestionError for
    one plan given twice, UnknownPlanError.
    """
    if one == other:
        raise QuestionError(f"The sections of {one} are matched with another plan's. Name another one.")
    plans = backend.plan(one), backend.plan(other)
    scores = _scores(backend, encoder, *plans)
    met: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for level in sorted({section.level for section in plans[0].sections}):
        pairs = []
        for i, section in enumerate(plans[0].sections):
            for j, theirs in enumerate(plans[1].sections):
                if section.level == level and j not in taken:
                    above = section.parent is not None and met.get(section.parent, (None,))[0] == theirs.parent
                    apart = abs(section.level - theirs.level)
                    pairs.append((float(scores[i, j]) + _SAME_PARENT * above - _LEVEL_APART * apart, i, j))
        for score, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
            if score >= _LEAST and i not in met and j not in taken:
                met[i] = j, min(1.0, score)
                taken.add(j)
    aligned = [
        SectionPair(i, met[i][0], round(met[i][1], 6)) if i in met else SectionPair(i, None, 0.0)
        for i in range(len(plans[0].sections))
    ]
    return aligned + [SectionPair(None, j, 0.0) for j in range(len(plans[1].sections)) if j not in taken]


def _scores(backend: Backend, encoder: Encoder, one: Plan, other: Plan) -> npt.NDArray[np.float64]:
    """(sections of one, sections of other): how alike headings and contents are, between 0 and 1."""
    if not one.sections or not other.sections:
        return np.zeros((len(one.sections), len(other.sections)))
    labels = [encoder.embed([section.title or section.label for section in plan.sections]) for plan in (one, other)]
    read = [_sentences(backend, encoder, plan) for plan in (one, other)]
    alike = likeness(backend, *read) / (1.0 + WORDS_WEIGHT)
    rows = [_rows(plan, sentences) for plan, sentences in zip((one, other), read, strict=True)]
    scores: npt.NDArray[np.float64] = np.clip(labels[0] @ labels[1].T, 0.0, 1.0).astype(np.float64)
    for i, own in enumerate(rows[0]):
        for j, theirs in enumerate(rows[1]):
            scores[i, j] = (scores[i, j] + _contents(alike[own][:, theirs])) / 2
    return scores


def _contents(alike: npt.NDArray[np.float64]) -> float:
    """How alike two sections' sentences are, each against its nearest, both ways; 0 for an empty section."""
    if not alike.size:
        return 0.0
    return float(alike.max(axis=1).mean() + alike.max(axis=0).mean()) / 2


def _sentences(backend: Backend, encoder: Encoder, plan: Plan) -> Sentences:
    return read_sentences([p for p in passages_of(backend, plan.id) if p.role is Role.BODY], encoder)


def _rows(plan: Plan, sentences: Sentences) -> list[Sequence[int]]:
    """For each section of ``plan`` the rows of the sentences under it."""
    starts = np.array([sentences.passages[owner].end - 1 for owner in sentences.owners])
    return [np.flatnonzero((starts >= s.start) & (starts < s.end)).tolist() for s in plan.sections]
