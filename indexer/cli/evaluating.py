"""The command `eval`: the office's own questions asked again, measured, and compared with an earlier run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer.cli.common import (
    SOME_FAILED,
    JsonOption,
    LibraryOption,
    QuietOption,
    app,
    confirm,
    dump,
    note,
    open_library,
)
from indexer.errors import IndexerError
from indexer.wording import counted

if TYPE_CHECKING:
    from indexer.library import Library
    from indexer.library.adding import Progress
    from indexer.library.judgements import Judgement
    from indexer.storage import Notify
    from indexer.types import Answer

#: What is measured, by name, and said of it.
MEASURES = {
    "hit@1": "the first passage holds the quote",
    "hit@10": "one of the first ten passages does",
    "mrr@10": "1 / rank of the first passage that does",
    "answered": "a sentence of the answer holds the quote",
    "refused": "nothing is answered where no plan answers",
    "avoided": "what was wrong is not answered again",
}
#: question -> measure -> value, 0 to 1.
Values = dict[str, dict[str, float]]


@app.command("eval")
def evaluate_command(
    questions: Annotated[
        Path | None,
        typer.Argument(help="Questions with quotes, one JSON object a line; the library's own when left out."),
    ] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the values, to compare with later.")] = None,
    against: Annotated[Path | None, typer.Option(metavar="FILE", help="Compare with the values of this file.")] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MEASURE=VALUE",
            help="Exit with 1 when a measure is below a VALUE above 0, or has fallen further than a VALUE of 0 or less "
            "since --against, as in hit@1=-0.02; repeat it for several.",
        ),
    ] = None,
    library: LibraryOption = "index",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask questions whose answers are known, and measure how well they are answered, with 95 % intervals."""
    from indexer.library.judgements import judgements_file, read_judgements

    gates = [_gate(text) for text in gate or ()]
    before = _load(against) if against else {}
    if not before and any(value <= 0 for _, value in gates):
        raise IndexerError("A fall is measured against an earlier run. Give its file with --against.")
    with open_library(library, quiet=quiet) as opened:
        asked = _on_present(opened, read_judgements(questions or judgements_file(opened.backend)), note(quiet))
        if not asked:
            raise IndexerError(
                "No question is left to ask: each names a plan that is gone. Write some on plans of now."
            )
        values = evaluate(opened, asked)
    found = summary(values, before)
    print(dump(found) if as_json else summary_text(found))
    if save:
        from indexer.exporting import save as write

        write(save, json.dumps(values, ensure_ascii=False, indent=1).encode())
    if failed := [line for name, value in gates if (line := _failure(found, name, value))]:
        print("\n".join(failed))
        raise typer.Exit(SOME_FAILED)


def evaluate(library: Library, judgements: Sequence[Judgement]) -> Values:
    """The measures of each question. Raises QuestionError, UnknownPlanError."""
    values: Values = {}
    for judgement in judgements:
        answer = library.ask(judgement.question, plans=judgement.plans or None)
        key = " · ".join([judgement.question, *judgement.plans])
        values.setdefault(key, {}).update(_measures(judgement, answer))
    return values


def _on_present(library: Library, judgements: Sequence[Judgement], notify: Notify) -> list[Judgement]:
    """Those on plans that are in the library; ``notify`` gets a line with the number of the others."""
    present = {info.id for info in library.plans()}
    kept = [judgement for judgement in judgements if present.issuperset(judgement.plans)]
    if gone := len(judgements) - len(kept):
        were = "was" if gone == 1 else "were"
        notify(f"{counted(gone, 'question')} on plans that are gone {were} left out.")
    return kept


def ask_before_switch(library: Library, model: str, progress: Progress, notify: Notify, *, yes: bool) -> None:
    """Measure ``model`` on a copy of the library; where a measure falls, ask whether to switch all the same.

    Nothing is measured without judgements. Exits on no; raises IndexerError without a terminal, unless ``yes``.
    """
    from indexer.library import Library
    from indexer.library.copying import copy_library
    from indexer.library.judgements import judgements_file, read_judgements

    judgements = _on_present(library, read_judgements(judgements_file(library.backend), empty=True), notify)
    if not judgements:
        return
    before = evaluate(library, judgements)
    with TemporaryDirectory(prefix="plancite-") as folder, Library.open(Path(folder, "trial"), create=True) as trial:
        copy_library(library.backend, trial.backend)
        trial.rebuild(model, progress)
        found = summary(evaluate(trial, judgements), before)
    print(summary_text(found))
    worse = [name for name, of in found.items() if of["change"] < 0]
    if worse:
        confirm(f"{model} is worse by {', '.join(worse)}. Switch to it all the same", yes)


def _measures(judgement: Judgement, answer: Answer) -> dict[str, float]:
    from indexer.evaluation import hit_at, holds_evidence, reciprocal_rank

    quoted = [citation.quote for citation in answer.citations]
    if judgement.unanswerable:
        return {"refused": float(not answer.found)}
    if judgement.wrong:
        return {"avoided": float(not any(holds_evidence(quote, [judgement.wrong]) for quote in quoted))}
    relevant = [holds_evidence(hit.text, [judgement.quote]) for hit in answer.hits]
    return {
        "hit@1": hit_at(relevant, 1),
        "hit@10": hit_at(relevant, 10),
        "mrr@10": reciprocal_rank(relevant, 10),
        "answered": float(any(holds_evidence(quote, [judgement.quote]) for quote in quoted)),
    }


def summary(values: Values, before: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """By measure: the mean, its interval, the number of questions, and against ``before`` the change with its own.

    The change is that of the questions that both runs hold.
    """
    from indexer.evaluation import bootstrap

    found: dict[str, Any] = {}
    for name in MEASURES:
        own = [measures[name] for measures in values.values() if name in measures]
        if not own:
            continue
        found[name] = {"value": sum(own) / len(own), "interval": bootstrap(own), "questions": len(own)}
        pairs = [(values[q][name], before[q][name]) for q in values if name in values[q] and name in before.get(q, {})]
        if pairs:
            changes = [new - old for new, old in pairs]
            found[name] |= {"change": sum(changes) / len(pairs), "change_interval": bootstrap(changes)}
    return found


def summary_text(found: Mapping[str, Any]) -> str:
    """One measure a line."""
    lines = []
    for name, of in found.items():
        low, high = of["interval"]
        line = f"{name:9} {of['value']:.3f} ({low:.3f} to {high:.3f}) of {of['questions']:,}: {MEASURES[name]}"
        if "change" in of:
            low, high = of["change_interval"]
            line += f"; change {of['change']:+.3f} ({low:+.3f} to {high:+.3f})"
        lines.append(line)
    return "\n".join(lines)


def _gate(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if name not in MEASURES or not -1 <= number <= 1:
        raise IndexerError(
            f"--gate {text}: give a measure and a number, as in hit@1=-0.02. Measures: {', '.join(MEASURES)}."
        )
    return name, number


def _failure(found: Mapping[str, Any], name: str, value: float) -> str:
    """Why the gate is closed, in a sentence; "" when it is open."""
    of = found.get(name)
    if of is None:
        return f"{name} was not measured: no question is of its kind."
    if value > 0:
        return f"{name} is {of['value']:.3f}, below {value:g}." if of["value"] < value else ""
    if "change" not in of:
        return f"{name} cannot be compared: the earlier run holds none of these questions."
    return f"{name} has changed by {of['change']:+.3f}, further than {value:g}." if of["change"] < value else ""


def _load(path: Path) -> Values:
    try:
        values = json.loads(path.read_text("utf-8"))
        return {str(q): {str(name): float(v) for name, v in of.items()} for q, of in values.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IndexerError(f"{path} holds no values ({error}). Give a file that was written with --save.") from error
