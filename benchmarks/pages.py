"""Main content of saved web pages: what is kept of the plan and of what stands around it.

    python benchmarks/pages.py [--pages 40]

Pages are made up (``tests/reading/web_pages.py``): navigation, cookie notes, related links, comments, share buttons and
tables of links around a plan. Printed are the share of the plan's sentences and rows that are read, and of the strings
around it that are, by our reader and by trafilatura alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reading"))
from trafilatura import extract
from web_pages import SavedPage, saved_page

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


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=int, default=40)
    pages = [saved_page(seed) for seed in range(parser.parse_args().pages)]
    readers = {"ours": read, "trafilatura alone": lambda page: extract(page.html, include_comments=False) or ""}
    for name, reader in readers.items():
        texts = [reader(page) for page in pages]
        kept = fmean(share(page.around, text) for page, text in zip(pages, texts, strict=True))
        recall = fmean(share(page.main, text) for page, text in zip(pages, texts, strict=True))
        print(f"{name}: boilerplate kept {kept:.3f}, recall {recall:.3f}")


if __name__ == "__main__":
    main()
