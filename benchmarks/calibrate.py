"""Fit the classifiers that tell answers from near misses; writes indexer/asking/judging.json.

    python benchmarks/calibrate.py --data DIR

One uses what retrieval and late interaction say, the other the reader's logits as well; without the reader's weights
the latter stays as it is. Both learn from three kinds of questions, weighted by WEIGHTS: the development questions on
the two real plans in DIR, our own on the sample plans, which use other words than the plans on purpose, and those of
DIR/eval/real on eight documents of other kinds, if it is there; the facts of these asked of the plans are far misses.
With --chinese those on the Chinese sample plan count as well. The threshold keeps KEPT of the documents' facts, of
the plans where there are none. A sentence is said to state the answer from the probability on from which RIGHT of the
documents' best sentences, left out of the fit, hold it.

Prints for each set what is kept and refused, fitted on all, and fitted without the questions on half of the documents
(of the questions, for the plans) and measured on these.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from quality import Row, chinese_set, document_set, indexed, rank_all, real_set, sample_set
from sklearn.linear_model import LogisticRegression

import indexer.asking.judging as target
from indexer.evaluation import auroc, calibration, refused_at_kept
from indexer.language.matching import holds_figure
from indexer.library import Library

#: Share of the facts of the documents, the hardest kind, that are kept: a refused fact costs staff more than a near
#: miss that is quoted, which can be seen to be one.
KEPT = 0.78
#: Share of the sentences said to state the answer that hold it.
RIGHT = 0.75
#: Strength of the penalty, scikit-learn's C on features scaled to unit variance; chosen by leaving out.
C = 0.1
#: Weight of a question of each set.
WEIGHTS = {"plans": 4.0, "samples": 0.5, "documents": 0.7, "far": 0.7, "chinese": 0.7}
_KEPT = (0.75, 0.85, 0.9, 0.95)
_BINS = 5
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Examples:
    """Of each question the features of its best sentence (n, f), whether the plans answer it, whether that sentence is
    ``right``, and its half, 0 or 1."""

    features: Numbers
    answerable: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]
    half: npt.NDArray[np.int64]


def collect(library: Library, questions: Sequence[Row], *, read: bool) -> Examples:
    """The examples of ``questions``, without those for which nothing is found."""
    seen = [(row, ranked) for row, ranked in rank_all(library, questions, read=read) if ranked.judged]
    documents = sorted({row["doc"] for row, _ in seen if "doc" in row})
    best = [max(ranked.judged, key=lambda entry: entry[1].score) for _, ranked in seen]
    features = [f for f, _ in best]
    facts = [row["kind"] == "fact" for row, _ in seen]
    right = [
        fact and all(holds_figure(sentence.text, answer) for answer in row["answer"])
        for fact, (row, _), (_, sentence) in zip(facts, seen, best, strict=True)
    ]
    half = [documents.index(row["doc"]) % 2 if "doc" in row else i % 2 for i, (row, _) in enumerate(seen)]
    return Examples(np.array(features), np.array(facts), np.array(right), np.array(half))


def fit(sets: Mapping[str, Examples], without: int | None = None) -> tuple[Numbers, float]:
    """Coefficients (f,) on the plain features and the intercept, from all ``sets``, but for the half ``without``."""
    rows = {name: e.half != without for name, e in sets.items()}
    x = np.vstack([e.features[rows[name]] for name, e in sets.items()])
    y = np.concatenate([e.answerable[rows[name]] for name, e in sets.items()])
    weights = np.concatenate([np.full(rows[name].sum(), WEIGHTS[name]) for name in sets])
    centre, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    model = LogisticRegression(C=C, max_iter=1000).fit((x - centre) / scale, y, sample_weight=weights)
    coefficients = model.coef_[0] / scale
    return coefficients, float(model.intercept_[0] - coefficients @ centre)


def surest(scores: Numbers, right: npt.NDArray[np.bool_], share: float) -> float:
    """The lowest of ``scores`` from which on at least ``share`` of them are ``right``; the highest if from none."""
    order = np.argsort(-scores)
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(shares >= share)
    return float(scores[order[enough[-1] if len(enough) else 0]])


def make_classifier(sets: Mapping[str, Examples], names: Sequence[str]) -> dict[str, Any]:
    """The classifier by the features, which ``names`` names, for the file; prints how it does."""
    coefficients, intercept = fit(sets)
    halves = {half: fit(sets, without=half) for half in (0, 1)}
    fitted = {name: e.features @ coefficients + intercept for name, e in sets.items()}
    left_out = {
        name: np.array([x @ halves[h][0] + halves[h][1] for x, h in zip(e.features, e.half, strict=True)])
        for name, e in sets.items()
    }
    hardest = "documents" if "documents" in sets else "plans"
    cut = float(np.quantile(fitted[hardest][sets[hardest].answerable], 1 - KEPT))
    print(f"{'set':22} {'AUROC':>6}", *(f"@{k:.0%}".rjust(6) for k in _KEPT), "   kept refused")
    for title, scores in (("", fitted), (", left out", left_out)):
        for name, z in scores.items():
            y = sets[name].answerable
            if not y.any():
                print(f"{name + title:22} refused {np.mean(z < cut):.3f}")
                continue
            refused = "".join(f"{refused_at_kept(list(z[y]), list(z[~y]), k):7.2f}" for k in _KEPT)
            shares = f"{np.mean(z[y] >= cut):7.3f} {np.mean(z[~y] < cut):7.3f}"
            print(f"{name + title:22} {auroc(list(z[y]), list(z[~y])):6.3f}{refused} {shares}")
    states = max(cut, surest(left_out[hardest], sets[hardest].right, RIGHT))
    for name, z in left_out.items():
        right, sure, shown = sets[name].right, z >= states, z >= cut
        shares = [f"{np.mean(right[these]):.2f} of {these.sum()}" for these in (sure, shown & ~sure) if these.any()]
        print(f"{name}, left out, right of those that state it, may answer: {', '.join(shares)}")
    curve = calibration(list(1 / (1 + np.exp(-left_out["plans"]))), list(sets["plans"].answerable), _BINS)
    return {
        "coefficients": dict(zip(names, np.round(coefficients, 4).tolist(), strict=True)),
        "intercept": round(intercept, 4),
        "threshold": math.floor(1e4 / (1 + math.exp(-cut))) / 1e4,
        "states": math.floor(1e4 / (1 + math.exp(-states))) / 1e4,
        "curve": [[round(float(said), 4), round(true, 4), count] for said, true, count in curve],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with plans/ and eval/")
    parser.add_argument("--chinese", action="store_true", help="the Chinese questions, too: the models read Chinese")
    parser.add_argument("--model", help="the encoder; the default one")
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    arguments = parser.parse_args()
    file = Path(target.__file__).with_suffix(".json")
    made = json.loads(file.read_text("utf-8"))
    sources = {
        "plans": real_set(arguments.data),
        "samples": sample_set(),
        "documents": document_set(arguments.data),
        "chinese": chinese_set() if arguments.chinese else ([], []),
    }
    facts = [{**row, "kind": "unanswerable"} for row in sources["documents"][1] if row["kind"] == "fact"]
    sources["far"] = sources["plans"][0], facts
    examples: dict[str, dict[str, Examples]] = {"unread": {}, "read": {}}
    for name, (paths, questions) in sources.items():
        if not questions:
            continue
        with indexed(paths, arguments.model) as library:
            for kind in examples if library.reader else ("unread",):
                examples[kind][name] = collect(library, questions, read=kind == "read")
    for kind, names in (("unread", target.FEATURES), ("read", target.READ_FEATURES)):
        if examples[kind]:
            print(f"-- {kind}")
            made[kind] = make_classifier(examples[kind], names)
    print(json.dumps(made, indent=1))
    if not arguments.dry_run:
        file.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
