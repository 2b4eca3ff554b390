"""Tables of a web page: rows and cells, what cells cover, and tables that only lay out the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

#: Columns or rows that a cell may cover; trafilatura takes no more either.
_WIDEST = 100
_CELLS = ("td", "th", "cell")
_PARTS = ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption")
#: What a cell of a table of data does not hold.
_STRUCTURE = ("table", "h1", "h2", "h3", "head")
#: Share of the page's letters, and letters, from which a cell is the page's main column.
_MAIN_CELL, _LEAST_MAIN = 0.5, 1_000


def cells_of(row: Any) -> list[Any]:
    return [child for child in row if child.tag in _CELLS]


def count(element: Any, name: str) -> int:
    """How many columns or rows a cell says that it covers."""
    given = (element.get(name) or "1").strip()
    return int(given) if re.fullmatch(r"\d{1,4}", given) else 1


def is_row(element: Any) -> bool:
    """Whether a table row holds data: several cells, and no tables or headings within them."""
    cells = cells_of(element)
    return len(cells) > 1 and not any(next(cell.iter(*_STRUCTURE), None) is not None for cell in cells)


def is_head(element: Any) -> bool:
    """Whether a table row names the columns: it is in the table's head, or all of its cells with text are headings."""
    parent = element.getparent()
    cells = [cell for cell in cells_of(element) if "".join(cell.itertext()).strip()]
    return (parent is not None and parent.tag == "thead") or all(
        cell.tag == "th" or cell.get("role") == "head" for cell in cells
    )


def covered(tree: Any) -> int:
    """Cells that the cells of all tables cover, and those with which trafilatura fills up rows."""
    within = 0
    widths: dict[Any, list[int]] = {}
    for row in tree.iter("tr"):
        spans = [[min(count(cell, name), _WIDEST) for name in ("colspan", "rowspan")] for cell in cells_of(row)]
        within += sum(columns * rows for columns, rows in spans)
        parent = row.getparent()
        table = parent.getparent() if parent is not None and parent.tag != "table" else parent
        widths.setdefault(table, []).append(min(sum(columns for columns, _ in spans), _WIDEST))
    return within + sum(len(found) * max(found) for found in widths.values())


def unfold_layout(tree: Any, letters: Mapping[Any, int]) -> None:
    """Make boxes of the tables that lay out the page: of one cell, around the page's main column, or that say so.

    ``letters`` are those within each element.
    """
    tables: dict[Any, Any] = {}  # of each element, the table that it is or stands in
    cells: Counter[Any] = Counter()
    layout = set()
    for element in tree.iter():
        table = tables[element] = element if element.tag == "table" else tables.get(element.getparent())
        if table is None:
            continue
        if element is table:
            outer = tables.get(table.getparent())
            # a cell of a table of data may hold one, too, but then it holds words
            layout |= {table} if table.get("role") in ("presentation", "none") else set()
            layout |= {outer} if outer is not None else set()
        elif element.tag in _CELLS:
            cells[table] += 1
            if letters[element] >= max(_LEAST_MAIN, _MAIN_CELL * letters[tree]):
                layout.add(table)
    layout |= {table for table, found in cells.items() if found == 1}
    for element, table in tables.items():
        if table in layout and element.tag in _PARTS:
            element.tag = "div"
