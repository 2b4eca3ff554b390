"""What the commands share: exit codes, options, opening a library, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer.errors import IndexerError, SourceError

if TYPE_CHECKING:
    from indexer.library import Library
    from indexer.library.adding import Progress
    from indexer.types import Stage

#: Exit codes: done; done, but some files failed; refused.
DONE, SOME_FAILED, REFUSED = 0, 1, 2

app = typer.Typer(
    help="Ask policy plans. Every answer is the plan's own sentence, cited to plan, section and page.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

LibraryOption = Annotated[
    str, typer.Option("--library", metavar="PATH_OR_URI", help="The library's folder, or milvus://host:port/name.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print results and errors only.")]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME_OR_FOLDER",
        help="Any sentence-transformers model, for a new library; with @fp32 behind it not in int8, and on a GPU "
        "where there is one.",
    ),
]
PlanOption = Annotated[list[str] | None, typer.Option("--plan", metavar="ID", help="Only this plan; may be repeated.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
FromOption = Annotated[
    Path | None, typer.Option("--from", metavar="FILE", help="Ask every line of a file; - for standard input.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


#: Arguments and methods that errors of the library name, as options and commands.
_OPTIONS = {
    "`plan_id`": "--id NAME",
    "`replace`": "--replace",
    "`top_k`": "--top-k",
    "`plans`": "--plan ID",
    "`other`": "--in ID",
    "`model`": "--model",
    "`rebuild`": "plancite rebuild --model NAME_OR_FOLDER",
    "`version`": "--version N",
    "`remove` and `purge`": "plancite remove --purge",
    "`allow_empty`": "--allow-empty",
}


def in_options(message: str) -> str:
    """An error's message, what it says of arguments put in options."""
    for argument, option in _OPTIONS.items():
        message = message.replace(argument, option)
    return message


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
    """A progress bar on standard error with stage, rate and time left, one task a file."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, quiet=quiet)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("passages{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[Path, Any] = {}

        def advance(path: Path, stage: Stage, done: int, total: int) -> None:
            place = f" ({len(tasks) + (path not in tasks)} of {files})" if files > 1 else ""
            if path not in tasks:
                tasks[path] = bar.add_task("", total=None, rate="")
            speed = bar.tasks[tasks[path]].speed
            rate = f", {speed:.0f}/s" if speed else ""
            # a file's name is text, never markup
            bar.update(tasks[path], description=f"{stage} {escape(path.name)}{place}", rate=rate)
            bar.update(tasks[path], completed=done, total=total or None)

        yield advance


@contextmanager
def count_bar(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error, told what is done, and how many passages of how many."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True, quiet=quiet), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda doing, done, total: bar.update(task, description=doing, completed=done, total=total)


def confirm(what: str, yes: bool) -> None:
    """Ask whether to do ``what``, unless ``yes``. Ends the command at a no; raises IndexerError without a terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise IndexerError(f"{what} needs a yes. Without a terminal, give --yes.")
    if not typer.confirm(f"{what}?"):
        raise typer.Exit(REFUSED)


def print_lines(objects: Iterable[object]) -> None:
    for entry in objects:
        print(json.dumps(entry, ensure_ascii=False))


def read_questions(question: str | None, source: Path | None) -> list[str]:
    """The question, or every line of a file of them. Raises IndexerError for both or neither, SourceError."""
    if (question is None) == (source is None):
        raise IndexerError("Give one question in quotes, or a file of them with --from FILE.")
    if question is not None:
        return [question]
    try:
        text = sys.stdin.read() if str(source) == "-" else Path(str(source)).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"The questions in {source} cannot be read ({error}). Give a text file in UTF-8.") from error
    return [line for line in text.splitlines() if line.strip()]
