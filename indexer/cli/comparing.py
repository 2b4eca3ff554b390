"""Commands that lay plans side by side: compare, similar, distinct."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from indexer.cli.common import (
    SOME_FAILED,
    FromOption,
    JsonOption,
    LibraryOption,
    QuietOption,
    app,
    note,
    open_library,
    read_questions,
)
from indexer.errors import QuestionError


@app.command()
def compare(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    plan: Annotated[list[str] | None, typer.Option("--plan", metavar="ID", help="A plan; give two or more.")] = None,
    source: FromOption = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to this file, too: .docx, .xlsx or .md.")
    ] = None,
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask each of several plans the same; what it answers, or "not found", and where they differ."""
    from indexer.cli import comparison_printing as printing
    from indexer.comparing.grid import part_questions
    from indexer.exporting import export_comparisons, export_format, save

    if export:
        export_format(export)  # refused before the work, not after it
    asked_all, refused = part_questions(read_questions(question, source))
    if not asked_all:
        raise QuestionError(" ".join(refused) or "There is no question to ask: the file has no line with a word.")
    for told in refused:
        print(told, file=sys.stderr)
    compared = []
    with open_library(library, quiet=quiet) as opened:
        for asked in asked_all:
            comparison = opened.compare(asked, plan or [])
            printed = printing.comparison_json(comparison) if as_json else printing.comparison_text(comparison)
            print(printed, flush=True)
            compared.append(comparison)
        if export:
            generation, ending = opened.backend.generation, export_format(export)
            save(export, export_comparisons(compared, ending, generation=generation, made=date.today()))
            note(quiet)(f"Written: {export}")
    if refused:
        raise typer.Exit(SOME_FAILED)


@app.command()
def similar(
    place: Annotated[str, typer.Argument(metavar="PLAN:START", help="A plan and an offset into its text.")],
    other: Annotated[str, typer.Option("--in", metavar="ID", help="The plan to look in.")],
    top_k: Annotated[int, typer.Option("--top-k", help="Passages to list.")] = 5,
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """What another plan says beside one passage, mutual nearest first; words that differ are marked."""
    from indexer.cli import comparison_printing as printing

    plan, _, start = place.rpartition(":")
    if not plan or not start.isdecimal():
        raise QuestionError(f"{place}: give a plan and an offset into its text, as in sichuan:1200.")
    with open_library(library, quiet=quiet) as opened:
        found = opened.similar(plan, int(start), other, top_k)
    if as_json:
        print(printing.counterparts_json(plan, int(start), other, found))
    else:
        print(printing.counterparts_text(other, found))


@app.command()
def distinct(
    plans: Annotated[list[str], typer.Argument(help="Two plans or more.")],
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """What only one of several plans says, section by section."""
    from indexer.cli import comparison_printing as printing

    with open_library(library, quiet=quiet) as opened:
        found = opened.distinct(plans)
    print(printing.uniqueness_json(found) if as_json else printing.uniqueness_text(found))
