"""What a trained reader knows: on held-back articles, and on questions asked of plans.

    python -m training.evaluate --work WORK [--run RUN] [--reader FOLDER] [--data DIR] [--limit 4000] [--threads 1]

Held-back articles: exact match and F1 of the span, and how well answered and unanswered are separated, by
source and by kind of negative; with --reader the same of the exported one, in int8. Plans, with --data (plans in
DIR/plans, questions in DIR/eval/plans-dev.jsonl): each question's TOP best passages as the app ranks them are read
with their plan's title and section; how well facts are separated from the unanswerable by the reader alone, by what the
app sees without it, and by both: the latter by logistic models fitted on all questions but the one that is judged.
Writes RUN/figures.json.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.quality import indexed, real_set
from indexer.asking.answering import RankedQuestion, rank_question
from indexer.asking.judging import FEATURES
from indexer.asking.ranking import context_of
from indexer.encoding.answer_reader import SpanPrediction, encode_pairs, load_tokenizer
from indexer.evaluation import auroc, calibration, refused_at_kept
from indexer.storage import Scope
from indexer.types import Passage
from training.examples import Example, Kind, draw, read_split
from training.export import read_exported
from training.items import encode
from training.model import Reader, base_folder, load_reader, read
from training.sources import JUDGED
from training.spans import exact, overlap

SEED = 7
#: Passages of a question that are read.
TOP = 16
#: Sets whose unanswerable questions people wrote for their passage, to look answerable.
NEAR_MISSES = ("squad2_dev_otherhalf", "clapnq_dev")
#: Strength of the penalty of the logistic model, on features of unit variance.
_C = 0.3
Figures = dict[str, Any]


def refusal(kept: Sequence[float], others: Sequence[float]) -> Figures:
    """How well scores separate answered from unanswered; higher means answered."""
    if not kept or not others:
        return {}
    return {
        "answered": len(kept),
        "unanswered": len(others),
        "AUROC": auroc(kept, others),
        "refused at 95 % kept": refused_at_kept(kept, others, 0.95),
        "refused at 90 % kept": refused_at_kept(kept, others, 0.90),
    }


def measure_held(examples: Sequence[Example], readings: Sequence[SpanPrediction]) -> Figures:
    """Figures over examples and what the reader said of each."""
    both = list(zip(examples, readings, strict=True))
    spans: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    scores: dict[str, list[float]] = defaultdict(list)
    for example, reading in both:
        scores[str(example.kind)].append(reading.score)
        if example.span:
            text = example.passage[slice(*reading.span)] if reading.span else ""
            spans[example.source].append((exact(text, example.answer), overlap(text, example.answer)))
    everything = [pair for pairs in spans.values() for pair in pairs]
    kept = [r.score for e, r in both if e.relevant]
    others = [r.score for e, r in both if not e.relevant]
    return {
        "examples": len(both),
        "span": _span_figures(everything),
        "span by source": {name: _span_figures(pairs) for name, pairs in sorted(spans.items())},
        "accuracy on unanswered": sum(s < 0 for s in others) / max(1, len(others)),
        "accuracy on answered": sum(s >= 0 for s in kept) / max(1, len(kept)),
        "refusal": refusal(kept, others),
        "refusal by margin alone": refusal([r.margin for e, r in both if e.relevant], _of(both, "margin")),
        "refusal by relevance alone": refusal([r.relevance for e, r in both if e.relevant], _of(both, "relevance")),
        "calibration": calibration([1 / (1 + math.exp(-r.relevance)) for _, r in both], [e.relevant for e, _ in both]),
        "near misses": near_misses(both),
        "refusal by kind": {kind: refusal(kept, found) for kind, found in sorted(scores.items()) if kind != "answered"},
    }


def near_misses(both: Sequence[tuple[Example, SpanPrediction]]) -> Figures:
    """How well questions that people wrote as unanswerable are separated from the answered ones of their sets.

    By set, and of ``NEAR_MISSES`` together.
    """
    kept: dict[str, list[float]] = defaultdict(list)
    others: dict[str, list[float]] = defaultdict(list)
    for example, reading in both:
        if example.relevant or example.kind is Kind.JUDGED:
            (kept if example.relevant else others)[example.source].append(reading.score)
    together = [[score for name in NEAR_MISSES for score in scores[name]] for scores in (kept, others)]
    by_set = {name: refusal(kept[name], others[name]) for name in sorted(JUDGED)}
    return {"together": refusal(*together)} | {name: row for name, row in by_set.items() if row}


def _of(both: Sequence[tuple[Example, SpanPrediction]], name: str) -> list[float]:
    return [float(getattr(r, name)) for e, r in both if not e.relevant]


def _span_figures(pairs: Sequence[tuple[bool, float]]) -> Figures:
    count = max(1, len(pairs))
    return {"answers": len(pairs), "EM": sum(e for e, _ in pairs) / count, "F1": sum(f for _, f in pairs) / count}


def read_plans(
    reader: Reader, tokenizer: Any, seen: Sequence[RankedQuestion]
) -> list[list[tuple[Passage, SpanPrediction]]]:
    """For each question its best passages with what the reader says of them."""
    asked = [
        (i, s.question.text, r.passage) for i, s in enumerate(seen) for r in s.ranked[:TOP] if r.passage.role.may_answer
    ]
    pairs = encode_pairs(
        tokenizer,
        [question for _, question, _ in asked],
        [context_of(p) for _, _, p in asked],
        [p.text for _, _, p in asked],
    )
    found: list[list[tuple[Passage, SpanPrediction]]] = [[] for _ in seen]
    for (i, _, passage), reading in zip(asked, read(reader, pairs), strict=True):
        found[i].append((passage, reading))
    return found


def left_out_scores(features: Any, wanted: Any) -> list[float]:
    """The logit of each row of ``features`` (n, f) by a logistic model fitted on all others."""
    from sklearn.linear_model import LogisticRegression

    scores = []
    for i in range(len(features)):
        others = np.arange(len(features)) != i
        centre, scale = features[others].mean(axis=0), np.maximum(features[others].std(axis=0), 1e-9)
        model = LogisticRegression(C=_C).fit((features[others] - centre) / scale, wanted[others])
        scores.append(float(model.decision_function((features[i : i + 1] - centre) / scale)[0]))
    return scores


def measure_plans(reader: Reader, tokenizer: Any, data: Path) -> Figures:
    """Refusal on the development questions, and whether the surest reading holds the answer."""
    plans, questions = real_set(data)
    rows = [row for row in questions if row["kind"] in {"fact", "unanswerable"}]
    with indexed(plans) as library:
        examined = [rank_question(library.backend, library.encoder, row["question"], Scope()) for row in rows]
    facts = np.array([row["kind"] == "fact" for row in rows])
    unseen = [0.0] * len(FEATURES)  # of a question that no sentence might answer
    app, read_as, right = [], [], []
    for row, seen, readings in zip(rows, examined, read_plans(reader, tokenizer, examined), strict=True):
        best = max(seen.judged, key=lambda j: j[1].score, default=None)
        app.append(best[0] if best else unseen)
        top = max(readings, key=lambda pair: pair[1].score, default=None)
        margin = max((r.margin for _, r in readings), default=0.0)
        relevance = max((r.relevance for _, r in readings), default=0.0)
        # the passage that the app itself puts first
        first = readings[0][1].score if readings else 0.0
        read_as.append([margin, relevance, first])
        if row["kind"] == "fact":
            passage = " ".join(top[0].text.split()).lower() if top else ""
            right.append(all(a.lower() in passage for a in row["answer"]))
    x, y = np.array(app), np.array(read_as)
    ways = {
        "the app without it, left out": np.array(left_out_scores(x, facts)),
        "margin": y[:, 0],
        "relevance": y[:, 1],
        "margin and relevance": y[:, 0] / 2 + y[:, 1],
        "first passage's": y[:, 2],
        "both, left out": np.array(left_out_scores(np.hstack([x, y]), facts)),
    }
    figures: Figures = {name: refusal(list(z[facts]), list(z[~facts])) for name, z in ways.items()}
    return {**figures, "the surest passage holds the answer": sum(right) / max(1, len(right))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the work folder")
    parser.add_argument("--run", type=Path, help="the run's folder; WORK/run")
    parser.add_argument("--reader", type=Path, help="the exported reader")
    parser.add_argument("--data", type=Path, help="folder with plans/ and eval/")
    parser.add_argument("--limit", type=int, help="held-back examples at most, drawn by the seed; all of them")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--base", type=Path, help="folder of the encoder; the default model's")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    run = arguments.run or arguments.work / "run"
    base = arguments.base or base_folder()
    reader, tokenizer = load_reader(run, base), load_tokenizer(base)
    if torch.cuda.is_available():
        reader = reader.to("cuda")
    held = sorted(read_split(arguments.work, "held"), key=lambda e: draw(SEED, e.question, e.passage))
    held = held[: arguments.limit]
    figures = {"held": measure_held(held, read(reader, encode(tokenizer, held)))}
    if arguments.reader:
        own = load_tokenizer(arguments.reader)
        figures["held, as exported"] = measure_held(held, read_exported(arguments.reader, encode(own, held)))
    if arguments.data:
        figures["plans"] = measure_plans(reader, tokenizer, arguments.data)
    text = json.dumps(figures, indent=1)
    print(text)
    (run / "figures.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
