"""A survey looks at all that it says it looked at, and lists nothing that meets no word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fakes import FakeEncoder, make_content

from indexer.asking.interaction import embed_words
from indexer.asking.question import read_question
from indexer.asking.ranking import rank_passages
from indexer.asking.retrieval import retrieve
from indexer.asking.surveying import BATCH, survey
from indexer.library import Library
from indexer.storage import Backend, Scope

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
    found = survey(backend, fake_encoder, "What do Alphaland and Betavia say about planned hydrogen exports?")
    assert found.by_plan == {"a": 40, "b": 10}
    assert found.searched == 90


def test_a_plan_named_beside_the_scope_is_left_out_of_the_question(backend: Backend, fake_encoder: FakeEncoder) -> None:
    question = "What do Alphaland and Betavia say about hydrogen exports?"
    found = survey(backend, fake_encoder, question, Scope(("c",)))
    assert (found.hits, found.searched) == ((), 60)
    assert survey(backend, fake_encoder, question, Scope(("c", "b"))).by_plan == {"b": 10}


def test_a_question_without_a_word_of_meaning_lists_nothing(backend: Backend, fake_encoder: FakeEncoder) -> None:
    assert survey(backend, fake_encoder, "What is it?").hits == ()


def test_the_order_is_one_over_all_steps(open_library: Callable[..., Library], fake_encoder: FakeEncoder) -> None:
    held = open_library().backend
    # what does not have the words side by side stands among what has, steps later, and its company lifts it
    sentences = [(ON if i % 3 else "Pier {}: there begin exports of hydrogen.").format(i) for i in range(3 * BATCH)]
    held.add(make_content("a", sentences, fake_encoder, names=["Alphaland"]), ("fake", "fake@1"))
    asked = "hydrogen exports begin at pier"
    found = survey(held, fake_encoder, asked)
    assert len(found.hits) > 2 * BATCH
    question = read_question(asked)
    words = embed_words(question, fake_encoder, held.idf)
    candidates = retrieve(held, fake_encoder, question.text, Scope(), depth=4 * BATCH)
    at_once = rank_passages(question, words, candidates, fake_encoder, held.word_vectors, depth=4 * BATCH)
    listed = [hit.passage.start for hit in found.hits]
    assert listed == [r.passage.start for r in at_once if r.passage.start in listed]
