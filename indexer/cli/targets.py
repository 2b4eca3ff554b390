"""The command `targets`, its JSON and its text."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from indexer.cli.common import (
    JsonOption,
    LibraryOption,
    PlanOption,
    QuietOption,
    app,
    filtered,
    open_library,
    print_lines,
)
from indexer.errors import IndexerError
from indexer.exporting.objects import row_object, target_object
from indexer.types import ALL_PLANS, Filter, Target, TargetRow


@app.command()
@filtered
def targets(
    plan: PlanOption = None,
    aligned: Annotated[
        bool,
        typer.Option("--aligned", help="One row per indicator, with the plans' values side by side and their gap."),
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Also list figures that are only mentioned, as statistics are.")
    ] = False,
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    csv: Annotated[
        str | None, typer.Option("--csv", metavar="FILE", help="Write CSV to FILE, or to standard output with -.")
    ] = None,
    xlsx: Annotated[str | None, typer.Option("--xlsx", metavar="FILE", help="Write a spreadsheet to FILE.")] = None,
    quiet: QuietOption = False,
    filter: Filter = ALL_PLANS,
) -> None:
    """List every target and threshold: indicator, value, year, how binding, with its quote."""
    if sum((as_json, csv is not None, xlsx is not None)) > 1:
        raise IndexerError("Give one of --json, --csv and --xlsx.")
    with open_library(library, quiet=quiet) as opened:
        found = opened.targets(plan, filter=filter, figures=every)
        rows = opened.align_targets(plan, filter=filter) if aligned else []
        titles = {info.id: info.title for info in opened.plans(filter) if plan is None or info.id in plan}
    if as_json:
        print_lines(map(row_object, rows) if aligned else map(target_object, found))
    elif csv is not None:
        from indexer.exporting.targets import aligned_csv, targets_csv

        _write(csv, aligned_csv(rows, titles) if aligned else targets_csv(found))
    elif xlsx is not None:
        from indexer.exporting.targets import targets_xlsx

        _write(xlsx, targets_xlsx(found, rows, titles))
    else:
        print("\n".join(map(_row_text, rows) if aligned else _text(found)))


def _write(file: str, data: str | bytes) -> None:
    from indexer.exporting import save

    if file == "-" and isinstance(data, str):
        sys.stdout.write(data)
    else:  # Excel needs the byte order mark to read UTF-8
        save(Path(file), data.encode("utf-8-sig") if isinstance(data, str) else data)


def _text(found: Sequence[Target]) -> Iterator[str]:
    from indexer.exporting.targets import note
    from indexer.types import Citation
    from indexer.wording import breadcrumb, visible_text

    for plan, of_plan in groupby(found, key=lambda t: t.plan):
        yield f"{plan}\n"
        for target in of_plan:
            place = Citation(1, plan, "", target.section, target.page, target.start, target.end, target.quote)
            yield f"  {described(target)}"
            yield f'    "{visible_text(target.quote)}"'
            yield f"    {breadcrumb(place)}"
            if note(target):
                yield f"    {note(target)}"
            yield ""


def described(target: Target) -> str:
    """One line: "2025: installed capacity > 37 million kilowatts, should"."""
    from indexer.wording import visible_text

    year = "" if target.year is None else f"{target.year}: "
    change = f" ({target.change})" if target.change else ""
    base = f" against {target.base_year}" if target.base_year else ""
    scope = f", {target.scope}" if target.scope else ""
    kind = "" if target.kind == "target" else f"{target.kind}, "
    comparator = "" if target.comparator == "range" else f" {target.comparator}"
    figure = "?" if target.cut_off else visible_text(target.figure)
    return f"{kind}{year}{target.indicator}{comparator} {figure}{change}{base}{scope}, {target.binding}"


def _row_text(row: TargetRow) -> str:
    lines = [f"{row.indicator}, {row.year or 'no year'}" + (f" ({row.unit})" if row.unit else "")]
    for cell in row.cells:
        value = "cut off" if cell.value is None else f"{cell.value:,.10g}"
        high = "" if cell.high is None else f" to {cell.high:,.10g}"
        figure = "" if cell.target.cut_off else cell.target.figure
        lines.append(
            f"  {cell.target.plan:16} {cell.target.comparator:>5} {value}{high}" + (f"   {figure}" if figure else "")
        )
    if row.gap is not None:
        lines.append(f"  gap {row.gap:,.10g}")
    if row.note:
        lines.append(f"  {row.note}")
    return "\n".join([*lines, ""])
