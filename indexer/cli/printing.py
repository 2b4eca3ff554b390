"""Answers and surveys as JSON lines and as text for a terminal."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from indexer.language.sentences import fold_space
from indexer.types import Answer, Hit, Span, Survey
from indexer.wording import cite

BOLD, FAINT, _PLAIN = "\033[1m", "\033[2m", "\033[0m"
_WIDTH = 96


def answer_json(answer: Answer) -> str:
    """One line of JSON, as the contract in docs/json.md has it."""
    return dump(
        {
            "question": answer.question,
            "answerable": answer.found,
            "searched": answer.searched,
            "answer": [
                {"text": s.text, "citation": s.citation, "emphasis": s.emphasis, "span": s.span}
                for s in answer.sentences
            ],
            "citations": [asdict(c) for c in answer.citations],
            "passages": [passage_object(rank, hit) for rank, hit in enumerate(answer.hits, 1)],
        }
    )


def survey_json(survey: Survey) -> str:
    """One line of JSON: every passage on the topic, counts, and where the search stopped."""
    return dump(
        {
            "question": survey.question,
            "searched": survey.searched,
            "found": len(survey.hits),
            "by_plan": survey.by_plan,
            "by_section": [
                {"plan": plan, "section": section, "passages": n} for (plan, section), n in survey.by_section.items()
            ],
            "stopped": survey.stopped,
            "passages": [passage_object(rank, hit) for rank, hit in enumerate(survey.hits, 1)],
        }
    )


def answer_text(answer: Answer) -> str:
    """The answer with its citations, then the passages, for a terminal."""
    lines = []
    if answer.found:
        by_number = {c.n: c for c in answer.citations}
        for s in answer.sentences:
            lines.append(wrap(f"“{emphasized(s.text, s.emphasis)}” [{s.citation}]"))
            if s.cut_off:
                lines.append("    (a figure here is cut off in the source)")
        lines.append("")
        lines += [f"[{n}] {cite(c)}" for n, c in by_number.items()]
    else:
        lines.append(f"Not found in these plans. {answer.searched:,} passages searched.")
        if answer.unmatched:
            lines.append("Found nowhere: " + ", ".join(answer.unmatched))
        if answer.nearest:
            lines += ["", "Nearest passage, which does not answer:", hit_text(None, answer.nearest)]
    if answer.found and answer.hits:
        lines += ["", f"{len(answer.hits)} passages of {answer.searched:,}, by relevance:"]
        lines += [hit_text(rank, hit) for rank, hit in enumerate(answer.hits, 1)]
    return "\n".join(lines)


def survey_text(survey: Survey) -> str:
    """Every passage on the topic, counts first, for a terminal."""
    lines = [f"{len(survey.hits)} passages on the topic of {survey.searched:,} searched; {survey.stopped}."]
    for plan, count in sorted(survey.by_plan.items()):
        lines.append(f"{plan}: {count}")
        sections = [(s, n) for (p, s), n in survey.by_section.items() if p == plan and s]
        lines += [f"    {section}: {n}" for section, n in sorted(sections)]
    return "\n".join([*lines, "", *(hit_text(rank, hit) for rank, hit in enumerate(survey.hits, 1))])


def passage_object(rank: int, hit: Hit) -> dict[str, Any]:
    """A hit as the contract in docs/json.md has it."""
    p = hit.passage
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
    }


def hit_text(rank: int | None, hit: Hit) -> str:
    """Where a passage stands, and below it the passage."""
    place = styled(cite(hit.passage), FAINT)
    head = f"{rank:>3}  {place}" if rank else f"     {place}"
    return f"{head}\n{wrap(emphasized(hit.passage.text, hit.highlights), '     ')}"


def emphasized(text: str, spans: Sequence[Span]) -> str:
    """``text`` on one line with the spans in bold, where the terminal can."""
    parts = []
    position = 0
    for start, end in spans:
        parts += [text[position:start], styled(text[start:end], BOLD)]
        position = end
    return fold_space("".join([*parts, text[position:]]))


def styled(text: str, style: str) -> str:
    """``text`` in ``style`` where the terminal can."""
    return f"{style}{text}{_PLAIN}" if sys.stdout.isatty() else text


def wrap(text: str, indent: str = "") -> str:
    """``text`` in lines of the output's width."""
    return textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def dump(entry: dict[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(entry, ensure_ascii=False)
