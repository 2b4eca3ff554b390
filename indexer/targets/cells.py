"""Targets in tables: a cell's figure, what its row and column call it, and the year that either names.

A row alone, "Transport | 8% | 25%", says nothing; below "Sector | 2025 | 2030" it is a pathway. Only figures that are
due count: in a year to come, or where the table, its column or its row speaks of targets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter

from indexer.language.dates import find_years
from indexer.language.quantities import find_quantities
from indexer.language.sentences import fold_space
from indexer.reading.outline import section_at, section_path
from indexer.reading.tables import Excerpts, is_figure
from indexer.targets.clauses import Figure, find_figures
from indexer.targets.names import name_in, names_something
from indexer.targets.timing import headed_year
from indexer.targets.wording import binding_of_figure, change_of, comparator_of
from indexer.types import ExcerptRow, Plan, Span, Target, TargetKind, page_at

#: Characters of a cell; a longer one is prose, which is read as sentences are.
_LONGEST = 60
_GOAL = re.compile(r"\b(?:targets?|goals?|objectives?|milestones?|commitments?|ambitions?)\b|目标|指标", re.IGNORECASE)
_YEAR = re.compile(r"\s*(?:\b(?:by|in|for|until|FY)\s*)?(?:19|20)\d\d年?\s*(?:target|goal)?s?\b\W*|\s+$", re.IGNORECASE)
_UNIT = re.compile(
    r"[(\[（]([^()\[\]（）]{1,30})[)\]）]|,\s*(?:in\s+)?([^\s,]{1,12}(?: [^\s,]{1,12})?)$|\bin\s+(\S{1,12})$"
)
_NO_YEAR = "No year is named for this figure."


class TableTargets:
    """The targets of a plan's tables, row by row."""

    def __init__(self, plan: Plan, written: int | None) -> None:
        self._plan, self._written = plan, written
        self._excerpts = Excerpts(plan)

    def find(self, span: Span) -> list[Target] | None:
        """The targets of the row that ``span`` of the plan is; None where it is no row below a head, or holds prose."""
        text, tables = self._plan.text, self._plan.tables
        at = bisect_left(tables, span[0], key=attrgetter("end"))
        if at == len(tables) or tables[at].start >= span[1] or not tables[at].heads:
            return None
        excerpt = self._excerpts.find(*span)
        if excerpt is None or not excerpt.head:
            return None
        if excerpt.heads:
            return []  # years that name columns are no targets
        (row, *others) = excerpt.rows
        values = [text[span[0] + cell.start : span[0] + cell.end] for cell in row.cells if cell.column]
        if others or any(len(value) > _LONGEST for value in values) or not any(map(is_figure, values)):
            return None
        return list(self._of_row(span, row, excerpt.head, excerpt.caption))

    def names(self, span: Span, at: int) -> list[str]:
        """What names the cell at ``at`` of the row that ``span`` is: its row, its column and the table's caption."""
        excerpt = self._excerpts.find(*span)
        if excerpt is None or not excerpt.rows:
            return []
        row = excerpt.rows[-1]
        cell = next((c for c in row.cells if span[0] + c.start <= at < span[0] + c.end), None)
        column = cell.column if cell else 0
        first = next((c for c in row.cells if c.column == 0), None)
        label = self._plan.text[span[0] + first.start : span[0] + first.end] if first and first is not cell else ""
        head = excerpt.head[column] if column < len(excerpt.head) else ""
        return [label, head, excerpt.caption]

    def _of_row(self, span: Span, row: ExcerptRow, head: tuple[str, ...], caption: str) -> Iterator[Target]:
        plan = self._plan
        section = section_path(plan.sections, section_at(plan.sections, span[0]))
        around = " ".join([caption, *section[-1:]])
        cells = {cell.column: (span[0] + cell.start, span[0] + cell.end) for cell in row.cells}
        names = {column: fold_space(plan.text[slice(*place)]) for column, place in cells.items()}
        label = names.get(0) or next((text for column, text in row.above if column == 0), "")
        # units may have a column of their own
        unit = next(
            (names[c] for c, name in enumerate(head) if name.lower() in ("unit", "units", "单位") and c in names), ""
        )
        for column, place in cells.items():
            if not column or column >= len(head) or not is_figure(names[column]):
                continue
            years = {year.year for name in (head[column], label) for year in find_years(name)}
            year = max(years) if len(years) == 1 else headed_year(around)
            past = year is not None and self._written is not None and year < self._written
            due = year is not None and self._written is not None and year > self._written
            if past or not (due or _GOAL.search(" ".join([head[column], label, around]))):
                continue
            indicator = _named(label, head[column], [caption, *reversed(section)])
            for figure in _figures(indicator, names[column], [unit, head[column], label, caption]):
                yield Target(
                    kind=TargetKind.TARGET,
                    plan=plan.id,
                    indicator=indicator,
                    comparator=comparator_of(figure),
                    value=figure.value,
                    high=figure.high,
                    unit=figure.unit,
                    figure=names[column],
                    quote=plan.text[slice(*span)],
                    section=section,
                    page=page_at(plan.pages, span[0]),
                    start=span[0],
                    end=span[1],
                    span=place,
                    year=year,
                    change=change_of(figure),
                    binding=binding_of_figure(figure),
                    doubt="" if year else _NO_YEAR,
                )


def _named(label: str, column: str, around: Sequence[str]) -> str:
    """The indicator of a cell: the row's name, and the column's without its year where it says more.

    Where neither names anything ("Total | 2030"), the first of ``around`` that does goes before the row's.
    """
    bare = [_YEAR.sub(" ", _UNIT.sub("", name)).strip() or "" for name in (label, column)]
    rest = bare[1] if not _GOAL.fullmatch(bare[1]) else ""
    found = f"{bare[0]} ({rest})" if bare[0] and rest else bare[0] or rest or label
    if names_something(found):
        return found
    name = next(filter(None, map(name_in, around)), "")
    return f"{name} ({found})" if name and found else name or found


def _figures(indicator: str, cell: str, units: list[str]) -> list[Figure]:
    """The one figure of ``cell``, as a sentence that says what it is; its unit may stand elsewhere, in ``units``."""
    found = find_quantities(cell)
    if len(found) == 1 and not found[0].unit:
        for name in units:
            given = next(
                (part for m in _UNIT.finditer(name) for part in m.groups() if part), name if len(name) <= 12 else ""
            )
            with_unit = find_quantities(f"{cell} {given}") if given else []
            if len(with_unit) == 1 and with_unit[0].unit and with_unit[0].span[1] > len(cell):
                cell = f"{cell} {given}"
                break
    lead = f"{indicator}: "
    figures = [figure for figure in find_figures(lead + cell) if figure.span[0] >= len(lead)]
    return figures if len(figures) == 1 else []
