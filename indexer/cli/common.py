"""What the commands share: exit codes, options, opening a library, progress, text for a terminal."""

from __future__ import annotations

import codecs
import inspect
import json
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer.errors import IndexerError, QuestionError, SourceError
from indexer.language.sentences import fold_space
from indexer.reading.doubts import Doubtful
from indexer.types import Added, ChangedAnswer, Citation, Excerpt, Facet, Filter, Hit, Passage, Span, Stage
from indexer.wording import READS_BADLY, around_table, cite, table_texts

if TYPE_CHECKING:
    from indexer.library import Library
    from indexer.library.adding import Progress

#: Exit codes: done; done, but some files failed; refused.
DONE, SOME_FAILED, REFUSED = 0, 1, 2

BOLD, FAINT, _PLAIN = "\033[1m", "\033[2m", "\033[0m"
_WIDTH = 96
_BESIDE, _NARROWEST = "  ", 6  # between the columns of a table; characters of a column

app = typer.Typer(
    help="Ask policy plans. Every answer is the plan's own sentence, cited to plan, section and page.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

LibraryOption = Annotated[
    str, typer.Option("--library", metavar="PATH_OR_URI", help="The library: a folder, or milvus://host:port/name.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print results and errors only.")]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME_OR_FOLDER",
        help="The model of a new library in place of the one that comes with Plancite, for English and Chinese: any "
        "sentence-transformers model, in int8, or with @fp32 at its end in fp32, on a GPU if there is one.",
    ),
]
PlanOption = Annotated[
    list[str] | None, typer.Option("--plan", metavar="ID", help="Only this plan; repeat it for several.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
FromOption = Annotated[
    Path | None, typer.Option("--from", metavar="FILE", help="Ask each line of a file, or - for standard input.")
]
AlertsOption = Annotated[
    Path | None,
    typer.Option(
        "--alerts",
        metavar="FILE",
        help="Send changed answers by webhook or mail, as this file says; see docs/operating.md.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")]


#: What the options of facets say.
_FACETS = {
    Facet.ISSUER: "Only plans issued by this body or region",
    Facet.PLACE: "Only plans about this place",
    Facet.YEAR: "Only plans dated in this year, or in a span: 2021..2025, 2021.., ..2025",
    Facet.TYPE: "Only documents of this kind, as plan or report",
    Facet.STATUS: "Only plans of this status, as draft",
    Facet.LANGUAGE: "Only plans in this language, as en or zh",
    Facet.TAG: "Only plans with this tag",
    Facet.COLLECTION: "Only plans of this collection",
}


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """``command`` with an option for each facet, which it takes together as its parameter ``filter``."""
    signature = inspect.signature(command, eval_str=True)
    others = [parameter for name, parameter in signature.parameters.items() if name != "filter"]
    options = [
        inspect.Parameter(
            facet,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                list[str] | None,
                typer.Option(f"--{facet}", metavar="VALUE", help=f"{text}; repeat it for several."),
            ],
        )
        for facet, text in _FACETS.items()
    ]

    @wraps(command)
    def run(**given: Any) -> None:
        wanted = {facet: tuple(given.pop(facet) or ()) for facet in Facet}
        command(filter=Filter(**wanted), **given)

    run.__signature__ = signature.replace(parameters=[*others, *options])  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in (*others, *options)}
    return run


#: Arguments and methods that error messages of the API name -> options and commands.
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
    """An error message with options of the command line in the place of arguments of the API."""
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
    """A progress bar on standard error with stage, rate and time left, one task per file."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, quiet=quiet)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[Path, Any] = {}

        def advance(path: Path, stage: Stage, done: int, total: int) -> None:
            place = f" ({len(tasks) + (path not in tasks)} of {files})" if files > 1 else ""
            if path not in tasks:
                tasks[path] = bar.add_task("", total=None, unit="", rate="")
            speed = bar.tasks[tasks[path]].speed
            rate = f", {speed:.0f}/s" if speed else ""
            # a file name may look like markup
            unit = "texts" if stage is Stage.TARGETS else "passages"
            bar.update(tasks[path], description=f"{stage} {escape(path.name)}{place}", unit=unit, rate=rate)
            bar.update(tasks[path], completed=done, total=total or None)

        yield advance


@contextmanager
def count_bar(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error; call it with a description, the passages done and their total."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True, quiet=quiet), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda description, done, total: bar.update(task, description=description, completed=done, total=total)


def confirm(what: str, yes: bool) -> None:
    """Ask whether to do ``what``, unless ``yes``. Exits on no; raises IndexerError without a terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise IndexerError(f"{what}? This needs a yes: without a terminal, give --yes.")
    if not typer.confirm(f"{what}?"):
        raise typer.Exit(REFUSED)


def print_lines(objects: Iterable[object]) -> None:
    for entry in objects:
        print(json.dumps(entry, ensure_ascii=False))


def read_questions(question: str | None, source: Path | None) -> tuple[list[str], int]:
    """The question or the lines of a file that can be asked, and how many cannot: each is named on standard error.

    Raises IndexerError for both or neither, SourceError, and QuestionError when there is nothing to ask.
    """
    from indexer.comparing.grid import part_questions

    if (question is None) == (source is None):
        raise IndexerError("Give one question in quotes, or a file of them with --from FILE.")
    asked, refused = part_questions([question] if question is not None else _lines(Path(str(source))))
    if not asked:
        raise QuestionError(" ".join(refused) or "There is no question to ask: the file has no line with a word.")
    for problem in refused:
        print(f"plancite: {problem}", file=sys.stderr)
    return asked, len(refused)


def _lines(source: Path) -> list[str]:
    """The lines of a file that are not blank; bytes that are not UTF-8 become lone surrogates."""
    try:
        data = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    except (OSError, ValueError) as error:
        raise SourceError(f"The questions in {source} cannot be read ({error}). Give a text file in UTF-8.") from error
    text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    return [line for line in text.splitlines() if line.strip()]


def report_added(reports: Iterable[Added], quiet: bool) -> int:
    """Print what became of each file on standard error; the exit code."""
    files = failed = 0
    for report in reports:
        files += 1
        if report.status == "failed":
            failed += 1
            print(f"plancite: {in_options(report.detail)}", file=sys.stderr)
        elif not quiet:
            print(f"{report.path}: {report.detail or f'{report.status}, {report.passages} passages'}", file=sys.stderr)
    if not failed:
        return DONE
    return REFUSED if failed == files else SOME_FAILED


def hit_text(rank: int | None, hit: Hit, doubtful: Doubtful = frozenset()) -> str:
    """The place of a passage, and the passage below it."""
    place = styled(cite(hit.passage), FAINT) + remark(hit.passage, doubtful)
    head = f"{rank:>3}  {place}" if rank else f"     {place}"
    return f"{head}\n{quote_text(hit.passage.text, hit.passage.table, hit.highlights, indent='     ')}"


def quote_text(text: str, table: Excerpt | None, spans: Sequence[Span], *, indent: str = "") -> str:
    """``text`` wrapped, with ``spans`` in bold; the rows of ``table`` in it in aligned columns below its head."""
    around = around_table(text, table)
    if table is None or around is None:
        return wrap(emphasized(text, spans), indent)
    head, *rows = table_texts(text, table)
    lines = _aligned([head, *rows], _WIDTH - len(indent))
    named = sum(len(column) for column in head) > 0
    top = [styled(row, BOLD) for row in lines[0]] if named else []
    body = [indent + row for row in [*top, *(row for level in lines[1:] for row in level)]]
    lead, rest = fold_space(around[0]) or table.caption, fold_space(around[1])
    return "\n".join([*([wrap(lead, indent)] if lead else []), *body, *([wrap(rest, indent)] if rest else [])])


def _aligned(rows: Sequence[Sequence[str]], room: int) -> list[list[str]]:
    """The lines of each row, its cells below one another in columns that fit into ``room`` characters."""
    widths = [max(map(_width, column), default=0) for column in zip(*rows, strict=True)]
    while sum(widths) + len(_BESIDE) * (len(widths) - 1) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    found = []
    for row in rows:
        wrapped = [textwrap.wrap(cell, max(width, 1)) for cell, width in zip(row, widths, strict=True)]
        levels = zip_longest(*wrapped, fillvalue="")
        found.append(
            [
                _BESIDE.join(
                    part + " " * (width - _width(part)) for part, width in zip(level, widths, strict=True)
                ).rstrip()
                for level in levels
            ]
        )
    return found


def _width(text: str) -> int:
    """Columns of a terminal that ``text`` takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def remark(place: Citation | Passage, doubtful: Doubtful) -> str:
    """That the page of ``place`` reads badly, in brackets; "" where it does not."""
    return f" ({READS_BADLY.lower()})" if (place.plan, place.page) in doubtful else ""


def emphasized(text: str, spans: Sequence[Span]) -> str:
    """``text`` on one line with the spans in bold, on a terminal."""
    parts = []
    position = 0
    for start, end in spans:
        parts += [text[position:start], styled(text[start:end], BOLD)]
        position = end
    return fold_space("".join([*parts, text[position:]]))


def styled(text: str, style: str) -> str:
    """``text`` in ``style``, on a terminal."""
    return f"{style}{text}{_PLAIN}" if sys.stdout.isatty() else text


def wrap(text: str, indent: str = "") -> str:
    """``text`` wrapped to the width of the output."""
    return textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def dump(entry: dict[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(entry, ensure_ascii=False)


def answer_lines(changed: ChangedAnswer) -> list[str]:
    removed = [f"  - {plan}: {' '.join(quote.split())}" for plan, quote in changed.removed]
    return removed + [f"  + {plan}: {' '.join(quote.split())}" for plan, quote in changed.added]
