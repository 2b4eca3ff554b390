"""Reading of one-page PDFs against their true Markdown: order of the text, tables, headings.

    python benchmarks/pdf.py --data DIR [--half 0|1] [--files] [--keep FOLDER] [--json FILE]

``DIR`` holds ``pdfs/ID.pdf`` and ``markdown/ID.md``, such as those of the public opendataloader-bench, whose
three measures these are: NID, the normalised indel similarity of the texts; TEDS, the tree edit distance
similarity of all tables of a file as one tree (Zhong et al., arXiv:1911.10683); MHS, the same over headings and
the text under each. A file's score is the mean of those that apply. The mean over files is printed, and for each
half of them, so that one can be left out of view. Time is compared with pypdf's text extraction in the same run.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from html import escape
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any

from apted import APTED, Config
from pypdf import PdfReader
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from indexer.errors import SourceError
from indexer.reading.formats.pdf import load
from indexer.reading.loading import Content, load_plan
from indexer.types import Plan, Table

_HEADING = re.compile(r"#{1,6}\s+(.*)")
_PLAIN_FIGURES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TITLE_LINES = 5  # a title stands on a few lines at most


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one file; None where a measure does not apply to it."""

    overall: float
    nid: float
    teds: float | None
    mhs: float | None


@dataclass(frozen=True, slots=True)
class Node:
    """Of a tree that is compared; ``text`` counts where both kinds are the same."""

    kind: str
    text: str = ""
    children: tuple[Node, ...] = ()

    def count(self) -> int:
        return 1 + sum(child.count() for child in self.children)


class _Compare(Config):  # type: ignore[misc]
    def rename(self, a: Node, b: Node) -> float:
        if a.kind != b.kind:
            return 1.0
        return Levenshtein.normalized_distance(a.text, b.text)


def score(truth: str, read: str) -> Scores:
    """The scores of the Markdown ``read`` against ``truth``."""
    nid = fuzz.ratio(_folded(truth), _folded(read)) / 100
    teds = _similar(_tables(truth), _tables(read), above=0)
    mhs = _similar(_outline(truth), _outline(read), above=1)
    return Scores(fmean(s for s in (nid, teds, mhs) if s is not None), nid, teds, mhs)


def _similar(truth: Node, read: Node, *, above: int) -> float | None:
    """Tree edit similarity; ``above`` is 1 where the root counts as a node."""
    kinds = {"table", "heading"}
    if not any(child.kind in kinds for child in truth.children):
        return None
    if not any(child.kind in kinds for child in read.children):
        return 0.0
    distance = APTED(truth, read, _Compare()).compute_edit_distance()
    return max(0.0, 1 - distance / (max(truth.count(), read.count()) - 1 + above))


def _folded(text: str) -> str:
    return " ".join(text.split())


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[tuple[str, list[str]]]]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            given = dict(attrs)
            self.tables[-1][-1].append((f"td {given.get('colspan', '1')} {given.get('rowspan', '1')}", []))
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "table"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.tables[-1][-1][-1][1].append(data)


def read_tables(markdown: str) -> list[list[list[tuple[str, list[str]]]]]:
    """The HTML tables in ``markdown``: by row the kind of each cell, "td COLUMNS ROWS", and the parts of its text."""
    parser = _Tables()
    parser.feed(markdown)
    return parser.tables


def _tables(markdown: str) -> Node:
    return Node(
        "all",
        "",
        tuple(
            Node(
                "table",
                "",
                tuple(
                    Node("row", "", tuple(Node(kind, _folded("".join(text))) for kind, text in row)) for row in table
                ),
            )
            for table in read_tables(markdown)
        ),
    )


def _outline(markdown: str) -> Node:
    """Headings in order, all of one level, each with the text under it."""
    children: list[Node] = []
    for heading, lines in groupby(markdown.splitlines(), lambda line: (m := _HEADING.match(line)) and m[1] is not None):
        if heading:
            children += [Node("heading", _folded(line.lstrip("#"))) for line in lines]
        elif text := _folded(" ".join(lines)):
            content = Node("content", text)
            if children:
                last = children.pop()
                children.append(Node(last.kind, last.text, (content,)))
            else:
                children.append(content)
    return Node("document", "", tuple(children))


def to_markdown(plan: Plan, content: Content) -> str:
    """``plan`` as Markdown in the way of the truth: headings of one level, tables in HTML."""
    parts = {(s.start, s.body): "" for s in plan.sections if plan.text[s.body : s.body + 1] in ("", "\n")}
    if (title := _title_span(plan.text, content.title)) and not any(a < title[1] and title[0] < b for a, b in parts):
        parts[title] = ""
    parts = {span: f"\n# {_folded(plan.text[slice(*span)])}\n" for span in parts}
    for table in content.tables:
        parts[table.rows[0][0].start, table.rows[-1][-1].end] = _table(plan.text, table)
    found: list[str] = []
    position = 0
    for start, end in sorted(parts):
        found += [plan.text[position:start], parts[start, end]]
        position = end
    # the truth writes raised figures plainly
    return re.sub("-?\u00ad\n?", "", "\n".join([*found, plan.text[position:]])).translate(_PLAIN_FIGURES)


def _table(text: str, table: Table) -> str:
    rows = []
    for row in table.rows:
        cells = []
        for cell in row:
            spans = (("rowspan", cell.rows), ("colspan", cell.columns))
            tag = "td" + "".join(f' {name}="{count}"' for name, count in spans if count > 1)
            cells.append(f"<{tag}> {escape(text[cell.start : cell.end], quote=False)} </td>")
        rows.append(f"<tr> {' '.join(cells)} </tr>")
    return f"\n<table> {' '.join(rows)} </table>\n"


def _title_span(text: str, title: str) -> tuple[int, int] | None:
    """Where the title stands in the text by itself."""
    lines = list(re.finditer(r"[^\n]+", text))
    wanted = "".join(title.split()).casefold()
    for i in range(len(lines)):
        for n in range(1, _TITLE_LINES):
            span = lines[i].start(), lines[min(i + n, len(lines)) - 1].end()
            if "".join(text[slice(*span)].split()).casefold() == wanted:
                return span
    return None


def _load(path: Path, data: bytes) -> Plan | None:
    try:
        return load_plan(path, data=data)
    except SourceError:
        return None


def _read(path: Path, data: bytes) -> str:
    plan = _load(path, data)
    return to_markdown(plan, load(path, data)) if plan else ""


def cpu_seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def extract(data: bytes) -> None:
    """What pypdf's text extraction does, for its time."""
    for page in PdfReader(io.BytesIO(data)).pages:
        page.extract_text()


def means(rows: Sequence[Scores]) -> dict[str, float]:
    found = {}
    for field in fields(Scores):
        values = [v for row in rows if (v := getattr(row, field.name)) is not None]
        found[field.name] = round(fmean(values), 4) if values else 0.0
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--half", type=int, choices=(0, 1), help="every second file alone")
    parser.add_argument("--files", action="store_true", help="print each file")
    parser.add_argument("--keep", type=Path, help="a folder for the Markdown that was read")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    paths = sorted((options.data / "pdfs").glob("*.pdf"))
    scored: dict[str, Scores] = {}
    halves: dict[int, list[Scores]] = {0: [], 1: []}
    ours = theirs = 0.0
    for number, path in enumerate(paths):
        if options.half not in (None, number % 2):
            continue
        data = path.read_bytes()
        ours += cpu_seconds(lambda path=path, data=data: _load(path, data))  # type: ignore[misc]
        theirs += cpu_seconds(lambda data=data: extract(data))  # type: ignore[misc]
        read = _read(path, data)
        result = score((options.data / "markdown" / f"{path.stem}.md").read_text("utf-8"), read)
        scored[path.stem] = result
        halves[number % 2].append(result)
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{path.stem}.md").write_text(read, "utf-8")
        if options.files:
            shown = ("   -" if v is None else f"{v:.2f}" for v in asdict(result).values())
            print(path.stem, *shown)
    for name, rows in (("all", list(scored.values())), ("half 0", halves[0]), ("half 1", halves[1])):
        if rows:
            print(f"{name}: {len(rows)} files ", "  ".join(f"{key} {value:.3f}" for key, value in means(rows).items()))
    print(f"CPU seconds a file: {ours / len(scored):.4f}, {ours / theirs:.2f} of pypdf's text extraction")
    if options.json:
        whole = {"mean": means(list(scored.values())), "files": {name: asdict(s) for name, s in scored.items()}}
        options.json.write_text(json.dumps(whole, indent=1), "utf-8")


if __name__ == "__main__":
    main()
