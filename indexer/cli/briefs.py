"""Commands on briefs and certificates of absence: quote, brief, absence."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from indexer.cli.common import (
    JsonOption,
    LibraryOption,
    PlanOption,
    QuietOption,
    YesOption,
    app,
    confirm,
    note,
    open_library,
    print_lines,
    wrap,
)
from indexer.errors import IndexerError
from indexer.wording import cite, line


@app.command()
def quote(
    question: Annotated[str, typer.Argument(help="The question whose answer is quoted.")],
    to: Annotated[str, typer.Option("--to", metavar="BRIEF", help="The brief; made if there is none.")] = "Brief",
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading contains these words.")] = None,
    words: Annotated[str, typer.Option("--note", help="Own words below each quote.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="A word to find it by; repeat it for several.")] = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Put the sentences that answer a question into a brief."""
    with open_library(library, quiet=quiet) as opened:
        answer = opened.ask(question, plans=plan, section=section)
        if not answer.found:
            raise IndexerError("Not found in these plans, so there is nothing to quote. See: plancite absence")
        for citation in answer.citations:
            opened.quote(citation.plan, citation.start, citation.end, brief=to, note=words, tags=tag or ())
    note(quiet)(f"In “{to}”: {len(answer.citations)} quotes.")


@app.command()
def brief(
    name: Annotated[str | None, typer.Argument(help="The brief; all are listed without it.")] = None,
    find: Annotated[str | None, typer.Option(help="List the items, of all briefs, that hold these words.")] = None,
    export: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Write a file: .docx or .md to read; .ris, .bib or .json (CSL) with the plans as references.",
        ),
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the brief.")] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Show, search, export or delete briefs; quotes whose plan has changed since are marked."""
    from indexer.exporting import export_format, save
    from indexer.exporting.briefs import BRIEF_FORMATS, STALE, export_brief
    from indexer.exporting.objects import brief_item_object
    from indexer.library.briefs import change_brief, check_quotes, find_items

    endings = [export_format(file, BRIEF_FORMATS, "a brief") for file in export or ()]
    with open_library(library, quiet=quiet) as opened:
        briefs = opened.briefs()
        chosen = [each for each in briefs if name in (None, each.name)]
        if name is not None and not chosen:
            known = ", ".join(f"“{each.name}”" for each in briefs) or "none yet"
            raise IndexerError(f"There is no brief “{name}”; there are: {known}. Make one with: plancite quote")
        if (endings or delete) and name is None:
            raise IndexerError("Name the brief to export or to delete.")
        if delete:
            confirm(f"Delete the brief “{name}” with {len(chosen[0].items)} items", yes)
            change_brief(opened.backend, chosen[0].name, lambda known: None)
            note(quiet)(f"Deleted: {name}")
            return
        if name is None and find is None:
            _list([(each.name, len(each.items)) for each in chosen], as_json=as_json)
            return
        items = find_items(chosen, find or "")
        checked = check_quotes([item for _, item in items], opened.plan)
        if as_json:
            print_lines(brief_item_object(of, item, checked.get(item.id)) for of, item in items)
        else:
            for _, item in items:
                now = checked.get(item.id)
                quoted = f"“{line(item.citation.quote)}” ({cite(item.citation)})" if item.citation else ""
                stale = STALE.get(now.state, "") if now else ""
                changed = f"“{line(now.citation.quote)}”" if stale and now and now.citation else ""
                for text in filter(None, (quoted, stale, changed, item.text)):
                    print(wrap(text))
        for file, ending in zip(export or (), endings, strict=True):
            save(file, export_brief(chosen[0], checked, opened.plans(), ending, made=date.today()))
            note(quiet)(f"Written: {file}")


@app.command()
def absence(
    question: Annotated[str, typer.Argument(help="The question that the plans do not answer.")],
    export: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Write a file: .docx or .md.")] = None,
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading contains these words.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Certify that no passage answers: what was searched, by what, how near the nearest came, with a hash."""
    from indexer.exporting import export_format, save
    from indexer.exporting.briefs import export_absence
    from indexer.exporting.objects import absence_object
    from indexer.wording import absence_facts

    endings = [export_format(file, ("docx", "md"), "a certificate") for file in export or ()]
    with open_library(library, quiet=quiet) as opened:
        certificate = opened.certify_absence(question, plans=plan, section=section)
    for file, ending in zip(export or (), endings, strict=True):
        save(file, export_absence(certificate, ending))
        note(quiet)(f"Written: {file}")
    if as_json:
        print_lines([absence_object(certificate)])
    elif not export:
        print("Not found in these plans.")
        for label, value in absence_facts(certificate).items():
            print(wrap(f"{label}: {value}"))


def _list(briefs: list[tuple[str, int]], *, as_json: bool) -> None:
    if as_json:
        print_lines({"brief": name, "items": items} for name, items in briefs)
        return
    for name, items in briefs:
        print(f"{name}: {items} items")
    if not briefs:
        print("There are no briefs yet. Make one with: plancite quote QUESTION")
