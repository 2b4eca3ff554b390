"""planlens …: the command line. Reads arguments, prints results; every error is one clear line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer.errors import IndexerError, SourceError

if TYPE_CHECKING:
    from indexer.library import Library, Progress
    from indexer.types import Added

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


def main() -> None:
    """Run the command line; errors of our own end it with one line and exit code 2."""
    try:
        app()
    except IndexerError as error:
        print(f"planlens: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        print("planlens: stopped. What was reported as added stays; nothing is half-added.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; that is its business


def _note(quiet: bool) -> Any:
    return (lambda line: None) if quiet else (lambda line: print(line, file=sys.stderr))


@contextmanager
def _open(library: str, *, create: bool = False, model: str | None = None, quiet: bool = False) -> Iterator[Library]:
    from indexer.library import Library

    with Library.open(library, create=create, model=model, notify=_note(quiet)) as opened:
        yield opened


@app.command()
def index(
    folder: Annotated[Path, typer.Argument(help="A folder with plans, read with its sub-folders.")],
    library: LibraryOption = "index",
    model: ModelOption = None,
    quiet: QuietOption = False,
) -> None:
    """Add every plan in a folder; what is there already is left alone."""
    from indexer.reading.loading import LOADERS

    if not folder.is_dir():
        raise SourceError(f"There is no folder {folder}. Give one that holds plans, or add files with: planlens add")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in LOADERS and p.is_file())
    if not paths:
        raise SourceError(f"{folder} holds no plans. Files with these endings are read: {', '.join(sorted(LOADERS))}.")
    _add(paths, library, model, quiet)


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files to add.")],
    plan_id: Annotated[str | None, typer.Option("--id", help="Short name of the plan, for one file.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the plan with its id.")] = False,
    library: LibraryOption = "index",
    model: ModelOption = None,
    quiet: QuietOption = False,
) -> None:
    """Add files, each whole or not at all."""
    if plan_id is not None and len(paths) > 1:
        raise SourceError("--id names one plan: give one file with it.")
    _add(paths, library, model, quiet, plan_id=plan_id, replace=replace)


@app.command()
def remove(
    plans: Annotated[list[str], typer.Argument(help="Ids of the plans to remove.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Remove plans, all of those named or none."""
    with _open(library, quiet=quiet) as opened:
        titles = [opened.plan(plan_id).title for plan_id in plans]
        if not yes:
            if not sys.stdin.isatty():
                raise IndexerError(f"Removing {', '.join(plans)} needs a yes. Without a terminal, give --yes.")
            if not typer.confirm("Remove " + "; ".join(titles) + "?"):
                raise typer.Exit(REFUSED)
        opened.remove(plans)
    if not quiet:
        print(f"Removed: {', '.join(plans)}")


@app.command("list")
def list_plans(library: LibraryOption = "index", as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """List the plans in the library."""
    from dataclasses import asdict

    with _open(library, quiet=quiet) as opened:
        plans = [{("plan" if k == "id" else k): v for k, v in asdict(info).items()} for info in opened.plans()]
    if as_json:
        _print_lines(plans)
        return
    for plan in plans:
        pages = f"{plan['pages']} pages, " if plan["pages"] else ""
        print(f"{plan['plan']}: {plan['title']} ({pages}{plan['passages']} passages, {plan['words']} words)")
        for warning in plan["warnings"]:
            print(f"    note: {warning}")
    if not plans and not quiet:
        print("The library is empty. Add plans with: planlens add FILE")


@app.command()
def check(library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """Check that the library is sound; exit code 0 when it is."""
    with _open(library, quiet=quiet) as opened:
        problems = opened.check()
    for problem in problems:
        print(problem)
    if problems:
        raise typer.Exit(SOME_FAILED)
    if not quiet:
        print("The library is sound.")


@app.command()
def rebuild(library: LibraryOption = "index", model: ModelOption = None, quiet: QuietOption = False) -> None:
    """Chunk and embed every plan again, with another model if one is given."""
    with _open(library, quiet=quiet) as opened, _progress(quiet) as progress:
        opened.rebuild(model, progress)
    if not quiet:
        print("Rebuilt.")


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
    from indexer import printing

    with _open(library, quiet=quiet) as opened:
        for asked in _questions(question, source):
            if every:
                survey = opened.survey(asked, plans=plan, section=section)
                printed = printing.survey_json(survey) if as_json else printing.survey_text(survey)
            else:
                answer = opened.ask(asked, plans=plan, section=section, top_k=top_k)
                printed = printing.answer_json(answer) if as_json else printing.answer_text(answer)
            print(printed, flush=True)


@app.command()
def serve(
    library: LibraryOption = "index",
    port: Annotated[int, typer.Option(help="Port of the web app.")] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on; another one opens it to the network.")
    ] = "localhost",
    quiet: QuietOption = False,
) -> None:
    """Serve the web app, on this machine only unless told otherwise."""
    import os
    import subprocess

    environment = {**os.environ, "PLANLENS_LIBRARY": library, "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    options = {
        "server.port": port,
        "server.address": address,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        "theme.base": Path(__file__).with_name("ui") / "theme.toml",
        "logger.level": "error" if quiet else "info",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).with_name("ui") / "start.py")]
    command += [f"--{name}={value}" for name, value in options.items()]
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)


@app.command()
def doctor(library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """Say what is installed, which model and which library, and whether it is sound."""
    from indexer.diagnosis import diagnose

    sound = True
    for ok, line in diagnose(library, _note(quiet)):
        print(("ok    " if ok else "wrong ") + line)
        sound = sound and ok
    if not sound:
        raise typer.Exit(SOME_FAILED)


def _add(
    paths: Sequence[Path],
    library: str,
    model: str | None,
    quiet: bool,
    *,
    plan_id: str | None = None,
    replace: bool = False,
) -> None:
    reports: list[Added] = []
    with _open(library, create=True, model=model, quiet=quiet) as opened, _progress(quiet, len(paths)) as progress:
        for report in opened.add(paths, plan_id=plan_id, replace=replace, progress=progress):
            reports.append(report)
            if report.status == "failed":
                print(f"planlens: {report.detail}", file=sys.stderr)
            elif not quiet:
                print(
                    f"{report.path}: {report.detail or f'{report.status}, {report.passages} passages'}", file=sys.stderr
                )
    failed = [r for r in reports if r.status == "failed"]
    if failed:
        raise typer.Exit(REFUSED if len(failed) == len(reports) else SOME_FAILED)


@contextmanager
def _progress(quiet: bool, files: int = 0) -> Iterator[Progress]:
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


def _print_lines(objects: Iterable[object]) -> None:
    for entry in objects:
        print(json.dumps(entry, ensure_ascii=False))
