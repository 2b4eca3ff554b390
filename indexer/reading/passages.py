"""Plan -> Passages: a few sentences each, inside one section or one table, that together cover the plan.

Small passages answer better. Their context (plan title, section path, a table's caption and head) is in the text
that is indexed, not in the text that is shown. Fused MRR@10 on two plans: 500-character chunks 0.80, two sentences
with the title 0.89.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from indexer.language.sentences import broken_figures_of_plan, fold_space, is_heading_like, is_row, split_sentences
from indexer.reading.formats.blocks import CELL
from indexer.reading.outline import section_at, section_path
from indexer.reading.tables import LONGEST_CAPTION, LONGEST_HEAD, Excerpts
from indexer.types import Passage, Plan, Record, Role, Span, page_at

#: Sentences a passage holds, headings not counted.
SENTENCES = 2
#: Rows of a table that a passage holds: without its neighbours and the header a row says little.
ROWS = 8
#: Characters above which a sentence is split: the encoder reads 256 tokens, about 1,100 characters,
#: of which the context takes up to 300.
LONGEST = 800
#: Characters; a shorter window joins the one before.
SHORTEST = 40


def chunk_plan(plan: Plan) -> tuple[Passage, ...]:
    """Passages of ``plan`` in reading order; they cover every character that is not white space.

    Each lies within one section, or begins with the bare headings above it; records stay whole.
    """
    excerpts = Excerpts(plan)
    if plan.records:
        return tuple(_passage(plan, excerpts, (r.start, r.end), r) for r in plan.records)
    spans = (span for stretch in _stretches(plan) for span in _windows(plan.text, stretch))
    return tuple(_passage(plan, excerpts, span) for span in spans)


def indexed_text(passage: Passage) -> str:
    """What is embedded and word-indexed for ``passage``: title, section path, a table's head, then its text."""
    return indexed_context(passage) + fold_space(passage.text)


def indexed_context(passage: Passage) -> str:
    """What precedes the text of ``passage`` where it is indexed: title, section path, a table's caption and head."""
    if passage.record is not None and not passage.section:
        return ""
    return ". ".join([passage.title, *passage.section, *table_context(passage), ""])


def table_context(passage: Passage) -> list[str]:
    """Caption and head of the table whose rows ``passage`` holds, as far as they are not in its text."""
    table = passage.table
    if table is None:
        return []
    caption = "" if table.caption in fold_space(passage.text) else table.caption[:LONGEST_CAPTION]
    head = "" if table.heads else CELL.join(table.head)[:LONGEST_HEAD]
    return [part for part in (caption, head) if part]


def _passage(plan: Plan, excerpts: Excerpts, span: Span, record: Record | None = None) -> Passage:
    start, end = span
    broken = broken_figures_of_plan(plan.text)
    path = record.section if record else section_path(plan.sections, section_at(plan.sections, end - 1))
    role = next((role for a, b, role in plan.asides if a <= start < b), Role.BODY)
    return Passage(
        plan=plan.id,
        title=plan.title,
        start=start,
        end=end,
        text=plan.text[start:end],
        section=path if role not in (Role.SUMMARY, Role.FURNITURE) else (),
        page=page_at(plan.pages, start),
        role=role,
        cut_off=bisect_left(broken, span) < bisect_left(broken, (end, end)),
        record=record.id if record else None,
        table=excerpts.find(start, end),
    )


def _stretches(plan: Plan) -> Iterator[Span]:
    """Spans between the boundaries that no passage may cross: edges of sections, asides, and tables."""
    edges = {0, len(plan.text)}
    edges.update(s.start for s in plan.sections)
    edges.update(edge for start, end, _ in plan.asides for edge in (start, end))
    for table in plan.tables:
        # whole lines: Markdown has bars around a row
        start, end = plan.text.rfind("\n", 0, table.start) + 1, plan.text.find("\n", table.end)
        above = table.caption and table.caption[1] <= start
        edges |= {table.caption[0] if table.caption and above else start, end if end >= 0 else len(plan.text)}
    ordered = sorted(edges)
    held: int | None = None
    for start, end in pairwise(ordered):
        text = plan.text[start:end].strip()
        begin = start if held is None else held
        # A heading without text of its own goes with its first sub-section.
        aside_edge = any(end in (a, b) for a, b, _ in plan.asides)
        if text and is_heading_like(text) and "\n" not in text and end < len(plan.text) and not aside_edge:
            held = begin
            continue
        held = None
        if plan.text[begin:end].strip():
            yield begin, end


def _windows(text: str, stretch: Span) -> Iterator[Span]:
    """Windows of ``SENTENCES`` sentences over one stretch; headings go with what follows them."""
    base = stretch[0]
    pieces = [
        (base + start + a, base + start + b)
        for start, end in split_sentences(text[base : stretch[1]])
        for a, b in _split_long(text[base + start : base + end])
    ]
    window: list[Span] = []
    counted = 0.0
    windows: list[Span] = []
    for piece in pieces:
        length = piece[1] - (window[0][0] if window else piece[0])
        weight = _weight(text[piece[0] : piece[1]])
        # a heading goes with its sentence, however long; lines that are headings alone, as of a table, end somewhere
        if window and (counted >= SENTENCES or (length > LONGEST and (counted or not weight))):
            windows.append((window[0][0], window[-1][1]))
            window, counted = [], 0.0
        window.append(piece)
        counted += weight
    if window:
        last = (window[0][0], window[-1][1])
        if windows and last[1] - last[0] < SHORTEST and last[1] - windows[-1][0] <= LONGEST:
            last = (windows.pop()[0], last[1])
        windows.append(last)
    return iter(windows)


def _weight(sentence: str) -> float:
    """How many sentences ``sentence`` counts for: a heading 0, a row of a table a part of one."""
    if is_row(sentence):
        return SENTENCES / ROWS
    return 0.0 if is_heading_like(sentence) else 1.0


def _split_long(sentence: str) -> list[Span]:
    """Spans of ``sentence`` no longer than ``LONGEST``, split at clauses before words."""
    if len(sentence) <= LONGEST:
        return [(0, len(sentence))]
    spans = []
    position = 0
    for chunk in _splitter().split_text(sentence):
        start = sentence.index(chunk.strip(), position)
        position = start + len(chunk.strip())
        spans.append((start, position))
    return spans


@lru_cache(maxsize=1)
def _splitter():  # type: ignore[no-untyped-def]
    # imported late: it takes half a second, and most plans have no sentence this long
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        chunk_size=LONGEST,
        chunk_overlap=0,
        separators=["\n\n", "\n", "; ", "；", ", ", "，", "、", " ", ""],
        keep_separator="end",
    )
