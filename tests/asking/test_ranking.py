"""The order of passages: by their best sentence and by what all their sentences together meet, against an oracle."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from fakes import FakeEncoder, nothing_kept

from indexer.asking.interaction import QuestionWords, embed_words
from indexer.asking.question import Question, read_question
from indexer.asking.ranking import (
    BIGRAM_WEIGHT,
    INTERACTION_WEIGHT,
    PROXIMITY_WEIGHT,
    READ,
    READER_SCALE,
    READER_WEIGHT,
    RERANK_DEPTH,
    SENTENCE_SHARE,
    SHARPNESS,
    WHOLE_WEIGHT,
    best_score,
    rank_passages,
    rerank,
)
from indexer.asking.retrieval import Candidate
from indexer.encoding import TokenVectors
from indexer.encoding.answer_reader import ReaderInput, SpanPrediction
from indexer.types import Passage, Role


def asked(text: str) -> tuple[Question, QuestionWords]:
    question = read_question(text)
    return question, embed_words(question, FakeEncoder(), lambda words: [1.0] * len(words))


def candidate(key: int, text: str, score: float = 0.5, role: Role = Role.BODY) -> Candidate:
    return Candidate(key, Passage("plan", "Plan", 100 * key, 100 * key + len(text), text, role=role), score, 0.5, score)


def rank(question: str, *candidates: Candidate) -> list[Candidate]:
    return rank_passages(*asked(question), candidates, FakeEncoder(), nothing_kept)


QUESTION = "Kilns quota coast wind?"


def test_a_passage_is_worth_its_best_sentence_and_all_of_them_together() -> None:
    (found,) = rank(QUESTION, candidate(1, "The kilns get a quota today. The coast gets none of it."))
    assert [s.interaction for s in found.sentences] == pytest.approx([2 / 4, 1 / 4])
    assert best_score(found) == pytest.approx(0.5 + INTERACTION_WEIGHT * 2 / 4)
    assert found.score == pytest.approx(0.5 + SENTENCE_SHARE * INTERACTION_WEIGHT * 2 / 4 + WHOLE_WEIGHT * 3 / 4)


class Alike(FakeEncoder):
    """Reads a word that ends in "ish" as half like the word without, at a cosine of 1/2."""

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        found = super().embed_tokens(texts)
        for text, tokens in zip(texts, found, strict=True):
            for vector, span in zip(tokens.vectors, tokens.spans, strict=True):
                word = text[slice(*span)]
                if word.endswith("ish"):
                    vector[self.axis(word.removesuffix("ish"))] += math.sqrt(1 / 3)
                    vector[:] = vector / math.hypot(*vector)
        return found


def test_a_word_that_is_a_little_like_one_of_the_question_says_next_to_nothing() -> None:
    texts = ["The kilns get more today.", "The kilnsish get more today."]
    met, like = (
        rank_passages(*asked(QUESTION), [candidate(1, text)], Alike(), nothing_kept)[0].score - 0.5 for text in texts
    )
    assert met == pytest.approx((SENTENCE_SHARE * INTERACTION_WEIGHT + WHOLE_WEIGHT) / 4)
    assert like == pytest.approx((SENTENCE_SHARE * INTERACTION_WEIGHT * 0.5 + WHOLE_WEIGHT * 0.5**SHARPNESS) / 4)


def test_two_sentences_that_share_what_is_asked_go_before_one_with_half_of_it() -> None:
    half = candidate(1, "The kilns get a quota today. Nobody else is named in here.")
    shared = candidate(2, "The kilns get a quota today. The coast gets the wind of it.")
    assert [r.key for r in rank(QUESTION, half, shared)] == [2, 1]


def test_a_word_met_twice_counts_once() -> None:
    once, twice = (
        rank(QUESTION, candidate(1, f"The kilns are closed today. {second}"))[0]
        for second in ("Nobody knows of any others.", "These kilns are the others.")
    )
    assert once.score == pytest.approx(twice.score)


def test_without_words_of_meaning_the_fused_score_is_left() -> None:
    question, words = asked("What is it?")
    assert words.words == ()
    candidates = [candidate(1, "The kilns close."), candidate(1003, "Law.", 0.7)]
    found = rank_passages(question, words, candidates, FakeEncoder(), nothing_kept)
    assert [(r.key, r.score) for r in found] == [(1003, pytest.approx(0.7)), (1, pytest.approx(0.5))]


def test_a_summary_stands_behind_what_it_repeats_and_its_sentences_too() -> None:
    said = "The kilns get a quota on the coast today."
    summary = candidate(1, f"{said} The wind is named here.", 0.9, Role.SUMMARY)
    body = candidate(2, f"{said} And nothing else at all.", 0.2)
    first, second = rank(QUESTION, summary, body)
    assert (first.key, second.key) == (2, 1)
    assert second.score < first.score and best_score(second) < best_score(first)
    # one that says something else keeps its place
    other = candidate(2, "The law names the wind of every city here.", 0.2)
    assert [r.key for r in rank(QUESTION, summary, other)] == [1, 2]


def test_words_side_by_side_lift_the_passage_and_leave_its_sentences() -> None:
    # the same words of the question in both, of which two stand side by side in one
    apart = candidate(1, "The kilns today close the coast and fight a quota.")
    beside = candidate(1001, "The kilns quota today close the coast and fight.")
    found = rank(QUESTION, apart, beside)
    assert [r.key for r in found] == [1001, 1]
    assert found[0].score - found[1].score == pytest.approx(BIGRAM_WEIGHT / 3)
    assert best_score(found[0]) == pytest.approx(best_score(found[1]))


def test_the_passage_beside_the_one_that_says_it_goes_before_its_like_elsewhere() -> None:
    says = candidate(500, "The kilns get a quota on the coast by the wind.")
    elsewhere, beside = (candidate(key, "The kilns are named here.") for key in (100, 501))
    found = rank(QUESTION, says, elsewhere, beside)
    assert [r.key for r in found] == [500, 501, 100]
    # the gain is for the order of passages: no sentence answers better for where it stands
    assert best_score(found[1]) == pytest.approx(best_score(found[2]))
    assert 0.9 * PROXIMITY_WEIGHT < found[1].score - found[2].score <= PROXIMITY_WEIGHT


def test_what_is_not_looked_at_closely_stands_behind_in_the_order_of_its_worth() -> None:
    question, words = asked(QUESTION)
    texts = {1: "The kilns get a quota.", 11: "The quota.", 21: "The kilns quota.", 31: "The coast."}
    candidates = [candidate(key, text, 0.9 - key / 100) for key, text in texts.items()]
    found = rank_passages(question, words, candidates, FakeEncoder(), nothing_kept, depth=1)
    assert [r.key for r in found] == [21, 1, 11, 31]
    assert found[0].sentences and not any(r.sentences for r in found[1:])
    assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)


class Convinced:
    """A reader that is as sure of each sentence as the score of a word in it says; the rest it does not believe."""

    fingerprint = "convinced"

    def __init__(self, **scores: float) -> None:
        self.scores = scores

    def read(self, question: str, inputs: Sequence[ReaderInput]) -> list[list[SpanPrediction]]:
        return [[SpanPrediction((0, 1), 0.0, self.score(i.text[slice(*part)])) for part in i.parts] for i in inputs]

    def score(self, sentence: str) -> float:
        return max((score for word, score in self.scores.items() if word in sentence), default=-20.0)


def read(reader: Convinced, ranked: list[Candidate]) -> list[Candidate]:
    return rerank(reader, asked(QUESTION)[0], ranked)


def test_a_reading_counts_for_its_sentence_and_the_surest_for_the_passage() -> None:
    before = rank(QUESTION, candidate(1, "The kilns get a quota today. The coast gets none of it."))
    (found,) = read(Convinced(kilns=2.5, coast=5.0), before)
    sure = [math.tanh(2.5 / READER_SCALE), math.tanh(5.0 / READER_SCALE)]
    assert [s.score - b.score for s, b in zip(found.sentences, before[0].sentences, strict=True)] == pytest.approx(
        [READER_WEIGHT * c for c in sure]
    )
    assert found.score == pytest.approx(before[0].score + READER_WEIGHT * sure[1])


def test_what_answers_in_other_words_goes_before_what_meets_more() -> None:
    meets = candidate(1, "The kilns get a quota today.")
    answers = candidate(2, "Furnaces on the coast may burn ten tons.")
    before = rank(QUESTION, meets, answers)
    assert [r.key for r in before] == [1, 2]
    after = read(Convinced(Furnaces=8.0), before)
    assert max((s for r in after for s in r.sentences), key=lambda s: s.score).text.startswith("Furnaces")
    # and one that nobody is sure of moves nothing
    assert [r.key for r in read(Convinced(), before)] == [1, 2]


def test_what_is_not_read_keeps_its_place_behind() -> None:
    many = [
        candidate(key, f"The kilns get quota {'coast ' * (key < 4)}today.", 0.9 - key / 100)
        for key in range(1, RERANK_DEPTH + 11)
    ]
    before = rank(QUESTION, *many)
    unread = [r.key for r in before][READ:]
    after = read(Convinced(kilns=-3.0), before)
    assert [r.key for r in after] == [r.key for r in before]
    assert [r.key for r in after if all(s.reading is None for s in r.sentences)] == unread
    assert any(not r.sentences for r in after)


def test_a_reader_lifts_no_summary_over_what_it_repeats() -> None:
    said = "The kilns get a quota on the coast today."
    summary = candidate(1, f"{said} Furnaces are named here.", 0.9, Role.SUMMARY)
    body = candidate(2, f"{said} And nothing else at all.", 0.2)
    first, second = read(Convinced(Furnaces=9.0, kilns=9.0), rank(QUESTION, summary, body))
    assert (first.key, second.key) == (2, 1)
    assert second.score < first.score and best_score(second) < best_score(first)
