"""Measures one engine on the passages and questions in a folder: worker.py NAME FOLDER MODEL index|cold|floor|pace.

``index`` indexes and saves, by the clock, and asks every question twice, the second time by the clock; ``cold``
opens what was saved and asks one question: its whole process is timed by the caller. ``pace`` only indexes, anew, or
with the model alone embeds. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROUNDS = 3
#: A whole question but for the trained reader, whose cost its own figures tell.
ASK = "ask without the reader"


def engine_of(name: str, model: str, folder: Path) -> Any:
    if name == "Plancite":
        from ours import Plancite

        ours = Plancite(model)
        ours.keep_in(folder)
        return ours
    from engines import PEERS

    return PEERS[name](model)


def memory() -> float:
    """Megabytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def times_of(ask: Callable[[str], object], questions: Sequence[str], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of each question, the least of the rounds."""
    best = [float("inf")] * len(questions)
    for _ in range(rounds):
        for i, question in enumerate(questions):
            started = time.perf_counter()
            ask(question)
            best[i] = min(best[i], (time.perf_counter() - started) * 1e3)
    return best


def recall(found: Sequence[str], gold: Sequence[str], k: int = 10) -> float:
    return len(set(found[:k]) & set(gold)) / min(k, len(gold))


def measure(name: str, folder: Path, model: str) -> dict[str, float]:
    rows = json.loads((folder / "passages.json").read_text("utf-8"))
    questions = json.loads((folder / "questions.json").read_text("utf-8"))
    kept = folder / name
    kept.mkdir()
    engine = engine_of(name, model, kept)
    ids, texts = [row["id"] for row in rows], [row["text"] for row in rows]
    started = time.perf_counter()
    engine.index(ids, texts)
    engine.save(kept)
    took = time.perf_counter() - started
    asked = [row["question"] for row in questions]
    found = [engine.search(question) for question in asked]
    times = times_of(engine.search, asked)
    figures = {
        "passages/s": len(texts) / took,
        "search p50, ms": statistics.median(times),
        "search p95, ms": statistics.quantiles(times, n=20)[-1],
        "recall@10": statistics.fmean(recall(f, row["gold"]) for f, row in zip(found, questions, strict=True)),
        "memory, MB": memory(),
    }
    if name == "Plancite":
        # the first time: what an earlier question read is remembered, as in use, but none was asked before
        figures[f"{ASK} p50, ms"] = statistics.median(times_of(engine.ask, asked, rounds=1))
        figures[f"{ASK} again p50, ms"] = statistics.median(times_of(engine.ask, asked))
        figures["ask p50, ms"] = statistics.median(times_of(engine.ask_as_shipped, asked, rounds=1))
    return figures


def pace(name: str, folder: Path, model: str) -> float:
    """Passages a second, of indexing or of the model alone."""
    rows = json.loads((folder / "passages.json").read_text("utf-8"))
    ids, texts = [row["id"] for row in rows], [row["text"] for row in rows]
    if name == "floor":
        from indexer.encoding.loading import load_encoder

        encoder = load_encoder()
        encoder.embed(["warm"])
        started = time.perf_counter()
        encoder.embed(texts)
    else:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            engine = engine_of(name, model, Path(place))
            started = time.perf_counter()
            engine.index(ids, texts)
    return len(texts) / (time.perf_counter() - started)


def floor(folder: Path, model: str) -> dict[str, float]:
    """The model alone: texts a second, and milliseconds for a question."""
    from indexer.encoding.loading import load_encoder

    questions = [row["question"] for row in json.loads((folder / "questions.json").read_text("utf-8"))]
    encoder = load_encoder()
    embed_p50 = statistics.median(times_of(lambda question: encoder.embed([question]), questions))
    return {"passages/s": pace("floor", folder, model), "embed a question p50, ms": embed_p50}


def main() -> None:
    name, folder, model, step = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    if step == "floor":
        print(json.dumps(floor(folder, model)))
    elif step == "pace":
        print(json.dumps(pace(name, folder, model)))
    elif step == "index":
        print(json.dumps(measure(name, folder, model)))
    else:
        engine = engine_of(name, model, folder / name)
        engine.load(folder / name)
        print(json.dumps(engine.search(sys.argv[5])))


if __name__ == "__main__":
    main()
