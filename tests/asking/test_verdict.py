"""Yes or no only where a sentence says it."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.asking.interaction import QuestionWords
from indexer.asking.verdict import asks_yes_or_no, verdict

CAPACITY = "New capacity for cement clinker is strictly prohibited."


def words(*content: str) -> QuestionWords:
    return QuestionWords(content, np.ones(len(content)), np.zeros((1, 1), dtype=np.float32), ((0,),) * len(content))


@pytest.mark.parametrize(
    ("question", "content", "sentence", "said"),
    [
        ("Is new cement capacity prohibited?", ("new", "cement", "capacity", "prohibited"), CAPACITY, "yes"),
        ("May new cement capacity be built?", ("new", "cement", "capacity"), CAPACITY, "no"),
        ("Are bidders allowed to collude?", ("bidders", "collude"), "Bidders are not permitted to collude.", "no"),
        ("Has the plan been updated?", ("plan", "updated"), "This plan has not been updated since 2008.", "no"),
        ("Are ports electrified?", ("ports", "electrified"), "All ports are electrified by 2025.", "yes"),
        # what the question claims beyond the sentence leaves it open
        ("Are all ports electrified?", ("ports", "electrified"), "Large ports are electrified.", ""),
        ("Are ports electrified by 2030?", ("ports", "electrified", "2030"), "Ports are electrified by 2025.", ""),
        ("Must ports be electrified?", ("ports", "electrified"), "Ports are encouraged to be electrified.", ""),
        # denies something else
        (
            "Are ports electrified?",
            ("ports", "electrified"),
            "Ports are electrified; mines close no later than 2030.",
            "yes",
        ),
    ],
)
def test_negation_and_prohibition_decide(question: str, content: tuple[str, ...], sentence: str, said: str) -> None:
    assert verdict(question, words(*content), sentence, 1.0) == said


def test_a_sentence_with_few_words_of_the_question_affirms_nothing() -> None:
    assert verdict("Are ports electrified?", words("ports", "electrified"), "Ports grow.", 0.5) == ""


def test_what_asks_for_yes_or_no() -> None:
    assert asks_yes_or_no("Is new capacity allowed?")
    assert asks_yes_or_no("地下水可以开采吗？")
    assert not asks_yes_or_no("Is it by ship or by rail?")
    assert not asks_yes_or_no("Can you tell me what the target is?")
    assert not asks_yes_or_no("What is allowed?")
