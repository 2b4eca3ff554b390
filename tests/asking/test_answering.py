"""Answers on the sample plans: quotes are slices, scope narrows, nothing is invented."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fakes import nothing_kept
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking.answering import _of_body, merge_spans
from indexer.asking.interaction import embed_words, match_sentences
from indexer.asking.question import read_question
from indexer.asking.retrieval import Candidate, CandidateSentence
from indexer.encoding import Encoder
from indexer.encoding.word_vectors import content_vectors
from indexer.errors import QuestionError, UnknownPlanError
from indexer.library import Library
from indexer.types import Answer, Passage, Role, page_at

QUESTIONS = [
    "What are the cement capacity rules?",
    "How much hydropower will Sichuan add in each five-year period?",
    "When will all new buses and cabs in Liaoning be new energy vehicles?",
    "Which marine energy is to be explored?",
    "When does the next school holiday begin?",
    "What carbon tax rate per tonne will companies pay?",
]


def check_slices(library: Library, answer: Answer) -> None:
    plans = {info.id: library.plan(info.id) for info in library.plans()}
    texts = {plan_id: plan.text for plan_id, plan in plans.items()}
    for citation in answer.citations:
        assert texts[citation.plan][citation.start : citation.end] == citation.quote
        # of the sentence, not of its passage, which may begin a page before
        assert citation.page == page_at(plans[citation.plan].pages, citation.start)
    for sentence in answer.sentences:
        assert sentence.text == next(c.quote for c in answer.citations if c.n == sentence.citation)
        assert all(0 <= a < b <= len(sentence.text) for a, b in sentence.emphasis)
    for hit in answer.hits:
        passage = hit.passage
        assert texts[passage.plan][passage.start : passage.end] == passage.text
        assert all(0 <= a < b <= len(passage.text) for a, b in hit.highlights)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_a_slice_of_its_plan(sample_library: Library, question: str) -> None:
    check_slices(sample_library, sample_library.ask(question))


def test_the_cement_question_is_answered_with_the_rule(sample_library: Library) -> None:
    answer = sample_library.ask("What are the cement capacity rules?")
    assert "cement" in answer.sentences[0].text
    assert "prohibited" in answer.sentences[0].text
    marked = [answer.sentences[0].text[a:b] for a, b in answer.sentences[0].emphasis]
    assert "cement" in marked
    assert "the" not in marked


def test_a_figure_asked_for_is_marked(sample_library: Library) -> None:
    answer = sample_library.ask("What non-fossil energy share does Sichuan target for 2025?")
    first = answer.sentences[0]
    assert any("41.5%" in first.text[a:b] for a, b in first.emphasis)


def test_a_named_plan_narrows_the_search_to_it(sample_library: Library) -> None:
    answer = sample_library.ask("How much wind and solar capacity does Liaoning want?")
    assert {h.passage.plan for h in answer.hits} == {"liaoning"}
    assert answer.searched == next(p.passages for p in sample_library.plans() if p.id == "liaoning")


def test_a_scope_that_is_given_wins_over_the_name(sample_library: Library) -> None:
    answer = sample_library.ask("How much hydropower will Sichuan add?", plans=["national"])
    assert {h.passage.plan for h in answer.hits} == {"national"}


def test_a_section_filter_keeps_to_it(sample_library: Library) -> None:
    answer = sample_library.ask("What must be done?", section="transport")
    assert answer.hits
    assert all(any("transport" in label.lower() for label in h.passage.section) for h in answer.hits)
    assert sample_library.ask("What must be done?", section="no such heading").searched == 0


def test_two_named_plans_are_answered_one_by_one(sample_library: Library) -> None:
    answer = sample_library.ask("What non-fossil energy share do Liaoning and Sichuan target for 2025?")
    assert {c.plan for c in answer.citations} == {"liaoning", "sichuan"}


def test_what_the_plans_do_not_say_is_not_found_with_the_nearest_miss(sample_library: Library) -> None:
    answer = sample_library.ask("When does the next school holiday begin?")
    assert not answer.found
    assert answer.citations == ()
    assert answer.searched == sum(p.passages for p in sample_library.plans())
    assert answer.nearest is not None
    assert "holiday" in answer.unmatched


def test_furniture_is_never_an_answer_and_ranks_last(tmp_path: Path, encoder: Encoder) -> None:
    text = (
        "Harbour Plan\n\n1. Aims\n\nThe harbour grows greener each year by rule.\n\n2. Means\n\n"
        + "The harbour office counts its ships and lights its quays with shore power. " * 8
        + "\n\nRelated articles\n\n2024-01-05 10:00:00\n\nThe revenue of the harbour company was 12 billion yuan in 2023."
    )
    source = tmp_path / "harbour.txt"
    source.write_text(text, "utf-8")
    with Library.open(tmp_path / "index", create=True, encoder=encoder) as library:
        assert [r.status for r in library.add([source])] == ["added"]
        answer = library.ask("What was the revenue of the harbour company in 2023?")
        roles = [h.passage.role for h in answer.hits]
        assert roles[-1] is Role.FURNITURE
        assert roles.count(Role.FURNITURE) == 1
        assert all("revenue" not in s.text for s in answer.sentences)


def only_sentence(key: int, text: str, role: Role) -> Candidate:
    """A passage of one sentence."""
    passage = Passage("bay", "Bay Plan", 1000 * key, 1000 * key + len(text), text, role=role)
    sentence = CandidateSentence(passage, (0, len(text)), 0.9, np.ones(1), ())
    return Candidate(key, passage, 0.5, 0.5, 0.5, (sentence,))


def test_the_body_stands_for_its_summary_only_with_a_figure_of_it() -> None:
    summary = only_sentence(
        1,
        "By 2030, reed beds in the bay will reach about 31% of the shore, and the total length of dykes 1.",
        Role.SUMMARY,
    )
    dykes = only_sentence(2, "By 2030, the total length of dykes in the bay will reach about 50 kilometres.", Role.BODY)
    shore = only_sentence(3, "By 2030, reed beds will reach about 31% of the shore in the bay.", Role.BODY)
    (said,) = summary.sentences
    assert _of_body(said, [summary, dykes]).text == said.text
    assert _of_body(said, [summary, dykes, shore]).text == shore.sentences[0].text


def test_a_figure_that_the_source_cut_off_is_not_set_out_as_a_target(tmp_path: Path, encoder: Encoder) -> None:
    text = (
        "Bay Plan\n\n1. Aims\n\nBy 2030, the share of tidal energy consumption will reach 31%, and the total installed "
        "capacity of tidal energy will reach 1.\n\n2. Means\n\nThe harbour office counts its ships."
    )
    (tmp_path / "bay.txt").write_text(text, "utf-8")
    with Library.open(tmp_path / "index", create=True, encoder=encoder) as library:
        library.add([tmp_path / "bay.txt"])
        assert [target.cut_off for target in library.targets()] == [False, True]
        route = library.ask("What share of energy consumption will be tidal energy by 2030?").route
        assert route and [figure.figure for figure in route.figures] == ["31%"]


def test_a_wrong_scope_or_number_is_refused(sample_library: Library) -> None:
    with pytest.raises(UnknownPlanError, match="liaoning"):
        sample_library.ask("What?" * 2 + " coal", plans=["atlantis"])
    with pytest.raises(QuestionError, match="top_k"):
        sample_library.ask("coal", top_k=0)


def test_a_figure_of_the_question_matches_itself_and_no_other(sample_library: Library) -> None:
    encoder, backend = sample_library.encoder, sample_library.backend
    question = read_question("share of non-fossil energy by 2025")
    words = embed_words(question, encoder, backend.idf)
    hits = sample_library.ask("share of non-fossil energy by 2025").hits
    index = words.words.index("2025")
    passages = [h.passage for h in hits]
    read = content_vectors(dict(enumerate(passages)), nothing_kept, encoder)
    for passage, matches in zip(passages, match_sentences(words, passages, read), strict=True):
        for match in matches:
            stands = bool(re.search(r"\b2025\b", passage.text[slice(*match.span)]))
            assert (match.matches[index] == 1.0) == stands
            assert stands or match.matches[index] <= 0.2


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("How much nuclear capacity will Liaoning have?", r"\d"),
        ("When should carbon emissions peak?", r"20\d\d|Five-Year"),
    ],
)
def test_without_the_figure_asked_for_nothing_answers(sample_library: Library, question: str, figure: str) -> None:
    answer = sample_library.ask(question)
    assert all(re.search(figure, s.text) for s in answer.sentences)


def test_every_answer_is_counted_as_it_is_listed_and_says_where_it_stopped(sample_library: Library) -> None:
    found = sample_library.ask("cement", every=True)
    assert found.coverage and found.coverage.stopped
    assert sum(found.coverage.by_plan.values()) == len(found.hits) == sum(found.coverage.by_section.values())
    listed = {(h.passage.plan, h.passage.start) for h in found.hits}
    holding = {
        (info.id, h.passage.start)
        for info in sample_library.plans()
        for h in sample_library.ask("cement", plans=[info.id], top_k=300).hits
        if re.search(r"\bcement\b", h.passage.text.lower())
    }
    assert holding
    assert holding <= listed


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)).map(lambda t: (t[0], t[0] + t[1])), max_size=12)


@given(spans)
def test_merged_spans_cover_the_same_and_do_not_touch(given_spans: list[tuple[int, int]]) -> None:
    merged = merge_spans(given_spans)
    cells = lambda some: {i for a, b in some for i in range(a, b)}  # noqa: E731
    assert cells(merged) == cells(given_spans)
    assert all(a[1] < b[0] for a, b in pairwise(merged))


def test_words_in_another_script_than_all_plans_are_not_said_to_be_missing(sample_library: Library) -> None:
    answer = sample_library.ask("学校什么时候放寒假？")
    assert not answer.found
    assert answer.unmatched == ()


def test_a_name_that_no_plan_holds_is_not_answered_for_another(sample_library: Library) -> None:
    answer = sample_library.ask("What is Guangdong's non-fossil energy target for 2030?")
    assert not answer.found
    assert answer.unmatched == ("Guangdong",)
    assert answer.nearest is not None
    assert sample_library.ask("What Non-Fossil Energy Share Is Planned For 2030?").found
