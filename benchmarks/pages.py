"""Main content of saved web pages: what is kept of the plan and of what stands around it.

    python benchmarks/pages.py [--pages 40] [--furniture]

Pages are made up (``tests/reading/web_pages.py``): kinds of sites with navigation, cookie notes, related links,
comments, share buttons and tables of links around a plan. Printed are the share of the plan's sentences and rows that
are read, and of the strings around it that are, by our reader and by trafilatura alone, for each kind of site.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reading"))
from trafilatura import extract
from web_pages import KINDS, SavedPage

from indexer.reading.loading import load_plan
from indexer.types import Role


def bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def share(strings: Sequence[str], text: str) -> float:
    """Share of ``strings`` that stand in ``text``, spaces and punctuation not counted."""
    within = bare(text)
    return sum(bare(string) in within for string in strings) / len(strings)


def read(page: SavedPage) -> str:
    """What our reader takes for the page's plan."""
    plan = load_plan(Path("page.html"), data=page.html.encode())
    gone = [(start, end) for start, end, role in plan.asides if role is Role.FURNITURE]
    return plan.text[: gone[0][0]] if gone else plan.text


READERS = {"ours": read, "trafilatura alone": lambda page: extract(page.html, include_comments=False) or ""}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=int, default=40, help="of each kind")
    parser.add_argument("--furniture", action="store_true", help="print what is kept of each kind of furniture, too")
    options = parser.parse_args()
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in READERS}
    for kind, saved_page in KINDS.items():
        pages = [saved_page(seed) for seed in range(options.pages)]
        for name, reader in READERS.items():
            texts = [reader(page) for page in pages]
            kept = fmean(share([text for _, text in p.around], t) for p, t in zip(pages, texts, strict=True))
            recall = fmean(share(page.main, text) for page, text in zip(pages, texts, strict=True))
            figures[name].append((kept, recall))
            print(f"{kind}, {name}: boilerplate kept {kept:.3f}, recall {recall:.3f}")
            if options.furniture:
                parts: dict[str, list[float]] = defaultdict(list)
                for page, text in zip(pages, texts, strict=True):
                    for furniture, string in page.around:
                        parts[furniture].append(share([string], text))
                print("   ", ", ".join(f"{furniture} {fmean(found):.2f}" for furniture, found in parts.items()))
    for name, found in figures.items():
        kept, recall = (fmean(values) for values in zip(*found, strict=True))
        print(f"all kinds, {name}: boilerplate kept {kept:.3f}, recall {recall:.3f}")


if __name__ == "__main__":
    main()
