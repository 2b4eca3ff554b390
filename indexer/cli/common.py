"""What the commands share: exit codes, options, opening a library, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from indexer.library import Library, Progress

#: Exit codes: done; done, but some files failed; refused.
DONE, SOME_FAILED, REFUSED = 0, 1, 2

app = typer.Typer(
    help="Ask policy plans. Every answer is the plan's own sentence, cited to plan, section and page.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

LibraryOption = Annotated[str, typer.Option("--library", metavar="PATH_OR_URI", help="The library's folder.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print results and errors only.")]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME_OR_FOLDER", help="Any sentence-transformers model, for a new library."),
]
PlanOption = Annotated[list[str] | None, typer.Option("--plan", metavar="ID", help="Only this plan; may be repeated.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def note(quiet: bool) -> Any:
    return (lambda line: None) if quiet else (lambda line: print(line, file=sys.stderr))


@contextmanager
def open_library(
    library: str, *, create: bool = False, model: str | None = None, quiet: bool = False
) -> Iterator[Library]:
    from indexer.library import Library

    with Library.open(library, create=create, model=model, notify=note(quiet)) as opened:
        yield opened


@contextmanager
def progress_bar(quiet: bool, files: int = 0) -> Iterator[Progress]:
    """A progress bar on standard error with rate and time left, one task a file."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, quiet=quiet)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("passages"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[Path, Any] = {}

        def advance(path: Path, done: int, total: int) -> None:
            if path not in tasks:
                place = f" ({len(tasks) + 1} of {files})" if files > 1 else ""
                tasks[path] = bar.add_task(path.name + place, total=total)
            bar.update(tasks[path], completed=done)

        yield advance


def print_lines(objects: Iterable[object]) -> None:
    for entry in objects:
        print(json.dumps(entry, ensure_ascii=False))
