"""How a library grows: 10 thousand, 100 thousand and 1 million passages, each measured by itself.

    python benchmarks/scale.py [--passages N ...] [--exact] [--folder DIR] [--json FILE] [--plot FILE]

Passages are made by the recipe in `synthetic.py`. For each size, in processes of their own: building, opening
(model and indexes, the files in the system's cache), questions by stage, memory after them, recall of the
vector search against the vectors in the database, all compared; then adding a plan of 500 passages, and
removing one. Each question's time is the best of three rounds, but of an answer the first, when no passage is
remembered for it; p50 and p95 are over the questions. With
--exact no codes are used, whatever the size: what the break-even is measured against.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from growth import draw_growth
from quality import sample_set
from synthetic import PASSAGES_A_PLAN, Recipe, fill

from indexer.asking.retrieval import DEPTH, fuse, retrieve
from indexer.encoding.loading import load_encoder
from indexer.library import Library
from indexer.storage import Scope
from indexer.storage.local import LocalBackend

SIZES = (10_000, 100_000, 1_000_000)
QUESTIONS = 100
ASKED = 40  # of these the whole way to an answer
ROUNDS = 3
ADDED = 5
K = 10
Figures = dict[str, float]


def build(folder: Path, passages: int) -> Figures:
    recipe = Recipe(load_encoder())
    with clock() as took:
        fill(folder, passages, recipe)
    return {"build, s": took[0], "build, memory at most, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}


def serve(folder: Path, passages: int) -> Figures:
    with clock() as opened:
        library = Library.open(folder)
        encoder = library.encoder
        library.backend.prepare()
        encoder.embed(["warm"])
    figures = {"open, s": opened[0], "memory when opened, MB": memory()}
    backend = library.backend
    questions = [row["question"] for row in sample_set()[1]][:: len(sample_set()[1]) // QUESTIONS][:QUESTIONS]
    vectors = encoder.embed(questions)
    keys = {q: list(fuse(backend.search_dense(v, DEPTH, Scope()), backend.search_words(q, DEPTH, Scope())))
            for q, v in zip(questions, vectors, strict=True)}  # fmt: skip
    of = dict(zip(questions, vectors, strict=True))
    stages: dict[str, Callable[[str], object]] = {
        "embed": lambda q: encoder.embed([q]),
        "vectors": lambda q: backend.search_dense(of[q], DEPTH, Scope()),
        "words": lambda q: backend.search_words(q, DEPTH, Scope()),
        "fetch": lambda q: backend.passages(keys[q]),
        "search": lambda q: retrieve(backend, encoder, q, Scope(), limit=10),
        "vectors of one plan": lambda q: backend.search_dense(of[q], DEPTH, Scope(("plan7",))),
    }
    for name, stage in stages.items():
        figures |= percentiles(name, [best(stage, q) for q in questions])
    figures |= percentiles("ask", [best(library.ask, q, rounds=1) for q in questions[:ASKED]])
    figures["memory while serving, MB"] = memory()
    found = [[f.key for f in backend.search_dense(v, K, Scope())] for v in vectors]
    deep = [[f.key for f in backend.search_dense(v, DEPTH, Scope())] for v in vectors]
    true = exact(folder, vectors, DEPTH)
    figures["recall@10 of the vectors"] = share(found, [t[:K] for t in true])
    figures["recall@100 of the vectors"] = share(deep, true)
    library.close()
    return figures


def change(folder: Path, passages: int) -> Figures:
    recipe = Recipe(load_encoder())
    first = passages // PASSAGES_A_PLAN
    backend, reader = LocalBackend(folder), LocalBackend(folder)
    reader.prepare()
    added, followed, removed = [], [], []
    for n in range(first, first + ADDED):
        content = recipe.plan(n)
        with clock() as took:
            backend.add(content, recipe.model)
        added.append(took[0])
        with clock() as took:
            reader.prepare()
        followed.append(took[0])
        with clock() as took:
            backend.remove([f"plan{n - first}"])
        removed.append(took[0])
    # but one: the first of each loads what is loaded once
    steps = {"add a plan, s": added, "a reader follows, s": followed, "remove a plan, s": removed}
    return {name: statistics.median(times[1:]) for name, times in steps.items()} | {"slowest add, s": max(added)}


STEPS: dict[str, Callable[[Path, int], Figures]] = {"build": build, "serve": serve, "change": change}


def exact(folder: Path, vectors: np.ndarray, k: int) -> list[list[int]]:
    """Keys of the ``k`` nearest to each of ``vectors`` among those in the database, all compared."""
    keys, scores = np.zeros((len(vectors), 0), np.int64), np.zeros((len(vectors), 0), np.float32)
    with closing(sqlite3.connect(folder / "plans.sqlite")) as connection:
        rows = connection.execute("SELECT key, vector FROM passages ORDER BY key")
        while some := rows.fetchmany(20_000):
            halves = np.frombuffer(b"".join(blob for _, blob in some), np.float16).reshape(len(some), -1)
            keys = np.hstack([keys, np.tile([key for key, _ in some], (len(vectors), 1))])
            scores = np.hstack([scores, vectors @ halves.astype(np.float32).T])
            order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
            keys, scores = np.take_along_axis(keys, order, 1), np.take_along_axis(scores, order, 1)
    return [list(map(int, row)) for row in keys]


def share(found: Sequence[Sequence[int]], true: Sequence[Sequence[int]]) -> float:
    return statistics.fmean(len(set(f) & set(t)) / len(t) for f, t in zip(found, true, strict=True))


def best(stage: Callable[[str], object], question: str, rounds: int = ROUNDS) -> float:
    """Milliseconds, the least of the rounds."""
    times = []
    for _ in range(rounds):
        with clock() as took:
            stage(question)
        times.append(took[0] * 1e3)
    return min(times)


def percentiles(name: str, times: Sequence[float]) -> Figures:
    return {f"{name} p50, ms": float(np.percentile(times, 50)), f"{name} p95, ms": float(np.percentile(times, 95))}


@contextmanager
def clock() -> Iterator[list[float]]:
    """The seconds that the block took."""
    took: list[float] = []
    started = time.perf_counter()
    yield took
    took.append(time.perf_counter() - started)


def memory() -> float:
    """Megabytes of this process in memory, mapped files included."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 1e6


def on_disk(folder: Path) -> Figures:
    sizes = {"database": "plans.sqlite*", "words": "words/*", "vectors": "vectors.*"}
    return {f"{name}, MB": sum(p.stat().st_size for p in folder.glob(at)) / 1e6 for name, at in sizes.items()}


def measure(passages: int, place: Path, *, exactly: bool) -> Figures:
    """All figures of one size; its library is deleted after."""
    folder = place / f"library-{passages}"
    figures: Figures = {}
    try:
        for step in STEPS:
            command = [sys.executable, __file__, "--step", step, "--folder", str(folder), "--passages", str(passages)]
            done = subprocess.run([*command, *["--exact"] * exactly], check=True, stdout=subprocess.PIPE)
            figures |= json.loads(done.stdout)
            if step == "build":
                figures |= on_disk(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--exact", action="store_true", help="without codes at any size")
    parser.add_argument("--folder", type=Path, help="where the libraries are made; 12 GB for a million passages")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path, help="draw how each figure grows, as SVG")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.exact:
        from indexer.storage.local import vectors as vector_block

        vector_block.LARGE = sys.maxsize
    if options.step:
        print(json.dumps(STEPS[options.step](options.folder, options.passages[0])))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        figures = {n: measure(n, Path(place), exactly=options.exact) for n in options.passages}
    for name in figures[options.passages[0]]:
        print(f"{name:28}" + "".join(f"{figures[n][name]:14,.3f}" for n in options.passages))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if options.plot:
        options.plot.write_text(draw_growth(figures), "utf-8")


if __name__ == "__main__":
    main()
