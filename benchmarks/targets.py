"""Targets in figures against gold tables read by a person, and the time that finding them takes.

    python benchmarks/targets.py --data DIR [--json FILE]

The two plans in DIR/plans against tests/targets/gold.json: precision and recall of (kind, value, unit,
year, plan) at the figure's place, the fields of those found, F1 of the pairs of aligned indicators. Then
two texts on which no rule was tuned: the sample national plan, and a city's climate plan of our own. Then the
documents in DIR/eval/real against commitments.json: of the figures shown how many are commitments, and of the
commitments how many are shown, for the documents that the rules were tuned on and for the others. Then
100 plans of 60,000 characters, made of the two plans' text, their targets found one after the other.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.encoding.loading import load_encoder
from indexer.evaluation import f1, match_targets, same_words
from indexer.library.adding import embed_plan
from indexer.reading.loading import load_plan
from indexer.targets.aligning import align_targets
from indexer.targets.extracting import find_targets
from indexer.types import Plan, Target, TargetKind

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "targets"
THIRD = {"national": ROOT / "corpus" / "national.txt", "city": GOLD / "city.md"}
FIELDS = ("comparator", "base_year", "scope", "binding", "change")
COMMITMENTS = Path(__file__).with_name("commitments.json")
#: Characters that a labelled figure may have moved by since it was labelled.
MOVED = 2_000
PLANS, CHARACTERS = 100, 60_000


def committed(plans: Sequence[Plan]) -> list[Target]:
    """Targets and thresholds of ``plans``, without figures that are only mentioned."""
    return [t for plan in plans for t in find_targets(plan) if t.kind is not TargetKind.FIGURE]


def read_gold(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["targets"]
    return rows


def field_shares(
    found: Sequence[Target], gold: Sequence[Mapping[str, Any]], pairs: Sequence[tuple[int, int]]
) -> dict[str, float]:
    """For each field the share of found targets that have it as the gold has."""
    right = dict.fromkeys(FIELDS, 0)
    for i, j in pairs:
        for name in FIELDS:
            own, wanted = getattr(found[i], name), gold[j][name]
            right[name] += same_words(own, wanted) if name == "scope" else own == wanted
    return {name: count / max(1, len(pairs)) for name, count in right.items()}


def aligned_pairs(targets: Sequence[Target], groups: Sequence[object]) -> set[tuple[int, int]]:
    """Pairs of positions, of two plans, that one group holds; None is no group."""
    return {
        (i, j)
        for i, one in enumerate(targets)
        for j, other in enumerate(targets)
        if i < j and one.plan != other.plan and groups[i] is not None and groups[i] == groups[j]
    }


def alignment_f1(
    plans: Sequence[Plan], found: Sequence[Target], gold: Sequence[Mapping[str, Any]], pairs: Sequence[tuple[int, int]]
) -> float:
    """F1 of the pairs of targets of two plans that are one indicator; a gold pair not found is a miss."""
    encoder = load_encoder()
    rows = align_targets([t for plan in plans for t in embed_plan(plan, encoder).targets or ()], encoder)
    series = {cell.target: row.series for row in rows for cell in row.cells}
    key_of = {i: gold[j]["align"] for i, j in pairs}
    predicted = aligned_pairs(found, [series.get(t) for t in found])
    wanted = aligned_pairs(found, [key_of.get(i) for i in range(len(found))])
    lost = sum(
        a["align"] is not None and a["align"] == b["align"] and a["plan"] < b["plan"] for a in gold for b in gold
    ) - len(wanted)
    return f1(len(predicted & wanted), len(predicted), len(wanted) + lost)


def count_commitments(shown: Sequence[Target], rows: Sequence[Mapping[str, Any]]) -> tuple[int, int, int]:
    """(commitments shown, figures shown, commitments); figures that may be read either way count nowhere.

    A row is met by the nearest figure with its number, since offsets move where reading improves.
    """
    left = list(shown)
    right = unclear = 0
    for row in rows:
        near = [t for t in left if t.page == row["page"] and _digits(row["figure"]) in _digits(t.figure)]
        near = sorted(
            (t for t in near if abs(t.span[0] - row["at"]) <= MOVED), key=lambda t: abs(t.span[0] - row["at"])
        )
        if near:
            left.remove(near[0])
            right += row["commitment"] is True
            unclear += row["commitment"] is None
    return right, len(shown) - unclear, sum(row["commitment"] is True for row in rows)


def _digits(figure: str) -> str:
    return "".join(c for c in figure if c.isalnum() or c == ".").lower()


def commitment_shares(data: Path) -> dict[str, float]:
    """Precision and recall of the commitments shown of the labelled documents, by half."""
    figures: dict[str, float] = {}
    documents = json.loads(COMMITMENTS.read_text("utf-8"))["documents"]
    for half in ("tune", "report"):
        counts = [0, 0, 0]
        for path in sorted((data / "eval" / "real" / "files").iterdir()):
            if documents.get(path.stem, {}).get("half") == half:
                shown = [t for t in find_targets(load_plan(path)) if t.kind is TargetKind.TARGET]
                for i, count in enumerate(count_commitments(shown, documents[path.stem]["rows"])):
                    counts[i] += count
        figures[f"real documents, {half}: of shown"] = counts[0] / max(1, counts[1])
        figures[f"real documents, {half}: found"] = counts[0] / max(1, counts[2])
    return figures


def hundred_plans(sources: Sequence[Plan]) -> list[Plan]:
    """Plans of ``CHARACTERS`` characters, each beginning elsewhere in the sources' text."""
    text = "\n\n".join(plan.text for plan in sources)
    doubled = text * 2
    step = len(text) // PLANS
    return [
        replace(sources[0], id=f"plan-{i}", text=doubled[i * step : i * step + CHARACTERS], sections=(), asides=())
        for i in range(PLANS)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures: dict[str, float] = {}
    plans = [load_plan(arguments.data / "plans" / f"{name}.txt") for name in ("liaoning", "sichuan")]
    gold = read_gold(GOLD / "gold.json")
    found = committed(plans)
    pairs = match_targets(found, gold)
    figures["two plans, precision"] = len(pairs) / len(found)
    figures["two plans, recall"] = len(pairs) / len(gold)
    figures |= {f"two plans, {name}": share for name, share in field_shares(found, gold, pairs).items()}
    figures["two plans, alignment F1"] = alignment_f1(plans, found, gold, pairs)
    for name, path in THIRD.items():
        third, wanted = committed([load_plan(path)]), read_gold(GOLD / f"{name}_gold.json")
        hits = match_targets(third, wanted)
        figures[f"{name}, precision"] = len(hits) / len(third)
        figures[f"{name}, recall"] = len(hits) / len(wanted)
        figures |= {f"{name}, {field}": share for field, share in field_shares(third, wanted, hits).items()}
    figures |= commitment_shares(arguments.data)
    hundred = hundred_plans(plans)
    started = time.perf_counter()
    count = sum(len(find_targets(plan)) for plan in hundred)
    figures["100 plans of 60,000 characters, s"] = time.perf_counter() - started
    figures["100 plans, targets"] = count
    for name, value in figures.items():
        print(f"{name:40} {value:8.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
