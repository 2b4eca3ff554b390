"""Every answer: all is looked at that is said to be, nothing is listed that meets no word, and a rule keeps its subject."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fakes import FakeEncoder, make_content

from indexer.asking.answering import ask
from indexer.asking.every import BATCH, sweep
from indexer.asking.interaction import embed_words
from indexer.asking.question import read_question
from indexer.asking.ranking import rank_passages
from indexer.asking.retrieval import retrieve
from indexer.library import Library
from indexer.storage import Backend, Scope
from indexer.types import Answer


def every(backend: Backend, encoder: FakeEncoder, asked: str, scope: Scope | None = None) -> Answer:
    return ask(backend, encoder, asked, scope, every=True)


def by_plan(answer: Answer) -> dict[str, int]:
    assert answer.coverage
    return answer.coverage.by_plan


ON, OFF = "Hydrogen exports begin at pier {}.", "Nobody is named in line {}."


@pytest.fixture
def backend(open_library: Callable[..., Library], fake_encoder: FakeEncoder) -> Backend:
    """Alphaland with 40 passages on hydrogen exports, Betavia with 10, each with 20 on nothing; Gamma with 60."""
    held = open_library().backend
    for plan, name, on, off in (("a", "Alphaland", 40, 20), ("b", "Betavia", 10, 20), ("c", "Gammania", 0, 60)):
        sentences = [ON.format(i) for i in range(on)] + [OFF.format(i) for i in range(off)]
        held.add(make_content(plan, sentences, fake_encoder, names=[name]), ("fake", "fake@1"))
    return held


def test_every_passage_of_each_plan_that_is_named_is_looked_at(backend: Backend, fake_encoder: FakeEncoder) -> None:
    # "planned" stands nowhere, so that no passage is listed for holding every word
    found = every(backend, fake_encoder, "planned hydrogen exports of Alphaland and Betavia")
    assert by_plan(found) == {"a": 40, "b": 10}
    assert found.searched == 90


def test_a_plan_named_beside_the_scope_is_left_out_of_the_question(backend: Backend, fake_encoder: FakeEncoder) -> None:
    question = "hydrogen exports of Alphaland and Betavia"
    found = every(backend, fake_encoder, question, Scope(("c",)))
    assert (found.hits, found.searched) == ((), 60)
    assert by_plan(every(backend, fake_encoder, question, Scope(("c", "b")))) == {"b": 10}


def test_a_question_without_a_word_of_meaning_lists_nothing(backend: Backend, fake_encoder: FakeEncoder) -> None:
    question = read_question("What is it?")
    words = embed_words(question, fake_encoder, backend.idf)
    assert sweep(backend, fake_encoder, question, words, Scope()).sentences == ()


def test_the_order_is_one_over_all_steps(open_library: Callable[..., Library], fake_encoder: FakeEncoder) -> None:
    held = open_library().backend
    # what does not have the words side by side stands among what has, steps later, and its company lifts it
    sentences = [(ON if i % 3 else "Pier {}: there begin exports of hydrogen.").format(i) for i in range(3 * BATCH)]
    held.add(make_content("a", sentences, fake_encoder, names=["Alphaland"]), ("fake", "fake@1"))
    asked = "hydrogen exports begin at pier"
    found = every(held, fake_encoder, asked)
    assert len(found.hits) > 2 * BATCH
    question = read_question(asked)
    words = embed_words(question, fake_encoder, held.idf)
    candidates = retrieve(held, fake_encoder, question.text, Scope(), depth=4 * BATCH)
    at_once = rank_passages(question, words, candidates, fake_encoder, held.word_vectors, depth=4 * BATCH)
    listed = [hit.passage.start for hit in found.hits]
    assert listed == [r.passage.start for r in at_once if r.passage.start in listed]


CEMENT = "What are the cement capacity rules?"
#: What each sample says on it: replacement, reduction, prohibition, staggered production.
RULES = {
    "sichuan": ("replacing capacity only by a smaller amount", "strictly prohibited", "Off-peak (staggered) cement"),
    "liaoning": ("capacity replacement policy must be", "Staggered peak production of cement"),
}
OTHERS = ("steel", "aluminum", "zinc", "ethylene", "refiner")


def test_every_cement_rule_of_every_plan_and_no_other_industry(sample_library: Library) -> None:
    asked = sample_library.ask(CEMENT)
    compared = sample_library.compare(CEMENT, ["liaoning", "national", "sichuan"])
    for plan, rules in RULES.items():
        alone = next(cell.answer for cell in compared.cells if cell.plan == plan)
        for answer in (asked, sample_library.ask(CEMENT, every=True), alone):
            quotes = [" ".join(c.quote.split()) for c in answer.citations if c.plan == plan]
            assert all(any(rule in quote for quote in quotes) for rule in rules), plan
            assert not any(other in quote for quote in quotes for other in OTHERS), plan
            assert answer.coverage and answer.coverage.by_plan[plan] and answer.coverage.stopped
    assert "national" not in {c.plan for c in asked.citations}
    assert not next(cell for cell in compared.cells if cell.plan == "national").found


def test_every_sentence_is_a_quote_and_completes_one_that_is_there(sample_library: Library) -> None:
    for question in (CEMENT, "List all measures for green buildings.", "What are the tasks for forests?"):
        answer = sample_library.ask(question)
        for citation in answer.citations:
            assert sample_library.plan(citation.plan).text[citation.start : citation.end] == citation.quote
        numbers = {c.n for c in answer.citations}
        assert {s.citation for s in answer.sentences} == numbers == set(range(1, len(numbers) + 1))
        assert {s.completes for s in answer.sentences} <= {None, *numbers}


def test_parts_are_answered_one_by_one_and_a_missing_one_is_said(sample_library: Library) -> None:
    first, missing = "How much wind and solar power will Liaoning have by 2025?", "When does the school holiday begin?"
    answer = sample_library.ask(f"{first} {missing}")
    assert [part.question for part in answer.parts] == [first, "When does the school holiday begin in Liaoning?"]
    assert answer.parts[0].citations and not answer.parts[1].citations
    alone = sample_library.ask(first)
    assert [c.quote for c in answer.citations] == [c.quote for c in alone.citations]


def test_a_follow_up_is_answered_as_the_question_it_stands_for(sample_library: Library) -> None:
    asked = sample_library.ask("and by 2025?", after="What share of energy will be non-fossil by 2030?")
    assert asked.question == "and by 2025?"
    assert asked.read_as == "What share of energy will be non-fossil by 2025?"
    assert asked.citations == sample_library.ask(asked.read_as).citations


def test_a_question_that_compares_sets_the_plans_side_by_side(sample_library: Library) -> None:
    answer = sample_library.ask("Which has the higher share of non-fossil energy by 2025, Liaoning or Sichuan?")
    assert answer.route and set(answer.route.plans) == {"liaoning", "sichuan"}
    assert {figure.plan for figure in answer.route.figures} == {"liaoning", "sichuan"}


def test_a_figure_for_a_year_leads_to_its_target(sample_library: Library) -> None:
    answer = sample_library.ask("How much wind and solar power will Liaoning have by 2025?")
    assert answer.route and answer.route.kind == "targets"
    assert {(figure.plan, figure.year) for figure in answer.route.figures} == {("liaoning", 2025)}


def test_every_answer_keeps_to_the_filters(sample_library: Library) -> None:
    every = sample_library.ask('"offshore wind" -hydrogen', every=True)
    texts = [" ".join(hit.passage.text.lower().split()) for hit in every.hits]
    assert texts and all("offshore wind" in text and "hydrogen" not in text for text in texts)
    assert len(every.hits) < len(sample_library.ask("offshore wind", every=True).hits)
    assert every.searched_for and every.searched_for.required == (("“offshore wind”",),)


def test_parts_say_what_was_corrected_in_each(sample_library: Library) -> None:
    answer = sample_library.ask("What are the cemnt rules and when will they be reviewed?")
    assert len(answer.parts) == 2
    assert answer.searched_for and answer.searched_for.corrected == (("cemnt", "cement"),)
