"""How a question is read: the plans that it names, its spelling, and what is no question."""

from __future__ import annotations

import pytest

from indexer.asking.question import plan_names, read_question
from indexer.errors import QuestionError

NAMES = {"alpha": ("Alphaland",), "beta": ("Betavia", "Upper"), "national": ()}


def test_a_plan_is_named_by_its_proper_name_and_by_its_id() -> None:
    assert read_question("What does Alphaland's plan say?", NAMES).plans == ("alpha",)
    assert read_question("what does alphaland do", NAMES).plans == ("alpha",)
    assert read_question("Compare Alphaland and Betavia", NAMES).plans == ("alpha", "beta")
    assert read_question("What does the national plan say?", NAMES).plans == ("national",)
    assert read_question("Is there a national market?", NAMES).plans == ()


def test_names_are_title_words_that_the_text_never_writes_small() -> None:
    text = "Betavia cuts carbon. Carbon falls in Betavia. The plan is made by Betavia."
    assert plan_names("b", "Betavia Carbon Peak Plan", text) == ("Betavia",)


def test_spelling_meets_on_one_side() -> None:
    assert read_question("Can aluminium smelters modernise?", {}).text == "Can aluminum smelters modernize?"
    assert read_question("Do enterprises exercise care?", {}).text == "Do enterprises exercise care?"


@pytest.mark.parametrize("asked", ["", "   ", "?!", "x" * 3000])
def test_what_is_no_question_is_refused_with_a_remedy(asked: str) -> None:
    with pytest.raises(QuestionError, match=r"Type|Shorten"):
        read_question(asked, {})
