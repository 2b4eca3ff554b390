"""How a question is read: the kind of thing it asks for, the plans it names, its spelling, and what is no question."""

from __future__ import annotations

import pytest

from indexer.asking.question import Kind, fits_kind, read_question
from indexer.errors import QuestionError


def test_spelling_meets_on_one_side() -> None:
    assert read_question("Can aluminium smelters modernise?").text == "Can aluminum smelters modernize?"
    assert read_question("Do enterprises exercise care?").text == "Do enterprises exercise care?"


@pytest.mark.parametrize("asked", ["", "   ", "?!", "x" * 3000])
def test_what_is_no_question_is_refused_with_a_remedy(asked: str) -> None:
    with pytest.raises(QuestionError, match=r"Type|Shorten"):
        read_question(asked)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("How much wind power will be built?", Kind.QUANTITY),
        ("What share of energy is clean?", Kind.QUANTITY),
        ("How many stations will be built?", Kind.COUNT),
        ("When will buses be electric?", Kind.DATE),
        ("In which year does coal peak?", Kind.DATE),
        ("How are industries treated when a project is proposed?", Kind.OPEN),
        ("When a project is proposed, what share of it must be green?", Kind.QUANTITY),
        ("When calculating the fee, which rules apply?", Kind.OPEN),
        ("When calculating the fee, must a firm add the tax?", Kind.OPEN),
        ("Which charges besides power tariffs are reworked?", Kind.OPEN),
        ("Who approves the plans of cities?", Kind.BODY),
        ("Which committee decides?", Kind.BODY),
        ("Where will hydrogen be made?", Kind.PLACE),
        ("Which cities lead?", Kind.PLACE),
        ("What does a permit cost?", Kind.MONEY),
        ("What are the cement capacity rules?", Kind.OPEN),
        # what is asked for itself
        ("What is the emission limit for kilns?", Kind.QUANTITY),
        ("What is Liaoning's coal price?", Kind.MONEY),
        ("What will the share of wind be?", Kind.QUANTITY),
        ("To what height may turbines be built?", Kind.QUANTITY),
        ("What is the target year for the peak?", Kind.DATE),
        ("What is the deadline for annual reports?", Kind.DATE),
        ("What number of zones is planned?", Kind.QUANTITY),
        ("What is the budget for tree planting?", Kind.MONEY),
        ("Can you tell me how much wind will be built?", Kind.QUANTITY),
        ("Is there a ceiling on how much coal may burn?", Kind.QUANTITY),
        ("By 2030, how many stations will be built?", Kind.COUNT),
        ("Which cities lead, and how much do they build?", Kind.QUANTITY),
        # and what only stands in a question for something else
        ("What does the plan say about electricity prices?", Kind.OPEN),
        ("What price reforms are planned?", Kind.OPEN),
        ("What is done at the county level for rooftop solar?", Kind.OPEN),
        ("What happens if the emission limit is exceeded?", Kind.OPEN),
        ("Do firms need to reveal how much CO2 they emit?", Kind.OPEN),
        ("Who decides how much each city gets?", Kind.BODY),
        ("Who sets the deadline?", Kind.BODY),
        ("What is the reference number?", Kind.OPEN),
        ("How often are inspections carried out?", Kind.OPEN),
        ("To what extent is coal used?", Kind.OPEN),
    ],
)
def test_the_kind_of_answer_is_read_off_the_question(asked: str, kind: Kind) -> None:
    assert read_question(asked).kind is kind


@pytest.mark.parametrize(
    ("kind", "sentence", "fits"),
    [
        (Kind.QUANTITY, "The share reaches 20 %.", True),
        (Kind.QUANTITY, "Two thirds of it are saved.", True),
        (Kind.QUANTITY, "Half of it is saved.", True),
        (Kind.QUANTITY, "The stations are fully electric.", True),
        (Kind.COUNT, "The stations are fully electric.", False),
        (Kind.COUNT, "Four stations are built.", True),
        (Kind.COUNT, "Thirty zones are built.", True),
        (Kind.COUNT, "One demonstration zone is built.", True),
        (Kind.COUNT, "Fifteen are built.", True),
        (Kind.COUNT, "One of the zones is built, and no one says which.", False),
        (Kind.COUNT, "The Five-Year Plan cuts CO2.", False),
        (Kind.COUNT, "(One) Laws are made. (Two) They are kept.", False),
        (Kind.QUANTITY, "(2) By 2030 the share grows.", False),
        (Kind.QUANTITY, "1. The 14th Five-Year Plan and 5G are promoted.", False),
        (Kind.COUNT, "Several zones are built, and a few more are planned.", True),
        (Kind.COUNT, "Dozens of them are built.", True),
        (Kind.DATE, "It was founded in the nineteenth century.", True),
        (Kind.DATE, "The wall was built in 1253 and mended after 1780.", True),
        (Kind.DATE, "It costs 1253 yuan and 1780 tons.", False),
        (Kind.DATE, "By 2030 the share grows.", True),
        (Kind.DATE, "during the 15th Five-Year Plan period", True),
        (Kind.DATE, "Reports are due by 31 March each year.", True),
        (Kind.DATE, "The fair is held in June.", True),
        (Kind.DATE, "within 30 days of approval", True),
        (Kind.DATE, "at the end of the year", True),
        (Kind.DATE, "6月举行", True),
        (Kind.DATE, "The share grows each year.", False),
        (Kind.DATE, "The share may grow for more than ten years.", False),
        (Kind.DATE, "The share grows.", False),
        (Kind.MONEY, "It costs 20 tons of coal.", False),
        (Kind.MONEY, "A fund of 3 billion yuan is set up.", True),
        (Kind.MONEY, "It costs 20 million pounds.", True),
        (Kind.MONEY, "GBP 20 million is set aside, or USD25 million.", True),
        (Kind.MONEY, "The best of them won pounds of fish.", False),
        (Kind.BODY, "The provincial committee approves.", True),
        (Kind.BODY, "It is approved.", False),
        (Kind.PLACE, "Build it in Dalian.", True),
        (Kind.PLACE, "Build it soon.", False),
        (Kind.OPEN, "", True),
    ],
)
def test_whether_a_sentence_holds_that_kind(kind: Kind, sentence: str, fits: bool) -> None:
    assert fits_kind(kind, sentence) is fits
