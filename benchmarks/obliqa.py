"""Retrieval on the public ObliQA set: regulation passages as records, questions with gold ids.

    python benchmarks/obliqa.py --data DIR [--questions 400] [--library FOLDER] [--set dev|multipassage] [--exact]

Recall@10 and MAP@10 over "passage_id text" records, for BM25, the dense search, both fused, the ranking of a question
before the reader, and after it. Questions are a seeded sample; 0 takes all. With --library the index is kept there for
the next run. With --exact the model runs in fp32 as well, every vector is compared in fp32 and words are not packed:
what int8, codes and packing cost, as differences of the same questions with the 95 % interval of their mean (1.96
standard errors).
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

from indexer.asking.interaction import embed_words
from indexer.asking.question import read_question
from indexer.asking.ranking import rank_passages, rerank
from indexer.asking.retrieval import DEPTH, fuse, retrieve, search
from indexer.encoding import Encoder, Vectors
from indexer.encoding.answer_reader import AnswerReader
from indexer.encoding.caching import CachingEncoder
from indexer.encoding.loading import load_encoder
from indexer.encoding.reference import EXACT, MINILM
from indexer.evaluation import average_precision, recall_at
from indexer.library import Library
from indexer.storage import Scope, ScoredKey

SETS = {"dev": "questions-dev.jsonl", "multipassage": "questions-multipassage-val.jsonl"}
SEED = 20240101
K = 10
MEASURES = {"R@10": recall_at, "MAP@10": average_precision}
#: Ends the name of a way of ranking that was taken in fp32.
AS_IT_IS = ", exact"


def write_records(data: Path, target: Path) -> None:
    """The passages as records of Plancite, the passage's number before its text."""
    rows = read_rows(data / "eval/obliqa/passages.jsonl")
    lines = [
        json.dumps({"id": row["id"], "text": f"{row['passage_id']} {row['text']}"})
        for row in rows
        if row["text"].strip()
    ]
    target.write_text("\n".join(lines), "utf-8")


def open_library(data: Path, folder: Path, model: str | None = None) -> Library:
    library = Library.open(folder / "index", create=True, model=model)
    if not library.plans():
        records = folder / "obliqa.jsonl"
        write_records(data, records)
        started = time.perf_counter()
        (report,) = library.add([records])
        seconds = time.perf_counter() - started
        print(f"{report.status} {report.passages} passages in {seconds:.0f} s {report.detail}")
    return library


class ExactVectors:
    """``library``'s backend with every vector embedded by ``encoder`` and compared in fp32; it keeps no words."""

    def __init__(self, library: Library, encoder: Encoder) -> None:
        self._backend = library.backend
        self._keys = np.array(library.backend.keys(Scope()))
        texts = [text for info in library.plans() for text in library.backend.content(info.id).indexed]
        self._vectors = encoder.embed(texts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def search_dense(self, vector: Vectors, k: int, scope: Scope) -> list[ScoredKey]:
        scores = self._vectors @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return [ScoredKey(int(self._keys[i]), float(scores[i])) for i in best]

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        return {}  # what the library keeps is of int8


def rankings(backend: Any, encoder: Encoder, question: str, reader: AnswerReader | None = None) -> dict[str, list[str]]:
    """Record ids, best first, by each way of ranking."""
    read = read_question(question)
    dense, _, words = search(backend, encoder, read.topic, DEPTH, Scope())
    fused = fuse(dense, words)
    records = {key: str(p.record) for key, p in backend.passages(list(fused)).items()}
    candidates = retrieve(backend, encoder, read.topic, Scope())
    ranked = rank_passages(read, embed_words(read, encoder, backend.idf), candidates, encoder, backend.word_vectors)
    read_too = {"read": [str(r.passage.record) for r in rerank(reader, read, ranked)]} if reader else {}
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
    parser.add_argument("--model", help="the encoder of a new index; the default one")
    parser.add_argument("--set", choices=SETS, default="dev")
    parser.add_argument("--exact", action="store_true", help="fp32 throughout as well; takes some minutes")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows: list[Row] = read_rows(arguments.data / "eval/obliqa" / SETS[arguments.set])
    if arguments.questions:
        rows = random.Random(SEED).sample(rows, min(arguments.questions, len(rows)))
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.library or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        with open_library(arguments.data, folder, arguments.model) as library:
            backend, encoder, reader = library.backend, library.encoder, library.reader
            found = [(row, rankings(backend, encoder, row["question"], reader)) for row in rows]
            if arguments.exact:
                as_it_is = CachingEncoder(load_encoder(f"{MINILM}{EXACT}", notify=print), max_tokens=10**7)
                exact = ExactVectors(library, as_it_is)
                for row, ranked in found:
                    beside = rankings(exact, as_it_is, row["question"])
                    ranked |= {f"{way}{AS_IT_IS}": beside[way] for way in ("meaning", "fused", "asked")}
    # each question's figures by way: (questions,)
    each = {
        way: {name: np.array([of(r[way], row["gold"], K) for row, r in found]) for name, of in MEASURES.items()}
        for way in found[0][1]
    }
    figures = {way: {name: float(values.mean()) for name, values in of.items()} for way, of in each.items()}
    print(f"{len(found)} questions")
    for way, figure in figures.items():
        print(f"{way:15} " + "  ".join(f"{name} {value:.3f}" for name, value in figure.items()))
    for way in [way for way in each if f"{way}{AS_IT_IS}" in each]:
        figures[f"{way} less exact"] = {}
        for name in MEASURES:
            apart = each[way][name] - each[f"{way}{AS_IT_IS}"][name]
            interval = 1.96 * float(apart.std(ddof=1)) / len(apart) ** 0.5
            figures[f"{way} less exact"] |= {name: float(apart.mean()), f"{name} ±": interval}
            print(f"{way:8} less exact  {name:6} {apart.mean():+.4f} ± {interval:.4f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"questions": len(found), **figures}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
