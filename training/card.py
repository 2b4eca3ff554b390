"""The model card: what the reader learned from and under which licences, its figures, its limits.

    python -m training.card --work WORK [--run RUN] [--reader FOLDER]

Reads what the other commands wrote, and the calibration that benchmarks/calibrate.py wrote; writes
FOLDER/README.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from indexer.asking import judging
from indexer.encoding.onnx import DETAILS_FILE
from training.examples import read_examples, read_split
from training.sources import ENCODERS, SOURCES

#: Sets of questions that people wrote with their answers as SQuAD's spans; single sentences of it are another matter.
_SQUAD = ("squad_train_pieces", "squad2_dev_otherhalf")
SWITCHED = (
    "Some questions were learned in words of the other language as well, by CC-CEDICT (CC BY-SA 4.0, its community and "
    "MDBG)."
)
_LIMITS = """\
- It reads the languages of its sets. Of others it knows what its encoder knows.
- It reads one passage at a time and does not combine passages.
- It reads {tokens} tokens, question and passage; what goes beyond is cut off the passage.
- Most of its unanswerable questions were mined or made by rule, not written by people. A passage that answers in
  other words may be among them.
- A span is a slice of the passage that was given, and no promise that the passage is right.
- Figures on the plans' questions come from questions that were looked at while it was made.
"""


def write_card(file: Path, *, work: Path, run: Path, details: dict[str, Any]) -> None:
    """Write the card of the reader in ``run``, trained on what is in ``work``, to ``file``."""
    learned = Counter(e.source for e in read_examples(work / "train.jsonl"))
    kinds = Counter(str(e.kind) for e in read_split(work, "train"))
    trained = _object(run / "details.json")
    figures = _object(run / "figures.json")
    agreement = details["agreement"]
    lines = [
        "# The answer reader of Plancite",
        "",
        "Given a question and a passage, it predicts the span that answers, or that none does. It is",
        f"{ENCODERS[details['base']]} with heads for",
        "the span and for relevance, trained by `training/` of Plancite at commit",
        f"{commit()}; weights int8, fingerprint {details['fingerprint']}.",
        "",
        "## Data",
        "",
        "Weights trained on share-alike sets carry their attribution: CC BY-SA 4.0 and 3.0 where the table says so.",
        "",
        "| set | examples in the training split | licence | credit |",
        "| --- | --- | --- | --- |",
        *(f"| {n} | {c} | {SOURCES[n].licence} | {SOURCES[n].credit} |" for n, c in sorted(learned.items())),
        "",
        "By kind, mined ones with them: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()) + ".",
        "A tenth of the articles of each set was held back; nothing of them was learned from.",
        *([SWITCHED] if (work / "switched-train.jsonl").exists() else []),
        "",
        "## Training",
        "",
        *_run_lines(trained),
        "",
        "## Figures",
        "",
        f"int8 against fp32 on {agreement['pairs']} held-back pairs: the same span in {agreement['same_span']:.1%}",
        f"of those that both find answered, the same verdict in {agreement['same_verdict']:.1%}.",
        "",
        *_answers(_object(run / "agreement.json")),
        *_figures(figures),
        *_calibrations(figures, _object(Path(judging.__file__).with_suffix(".json"))),
        "## Limits",
        "",
        _LIMITS.format(tokens=details["max_tokens"]),
    ]
    file.write_text("\n".join(lines), "utf-8")


def _run_lines(trained: dict[str, Any], indent: str = "") -> list[str]:
    """What a run's details say, those of the run that it began with below their name."""
    lines: list[str] = []
    for name, value in trained.items():
        if isinstance(value, dict):
            lines += [f"{indent}- {name}:", *_run_lines(value, indent + "  ")]
        else:
            lines.append(f"{indent}- {name}: {value}")
    return lines


def _answers(agreement: dict[str, Any]) -> list[str]:
    """How often int8 and fp32 end in the same answer."""
    if not agreement:
        return []
    return [
        f"The same answer, sentence by sentence, to {agreement['same answer']:.1%} of {agreement['questions']}",
        f"questions on two plans, and the same verdict on {agreement['same verdict']:.1%}.",
        "",
    ]


def _calibrations(figures: dict[str, Any], judges: dict[str, Any]) -> list[str]:
    """What was said and what was true: the reader's relevance, and the answer's confidence that builds on it."""
    curves = {
        "the reader's relevance, held-back pairs": figures.get("held", {}).get("calibration", []),
        "an answer's confidence, questions on two plans, each left out of the fit": judges["read"].get("curve", []),
    }
    lines = ["## Calibration", ""]
    for name, rows in curves.items():
        lines += [f"Of {name}:", "", "| said | true | number |", "| --- | --- | --- |"]
        lines += [f"| {said:.2f} | {true:.2f} | {count} |" for said, true, count in rows]
        lines.append("")
    return lines


def commit() -> str:
    """The commit of the recipe, marked when its files differ; "unknown" outside a checkout."""
    head, changed = _git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain", ".")
    return f"{head} with changes" if head and changed else head or "unknown"


def _git(*arguments: str) -> str:
    """What git prints, in this folder; empty where there is no git or no checkout."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.strip()


def _object(file: Path) -> dict[str, Any]:
    """The JSON object in ``file``; empty where there is no file yet."""
    return dict(json.loads(file.read_text("utf-8"))) if file.is_file() else {}


def _figures(figures: dict[str, Any]) -> list[str]:
    """Tables of what training.evaluate measured."""
    if not figures:
        return ["Not measured: run training.evaluate before training.card.", ""]
    held = figures["held"]
    exported = _spans(figures.get("held, as exported", {}))
    lines = ["| held-back answers | number | EM | F1 | in int8: EM | F1 |", "| --- | --- | --- | --- | --- | --- |"]
    for name, row in _spans(held).items():
        lines.append(f"| {name} | {row['answers']} | {_exactness(row)} | {_exactness(exported.get(name))} |")
    lines += [
        "",
        f"Right on {held['accuracy on unanswered']:.1%} of the held-back unanswered and on",
        f"{held['accuracy on answered']:.1%} of the answered, at odds of one to one.",
        "",
        "| refusal | answered | unanswered | AUROC | refused at 95 % kept | at 90 % kept |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    plans = figures.get("plans", {})
    rows = {
        "held-back, all": held["refusal"],
        **{f"held-back, near misses, {name}": row for name, row in held.get("near misses", {}).items()},
        **{f"held-back, {kind}": row for kind, row in held["refusal by kind"].items()},
        **{f"plans, {way}": row for way, row in plans.items() if isinstance(row, dict)},
    }
    for name, row in rows.items():
        if row:
            lines.append(
                f"| {name} | {row['answered']} | {row['unanswered']} | {row['AUROC']:.3f} | "
                f"{row['refused at 95 % kept']:.3f} | {row['refused at 90 % kept']:.3f} |"
            )
    return [*lines, ""]


def _spans(held: dict[str, Any]) -> dict[str, Any]:
    """The figures of spans over held-back answers: of all, of the SQuAD sets together, of each set."""
    if not held:
        return {}
    squad = [row for name, row in held["span by source"].items() if name in _SQUAD]
    if answers := sum(row["answers"] for row in squad):
        mean = {m: sum(row[m] * row["answers"] for row in squad) / answers for m in ("EM", "F1")}
        both = {"SQuAD, both sets": {"answers": answers, **mean}}
    else:
        both = {}
    return {"all": held["span"], **both, **held["span by source"]}


def _exactness(row: dict[str, float] | None) -> str:
    return f"{row['EM']:.3f} | {row['F1']:.3f}" if row else "– | –"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the work folder")
    parser.add_argument("--run", type=Path, help="the run's folder; WORK/run")
    parser.add_argument("--reader", type=Path, help="the exported reader; WORK/reader")
    arguments = parser.parse_args()
    run, folder = arguments.run or arguments.work / "run", arguments.reader or arguments.work / "reader"
    write_card(folder / "README.md", work=arguments.work, run=run, details=_object(folder / DETAILS_FILE))


if __name__ == "__main__":
    main()
