"""What misspellings cost: each fact asked as it is and with one edit in a word of six letters or more.

    python benchmarks/typos.py [--data DIR] [--rounds 3]

Prints hit@1 over the facts as typed, with planted edits, and with edits but without correction; and how long a question
takes with correction and other names and without, p50 in turn.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from pathlib import Path
from unittest.mock import patch

from quality import Row, indexed, real_set, sample_set

from indexer.asking import answering
from indexer.evaluation import holds_evidence
from indexer.library import Library

LETTERS = "abcdefghijklmnopqrstuvwxyz"
LEAST = 6


def planted(question: str, draw: random.Random) -> str:
    """``question`` with a letter deleted, doubled, replaced or swapped with the next in one of its longer words."""
    word = draw.choice(list(re.finditer(rf"[A-Za-z]{{{LEAST},}}", question)))
    at = draw.randrange(word.start(), word.end() - 1)
    before, a, b, after = question[:at], question[at], question[at + 1], question[at + 2 :]
    return before + draw.choice([b, a + a + b, draw.choice(LETTERS) + b, b + a]) + after


def as_typed(question: object, *others: object) -> object:
    """In the place of correction and expansion: the question as it is."""
    return question


def hit(library: Library, row: Row, question: str) -> bool:
    hits = library.search(question, 1)
    return bool(hits) and hits[0].passage.plan == row["plan"] and holds_evidence(hits[0].text, row["evidence"])


def uncorrected() -> patch.multiple:  # type: ignore[type-arg]
    return patch.multiple(answering, correct=as_typed, expand=as_typed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with plans/ and eval/")
    parser.add_argument("--rounds", type=int, default=3, help="edits planted in each question")
    arguments = parser.parse_args()
    plans, questions = real_set(arguments.data) if arguments.data else sample_set()
    facts = [row for row in questions if row["kind"] == "fact" and re.search(rf"[A-Za-z]{{{LEAST},}}", row["question"])]
    draw = random.Random(0)
    edited = [(row, planted(row["question"], draw)) for _ in range(arguments.rounds) for row in facts]
    times: dict[str, list[float]] = {"as it is": [], "without correction": []}
    with indexed(plans) as library:
        clean = [hit(library, row, row["question"]) for row in facts]
        mended = [hit(library, *each) for each in edited]
        with uncorrected():
            left = [hit(library, *each) for each in edited]
        for row in facts:
            for name, taken in times.items():
                started = time.perf_counter()
                if name == "as it is":
                    answering.ask(library.backend, library.encoder, row["question"], reader=library.reader)
                else:
                    with uncorrected():
                        answering.ask(library.backend, library.encoder, row["question"], reader=library.reader)
                taken.append((time.perf_counter() - started) * 1e3)
    for (row, question), good in zip(edited, mended, strict=True):
        if not good and clean[facts.index(row)]:
            print(f"lost: {question}")
    for name, hits in (("as typed", clean), ("edited", mended), ("edited, not corrected", left)):
        print(f"hit@1 {name:24} {sum(hits) / len(hits):.3f}  of {len(hits)}")
    for name, taken in times.items():
        print(f"ask {name:24} {statistics.median(taken):.1f} ms p50")


if __name__ == "__main__":
    main()
