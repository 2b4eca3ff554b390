"""The word index against BM25 computed by hand.

tantivy keeps a passage's length in one byte, exact up to 40 words; the texts here are shorter.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.language.terms import analyze, analyzer, fold
from indexer.storage import ScoredKey
from indexer.storage.local.words import WordIndex

K1, B = 1.2, 0.75
DOCUMENTS = {
    1: "cement kiln cement",
    2: "cement works",
    3: "steel mill blast furnace",
    4: "cement cement cement quota limit kiln heat",
    5: "wind farm",
}


@pytest.fixture
def words(tmp_path: Path) -> WordIndex:
    return build(tmp_path / "words", DOCUMENTS)


def build(folder: Path, documents: Mapping[int, str]) -> WordIndex:
    index = WordIndex(folder)
    index.create()
    index.update([(1, list(documents.items()))], removed=[])
    return index


def bm25(documents: Mapping[int, str], query: str) -> dict[int, float]:
    """BM25 with k1 = 1.2 and b = 0.75 and the idf of Robertson and Spärck Jones plus one, as Lucene has it."""
    terms = {key: analyze(text) for key, text in documents.items()}
    average = sum(map(len, terms.values())) / len(terms)
    scores = {}
    for key, found in terms.items():
        score = 0.0
        for word in dict.fromkeys(analyze(query)):
            holding = sum(word in other for other in terms.values())
            idf = math.log(1 + (len(terms) - holding + 0.5) / (holding + 0.5))
            count = found.count(word)
            score += idf * count * (K1 + 1) / (count + K1 * (1 - B + B * len(found) / average))
        if score:
            scores[key] = score
    return scores


def expected(documents: Mapping[int, str], query: str, k: int) -> list[ScoredKey]:
    return [ScoredKey(key, s) for key, s in sorted(bm25(documents, query).items(), key=lambda e: (-e[1], e[0]))][:k]


def assert_same(found: Sequence[ScoredKey], wanted: Sequence[ScoredKey]) -> None:
    assert [f.key for f in found] == [f.key for f in wanted]
    assert [f.score for f in found] == pytest.approx([f.score for f in wanted], rel=1e-5)


def test_the_oracle_by_hand() -> None:
    # "wind" is in 1 of 5 texts, "wind farm" is 2 words of 18 in 5 texts
    idf = math.log(1 + 4.5 / 1.5)
    assert bm25(DOCUMENTS, "wind") == {5: pytest.approx(idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3.6)))}


@pytest.mark.parametrize(
    "query", ["cement", "kiln", "cement kiln", "wind steel cement", "cement cement kiln", "heat limits"]
)
@pytest.mark.parametrize("k", [1, 2, 10])
def test_scores_are_bm25(words: WordIndex, query: str, k: int) -> None:
    assert_same(words.search(query, k, None), expected(DOCUMENTS, query, k))


@settings(max_examples=25)
@given(
    st.lists(
        st.lists(st.sampled_from("coal wind solar hydro".split()), min_size=1, max_size=12), min_size=1, max_size=8
    )
)
def test_scores_are_bm25_for_any_texts(tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]]) -> None:
    documents = dict(enumerate((" ".join(text) for text in texts), 1))
    index = build(tmp_path_factory.mktemp("bm25") / "words", documents)
    scores = {f.key: f.score for f in index.search("wind coal", 100, None)}
    assert scores == pytest.approx(bm25(documents, "wind coal"), rel=1e-5)


def test_a_range_keeps_scores_and_order(words: WordIndex) -> None:
    everything = words.search("cement kiln", 10, None)
    for ranges in ([(1, 1), (4, 4)], [(2, 5)], [(1, 5)], [(3, 3)]):
        inside = [f for f in everything if any(a <= f.key <= b for a, b in ranges)]
        assert_same(words.search("cement kiln", 10, ranges), inside)
    assert words.search("cement", 10, []) == []


def test_the_best_inside_a_range_are_found_behind_better_ones_outside(tmp_path: Path) -> None:
    documents = dict.fromkeys(range(1, 50), "coal coal coal") | {50: "coal and much else besides"}
    assert [f.key for f in build(tmp_path / "words", documents).search("coal", 3, [(50, 60)])] == [50]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("k", [1, 4, 10, 21, 30])
def test_ties_fall_by_key_over_all_segments(
    tmp_path: Path, k: int, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr("indexer.storage.local.words._LARGE", 1)
    # each plan is a segment of its own, in an order that tantivy leaves to chance
    index = WordIndex(tmp_path / "words")
    index.create()
    for plan in range(1, 8):
        index.update([(plan, [(plan * 10 + i, "coal quota") for i in range(3)])], removed=[])
    keys = [plan * 10 + i for plan in range(1, 8) for i in range(3)]
    assert [f.key for f in index.search("coal", k, None)] == keys[:k]
    assert [f.key for f in index.search("coal", k, [(21, 69)])] == [x for x in keys if 21 <= x <= 69][:k]


@pytest.mark.parametrize("query", ["", "   ", "?!", "the of and"])
def test_a_query_without_a_word_finds_nothing(words: WordIndex, query: str) -> None:
    assert words.search(query, 5, None) == []


def test_rarity_is_the_idf_of_bm25(words: WordIndex) -> None:
    def idf(n: int) -> float:
        return math.log(1 + (5 - n + 0.5) / (n + 0.5))

    assert words.idf(["cement", "Kilns", "wind", "hydrogen", "the"]) == pytest.approx(
        [idf(3), idf(2), idf(1), idf(0), 0.0]
    )
    assert words.idf([]) == []


def test_removed_plans_are_gone(tmp_path: Path) -> None:
    index = WordIndex(tmp_path / "words")
    index.create()
    index.update([(1, [(10, "coal quota"), (11, "coal")]), (2, [(20, "coal mine")]), (3, [(30, "wind")])], removed=[])
    index.update([], removed=[1, 3])
    assert len(index) == 1
    assert [f.key for f in index.search("coal quota wind", 9, None)] == [20]


def test_a_plan_added_again_takes_its_own_place(tmp_path: Path) -> None:
    # as happens when the transaction that first used the key was lost
    index = WordIndex(tmp_path / "words")
    index.create()
    index.update([(1, [(10, "coal quota"), (11, "coal")])], removed=[])
    index.update([(1, [(10, "wind farm")])], removed=[])
    assert len(index) == 1
    assert index.search("coal", 9, None) == []
    assert [f.key for f in index.search("wind", 9, None)] == [10]


def test_rarity_after_much_was_removed(tmp_path: Path) -> None:
    # removed passages stay in tantivy's counts until their segment is merged
    index = WordIndex(tmp_path / "words")
    index.create()
    index.update([(plan, [(plan, "coal")]) for plan in range(1, 40)] + [(40, [(40, "coal wind")])], removed=[])
    index.update([], removed=list(range(1, 40)))
    rare, common = index.idf(["hydrogen", "coal"])
    assert 0 <= common < rare


def test_chinese_is_searched_by_characters_and_pairs(tmp_path: Path) -> None:
    index = build(tmp_path / "words", {1: "到2025年，水泥熟料产能", 2: "钢铁产能", 3: "cement"})
    assert analyze("水泥cement") == ["水", "水泥", "泥", "cement"]
    assert [f.key for f in index.search("水泥", 5, None)] == [1]
    assert {f.key for f in index.search("产能", 5, None)} == {1, 2}
    assert [f.key for f in index.search("2025", 5, None)] == [1]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("electrolytic aluminium output", "aluminum"),
        ("electrolytic aluminum output", "aluminium"),
        ("decarbonise the grid", "decarbonize"),
        ("labour costs", "labor"),
        ("a programme of works", "program"),
        ("tonnes of steel", "tons"),
        ("modernisation of ports", "modernization"),
    ],
)
def test_british_and_american_spellings_meet(tmp_path: Path, written: str, asked: str) -> None:
    index = build(tmp_path / "words", {1: written, 2: "something else"})
    assert [f.key for f in index.search(asked, 5, None)] == [1]


def test_figures_stay_whole() -> None:
    assert analyze("13.7 percent of 1,200 MW, in 2025.") == ["13.7", "percent", "1,200", "mw", "2025"]


def test_a_figure_is_not_found_by_its_parts(tmp_path: Path) -> None:
    index = build(tmp_path / "words", {1: "reaches 13.7 percent", 2: "reaches 13 percent", 3: "7 percent"})
    assert [f.key for f in index.search("13.7", 5, None)] == [1]
    assert [f.key for f in index.search("13", 5, None)] == [2]


def test_words_are_folded_and_stemmed() -> None:
    assert analyze("The Kilns of CÔTE are closing") == ["kiln", "cote", "close"]


@settings(deadline=None, max_examples=300)
@given(
    st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("aé1.,-'\u2019 \t\n\u00a0\u3000\u001c\u0085水"))
)
@example("Decarbonisation,of labour\u00a0programmes\n13.7\u20091,200 " + "x" * 41 + " " + "水泥" * 30)
def test_a_text_cut_up_word_by_word_gives_the_terms_of_the_whole(text: str) -> None:
    assert analyze(text) == list(analyzer().analyze(fold(text)))


def test_the_generation_is_noted_and_read_back(words: WordIndex, tmp_path: Path) -> None:
    assert words.generation == -1
    words.mark(12)
    again = WordIndex(tmp_path / "words")
    assert again.generation == 12
    assert again.open()
    assert_same(again.search("cement", 5, None), expected(DOCUMENTS, "cement", 5))
    whole = (tmp_path / "words" / "generation").read_text()
    for damage in ("", "12", "[]", "{}", whole[:-9], whole.replace('"format": 2', '"format": 1')):
        (tmp_path / "words" / "generation").write_text(damage)
        assert again.generation == -1, damage
        assert not again.open()


def test_another_process_sees_what_was_written_when_it_looks_again(words: WordIndex, tmp_path: Path) -> None:
    words.mark(1)
    reader = WordIndex(tmp_path / "words")
    assert reader.open()
    words.update([(2, [(60, "geothermal wells")])], removed=[])
    time.sleep(1)  # left to itself, tantivy looks every half second
    assert reader.search("geothermal", 5, None) == []
    # what was written and not marked may be of a transaction that was lost
    assert not WordIndex(tmp_path / "words").open()
    words.mark(2)
    assert reader.open()
    assert [f.key for f in reader.search("geothermal", 5, None)] == [60]


def test_open_says_when_there_is_nothing(tmp_path: Path) -> None:
    assert not WordIndex(tmp_path / "none").open()


def test_marking_reads_only_what_is_new(words: WordIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    words.mark(1)
    read: list[str] = []
    monkeypatch.setattr("indexer.storage.local.words.crc32_of", lambda path: read.append(path.name) or 0)
    words.mark(2)
    assert read == ["meta.json"]


def test_files_that_a_writer_takes_away_while_they_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path / "words", DOCUMENTS).mark(1)
    prepare = WordIndex._prepare

    def overtaken(index: object) -> None:
        for path in (tmp_path / "words").glob("*.pos"):
            path.unlink()  # as merging or a rebuild elsewhere does
        prepare(index)

    reader = WordIndex(tmp_path / "words")
    assert reader.open()
    assert reader.search("cement", 5, None)
    monkeypatch.setattr(WordIndex, "_prepare", staticmethod(overtaken))
    assert not reader.open()
    assert not WordIndex(tmp_path / "words").open()


def test_in_a_large_index_words_that_are_everywhere_count_only_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.storage.local.words._LARGE", 10)
    documents = {n: "plan of a kiln" if n % 4 == 0 else f"plan number {n}" for n in range(1, 13)}
    index = build(tmp_path / "words", documents)
    assert [f.key for f in index.search("which plan has a kiln", 12, None)] == [4, 8, 12]
    assert [f.key for f in index.search("a kiln, absent words", 12, None)] == [4, 8, 12]
    assert len(index.search("the plan", 20, None)) == 12  # nothing else is asked for
    assert len(index.search("the plan of gold", 20, None)) == 12
    few = build(tmp_path / "few", {n: documents[n] for n in range(1, 10)})
    assert len(few.search("which plan has a kiln", 12, None)) == 9  # in a small one all of BM25
