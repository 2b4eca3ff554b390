"""A question -> candidates: dense search and BM25, fused into one ranking of passages.

The fusion is a convex combination of min-max normalised scores, which beats reciprocal rank fusion on our sets, as in
Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer.encoding import Encoder, for_questions, scales_of
from indexer.encoding.answer_reader import SpanPrediction
from indexer.language.chinese import is_chinese
from indexer.language.sentences import fold_space, is_heading_like
from indexer.reading.doubts import Doubtful, doubtful_places
from indexer.storage import Backend, Scope, ScoredKey, per_generation
from indexer.types import Certainty, Passage, Role, Span

#: Entries taken from each ranking.
DEPTH = 100
#: Share of the dense score in the fused one, BM25 has the rest: 0.3 to 0.4 is best on regulations (MAP@10),
#: 0.4 to 0.6 on the plans, where late interaction makes up for it.
DENSE_WEIGHT = 0.35
#: Subtracted from the fused score, which lies between 0 and 1. What never answers comes last: its
#: penalty is larger than anything ranking adds.
ROLE_PENALTY = {Role.BODY: 0.0, Role.SUMMARY: 0.02} | {role: 9.0 for role in Role if not role.may_answer}
#: The same for a passage of a page that reads badly: what is said elsewhere, too, is quoted from there.
DOUBT_PENALTY = 0.3
#: Runs BM25 while the encoder, which releases the interpreter, embeds the question.
_bm25_pool = ThreadPoolExecutor(thread_name_prefix="bm25")


@dataclass(frozen=True, slots=True)
class CandidateSentence:
    """A sentence that may answer; ``passage.text[slice(*span)] == text``.

    ``matches`` (question words,) are the best cosine of each word of the question, ``interaction`` is their mean
    by idf, and ``matched`` are spans, within the passage, of the words that reach the threshold. ``fits``: it holds
    the kind of thing the question asks for. ``score`` orders sentences; ``reading`` is the reader's, if it read it.
    ``certainty`` is None for one that does not answer or was not judged.
    """

    passage: Passage
    span: Span
    interaction: float
    matches: npt.NDArray[np.float64]
    matched: tuple[Span, ...]
    fits: bool = True
    score: float = 0.0
    reading: SpanPrediction | None = None
    certainty: Certainty | None = None

    @property
    def text(self) -> str:
        start, end = self.span
        return self.passage.text[start:end]

    @property
    def heading(self) -> bool:
        """Whether it is a heading, with a stop or without, or names the columns of a table: such answer nothing."""
        table = self.passage.table
        if table and table.is_head(self.span):
            return True
        if self.passage.record is not None:
            return False
        label = self.passage.section[-1] if self.passage.section else ""
        return is_heading_like(self.text) or fold_space(self.text).rstrip(".。") == label.rstrip(".。")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage on its way from retrieval to a hit.

    ``fused`` is the fused score less the penalties of its role and page, ``cosine`` the passage's own, None when only
    BM25 found it. ``score`` orders candidates: the fused one at first, then what ranking makes of it. ``sentences`` are
    in reading order, none beyond the reranking depth. ``same_script``: it is written like the question, Chinese or not.
    """

    key: int
    passage: Passage
    fused: float
    cosine: float | None
    score: float
    sentences: tuple[CandidateSentence, ...] = ()
    same_script: bool = True


def retrieve(backend: Backend, encoder: Encoder, text: str, scope: Scope, depth: int = DEPTH) -> list[Candidate]:
    """Candidates for a question, best first, ties in reading order.

    A passage in another script than the question's shares no words with it, whatever it says: BM25 has no part in its
    score, and its cosine counts in full, or as much as both do for the best in a plan in the question's script. Raises
    UnknownPlanError for a scope that names an unknown plan. All is read at one generation: a plan replaced between the
    two searches, or before its passages are fetched, would be found in neither version.
    """

    def read() -> list[Candidate]:
        own, other, bm25 = search(backend, encoder, text, depth, scope)
        dense = [*own, *level(other, own)]
        fused = fuse(dense, bm25)
        by_meaning = fuse(dense, (), max(fused[f.key] for f in own) if own and other else 1.0)
        cosines = {f.key: scales_of(encoder).texts(f.score) for f in dense}
        chinese, doubtful = is_chinese(text), _doubtful(backend)
        found = []
        for key, passage in backend.passages(list(fused)).items():
            spoken = is_chinese(passage.text) == chinese
            score = (fused[key] if spoken else by_meaning.get(key, 0.0)) - ROLE_PENALTY[passage.role]
            score -= DOUBT_PENALTY * ((passage.plan, passage.page) in doubtful)
            found.append(Candidate(key, passage, score, cosines.get(key), score, same_script=spoken))
        return sorted(found, key=lambda c: (-c.score, c.key))

    return backend.snapshot(read)


def search(
    backend: Backend, encoder: Encoder, text: str, depth: int, scope: Scope
) -> tuple[list[ScoredKey], list[ScoredKey], list[ScoredKey]]:
    """The ``depth`` best by cosine, those of plans in the other script apart, and by BM25.

    Each script is searched by itself, since a multilingual encoder puts any two texts in one script nearer to each
    other than two that say the same in two. Where all plans in scope are in one script, the second list is empty.
    """
    by_words = _bm25_pool.submit(backend.search_words, text, depth, scope)
    try:
        vector = for_questions(encoder).embed([text])[0]
        own, *other = [backend.search_dense(vector, depth, each) for each in _by_script(backend, scope, text)]
    finally:
        wait([by_words])  # the caller may close the backend next
    return own, [f for each in other for f in each], by_words.result()


def level(other: Sequence[ScoredKey], own: Sequence[ScoredKey]) -> list[ScoredKey]:
    """``other`` with as much added as gives the best of both the same mean: what stands out there stands out here."""
    raised = sum(o.score - t.score for o, t in zip(own, other, strict=False)) / max(1, min(len(own), len(other)))
    return [ScoredKey(f.key, f.score + raised) for f in other]


def _by_script(backend: Backend, scope: Scope, text: str) -> list[Scope]:
    """``scope`` in plans that are written like ``text``, Chinese or not, and in the others; or whole."""
    chinese = is_chinese(text)
    alike: dict[bool, list[str]] = {True: [], False: []}
    for plan, written in _in_chinese(backend).items():
        if scope.plans is None or plan in scope.plans:
            alike[written == chinese].append(plan)
    return [replace(scope, plans=tuple(plans)) for plans in alike.values()] if all(alike.values()) else [scope]


@per_generation
def _in_chinese(backend: Backend) -> dict[str, bool]:
    """Whether each plan is in Chinese."""
    return {info.id: info.metadata.language.startswith("zh") for info in backend.plans()}


@per_generation
def _doubtful(backend: Backend) -> Doubtful:
    return doubtful_places(backend.plans())


def fuse(dense: Sequence[ScoredKey], bm25: Sequence[ScoredKey], dense_weight: float = DENSE_WEIGHT) -> dict[int, float]:
    """Fused score by key, between 0 and 1; an entry missing from a ranking scores 0 there.

    Cosines are normalised between the lowest and the highest of their ranking, BM25 by its highest, its lowest
    being 0.
    """
    scores: dict[int, float] = {}
    if dense:
        low, high = min(f.score for f in dense), max(f.score for f in dense)
        for f in dense:
            part = (f.score - low) / (high - low) if high > low else 1.0
            scores[f.key] = dense_weight * part
    if bm25:
        high = max(f.score for f in bm25)
        for f in bm25:
            part = f.score / high if high > 0 else 0.0
            scores[f.key] = scores.get(f.key, 0.0) + (1 - dense_weight) * part
    return scores
