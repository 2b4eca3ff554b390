"""The reader in the answer path: what it is given, what its score changes, and answers without it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from indexer.asking.answering import ask, rank_question
from indexer.asking.judging import CLASSIFIERS, FEATURES, READ_FEATURES, AnswerClassifier, certainty, confidence
from indexer.asking.ranking import READ
from indexer.encoding.answer_reader import ReaderInput, SpanPrediction
from indexer.library import Library
from indexer.storage import Scope
from indexer.types import Certainty
from indexer.wording import notes

QUESTION = "What non-fossil energy share does Sichuan target for 2025?"


class Believer:
    """A reader that takes the first word of each part for the answer, with these logits."""

    fingerprint = "believer"

    def __init__(self, margin: float, relevance: float) -> None:
        self.margin, self.relevance = margin, relevance
        self.inputs: list[ReaderInput] = []

    def read(self, question: str, inputs: Sequence[ReaderInput]) -> list[list[SpanPrediction]]:
        assert question == QUESTION
        self.inputs += inputs
        return [[self._judge(passage.text, *part) for part in passage.parts] for passage in inputs]

    def _judge(self, text: str, start: int, end: int) -> SpanPrediction:
        return SpanPrediction((start, start + len(text[start:end].split(maxsplit=1)[0])), self.margin, self.relevance)


@pytest.fixture(autouse=True)
def _trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the judge that is fitted to the trained reader makes of a believer does not matter here."""
    judge = AnswerClassifier((*[0.0] * len(FEATURES), 1.0), 0.0, 0.5, 0.8)
    monkeypatch.setitem(CLASSIFIERS, len(READ_FEATURES), judge)


def test_the_reader_sees_each_passage_with_its_plan_and_section(sample_library: Library) -> None:
    reader = Believer(4.0, 2.0)
    seen = rank_question(sample_library.backend, sample_library.encoder, QUESTION, Scope(), reader=reader)
    read = [r for r in seen.ranked if r.sentences and r.sentences[0].reading]
    assert len(read) == READ and read == seen.ranked[:READ]
    assert [passage.text for passage in reader.inputs] == [r.passage.text for r in read]
    for passage, ranked in zip(reader.inputs, read, strict=True):
        assert passage.context.startswith(ranked.passage.title)
        assert all(label[:100] in passage.context for label in ranked.passage.section)
        assert [tuple(part) for part in passage.parts] == [s.span for s in ranked.sentences]
    assert all(len(features) == len(READ_FEATURES) for features, _ in seen.judged)
    assert all(features[-1] == 4.0 / 2 + 2.0 for features, _ in seen.judged)


def test_it_reads_the_best_of_every_plan_and_nothing_else_answers(sample_library: Library) -> None:
    reader = Believer(4.0, 2.0)
    asked = "What share of energy use should be non-fossil?"
    reader.read = lambda question, inputs: Believer.read(reader, QUESTION, inputs)  # type: ignore[method-assign]
    seen = rank_question(sample_library.backend, sample_library.encoder, asked, Scope(), reader=reader)
    matched = [r for r in seen.ranked if r.sentences]
    best = {r.passage.plan: r for r in sorted(matched, key=lambda r: max(s.score for s in r.sentences))}
    assert len(best) > 1 and len(matched) > len(reader.inputs)
    read = {r.key for r in matched if all(s.reading for s in r.sentences)}
    assert read == {r.key for r in matched[:READ]} | {r.key for r in best.values()}
    assert all(sentence.reading for _, sentence in seen.judged)


def test_no_passage_is_asked_for_several_plans(sample_library: Library) -> None:
    reader = Believer(4.0, 2.0)
    heard: list[str] = []

    def read(question: str, inputs: Sequence[ReaderInput]) -> list[list[SpanPrediction]]:
        heard.append(question)
        return Believer.read(reader, QUESTION, inputs)

    reader.read = read  # type: ignore[method-assign]
    for asked in ("What share do Liaoning and Sichuan target?", "What share does Sichuan target?"):
        rank_question(sample_library.backend, sample_library.encoder, asked, Scope(), reader=reader)
    assert heard == ["What share do and target?", "What share does Sichuan target?"]


def test_what_it_takes_for_the_answer_is_a_span_of_the_sentence(sample_library: Library) -> None:
    answer = ask(sample_library.backend, sample_library.encoder, QUESTION, reader=Believer(4.0, 2.0))
    assert answer.sentences
    for sentence in answer.sentences:
        assert sentence.span is not None
        assert sentence.text[slice(*sentence.span)] == sentence.text.split()[0]


@pytest.mark.parametrize(("margin", "certainty"), [(8.0, Certainty.STATES), (0.4, Certainty.MAY)])
def test_how_sure_it_is_is_said_of_each_sentence(sample_library: Library, margin: float, certainty: Certainty) -> None:
    answer = ask(sample_library.backend, sample_library.encoder, QUESTION, reader=Believer(margin, 0.0))
    assert answer.sentences
    assert {s.certainty for s in answer.sentences if s.completes is None} == {certainty}
    assert all(s.certainty is None for s in answer.sentences if s.completes is not None)
    unsure = ["May answer" in notes(s) for s in answer.sentences if s.completes is None]
    assert all(unsure) if certainty is Certainty.MAY else not any(unsure)


def test_what_it_does_not_believe_is_not_found(sample_library: Library) -> None:
    answer = ask(sample_library.backend, sample_library.encoder, QUESTION, reader=Believer(-6.0, -3.0))
    assert not answer.found and answer.nearest


def test_without_it_all_is_as_before(sample_library: Library) -> None:
    seen = rank_question(sample_library.backend, sample_library.encoder, QUESTION, Scope())
    assert all(len(features) == len(FEATURES) for features, _ in seen.judged)
    answer = ask(sample_library.backend, sample_library.encoder, QUESTION)
    assert answer.sentences and all(s.span is None for s in answer.sentences)


def test_the_judge_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLASSIFIERS, len(FEATURES), AnswerClassifier((1.0, 2.0, 0.0, -1.0, *[0.0] * 6), -1.0, 0.6, 0.8))
    assert confidence([1.0, 0.5, 9.0, 1.0, *[0.0] * 6]) == pytest.approx(0.5)
    assert certainty([1.0, 0.5, 9.0, 1.0, *[0.0] * 6]) is None
    assert certainty([1.0, 1.0, 9.0, 1.0, *[0.0] * 6]) is Certainty.MAY  # 1 / (1 + 1/e) = 0.731
    assert certainty([2.0, 1.0, 9.0, 1.0, *[0.0] * 6]) is Certainty.STATES  # 1 / (1 + 1/e²) = 0.881
