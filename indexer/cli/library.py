"""Commands that keep the library: index, add, remove, list, check, rebuild, doctor."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.cli.common import (
    REFUSED,
    SOME_FAILED,
    JsonOption,
    LibraryOption,
    ModelOption,
    QuietOption,
    app,
    note,
    open_library,
    print_lines,
    progress_bar,
)
from indexer.errors import IndexerError, SourceError

if TYPE_CHECKING:
    from indexer.types import Added


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
    with open_library(library, quiet=quiet) as opened:
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

    with open_library(library, quiet=quiet) as opened:
        plans = [{("plan" if k == "id" else k): v for k, v in asdict(info).items()} for info in opened.plans()]
    if as_json:
        print_lines(plans)
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
    with open_library(library, quiet=quiet) as opened:
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
    with open_library(library, quiet=quiet) as opened, progress_bar(quiet) as progress:
        opened.rebuild(model, progress)
    if not quiet:
        print("Rebuilt.")


@app.command()
def doctor(library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """Say what is installed, which model and which library, and whether it is sound."""
    from indexer.diagnosis import diagnose

    sound = True
    for ok, line in diagnose(library, note(quiet)):
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
    with (
        open_library(library, create=True, model=model, quiet=quiet) as opened,
        progress_bar(quiet, len(paths)) as progress,
    ):
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
