"""The command that adds many files with the help of many machines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.cli.common import (
    DONE,
    REFUSED,
    SOME_FAILED,
    LibraryOption,
    ModelOption,
    QuietOption,
    app,
    in_options,
    open_library,
)

if TYPE_CHECKING:
    from indexer.types import Added


@app.command()
def embed(
    paths: Annotated[list[Path], typer.Argument(help="Files to add, folders and zip archives of them.")],
    ray: Annotated[
        str,
        typer.Option("--ray", metavar="ADDRESS", help="The Ray cluster, as host:port; auto for the one here."),
    ],
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Cores that embed at once; by default all but one.")
    ] = None,
    library: LibraryOption = "index",
    model: ModelOption = None,
    quiet: QuietOption = False,
) -> None:
    """Add files as `plancite add` does, embedded by a Ray cluster; what is there already is left alone."""
    from indexer.library.ray import add_on_ray
    from indexer.reading.files import plan_files

    reports: list[Added] = []
    with open_library(library, create=True, model=model, quiet=quiet) as opened:
        for report in add_on_ray(opened.backend, opened.encoder, plan_files(paths), ray, workers):
            reports.append(report)
            if report.status == "failed":
                print(f"plancite: {in_options(report.detail)}", file=sys.stderr)
            elif not quiet:
                told = report.detail or f"{report.status}, {report.passages} passages"
                print(f"{report.path}: {told}", file=sys.stderr)
    failed = sum(report.status == "failed" for report in reports)
    if failed:
        raise typer.Exit(REFUSED if failed == len(reports) else SOME_FAILED)
    raise typer.Exit(DONE)
