"""Late interaction: how well each sentence matches each word of the question.

Every word of the question takes its best cosine among the words of a sentence (MaxSim: Khattab and Zaharia,
"ColBERT", 2020), and the sentence scores their mean by idf. The word vectors are the encoder's own, without training.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from indexer.asking.question import Question
from indexer.asking.retrieval import CandidateSentence
from indexer.encoding import UNSCALED, Encoder, Scale, TokenVectors, for_questions, scales_of
from indexer.language.chinese import is_han
from indexer.language.matching import FIGURE, holds_figure
from indexer.language.matching import words as words_of
from indexer.language.sentences import split_sentences
from indexer.language.stopwords import ANSWER_WORDS, is_function_word
from indexer.language.terms import analyze
from indexer.types import Passage, Span

#: Cosine from which a word of a passage counts as matched.
MATCH_THRESHOLD = 0.55
#: Upper bound of a figure's match where it does not occur: to the model 2025 is close to 2030.
OTHER_FIGURE = 0.2
#: Weight of a word that the library does not know or that is a stop word there.
_LEAST_IDF = 0.1
_LETTER = re.compile(r"\w")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*(?![\da-zA-Z])|\d\w*")


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The content words of a question: texts, idf weights (n,) and the vectors of their word pieces.

    ``others`` are the words of other names of what it asks for, each with the positions of the words it stands for.
    """

    words: tuple[str, ...]
    weights: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]  # (pieces, dim)
    pieces: tuple[tuple[int, ...], ...]  # rows of ``vectors`` by word
    scale: Scale = UNSCALED  # of the model's cosines
    others: tuple[tuple[tuple[int, ...], QuestionWords], ...] = ()

    def mean(self, matches: npt.NDArray[np.float64]) -> float:
        """The mean of ``matches`` (n,) by idf; 0.0 without words."""
        return float(matches @ self.weights / self.weights.sum()) if self.words else 0.0


#: A question without content words.
NO_WORDS = QuestionWords((), np.zeros(0), np.zeros((0, 1), dtype=np.float32), ())


def embed_words(question: Question, encoder: Encoder, idf: Callable[[Sequence[str]], list[float]]) -> QuestionWords:
    """The question's content words with their vectors and idf, and those of its other names."""
    own = _embed(question.topic, encoder, idf)
    others = []
    for each in question.also:
        stands_for = set(words_of(each.typed))
        places = tuple(i for i, word in enumerate(own.words) if stands_for & set(words_of(word)))
        others += [(places, _embed(name, encoder, idf)) for name in each.searched if places]
    return replace(own, others=tuple(others))


def _embed(text: str, encoder: Encoder, idf: Callable[[Sequence[str]], list[float]]) -> QuestionWords:
    tokens = for_questions(encoder).embed_tokens([text])[0]
    # a figure is one word, though the tokenizer splits "13.5" at its point
    inside = {i for match in FIGURE.finditer(text) for i in range(match.start() + 1, match.end())}
    grouped: dict[int, list[int]] = {}
    owner = -1
    for row, word in enumerate(tokens.words):
        owner = owner if tokens.spans[row][0] in inside else word
        grouped.setdefault(owner, []).append(row)
    spelled = {rows[0]: text[tokens.spans[rows[0]][0] : tokens.spans[rows[-1]][1]] for rows in grouped.values()}
    content = [
        tuple(rows)
        for rows in grouped.values()
        if _LETTER.search(text := spelled[rows[0]]) and text.lower() != "s" and not is_function_word(text)
    ]
    topical = [rows for rows in content if spelled[rows[0]].lower() not in ANSWER_WORDS]
    pieces = topical or content
    texts = [spelled[rows[0]] for rows in pieces]
    weights = np.maximum(np.array(idf(texts), dtype=np.float64), _LEAST_IDF)
    return QuestionWords(tuple(texts), weights, tokens.vectors, tuple(pieces), scales_of(encoder).words)


def match_sentences(
    words: QuestionWords, passages: Sequence[Passage], content: Sequence[TokenVectors]
) -> list[list[CandidateSentence]]:
    """The sentences of each passage in order, matched; ``content`` are the vectors of the passages' content words.

    A word matches as well as the other name that stands for it, where that matches better.
    """
    if not passages:  # a writer has removed all candidates
        return []
    # of "2025年", which is one piece to some models, the figure alone
    figures = {i: match[0] for i, word in enumerate(words.words) if (match := _FIGURE.match(word))}
    # one matrix product for all passages: each costs a wait for every thread of the BLAS
    stacked = np.concatenate([words.vectors[:0], *(tokens.vectors for tokens in content)])
    starts = np.cumsum([len(tokens.vectors) for tokens in content])[:-1]
    products = np.split(words.scale(words.vectors @ stacked.T), starts, axis=1)
    found: list[list[CandidateSentence]] = []
    for passage, tokens, similarities in zip(passages, content, products, strict=True):
        sentences = []
        for span in split_sentences(passage.text):
            sentence = _match(words, similarities, tokens, passage, span)
            for i, figure in figures.items():
                occurs = holds_figure(sentence.text, figure)
                sentence.matches[i] = 1.0 if occurs else min(sentence.matches[i], OTHER_FIGURE)
            _match_head(words, figures, sentence)
            sentences.append(replace(sentence, interaction=words.mean(sentence.matches)))
        found.append(sentences)
    for places, other in words.others:
        matched = match_sentences(other, passages, content)
        found = [
            [_or_as(words, places, *pair) for pair in zip(*pairs, strict=True)]
            for pairs in zip(found, matched, strict=True)
        ]
    return found


def _or_as(
    words: QuestionWords, places: Sequence[int], sentence: CandidateSentence, other: CandidateSentence
) -> CandidateSentence:
    """``sentence`` whose words at ``places`` match as well as those of another name, as ``other``, do on average."""
    matches = sentence.matches.copy()
    matches[list(places)] = np.maximum(matches[list(places)], other.interaction)
    matched = tuple(sorted({*sentence.matched, *other.matched}))
    return replace(sentence, matches=matches, interaction=words.mean(matches), matched=matched)


def _match_head(words: QuestionWords, figures: Mapping[int, str], sentence: CandidateSentence) -> None:
    """Match the words of the question that name a column, or stand in a cell that reaches down into the row."""
    table = sentence.passage.table
    if table is None or table.is_head(sentence.span):
        return
    rows = [row for row in table.body if row.start < sentence.span[1] and sentence.span[0] < row.end]
    named = [" ".join(table.head), *(text for row in rows for _, text in row.above)]
    terms = frozenset[str]().union(*map(_terms, named))
    for i, word in enumerate(words.words):
        if i in figures:
            holds = any(holds_figure(name, figures[i]) for name in named)
        else:
            holds = terms.issuperset(analyze(word) or [word])
        if holds:
            sentence.matches[i] = 1.0


@lru_cache(maxsize=1 << 10)
def _terms(name: str) -> frozenset[str]:
    """The terms of a head or a cell, which the rows of a table share."""
    return frozenset(analyze(name))


def _match(
    words: QuestionWords,
    similarities: npt.NDArray[np.float32],
    tokens: TokenVectors,
    passage: Passage,
    span: Span,
) -> CandidateSentence:
    """The sentence at ``span`` with its matches; ``similarities`` are (pieces of the question, ``tokens``)."""
    spans = tokens.spans
    first = bisect_left(spans, span[0], key=itemgetter(0))
    last = bisect_right(spans, span[1], key=itemgetter(1))
    if first >= last or not words.words:
        return CandidateSentence(passage, span, 0.0, np.zeros(len(words.words)), ())
    rows = [row for pieces in words.pieces for row in pieces]
    counts = [len(pieces) for pieces in words.pieces]
    part = similarities[rows, first:last]
    sums = np.add.reduceat(part.max(axis=1), np.cumsum([0, *counts[:-1]]))
    matches = (sums / counts).astype(np.float64)
    # a word is matched when any of its pieces is
    matched: dict[int, Span] = {}
    for token in (np.flatnonzero(part.max(axis=0) >= MATCH_THRESHOLD) + first).tolist():
        word = tokens.words[token]
        if word not in matched:
            begin, end = token, token + 1
            while begin > first and tokens.words[begin - 1] == word:
                begin -= 1
            while end < last and tokens.words[end] == word:
                end += 1
            matched[word] = spans[begin][0], spans[end - 1][1]
    return CandidateSentence(passage, span, 0.0, matches, _shown(passage.text, sorted(matched.values())))


def _shown(text: str, places: Sequence[Span]) -> tuple[Span, ...]:
    """Those of ``places`` to mark: words with a letter; a Chinese character where its neighbour is marked as well."""
    starts, ends = {start for start, _ in places}, {end for _, end in places}
    return tuple(
        (start, end)
        for start, end in places
        if _LETTER.search(text, start, end)
        if end - start > 1 or not is_han(text[start]) or start in ends or end in starts
    )
