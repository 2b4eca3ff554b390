"""Speed, as ratios in one run: indexing against sentence-transformers; questions, cold and warm.

    python benchmarks/speed.py [--data DIR] [--passages 600] [--rounds 3] [--json FILE]

Indexing: the same passages embedded by sentence-transformers' own encode and by the fast path, in
turn, best of the rounds each; with --data regulation passages (eval/obliqa), else the sample plans'.
Cold: `plancite ask` as a whole process, model already exported; the fastest and the median of runs. Warm:
milliseconds of a question that is asked for the first time, p50, with the reader and without, and with nothing
remembered of the questions before.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from quality import read_rows, sample_set

from indexer.asking.answering import ask
from indexer.encoding.loading import load_encoder
from indexer.encoding.reference import MINILM, load_sentence_transformer
from indexer.library import Library
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan, indexed_text

QUESTION = "what are the cement capacity rules?"
COLD_RUNS = 9
WARM = 80  # questions, about


def texts_to_embed(data: Path | None, count: int) -> list[str]:
    if data is None:
        texts = [indexed_text(p) for path in sample_set()[0] for p in chunk_plan(load_plan(path))]
    else:
        texts = [row["text"] for row in read_rows(data / "eval/obliqa/passages.jsonl") if len(row["text"]) > 80]
    return texts[:count]


def rate(embed: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Texts embedded per second."""
    started = time.perf_counter()
    embed(texts)
    return len(texts) / (time.perf_counter() - started)


def indexing(texts: Sequence[str], rounds: int) -> dict[str, float]:
    reference = load_sentence_transformer(MINILM)
    fast = load_encoder()
    ways: dict[str, Callable[[Sequence[str]], object]] = {
        "sentence-transformers encode, texts/s": lambda t: reference.model.encode(list(t), show_progress_bar=False),
        "plancite, texts/s": fast.embed,
    }
    best = dict.fromkeys(ways, 0.0)
    for embed in ways.values():
        embed(texts[:32])
    for _ in range(rounds):
        for name, embed in ways.items():
            best[name] = max(best[name], rate(embed, texts))
    slow, quick = best.values()
    return {**best, "ratio": quick / slow}


def cold_ask() -> dict[str, float]:
    """Seconds of whole `plancite ask` processes over the sample plans."""
    plancite = Path(sys.executable).with_name("plancite")
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(folder, create=True) as library:
            library.add(sample_set()[0])
        command = [str(plancite), "ask", QUESTION, "--library", folder, "--json"]
        seconds = []
        for _ in range(COLD_RUNS):
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.perf_counter() - started)
    return {"cold ask, fastest, s": min(seconds), "cold ask, median, s": statistics.median(seconds)}


def warm_ask() -> dict[str, float]:
    """Milliseconds of questions on the sample plans, each in turn with and without the reader."""
    with tempfile.TemporaryDirectory() as folder, Library.open(folder, create=True) as library:
        library.add(sample_set()[0])
        encoder, reader = library.encoder, library.reader
        times: dict[str, list[float]] = {}
        for n, row in enumerate(sample_set()[1][:: max(1, len(sample_set()[1]) // WARM)]):
            ways = {
                "ask, as served": library.ask,
                "ask, nothing remembered": lambda q: ask(library.backend, encoder, q, reader=reader),
                "the same without the reader": lambda q: ask(library.backend, encoder, q),
            }
            for name, way in ways.items():
                started = time.perf_counter()
                way(row["question"])
                if n:  # the first loads what is loaded once
                    times.setdefault(f"{name}, p50, ms", []).append((time.perf_counter() - started) * 1e3)
    return {name: statistics.median(of_way) for name, of_way in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--passages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures = {**cold_ask(), **warm_ask()}
    figures |= indexing(texts_to_embed(arguments.data, arguments.passages), arguments.rounds)
    for name, value in figures.items():
        print(f"{name:40} {value:8.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
