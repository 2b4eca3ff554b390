"""The command that asks."""

from __future__ import annotations

from typing import Annotated

import typer

from indexer.cli.common import (
    FromOption,
    JsonOption,
    LibraryOption,
    PlanOption,
    QuietOption,
    app,
    open_library,
    read_questions,
)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    library: LibraryOption = "index",
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading holds these words.")] = None,
    top_k: Annotated[int, typer.Option("--top-k", help="Passages to list.")] = 10,
    every: Annotated[bool, typer.Option("--all", help="Every passage on the topic, with counts.")] = False,
    source: FromOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask a question; the answer is the plans' own sentences, or "not found"."""
    from indexer.cli import printing

    with open_library(library, quiet=quiet) as opened:
        for asked in read_questions(question, source):
            if every:
                survey = opened.survey(asked, plans=plan, section=section)
                printed = printing.survey_json(survey) if as_json else printing.survey_text(survey)
            else:
                answer = opened.ask(asked, plans=plan, section=section, top_k=top_k)
                printed = printing.answer_json(answer) if as_json else printing.answer_text(answer)
            print(printed, flush=True)
