"""Each measure against numbers counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.evaluation import (
    auroc,
    average_precision,
    calibration,
    hit_at,
    holds_evidence,
    recall_at,
    reciprocal_rank,
    refused_at_kept,
)

_scores = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=12)


@pytest.mark.parametrize(("k", "expected"), [(1, 0.0), (2, 0.0), (3, 1.0), (9, 1.0)])
def test_hit_at(k: int, expected: float) -> None:
    assert hit_at([False, False, True, False], k) == expected


def test_hit_at_nothing() -> None:
    assert hit_at([], 5) == hit_at([False], 5) == 0.0


@pytest.mark.parametrize(
    ("relevant", "k", "expected"),
    [
        ([True, True], 10, 1.0),
        ([False, True, True], 10, 1 / 2),
        ([False, False, False, True], 4, 1 / 4),
        ([False, False, False, True], 3, 0.0),
        ([], 10, 0.0),
    ],
)
def test_reciprocal_rank(relevant: list[bool], k: int, expected: float) -> None:
    assert reciprocal_rank(relevant, k) == expected


@pytest.mark.parametrize(
    ("k", "expected"),
    [(1, 0.0), (2, 1 / 3), (3, 1 / 3), (4, 2 / 3), (10, 2 / 3)],
)
def test_recall_at(k: int, expected: float) -> None:
    assert recall_at(["x", "a", "y", "b"], ["a", "b", "c"], k) == expected


def test_recall_counts_each_gold_once() -> None:
    assert recall_at(["a", "a", "b"], ["a", "a", "c"], 3) == 1 / 2


def test_average_precision() -> None:
    # gold at ranks 1, 3 and 6; a fourth is never found
    ranked = ["a", "x", "b", "y", "z", "c"]
    gold = {"a", "b", "c", "d"}
    assert average_precision(ranked, gold, 10) == pytest.approx((1 / 1 + 2 / 3 + 3 / 6) / 4)
    # cut at 5, as trec_eval's map_cut does it: still over all the gold there is
    assert average_precision(ranked, gold, 5) == pytest.approx((1 / 1 + 2 / 3) / 4)
    assert average_precision(["a", "b"], {"a", "b"}, 2) == 1.0
    assert average_precision(["x"], {"a"}, 10) == 0.0


def test_average_precision_over_more_gold_than_k_is_over_all_gold() -> None:
    assert average_precision(["a", "b"], {"a", "b", "c", "d"}, 2) == pytest.approx((1 + 1) / 4)


def test_auroc() -> None:
    # pairs: 0.9 beats both; 0.5 ties one and beats one; 0.1 beats none, ties one
    assert auroc([0.9, 0.5, 0.1], [0.5, 0.1]) == pytest.approx((2 + 1.5 + 0.5) / 6)
    assert auroc([1.0], [0.0]) == 1.0
    assert auroc([0.0], [1.0]) == 0.0
    assert auroc([0.3, 0.3], [0.3]) == 0.5


@given(_scores, _scores)
def test_auroc_is_a_share_and_has_its_mirror(positives: list[float], negatives: list[float]) -> None:
    assert 0 <= auroc(positives, negatives) <= 1
    assert auroc(positives, negatives) == pytest.approx(1 - auroc(negatives, positives))


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (1.0, 1 / 4),  # threshold 0.2: only 0.1 lies below
        (0.9, 1 / 4),  # nine tenths of four are four
        (0.75, 2 / 4),  # threshold 0.4: 0.1 and 0.3
        (0.5, 3 / 4),  # threshold 0.6: not 0.6 itself
        (0.25, 1.0),  # threshold 0.8
    ],
)
def test_refused_at_kept(kept: float, expected: float) -> None:
    assert refused_at_kept([0.8, 0.2, 0.6, 0.4], [0.1, 0.3, 0.5, 0.6], kept) == expected


@given(_scores, _scores, st.floats(0.05, 1.0))
def test_no_more_is_refused_than_the_kept_share_allows(
    answerable: list[float], unanswerable: list[float], kept: float
) -> None:
    refused = refused_at_kept(answerable, unanswerable, kept)
    # some threshold of the answerable keeps the share and refuses just so many
    thresholds = [t for t in answerable if sum(s >= t for s in answerable) >= kept * len(answerable)]
    assert refused == max(sum(s < t for s in unanswerable) for t in thresholds) / len(unanswerable)


def test_calibration_by_hand() -> None:
    said = [0.0, 0.04, 0.12, 0.95, 1.0, 0.18]
    true = [False, True, False, True, True, True]
    rows = calibration(said, true)
    assert [count for _, _, count in rows] == [2, 2, 2]  # the last bin holds 1.0, empty ones are not told
    assert [share for _, share, _ in rows] == [0.5, 0.5, 1.0]
    assert [mean for mean, _, _ in rows] == pytest.approx([0.02, 0.15, 0.975])
    assert calibration(said, true, bins=1) == [(pytest.approx(sum(said) / 6), pytest.approx(4 / 6), 6)]


TEXT = "By 2025 the share of\nnon-fossil energy reaches 20 percent, says the Plan."


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("share of non-fossil energy", True),
        ("THE SHARE  of", True),
        ("share of fossil energy", False),  # 3 words in a row are asked for, 2 are there
        ("energy reaches 20 percent by 2030", True),  # 4 of 6 in a row
        ("nuclear energy reaches 20 units now", False),  # 3 of 6
        ("solar", False),
    ],
)
def test_holds_evidence(fragment: str, expected: bool) -> None:
    assert holds_evidence(TEXT, [fragment]) is expected


def test_one_fragment_is_enough() -> None:
    assert holds_evidence(TEXT, ["solar power", "20 percent"])
    assert not holds_evidence(TEXT, [])
    assert holds_evidence(TEXT, ["share of oil"], share=0.5)
    assert not holds_evidence(TEXT, ["energy reaches 20 percent by 2030"], share=1.0)
