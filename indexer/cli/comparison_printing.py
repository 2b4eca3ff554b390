"""Comparisons, counterparts and unique passages as JSON lines and as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from indexer.cli.printing import BOLD, FAINT, dump, emphasized, hit_text, passage_object, styled, wrap
from indexer.types import Aspect, Cell, Comparison, Counterpart, Hit, Mark, Uniqueness
from indexer.wording import cite

_ASPECTS = {
    Aspect.FIGURE: "Figures",
    Aspect.YEAR: "Years",
    Aspect.NAME: "Names",
    Aspect.BINDING: "How binding",
}


def comparison_json(comparison: Comparison) -> str:
    """One line of JSON, as the contract in docs/json.md has it."""
    return dump(
        {
            "question": comparison.question,
            "cells": [_cell(cell) for cell in comparison.cells],
            "differences": [{"aspect": d.aspect, "values": d.values} for d in comparison.differences],
        }
    )


def comparison_text(comparison: Comparison) -> str:
    """Plan by plan what it answers, with its citations, then what differs."""
    lines = [styled(comparison.question, BOLD)]
    for cell in comparison.cells:
        lines += ["", f"{cell.plan}: {cell.title}"]
        answer = cell.answer
        for sentence in answer.sentences:
            lines.append(wrap(f"“{emphasized(sentence.text, sentence.emphasis)}” [{sentence.citation}]", "    "))
        lines += [f"    [{c.n}] {styled(cite(c), FAINT)}" for c in answer.citations]
        if not cell.found:
            lines.append(f"    Not found in this plan. {answer.searched:,} passages searched.")
            if answer.nearest:
                lines += ["    Nearest passage, which does not answer:", hit_text(None, answer.nearest)]
    if comparison.differences:
        lines += ["", "They differ:"]
        for told in comparison.differences:
            values = "; ".join(f"{plan} {value}" for plan, value in told.values.items())
            lines.append(wrap(f"{_ASPECTS[told.aspect]}: {values}", "    "))
    return "\n".join([*lines, ""])


def counterparts_json(plan: str, start: int, other: str, found: Sequence[Counterpart]) -> str:
    """One line of JSON: the passages of ``other``, mutual nearest first."""
    return dump(
        {
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
    )


def counterparts_text(other: str, found: Sequence[Counterpart]) -> str:
    """The passages with what differs in them in bold, each with whether it is nearest both ways."""
    if not found:
        return f"{other} holds no passage to compare with."
    lines = []
    for rank, counterpart in enumerate(found, 1):
        passage = counterpart.hit.passage
        shown = Hit(passage, counterpart.hit.score, tuple(mark.span for mark in counterpart.marks))
        lines.append(hit_text(rank, shown))
        words = [" ".join(passage.text[slice(*mark.span)].split()) for mark in counterpart.marks]
        if words:
            lines.append(wrap("differs in: " + "; ".join(dict.fromkeys(words)), "     "))
        if counterpart.mutual:
            lines.append("     each is the other's nearest")
    return "\n".join(lines)


def uniqueness_json(found: Uniqueness) -> str:
    """One line of JSON: what only one plan says by plan and section, what most share, and the measure."""
    return dump(
        {
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
    )


def uniqueness_text(found: Uniqueness) -> str:
    """Counts and the measure, then each plan's own passages by section."""
    lines: list[str] = []
    for plan in dict.fromkeys(group.plan for group in found.only):
        groups = [group for group in found.only if group.plan == plan]
        count = sum(len(group.passages) for group in groups)
        lines += [styled(f"Only in {plan}, {groups[0].title}: {count} passages", BOLD)]
        for group in groups:
            lines += ["", styled("  " + (" › ".join(group.section) or "Outside any section"), FAINT)]
            lines += [wrap(emphasized(hit.passage.text, ()), "    ") for hit in group.passages]
        lines.append("")
    lines.append(f"{len(found.shared)} passages are shared by most of the plans.")
    return "\n".join([*lines, wrap(found.measure)])


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
