"""The same library in a folder and on Milvus Lite: what is found, how fast, and what it takes.

    python benchmarks/two_homes.py --data DIR [--questions 400] [--library FOLDER] [--json FILE]

hit@10 on the questions on the real plans and R@10 on ObliQA, each asked of both homes; the second is a
copy of the first, nothing embedded again. Milliseconds of a search, and bytes a passage on disk, follow.
With --library the library of ObliQA's passages that benchmarks/obliqa.py keeps there is used.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from obliqa import SEED, K, open_library, rankings
from quality import Row, read_rows, real_set

from indexer.evaluation import average_precision, hit_at, holds_evidence, recall_at
from indexer.library import Library
from indexer.library.copying import copy_library
from indexer.storage import Scope

Figures = dict[str, float]


def copied(library: Library, place: Path) -> Library:
    """The library as it is on Milvus Lite at ``place``, written and opened again."""
    with Library.open(place, create=True) as target:
        started = time.perf_counter()
        done = copy_library(library.backend, target.backend)
        print(f"copied and verified {done.passages} passages in {time.perf_counter() - started:.0f} s")
    return Library.open(place)


def plans_figures(library: Library, questions: Sequence[Row]) -> Figures:
    """hit@10 over the questions that have an answer."""
    facts = [row for row in questions if row["kind"] == "fact"]
    hits = [
        hit_at([h.passage.plan == row["plan"] and holds_evidence(h.passage.text, row["evidence"]) for h in found], K)
        for row, found in ((row, library.ask(row["question"]).hits) for row in facts)
    ]
    return {"hit@10": statistics.mean(hits), "questions": len(facts)}


def obliqa_figures(library: Library, rows: Sequence[Row]) -> Figures:
    """R@10 and MAP@10 of words, meaning and the two fused, and of what a question gets."""
    found = [(row, rankings(library.backend, library.encoder, row["question"])) for row in rows]
    figures: Figures = {"questions": len(rows)}
    for way in found[0][1]:
        figures[f"{way} R@10"] = statistics.mean(recall_at(r[way], row["gold"], K) for row, r in found)
        figures[f"{way} MAP@10"] = statistics.mean(average_precision(r[way], row["gold"], K) for row, r in found)
    return figures


def cost(library: Library, rows: Sequence[Row], place: Path) -> Figures:
    """Median milliseconds of the parts of a search, and bytes a passage on disk."""
    backend = library.backend
    vectors = library.encoder.embed([row["question"] for row in rows])
    keys = [found.key for found in backend.search_dense(vectors[0], 100, Scope())]
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    return {
        "meaning ms": median_ms([lambda v=v: backend.search_dense(v, 100, Scope()) for v in vectors]),
        "words ms": median_ms([lambda r=r: backend.search_words(r["question"], 100, Scope()) for r in rows]),
        "passages ms": median_ms([lambda: backend.passages(keys)] * 10),
        "bytes a passage": size / backend.count(Scope()),
    }


def median_ms(calls: Sequence[Callable[[], object]]) -> float:
    taken = []
    for call in calls:
        started = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    results: dict[str, dict[str, Figures]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        places = {"folder": Path(scratch) / "plans", "milvus": Path(scratch) / "plans.db"}
        files, questions = real_set(arguments.data)
        with Library.open(places["folder"], create=True) as home:
            assert all(report.status == "added" for report in home.add(files))
            with copied(home, places["milvus"]) as moved:
                results["plans-dev"] = {
                    "folder": plans_figures(home, questions),
                    "milvus": plans_figures(moved, questions),
                }
        rows = read_rows(arguments.data / "eval/obliqa/questions-dev.jsonl")
        rows = random.Random(SEED).sample(rows, min(arguments.questions or len(rows), len(rows)))
        kept = arguments.library or Path(scratch)
        place = Path(scratch) / "obliqa.db"
        with open_library(arguments.data, kept) as home, copied(home, place) as moved:
            results["ObliQA"] = {"folder": obliqa_figures(home, rows), "milvus": obliqa_figures(moved, rows)}
            some = rows[:50]
            results["cost"] = {"folder": cost(home, some, kept / "index"), "milvus": cost(moved, some, place)}
    for name, homes in results.items():
        print(f"\n{name:24}{'folder':>10}{'milvus':>10}{'apart':>10}")
        for figure, value in homes["folder"].items():
            other = homes["milvus"][figure]
            print(f"{figure:24}{value:10.3f}{other:10.3f}{other - value:10.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
