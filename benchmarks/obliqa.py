"""Retrieval on the public ObliQA set: regulation passages as records, questions with gold ids.

    python benchmarks/obliqa.py --data DIR [--questions 400] [--library FOLDER] [--set dev|multipassage] [--exact]

Recall@10 and MAP@10 over "passage_id text" records, for words alone, meaning alone, both fused, the ranking that a
question gets (fused, then late interaction), and that one after the reader. Questions are a seeded sample; 0 takes
all. With --library the index is kept there for the next run. With --exact the same is measured beside it with the
model as it is, in fp32, and every vector compared in fp32: what int8 and codes cost.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from quality import Row, read_rows

from indexer.asking.close_reading import read_closely
from indexer.asking.interaction import read_words
from indexer.asking.question import read_question
from indexer.asking.ranking import rank_passages
from indexer.asking.retrieval import DEPTH, fuse, retrieve
from indexer.encoding import Encoder, Vectors
from indexer.encoding.loading import load_encoder
from indexer.encoding.reader import Reader
from indexer.encoding.reference import DEFAULT_MODEL, EXACT
from indexer.evaluation import average_precision, recall_at
from indexer.library import Library
from indexer.storage import Found, Scope

SETS = {"dev": "questions-dev.jsonl", "multipassage": "questions-multipassage-val.jsonl"}
SEED = 20240101
K = 10


def write_records(data: Path, target: Path) -> None:
    """The passages as records of Planlens, the passage's number before its text."""
    rows = read_rows(data / "eval/obliqa/passages.jsonl")
    lines = [
        json.dumps({"id": row["id"], "text": f"{row['passage_id']} {row['text']}"})
        for row in rows
        if row["text"].strip()
    ]
    target.write_text("\n".join(lines), "utf-8")


def open_library(data: Path, folder: Path) -> Library:
    library = Library.open(folder / "index", create=True)
    if not library.plans():
        records = folder / "obliqa.jsonl"
        write_records(data, records)
        started = time.perf_counter()
        (report,) = library.add([records])
        seconds = time.perf_counter() - started
        print(f"{report.status} {report.passages} passages in {seconds:.0f} s {report.detail}")
    return library


class ExactVectors:
    """``library``'s backend with every vector embedded by ``encoder`` and compared in fp32."""

    def __init__(self, library: Library, encoder: Encoder) -> None:
        self._backend = library.backend
        self._keys = np.array(library.backend.keys(Scope()))
        texts = [text for info in library.plans() for text in library.backend.content(info.id).indexed]
        self._vectors = encoder.embed(texts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def search_dense(self, vector: Vectors, k: int, scope: Scope) -> list[Found]:
        scores = self._vectors @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return [Found(int(self._keys[i]), float(scores[i])) for i in best]

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        return {}  # what the library keeps is of int8

    def search(self, vector: Vectors, text: str, k: int, scope: Scope) -> tuple[list[Found], list[Found]]:
        return self.search_dense(vector, k, scope), self._backend.search_words(text, k, scope)


def rankings(backend: Any, encoder: Encoder, question: str, reader: Reader | None = None) -> dict[str, list[str]]:
    """Record ids, best first, by each way of ranking."""
    read = read_question(question, backend.names())
    vector = encoder.embed([read.text])[0]
    dense, words = backend.search(vector, read.text, DEPTH, Scope())
    fused = fuse(dense, words)
    records = {key: str(p.record) for key, p in backend.passages(list(fused)).items()}
    candidates = retrieve(backend, read.text, vector, Scope())
    ranked = rank_passages(read, read_words(read, encoder, backend.rarity), candidates, encoder, backend.word_vectors)
    read_too = {"read": [str(r.passage.record) for r in read_closely(reader, read, ranked)]} if reader else {}
    return {
        "words": [records[f.key] for f in words],
        "meaning": [records[f.key] for f in dense],
        "fused": [records[key] for key in sorted(fused, key=lambda key: (-fused[key], key))],
        "asked": [str(r.passage.record) for r in ranked],
        **read_too,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--set", choices=SETS, default="dev")
    parser.add_argument("--exact", action="store_true", help="beside it, fp32 throughout; takes some minutes")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows: list[Row] = read_rows(arguments.data / "eval/obliqa" / SETS[arguments.set])
    if arguments.questions:
        rows = random.Random(SEED).sample(rows, min(arguments.questions, len(rows)))
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.library or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        with open_library(arguments.data, folder) as library:
            backend, encoder, reader = library.backend, library.encoder, library.reader
            found = [(row, rankings(backend, encoder, row["question"], reader)) for row in rows]
            if arguments.exact:
                as_it_is = load_encoder(f"{DEFAULT_MODEL}{EXACT}", notify=print)
                exact = ExactVectors(library, as_it_is)
                for row, ranked in found:
                    beside = rankings(exact, as_it_is, row["question"])
                    ranked |= {f"{way}, exact": beside[way] for way in ("meaning", "fused", "asked")}
    figures = {
        way: {
            "R@10": sum(recall_at(r[way], row["gold"], K) for row, r in found) / len(found),
            "MAP@10": sum(average_precision(r[way], row["gold"], K) for row, r in found) / len(found),
        }
        for way in found[0][1]
    }
    print(f"{len(found)} questions")
    for way, figure in figures.items():
        print(f"{way:15} R@10 {figure['R@10']:.3f}  MAP@10 {figure['MAP@10']:.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"questions": len(found), **figures}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
