"""Commands on one plan and its past: edit, rename, restore, changes; and on saved questions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from indexer.cli.common import (
    JsonOption,
    LibraryOption,
    PlanOption,
    QuietOption,
    app,
    open_library,
    print_lines,
)
from indexer.errors import IndexerError
from indexer.types import ChangedAnswer, Changes, SavedQuestion, Sentence

PlanArgument = Annotated[str, typer.Argument(help="Id of the plan.")]


@app.command()
def edit(
    plan: PlanArgument,
    title: Annotated[str | None, typer.Option(help="Its title, which every passage is found by.")] = None,
    issuer: Annotated[str | None, typer.Option(help="The body or region that issued it.")] = None,
    date: Annotated[str | None, typer.Option(help="2022, 2022-08 or 2022-08-05.")] = None,
    language: Annotated[str | None, typer.Option(help="Code of two letters: en, zh.")] = None,
    machine_translated: Annotated[
        bool | None,
        typer.Option("--machine-translated/--no-machine-translated", help="Whether a machine did the translation."),
    ] = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Set what is known of a plan; it stays when a new version of the file comes."""
    if all(value is None for value in (title, issuer, date, language, machine_translated)):
        raise IndexerError("Nothing to set. Give --title, --issuer, --date, --language or --machine-translated.")
    with open_library(library, quiet=quiet) as opened:
        opened.edit(
            plan, title=title, issuer=issuer, date=date, language=language, machine_translated=machine_translated
        )
    if not quiet:
        print(f"Edited: {plan}")


@app.command()
def rename(
    plan: PlanArgument,
    name: Annotated[str, typer.Argument(help="Its new id.")],
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Give a plan another short name."""
    with open_library(library, quiet=quiet) as opened:
        opened.rename(plan, name)
    if not quiet:
        print(f"Renamed: {plan} is {name.strip()}")


@app.command()
def restore(
    plan: Annotated[str | None, typer.Argument(help="Id of the plan; without it, removed plans are listed.")] = None,
    version: Annotated[int | None, typer.Option(help="An earlier version to put in the plan's place.")] = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Bring a removed plan back, or an earlier version of one."""
    with open_library(library, quiet=quiet) as opened:
        if plan is None:
            for gone in opened.removed():
                print(f"{gone.plan}: {gone.title} ({gone.words} words, removed {gone.until})")
            return
        opened.restore(plan, version)
    if not quiet:
        print(f"Restored: {plan}")


@app.command()
def changes(
    plan: PlanArgument,
    old: Annotated[int | None, typer.Option(help="Number of the older version; without it, the last but one.")] = None,
    new: Annotated[int | None, typer.Option(help="Number of the newer version; without it, the last.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """What changed in a plan: sentences added, removed, changed and moved, and answers to saved questions."""
    with open_library(library, quiet=quiet) as opened:
        found = opened.changes(plan, old, new)
    if as_json:
        print_lines([_changes_json(found)])
    else:
        print(_changes_text(found))


@app.command()
def save(
    question: Annotated[str, typer.Argument(help="The question.")],
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading holds these words.")] = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Keep a question with its answer of today, to be told when it changes."""
    with open_library(library, quiet=quiet) as opened:
        saved = opened.save_question(question, plans=plan, section=section)
    if not quiet:
        print(f"Saved as {saved.id}, answered by {len(saved.quotes)} sentences.")


@app.command()
def saved(as_json: JsonOption = False, library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """List saved questions, each with what changed in its answer since it was saved."""
    with open_library(library, quiet=quiet) as opened:
        questions = opened.saved()
        changed = {answer.saved.id: answer for answer in opened.changed_answers()} if questions else {}
    if as_json:
        print_lines(_saved_json(question, changed.get(question.id)) for question in questions)
        return
    for question in questions:
        where = f" in {', '.join(question.plans)}" if question.plans else ""
        state = "another answer now" if question.id in changed else "the same answer"
        print(f"{question.id}: {question.question}{where} ({state} as on {question.at[:10]})")
        if question.id in changed:
            print("\n".join(_answer_lines(changed[question.id])))


@app.command()
def forget(
    saved_id: Annotated[int, typer.Argument(metavar="NUMBER", help="Its number in: plancite saved")],
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Forget a saved question."""
    with open_library(library, quiet=quiet) as opened:
        if not opened.forget_question(saved_id):
            raise IndexerError(f"There is no saved question {saved_id}. List them with: plancite saved")
    if not quiet:
        print(f"Forgotten: {saved_id}")


def _changes_json(found: Changes) -> dict[str, Any]:
    return {
        "plan": found.new.plan,
        "old": asdict(found.old),
        "new": asdict(found.new),
        "sentences": [asdict(sentence) for sentence in found.sentences],
        "answers": [_saved_json(answer.saved, answer) for answer in found.answers],
    }


def _saved_json(question: SavedQuestion, changed: ChangedAnswer | None) -> dict[str, Any]:
    pairs = {"removed": changed.removed, "added": changed.added} if changed else {"removed": (), "added": ()}
    return {
        "id": question.id,
        "question": question.question,
        "plans": question.plans,
        "section": question.section,
        "saved": question.at,
        "quotes": [{"plan": plan, "quote": quote} for plan, quote in question.quotes],
        **{name: [{"plan": plan, "quote": quote} for plan, quote in quotes] for name, quotes in pairs.items()},
    }


def _changes_text(found: Changes) -> str:
    if found.old.n == found.new.n:
        return f"{found.new.title}: there is one version only, since {found.new.since[:10]}."
    came = f"version {found.old.n} ({found.old.since[:10]}) to version {found.new.n} ({found.new.since[:10]})"
    lines = [f"{found.new.title}: {len(found.sentences)} sentences differ from {came}."]
    for sentence in found.sentences:
        place = sentence.new or sentence.old
        assert place
        lines += ["", f"{sentence.change}{_place(place)}"]
        lines += [f"  - {_line(sentence.old)}"] if sentence.old and sentence.change != "moved" else []
        lines += [f"  + {_line(sentence.new)}"] if sentence.new else []
    for answer in found.answers:
        lines += ["", f"Saved question {answer.saved.id}, {answer.saved.question}: another answer in this plan"]
        lines += _answer_lines(answer)
    return "\n".join(lines)


def _answer_lines(changed: ChangedAnswer) -> list[str]:
    removed = [f"  - {plan}: {' '.join(quote.split())}" for plan, quote in changed.removed]
    return removed + [f"  + {plan}: {' '.join(quote.split())}" for plan, quote in changed.added]


def _place(sentence: Sentence) -> str:
    page = [f"p. {sentence.page}"] if sentence.page is not None else []
    return "".join(f" › {part}" for part in (*sentence.section, *page))


def _line(sentence: Sentence) -> str:
    return " ".join(sentence.text.split())
