"""Commands on plans: adding, replacing, removing, listing, editing, collections, changes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from indexer.cli.common import (
    DONE,
    AlertsOption,
    JsonOption,
    LibraryOption,
    ModelOption,
    QuietOption,
    YesOption,
    answer_lines,
    app,
    confirm,
    count_bar,
    filtered,
    note,
    open_library,
    print_lines,
    progress_bar,
    report_added,
)
from indexer.errors import IndexerError, SourceError
from indexer.exporting.alerts import alert_title
from indexer.exporting.objects import changes_object, plan_object
from indexer.language.sentences import fold_space
from indexer.types import ALL_PLANS, Changes, Filter, Sentence

PlanArgument = Annotated[str, typer.Argument(help="Id of the plan.")]


@app.command()
def index(
    folder: Annotated[Path, typer.Argument(help="A folder with plans, read with its sub-folders.")],
    library: LibraryOption = "index",
    model: ModelOption = None,
    quiet: QuietOption = False,
) -> None:
    """Add every plan in a folder; plans that the library already has are left alone."""
    if not folder.is_dir():
        raise SourceError(f"There is no folder {folder}. Give one that holds plans, or add files with: plancite add")
    raise typer.Exit(_add([folder], library, model, quiet))


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files to add, or folders or zip archives of files.")],
    plan_id: Annotated[str | None, typer.Option("--id", help="The plan's id, for a single file.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the plan that has the same id.")] = False,
    library: LibraryOption = "index",
    model: ModelOption = None,
    quiet: QuietOption = False,
) -> None:
    """Add files, each completely or not at all."""
    if plan_id is not None and (len(paths) > 1 or _holds_many(paths[0])):
        raise SourceError("--id names one plan. Give a single file with it.")
    raise typer.Exit(_add(paths, library, model, quiet, plan_id=plan_id, replace=replace))


@app.command()
def embed(
    paths: Annotated[list[Path], typer.Argument(help="Files to add, or folders or zip archives of files.")],
    ray: Annotated[
        str,
        typer.Option("--ray", metavar="ADDRESS", help="The Ray cluster as host:port, or auto for the local one."),
    ],
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Cores to embed on; all but one by default.")
    ] = None,
    library: LibraryOption = "index",
    model: ModelOption = None,
    quiet: QuietOption = False,
) -> None:
    """Add files as `plancite add` does, embedded on a Ray cluster."""
    from indexer.library.ray import add_on_ray
    from indexer.reading.files import plan_files

    with open_library(library, create=True, model=model, quiet=quiet) as opened:
        reports = add_on_ray(opened.backend, opened.encoder, plan_files(paths), ray, workers)
        code = report_added(reports, quiet)
    raise typer.Exit(code)


@app.command()
def replace(
    plan: Annotated[str, typer.Argument(help="Id of the plan.")],
    file: Annotated[Path, typer.Argument(help="The file of its new version.")],
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Replace a plan by a new version; the old one is kept, see: plancite changes."""
    if _holds_many(file):
        raise SourceError(f"{file} may hold many plans. Give the single file that is the new version of {plan!r}.")
    with open_library(library, quiet=quiet) as opened:
        opened.plan(plan)
    raise typer.Exit(_add([file], library, None, quiet, plan_id=plan, replace=True))


@app.command()
def sync(
    folder: Annotated[Path, typer.Argument(help="The folder to match.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the changes without making them.")] = False,
    yes: YesOption = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Continue when the folder holds no plans, and remove its plans.")
    ] = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Make the library match a folder: add new files, replace changed ones, remove plans whose files are gone.

    Plans from other folders are left alone. Removed plans can be restored.
    """
    from indexer.library.syncing import compare_folder

    differences = compare_folder(
        [], folder, allow_empty=allow_empty
    )  # raises for an unreadable folder, before a library is created
    if Path(library).exists() or "://" in library or not dry_run:
        with open_library(library, create=not dry_run, quiet=quiet) as opened:
            differences = compare_folder(opened.plans(), folder, allow_empty=allow_empty)
    removed = [info.id for info in differences.removed]
    if not quiet or dry_run:
        for path in differences.new:
            print(f"add {path}")
        for path, plan_id in differences.changed:
            print(f"replace {plan_id} with {path}")
        for info in differences.removed:
            print(f"remove {info.id}: {info.source} is gone")
        print(f"{differences.same} the same")
    if dry_run:
        return
    if removed:  # before adding: a file that was moved and changed takes over the id of its plan
        confirm(f"Remove {', '.join(removed)}", yes)
        with open_library(library, quiet=quiet) as opened:
            opened.remove(removed)
    raise typer.Exit(_add(differences.to_add, library, None, quiet) if differences.to_add else DONE)


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(help="The folder to watch, with its sub-folders.")],
    every: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Time between two looks.")] = 2.0,
    rest: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="Time for which a file must not have changed.")
    ] = 5.0,
    review: Annotated[
        bool, typer.Option("--review", help="Add nothing: name each file, and the command that adds it.")
    ] = False,
    alerts: AlertsOption = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Add what comes to rest in a folder, until it is stopped; a file that is removed removes no plan.

    Once all of it is added, saved questions are asked again. With --review somebody else decides what is added.
    """
    from indexer.delivery.outbox import deliver_alerts, open_outbox
    from indexer.delivery.settings import Settings, read_settings
    from indexer.library.rechecking import recheck
    from indexer.library.watching import held_files, watch_folder

    if not folder.is_dir():
        raise SourceError(f"There is no folder {folder}. Give one that plans are put into.")
    if review:
        with open_library(library, create=True, quiet=quiet) as opened:
            for path in held_files(opened, folder, every=every, rest=rest):
                adding = shlex.join(["plancite", "add", str(path), "--library", library])
                print(f"{path} waits to be reviewed. Add it with: {adding}", flush=True)
        return
    settings = read_settings(alerts) if alerts else Settings()
    with open_library(library, create=True, quiet=quiet) as opened:

        def look() -> None:
            open_outbox(opened, settings)
            for alert in recheck(opened):
                note(quiet)(f"{alert_title(alert)} ({alert.title})")
            for channel, alert in deliver_alerts(opened, settings):
                note(quiet)(f"Sent by {channel}: {alert.question}")

        for report in watch_folder(opened, folder, every=every, rest=rest, notify=note(False), settled=look):
            if report.status != "same":
                report_added([report], quiet)


@app.command()
def remove(
    plans: Annotated[list[str], typer.Argument(help="Ids of the plans to remove.")],
    purge: Annotated[
        bool, typer.Option("--purge", help="Delete for good, with every version; also works on removed plans.")
    ] = False,
    yes: YesOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Remove plans, all of them or none; plancite restore brings them back."""
    with open_library(library, quiet=quiet) as opened:
        latest = [opened.versions(plan)[-1] for plan in plans]
        titles = [v.title if purge or not v.until else opened.plan(v.plan).title for v in latest]
        confirm(f"{'Delete for good' if purge else 'Remove'}: " + "; ".join(titles), yes)
        opened.remove(plans, purge=purge)
    if not quiet:
        print(f"{'Deleted' if purge else 'Removed'}: {', '.join(plans)}")


@app.command()
def restore(
    plan: Annotated[str | None, typer.Argument(help="Id of the plan; lists removed plans if left out.")] = None,
    version: Annotated[int | None, typer.Option(help="Number of an earlier version to restore.")] = None,
    backup: Annotated[
        Path | None,
        typer.Option("--from", metavar="BACKUP", help="Make the whole library what it was in this backup."),
    ] = None,
    yes: YesOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Restore a removed plan, an earlier version of a plan, or a whole library from a backup."""
    if backup is not None:
        if plan is not None or version is not None:
            raise IndexerError("A backup is restored whole. Leave the plan and --version out.")
        _put_back(backup, library, yes, quiet)
        return
    with open_library(library, quiet=quiet) as opened:
        if plan is None:
            for each in opened.removed():
                print(f"{each.plan}: {each.title} ({each.words} words, removed {each.until})")
            return
        opened.restore(plan, version)
    if not quiet:
        print(f"Restored: {plan}")


@app.command("list")
@filtered
def list_plans(
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    filter: Filter = ALL_PLANS,
) -> None:
    """List the plans in the library."""
    with open_library(library, quiet=quiet) as opened:
        plans = [plan_object(info) for info in opened.plans(filter)]
    if as_json:
        print_lines(plans)
        return
    for plan in plans:
        pages = [f"{plan['pages']} pages"] if plan["pages"] else []
        known = [plan[name] for name in ("issuer", "date", "type", "status", "language") if plan[name]]
        marks = ["machine translation"] if plan["machine_translated"] else []
        tags = [f"tags: {', '.join(plan['tags'])}"] if plan["tags"] else []
        counted = [f"{plan['passages']} passages", f"{plan['words']} words"]
        print(f"{plan['plan']}: {plan['title']} ({'; '.join([', '.join([*known, *marks, *pages, *counted]), *tags])})")
        for warning in plan["warnings"]:
            print(f"    note: {warning}")
    if not plans and not quiet:
        print(
            "No plan meets the filter." if filter.chosen else "The library is empty. Add plans with: plancite add FILE"
        )


@app.command()
@filtered
def facets(
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    filter: Filter = ALL_PLANS,
) -> None:
    """Count the plans by issuer, place, year, type, status, language, tag and collection."""
    with open_library(library, quiet=quiet) as opened:
        found = opened.facets(filter)
    if as_json:
        print_lines([{facet: [asdict(count) for count in counts] for facet, counts in found.items()}])
        return
    for facet, counts in found.items():
        print(f"{facet}: {', '.join(map(str, counts)) or 'no plans'}")


@app.command()
def edit(
    plans: Annotated[list[str] | None, typer.Argument(help="Ids of the plans.")] = None,
    title: Annotated[str | None, typer.Option(help="The title of one plan; a search also matches it.")] = None,
    issuer: Annotated[str | None, typer.Option(help="The body or region that issued them.")] = None,
    place: Annotated[str | None, typer.Option(help="The region they are about.")] = None,
    date: Annotated[str | None, typer.Option(help="Their date: 2022, 2022-08 or 2022-08-05.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="What kind of document they are: plan, report.")] = None,
    status: Annotated[str | None, typer.Option(help="Where they stand: draft, in force.")] = None,
    language: Annotated[str | None, typer.Option(help="Two-letter code: en, zh.")] = None,
    machine_translated: Annotated[
        bool | None,
        typer.Option("--machine-translated/--no-machine-translated", help="Whether they are machine translations."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag to add; repeat it for several.")] = None,
    untag: Annotated[list[str] | None, typer.Option(help="A tag to take away.")] = None,
    collection: Annotated[list[str] | None, typer.Option(help="A collection to put them into.")] = None,
    leave: Annotated[list[str] | None, typer.Option(help="A collection to take them out of.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the last edit.")] = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Set the metadata of one plan or of several; new versions of their files keep it. "" sets a value to none."""
    with open_library(library, quiet=quiet) as opened:
        if undo:
            note(quiet)(_undone(opened.undo_edit()))
            return
        fields: dict[str, Any] = {
            "title": title, "issuer": issuer, "place": place, "date": date, "type": kind, "status": status,
            "language": language, "machine_translated": machine_translated, "add_tags": tag, "remove_tags": untag,
            "join": collection, "leave": leave,
        }  # fmt: skip
        given = {name: value for name, value in fields.items() if value not in (None, [])}
        if not plans or not given:
            raise IndexerError("Nothing to set. Give ids of plans and --issuer, --date, --tag or another option.")
        if title is not None and len(set(plans)) > 1:
            raise IndexerError("A title is that of one plan. Give one id with --title.")
        changed = opened.edit(plans, **given).changed
    if not quiet:
        print(f"Edited: {', '.join(changed) or 'nothing, as all was so already'}")


def _undone(kept: Sequence[str]) -> str:
    left = f" Edited or removed since, and left as they are: {', '.join(kept)}." if kept else ""
    return f"The last edit is undone.{left}"


@app.command()
def collections(
    name: Annotated[str | None, typer.Argument(help="The collection; lists all if left out.")] = None,
    add: Annotated[list[str] | None, typer.Option(metavar="PLAN", help="A plan to put into it.")] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="PLAN", help="A plan to take out of it.")] = None,
    rename: Annotated[str | None, typer.Option(metavar="NAME", help="Its new name.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it; its plans stay in the library.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """List the collections, which are named sets of plans; or make, change, rename or delete one."""
    if name is None and (add or remove or rename or delete):
        raise IndexerError("Name the collection that is meant: plancite collections NAME …")
    with open_library(library, quiet=quiet) as opened:
        if name is not None and delete:
            gone = opened.delete_collection(name)
            note(quiet)(f"Deleted: {name}. It held {', '.join(gone) or 'no plans'}.")
            return
        if name is not None and add:
            opened.edit(add, join=name)
        if name is not None and remove:
            opened.edit(remove, leave=name)
        if name is not None and rename is not None:
            opened.rename_collection(name, rename)
            name = rename.strip()
        known = opened.collections()
    found = {each: plans for each, plans in known.items() if name is None or each.casefold() == name.casefold()}
    if name is not None and not found:
        raise IndexerError(f"There is no collection {name!r}. Make it with: plancite collections NAME --add PLAN")
    if as_json:
        print_lines({"collection": each, "plans": plans} for each, plans in found.items())
        return
    for each, plans in found.items():
        print(f"{each}: {', '.join(plans) or 'no plans'}")
    if not found and not quiet:
        print("There are no collections. Make one with: plancite collections NAME --add PLAN")


@app.command()
def rename(
    plan: PlanArgument,
    name: Annotated[str, typer.Argument(help="Its new id.")],
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Change a plan's id."""
    with open_library(library, quiet=quiet) as opened:
        opened.rename(plan, name)
    if not quiet:
        print(f"Renamed: {plan} is {name.strip()}")


@app.command()
def changes(
    plan: PlanArgument,
    old: Annotated[int | None, typer.Option(help="Number of the older version; the last but one by default.")] = None,
    new: Annotated[int | None, typer.Option(help="Number of the newer version; the last by default.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Show what changed in a plan: sentences added, removed, changed and moved, and answers to saved questions."""
    with open_library(library, quiet=quiet) as opened:
        found = opened.changes(plan, old, new)
    if as_json:
        print_lines([changes_object(found)])
    else:
        print(_changes_text(found))


def _put_back(backup: Path, library: str, yes: bool, quiet: bool) -> None:
    from indexer.library.backup import put_back

    if not (backup / "plans.sqlite").is_file():
        raise IndexerError(f"{backup} is no backup. Give a folder that was made by: plancite backup")
    with open_library(library, create=True, quiet=quiet) as opened:
        if opened.plans() or opened.removed():
            confirm(f"Replace all of {library} by {backup}; what is newer than the backup is deleted for good", yes)
        with count_bar(quiet) as progress:
            copied = put_back(backup, opened.backend, progress=progress)
    if not quiet:
        print(f"Restored: {copied.plans} plans, {copied.passages:,} passages, {copied.versions} earlier versions")


def _holds_many(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == ".zip"


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
    from indexer.library import process

    process.warm()  # which starts while this process imports what it needs
    from indexer.reading.files import plan_files

    files = list(plan_files(paths))
    if files and all(file.problem for file in files):
        raise SourceError(files[0].problem)  # before a library is created
    with (
        open_library(library, create=True, model=model, quiet=quiet) as opened,
        progress_bar(quiet, len(files)) as progress,
    ):
        return report_added(opened.add_iter(paths, plan_id=plan_id, replace=replace, progress=progress), quiet)


def _changes_text(found: Changes) -> str:
    from indexer.comparing.provisions import gravest_first

    if found.old.n == found.new.n:
        return f"{found.new.title}: there is one version only, since {found.new.since[:10]}."
    versions = f"version {found.old.n} ({found.old.since[:10]}) to version {found.new.n} ({found.new.since[:10]})"
    lines = [f"{found.new.title}: {len(found.sentences)} sentences differ from {versions}."]
    for sentence in gravest_first(found.sentences):
        place = sentence.new or sentence.old
        assert place
        classes = f" ({', '.join(sentence.classes)})" if sentence.change == "changed" else ""
        lines += ["", f"{sentence.change}{classes}{_place(place)}"]
        lines += [f"  - {_line(sentence.old)}"] if sentence.old and sentence.change != "moved" else []
        lines += [f"  + {_line(sentence.new)}"] if sentence.new else []
    for answer in found.answers:
        lines += ["", f"Saved question {answer.saved.id}, {answer.saved.question}: another answer in this plan"]
        lines += answer_lines(answer)
    return "\n".join(lines)


def _place(sentence: Sentence) -> str:
    page = [f"p. {sentence.page}"] if sentence.page is not None else []
    return "".join(f" › {part}" for part in (*sentence.section, *page))


def _line(sentence: Sentence) -> str:
    return fold_space(sentence.text)
