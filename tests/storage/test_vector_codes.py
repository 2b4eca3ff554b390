"""The vector index of a large library: candidates by codes, compared exactly, on a mapped file."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from test_vectors import brute_force, build, same, unit_vectors

from indexer.storage.disk import crc32_of, write_note
from indexer.storage.local import vectors as vector_block
from indexer.storage.local.vectors import VectorBlock, VectorIndex

pytestmark = pytest.mark.slow  # learning codes takes seconds
DIMENSION, COUNT, K = 128, 3000, 10


WITH_CODES = vector_block._with_codes
LEARN = functools.cache(
    lambda sample, shape: faiss.serialize_index(WITH_CODES(np.frombuffer(sample, np.float32).reshape(shape)))
)


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_block, "LARGE", 1000)
    monkeypatch.setattr(vector_block, "_with_codes", learned)


def learned(sample: np.ndarray) -> Any:
    """Codes as the index learns them, once for each sample: that takes seconds."""
    return faiss.deserialize_index(LEARN(sample.tobytes(), sample.shape))


def clustered(count: int, seed: int) -> np.ndarray:
    """Vectors around forty centers, as texts on forty topics have them, rounded as the database holds them."""
    draw = np.random.default_rng(seed)
    rows = unit_vectors(40, 0, DIMENSION)[draw.integers(0, 40, count)]
    rows = rows + draw.normal(size=(count, DIMENSION)).astype(np.float32) * (0.6 / DIMENSION**0.5)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)


KEYS, VECTORS, QUERIES = np.arange(1, COUNT + 1) * 3, clustered(COUNT, 1), clustered(50, 2)


@pytest.fixture
def saved(tmp_path: Path) -> VectorIndex:
    index = build(KEYS, VECTORS)
    index.save(tmp_path / "vectors.faiss")
    return index


def loaded(folder: Path) -> VectorIndex:
    index = VectorIndex.load(folder / "vectors.faiss", DIMENSION)
    assert index is not None
    return index


def block_of(index: VectorIndex) -> VectorBlock:
    assert index._stored.has_codes
    return index._stored


def codes_of(index: VectorIndex) -> Any:
    return faiss.downcast_index(block_of(index)._index.base_index)


def test_codes_find_the_nearest_and_their_scores_are_exact(saved: VectorIndex, tmp_path: Path) -> None:
    index = loaded(tmp_path)
    met = 0
    for query in QUERIES:
        found = index.search(query, K, None)
        expected = brute_force(KEYS, VECTORS, query, COUNT, None)
        scores = {f.key: f.score for f in expected}
        assert [f.score for f in found] == pytest.approx([scores[f.key] for f in found], abs=1e-6)
        assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
        met += len({f.key for f in found} & {f.key for f in expected[:K]})
        assert saved.search(query, K, None) == found
    assert met >= 0.98 * K * len(QUERIES)


@pytest.mark.parametrize(("k", "ranges"), [(10, [(30, 600), (3000, 3100)]), (40, [(9, 9)]), (60, None)])
def test_within_plans_and_for_much_all_are_compared(
    saved: VectorIndex, k: int, ranges: list[tuple[int, int]] | None
) -> None:
    block_of(saved)
    for query in QUERIES[:5]:
        assert same(saved.search(query, k, ranges), brute_force(KEYS, VECTORS, query, k, ranges))


def test_what_is_removed_is_never_found_though_it_were_the_nearest(saved: VectorIndex, tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    query = QUERIES[0]
    nearest = [f.key for f in brute_force(KEYS, VECTORS, query, 300, None)]
    for key in nearest:
        saved.remove((key, key + 2))
    kept = ~np.isin(KEYS, nearest)
    saved.save(path)
    rows = len(block_of(saved).keys)
    assert rows == COUNT  # struck out, since taking them out would write all anew
    for index in (saved, loaded(tmp_path)):
        assert len(index) == COUNT - 300
        expected = brute_force(KEYS[kept], VECTORS[kept], query, K, None)
        assert same(index.search(query, K, None), expected)
        assert same(index.search(query, K, [(30, 900)]), brute_force(KEYS[kept], VECTORS[kept], query, K, [(30, 900)]))


def test_it_grows_by_what_is_added_and_keeps_its_codes(saved: VectorIndex, tmp_path: Path) -> None:
    index = loaded(tmp_path)
    more, keys = clustered(200, 3), np.arange(20_000, 20_200)
    index.add(keys, more)
    index.generation = 8
    before = [f.key for f in index.search(more[7], 1, None)]
    index.save(tmp_path / "vectors.faiss")
    assert before == [f.key for f in loaded(tmp_path).search(more[7], 1, None)] == [20_007]
    assert len(block_of(loaded(tmp_path)).keys) == COUNT + 200
    codes = [faiss.downcast_index(codes_of(i).index) for i in (saved, loaded(tmp_path))]
    assert np.array_equal(*(faiss.vector_to_array(code.pq.centroids) for code in codes))


def test_codes_of_an_older_kind_are_searched_and_give_way_at_the_next_writing(
    saved: VectorIndex, tmp_path: Path
) -> None:
    path = tmp_path / "vectors.faiss"
    older = faiss.index_factory(DIMENSION, "IDMap,PQ32x4fs,Refine(SQfp16)", faiss.METRIC_INNER_PRODUCT)
    older.train(VECTORS)
    older.add_with_ids(VECTORS, KEYS)
    faiss.write_index(older, str(tmp_path / "older"))
    (tmp_path / "older").replace(path)  # what is mapped stays as it is
    note = json.loads(path.with_suffix(".json").read_text("ascii"))
    write_note(path.with_suffix(".json"), {**note, "crc32": crc32_of(path)})
    index = loaded(tmp_path)
    assert type(codes_of(index)) is faiss.IndexPQFastScan
    assert index.search(QUERIES[0], K, None) == saved.search(QUERIES[0], K, None)
    index.save(path)
    assert type(codes_of(loaded(tmp_path))) is faiss.IndexPreTransform
    assert loaded(tmp_path).search(QUERIES[0], K, None) == saved.search(QUERIES[0], K, None)


def test_it_is_made_anew_when_half_of_it_is_gone(saved: VectorIndex, tmp_path: Path) -> None:
    assert len(block_of(saved).keys) == COUNT
    saved.remove((1, 3 * COUNT // 2))
    saved.save(tmp_path / "vectors.faiss")
    assert len(block_of(saved).keys) == COUNT // 2 == len(loaded(tmp_path))


def test_a_reader_keeps_the_file_it_has_mapped(saved: VectorIndex, tmp_path: Path) -> None:
    reader = loaded(tmp_path)
    expected = reader.search(QUERIES[0], K, None)
    build(KEYS[:1500], VECTORS[:1500]).save(tmp_path / "vectors.faiss")
    assert reader.search(QUERIES[0], K, None) == expected


def test_few_vectors_have_no_codes_and_a_shrunken_index_loses_them(saved: VectorIndex, tmp_path: Path) -> None:
    assert block_of(saved)
    saved.remove((1, 3 * 2500))
    saved.save(tmp_path / "vectors.faiss")
    assert not loaded(tmp_path)._stored.has_codes
    assert same(saved.search(QUERIES[1], 9, None), brute_force(KEYS[2500:], VECTORS[2500:], QUERIES[1], 9, None))
