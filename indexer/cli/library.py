"""Commands on the library as a whole: index, add, replace, sync, remove, list, check, rebuild, doctor."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer.cli.common import (
    DONE,
    REFUSED,
    SOME_FAILED,
    JsonOption,
    LibraryOption,
    ModelOption,
    QuietOption,
    YesOption,
    app,
    confirm,
    in_options,
    note,
    open_library,
    print_lines,
    progress_bar,
)
from indexer.errors import SourceError

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
    if not folder.is_dir():
        raise SourceError(f"There is no folder {folder}. Give one that holds plans, or add files with: plancite add")
    raise typer.Exit(_add([folder], library, model, quiet))


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files to add, folders and zip archives of them.")],
    plan_id: Annotated[str | None, typer.Option("--id", help="Short name of the plan, for one file.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the plan with its id.")] = False,
    library: LibraryOption = "index",
    model: ModelOption = None,
    quiet: QuietOption = False,
) -> None:
    """Add files, each whole or not at all."""
    if plan_id is not None and (len(paths) > 1 or _holds_many(paths[0])):
        raise SourceError("--id names one plan: give one file with it.")
    raise typer.Exit(_add(paths, library, model, quiet, plan_id=plan_id, replace=replace))


@app.command()
def replace(
    plan: Annotated[str, typer.Argument(help="Id of the plan.")],
    file: Annotated[Path, typer.Argument(help="The file with its new version.")],
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Put a new version in a plan's place; what the old one said is kept, see: plancite changes."""
    if _holds_many(file):
        raise SourceError(f"{file} may hold many plans: give the one file that is the new version of {plan!r}.")
    with open_library(library, quiet=quiet) as opened:
        opened.plan(plan)
    raise typer.Exit(_add([file], library, None, quiet, plan_id=plan, replace=True))


def _holds_many(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == ".zip"


@app.command()
def sync(
    folder: Annotated[Path, typer.Argument(help="The folder that the library shall match.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    yes: YesOption = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Go on, and remove its plans, when the folder holds none.")
    ] = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Make the library match a folder: add what is new, replace what changed, remove what is gone from it.

    Plans from elsewhere are left alone. What is removed can be restored.
    """
    from indexer.library.syncing import compare_folder

    differences = compare_folder([], folder, allow_empty=allow_empty)  # a folder that cannot be read makes no library
    if Path(library).exists() or "://" in library or not dry_run:
        with open_library(library, create=not dry_run, quiet=quiet) as opened:
            differences = compare_folder(opened.plans(), folder, allow_empty=allow_empty)
    gone = [info.id for info in differences.gone]
    if not quiet or dry_run:
        for path in differences.new:
            print(f"add {path}")
        for path, plan_id in differences.changed:
            print(f"replace {plan_id} with {path}")
        for info in differences.gone:
            print(f"remove {info.id}: {info.source} is gone")
        print(f"{differences.same} the same")
    if dry_run:
        return
    if gone:
        confirm(f"Remove {', '.join(gone)}", yes)
    if gone:  # first: a file that was moved and changed takes the name of the plan that it was
        with open_library(library, quiet=quiet) as opened:
            opened.remove(gone)
    raise typer.Exit(_add(differences.to_add, library, None, quiet) if differences.to_add else DONE)


@app.command()
def remove(
    plans: Annotated[list[str], typer.Argument(help="Ids of the plans to remove.")],
    purge: Annotated[
        bool, typer.Option("--purge", help="Delete every trace, of plans removed before, too; no way back.")
    ] = False,
    yes: YesOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Remove plans, all of those named or none; plancite restore brings them back."""
    with open_library(library, quiet=quiet) as opened:
        titles = [opened.versions(plan)[-1].title if purge else opened.plan(plan).title for plan in plans]
        confirm(f"{'Delete for good' if purge else 'Remove'}: " + "; ".join(titles), yes)
        opened.remove(plans, purge=purge)
    if not quiet:
        print(f"{'Deleted' if purge else 'Removed'}: {', '.join(plans)}")


@app.command("list")
def list_plans(library: LibraryOption = "index", as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """List the plans in the library."""
    from dataclasses import asdict

    with open_library(library, quiet=quiet) as opened:
        plans = [_listed(asdict(info)) for info in opened.plans()]
    if as_json:
        print_lines(plans)
        return
    for plan in plans:
        pages = [f"{plan['pages']} pages"] if plan["pages"] else []
        told = [part for part in (plan["issuer"], plan["date"], plan["language"]) if part]
        marks = ["machine translation"] if plan["machine_translated"] else []
        counted = [f"{plan['passages']} passages", f"{plan['words']} words"]
        print(f"{plan['plan']}: {plan['title']} ({', '.join([*told, *marks, *pages, *counted])})")
        for warning in plan["warnings"]:
            print(f"    note: {warning}")
    if not plans and not quiet:
        print("The library is empty. Add plans with: plancite add FILE")


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
    from indexer.library.diagnosis import diagnose

    sound = True
    for ok, line in diagnose(library, note(quiet)):
        print(("ok    " if ok else "wrong ") + line)
        sound = sound and ok
    if not sound:
        raise typer.Exit(SOME_FAILED)


def _listed(info: dict[str, Any]) -> dict[str, Any]:
    """A plan as `list --json` tells it: its metadata beside the rest."""
    metadata = info.pop("metadata")
    return {"plan": info.pop("id"), **info, **metadata}


def _add(
    paths: Sequence[Path],
    library: str,
    model: str | None,
    quiet: bool,
    *,
    plan_id: str | None = None,
    replace: bool = False,
) -> int:
    """Add files and report each; the exit code."""
    from indexer.reading.files import plan_files

    files = list(plan_files(paths))
    if files and all(file.problem for file in files):
        raise SourceError(files[0].problem)  # no library is made for nothing
    reports: list[Added] = []
    with (
        open_library(library, create=True, model=model, quiet=quiet) as opened,
        progress_bar(quiet, len(files)) as progress,
    ):
        for report in opened.add_iter(paths, plan_id=plan_id, replace=replace, progress=progress):
            reports.append(report)
            if report.status == "failed":
                print(f"plancite: {in_options(report.detail)}", file=sys.stderr)
            elif not quiet:
                print(
                    f"{report.path}: {report.detail or f'{report.status}, {report.passages} passages'}", file=sys.stderr
                )
    failed = sum(report.status == "failed" for report in reports)
    if not failed:
        return DONE
    return REFUSED if failed == len(reports) else SOME_FAILED
