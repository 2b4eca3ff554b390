"""Plans side by side: cells that answer and cells that refuse, counterparts, marked figures, the grid's speed.

    python benchmarks/compare.py --data DIR [--grid] [--library FOLDER] [--json FILE]

DIR holds plans/, eval/plans-dev.jsonl, eval/real/files/ and eval/obliqa/. The pairs of passages in tests/comparing were
aligned by hand before the code was written. The grid is 10 questions x 20 plans of 500 records each, with the reader in
every cell; --grid measures nothing else, and with --library its index is kept there for the next run.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from quality import ROOT, Row, indexed, read_rows, real_set

from indexer.comparing.counterparts import passages_of
from indexer.comparing.differences import mark_differences
from indexer.language.matching import holds_figure
from indexer.language.quantities import find_quantities, same_value
from indexer.library import Library
from indexer.types import Aspect, Comparison, Mark, Role, Span

GOLD = ROOT / "tests/comparing"
SEED = 20261121
PLANS, RECORDS, QUESTIONS = 20, 500, 10
#: Documents of eval/real on subjects that the plans do not treat, and how many passages of each are drawn.
FOREIGN = ("boem-pacific-2022.pdf", "hhs-iam-charter-2009.docx", "moj-digital-2012.pdf")
DRAWN = 60
#: Facts asked of one plan that the other states as well, with what it says, checked by hand. It lacks the other facts
#: of the development questions.
ALSO_STATED = {
    "q000": "41.5%",
    "q002": "10 million kilowatts",
    "q010": "50%",
    "q016": "60%",
    "q020": "panda",
    "q028": "straw",
    "q036": "procurement",
    "q040": "13.7%",
    "q048": "non-ferrous",
    "q070": "40%",
    "q072": "10%",
}


def measure_cells(library: Library, rows: Sequence[Row]) -> dict[str, float]:
    """Cells that should answer and do, with the gold string; cells that should not and do not."""
    plans = [info.id for info in library.plans()]
    held: dict[str, list[bool]] = {}
    wrong = []

    def note(name: str, row: Row, plan: str, good: bool) -> None:
        held.setdefault(name, []).append(good)
        if not good:
            wrong.append(f"{name}: {row['id']} in {plan}")

    for row in rows:
        comparison = library.compare(row["question"], plans)
        texts = texts_of(comparison)
        for plan in plans:
            if row["kind"] == "compare":
                note("compared: cells hold the string", row, plan, holds_figure(texts[plan], row["plans"][plan]))
            elif row["kind"] == "unanswerable":
                note("said by no plan: cell says not found", row, plan, not texts[plan])
            elif row["plan"] == plan:
                note("fact in its own plan: cell answers", row, plan, bool(texts[plan]))
            elif row["id"] in ALSO_STATED:
                stated = holds_figure(texts[plan], ALSO_STATED[row["id"]])
                note("fact that the other plan states too: cell holds it", row, plan, stated)
            else:
                note("fact that the other plan lacks: cell says not found", row, plan, not texts[plan])
    print("\n".join(wrong))
    return {f"{name} (of {len(good)})": sum(good) / len(good) for name, good in held.items()}


def texts_of(comparison: Comparison) -> dict[str, str]:
    """What each cell answers, in lower case on one line."""
    return {c.plan: " ".join(" ".join(s.text for s in c.answer.sentences).split()).lower() for c in comparison.cells}


def measure_counterparts(library: Library, pairs: Sequence[Row]) -> dict[str, float]:
    """Pairs whose counterpart comes first, sought from either side."""
    found: dict[str, list[bool]] = {}
    for pair in pairs:
        one, other = (name for name in pair if name != "figures")
        for plan, beside in ((one, other), (other, one)):
            nearest = [counterpart.hit.passage for counterpart in library.similar(plan, pair[plan][0], beside)[:1]]
            good = any(overlap((p.start, p.end), pair[beside]) > 0.5 for p in nearest)
            found.setdefault(f"counterpart ranked first, {plan} to {beside} (of {len(pairs)})", []).append(good)
    return {name: sum(good) / len(good) for name, good in found.items()}


def measure_foreign(library: Library, data: Path) -> dict[str, float]:
    """Passages of documents on other subjects to which nothing in the library's plans corresponds."""
    plans = [info.id for info in library.plans()]
    paths = [data / "eval/real/files" / name for name in FOREIGN]
    for report in library.add_iter(paths):
        if report.status != "added":
            raise SystemExit(report.detail)
    drawn = random.Random(SEED)
    none = []
    for path in paths:
        whole = [
            p for p in passages_of(library.backend, path.stem).values() if p.role is Role.BODY and len(p.text) > 80
        ]
        for passage in drawn.sample(whole, DRAWN):
            none += [not library.similar(path.stem, passage.start, plan, 1) for plan in plans]
    return {f"passage of another subject: nothing corresponds (of {len(none)})": sum(none) / len(none)}


def overlap(one: Span, other: Span) -> float:
    """Characters in common as a share of the shorter span."""
    return (min(one[1], other[1]) - max(one[0], other[0])) / min(one[1] - one[0], other[1] - other[0])


def measure_figures(library: Library, pairs: Sequence[Row], restated: dict[str, list[str]]) -> dict[str, float]:
    """Figures of the pairs' passages: those that differ marked, those that are equal not."""
    plans = {info.id: library.plan(info.id).text for info in library.plans()}
    passages = {plan: [(p.start, p.end) for p in passages_of(library.backend, plan).values()] for plan in plans}
    names = [name for held in library.backend.names().values() for name in held]
    right: dict[bool, list[bool]] = {True: [], False: []}
    for pair in pairs:
        spans = {plan: widen(passages[plan], pair[plan]) for plan in plans}
        texts = [plans[plan][slice(*spans[plan])] for plan in plans]
        marks = dict(zip(plans, mark_differences(texts[0], texts[1], names), strict=True))
        for figure in pair["figures"]:
            for plan in plans:
                if figure[plan]:
                    place = (figure[plan][0] - spans[plan][0], figure[plan][1] - spans[plan][0])
                    right[figure["same"]].append(is_marked(marks[plan], place) != figure["same"])
    units = [
        same_value(find_quantities(figure)[0], find_quantities(other)[0])
        and not any(is_marked(side, (0, 99)) for side in mark_differences(f"reach {figure}.", f"reach {other}."))
        for figure, others in restated.items()
        for other in others
    ]
    return {
        f"figures that differ, marked (of {len(right[False])})": sum(right[False]) / len(right[False]),
        f"figures that are equal, not marked (of {len(right[True])})": sum(right[True]) / len(right[True]),
        f"figures restated in other units, not marked (of {len(units)})": sum(units) / len(units),
    }


def is_marked(marks: Sequence[Mark], place: Span) -> bool:
    return any(m.aspect is Aspect.FIGURE and m.span[0] < place[1] and m.span[1] > place[0] for m in marks)


def widen(passages: Sequence[Span], span: Span) -> Span:
    """The whole passages that ``span`` touches."""
    touched = [p for p in passages if p[0] < span[1] and p[1] > span[0]]
    return touched[0][0], touched[-1][1]


@contextmanager
def grid_library(data: Path, kept: Path | None) -> Iterator[Library]:
    """20 plans of 500 regulation passages each, drawn by a seed."""
    with tempfile.TemporaryDirectory() as folder:
        place = kept or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        with Library.open(place / "index", create=True) as library:
            if not library.plans():
                rows = [r for r in read_rows(data / "eval/obliqa/passages.jsonl") if len(r["text"]) > 40]
                drawn = random.Random(SEED).sample(rows, PLANS * RECORDS)
                paths = []
                for n in range(PLANS):
                    path = Path(folder) / f"plan{n:02}.jsonl"
                    part = drawn[n * RECORDS : (n + 1) * RECORDS]
                    path.write_text("\n".join(json.dumps({"id": r["id"], "text": r["text"]}) for r in part), "utf-8")
                    paths.append(path)
                for report in library.add_iter(paths):
                    if report.status != "added":
                        raise SystemExit(report.detail)
            yield library


def measure_grid(library: Library, data: Path) -> dict[str, float]:
    """Seconds to the first cell and to the last, cold and once more, and until a stop has stopped."""
    rows = read_rows(data / "eval/obliqa/questions-dev.jsonl")
    drawn = random.Random(SEED).sample(rows, QUESTIONS + 1)
    questions = [row["question"] for row in drawn]
    plans = [info.id for info in library.plans()]
    passages = sum(info.passages for info in library.plans())
    library.ask(questions.pop())  # the model is loaded when a page asks
    worked = time.process_time()
    first, whole, found = run_grid(library, questions, plans)
    worked = time.process_time() - worked
    _, again, _ = run_grid(library, questions, plans)
    cells = library.compare_many(questions[::-1], plans)
    next(cells)
    started = time.perf_counter()
    cells.close()  # type: ignore[attr-defined]
    stopped = time.perf_counter() - started
    return {
        "grid: passages": passages,
        "grid: cells": len(questions) * len(plans),
        "grid: cells that answer": found,
        "grid: seconds to the first cell": first,
        "grid: seconds to the last cell": whole,
        "grid: processor seconds to the last cell, all cores": worked,
        "grid: seconds to the last cell, asked again": again,
        "grid: seconds until a stop has stopped": stopped,
    }


def measure_unique(library: Library) -> dict[str, float]:
    """Seconds until it is known what only the first of all plans says, asked for the first time, and what each says."""
    plans = [info.id for info in library.plans()]
    library.ask("What must be reported?")  # the model and the indexes are loaded when a page asks
    started = time.perf_counter()
    library.unique_content(plans, plans[0])
    first = time.perf_counter() - started
    for plan in plans:
        library.unique_content(plans, plan)
    return {
        f"what only one of {len(plans)} plans says: seconds, the first": first,
        "what only one plan says: seconds a plan": (time.perf_counter() - started - first) / len(plans),
    }


def run_grid(library: Library, questions: Sequence[str], plans: Sequence[str]) -> tuple[float, float, int]:
    """Seconds to the first cell and to the last, and how many cells answer."""
    started = time.perf_counter()
    first, found = 0.0, 0
    for _, cell in library.compare_many(questions, plans):
        first = first or time.perf_counter() - started
        found += cell.found
    return first, time.perf_counter() - started, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with plans/ and eval/")
    parser.add_argument("--grid", action="store_true", help="the grid only")
    parser.add_argument("--library", type=Path, help="keep the grid's index in this folder")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    figures: dict[str, float] = {}
    if not arguments.grid:
        paths, rows = real_set(arguments.data)
        pairs = json.loads((GOLD / "gold_pairs.json").read_text("utf-8"))
        restated = json.loads((GOLD.parent / "language" / "restated_figures.json").read_text("utf-8"))
        with indexed(paths) as library:
            figures |= measure_cells(library, rows)
            figures |= measure_counterparts(library, pairs)
            figures |= measure_figures(library, pairs, restated)
            figures |= measure_foreign(library, arguments.data)
    with grid_library(arguments.data, arguments.library) as library:
        figures |= measure_unique(library)
        figures |= measure_grid(library, arguments.data)
    for name, value in figures.items():
        print(f"{name:62} {value:.3f}" if isinstance(value, float) else f"{name:62} {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
