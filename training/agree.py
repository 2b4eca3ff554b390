"""Whether the exported reader answers as the trained one does: int8 against fp32, on the questions asked of plans.

    python -m training.agree --work WORK --data DIR [--run RUN] [--reader FOLDER]

Each question goes the whole way to an answer with either reader (plans in DIR/plans, questions in
DIR/eval/plans-dev.jsonl). The same answer is the same sentences in the same order, or none by both. Writes
RUN/agreement.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.quality import indexed, real_set
from indexer.asking.answering import ask
from indexer.encoding.answer_reader import OnnxReader, ReaderInput, SpanPrediction, load_tokenizer, read_inputs
from indexer.types import Answer
from training.model import Reader, base_folder, load_reader, run_model


class TrainedReader:
    """The trained reader, in fp32 on torch, as the app asks one."""

    fingerprint = "fp32"

    def __init__(self, reader: Reader, tokenizer: Any) -> None:
        self._reader, self._tokenizer = reader, tokenizer

    def read(self, question: str, inputs: Sequence[ReaderInput]) -> list[list[SpanPrediction]]:
        return read_inputs(self._tokenizer, question, inputs, lambda pairs: run_model(self._reader, pairs))


def compare_answers(both: Sequence[tuple[Answer, Answer]]) -> dict[str, float]:
    """Shares of questions that get the same answer, and that both answer or both leave."""
    same = [[(c.plan, c.start, c.end) for c in a.citations] == [(c.plan, c.start, c.end) for c in b.citations]
            for a, b in both]  # fmt: skip
    verdicts = [a.found == b.found for a, b in both]
    return {
        "questions": len(both),
        "same answer": sum(same) / len(both),
        "same verdict": sum(verdicts) / len(both),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the work folder")
    parser.add_argument("--data", type=Path, required=True, help="folder with plans/ and eval/")
    parser.add_argument("--run", type=Path, help="the run's folder; WORK/run")
    parser.add_argument("--reader", type=Path, help="the exported reader; WORK/reader")
    parser.add_argument("--base", type=Path, help="folder of the encoder; the default model's")
    arguments = parser.parse_args()
    run = arguments.run or arguments.work / "run"
    base = arguments.base or base_folder()
    readers = (
        OnnxReader(arguments.reader or arguments.work / "reader"),
        TrainedReader(load_reader(run, base), load_tokenizer(base)),
    )
    plans, rows = real_set(arguments.data)
    questions = [row["question"] for row in rows if row["kind"] in {"fact", "unanswerable"}]
    with indexed(plans) as library:
        given = [[ask(library.backend, library.encoder, q, reader=reader) for reader in readers] for q in questions]
    figures = compare_answers([(one, other) for one, other in given])
    print(json.dumps(figures, indent=1))
    (run / "agreement.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
