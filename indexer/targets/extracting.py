"""A plan -> its targets, thresholds and other figures, several to a sentence, each with the sentence as its quote.

No language model: patterns find a figure with its unit and read the words around it. What they cannot decide stays
None or is named in ``Target.doubt``; a figure that the source cut off has no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.language.numerals import CHINESE_DIGITS, FRACTION_WORDS, NUMBER_WORDS, SCALE_WORDS
from indexer.language.sentences import fold_space, forget_plan, is_figure_row, is_heading_like, sentences_of_plan
from indexer.reading.lists import list_around
from indexer.reading.outline import section_at, section_path
from indexer.storage import Backend
from indexer.targets.cells import TableTargets
from indexer.targets.clauses import Figure, find_figures
from indexer.targets.indicators import indicator_of
from indexer.targets.recalling import may_be_recalled
from indexer.targets.roles import kind_of
from indexer.targets.timing import base_year, find_moments, headed_year, target_moments
from indexer.targets.wording import binding_of_figure, change_of, comparator_of, scope_of
from indexer.types import Plan, Role, Span, Target, TargetKind, page_at

_DIGIT = re.compile(r"\d")
#: A sentence without a digit or any of these, in lower case, has no figure; most have none.
_MAY_HOLD = re.compile(
    rf"[零两{CHINESE_DIGITS}十百千万亿]|\b(?:{'|'.join(SCALE_WORDS)}|per ?cent|(?:{'|'.join(FRACTION_WORDS)})s?"
    rf"|(?:{'|'.join(NUMBER_WORDS)})[ -]|(?:reach|exceed)\s*$)"
)
_AND = re.compile(r"(?:\s+(?:in|by|until)\s+\d{4})?,?\s*(?:and|or|和|、|，)\s*(?:then\s+)?", re.IGNORECASE)
_LONGEST_HEADING = 300  # characters in which a heading names its year
_NO_YEAR = "No year is named for this figure."
_RECALLED = "The sentence may recall the goal of another, of a state or an agreement."


def find_targets(plan: Plan) -> list[Target]:
    """Targets, thresholds and other figures of ``plan``, in reading order.

    A leading summary counts only for what the body does not say, as where a figure is cut off there. Page boilerplate,
    contents pages and reference lists do not count.
    """
    written = int(plan.metadata.date[:4]) if plan.metadata.date[:4].isdigit() else None
    tables = TableTargets(plan, written)
    body: list[Target] = []
    summary: list[Target] = []
    for span in sentences_of_plan(plan.text):
        if not (_DIGIT.search(plan.text, *span) or _MAY_HOLD.search(plan.text[slice(*span)].lower())):
            continue
        role = next((role for a, b, role in plan.asides if a <= span[0] < b), Role.BODY)
        if role.may_answer:
            of_row = tables.find(span)
            found = _targets_of(plan, span, written, tables) if of_row is None else of_row
            (summary if role is Role.SUMMARY else body).extend(found)
    forget_plan()  # nothing needs its sentences after this
    in_body = {(t.kind, t.value, t.high, t.unit, t.year) for t in body}
    return [t for t in summary if (t.kind, t.value, t.high, t.unit, t.year) not in in_body] + body


def gather_targets(backend: Backend, plans: Sequence[str] | None = None, *, figures: bool = False) -> list[Target]:
    """Targets and thresholds of ``plans`` (all when None), in their order, then in reading order.

    With ``figures`` also those that are only mentioned. Raises UnknownPlanError.
    """
    chosen = plans if plans is not None else [info.id for info in backend.plans()]
    stored = {plan: backend.targets(plan) for plan in dict.fromkeys(chosen)}
    # an older library may have none stored
    found = [t for plan, kept in stored.items() for t in (find_targets(backend.plan(plan)) if kept is None else kept)]
    return found if figures else [t for t in found if t.kind is not TargetKind.FIGURE]


def _targets_of(plan: Plan, span: Span, written: int | None, tables: TableTargets) -> Iterator[Target]:
    start, end = span
    sentence = plan.text[start:end]
    figures = [] if is_figure_row(sentence) else find_figures(sentence)
    if not figures:
        return
    section = section_path(plan.sections, section_at(plan.sections, start))
    page = page_at(plan.pages, start)
    heading = section[-1] if section else plan.title
    if is_heading_like(sentence) and sentence in "\n".join(section):
        return
    moments = find_moments(sentence, written)
    reached = target_moments(figures, moments)
    scopes = [scope_of(f) for f in figures]
    previous = ""
    last: Target | None = None
    for figure, moment, scope in zip(figures, reached, scopes, strict=True):
        kind = kind_of(figure, moment, written, heading)
        if kind is None or (kind is TargetKind.THRESHOLD and _within_scope(figure, figures, scopes)):
            continue
        indicator = _without(
            indicator_of(figure, previous, _names_around(plan, span, start + figure.span[0], section, tables)), scope
        )
        previous = indicator
        target = kind is TargetKind.TARGET
        year = (moment.year if moment else headed_year(heading[:_LONGEST_HEADING])) if target else None
        if year is not None and written is not None and year < written:
            year = None  # when it was set, not when it is due
        # "by 25 million and 13 million": the words about the first hold for the second
        shared = last if last and _continues(figure, last.span[1] - start) else None
        last = Target(
            kind=kind,
            plan=plan.id,
            indicator=indicator,
            comparator=comparator_of(figure),
            value=figure.value,
            high=figure.high,
            unit=figure.unit,
            figure=figure.text,
            quote=sentence,
            section=section,
            page=page,
            start=start,
            end=end,
            span=(start + figure.span[0], start + figure.span[1]),
            year=year,
            base_year=(base_year(figure, moments) or (shared.base_year if shared else None)) if target else None,
            change=(change_of(figure) or (shared.change if shared else None)) if target else None,
            scope=(scope or (shared.scope if shared else None)) if target else None,
            binding=binding_of_figure(figure),
            cut_off=figure.value is None,
            doubt=_doubt(figure, plan, year) if target else "",
        )
        yield last


def _doubt(figure: Figure, plan: Plan, year: int | None) -> str:
    if may_be_recalled(figure, plan):
        return _RECALLED
    return _NO_YEAR if year is None else ""


def _names_around(plan: Plan, span: Span, at: int, section: Sequence[str], tables: TableTargets) -> Iterator[str]:
    """What may name the figure at ``at`` where its sentence does not, the nearest first."""
    yield from tables.names(span, at)
    listed = list_around(plan.text, span)
    if listed:
        yield plan.text[slice(*listed[0])]
    yield from reversed(section)
    yield plan.title


def _continues(figure: Figure, end: int) -> bool:
    """Whether only a year and a conjunction are between ``figure`` and the one that ends at ``end``."""
    between = figure.sentence[end : figure.span[0]]
    return 0 <= end <= figure.span[0] and bool(_AND.fullmatch(between))


def _without(indicator: str, scope: str | None) -> str:
    """``indicator`` without the words of ``scope``, which is given separately."""
    if not scope or scope not in indicator:
        return indicator
    left = re.sub(r"(?:\b(?:in|for|among|across|within|at)\s+)?" + re.escape(scope), "", indicator)
    return fold_space(left) or indicator


def _within_scope(figure: Figure, figures: list[Figure], scopes: list[str | None]) -> bool:
    """Whether ``figure`` is part of the scope of another figure of the sentence."""
    return any(
        other is not figure and scope and other.clause == figure.clause and " ".join(figure.text.split()) in scope
        for other, scope in zip(figures, scopes, strict=True)
    )
