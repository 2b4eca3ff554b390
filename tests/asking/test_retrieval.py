"""The fusion of two rankings against its closed form, and candidates in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from fakes import FakeEncoder, make_content
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking.retrieval import DENSE_WEIGHT, DOUBT_PENALTY, ROLE_PENALTY, fuse, level, retrieve, search
from indexer.encoding import Progress, Vectors
from indexer.errors import UnknownPlanError
from indexer.library import Library
from indexer.reading.doubts import doubt_warning
from indexer.storage import Scope, ScoredKey
from indexer.types import Metadata, Role

DENSE = [ScoredKey(1, 0.9), ScoredKey(2, 0.5), ScoredKey(3, 0.1)]
WORDS = [ScoredKey(2, 8.0), ScoredKey(4, 2.0)]


def ranking(scores: st.SearchStrategy[float]) -> st.SearchStrategy[list[ScoredKey]]:
    return st.dictionaries(st.integers(0, 20), scores, max_size=12).map(
        lambda entries: [ScoredKey(key, score) for key, score in entries.items()]
    )


cosines = ranking(st.floats(-1, 1, width=16))
bm25 = ranking(st.floats(0.125, 64, width=16))


def test_fusion_is_a_convex_sum_of_normalised_scores() -> None:
    assert fuse(DENSE, WORDS, 0.25) == pytest.approx(
        {1: 0.25 * 1.0, 2: 0.25 * (0.5 - 0.1) / (0.9 - 0.1) + 0.75 * 1.0, 3: 0.0, 4: 0.75 * 2 / 8}
    )


def test_the_default_weight() -> None:
    assert 0 < DENSE_WEIGHT < 1
    assert fuse(DENSE, WORDS) == fuse(DENSE, WORDS, DENSE_WEIGHT)


def test_one_ranking_alone() -> None:
    assert fuse([], []) == {}
    assert fuse(DENSE, [], 0.4) == pytest.approx({1: 0.4, 2: 0.2, 3: 0.0})
    assert fuse([], WORDS, 0.4) == pytest.approx({2: 0.6, 4: 0.15})


@pytest.mark.parametrize(("weight", "first"), [(0.0, 2), (1.0, 1)])
def test_all_the_weight_on_one(weight: float, first: int) -> None:
    fused = fuse(DENSE, WORDS, weight)
    assert fused[first] == max(fused.values()) == 1.0


def test_equal_scores_are_all_the_best() -> None:
    assert fuse([ScoredKey(1, 0.3), ScoredKey(2, 0.3)], [], 0.5) == {1: 0.5, 2: 0.5}
    assert fuse([], [ScoredKey(1, 4.0), ScoredKey(2, 4.0)], 0.5) == {1: 0.5, 2: 0.5}
    assert fuse([], [ScoredKey(1, 0.0)], 0.5) == {1: 0.0}
    assert fuse([ScoredKey(7, -0.2)], [], 1.0) == {7: 1.0}


@given(cosines, bm25, st.floats(0, 1))
def test_fused_scores_lie_between_0_and_1(dense: list[ScoredKey], words: list[ScoredKey], weight: float) -> None:
    fused = fuse(dense, words, weight)
    assert set(fused) == {f.key for f in dense} | {f.key for f in words}
    assert all(0 <= score <= 1 + 1e-9 for score in fused.values())


@given(cosines, bm25, st.floats(0.25, 8), st.floats(-0.5, 0.5))
def test_neither_scale_nor_offset_matters(
    dense: list[ScoredKey], words: list[ScoredKey], scale: float, offset: float
) -> None:
    moved = [ScoredKey(f.key, f.score * scale + offset) for f in dense]
    scaled = [ScoredKey(f.key, f.score * scale) for f in words]
    spread = {f.score for f in dense}
    if len(spread) > 1 and max(spread) - min(spread) < 1e-3:
        return  # the offset takes all digits of such a spread
    assert fuse(moved, scaled) == pytest.approx(fuse(dense, words), abs=1e-6)


@given(cosines, bm25)
def test_the_order_of_entries_does_not_matter(dense: list[ScoredKey], words: list[ScoredKey]) -> None:
    assert fuse(dense[::-1], words[::-1]) == fuse(dense, words)


# -- from a library ----------------------------------------------------------------------------

SENTENCES = ["cement kilns close", "cement kilns close", "cement works", "wind farms", "coal boilers"]


class Meaning(FakeEncoder):
    """Takes every text for ``text``."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return super().embed([self._text] * len(texts), progress)


@pytest.fixture
def filled(library: Library, fake_encoder: FakeEncoder) -> Library:
    model = (fake_encoder.source, fake_encoder.fingerprint)
    library.backend.add(make_content("anhui", SENTENCES, fake_encoder), model)
    library.backend.add(make_content("henan", ["cement kilns move"], fake_encoder), model)
    return library


def test_candidates_best_first_ties_in_reading_order(filled: Library, fake_encoder: FakeEncoder) -> None:
    found = retrieve(filled.backend, fake_encoder, "cement kilns", Scope())
    assert [c.passage.text for c in found][:4] == [*SENTENCES[:2], "cement kilns move", "cement works"]
    assert [c.key for c in found][:2] == [1, 2]
    assert found[0].score == found[1].score == pytest.approx(1.0, abs=1e-3)
    assert found[0].cosine == pytest.approx(2 / 6**0.5, abs=1e-3)
    assert len(found) == 6


def test_words_are_silent_about_passages_in_another_script(filled: Library, fake_encoder: FakeEncoder) -> None:
    said = ["水泥 2025", "水泥 wind 产能置换"]
    filled.backend.add(make_content("hubei", said, fake_encoder), ("fake", "fake@1"))
    meant = Meaning("水泥 2025 wind")
    found = {c.passage.text: c for c in retrieve(filled.backend, meant, "wind farms 2025", Scope())}
    cosines = [c.cosine for c in found.values() if c.cosine is not None]
    for text in said:  # the figure that one of them shares with the question counts for nothing
        own = found[text].cosine
        assert own is not None
        assert found[text].score == pytest.approx((own - min(cosines)) / (max(cosines) - min(cosines)))
        assert not found[text].same_script
    assert found["wind farms"].same_script
    assert found["wind farms"].score > (1 - DENSE_WEIGHT) * 0.99


def test_what_stands_out_among_plans_in_the_other_script_stands_out(filled: Library, fake_encoder: FakeEncoder) -> None:
    content = make_content("hubei", ["水泥 2025", "水泥 wind 产能置换", "风电"], fake_encoder)
    content = replace(content, plan=replace(content.plan, metadata=Metadata(language="zh")))
    filled.backend.add(content, ("fake", "fake@1"))
    meant = Meaning("水泥 2025 wind")
    found = retrieve(filled.backend, meant, "steel mills", Scope(), depth=2)
    assert [c.passage.text for c in found if not c.same_script] == ["水泥 2025", "水泥 wind 产能置换"]
    # two of each script are compared, so that those of the other one have their mean
    own, other = ([c.cosine for c in found if c.same_script == same and c.cosine is not None] for same in (True, False))
    assert len(own) == len(other) == 2
    assert sum(own) == pytest.approx(sum(other))
    best = max(c.score for c in found if c.same_script and c.cosine is not None)
    low, high = min(*own, *other), max(*own, *other)
    for c in found:
        if not c.same_script:
            assert c.cosine is not None
            assert c.score == pytest.approx(best * (c.cosine - low) / (high - low))


@given(cosines, cosines)
def test_levelling_adds_the_same_to_all(other: list[ScoredKey], own: list[ScoredKey]) -> None:
    found = level(other, own)
    assert [f.key for f in found] == [f.key for f in other]
    added = {round(f.score - o.score, 6) for f, o in zip(found, other, strict=True)}
    assert len(added) <= 1
    count = min(len(own), len(other))
    assert sum(f.score for f in found[:count]) == pytest.approx(sum(f.score for f in own[:count]), abs=1e-6)


def test_what_only_words_found_has_no_cosine(filled: Library, fake_encoder: FakeEncoder) -> None:
    meant = Meaning("wind farms")
    found = retrieve(filled.backend, meant, "cement", Scope(("anhui",)), depth=1)
    by_text = {c.passage.text: c for c in found}
    assert set(by_text) == {"cement works", "wind farms"}
    assert by_text["cement works"].cosine is None
    assert by_text["cement works"].score == pytest.approx(1 - DENSE_WEIGHT)
    assert by_text["wind farms"].cosine == pytest.approx(1.0, abs=1e-3)
    assert by_text["wind farms"].score == pytest.approx(DENSE_WEIGHT)


def test_words_are_looked_up_while_the_model_reads(
    filled: Library, fake_encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Event()
    by_words, embed = filled.backend.search_words, fake_encoder.embed
    monkeypatch.setattr(filled.backend, "search_words", lambda *what: (asked.set(), by_words(*what))[1])
    monkeypatch.setattr(fake_encoder, "embed", lambda texts: embed(texts) if asked.wait(20) else None)
    dense, _, words = search(filled.backend, fake_encoder, "cement kilns", 2, Scope())
    assert dense == filled.backend.search_dense(embed(["cement kilns"])[0], 2, Scope())
    assert words == by_words("cement kilns", 2, Scope())


def test_a_plan_changed_between_the_searches_is_searched_again(
    filled: Library, fake_encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    dense = filled.backend.search_dense
    changed: list[bool] = []

    def search_dense(*what: Any) -> list[ScoredKey]:
        if not changed:  # the words were looked up, or are yet to be: what is found must be of one time
            changed.append(True)
            new = make_content("anhui", ["steel mills"], fake_encoder)
            filled.backend.add(new, (fake_encoder.source, fake_encoder.fingerprint))
        return dense(*what)

    monkeypatch.setattr(filled.backend, "search_dense", search_dense)
    found = retrieve(filled.backend, fake_encoder, "cement kilns", Scope())
    assert [c.passage.text for c in found] == ["cement kilns move", "steel mills"]
    assert found[0].score == pytest.approx(1.0, abs=1e-3)


def test_a_scope_is_kept(filled: Library, fake_encoder: FakeEncoder) -> None:
    found = retrieve(filled.backend, fake_encoder, "cement", Scope(("henan",)))
    assert [c.passage.text for c in found] == ["cement kilns move"]
    assert retrieve(filled.backend, fake_encoder, "cement", Scope(None, "no such section")) == []
    with pytest.raises(UnknownPlanError, match="anhui, henan"):
        retrieve(filled.backend, fake_encoder, "cement", Scope(("hubei",)))


def test_furniture_comes_last_whatever_it_says(open_library: Callable[..., Library], fake_encoder: FakeEncoder) -> None:
    roles = (Role.FURNITURE, Role.BODY, Role.SUMMARY, Role.BODY)
    content = make_content("anhui", ["cement kilns", "cement kilns", "cement kilns", "wind"], fake_encoder)
    passages = [replace(p, role=role) for p, role in zip(content.passages, roles, strict=True)]
    backend = open_library().backend
    backend.add(replace(content, passages=passages), ("fake", "fake@1"))
    found = retrieve(backend, fake_encoder, "cement kilns", Scope())
    assert [c.key for c in found] == [2, 3, 4, 1]
    assert [c.score for c in found] == pytest.approx(
        [1.0, 1.0 - ROLE_PENALTY[Role.SUMMARY], 0.0, 1.0 - ROLE_PENALTY[Role.FURNITURE]], abs=1e-6
    )


def test_what_a_page_that_reads_badly_says_comes_after_the_same_elsewhere(
    open_library: Callable[..., Library], fake_encoder: FakeEncoder
) -> None:
    content = make_content("anhui", ["cement kilns", "cement kilns", "wind"], fake_encoder)
    passages = [replace(p, page=n) for n, p in enumerate(content.passages, 1)]
    plan = replace(content.plan, warnings=(doubt_warning("words may be out of order", [1]),))
    backend = open_library().backend
    backend.add(replace(content, plan=plan, passages=passages), ("fake", "fake@1"))
    found = retrieve(backend, fake_encoder, "cement kilns", Scope())
    assert [(c.passage.page, round(c.score, 3)) for c in found] == [(2, 1.0), (1, 1.0 - DOUBT_PENALTY), (3, 0.0)]


def test_a_passage_removed_meanwhile_is_left_out(
    filled: Library, fake_encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    passages = filled.backend.passages
    monkeypatch.setattr(filled.backend, "passages", lambda keys: passages([k for k in keys if k != 1]))
    found = retrieve(filled.backend, fake_encoder, "cement kilns", Scope())
    assert [c.key for c in found][:2] == [2, 6]
