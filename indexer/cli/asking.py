"""The command that asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.cli.common import (
    FromOption,
    JsonOption,
    LibraryOption,
    PlanOption,
    QuietOption,
    app,
    note,
    open_library,
    read_questions,
)

if TYPE_CHECKING:
    from indexer.library import Library
    from indexer.types import Answer, Survey
    from indexer.wording import Asked


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    library: LibraryOption = "index",
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading holds these words.")] = None,
    year: Annotated[int | None, typer.Option(help="Only plans that are dated in this year.")] = None,
    top_k: Annotated[int, typer.Option("--top-k", help="Passages to list.")] = 10,
    every: Annotated[bool, typer.Option("--all", help="Every passage on the topic, with counts.")] = False,
    source: FromOption = None,
    export: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Write it to this file, too: .docx or .md to read, .csv or .xlsx with all passages; may be repeated.",
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask a question; the answer is the plans' own sentences, or "not found"."""
    from indexer.cli import printing

    for file in export or ():
        _format(file)  # refused before the work, not after it
    results: list[Answer | Survey] = []
    with open_library(library, quiet=quiet) as opened:
        for asked in read_questions(question, source):
            if every:
                survey = opened.survey(asked, plans=plan, section=section, year=year)
                printed = printing.survey_json(survey) if as_json else printing.survey_text(survey)
                results.append(survey)
            else:
                answer = opened.ask(asked, plans=plan, section=section, year=year, top_k=top_k)
                printed = printing.answer_json(answer) if as_json else printing.answer_text(answer)
                results.append(answer)
            print(printed, flush=True)
        if export:
            _save(opened, [_scoped(opened, result, plan or (), section or "", year) for result in results], export)
            note(quiet)(f"Written: {', '.join(map(str, export))}")


def _format(file: Path) -> str:
    from indexer.exporting import ANSWER_FORMATS, export_format

    return export_format(file, ANSWER_FORMATS, "an answer")


def _scoped(library: Library, result: Answer | Survey, plans: Sequence[str], section: str, year: int | None) -> Asked:
    """The result with the words for what was searched."""
    from indexer.asking.question import read_question
    from indexer.wording import Asked, scope_text

    titles = {info.id: info.title for info in library.plans()}
    named = read_question(result.question, library.backend.names()).plans
    return Asked(result, scope_text(titles, plans, named, section, year))


def _save(library: Library, asked: Sequence[Asked], files: Sequence[Path]) -> None:
    from indexer.exporting import export_answers, save

    for file in files:
        made, generation = date.today(), library.backend.generation
        save(file, export_answers(asked, _format(file), generation=generation, made=made))
