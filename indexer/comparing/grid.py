"""Questions x plans -> cells: each plan is asked by itself, so that none crowds the others out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.asking.answering import ask
from indexer.encoding import Encoder
from indexer.errors import QuestionError
from indexer.storage import Backend, Scope
from indexer.types import Cell, Comparison

#: Passages listed below a cell's answer.
TOP_K = 5


def compare(backend: Backend, encoder: Encoder, question: str, plans: Sequence[str]) -> Comparison:
    """One question asked of each of ``plans``. Raises QuestionError and UnknownPlanError."""
    cells = tuple(cell for _, cell in compare_many(backend, encoder, [question], plans))
    return Comparison(question.strip(), cells)


def compare_many(
    backend: Backend, encoder: Encoder, questions: Sequence[str], plans: Sequence[str]
) -> Iterator[tuple[int, Cell]]:
    """(index of the question, cell) as they are done, question by question, plans in the order given.

    Closing the iterator stops the work. Raises QuestionError for fewer than two plans or a question
    that cannot be asked, UnknownPlanError for a plan that is not there.
    """
    chosen = list(dict.fromkeys(plans))
    if len(chosen) < 2:
        raise QuestionError("Comparing takes two plans or more. Name each with --plan ID; planlens list shows them.")
    titles = {plan: backend.plan(plan).title for plan in chosen}
    for index, question in enumerate(questions):
        for plan in chosen:
            yield index, Cell(plan, titles[plan], ask(backend, encoder, question, Scope((plan,)), TOP_K))
