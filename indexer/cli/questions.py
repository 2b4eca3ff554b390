"""Commands on saved questions: save, saved, forget."""

from __future__ import annotations

from typing import Annotated

import typer

from indexer.cli.common import (
    JsonOption,
    LibraryOption,
    PlanOption,
    QuietOption,
    answer_lines,
    app,
    open_library,
    print_lines,
)
from indexer.errors import IndexerError
from indexer.exporting.objects import saved_object


@app.command()
def save(
    question: Annotated[str, typer.Argument(help="The question.")],
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading contains these words.")] = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Save a question with its answer, to see later whether the answer changes."""
    with open_library(library, quiet=quiet) as opened:
        saved = opened.save_question(question, plans=plan, section=section)
    if not quiet:
        print(f"Saved as {saved.id}, answered by {len(saved.quotes)} sentences.")


@app.command()
def saved(as_json: JsonOption = False, library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """List saved questions, and how their answers have changed since they were saved."""
    with open_library(library, quiet=quiet) as opened:
        questions = opened.saved()
        changed = {answer.saved.id: answer for answer in opened.changed_answers()} if questions else {}
    if as_json:
        print_lines(saved_object(question, changed.get(question.id)) for question in questions)
        return
    for question in questions:
        where = f" in {', '.join(question.plans)}" if question.plans else ""
        state = "another answer now" if question.id in changed else "the same answer"
        print(f"{question.id}: {question.question}{where} ({state} as on {question.at[:10]})")
        if question.id in changed:
            print("\n".join(answer_lines(changed[question.id])))


@app.command()
def forget(
    saved_id: Annotated[int, typer.Argument(metavar="NUMBER", help="Its number in the list of: plancite saved")],
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Delete a saved question."""
    with open_library(library, quiet=quiet) as opened:
        if not opened.forget_question(saved_id):
            raise IndexerError(f"There is no saved question {saved_id}. List them with: plancite saved")
    if not quiet:
        print(f"Forgotten: {saved_id}")
