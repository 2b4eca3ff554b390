"""Quality on questions with gold: passages found, first sentence right, unanswerable refused.

    python benchmarks/quality.py              the sample plans and our own questions
    python benchmarks/quality.py --chinese    the Chinese sample plan and our own questions, Chinese and English
    python benchmarks/quality.py --data DIR   real plans in DIR/plans, questions in DIR/eval/plans-dev.jsonl

With both, the Chinese plan stands in a library with the documents of DIR/eval/real, nearly all in English.

Prints a table, and as JSON with --json FILE. Everything is indexed anew, in a temporary library.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.asking.answering import RankedQuestion, rank_question
from indexer.asking.judging import confidence
from indexer.evaluation import auroc, hit_at, holds_evidence, reciprocal_rank, refused_at_kept
from indexer.language.matching import holds_figure
from indexer.library import Library
from indexer.storage import Scope

ROOT = Path(__file__).parent.parent
Row = dict[str, Any]


def sample_set() -> tuple[list[Path], list[Row]]:
    """The committed sample plans and the questions on them."""
    questions = read_rows(*sorted((ROOT / "benchmarks/questions").glob("*.jsonl")))
    return sorted(p for p in (ROOT / "corpus").iterdir() if p.suffix in {".md", ".pdf", ".txt"}), questions


def chinese_set() -> tuple[list[Path], list[Row]]:
    """The Chinese sample plan and the questions on it, half in Chinese, half in English."""
    return sorted((ROOT / "corpus/chinese").iterdir()), read_rows(
        ROOT / "benchmarks/questions/chinese/sichuan-zh.jsonl"
    )


def real_set(data: Path) -> tuple[list[Path], list[Row]]:
    """The two real plans in DATA/plans and the development questions on them."""
    return sorted((data / "plans").glob("*.txt")), read_rows(data / "eval/plans-dev.jsonl")


def document_set(data: Path) -> tuple[list[Path], list[Row]]:
    """Documents of other kinds and questions on them, in DATA/eval/real; none where it is not there."""
    folder = data / "eval/real"
    if not folder.is_dir():
        return [], []
    return sorted((folder / "files").iterdir()), read_rows(folder / "questions.jsonl")


def read_rows(*paths: Path) -> list[Row]:
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").split("\n") if line.strip()]


@contextmanager
def indexed(plans: Sequence[Path], model: str | None = None) -> Iterator[Library]:
    """A temporary library of ``plans``, embedded with ``model``, or the default one."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "index", create=True, model=model) as library,
    ):
        for report in library.add_iter(plans):
            if report.status != "added":
                raise SystemExit(report.detail)
        yield library


def rank_all(library: Library, questions: Sequence[Row], *, read: bool = True) -> list[tuple[Row, RankedQuestion]]:
    """Facts and unanswerable questions, ranked with the reader if it is installed and ``read``."""
    reader = library.reader if read else None
    return [
        (row, rank_question(library.backend, library.encoder, row["question"], Scope(), reader=reader))
        for row in questions
        if row["kind"] in {"fact", "unanswerable"}
    ]


def measure(library: Library, questions: Sequence[Row]) -> dict[str, float]:
    """The figures of the table, by name."""
    hits, ranks, first, kept, fact_scores, other_scores, refused, slices = [], [], [], [], [], [], [], []
    wrong: list[str] = []
    texts = {info.id: library.plan(info.id).text for info in library.plans()}
    for row, seen in rank_all(library, questions):
        answer = library.ask(row["question"])
        slices += [texts[c.plan][c.start : c.end] == c.quote for c in answer.citations]
        slices += [texts[h.passage.plan][h.passage.start : h.passage.end] == h.passage.text for h in answer.hits]
        features, best = max(seen.judged, key=lambda j: j[1].score, default=(None, None))
        surest = 0.0 if features is None else confidence(features)
        if row["kind"] == "unanswerable":
            other_scores.append(surest)
            refused.append(not answer.found)
            if answer.found:
                wrong.append(f"answered {row['id']}")
            continue
        relevant = [
            r.passage.plan == row["plan"] and holds_evidence(r.passage.text, row["evidence"]) for r in seen.ranked[:10]
        ]
        hits.append(hit_at(relevant, 1))
        ranks.append(reciprocal_rank(relevant, 10))
        text = " ".join(best.text.split()).lower() if best else ""
        first.append(all(holds_figure(text, a) for a in row["answer"]))
        kept.append(answer.found)
        fact_scores.append(surest)
        if not (hits[-1] and first[-1] and kept[-1]):
            wrong.append(f"{row['id']} hit {hits[-1]:.0f} first {first[-1]:d} kept {kept[-1]:d}")
    print("; ".join(wrong))
    return {
        "facts": len(hits),
        "unanswerable": len(other_scores),
        "hit@1": sum(hits) / len(hits),
        "MRR@10": sum(ranks) / len(ranks),
        "first sentence holds the answer": sum(first) / len(first),
        "facts kept": sum(kept) / len(kept),
        "unanswerable refused": sum(refused) / len(refused),
        "refused at 95 % kept": refused_at_kept(fact_scores, other_scores, 0.95),
        "refused at 90 % kept": refused_at_kept(fact_scores, other_scores, 0.90),
        "AUROC of refusal": auroc(fact_scores, other_scores),
        "quotes that are slices of their source": sum(slices) / len(slices),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with plans/ and eval/")
    parser.add_argument("--chinese", action="store_true", help="the Chinese sample plan")
    parser.add_argument("--model", help="the encoder; the default one")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    plans, questions = sample_set()
    if arguments.chinese or arguments.data:
        plans, questions = chinese_set() if arguments.chinese else real_set(arguments.data)
    if arguments.chinese and arguments.data:
        plans += document_set(arguments.data)[0]
    with indexed(plans, arguments.model) as library:
        figures = measure(library, questions)
    for name, value in figures.items():
        print(f"{name:40} {value:.3f}" if isinstance(value, float) else f"{name:40} {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
