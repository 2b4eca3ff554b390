"""Results -> objects of docs/json.md, for the command line, the HTTP API and MCP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from indexer.exporting.alerts import alert_link
from indexer.reading.doubts import Doubtful
from indexer.types import (
    Absence,
    Alert,
    Answer,
    Brief,
    BriefItem,
    Cell,
    ChangedAnswer,
    Changes,
    CheckedQuote,
    Comparison,
    Counterpart,
    Coverage,
    Excerpt,
    Hit,
    Mark,
    PlanInfo,
    SavedQuestion,
    Target,
    TargetRow,
    UniqueContent,
)
from indexer.wording import difference_text, table_rows


def searched_for_object(answer: Answer) -> dict[str, Any] | None:
    """How a question was searched; None when word for word."""
    return asdict(answer.searched_for) if answer.searched_for else None


def plan_object(info: PlanInfo) -> dict[str, Any]:
    """A plan in a list of plans, its metadata inlined."""
    fields = asdict(info)
    metadata = fields.pop("metadata")
    return {"plan": fields.pop("id"), **fields, **metadata}


def answer_object(answer: Answer, doubtful: Doubtful = frozenset()) -> dict[str, Any]:
    """The answer to one question; ``doubtful`` are the pages that read badly."""
    return {
        "question": answer.question,
        "answerable": answer.found,
        "searched": answer.searched,
        "named": answer.named,
        "read_as": answer.read_as,
        "verdict": answer.verdict,
        "parts": [asdict(part) for part in answer.parts],
        "route": answer.route and asdict(answer.route),
        "searched_for": searched_for_object(answer),
        "answer": [
            {
                "text": s.text,
                "citation": s.citation,
                "emphasis": s.emphasis,
                "span": s.span,
                "completes": s.completes,
                "certainty": s.certainty,
                "role": s.role,
                "table": table_object(s.text, s.table),
            }
            for s in answer.sentences
        ],
        "citations": [asdict(c) | {"page_reads_badly": (c.plan, c.page) in doubtful} for c in answer.citations],
        **(_coverage(answer.coverage) if answer.coverage else {}),
        "passages": [passage_object(rank, hit, doubtful) for rank, hit in enumerate(answer.hits, 1)],
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    """How many passages hold an answer, and why the search stopped."""
    return {
        "found": sum(coverage.by_plan.values()),
        "by_plan": coverage.by_plan,
        "by_section": [
            {"plan": plan, "section": section, "passages": n} for (plan, section), n in coverage.by_section.items()
        ],
        "stopped": coverage.stopped,
    }


def passage_object(rank: int, hit: Hit, doubtful: Doubtful | None = None) -> dict[str, Any]:
    """A passage found, with its rank; with ``doubtful``, whether its page reads badly."""
    p = hit.passage
    known = {} if doubtful is None else {"page_reads_badly": (p.plan, p.page) in doubtful}
    return {
        "rank": rank,
        "score": hit.score,
        "plan": p.plan,
        "title": p.title,
        "section": p.section,
        "page": p.page,
        "start": p.start,
        "end": p.end,
        "text": p.text,
        "highlights": hit.highlights,
        "record": p.record,
        "table": table_object(p.text, p.table),
        **known,
    }


def table_object(text: str, table: Excerpt | None) -> dict[str, Any] | None:
    """What ``text`` holds of a table; None where that is none."""
    if table is None:
        return None
    rows = [[cell for cell, _ in row] for row in table_rows(text, table)]
    return {"caption": table.caption, "head": table.head, "rows": rows}


def comparison_object(comparison: Comparison) -> dict[str, Any]:
    """One question asked of several plans."""
    return {
        "question": comparison.question,
        "cells": [_cell(cell) for cell in comparison.cells],
        "differences": [{"aspect": d.aspect, "values": d.values} for d in comparison.differences],
        "said": difference_text(comparison.said),
        "parts": [
            {"plan": p.plan, "verb": p.verb, "text": p.text, "start": p.span[0], "end": p.span[1]}
            for p in comparison.said
        ],
    }


def counterparts_object(plan: str, start: int, other: str, found: Sequence[Counterpart]) -> dict[str, Any]:
    """The passages of ``other``, mutual nearest first."""
    return {
        "plan": plan,
        "start": start,
        "in": other,
        "counterparts": [
            {
                **passage_object(rank, counterpart.hit),
                "mutual": counterpart.mutual,
                "own_marks": _marks(counterpart.own_marks),
                "marks": _marks(counterpart.marks),
            }
            for rank, counterpart in enumerate(found, 1)
        ],
    }


def unique_content_object(found: UniqueContent) -> dict[str, Any]:
    """Unique passages by plan and section, shared ones, and the measure."""
    return {
        "measure": found.measure,
        "only": [
            {
                "plan": group.plan,
                "title": group.title,
                "section": group.section,
                "passages": [passage_object(rank, hit) for rank, hit in enumerate(group.passages, 1)],
            }
            for group in found.only
        ],
        "shared": [
            [
                {"plan": p.plan, "section": p.section, "page": p.page, "start": p.start, "end": p.end}
                for p in each.passages
            ]
            for each in found.shared
        ],
    }


#: What became of how binding a sentence is.
OBLIGATION = {1: "strengthened", -1: "weakened"}


def changes_object(found: Changes) -> dict[str, Any]:
    """What changed in a plan from one version to another."""
    from indexer.library.versions import obligation_change

    return {
        "plan": found.new.plan,
        "old": asdict(found.old),
        "new": asdict(found.new),
        "sentences": [
            {**asdict(sentence), "obligation": OBLIGATION.get(obligation_change(sentence))}
            for sentence in found.sentences
        ],
        "answers": [saved_object(answer.saved, answer) for answer in found.answers],
    }


def saved_object(question: SavedQuestion, changed: ChangedAnswer | None) -> dict[str, Any]:
    """A saved question, with how its answer has changed."""
    pairs = {"removed": changed.removed, "added": changed.added} if changed else {"removed": (), "added": ()}
    return {
        "id": question.id,
        "question": question.question,
        "plans": question.plans,
        "section": question.section,
        "saved": question.at,
        "quotes": [{"plan": plan, "quote": quote} for plan, quote in question.quotes],
        **{name: [{"plan": plan, "quote": quote} for plan, quote in quotes] for name, quotes in pairs.items()},
    }


def alert_object(alert: Alert, pages: str = "") -> dict[str, Any]:
    """An alert; ``pages`` is the address of the pages, to link to what changed."""
    quotes = {"old": (alert.old, alert.old_version), "new": (alert.new, alert.new_version)}
    return {
        "id": alert.id,
        "at": alert.at,
        "question": alert.question,
        "plans": alert.plans,
        "section": alert.section,
        "shared": not alert.owner,
        "plan": alert.plan,
        "title": alert.title,
        "classes": alert.classes,
        **{name: {**asdict(of), "version": n} if of else None for name, (of, n) in quotes.items()},
        "url": alert_link(alert, pages) if pages else "",
    }


def brief_item_object(brief: Brief, item: BriefItem, checked: CheckedQuote | None) -> dict[str, Any]:
    """An item of a brief, with what became of its quote."""
    return {"brief": brief.name, **asdict(item), "state": str(checked.state) if checked else None}


def absence_object(absence: Absence) -> dict[str, Any]:
    """A certificate that nothing answers."""
    return asdict(absence)


def target_object(target: Target) -> dict[str, Any]:
    """A target or threshold."""
    return {
        "kind": target.kind,
        "plan": target.plan,
        "indicator": target.indicator,
        "comparator": target.comparator,
        "value": target.value,
        "high": target.high,
        "unit": target.unit,
        "figure": target.figure,
        "quote": target.quote,
        "section": list(target.section),
        "page": target.page,
        "start": target.start,
        "end": target.end,
        "figure_start": target.span[0],
        "figure_end": target.span[1],
        "year": target.year,
        "base_year": target.base_year,
        "change": target.change,
        "scope": target.scope,
        "binding": target.binding,
        "cut_off": target.cut_off,
        "doubt": target.doubt,
    }


def row_object(row: TargetRow) -> dict[str, Any]:
    """One indicator and year, the plans' values side by side."""
    return {
        "series": row.series,
        "indicator": row.indicator,
        "year": row.year,
        "unit": row.unit,
        "cells": [{"value": c.value, "high": c.high, "target": target_object(c.target)} for c in row.cells],
        "gap": row.gap,
        "note": row.note,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    answer = cell.answer
    return {
        "plan": cell.plan,
        "title": cell.title,
        "found": cell.found,
        "searched": answer.searched,
        "answer": [
            {"text": s.text, "citation": s.citation, "emphasis": s.emphasis, "marks": _marks(marks)}
            for s, marks in zip(answer.sentences, cell.marks, strict=True)
        ],
        "citations": [asdict(c) for c in answer.citations],
        "nearest": passage_object(1, answer.nearest) if answer.nearest else None,
    }


def _marks(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    return [{"start": mark.span[0], "end": mark.span[1], "aspect": mark.aspect} for mark in marks]
