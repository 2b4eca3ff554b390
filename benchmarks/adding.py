"""Time to add one plan to a large library, against adding the same plan to an empty one; a ratio in one run.

    python benchmarks/adding.py [--passages 100000] [--rounds 9] [--json FILE]

The vectors are drawn at random from a seed: with a real model embedding, which costs the same in both,
would hide what grows. A round opens each library anew, adds a file (read, chunked, stored, indexed) and
closes it; medians over the rounds. With a real model the share of what is measured here is a tenth.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from indexer.encoding import Progress, TokenVectors, Vectors
from indexer.library import Library
from indexer.storage import PlanContent
from indexer.storage.local import LocalBackend
from indexer.types import Passage, Plan

SENTENCES = 400  # of a plan: some 200 passages
WORDS = 20_000
DIMENSION = 384


class RandomEncoder:
    """Unit vectors drawn from a seed."""

    fingerprint, source, dimension = "random@1", "random", DIMENSION

    def __init__(self) -> None:
        self._draw = np.random.default_rng(7)

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = self._draw.standard_normal((len(texts), DIMENSION), dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        return [TokenVectors(self.embed([text]), ((0, len(text)),), (0,)) for text in texts]

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        yield from zip(range(len(texts)), self.embed(texts), self.embed_tokens(texts), strict=True)


def sentence(draw: random.Random) -> str:
    """Words as frequent as words are: the n-th as one in n."""
    words = (f"w{min(int(WORDS ** draw.random()), WORDS)}" for _ in range(20))
    return "The " + " ".join(words) + "."


def fill(folder: Path, passages: int, encoder: RandomEncoder) -> None:
    """A library of plans of 500 passages each."""
    draw = random.Random(3)
    contents = []
    for n in range(passages // 500):
        texts = [sentence(draw) + " " + sentence(draw) for _ in range(500)]
        plan = Plan(f"plan{n}", f"Plan {n}", "\n".join(texts), f"/plans/{n}.txt", f"{n:064}")
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        spans = [(int(a), int(a) + len(text)) for a, text in zip(starts, texts, strict=False)]
        held = [Passage(plan.id, plan.title, a, b, plan.text[a:b]) for a, b in spans]
        contents.append(PlanContent(plan, held, texts, encoder.embed(texts)))
    backend = LocalBackend(folder, create=True)
    backend.replace_all(contents, (encoder.source, encoder.fingerprint))
    backend.close()


def seconds_to_add(folder: Path, path: Path, encoder: RandomEncoder) -> float:
    started = time.perf_counter()
    with Library.open(folder, encoder=encoder) as library:
        (report,) = library.add([path])
        assert report.status == "added", report
    return time.perf_counter() - started


def measure(passages: int, rounds: int) -> dict[str, float]:
    encoder = RandomEncoder()
    draw = random.Random(5)
    times: dict[str, list[float]] = {"empty": [], "full": []}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        full = place / "full"
        fill(full, passages, encoder)
        LocalBackend(place / "none", create=True).close()
        for n in range(rounds + 1):
            path = place / f"added{n}.txt"
            path.write_text("\n".join(sentence(draw) for _ in range(SENTENCES)), "utf-8")
            empty = shutil.copytree(place / "none", place / f"empty{n}")
            for name, library in (("empty", Path(empty)), ("full", full)):
                took = seconds_to_add(library, path, encoder)
                if n:  # the first round loads what Python loads late
                    times[name].append(took)
    empty_s, full_s = statistics.median(times["empty"]), statistics.median(times["full"])
    return {
        "passages": passages,
        "to an empty library, s": empty_s,
        "to the full library, s": full_s,
        "slowest, s": max(times["full"]),
        "ratio": full_s / empty_s,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    figures = measure(options.passages, options.rounds)
    for name, value in figures.items():
        print(f"{name:>26}  {value:,.3f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
