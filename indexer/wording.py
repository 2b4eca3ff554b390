"""The words for texts, citations, answers, scopes and numbers, the same on a page, in a terminal and in a file.

One module past 500 lines, so that each of these is said in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from indexer.language.quantities import decimals
from indexer.language.sentences import BROKEN_WORD, fold_space
from indexer.messages import translated
from indexer.translation import ENGLISH, N_, READER, _, enumerated, ngettext, pgettext
from indexer.types import (
    Absence,
    Answer,
    AnswerSentence,
    Aspect,
    Cell,
    Certainty,
    Citation,
    Comparison,
    Coverage,
    Difference,
    DifferencePart,
    Excerpt,
    ExcerptRow,
    Expansion,
    Mark,
    Passage,
    Role,
    RouteFigure,
    Span,
)

TITLE = "Plans compared"
ANSWERS_TITLE = "Answers from plans"
CUT_OFF = N_("Figure cut off in the source")
#: How sure a sentence is to answer.
STATES_IT, MAY_ANSWER = N_("States it"), N_("May answer")
READS_BADLY = N_("This page reads badly; see its image")
NEAREST = N_("The nearest passage; it may not answer")
NEAR = N_("Near passages; they may not answer")
OTHERS_NEAR = N_("Other near passages; they may not answer")
#: Said under a part of a question that nothing answers.
NO_PART = N_("Not found in these plans.")
#: The search syntax in plain words: what is typed, and what it does.
SYNTAX = (
    ('"capacity replacement"', N_("only passages with exactly these words")),
    ("-steel", N_("no passages with this word")),
    ("coal OR gas", N_("only passages with one of the two, OR in capitals")),
    ("=word", N_("this word as you typed it")),
)
#: Headings of the rows of differences.
ASPECTS = {
    Aspect.FIGURE: N_("Figures"),
    Aspect.YEAR: N_("Years"),
    Aspect.NAME: N_("Names"),
    Aspect.BINDING: N_("How binding"),
}
#: Where a plan says nothing on an aspect.
NOTHING = "–"
_ROLES = {
    Role.SUMMARY: N_("From a summary, not part of the plan's body"),
    Role.FURNITURE: N_("Not part of the plan's body"),
    Role.CONTENTS: N_("From a contents page"),
    Role.REFERENCES: N_("From a list of references"),
    Role.NOTICE: N_("From another notice in the same journal"),
}
#: Characters of a title in a chip, which stands on one line with the ways to copy and keep the quote.
_MAX_TITLE = 34
#: By what large numbers are divided to be read, and their unit then; Chinese counts in ten thousands.
_SCALES = {
    ENGLISH: ((1e9, N_("billion {unit}")), (1e6, N_("million {unit}"))),
    "zh": ((1e8, N_("hundred million {unit}")), (1e4, N_("ten thousand {unit}"))),
}
#: Characters of a question in a file name.
_MAX_FILE_NAME = 60

#: A Markdown heading: its marks, and its text.
HEADING_LINE = re.compile(r"^[ \t]*(#{1,6}[ \t]+)(\S.*)$", re.MULTILINE)
_SECTION_NUMBER = re.compile(
    r"\s*(第[一二三四五六七八九十百\d]+[章节部条]|[(（]\w{1,8}[)）]|\d{1,3}(?:\.\d{1,3})*(?=[.、．)\s]|$)"
    r"|[一二三四五六七八九十]{1,3}(?=、))"
)
# Characters that XML 1.0 (section 2.2) forbids.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Asked:
    """The result of a question, with ``scope``, the words for what was searched."""

    result: Answer
    scope: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence with one style."""

    text: str
    emphasis: bool
    aspect: Aspect | None


# Texts


def silent_spans(text: str) -> list[Span]:
    """Spans of ``text`` that are not shown: heading marks, and hyphens or line breaks within a word."""
    spans = [m.span(1) for m in HEADING_LINE.finditer(text)] + [m.span() for m in BROKEN_WORD.finditer(text)]
    return sorted(spans)


def visible_text(text: str) -> str:
    """``text`` as it is shown, on one line."""
    kept, position = [], 0
    for start, end in silent_spans(text):
        kept.append(text[position:start])
        position = max(position, end)
    return fold_space("".join([*kept, text[position:]]))


def clean(text: str) -> str:
    """``text`` with every character that XML forbids replaced by U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text)


def line(text: str) -> str:
    """``text`` as it is shown, on one line, with characters that any file can hold."""
    return clean(visible_text(text))


def pieces(text: str, emphasis: Sequence[Span], marks: Sequence[Mark]) -> list[Piece]:
    """``text`` as it is shown, split where emphasis or marks begin and end; white space is folded."""
    silent = silent_spans(text)
    spans = [*emphasis, *silent, *(mark.span for mark in marks)]
    cuts = sorted({0, len(text), *(min(max(cut, 0), len(text)) for span in spans for cut in span)})
    found: list[Piece] = []
    for start, end in pairwise(cuts):
        if any(a <= start < b for a, b in silent):
            continue
        aspect = next((mark.aspect for mark in marks if mark.span[0] <= start < mark.span[1]), None)
        shown = clean(re.sub(r"\s+", " ", text[start:end]))
        if not found or found[-1].text.endswith(" "):
            shown = shown.removeprefix(" ")
        if shown:
            found.append(Piece(shown, any(a <= start < b for a, b in emphasis), aspect))
    if found and found[-1].text.endswith(" "):
        last = found.pop()
        found += [replace(last, text=last.text.rstrip())] if last.text.strip() else []
    return found


# Rows of tables


def table_rows(text: str, table: Excerpt) -> Iterator[list[tuple[str, int]]]:
    """The rows below the head by column: a cell's text, and where it begins in ``text``.

    A cell that reaches down from a row above begins at -1, as does one without text.
    """
    places = [cell.column for row in table.body for cell in row.cells]
    width = max([len(table.head), *(column + 1 for column in places)])
    for row in table.body:
        found = [("", -1)] * width
        for column, above in row.above:
            found[column : column + 1] = [(above, -1)]
        for cell in row.cells:
            found[cell.column] = (text[cell.start : cell.end], cell.start)
        yield found


def table_texts(text: str, table: Excerpt) -> list[list[str]]:
    """Head and rows as they are shown, all of one length; the head is empty texts where the table has none."""
    rows = [[line(cell) for cell, _ in row] for row in table_rows(text, table)]
    head = [line(name) for name in table.head]
    width = max([len(head), *map(len, rows)])
    return [row + [""] * (width - len(row)) for row in (head, *rows)]


def around_table(text: str, table: Excerpt | None) -> tuple[str, str] | None:
    """What of ``text`` is before the rows of ``table`` and behind them; None where it cannot be shown as a table."""
    if table is None or not table.body:
        return None
    rows = [text[slice(*_extent(row))] for row in table.rows]
    first, last = _extent(table.rows[0])[0], _extent(table.rows[-1])[1]
    between = text[first:last]
    for row in rows:
        between = between.replace(row, "", 1)
    # in Markdown, bars stand around a row
    return None if re.search(r"\w", between) else (text[:first].rstrip("| \t\n"), text[last:].lstrip("| \t\n"))


def _extent(row: ExcerptRow) -> Span:
    filled = [cell for cell in row.cells if cell.start < cell.end]
    return filled[0].start, filled[-1].end


def moved(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """``spans`` of a text as far as they lie in ``text[start:end]``, as spans of that."""
    return [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]


# Citations


def section_numbers(section: Sequence[str]) -> str:
    """The numbers of a section path in one, "2(3)4" for "2. Key", "(3) Industry", "4. Cement"; or ""."""
    numbers: list[str] = []
    for label in section:
        match = _SECTION_NUMBER.match(label)
        if match:
            number = match.group(1)
            if "." in number:
                numbers.clear()  # "2.3" already names its parent
            numbers.append(number)
    joints = ["." if one[-1].isalnum() and other[0].isalnum() else "" for one, other in pairwise(["(", *numbers])]
    return "".join(joint + number for joint, number in zip(joints, numbers, strict=True))


def chip(citation: Citation) -> str:
    """ "[1] Title · 2(3)4 · p. 12"; the innermost section's name where sections have no numbers."""
    return f"[{citation.n}] " + " · ".join(filter(None, [_shortened(citation.title), _where(citation)]))


def breadcrumb(place: Citation | Passage) -> str:
    """Section path and page, or the id of a record in its source."""
    return place.place


def cite(place: Citation | Passage) -> str:
    """Title, section path and page; a record by its id."""
    return " › ".join(filter(None, [place.title, breadcrumb(place)]))


def quotation(place: Citation | Passage) -> str:
    """The quote with its place, to paste into a memo: "quote" (title, section, page)."""
    quote = place.quote if isinstance(place, Citation) else place.text
    where = pgettext("parts of a place", ", ").join(
        filter(None, [place.title, " › ".join(place.section), page_label(place)])
    )
    return _('"{quote}" ({place})').format(quote=visible_text(quote), place=fold_space(where))


def place_line(place: Citation | Passage, *, titled: bool = False) -> str:
    """Section and page on one line, after the plan's title if ``titled``; character offsets where there is neither."""
    return line(cite(place) if titled else breadcrumb(place)) or _("characters {start} to {end}").format(
        start=place.start, end=place.end
    )


def page_label(place: Citation | Passage) -> str:
    """ "p. 12", or "" where there are no pages."""
    return "" if place.page is None else _("p. {page}").format(page=place.page)


def noted(place: str, sentence: AnswerSentence) -> str:
    """``place``, with the warnings about the sentence."""
    return place + "".join(f" ({note.lower()})" for note in notes(sentence))


def notes(text: Passage | AnswerSentence) -> list[str]:
    """Warnings about a text: that it is no sure answer or no part of the plan's body, or that a figure is cut off."""
    unsure = isinstance(text, AnswerSentence) and text.certainty is Certainty.MAY
    found = (MAY_ANSWER if unsure else None, _ROLES.get(text.role), CUT_OFF if text.cut_off else None)
    return [_(note) for note in found if note]


def _where(citation: Citation) -> str:
    section = section_numbers(citation.section) or _shortened("".join(citation.section[-1:]))
    return " · ".join(filter(None, [section, page_label(citation)]))


def _shortened(text: str) -> str:
    text = fold_space(text)
    return text if len(text) <= _MAX_TITLE else text[: _MAX_TITLE - 1].rsplit(" ", 1)[0] + "…"


# Answers and comparisons


def answer_quotes(answer: Answer) -> list[tuple[AnswerSentence, Citation]]:
    """The sentences of an answer with their citations, grouped by plan in order of first appearance."""
    order = list(dict.fromkeys(citation.plan for citation in answer.citations))
    return sorted(answer.quotes, key=lambda pair: order.index(pair[1].plan))


@dataclass(frozen=True, slots=True)
class Block:
    """What answers a question: its ``heading`` where several were asked in one, what is said before ``quotes``."""

    heading: str
    said: str
    quotes: Sequence[tuple[AnswerSentence, Citation]]


def blocks(answer: Answer) -> list[Block]:
    """The sentences of an answer part by part, plan by plan, "yes" or "no" where they say so; missing parts too."""
    quoted = answer_quotes(answer)
    if not answer.parts:
        return [Block("", _verdict(answer.verdict), quoted)] if quoted else []
    found = []
    for part in answer.parts:
        own = [(s, c) for s, c in quoted if c.n in part.citations]
        found.append(Block(part.question, _verdict(part.verdict) if own else _(NO_PART), own))
    return found


def read_line(answer: Answer) -> list[str]:
    """How a follow-up was read; nothing for any other question."""
    return [_("Read as: {question}").format(question=answer.read_as)] if answer.read_as else []


def _verdict(verdict: str) -> str:
    return {"yes": _("Yes:"), "no": _("No:")}.get(verdict, "")


def route_lines(answer: Answer, titles: Mapping[str, str] | None = None) -> list[str]:
    """The figures that another view sets side by side, one plan or target a line."""
    if not answer.route:
        return []
    named = titles or {}
    return [
        _(": ").join(filter(None, [_target(figure), named.get(figure.plan, figure.plan), figure.figure or NOTHING]))
        for figure in answer.route.figures
    ]


def _target(figure: RouteFigure) -> str:
    if figure.indicator and figure.year:
        return _("{indicator}, {year}").format(indicator=figure.indicator, year=figure.year)
    return figure.indicator or str(figure.year or "")


def quotes(cell: Cell) -> Iterator[tuple[AnswerSentence, Citation, tuple[Mark, ...]]]:
    """The sentences of a cell's answer, each with its citation and its marks."""
    marks = dict(zip((s.citation for s in cell.answer.sentences), cell.marks, strict=False))
    for sentence, citation in cell.answer.quotes:
        yield sentence, citation, marks.get(citation.n, ())


def difference_text(parts: Sequence[DifferencePart]) -> str:
    """ "Sichuan prohibits “new capacity”; Liaoning requires “capacity replacement”." """
    said = [
        _("{plan} {says} “{quote}”").format(plan=part.name, says=_(part.verb), quote=visible_text(part.text))
        for part in parts
    ]
    return _("{sentences}.").format(sentences=_("; ").join(said)) if said else ""


def format_difference(found: Difference, plan: str) -> str:
    """A plan's value of an aspect, large numbers with thousands separators; a dash for nothing."""
    value = found.values.get(plan, NOTHING)
    if found.aspect is Aspect.BINDING:
        return _(value)
    return re.sub(r"(?<![\d.])\d{5,}", lambda digits: f"{int(digits[0]):,}", value)


def not_found(answer: Answer) -> str:
    """That one plan does not answer, and how many passages were searched."""
    said = _("Not found in this plan. {passages} searched.").format(passages=counted(answer.searched, "passage"))
    return " ".join([said, *unmet_lines(answer)])


def none_found(answer: Answer) -> list[str]:
    """That no plan answers: the heading, how many passages were searched, and the words found nowhere."""
    searched = _("{passages} searched.").format(passages=counted(answer.searched, "passage"))
    nowhere = (
        _("Found nowhere in them: {words}.").format(words=enumerated(answer.unmatched)) if answer.unmatched else ""
    )
    return list(filter(None, [_(NO_PART), searched, *unmet_lines(answer), nowhere]))


def absence_facts(absence: Absence) -> dict[str, str]:
    """What a certificate of absence says, by name, in its order."""
    plans = [f"{title} (SHA-256 {sha256[:16]})" for _, title, sha256 in absence.plans]
    return {
        "Searched": f"{counted(absence.passages, 'passage')} in {counted(len(absence.plans), 'plan')}"
        + (f", sections whose heading holds “{absence.section}”" if absence.section else ""),
        "Plans": "; ".join(plans),
        "Nearest": f"probability {absence.confidence:.2f}; an answer needs {absence.threshold:.2f}",
        "Searched with": absence.model,
        "Read with": absence.reader or "no reader",
        "When": absence.at,
        "SHA-256": absence.sha256,
    }


def corrected_line(typed: str, searched: str) -> str:
    """That a word was searched in another spelling."""
    return _("Searched for “{searched}”, not “{typed}”.").format(searched=searched, typed=typed)


def also_line(expansion: Expansion) -> str:
    """The other names that were searched for one in the question."""
    return _("Also searched, for “{typed}”: {names}.").format(
        typed=expansion.typed, names=enumerated(expansion.searched)
    )


def searched_lines(answer: Answer) -> list[str]:
    """How a question was searched, where that is not word for word: corrections, other names, filters."""
    how = answer.searched_for
    if how is None:
        return []
    lines = [corrected_line(*pair) for pair in how.corrected] + [also_line(each) for each in how.also]
    held = _(" and ").join(_(" or ").join(group) for group in how.required)
    lacking = _(" or ").join(how.excluded)
    if held and lacking:
        return [*lines, _("Only passages with {held} and without {lacking}.").format(held=held, lacking=lacking)]
    if held or lacking:
        said = _("Only passages with {words}.") if held else _("Only passages without {words}.")
        return [*lines, said.format(words=held or lacking)]
    return lines


def unmet_lines(answer: Answer) -> list[str]:
    """Which of a question's filters no passage in scope meets, or that none meets all of them."""
    how = answer.searched_for
    if how is None:
        return []
    if not (answer.searched or how.unmet) and len(how.required) > 1:
        return [_("Some passages hold each of these, but none holds all of them.")]
    return [_("No passage holds {words}.").format(words=_(" or ").join(group)) for group in how.unmet]


def counts(answer: Answer) -> list[tuple[str, str, int]]:
    """(plan's title, outermost section, passages that answer), the most first; section "" for a plan as a whole."""
    coverage = answer.coverage or Coverage({}, {}, "")
    titles = {citation.plan: citation.title for citation in answer.citations}
    rows = []
    for plan, count in sorted(coverage.by_plan.items(), key=lambda entry: (-entry[1], entry[0])):
        rows.append((titles.get(plan, plan), "", count))
        sections = [(name, n) for (of, name), n in coverage.by_section.items() if of == plan]
        for name, n in sorted(sections, key=lambda entry: (-entry[1], entry[0])):
            rows.append((titles.get(plan, plan), name or _("Before the first section"), n))
    return rows


def coverage_lines(answer: Answer) -> list[str]:
    """How many sentences of how many plans answer, and how far the search went; none where not all were asked for."""
    if not answer.coverage:
        return []
    plans = counted(len({citation.plan for citation in answer.citations}), "plan")
    passages = counted(sum(answer.coverage.by_plan.values()), "passage")
    return [
        _("{sentences} of {plans}, in {passages} of {searched} searched.").format(
            sentences=counted(len(answer.sentences), "sentence"),
            plans=plans,
            passages=passages,
            searched=f"{answer.searched:,}",
        ),
        _("How far the search went: {stopped}.").format(stopped=translated(answer.coverage.stopped)),
    ]


def passages_heading(answer: Answer) -> str:
    """The heading above the passages of an answer."""
    return "Passages, by relevance" if answer.found else NEAR


# Scopes and origins


def scope_text(
    titles: Mapping[str, str], plans: Sequence[str], named: Sequence[str], section: str, filtered: str = ""
) -> str:
    """What was searched, given all ``titles`` by plan id: the chosen ``plans``, else those the question names."""
    if plans:
        within = _("; ").join(titles.get(plan, plan) for plan in plans)
    elif named:
        within = ngettext(
            "{plans}, as the question names it", "{plans}, as the question names them", len(named)
        ).format(plans=_("; ").join(titles.get(plan, plan) for plan in named))
    else:
        within = ngettext("the one plan", "all {count} plans", len(titles)).format(count=len(titles))
    only_plans = _("only plans with {filter}").format(filter=filtered) if filtered else ""
    only = _("only sections whose heading holds “{words}”").format(words=section) if section else ""
    return _("; ").join(filter(None, [within, only_plans, only]))


def sheet_origin(asked: Asked, generation: int, made: date) -> str:
    """What was searched, how many passages, when, and in which generation of the library."""
    searched = f"{counted(asked.result.searched, 'passage')} searched"
    how = [line.removesuffix(".") for line in searched_lines(asked.result)]
    return " · ".join(
        [f"Searched in {asked.scope}", searched, *how, made.isoformat(), f"change {generation:,} of the library"]
    )


def origin(comparisons: Sequence[Comparison], generation: int, made: date) -> str:
    """How much was compared, when, and in which generation of the library."""
    plans = {cell.plan for comparison in comparisons for cell in comparison.cells}
    compared = [counted(len(comparisons), "question"), counted(len(plans), "plan")]
    return " · ".join([*compared, made.isoformat(), f"change {generation:,} of the library"])


def file_name(words: str, made: date, ending: str) -> str:
    """A file name from a question and a date, of letters, digits and hyphens."""
    kept = re.sub(r"[\W_]+", "-", line(words).lower()).strip("-")[:_MAX_FILE_NAME].rstrip("-")
    return f"{kept or 'question'}-{made.isoformat()}.{ending}"


# Numbers


def counted(number: int, noun: str) -> str:
    """ "1 passage", "1,240 passages"."""
    return ngettext(f"{{count}} {noun}", f"{{count}} {noun}s", number).format(count=f"{number:,}")


def reading_unit(largest: float | None, unit: str) -> tuple[float, str]:
    """The divisor for displaying values up to ``largest`` in ``unit``, a pint name, and the unit they are then in.

    (1e6, "million kW") for 37000000 kW in English, as plans write it; shares and small values stay as they are.
    """
    shown = {"percent": "%", "degree": "°"}.get(unit, unit.replace("**2", "²").replace("**3", "³"))
    for divisor, name in _SCALES.get(READER.language(), _SCALES[ENGLISH]):
        if largest is not None and abs(largest) >= divisor and unit != "percent":
            return divisor, _(name).format(unit=shown).rstrip()
    return 1.0, shown


def number(value: float, divisor: float = 1.0) -> str:
    """``value`` / ``divisor`` with thousands separators: "1,240", "13.5"."""
    shown = value / divisor
    return f"{shown:,.{decimals(shown)}f}"


def with_unit(value: str, unit: str) -> str:
    """ "37 million kW", "13.5%", "1,240"."""
    return f"{value}{'' if unit in ('%', '°') else ' '}{unit}".rstrip()
