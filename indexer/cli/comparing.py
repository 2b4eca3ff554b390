"""Commands that compare plans: compare, similar, distinct."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from indexer.cli.common import (
    BOLD,
    FAINT,
    SOME_FAILED,
    FromOption,
    JsonOption,
    LibraryOption,
    QuietOption,
    app,
    dump,
    emphasized,
    filtered,
    hit_text,
    note,
    open_library,
    read_questions,
    styled,
    wrap,
)
from indexer.errors import QuestionError
from indexer.exporting.objects import comparison_object, counterparts_object, unique_content_object
from indexer.types import ALL_PLANS, Comparison, Counterpart, Filter, Hit, UniqueContent
from indexer.wording import ASPECTS, NEAREST, cite, difference_text, not_found, searched_lines


@app.command()
@filtered
def compare(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    plan: Annotated[
        list[str] | None, typer.Option("--plan", metavar="ID", help="A plan; repeat it for two or more.")
    ] = None,
    source: FromOption = None,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write a file: .docx, .xlsx or .md.")] = None,
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    filter: Filter = ALL_PLANS,
) -> None:
    """Ask several plans the same question: what each answers, or "not found", and where they differ."""
    from indexer.exporting import export_comparisons, export_format, save

    if export:
        export_format(export)  # before the work
    questions, refused = read_questions(question, source)
    compared = []
    with open_library(library, quiet=quiet) as opened:
        for asked in questions:
            comparison = opened.compare(asked, plan or (None if filter.chosen else []), filter=filter)
            printed = dump(comparison_object(comparison)) if as_json else comparison_text(comparison)
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
    place: Annotated[
        str, typer.Argument(metavar="PLAN:START", help="A plan and an offset into its text, as in sichuan:1200.")
    ],
    other: Annotated[str, typer.Option("--in", metavar="ID", help="The plan to search.")],
    top_k: Annotated[int, typer.Option("--top-k", help="Passages to list.")] = 5,
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show another plan's passages most like a given one, mutual nearest first, with what differs."""
    plan, _, start = place.rpartition(":")
    if not plan or not start.isdecimal():
        raise QuestionError(f"{place}: give a plan and an offset into its text, as in sichuan:1200.")
    with open_library(library, quiet=quiet) as opened:
        found = opened.similar(plan, int(start), other, top_k)
    if as_json:
        print(dump(counterparts_object(plan, int(start), other, found)))
    else:
        print(counterparts_text(other, found))


@app.command()
def distinct(
    plans: Annotated[list[str], typer.Argument(help="Ids of two or more plans.")],
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show what only one of several plans says, section by section."""
    with open_library(library, quiet=quiet) as opened:
        found = opened.unique_content(plans)
    print(dump(unique_content_object(found)) if as_json else unique_content_text(found))


def comparison_text(comparison: Comparison) -> str:
    """Each plan's answer with its citations, then the differences."""
    how = [line for cell in comparison.cells[:1] for line in searched_lines(cell.answer)]
    lines = [styled(comparison.question, BOLD), *how]
    for cell in comparison.cells:
        lines += ["", f"{cell.plan}: {cell.title}"]
        answer = cell.answer
        for sentence, citation in answer.quotes:
            lines.append(wrap(f"“{emphasized(sentence.text, sentence.emphasis)}” [{citation.n}]", "    "))
        lines += [f"    [{c.n}] {styled(cite(c), FAINT)}" for c in answer.citations]
        if not cell.found:
            lines.append(f"    {not_found(answer)}")
            if answer.nearest:
                lines += [f"    {NEAREST}:", hit_text(None, answer.nearest)]
    if comparison.said:
        lines += ["", wrap(difference_text(comparison.said), "")]
    if comparison.differences:
        lines += ["", "They differ:"]
        for difference in comparison.differences:
            values = "; ".join(f"{plan} {value}" for plan, value in difference.values.items())
            lines.append(wrap(f"{ASPECTS[difference.aspect]}: {values}", "    "))
    return "\n".join([*lines, ""])


def counterparts_text(other: str, found: Sequence[Counterpart]) -> str:
    """The passages with their differences in bold, and whether each is a mutual nearest neighbour."""
    if not found:
        return f"Nothing in {other} corresponds."
    lines = []
    for rank, counterpart in enumerate(found, 1):
        passage = counterpart.hit.passage
        shown = Hit(passage, counterpart.hit.score, tuple(mark.span for mark in counterpart.marks))
        lines.append(hit_text(rank, shown))
        words = [" ".join(passage.text[slice(*mark.span)].split()) for mark in counterpart.marks]
        if words:
            lines.append(wrap("differs in: " + "; ".join(dict.fromkeys(words)), "     "))
        if counterpart.mutual:
            lines.append("     each is the other's nearest")
    return "\n".join(lines)


def unique_content_text(found: UniqueContent) -> str:
    """Each plan's unique passages by section, with counts and the measure."""
    lines: list[str] = []
    for plan in dict.fromkeys(group.plan for group in found.only):
        groups = [group for group in found.only if group.plan == plan]
        count = sum(len(group.passages) for group in groups)
        lines += [styled(f"Only in {plan}, {groups[0].title}: {count} passages", BOLD)]
        for group in groups:
            lines += ["", styled("  " + (" › ".join(group.section) or "Outside any section"), FAINT)]
            lines += [wrap(emphasized(hit.passage.text, ()), "    ") for hit in group.passages]
        lines.append("")
    lines.append(f"{len(found.shared)} passages are shared by most of the plans.")
    return "\n".join([*lines, wrap(found.measure)])
