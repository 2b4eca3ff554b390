"""Questions x plans -> cells: each plan is asked on its own, exactly as ``ask`` asks it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from indexer.asking.answering import ask
from indexer.asking.question import read_question
from indexer.comparing.differences import find_differences, mark_among
from indexer.comparing.provisions import say_difference
from indexer.encoding import Encoder
from indexer.encoding.answer_reader import AnswerReader
from indexer.errors import QuestionError
from indexer.language.sentences import fold_space
from indexer.storage import Backend, Scope
from indexer.types import Cell, Comparison

#: Passages listed below a cell's answer.
TOP_K = 5
#: Cells filled at once: the models run for one while another is ranked.
WORKERS = 2
#: Characters of a question in a message about it.
_LONGEST_NAMED = 60


def compare(
    backend: Backend, encoder: Encoder, question: str, plans: Sequence[str], reader: AnswerReader | None = None
) -> Comparison:
    """One question asked of each of ``plans``, and where they differ. Raises QuestionError, UnknownPlanError."""
    cells = [cell for _, cell in compare_many(backend, encoder, [question], plans, reader)]
    return to_comparison(backend, question, cells)


def compare_many(
    backend: Backend,
    encoder: Encoder,
    questions: Sequence[str],
    plans: Sequence[str],
    reader: AnswerReader | None = None,
) -> Iterator[tuple[int, Cell]]:
    """(index of the question, cell) as they are done, question by question, plans in the order given.

    The cells have no marks; ``to_comparison`` adds them once a question has all its cells. Closing the iterator stops
    the work. Before the first cell it raises QuestionError for fewer than two plans or a question that cannot be asked,
    and UnknownPlanError.
    """
    chosen = check_plans(backend, plans)
    for question in questions:
        read_question(question)
    titles = {info.id: info.title for info in backend.plans()}

    def fill(question: str, plan: str) -> Cell:
        return Cell(plan, titles[plan], ask(backend, encoder, question, Scope((plan,)), TOP_K, reader))

    def cells() -> Iterator[tuple[int, Cell]]:
        pool = ThreadPoolExecutor(WORKERS)
        try:
            for index, question in enumerate(questions):
                for cell in pool.map(fill, [question] * len(chosen), chosen):
                    yield index, cell
        finally:
            pool.shutdown(cancel_futures=True)

    return cells()


def part_questions(questions: Sequence[str]) -> tuple[list[str], list[str]]:
    """The questions that can be asked, and a sentence about each that cannot.

    One line without a word does not end the comparison of a whole list.
    """
    asked, refused = [], []
    for number, question in enumerate(questions, 1):
        try:
            read_question(question)
        except QuestionError as error:
            named = f"Question {number}, “{_shortened(question)}”, is left out. "
            refused.append(f"{named if len(questions) > 1 else ''}{error}")
        else:
            asked.append(question)
    return asked, refused


def to_comparison(backend: Backend, question: str, cells: Sequence[Cell]) -> Comparison:
    """The cells of one question, every sentence marked, and how the best sentences of the plans differ."""
    names = [name for cell in cells for name in backend.names().get(cell.plan, ())]
    texts = {cell.plan: " ".join(s.text for s in cell.answer.sentences) for cell in cells if cell.found}
    marked = []
    for cell in cells:
        others = [text for plan, text in texts.items() if plan != cell.plan]
        marks = tuple(mark_among(s.text, others, names) if others else () for s in cell.answer.sentences)
        marked.append(Cell(cell.plan, cell.title, cell.answer, marks))
    first = {cell.plan: cell.answer.sentences[0].text for cell in cells if cell.found}
    called = {cell.plan: _short_name(backend.names().get(cell.plan, ()), cell.title) for cell in cells}
    return Comparison(question.strip(), tuple(marked), find_differences(first, names), say_difference(first, called))


def _short_name(names: Collection[str], title: str) -> str:
    """What a plan is called in a sentence: the shortest of its ``names``, else its title."""
    return min(names, key=lambda name: (len(name), name), default=title)


def _shortened(question: str) -> str:
    text = fold_space(question).encode("utf-8", "replace").decode()  # a surrogate cannot be printed
    return text if len(text) <= _LONGEST_NAMED else f"{text[:_LONGEST_NAMED]}…"


def check_plans(backend: Backend, plans: Sequence[str]) -> list[str]:
    """``plans`` without duplicates. Raises QuestionError for fewer than two, UnknownPlanError for an unknown one."""
    chosen = list(dict.fromkeys(plans))
    if len(chosen) < 2:
        raise QuestionError("A comparison takes two plans or more. Name them with `plans`.")
    for plan in chosen:
        backend.count(Scope((plan,)))
    return chosen
