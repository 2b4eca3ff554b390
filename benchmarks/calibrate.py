"""Fit the models that tell answers from near misses; writes indexer/asking/confidence.json.

    python benchmarks/calibrate.py --data DIR

One judges by what retrieval and late interaction saw, one by what the reader says as well; without the
reader's weights the latter stays as it is. Learns from the development questions on the two real plans in
DIR and from our own on the sample plans; the real set weighs REAL_WEIGHT times the other, whose questions
are put in other words than the plans' on purpose and are harder than what people ask. The
threshold refuses REFUSED of the real plans' unanswerable questions, and more of them as far as that costs no
fact: above it, facts in other words than the plan's get lost. Prints what each setting keeps and refuses, and,
for the real set, the same with each question left out of the fit in turn, from which the calibration curve is
drawn.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from quality import Row, indexed, rank_all, real_set, sample_set
from sklearn.linear_model import LogisticRegression

import indexer.asking.judging as target
from indexer.evaluation import auroc, calibration, refused_at_kept
from indexer.library import Library

REFUSED = 0.8
#: Strength of the penalty, scikit-learn's C on features scaled to unit variance; chosen by leaving out.
C = 0.1
REAL_WEIGHT = 3.0
#: Other settings of the threshold that are printed beside.
_REFUSED_TOO = (0.6, 0.7, 0.9)
_KEPT = (0.9, 0.95, 0.975, 1.0)
_BINS = 5
Features = np.ndarray
#: Features (n, f) of each question's best sentence, and whether the question has an answer (n,).
Judged = tuple[Features, Features]


def collect(library: Library, questions: list[Row], *, read: bool) -> Judged:
    """What the judge sees of each question. Those that are refused before it is asked are left out."""
    seen = [(row, s) for row, s in rank_all(library, questions, read=read) if s.judged and not s.missing]
    rows = [max(s.judged, key=lambda j: j[1].score)[0] for _, s in seen]
    return np.array(rows), np.array([row["kind"] == "fact" for row, _ in seen])


def fit(x: Features, y: Features, weights: Features) -> tuple[Features, float]:
    """Coefficients (f,) on the plain features, and the intercept."""
    centre, scale = x.mean(axis=0), x.std(axis=0)
    model = LogisticRegression(C=C).fit((x - centre) / scale, y, sample_weight=weights)
    coefficients = model.coef_[0] / scale
    return coefficients, float(model.intercept_[0] - coefficients @ centre)


def threshold(facts: Features, others: Features, refused: float) -> float:
    """A cut below which that share of the ``others`` lies, and all that lies below the next of the ``facts``.

    It stands in the middle of the gap, so that what moves a score a little moves no verdict.
    """
    lowest = sorted(others)[math.ceil(refused * len(others)) - 1]
    above = min(facts[facts > lowest], default=lowest)
    return float((max(others[others < above], default=lowest) + above) / 2)


def make_judge(real: Judged, sample: Judged, names: Sequence[str]) -> dict[str, Any]:
    """The judge by the features, which ``names`` names; prints how it does."""
    (real_x, real_y), (sample_x, sample_y) = real, sample
    x, y = np.vstack([real_x, sample_x]), np.concatenate([real_y, sample_y])
    share = REAL_WEIGHT * len(sample_y) / len(real_y)
    weights = np.array([share] * len(real_y) + [1.0] * len(sample_y))
    coefficients, intercept = fit(x, y, weights)
    left_out = []
    for i in range(len(real_y)):
        others = np.arange(len(y)) != i
        c, b = fit(x[others], y[others], weights[others])
        left_out.append(float(real_x[i] @ c + b))
    shown = {
        "real": (real_x @ coefficients + intercept, real_y),
        "real, left out": (np.array(left_out), real_y),
        "sample": (sample_x @ coefficients + intercept, sample_y),
    }
    print(f"{'set':16} {'AUROC':>6} " + " ".join(f"{f'@{k:.1%}':>7}" for k in _KEPT))
    for name, (z, answerable) in shown.items():
        pair = list(z[answerable]), list(z[~answerable])
        refused = " ".join(f"{refused_at_kept(*pair, k):7.2f}" for k in _KEPT)
        print(f"{name:16} {auroc(*pair):6.3f} {refused}")
    scores = shown["real"][0]
    cuts = {refused: threshold(scores[real_y], scores[~real_y], refused) for refused in (REFUSED, *_REFUSED_TOO)}
    for refused, cut in cuts.items():
        told = ", ".join(
            f"{name}: {np.mean(z[y] >= cut):.3f} of the facts kept, {np.mean(z[~y] < cut):.3f} of the others refused"
            for name, (z, y) in shown.items()
        )
        print(f"threshold that refuses {refused:.0%}: {told}")
    curve = calibration(list(1 / (1 + np.exp(-np.array(left_out)))), list(real_y), _BINS)
    return {
        "coefficients": dict(zip(names, np.round(coefficients, 4).tolist(), strict=True)),
        "intercept": round(intercept, 4),
        "threshold": math.floor(1e4 / (1 + math.exp(-cuts[REFUSED]))) / 1e4,
        "curve": [[round(float(said), 4), round(true, 4), count] for said, true, count in curve],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with plans/ and eval/")
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    arguments = parser.parse_args()
    file = Path(target.__file__).with_suffix(".json")
    made = json.loads(file.read_text("utf-8"))
    (plans, questions), (samples, own) = real_set(arguments.data), sample_set()
    with indexed(plans) as real, indexed(samples) as sample:
        for kind, names in (("unread", target.FEATURES), ("read", target.READ_FEATURES)):
            read = kind == "read"
            if not read or real.reader:
                print(f"-- {kind}")
                made[kind] = make_judge(collect(real, questions, read=read), collect(sample, own, read=read), names)
    print(json.dumps(made, indent=1))
    if not arguments.dry_run:
        file.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
