"""Two plans' section trees -> pairs of sections on the same subject, whatever their numbers."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import numpy.typing as npt

from indexer.comparing.counterparts import WORDS_WEIGHT, Sentences, likeness_blocks, passages_of, read_sentences
from indexer.encoding import Encoder, scales_of
from indexer.errors import QuestionError
from indexer.storage import Backend
from indexer.types import Plan, Role, SectionPair, Span

#: Least score of a pair, half of which comes from the headings, half from their contents.
_LEAST = 0.42
#: Bonus where the parents are a pair, and penalty for each level of difference.
_SAME_PARENT = 0.1
_LEVEL_APART = 0.1


def align_sections(backend: Backend, encoder: Encoder, one: str, other: str) -> list[SectionPair]:
    """Each section of ``one`` with its counterpart in ``other``, in the order of ``one``, then the rest of ``other``.

    Matched greedily from the outermost level in, each section once. Raises QuestionError for the same plan twice,
    UnknownPlanError.
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
    """Similarity of headings and contents, (sections of one, sections of other), between 0 and 1."""
    if not one.sections or not other.sections:
        return np.zeros((len(one.sections), len(other.sections)))
    labels = [encoder.embed([section.title or section.label for section in plan.sections]) for plan in (one, other)]
    scores: npt.NDArray[np.float64] = np.clip(scales_of(encoder).texts(labels[0] @ labels[1].T), 0.0, 1.0).astype(
        np.float64
    )
    return (scores + _contents(backend, encoder, one, other)) / 2


def _contents(backend: Backend, encoder: Encoder, one: Plan, other: Plan) -> npt.NDArray[np.float64]:
    """Similarity of two sections' sentences, each to its nearest, both ways; 0 for an empty section.

    Computed block by block; of a section that spans several only the maximum for each sentence is kept.
    """
    contents = np.zeros((len(one.sections), len(other.sections)))
    read, theirs = (_sentences(backend, encoder, plan) for plan in (one, other))
    own, spans = _spans(one, read), _spans(other, theirs)
    filled = [j for j, (start, end) in enumerate(spans) if end > start]
    if not read.texts or not filled:
        return contents
    sums = np.zeros((len(one.sections), len(filled)))
    nearest: dict[int, npt.NDArray[np.float32]] = {}
    for first, alike in likeness_blocks(backend, read, theirs):
        best = np.stack([alike[:, slice(*spans[j])].max(axis=1) for j in filled], axis=1)
        for i, (start, end) in enumerate(own):
            rows = slice(max(start - first, 0), max(end - first, 0))
            if not best[rows].size:
                continue
            sums[i] += best[rows].sum(axis=0, dtype=np.float64)
            nearest[i] = np.maximum(nearest.get(i, -np.inf), alike[rows].max(axis=0))
            if end <= first + len(alike):
                back = nearest.pop(i)
                means = [float(back[slice(*spans[j])].mean(dtype=np.float64)) for j in filled]
                contents[i, filled] = (sums[i] / (end - start) + means) / 2
    return contents / (1.0 + WORDS_WEIGHT)


def _sentences(backend: Backend, encoder: Encoder, plan: Plan) -> Sentences:
    passages = passages_of(backend, plan.id).items()
    return read_sentences(backend, encoder, {key: p for key, p in passages if p.role is Role.BODY})


def _spans(plan: Plan, sentences: Sentences) -> list[Span]:
    """For each section of ``plan`` the rows of its sentences, half-open."""
    ends = [sentences.passages[owner].end - 1 for owner in sentences.owners]
    return [(bisect_left(ends, section.start), bisect_left(ends, section.end)) for section in plan.sections]
