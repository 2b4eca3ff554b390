"""Words of passages: which are kept, where they stand, and that a question sees the same with and without."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeEncoder, nothing_kept

from indexer.asking.answering import rank_question
from indexer.asking.interaction import embed_words, match_sentences
from indexer.asking.question import read_question
from indexer.encoding import Encoder, TokenVectors, scales_of
from indexer.encoding.word_vectors import BLOCK, content_vectors, pack_words
from indexer.library import Library
from indexer.reading.passages import indexed_context, indexed_text
from indexer.storage import Scope
from indexer.types import Passage


class Counting(FakeEncoder):
    """Remembers which texts it read word by word."""

    def __init__(self, most: int | None = None) -> None:
        super().__init__()
        self.most = most
        self.read: list[str] = []

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        self.read += texts
        found = super().embed_tokens(texts)
        if self.most is None:
            return found
        return [TokenVectors(t.vectors[: self.most], t.spans[: self.most], t.words[: self.most]) for t in found]


def passage(text: str, section: tuple[str, ...] = (), record: str | None = None) -> Passage:
    return Passage("anhui", "The Kiln Plan", 40, 40 + len(text), text, section, record=record)


def texts(passage: Passage, read: TokenVectors) -> list[str]:
    return [passage.text[a:b] for a, b in read.spans]


@pytest.mark.parametrize("record", [None, "r1"])
def test_words_that_carry_meaning_stand_where_they_stand_in_the_passage(record: str | None) -> None:
    one = passage("All of the  kilns\nof Anhui, low-\ncarbon or not,\n\nwill close.", ("1. Kilns",), record)
    encoder = FakeEncoder()
    (read,) = content_vectors({7: one}, nothing_kept, encoder)
    assert texts(one, read) == ["kilns", "Anhui", "low", "carbon", "close"]
    assert [int(row.argmax()) for row in read.vectors] == [encoder.axis(word) for word in texts(one, read)]
    assert list(read.spans) == sorted(read.spans)


def test_a_sign_that_says_something_is_kept_and_a_mark_is_not(encoder: Encoder) -> None:
    one = passage("Non-fossil: 25% (or £3) of it.")
    (read,) = content_vectors({7: one}, nothing_kept, encoder)
    assert texts(one, read) == ["Non", "fossil", "25", "%", "£3"]
    # what the sign is kept for
    (question,) = encoder.embed_tokens(["What share is non-fossil?"])
    assert int((read.vectors @ question.vectors[question.words.index(1)]).argmax()) == 3


def test_a_sign_is_not_shown_as_met(encoder: Encoder) -> None:
    one = passage("A share of 25%.")
    question = read_question("What share, 25% or 30%?")
    words = embed_words(question, encoder, lambda some: [1.0] * len(some))
    ((match,),) = match_sentences(words, [one], content_vectors({7: one}, nothing_kept, encoder))
    assert "%" not in {one.text[slice(*span)] for span in match.matched}
    assert "share" in {one.text[slice(*span)] for span in match.matched}


def test_a_piece_of_a_word_is_kept_though_it_is_a_word_that_says_nothing(encoder: Encoder) -> None:
    one = passage("Ofgem rules of it.")
    (read,) = content_vectors({7: one}, nothing_kept, encoder)
    assert texts(one, read) == ["Of", "ge", "m", "rules"]


def test_a_word_broken_over_two_lines_is_one_word() -> None:
    one = passage("The manu\u00ad\nfacturing of clinker.")
    encoder = FakeEncoder()
    (read,) = content_vectors({7: one}, nothing_kept, encoder)
    assert texts(one, read) == ["manu\u00ad\nfacturing", "clinker"]
    assert int(read.vectors[0].argmax()) == encoder.axis("manufacturing")


def test_what_is_kept_is_not_read_again_and_the_rest_is() -> None:
    encoder = Counting()
    plans = {n: passage(f"Kiln {n} closes by 2025.", ("1. Kilns",)) for n in range(4)}
    fresh = content_vectors(plans, nothing_kept, encoder)
    assert encoder.read == [indexed_text(p) for p in plans.values()]
    indexed = {n: indexed_text(p) for n, p in plans.items()}
    packed = {
        n: pack_words(indexed[n], len(indexed_context(p)), encoder.embed_tokens([indexed[n]])[0])
        for n, p in plans.items()
        if n != 2
    }
    asked: list[list[int]] = []
    encoder.read.clear()
    kept = content_vectors(plans, lambda keys: (asked.append(list(keys)), packed)[1], encoder)
    assert asked == [[0, 1, 2, 3]]
    assert encoder.read == [indexed[2]]
    for one, other in zip(fresh, kept, strict=True):
        assert (one.spans, one.words) == (other.spans, other.words)
        np.testing.assert_array_equal(one.vectors, other.vectors)
    assert content_vectors({}, nothing_kept, encoder) == []


def test_what_the_model_cuts_off_is_read_block_by_block() -> None:
    sentences = [f"Kiln {n} of the old works closes by {2000 + n} at the latest." for n in range(60)]
    one = passage(" ".join(sentences), ("1. Kilns",))
    short = passage("A short one.")
    encoder = Counting(most=200)
    long, other = content_vectors({1: one, 2: short}, nothing_kept, encoder)
    wanted = [w for s in sentences for w in s.rstrip(".").split() if w not in ("of", "the", "by", "at")]
    assert texts(one, long) == wanted
    assert list(long.spans) == sorted(long.spans)
    assert sorted(set(long.words)) == list(dict.fromkeys(long.words))  # words are still told apart, in order
    assert len(set(long.words)) == len(wanted)
    assert texts(short, other) == ["short"]
    whole, blocks = encoder.read[:2], encoder.read[2:]
    assert whole == [indexed_text(one), indexed_text(short)]
    assert blocks and all(block.startswith("1. Kilns. Kiln") for block in blocks)
    assert all(len(block) <= BLOCK + len("1. Kilns. ") for block in blocks)
    # the same from what was kept of the first pass
    packed = {1: pack_words(whole[0], len(indexed_context(one)), encoder.embed_tokens(whole[:1])[0])}
    (again,) = content_vectors({1: one}, lambda keys: packed, encoder)
    assert (again.spans, again.words) == (long.spans, long.words)


QUESTIONS = ("What are the cement capacity rules?", "How much offshore wind by 2025?", "Who pays for hydrogen trucks?")


def test_an_answer_is_the_same_whether_words_are_kept_or_read(
    sample_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, encoder = sample_library.backend, sample_library.encoder
    assert set(backend.word_vectors(backend.keys(Scope()))) == set(backend.keys(Scope()))
    kept = [(sample_library.ask(q), rank_question(backend, encoder, q, Scope())) for q in QUESTIONS]
    monkeypatch.setattr(type(backend), "word_vectors", lambda self, keys: {})
    for question, (answer, seen) in zip(QUESTIONS, kept, strict=True):
        fresh = rank_question(backend, encoder, question, Scope())
        assert {r.key for r in fresh.ranked} == {r.key for r in seen.ranked}
        scores = {r.key: r.score for r in fresh.ranked if r.sentences}
        # 4 bits move a bare cosine so much, and the scale of the model's cosines that by its slope
        moved = 0.08 * scales_of(encoder).words.slope
        assert scores == pytest.approx({r.key: r.score for r in seen.ranked if r.sentences}, abs=moved)
        again = sample_library.ask(question)
        assert [s.text for s in again.sentences] == [s.text for s in answer.sentences]


def test_asking_reads_no_passage_that_was_read_when_it_was_added(
    sample_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counting(method: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, some, *more: (read.extend(some), method(self, some, *more))[1]

    for name in ("embed", "embed_tokens", "embed_with_tokens"):
        monkeypatch.setattr(type(sample_library.encoder), name, counting(getattr(type(sample_library.encoder), name)))
    sample_library.ask("Which kilns does nobody ask about?")  # which is read once itself
    assert read == ["Which kilns does nobody ask about?"]


def test_words_go_with_their_plan(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    (tmp_path / "anhui.txt").write_text("Kilns close by 2025. Wind farms grow.\n\nSolar roofs, too.", "utf-8")
    with Library.open(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([tmp_path / "anhui.txt"])
        keys = library.backend.keys(Scope())
        packed = library.backend.word_vectors([*keys, 999])
        assert sorted(packed) == keys
        assert list(library.backend.content("anhui").word_vectors) == [packed[key] for key in keys]
        library.remove(["anhui"])
        assert library.backend.word_vectors(keys) == {}
    with sqlite3.connect(tmp_path / "library" / "plans.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM word_vectors").fetchone() == (0,)
