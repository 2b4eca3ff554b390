"""The command that asks."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from indexer.cli.common import JsonOption, LibraryOption, PlanOption, QuietOption, app, open_library
from indexer.errors import IndexerError, SourceError


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    library: LibraryOption = "index",
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading holds these words.")] = None,
    top_k: Annotated[int, typer.Option("--top-k", help="Passages to list.")] = 10,
    every: Annotated[bool, typer.Option("--all", help="Every passage on the topic, with counts.")] = False,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Ask every line of a file; - for standard input.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask a question; the answer is the plans' own sentences, or "not found"."""
    from indexer.cli import printing

    with open_library(library, quiet=quiet) as opened:
        for asked in _questions(question, source):
            if every:
                survey = opened.survey(asked, plans=plan, section=section)
                printed = printing.survey_json(survey) if as_json else printing.survey_text(survey)
            else:
                answer = opened.ask(asked, plans=plan, section=section, top_k=top_k)
                printed = printing.answer_json(answer) if as_json else printing.answer_text(answer)
            print(printed, flush=True)


def _questions(question: str | None, source: Path | None) -> Iterable[str]:
    if (question is None) == (source is None):
        raise IndexerError('Give one question in quotes, planlens ask "…", or a file of them with --from FILE.')
    if question is not None:
        return [question]
    try:
        text = sys.stdin.read() if str(source) == "-" else Path(str(source)).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"The questions in {source} cannot be read ({error}). Give a text file in UTF-8.") from error
    return [line for line in text.splitlines() if line.strip()]
