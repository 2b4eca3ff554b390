"""The command `ask`, its JSON and its text."""

from __future__ import annotations

import shlex
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
    filtered,
    hit_text,
    note,
    open_library,
    quote_text,
    read_questions,
    remark,
    wrap,
)
from indexer.exporting.objects import answer_object
from indexer.reading.doubts import Doubtful, doubtful_places
from indexer.types import ALL_PLANS, Answer, Filter, Route, RouteKind
from indexer.wording import (
    NEAREST,
    SYNTAX,
    Asked,
    blocks,
    cite,
    coverage_lines,
    notes,
    read_line,
    route_lines,
    scope_text,
    searched_lines,
    unmet_lines,
)

if TYPE_CHECKING:
    from indexer.library import Library


_QUESTION_HELP = f"The question. In it, {'; '.join(f'{typed}: {effect}' for typed, effect in SYNTAX)}."


@app.command()
@filtered
def ask(
    question: Annotated[str | None, typer.Argument(help=_QUESTION_HELP)] = None,
    library: LibraryOption = "index",
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading contains these words.")] = None,
    top_k: Annotated[int, typer.Option("--top-k", help="Passages to list.")] = 10,
    every: Annotated[
        bool, typer.Option("--every", "--all", help="Every answer, or all on a topic, of every plan, with counts.")
    ] = False,
    after: Annotated[
        str | None, typer.Option("--after", metavar="QUESTION", help="The question before: this one follows it up.")
    ] = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="All plans, also where the question names some of them.")
    ] = False,
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
    filter: Filter = ALL_PLANS,
) -> None:
    """Ask a question; the answer is the plans' own sentences, or "not found"."""
    for file in export or ():
        _format(file)  # before the work
    questions, refused = read_questions(question, source)
    results: list[Answer] = []
    with open_library(library, quiet=quiet) as opened:
        doubtful = doubtful_places(opened.plans())
        for asked in questions:
            answer = opened.ask(
                asked,
                plans=plan,
                section=section,
                filter=filter,
                top_k=top_k,
                every=every,
                after=after,
                narrow=not everywhere,
            )
            results.append(answer)
            print(dump(answer_object(answer, doubtful)) if as_json else answer_text(answer, doubtful), flush=True)
        if export:
            _save(opened, [_scoped(opened, result, plan or (), section or "", filter) for result in results], export)
            note(quiet)(f"Written: {', '.join(map(str, export))}")
    if refused:
        raise typer.Exit(SOME_FAILED)


def _format(file: Path) -> str:
    from indexer.exporting import ANSWER_FORMATS, export_format

    return export_format(file, ANSWER_FORMATS, "an answer")


def _scoped(library: Library, result: Answer, plans: Sequence[str], section: str, filter: Filter) -> Asked:
    """The result with the words for what was searched."""
    titles = {info.id: info.title for info in library.plans()}
    return Asked(result, scope_text(titles, plans, result.named, section, str(filter)))


def _save(library: Library, asked: Sequence[Asked], files: Sequence[Path]) -> None:
    from indexer.exporting import export_answers, save

    for file in files:
        made, generation = date.today(), library.backend.generation
        save(file, export_answers(asked, _format(file), generation=generation, made=made))


def _command(question: str, route: Route) -> str:
    """The command that shows more."""
    plans = " ".join(f"--plan {plan}" for plan in route.plans)
    if route.kind is RouteKind.COMPARE:
        return f"Side by side: plancite compare {shlex.quote(question)} {plans}"
    return f"All targets: plancite targets {plans}"


def answer_text(answer: Answer, doubtful: Doubtful = frozenset()) -> str:
    """The answer with its citations, then the passages, for a terminal."""
    lines = [*read_line(answer), *searched_lines(answer)]
    if answer.found:
        for block in blocks(answer):
            lines += filter(None, [block.heading, block.said])
            for s, citation in block.quotes:
                indent = "    " if s.completes else ""
                if s.table:
                    lines += [quote_text(s.text, s.table, s.emphasis, indent=indent), f"{indent}[{citation.n}]"]
                else:
                    lines.append(wrap(f"“{emphasized(s.text, s.emphasis)}” [{citation.n}]", indent))
                lines += [f"    ({note.lower()})" for note in notes(s)]
        lines.append("")
        lines += [f"[{c.n}] {cite(c)}{remark(c, doubtful)}" for c in answer.citations]
        lines += ["", *coverage_lines(answer)] if answer.coverage else []
    else:
        lines.append(
            " ".join([f"Not found in these plans. {answer.searched:,} passages searched.", *unmet_lines(answer)])
        )
        if answer.unmatched:
            lines.append("Found nowhere: " + ", ".join(answer.unmatched))
        if answer.nearest:
            lines += ["", f"{NEAREST}:", hit_text(None, answer.nearest, doubtful)]
    if answer.route:
        lines += ["", *map(wrap, route_lines(answer)), _command(answer.question, answer.route)]
    if answer.found and answer.hits:
        lines += ["", f"{len(answer.hits)} passages of {answer.searched:,}, by relevance:"]
        lines += [hit_text(rank, hit, doubtful) for rank, hit in enumerate(answer.hits, 1)]
    return "\n".join(lines)
