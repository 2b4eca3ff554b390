"""The command `ask`, its JSON and its text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.cli.common import (
    SOME_FAILED,
    FromOption,
    JsonOption,
    LibraryOption,
    PlanOption,
    QuietOption,
    app,
    dump,
    emphasized,
    hit_text,
    note,
    open_library,
    quote_text,
    read_questions,
    remark,
    wrap,
)
from indexer.exporting.objects import answer_object, survey_object
from indexer.types import Answer, Survey
from indexer.wording import Asked, Doubtful, cite, doubtful_places, scope_text

if TYPE_CHECKING:
    from indexer.library import Library


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    library: LibraryOption = "index",
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading contains these words.")] = None,
    year: Annotated[int | None, typer.Option(help="Only plans dated in this year.")] = None,
    top_k: Annotated[int, typer.Option("--top-k", help="Passages to list.")] = 10,
    every: Annotated[bool, typer.Option("--all", help="List every passage on the topic, with counts.")] = False,
    source: FromOption = None,
    export: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Also write a file: .docx or .md to read, .csv or .xlsx with all passages; repeat it for several.",
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask a question; the answer is the plans' own sentences, or "not found"."""
    for file in export or ():
        _format(file)  # before the work
    questions, refused = read_questions(question, source)
    results: list[Answer | Survey] = []
    with open_library(library, quiet=quiet) as opened:
        doubtful = doubtful_places(opened.plans())
        for asked in questions:
            if every:
                survey = opened.survey(asked, plans=plan, section=section, year=year)
                printed = dump(survey_object(survey, doubtful)) if as_json else survey_text(survey, doubtful)
                results.append(survey)
            else:
                answer = opened.ask(asked, plans=plan, section=section, year=year, top_k=top_k)
                printed = dump(answer_object(answer, doubtful)) if as_json else answer_text(answer, doubtful)
                results.append(answer)
            print(printed, flush=True)
        if export:
            _save(opened, [_scoped(opened, result, plan or (), section or "", year) for result in results], export)
            note(quiet)(f"Written: {', '.join(map(str, export))}")
    if refused:
        raise typer.Exit(SOME_FAILED)


def _format(file: Path) -> str:
    from indexer.exporting import ANSWER_FORMATS, export_format

    return export_format(file, ANSWER_FORMATS, "an answer")


def _scoped(library: Library, result: Answer | Survey, plans: Sequence[str], section: str, year: int | None) -> Asked:
    """The result with the words for what was searched."""
    from indexer.asking.naming import plan_names

    titles = {info.id: info.title for info in library.plans()}
    named = plan_names(library.backend).find(result.question).plans
    return Asked(result, scope_text(titles, plans, named, section, year))


def _save(library: Library, asked: Sequence[Asked], files: Sequence[Path]) -> None:
    from indexer.exporting import export_answers, save

    for file in files:
        made, generation = date.today(), library.backend.generation
        save(file, export_answers(asked, _format(file), generation=generation, made=made))


def answer_text(answer: Answer, doubtful: Doubtful = frozenset()) -> str:
    """The answer with its citations, then the passages, for a terminal."""
    lines = []
    if answer.found:
        by_number = {c.n: c for c in answer.citations}
        for s in answer.sentences:
            if s.table:
                lines += [quote_text(s.text, s.table, s.emphasis), f"[{s.citation}]"]
            else:
                lines.append(wrap(f"“{emphasized(s.text, s.emphasis)}” [{s.citation}]"))
            if s.cut_off:
                lines.append("    (a figure here is cut off in the source)")
        lines.append("")
        lines += [f"[{n}] {cite(c)}{remark(c, doubtful)}" for n, c in by_number.items()]
    else:
        lines.append(f"Not found in these plans. {answer.searched:,} passages searched.")
        if answer.unmatched:
            lines.append("Found nowhere: " + ", ".join(answer.unmatched))
        if answer.nearest:
            lines += ["", "Nearest passage, which does not answer:", hit_text(None, answer.nearest, doubtful)]
    if answer.found and answer.hits:
        lines += ["", f"{len(answer.hits)} passages of {answer.searched:,}, by relevance:"]
        lines += [hit_text(rank, hit, doubtful) for rank, hit in enumerate(answer.hits, 1)]
    return "\n".join(lines)


def survey_text(survey: Survey, doubtful: Doubtful = frozenset()) -> str:
    """Every passage on the topic, counts first, for a terminal."""
    lines = [f"{len(survey.hits)} passages on the topic of {survey.searched:,} searched; {survey.stopped}."]
    for plan, count in sorted(survey.by_plan.items()):
        lines.append(f"{plan}: {count}")
        sections = [(s, n) for (p, s), n in survey.by_section.items() if p == plan and s]
        lines += [f"    {section}: {n}" for section, n in sorted(sections)]
    return "\n".join([*lines, "", *(hit_text(rank, hit, doubtful) for rank, hit in enumerate(survey.hits, 1))])
