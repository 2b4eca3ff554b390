"""Fit the model that tells answers from near misses; writes indexer/asking/confidence.json.

    python benchmarks/calibrate.py --data DIR

Learns from the development questions on the two real plans in DIR and from our own on the sample
plans; the real set weighs REAL_WEIGHT times the other, whose questions are put in other words than the
plans' on purpose and are harder than what people ask. The threshold is the lowest that refuses REFUSED
of the real plans' unanswerable questions: above it, facts in other words than the plan's get lost.
Prints what each setting keeps and refuses, and, for the real set, the same with each question left
out of the fit in turn.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np
from quality import Row, examine_all, indexed, real_set, sample_set
from sklearn.linear_model import LogisticRegression

import indexer.asking.confidence as target
from indexer.evaluation import auroc, refused_at_kept

REFUSED = 0.6
#: Strength of the penalty, scikit-learn's C on features scaled to unit variance; chosen by leaving out.
C = 0.1
REAL_WEIGHT = 3.0
Features = np.ndarray


def collect(plans: list[Path], questions: list[Row]) -> tuple[Features, Features]:
    """Features (n, f) of each question's best sentence, and whether the question has an answer (n,).

    Questions that are refused before the model is asked are left out.
    """
    with indexed(plans) as library:
        seen = [(row, s) for row, s in examine_all(library, questions) if s.judged and not s.missing]
    rows = [max(s.judged, key=lambda j: j[1].score)[0] for _, s in seen]
    return np.array(rows), np.array([row["kind"] == "fact" for row, _ in seen])


def fit(x: Features, y: Features, weights: Features) -> tuple[Features, float]:
    """Coefficients (f,) on the plain features, and the intercept."""
    centre, scale = x.mean(axis=0), x.std(axis=0)
    model = LogisticRegression(C=C).fit((x - centre) / scale, y, sample_weight=weights)
    coefficients = model.coef_[0] / scale
    return coefficients, float(model.intercept_[0] - coefficients @ centre)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with plans/ and eval/")
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    arguments = parser.parse_args()
    real, sample = collect(*real_set(arguments.data)), collect(*sample_set())
    x = np.vstack([real[0], sample[0]])
    y = np.concatenate([real[1], sample[1]])
    share = REAL_WEIGHT * len(sample[1]) / len(real[1])
    weights = np.array([share] * len(real[1]) + [1.0] * len(sample[1]))
    coefficients, intercept = fit(x, y, weights)
    left_out = []
    for i in range(len(real[1])):
        others = np.arange(len(y)) != i
        c, b = fit(x[others], y[others], weights[others])
        left_out.append(float(real[0][i] @ c + b))
    shown = {
        "real": (real[0] @ coefficients + intercept, real[1]),
        "real, left out": (np.array(left_out), real[1]),
        "sample": (sample[0] @ coefficients + intercept, sample[1]),
    }
    print(f"{'set':16} {'AUROC':>6} " + " ".join(f"{f'@{k:.1%}':>7}" for k in (0.9, 0.95, 0.975, 1.0)))
    for name, (z, answerable) in shown.items():
        pair = list(z[answerable]), list(z[~answerable])
        refused = " ".join(f"{refused_at_kept(*pair, k):7.2f}" for k in (0.9, 0.95, 0.975, 1.0))
        print(f"{name:16} {auroc(*pair):6.3f} {refused}")
    others = sorted(shown["real"][0][~real[1]])
    cut = others[math.ceil(REFUSED * len(others)) - 1] + 1e-3
    print(f"at the threshold: {np.mean(shown['real'][0][real[1]] >= cut):.3f} of the real facts kept")
    made = {
        "coefficients": dict(zip(target.FEATURES, np.round(coefficients, 4).tolist(), strict=True)),
        "intercept": round(intercept, 4),
        "threshold": math.floor(1e4 / (1 + math.exp(-cut))) / 1e4,
        "made_by": "benchmarks/calibrate.py",
    }
    print(json.dumps(made, indent=1))
    if not arguments.dry_run:
        Path(target.__file__).with_suffix(".json").write_text(json.dumps(made, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
