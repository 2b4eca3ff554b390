"""Commands on saved questions: save, saved, forget, recheck, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexer.cli.common import (
    AlertsOption,
    JsonOption,
    LibraryOption,
    PlanOption,
    QuietOption,
    answer_lines,
    app,
    note,
    open_library,
    print_lines,
)
from indexer.errors import IndexerError
from indexer.exporting.alerts import alert_lines
from indexer.exporting.objects import alert_object, saved_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.types import Alert


@app.command()
def save(
    question: Annotated[str, typer.Argument(help="The question.")],
    plan: PlanOption = None,
    section: Annotated[str | None, typer.Option(help="Only sections whose heading contains these words.")] = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Save a question with its answer, to see later whether the answer changes."""
    with open_library(library, quiet=quiet) as opened:
        saved = opened.save_question(question, plans=plan, section=section)
    if not quiet:
        print(f"Saved as {saved.id}, answered by {len(saved.quotes)} sentences.")


@app.command()
def saved(as_json: JsonOption = False, library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """List saved questions, and how their answers have changed since they were saved."""
    with open_library(library, quiet=quiet) as opened:
        questions = opened.saved()
        changed = {answer.saved.id: answer for answer in opened.changed_answers()} if questions else {}
    if as_json:
        print_lines(saved_object(question, changed.get(question.id)) for question in questions)
        return
    for question in questions:
        where = f" in {', '.join(question.plans)}" if question.plans else ""
        state = "another answer now" if question.id in changed else "the same answer"
        print(f"{question.id}: {question.question}{where} ({state} as on {question.at[:10]})")
        if question.id in changed:
            print("\n".join(answer_lines(changed[question.id])))


@app.command()
def forget(
    saved_id: Annotated[int, typer.Argument(metavar="NUMBER", help="Its number in the list of: plancite saved")],
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Delete a saved question."""
    with open_library(library, quiet=quiet) as opened:
        if not opened.forget_question(saved_id):
            raise IndexerError(f"There is no saved question {saved_id}. List them with: plancite saved")
    if not quiet:
        print(f"Forgotten: {saved_id}")


@app.command()
def recheck(
    alerts: AlertsOption = None,
    as_json: JsonOption = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Ask the saved questions again if plans have changed; list each answer that changed, once.

    plancite serve and plancite watch do so by themselves.
    """
    from indexer.delivery.outbox import deliver_alerts, open_outbox
    from indexer.delivery.settings import Settings, read_settings
    from indexer.storage.disk import WAIT

    settings = read_settings(alerts) if alerts else Settings()
    with open_library(library, quiet=quiet) as opened:
        open_outbox(opened, settings)
        _print_alerts(opened.recheck(), as_json)
        for channel, alert in deliver_alerts(opened, settings, wait=WAIT):
            note(quiet)(f"Sent by {channel}: {alert.question}")


@app.command("alerts")
def list_alerts(as_json: JsonOption = False, library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """List what changes of plans did to answers to saved questions, the latest first."""
    with open_library(library, quiet=quiet) as opened:
        _print_alerts(opened.alerts(), as_json)


def _print_alerts(found: Iterable[Alert], as_json: bool) -> None:
    if as_json:
        print_lines(map(alert_object, found))
        return
    for alert in found:
        first, *others = filter(None, alert_lines(alert))
        print("\n".join([f"{alert.at[:10]}  {first}", *(f"  {line}" for line in others)]))
