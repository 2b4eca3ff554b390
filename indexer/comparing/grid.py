"""Questions x plans -> cells: each plan is asked by itself, so that none crowds the others out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from indexer.asking.answering import examine, to_answer
from indexer.asking.question import Question, read_question
from indexer.comparing.comparability import Judged, bearing, best_answer
from indexer.comparing.differences import mark_among, tell_differences
from indexer.encoding import Encoder
from indexer.errors import QuestionError
from indexer.language.sentences import fold_space
from indexer.storage import Backend, Scope
from indexer.types import Cell, Comparison

#: Passages listed below a cell's answer.
TOP_K = 5
#: Passages of one plan that are retrieved, and that get the closer look. A plan alone is a small haystack:
#: five and eight passages fill the cells of the development questions alike, three leave two more empty.
DEPTH = 40
CLOSER = 5
#: Of all plans together, for the answer that each plan is held against.
CLOSER_FOR_BEST = 8
#: Cells filled at once: the model reads for one while another is ranked.
WORKERS = 2
#: Characters by which a question that is left out is named.
_LONGEST_NAMED = 60


def compare(backend: Backend, encoder: Encoder, question: str, plans: Sequence[str]) -> Comparison:
    """One question asked of each of ``plans``, and where they differ. Raises QuestionError, UnknownPlanError."""
    cells = [cell for _, cell in compare_many(backend, encoder, [question], plans)]
    return to_comparison(backend, question, cells)


def compare_many(
    backend: Backend, encoder: Encoder, questions: Sequence[str], plans: Sequence[str]
) -> Iterator[tuple[int, Cell]]:
    """(index of the question, cell) as they are done, question by question, plans in the order given.

    The cells are without marks, which ``to_comparison`` adds once all cells of a question are there.
    Closing the iterator stops the work. Raises QuestionError for fewer than two plans or a question
    that cannot be asked, UnknownPlanError for a plan that is not there, both before the first cell.
    """
    chosen = check_plans(backend, plans)
    names = backend.names()
    read = [read_question(question, names) for question in questions]
    titles = {info.id: info.title for info in backend.plans()}

    def fill(question: Question, plan: str, best: Judged | None) -> Cell:
        seen = examine(backend, encoder, question.asked, Scope((plan,)), DEPTH, CLOSER)
        if best and best[1].passage.plan != plan:
            seen = bearing(seen, best)
        return Cell(plan, titles[plan], to_answer(seen, TOP_K))

    def cells() -> Iterator[tuple[int, Cell]]:
        pool = ThreadPoolExecutor(WORKERS)
        try:
            for index, question in enumerate(read):
                # what a plan is held against: the answer of a plan that is named, else the best of all
                named = [plan for plan in question.plans if plan in chosen]
                scope = Scope(tuple(named or chosen))
                best = best_answer(examine(backend, encoder, question.asked, scope, DEPTH, CLOSER_FOR_BEST))
                for cell in pool.map(lambda plan: fill(question, plan, best), chosen):  # noqa: B023
                    yield index, cell
        finally:
            pool.shutdown(cancel_futures=True)

    return cells()


def part_questions(questions: Sequence[str]) -> tuple[list[str], list[str]]:
    """The questions that can be asked, and a sentence on each that cannot, which names it.

    So one line without a word does not end the comparison of a whole list.
    """
    asked, refused = [], []
    for number, question in enumerate(questions, 1):
        try:
            read_question(question, {})
        except QuestionError as error:
            named = f"Question {number}, “{_shortened(question)}”, is left out. "
            refused.append(f"{named if len(questions) > 1 else ''}{error}")
        else:
            asked.append(question)
    return asked, refused


def to_comparison(backend: Backend, question: str, cells: Sequence[Cell]) -> Comparison:
    """The cells of one question with what differs between those that answer.

    Every sentence is marked; what the plans say differently is told of the best sentence of each.
    """
    names = [name for cell in cells for name in backend.names().get(cell.plan, ())]
    texts = {cell.plan: " ".join(s.text for s in cell.answer.sentences) for cell in cells if cell.found}
    marked = []
    for cell in cells:
        others = [text for plan, text in texts.items() if plan != cell.plan]
        marks = tuple(mark_among(s.text, others, names) if others else () for s in cell.answer.sentences)
        marked.append(Cell(cell.plan, cell.title, cell.answer, marks))
    first = {cell.plan: cell.answer.sentences[0].text for cell in cells if cell.found}
    return Comparison(question.strip(), tuple(marked), tell_differences(first, names))


def _shortened(question: str) -> str:
    text = fold_space(question)
    return text if len(text) <= _LONGEST_NAMED else f"{text[:_LONGEST_NAMED]}…"


def check_plans(backend: Backend, plans: Sequence[str]) -> list[str]:
    """``plans``, each once. Raises QuestionError for fewer than two, UnknownPlanError for one that is not there."""
    chosen = list(dict.fromkeys(plans))
    if len(chosen) < 2:
        raise QuestionError("A comparison takes two plans or more. Name them with `plans`.")
    for plan in chosen:
        backend.count(Scope((plan,)))
    return chosen
