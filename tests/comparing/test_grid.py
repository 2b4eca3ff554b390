"""Questions x plans: a cell is what the plan answers when it is asked alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fakes import FakeEncoder

from indexer.comparing.grid import TOP_K, part_questions
from indexer.errors import QuestionError, UnknownPlanError
from indexer.library import Library
from indexer.types import Aspect, Cell

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "benchmarks"))
from quality import indexed, read_rows, real_set  # noqa: E402

QUESTIONS = REPOSITORY / "benchmarks" / "questions"
PLANS = ["liaoning", "national", "sichuan"]
SHARE = "What share of energy use should be non-fossil in 2025?"


def said(cell: Cell) -> str:
    return " ".join(s.text for s in cell.answer.sentences)


def test_each_plan_answers_for_itself(sample_library: Library) -> None:
    comparison = sample_library.compare(SHARE, PLANS)
    assert [c.plan for c in comparison.cells] == PLANS
    for cell, share in zip(comparison.cells, ("13.7%", "20%", "41.5%"), strict=True):
        assert share in said(cell)
        assert {c.plan for c in cell.answer.citations} == {cell.plan}
        assert cell.answer.searched == next(i.passages for i in sample_library.plans() if i.id == cell.plan)
        for citation in cell.answer.citations:
            assert sample_library.plan(cell.plan).text[citation.start : citation.end] == citation.quote
    (figures,) = [d for d in comparison.differences if d.aspect is Aspect.FIGURE]
    assert {plan: value.split(";")[0] for plan, value in figures.values.items()} == {
        "liaoning": "13.7%",
        "national": "20%",
        "sichuan": "41.5%",
    }


def test_the_figures_that_differ_are_marked_in_the_cells(sample_library: Library) -> None:
    for cell in sample_library.compare(SHARE, PLANS).cells:
        assert len(cell.marks) == len(cell.answer.sentences)
        first = cell.answer.sentences[0].text
        marked = [first[slice(*m.span)] for m in cell.marks[0] if m.aspect is Aspect.FIGURE]
        assert any(share in marked for share in ("13.7%", "20%", "41.5%"))


def test_the_same_question_on_the_same_plan_has_the_same_answer(sample_library: Library) -> None:
    sample = [row["question"] for row in read_rows(*sorted(QUESTIONS.glob("*.jsonl")))[::20]]
    assert len(sample) == 11
    check_agreement(sample_library, [*sample, "What share of energy will be non-fossil by 2030?"], PLANS)


@pytest.mark.real
@pytest.mark.slow
def test_ask_and_compare_agree_on_the_development_questions(data: Path) -> None:
    paths, rows = real_set(data)
    with indexed(paths) as library:
        check_agreement(library, [row["question"] for row in rows], ["liaoning", "sichuan"])


def check_agreement(library: Library, questions: Sequence[str], plans: Sequence[str]) -> None:
    """Each cell of the questions is what ``ask`` answers with its plan as scope."""
    cells = list(library.compare_many(questions, plans))
    assert len(cells) == len(questions) * len(plans)
    for i, cell in cells:
        assert cell.answer == library.ask(questions[i], plans=[cell.plan], top_k=TOP_K)


def test_a_plan_answers_in_a_comparison_what_it_answers_alone(sample_library: Library) -> None:
    (liaoning, *_) = sample_library.compare("What share of energy will be non-fossil by 2030?", PLANS).cells
    assert "20%" in said(liaoning)


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("Where is the giant panda national park?", "sichuan"),
        ("On how steep slopes should farmland go back to forest?", "sichuan"),
    ],
)
def test_a_fact_that_one_plan_lacks_is_refused_there(sample_library: Library, question: str, plan: str) -> None:
    cells = {c.plan: c for c in sample_library.compare(question, ["liaoning", "sichuan"]).cells}
    other = cells["sichuan" if plan == "liaoning" else "liaoning"]
    assert cells[plan].found
    assert not other.found
    assert other.answer.nearest is not None
    assert other.answer.nearest.passage.plan == other.plan
    assert other.answer.searched > 100


def test_a_plan_named_is_no_name_that_another_lacks(sample_library: Library) -> None:
    (liaoning, sichuan) = sample_library.compare(
        "What non-fossil energy share does Sichuan target for 2025?", ["liaoning", "sichuan"]
    ).cells
    assert "41.5%" in said(sichuan)
    assert "13.7%" in said(liaoning)


def test_cells_come_question_by_question_in_the_plans_order(sample_library: Library) -> None:
    questions = [SHARE, "Which kilns have to close?"]
    cells = list(sample_library.compare_many(questions, PLANS))
    assert [(i, c.plan) for i, c in cells] == [(i, p) for i in range(2) for p in PLANS]
    assert [said(c) for i, c in cells if i == 0] == [said(c) for c in sample_library.compare(SHARE, PLANS).cells]


def test_a_grid_that_is_closed_asks_no_further(
    open_library: Callable[..., Library], fake_encoder: FakeEncoder, tmp_path: Path
) -> None:
    library = open_library()
    for name in ("anhui", "henan"):
        (tmp_path / f"{name}.txt").write_text(f"{name.title()} Plan\n\n1. Industry\nKilns of {name} close by 2025.\n")
        library.add([tmp_path / f"{name}.txt"])
    questions = [f"Which kilns close in case {n}?" for n in range(50)]
    cells = library.compare_many(questions, ["anhui", "henan"])
    fake_encoder.embedded.clear()
    next(cells)
    cells.close()  # type: ignore[attr-defined]
    assert len(set(fake_encoder.embedded) & set(questions)) == 1
    assert list(cells) == []


def test_a_plan_given_twice_is_one_column(sample_library: Library) -> None:
    comparison = sample_library.compare(SHARE, ["liaoning", "sichuan", "liaoning"])
    assert [c.plan for c in comparison.cells] == ["liaoning", "sichuan"]


@pytest.mark.parametrize("plans", [[], ["liaoning"], ["liaoning", "liaoning"]])
def test_fewer_than_two_plans(sample_library: Library, plans: list[str]) -> None:
    with pytest.raises(QuestionError, match="two plans or more"):
        sample_library.compare(SHARE, plans)


def test_bad_input_is_told_before_the_first_cell(sample_library: Library) -> None:
    with pytest.raises(UnknownPlanError, match=r"'mars'.*liaoning, national, sichuan"):
        sample_library.compare_many([SHARE], ["liaoning", "mars"])
    with pytest.raises(QuestionError, match="no word"):
        sample_library.compare_many([SHARE, "??"], ["liaoning", "sichuan"])


def test_questions_that_cannot_be_asked_are_named_and_the_rest_kept() -> None:
    asked, refused = part_questions(["wind", "??", "x" * 3000, "sun"])
    assert asked == ["wind", "sun"]
    assert refused[0] == "Question 2, “??”, is left out. Type a question: there is no word in this one."
    assert refused[1].startswith(f"Question 3, “{'x' * 60}…”, is left out. The question has 3000 characters")
    assert part_questions(["??"]) == ([], ["Type a question: there is no word in this one."])
    assert part_questions([]) == ([], [])
