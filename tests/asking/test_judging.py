"""What of a question no passage holds, whatever its spelling, and how sure a sentence is."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.asking.interaction import QuestionWords
from indexer.asking.judging import FEATURES, NamesHeld, certainty_on_page, features_of, find_names
from indexer.asking.question import read_question
from indexer.asking.retrieval import Candidate, CandidateSentence
from indexer.reading.doubts import doubt_warning
from indexer.types import Certainty, Page, Passage, Plan


def missing(asked: str, text: str) -> tuple[str, ...]:
    question = read_question(asked)
    names = tuple(word.strip("?.,") for word in question.text.split())
    words = QuestionWords(names, np.ones(len(names)), np.zeros((0, 1), np.float32), ())
    return find_names(question, words, {1: text}).nowhere


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


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Which rules hold for Californian ports in 2030?", "Ports of California."),
        ("What do the Bangladeshi farms grow?", "Farms of Bangladesh."),
        ("What is planned for São Paulo today?", "Sao Paulo plans it."),
        ("What is planned for Sao Paulo today?", "São Paulo plans it."),
        ("Which plant in the town of Slebyton is closed?", "Selbyton closes it."),
    ],
)
def test_a_name_is_met_as_an_adjective_with_other_accents_and_with_a_typo(asked: str, said: str) -> None:
    assert missing(asked, said) == ()
    assert missing(asked, "It is grown, closed and planned elsewhere.") != ()


def test_a_passage_lacks_the_names_that_only_others_hold() -> None:
    question = read_question("What do Arden and Selby and Morrow plan in the end?")
    words = QuestionWords(("Arden", "Selby", "Morrow"), np.ones(3), np.zeros((0, 1), np.float32), ())
    held = find_names(question, words, {1: "Arden plans.", 2: "Arden and Selby plan."})
    assert held.nowhere == ("Morrow",)
    assert (held.share_missing(1), held.share_missing(2)) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("asked", "keywords"),
    [
        ("kiln closures 2027", True),
        ("number of kilns that close", True),
        ("水泥产能 2025", True),
        ("kilns closed?", False),
        ("How many kilns close", False),
        ("List all kilns that close.", False),
        ("水泥产能是多少", False),
    ],
)
def test_keywords_and_questions_are_distinguished(asked: str, keywords: bool) -> None:
    assert read_question(asked).in_keywords is keywords


def test_a_missing_figure_and_a_missing_name_are_features_and_refuse_nothing_by_themselves() -> None:
    passage = Passage("p", "P", 0, 20, "The kilns are closed.")
    sentence = CandidateSentence(passage, (0, 20), 0.5, np.array([1.0]), (), fits=False)
    candidate = Candidate(7, passage, 0.5, 0.25, 0.5, (sentence,))
    words = QuestionWords(("kilns",), np.array([4.0]), np.zeros((0, 1), np.float32), ())
    names = NamesHeld(("Arden", "Morrow"), ("Morrow",), {7: frozenset({"Arden"})})
    for asked, figure, kind in (("How many kilns close?", 1.0, 0.0), ("Who closes the kilns?", 0.0, 1.0)):
        features = features_of(read_question(asked), words, candidate, sentence, names)
        assert dict(zip(FEATURES, features, strict=True)) == {
            "interaction": 0.5, "worst word": 1.0, "cosine": 0.25, "figure missing": figure, "kind missing": kind,
            "name not here": 1.0, "name nowhere": 1.0, "year missing": 0.0, "in keywords": 0.0, "in Chinese": 0.0,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "lacks"),
    [
        ("How many kilns close by 2035?", 1.0),
        ("How many kilns close by 2030?", 0.0),
        ("How many kilns close by 2027?", 0.0),  # of the section
        ("How many kilns close between 2020 and 2030?", 1.0),
        ("How many kilns close in the 14th Five-Year Plan period?", 1.0),
        ("2035年关闭多少窑炉？", 1.0),
        ("How many of the 2,035 kilns close?", 0.0),  # an amount
    ],
)
def test_a_year_that_stands_nowhere_over_a_passage_is_a_feature(asked: str, lacks: float) -> None:
    passage = Passage("p", "P", 0, 30, "Ten kilns are closed by 2030.", ("Kilns to 2027",))
    sentence = CandidateSentence(passage, (0, 29), 0.5, np.array([1.0]), ())
    words = QuestionWords(("kilns",), np.array([4.0]), np.zeros((0, 1), np.float32), ())
    candidate = Candidate(7, passage, 0.5, 0.25, 0.5, (sentence,))
    features = features_of(read_question(asked), words, candidate, sentence, NamesHeld((), (), {}))
    named = dict(zip(FEATURES, features, strict=True))
    assert (named["year missing"], named["in Chinese"]) == (lacks, float("窑" in asked))


@pytest.mark.parametrize(
    ("found", "start", "shown"),
    [
        (Certainty.STATES, 5, Certainty.STATES),
        (Certainty.STATES, 15, Certainty.MAY),
        (Certainty.MAY, 15, Certainty.MAY),
        (None, 15, None),
    ],
)
def test_a_page_that_reads_badly_states_nothing(found: Certainty | None, start: int, shown: Certainty | None) -> None:
    warning = doubt_warning("Words may be out of order", [2])
    plan = Plan("p", "Plan", "k" * 20, "p.pdf", "0", pages=(Page(1, 0, 10), Page(2, 10, 20)), warnings=(warning,))
    assert certainty_on_page(found, plan, start) is shown
