"""The sentence on the year asked for is chosen before the same one on another year, and none on another topic is."""

from __future__ import annotations

import numpy as np
from fakes import FakeEncoder, make_content

from indexer.asking.choosing import MARGIN, choose
from indexer.asking.judging import FEATURES
from indexer.asking.retrieval import CandidateSentence
from indexer.types import Certainty

OTHER_YEAR, OF_YEAR = "Coal use falls by 2025.", "Coal use falls by 2030."


def chosen(*, matches: tuple[float, ...], behind: float) -> list[str]:
    """What is chosen where the best sentence lacks the year and does not answer, and the other one does."""
    passages = make_content("a", [OTHER_YEAR, OF_YEAR], FakeEncoder()).passages
    whole = [(0, len(passage.text)) for passage in passages]
    best = CandidateSentence(passages[0], whole[0], 0.8, np.array([0.9, 0.2]), (), score=2.0)
    other = CandidateSentence(
        passages[1], whole[1], 0.8, np.array(matches), (), score=2.0 - behind, certainty=Certainty.MAY
    )
    lacks = [float(name == "year missing") for name in FEATURES]
    return [s.text for s in choose([(lacks, best), ([0.0] * len(FEATURES), other)], named=False)]


def test_the_year_asked_for_comes_first() -> None:
    assert chosen(matches=(0.9, 1.0), behind=0.1) == [OF_YEAR]


def test_another_topic_or_one_far_behind_is_no_answer() -> None:
    assert chosen(matches=(0.4, 1.0), behind=0.1) == []
    assert chosen(matches=(0.9, 1.0), behind=MARGIN + 0.1) == []
