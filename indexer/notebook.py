"""Results -> HTML for notebooks: everything from a plan is escaped, words found are marked."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["escape", "numbered", "quotation", "table"]

#: Keeps a notebook from setting what is between two dollar signs as a formula.
_PLAIN = 'class="tex2jax_ignore mathjax_ignore"'


def quotation(text: str, spans: Iterable[tuple[int, int]], source: str) -> str:
    """A quote with ``spans`` of it marked, which neither overlap nor go back, above where it is from."""
    parts, position = [], 0
    for start, end in spans:
        parts += [escape(text[position:start]), f"<mark>{escape(text[start:end])}</mark>"]
        position = end
    marked = "".join([*parts, escape(text[position:])])
    return f"<div {_PLAIN}><blockquote>{marked}</blockquote><small>{escape(source)}</small></div>"


def numbered(items: Iterable[object]) -> str:
    """Items as a numbered list."""
    return f"<ol {_PLAIN}>{''.join(f'<li>{_html(item)}</li>' for item in items)}</ol>"


def table(rows: Iterable[tuple[object, ...]]) -> str:
    """Rows of cells, the first of each its heading."""
    lines = (f"<th>{_html(row[0])}</th>{''.join(f'<td>{_html(cell)}</td>' for cell in row[1:])}" for row in rows)
    return f"<table {_PLAIN}>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _html(item: object) -> str:
    own = getattr(item, "_repr_html_", None)
    return str(own()) if own else escape(str(item))
