"""Text of made-up plans set as PDF by two producers, against their source.

    python benchmarks/reading.py [--json FILE]

Thirty documents: reportlab and Chromium, one and two columns, English and Chinese, with and without
running headers; two written row by row across their columns. For each: the share of the source's
characters found in order, the share of the text read that is the source's, and the sentences that are
cited to the page on which the producer set them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reading"))
from documents import Made, make, measure, set_across_columns, set_by_chromium, set_by_reportlab, without_tables

from indexer.reading.loading import load_plan


def documents(folder: Path) -> Iterator[tuple[Made, bytes, list[int]]]:
    """Thirty documents, set, with the page of each sentence."""
    for number in range(14):
        columns, language = 1 + number % 2, "zh" if number % 4 > 1 else "en"
        made = make(f"reportlab-{language}-{columns}-{number}", number, language)
        yield made, *set_by_reportlab(made, columns=columns, running=number % 3 > 0, size=9.5 + number % 3)
    for number in range(2):
        made = without_tables(make(f"across-en-2-{number}", 20 + number))
        yield made, *set_across_columns(made)
    for number in range(14):
        columns, language = 1 + number % 2, "zh" if number % 4 > 1 else "en"
        made = make(f"chromium-{language}-{columns}-{number}", 40 + number, language)
        yield made, *set_by_chromium(made, folder, columns=columns, running=number % 3 > 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for made, data, pages in documents(Path(name)):
            path = Path(name) / f"{made.name}.pdf"
            path.write_bytes(data)
            started = time.perf_counter()
            plan = load_plan(path)
            row = {"document": made.name, "pages": len(plan.pages), "seconds": round(time.perf_counter() - started, 2)}
            row |= measure(made, pages, plan)
            rows.append(row)
            print("  ".join(f"{key} {value}" for key, value in row.items()))
    worst = min(row["in order"] for row in rows)
    share = sum(row["in order"] * row["characters"] for row in rows) / sum(row["characters"] for row in rows)
    right, all_sentences = (sum(row[key] for row in rows) for key in ("right page", "sentences"))
    print(f"{len(rows)} documents, {sum(row['pages'] for row in rows)} pages")
    print(f"characters in order: {share:.4%}, in the worst document {worst:.2%}")
    print(f"sentences with the right page: {right} of {all_sentences}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), "utf-8")


if __name__ == "__main__":
    main()
