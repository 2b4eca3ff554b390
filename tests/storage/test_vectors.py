"""The FAISS index against brute force over the same float16 vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.storage import ScoredKey
from indexer.storage.local import vectors as vectors_module
from indexer.storage.local.vectors import VectorIndex

DIMENSION = 8


def unit_vectors(count: int, seed: int, dimension: int = DIMENSION) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def build(keys: np.ndarray, vectors: np.ndarray) -> VectorIndex:
    index = VectorIndex(vectors.shape[1], generation=7)
    index.add(keys.astype(np.int64), vectors)
    return index


def brute_force(
    keys: np.ndarray, vectors: np.ndarray, query: np.ndarray, k: int, ranges: list[tuple[int, int]] | None
) -> list[ScoredKey]:
    """Cosines with the stored halves, in float64; ties by key."""
    scores = vectors.astype(np.float16).astype(np.float64) @ query.astype(np.float64)
    inside = [ranges is None or any(a <= key <= b for a, b in ranges) for key in keys]
    found = [ScoredKey(int(key), float(s)) for key, s, is_in in zip(keys, scores, inside, strict=True) if is_in]
    return sorted(found, key=lambda f: (-f.score, f.key))[:k]


def same(found: list[ScoredKey], expected: list[ScoredKey]) -> bool:
    return [f.key for f in found] == [f.key for f in expected] and np.allclose(
        [f.score for f in found], [f.score for f in expected], atol=1e-6
    )


@settings(max_examples=60)
@given(
    count=st.integers(1, 60),
    k=st.integers(1, 80),
    seed=st.integers(0, 2**16),
    ranges=st.none() | st.lists(st.tuples(st.integers(0, 80), st.integers(0, 20)), max_size=3),
)
def test_search_equals_brute_force(count: int, k: int, seed: int, ranges: list[tuple[int, int]] | None) -> None:
    keys = np.sort(np.random.default_rng(seed).choice(100, count, replace=False))
    vectors = unit_vectors(count, seed)
    query = unit_vectors(1, seed + 1)[0]
    spans = None if ranges is None else [(start, start + length) for start, length in ranges]
    found = build(keys, vectors).search(query, k, spans)
    assert same(found, brute_force(keys, vectors, query, k, spans))


@pytest.mark.parametrize("k", [1, 3, 7, 10, 11, 24, 25, 30])
@pytest.mark.parametrize("ranges", [None, [(3, 20)], [(0, 4), (9, 24)]])
def test_ties_fall_by_key_also_at_the_cut(k: int, ranges: list[tuple[int, int]] | None) -> None:
    # keys 10 to 14 have cosine 1 with the query, all others the same smaller one
    keys = np.arange(25)
    vectors = np.tile(
        np.eye(DIMENSION, dtype=np.float32)[0] * 0.5 + np.eye(DIMENSION, dtype=np.float32)[1] * 0.75, (25, 1)
    )
    vectors[10:15] = np.eye(DIMENSION)[0]
    inside = [key for key in range(25) if ranges is None or any(a <= key <= b for a, b in ranges)]
    expected = sorted(inside, key=lambda key: (not 10 <= key < 15, key))[:k]
    found = build(keys, vectors).search(np.eye(DIMENSION, dtype=np.float32)[0], k, ranges)
    assert [f.key for f in found] == expected
    assert {f.score for f in found} <= {1.0, 0.5}


def test_scores_are_cosines() -> None:
    index = build(np.array([4, 5, 6]), np.array([[1, 0], [0.6, 0.8], [-1, 0]], dtype=np.float32))
    found = index.search(np.array([1, 0], dtype=np.float32), 3, None)
    assert [f.key for f in found] == [4, 5, 6]
    assert [f.score for f in found] == pytest.approx([1.0, 0.6, -1.0], abs=2e-4)


def test_nothing_to_search() -> None:
    query = unit_vectors(1, 0)[0]
    assert VectorIndex(DIMENSION).search(query, 5, None) == []
    index = build(np.arange(3), unit_vectors(3, 1))
    assert index.search(query, 5, []) == []
    assert index.search(query, 5, [(10, 20)]) == []


@pytest.mark.parametrize("span", [(0, 0), (3, 6), (9, 9), (0, 9), (50, 60)])
def test_removed_keys_are_gone_and_the_others_stay(span: tuple[int, int]) -> None:
    keys, vectors, query = np.arange(10), unit_vectors(10, 2), unit_vectors(1, 3)[0]
    index = build(keys, vectors)
    index.remove(span)
    kept = (keys < span[0]) | (keys > span[1])
    assert len(index) == kept.sum()
    assert same(index.search(query, 20, None), brute_force(keys[kept], vectors[kept], query, 20, None))


def test_save_and_load_keep_everything(tmp_path: Path) -> None:
    keys, vectors, query = np.arange(5, 25), unit_vectors(20, 4), unit_vectors(1, 5)[0]
    saved = build(keys, vectors)
    path = tmp_path / "vectors.faiss"
    saved.save(path)
    loaded = VectorIndex.load(path, DIMENSION)
    assert loaded is not None
    assert (len(loaded), loaded.generation, loaded.dimension) == (20, 7, DIMENSION)
    assert VectorIndex.generation_at(path) == (7, 20)
    assert loaded.search(query, 20, None) == saved.search(query, 20, None)
    # a loaded index can be changed like a new one
    loaded.remove((5, 9))
    loaded.add(np.array([90], dtype=np.int64), query.reshape(1, -1))
    assert loaded.search(query, 1, None)[0].key == 90
    assert len(loaded) == 16


def test_only_whole_files_are_left_behind(tmp_path: Path) -> None:
    build(np.arange(3), unit_vectors(3, 6)).save(tmp_path / "vectors.faiss")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["vectors.faiss", "vectors.json"]


def test_between_its_two_writings_the_file_before_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    build(np.arange(3), unit_vectors(3, 6)).save(path)
    before = path.read_bytes()
    newer = build(np.arange(5), unit_vectors(5, 7))
    newer.generation = 8
    newer.save(path)
    after = path.read_bytes()
    for data, count, generation in ((before, 3, 7), (after, 5, 8)):
        path.write_bytes(data)
        loaded = VectorIndex.load(path, DIMENSION)
        assert loaded
        assert (len(loaded), loaded.generation) == (count, generation)


def test_a_file_replaced_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vectors.faiss"
    build(np.arange(3), unit_vectors(3, 6)).save(path)
    measure = vectors_module.crc32_of
    came: list[int] = []

    def overtaken(measured: Path) -> int:
        value = measure(measured)
        if measured == path and len(came) < 3:
            came.append(1)
            for count in (4, 5):  # two writings: not even the one before is in place any more
                build(np.arange(count), unit_vectors(count, len(came))).save(path)
        return value

    monkeypatch.setattr(vectors_module, "crc32_of", overtaken)
    loaded = VectorIndex.load(path, DIMENSION)
    assert loaded
    assert (len(loaded), len(came)) == (5, 3)


def test_load_refuses_what_is_missing_damaged_or_of_another_dimension(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    note = path.with_suffix(".json")
    assert VectorIndex.load(path, DIMENSION) is None
    assert VectorIndex.generation_at(path) == (-1, 0)

    build(np.arange(20), unit_vectors(20, 7)).save(path)
    whole, noted = path.read_bytes(), note.read_text()
    assert VectorIndex.load(path, DIMENSION) is not None
    assert VectorIndex.load(path, DIMENSION + 1) is None

    path.write_bytes(whole[: len(whole) // 2])
    assert VectorIndex.load(path, DIMENSION) is None
    # one bit inside a vector: FAISS reads such a file without complaint, the checksum does not
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    path.write_bytes(bytes(flipped))
    assert VectorIndex.load(path, DIMENSION) is None
    path.write_bytes(b"")
    assert VectorIndex.load(path, DIMENSION) is None
    path.unlink()
    assert VectorIndex.load(path, DIMENSION) is None
    assert VectorIndex.generation_at(path) == (-1, 0)

    path.write_bytes(whole)
    for broken in ("", "not json", "[]", "{}", noted[: len(noted) // 2], "\x00" * 10):
        note.write_text(broken)
        assert VectorIndex.load(path, DIMENSION) is None, broken
        assert VectorIndex.generation_at(path) == (-1, 0), broken
    note.write_text(noted)
    assert VectorIndex.load(path, DIMENSION) is not None
