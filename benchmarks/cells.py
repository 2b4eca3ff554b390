"""Tables asked by row and column: "What is 2030 of Transport?"; counted is whether the quote is the right row.

    python benchmarks/cells.py --data DIR [--failures] [--json FILE]

``DIR`` holds ``eval/pdf`` (one-page PDFs with their true Markdown, see ``pdf.py``) and ``eval/real/files``. Of each
true table whose columns and rows have names one cell is drawn; of the real documents ``questions/cells`` has
cells read by eye. Each question is asked of its own document and of all together. A quote is right if it is one row,
with the row's name and the cell, or its name stands in a cell that reaches down into it. These files were in view when
tables were made to be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pdf import read_tables

from indexer.library import Library
from indexer.types import Answer

QUESTIONS = Path(__file__).with_name("questions") / "cells" / "real.jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """A cell by its document, the names of its row and column, and what it holds."""

    doc: str
    row: str
    column: str
    cell: str

    @property
    def question(self) -> str:
        return f"What is {self.column} of {self.row}?"


def drawn_cells(folder: Path) -> Iterator[Asked]:
    """A cell of each table in the Markdown of ``folder`` whose columns and rows have names of their own."""
    for file in sorted(folder.glob("*.md")):
        for number, table in enumerate(read_tables(file.read_text("utf-8"))):
            head, rows = _unfolded(table)
            names = next((i for i, _ in enumerate(head) if sum(_is_name(row[i]) for row in rows) > len(rows) / 2), 0)
            cells = [
                Asked(file.stem, row[names], head[column], row[column])
                for row in rows
                for column in range(names + 1, len(head))
                if _is_name(row[names]) and [other[names] for other in rows].count(row[names]) == 1
                if _is_name(head[column]) and head.count(head[column]) == 1 and re.search(r"\w", row[column])
            ]
            if cells:
                seed = hashlib.sha256(f"{file.stem} {number}".encode()).digest()
                yield cells[int.from_bytes(seed[:4]) % len(cells)]


def _unfolded(table: Sequence[Sequence[tuple[str, list[str]]]]) -> tuple[list[str], list[list[str]]]:
    """What a table calls its columns, and its rows below that, cells over several columns or rows in each."""
    grid: dict[tuple[int, int], str] = {}
    for number, row in enumerate(table):
        column = 0
        for kind, parts in row:
            wide, high = map(int, kind.split()[1:])
            while (number, column) in grid:
                column += 1
            places = [(number + i, column + j) for i in range(high) for j in range(wide)]
            grid |= dict.fromkeys(places, " ".join("".join(parts).split()))
    columns = max((column for _, column in grid), default=-1) + 1
    whole = [[grid.get((i, j), "") for j in range(columns)] for i in range(len(table))]
    heads = max((int(kind.split()[2]) for kind, _ in table[0]), default=1) if table else 0
    head = [" ".join(dict.fromkeys(row[j] for row in whole[:heads] if row[j])) for j in range(columns)]
    return head, whole[heads:]


def _is_name(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2}|(?:19|20)\d\d", text))


def is_right(answer: Answer, asked: Asked) -> bool:
    """Whether the first quote is the row asked for."""
    if not answer.found:
        return False
    sentence = answer.sentences[0]
    above = [text for row in (sentence.table.rows if sentence.table else ()) for _, text in row.above]
    quote = _bare(" ".join([*above, sentence.text]))
    return "\n" not in sentence.text and _bare(asked.row) in quote and _bare(asked.cell) in quote


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--failures", action="store_true", help="print what was quoted instead")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    pages, real = options.data / "eval/pdf", options.data / "eval/real/files"
    asked = list(drawn_cells(pages / "markdown"))
    asked += [Asked(**json.loads(line)) for line in QUESTIONS.read_text("utf-8").splitlines()]
    docs = sorted({each.doc for each in asked})
    files = [pages / "pdfs" / f"{doc}.pdf" for doc in docs] + [file for doc in docs for file in real.glob(f"{doc}.*")]
    right: dict[str, list[bool]] = {"of its document": [], "of all documents": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "library", create=True) as library,
    ):
        library.add([file for file in files if file.exists()])
        for each in asked:
            for scope, plans in zip(right, ([each.doc], None), strict=True):
                answer = library.ask(each.question, plans=plans)
                right[scope].append(is_right(answer, each))
                if options.failures and not right[scope][-1]:
                    quoted = answer.sentences[0].text if answer.found else f"not found; {answer.hits[:1]}"
                    print(f"{scope}: {each.doc}: {each.question} {each.cell!r}: {' '.join(quoted.split())[:160]}")
    for scope, found in right.items():
        print(f"asked {scope}: {len(found)} tables, the quote is the row: {sum(found) / len(found):.3f}")
    if options.json:
        rows = [asdict(each) | {scope: found[i] for scope, found in right.items()} for i, each in enumerate(asked)]
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
