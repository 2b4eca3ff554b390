"""Which words and names no passage holds, whatever their spelling."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.asking.interaction import QuestionWords
from indexer.asking.judging import missing_names
from indexer.asking.question import read_question


def missing(asked: str, text: str) -> tuple[str, ...]:
    question = read_question(asked, {})
    names = tuple(word.strip("?.,") for word in question.text.split())
    return missing_names(question, QuestionWords(names, np.ones(len(names)), np.zeros((0, 1), np.float32), ()), [text])


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Climate Exchange Centre", "Climate Exchange Center"),
        ("World Health Organisation", "World Health Organization"),
        ("Ministry of Defence", "Ministry of Defense"),
        ("Victoria Harbour", "Victoria Harbor"),
    ],
)
def test_a_name_is_met_in_either_spelling(name: str, other: str) -> None:
    for asked in (name, other):
        for said in (name, other, name.upper()):
            assert missing(f"What does the {asked} decide on in the end?", f"The {said} decides on it.") == ()
        assert missing(f"What does the {asked} decide on in the end?", "The town decides.")


def test_a_name_that_nothing_holds_is_missing() -> None:
    assert missing("What does the town of Selby want to have by then?", "Arden wants it.") == ("Selby",)
