"""Commands on the library's words: glossary, suggest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from indexer.asking.glossary import load_glossary
from indexer.cli.common import JsonOption, LibraryOption, QuietOption, app, note, open_library, print_lines
from indexer.errors import IndexerError
from indexer.exporting import save
from indexer.exporting.tables import glossary_csv
from indexer.types import GlossaryEntry


@app.command()
def glossary(
    put: Annotated[str | None, typer.Option("--set", metavar="NAME", help="Add or replace the entry of NAME.")] = None,
    other: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Another name, for --set; repeat it for several.")
    ] = None,
    negative: Annotated[
        list[str] | None,
        typer.Option("--not", metavar="NAME", help="What means something else, for --set; repeat it for several."),
    ] = None,
    remove: Annotated[str | None, typer.Option(metavar="NAME", help="Remove the entry of NAME.")] = None,
    source: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE", help="Take all entries from a CSV file: preferred,other,not."),
    ] = None,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all entries to a CSV file.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """List or change the office's other names for things, which questions are searched with as well."""
    with open_library(library, quiet=quiet) as opened:
        entries = {entry.preferred.lower(): entry for entry in opened.glossary()}
        if source:
            entries = {entry.preferred.lower(): entry for entry in load_glossary(source)}
        if put:
            entries[put.lower()] = GlossaryEntry(put, tuple(other or ()), tuple(negative or ()))
        if remove and not entries.pop(remove.lower(), None):
            raise IndexerError(f"The glossary has no entry “{remove}”. List them with: plancite glossary")
        if source or put or remove:
            opened.set_glossary(entries.values())
        listed = opened.glossary()
    if export:
        save(export, glossary_csv(listed))
        note(quiet)(f"Written: {export}")
    elif as_json:
        print_lines({"preferred": e.preferred, "other": e.other, "not": e.negative} for e in listed)
    elif not (quiet and (source or put or remove)):
        for e in listed:
            print(f"{e.preferred}: {'; '.join(e.other)}" + (f" (not {'; '.join(e.negative)})" if e.negative else ""))


@app.command()
def suggest(
    prefix: Annotated[str, typer.Argument(help="The beginning of a question or of words in it.")],
    top_k: Annotated[int, typer.Option("--top-k", help="Suggestions to list.")] = 8,
    as_json: JsonOption = False,
    library: LibraryOption = "index",
) -> None:
    """List what a question may go on with: names, headings, indicators and earlier questions."""
    with open_library(library, quiet=True) as opened:
        found = opened.suggest(prefix, top_k)
    if as_json:
        print_lines([{"prefix": prefix, "suggestions": found}])
    elif found:
        print("\n".join(found))
