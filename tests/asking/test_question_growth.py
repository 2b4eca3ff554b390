"""What is done with a question before anything is searched takes time in proportion to it, whatever is in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from fakes import FakeEncoder, make_content
from growing import GENERATORS, assert_proportional, counted

from indexer.asking.answering import resolve_scope
from indexer.asking.expansion import Thesaurus
from indexer.asking.glossary import write_glossary
from indexer.asking.interaction import embed_words
from indexer.asking.question import LONGEST_QUESTION
from indexer.language import terms
from indexer.library import Library
from indexer.storage import Backend, Scope
from indexer.types import GlossaryEntry


def misspelt(size: int) -> str:
    """Rare words, each another one, an edit from a word of the plans."""
    return "".join(f"kiln{chr(97 + i % 26)}{chr(97 + i // 26 % 26)} " for i in range(size // 7))


ENCODER = FakeEncoder()
QUESTIONS = {
    **GENERATORS,
    "Chinese words": lambda size: "水泥" * (size // 2),
    "Chinese names": lambda size: "安徽省" * (size // 3),
    "Chinese rare": lambda size: "".join(chr(0x4E00 + i) for i in range(size)),
    "long figures": lambda size: "1234567.1234567 " * (size // 16),
    "misspelt": misspelt,
    "rare words": lambda size: counted("qx{0}vjk ", size),
    "acronyms": lambda size: "NDC IT " * (size // 7),
    "names of the glossary": lambda size: "data centre " * (size // 12),
    "names of plans": lambda size: "Alphaland Betavia " * (size // 18),
    "negated": lambda size: "-kiln " * (size // 6),
    "filters": lambda size: "year:2025 " * (size // 10),
}


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """Three plans, with a glossary; what is gathered of them when first asked is."""
    with Library.open(tmp_path_factory.mktemp("asked") / "library", create=True, encoder=ENCODER) as library:
        held = library.backend
        for plan, name, word in (("a", "Alphaland", "kilns"), ("b", "Betavia", "levees"), ("c", "安徽省", "水泥")):
            lines = [f"{name}: {word} of the nationally determined contribution (NDC) close by {n}." for n in range(99)]
            held.add(make_content(plan, lines, ENCODER, names=[name], title=f"{name} plan"), ("fake", "fake@1"))
        write_glossary(held, [GlossaryEntry("data centre", ("server farm",), ("data centre stage",))])
        read_whole(held, "Which kilnz of Alphaland close?")
        gc.freeze()
        yield held
        gc.unfreeze()


def read_whole(backend: Backend, text: str) -> None:
    question, _ = resolve_scope(text, backend, ENCODER, Scope())
    embed_words(question, ENCODER, backend.idf)


@pytest.mark.slow
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_resolved_in_proportion(name: str, backend: Backend) -> None:
    def run(size: int) -> None:
        read_whole(backend, f"What {QUESTIONS[name](size)}"[:size])

    assert_proportional(run, (LONGEST_QUESTION // 4, LONGEST_QUESTION // 2, LONGEST_QUESTION))


def test_each_word_of_a_question_is_analyzed_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    thesaurus = Thesaurus(
        [GlossaryEntry("data centre", ("server farm",), ("data centre stage",))],
        {"NDC": ("nationally determined contribution",)},
    )
    analyzed: list[str] = []
    fold = terms.fold
    monkeypatch.setattr(terms, "fold", lambda text: analyzed.append(text) or fold(text))
    for text in ("水泥" * 1000, "水泥 NDC " * 200):
        analyzed.clear()
        assert len(list(thesaurus.find(text))) == text.count("NDC")
        assert sum(map(len, analyzed)) <= 4 * len(text)
