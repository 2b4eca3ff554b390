"""Briefs and certificates of absence as Word documents and Markdown, with references to the plans they quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from indexer.exporting.citations import REFERENCE_FORMATS, export_references, references
from indexer.exporting.docx import add_quote, document_bytes, lay_out, put
from indexer.exporting.markdown import escaped, table_row
from indexer.translation import N_
from indexer.types import Absence, Brief, BriefItem, CheckedQuote, Citation, PlanInfo, QuoteState
from indexer.wording import NEAREST, absence_facts, line, place_line

#: File ending -> media type: a document, or references to the plans that it quotes.
BRIEF_FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
    **REFERENCE_FORMATS,
}
ABSENCE_TITLE = "Not found in these plans"
#: The remark on a quote that the plan does not hold any more.
STALE = {
    QuoteState.CHANGED: N_("The plan has changed since. It now says:"),
    QuoteState.GONE: N_("The plan no longer says this."),
}


def export_brief(
    brief: Brief, checked: Mapping[str, CheckedQuote], plans: Sequence[PlanInfo], ending: str, *, made: date
) -> bytes:
    """The bytes of a file: the items in order, each quote with its place now, stale ones marked.

    ``checked`` is what ``library.briefs.check_quotes`` says; ``ending`` is a key of BRIEF_FORMATS.
    """
    if ending in REFERENCE_FORMATS:
        return export_references(references([_place(i, checked) for i in brief.items if i.citation], plans), ending)
    return {"docx": _brief_docx, "md": _brief_markdown}[ending](brief, checked, made)


def export_absence(absence: Absence, ending: str) -> bytes:
    """The bytes of a certificate: "docx" or "md"."""
    return {"docx": _absence_docx, "md": _absence_markdown}[ending](absence)


def _place(item: BriefItem, checked: Mapping[str, CheckedQuote]) -> Citation:
    """Where the quote stands now, or stood when it was taken."""
    assert item.citation is not None
    found = checked.get(item.id)
    return found.citation if found and found.citation else item.citation


def _stale(item: BriefItem, checked: Mapping[str, CheckedQuote]) -> tuple[str, str]:
    """The remark on a quote that changed, and the words that the plan now has in its place; ("", "") for others."""
    found = checked.get(item.id, CheckedQuote(QuoteState.SAME))
    now = found.citation.quote if found.state is QuoteState.CHANGED and found.citation else ""
    return STALE.get(found.state, ""), now


def _brief_markdown(brief: Brief, checked: Mapping[str, CheckedQuote], made: date) -> bytes:
    lines = [f"# {escaped(brief.name)}", made.isoformat()]
    for item in brief.items:
        if item.citation is None:
            lines += [f"## {escaped(item.text)}"] if item.heading else [escaped(p) for p in _paragraphs(item.text)]
            continue
        remark, now = _stale(item, checked)
        lines += [f"> {escaped(item.citation.quote)}", escaped(place_line(_place(item, checked), titled=True))]
        lines += [f"**{escaped(remark)}**"] if remark else []
        lines += [f"> {escaped(now)}"] if now else []
        lines += [escaped(p) for p in _paragraphs(item.text)]
    return ("\n\n".join(lines) + "\n").encode()


def _brief_docx(brief: Brief, checked: Mapping[str, CheckedQuote], made: date) -> bytes:
    from docx import Document

    document = Document()
    lay_out(document, landscape=False)
    document.core_properties.title = line(brief.name)
    document.add_heading(line(brief.name), 0)
    put(document.add_paragraph(), made.isoformat())
    for item in brief.items:
        if item.citation is None and item.heading:
            document.add_heading(line(item.text), 1)
            continue
        if item.citation:
            remark, now = _stale(item, checked)
            add_quote(document.add_paragraph(), item.citation.quote, ())
            put(document.add_paragraph(), place_line(_place(item, checked), titled=True))
            if remark:
                document.add_paragraph().add_run(remark).bold = True
            if now:
                add_quote(document.add_paragraph(), now, ())
        for paragraph in _paragraphs(item.text):
            document.add_paragraph(line(paragraph))
    return document_bytes(document)


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n") if paragraph.strip()]


def _absence_markdown(absence: Absence) -> bytes:
    lines = [f"# {ABSENCE_TITLE}", f"## {escaped(absence.question)}"]
    rows = [["", ""], ["---", "---"], *([name, escaped(value)] for name, value in absence_facts(absence).items())]
    lines.append("\n".join(map(table_row, rows)))
    if absence.nearest:
        lines += [f"{NEAREST}:", f"> {escaped(absence.nearest.quote)}"]
        lines.append(escaped(place_line(absence.nearest, titled=True)))
    return ("\n\n".join(lines) + "\n").encode()


def _absence_docx(absence: Absence) -> bytes:
    from docx import Document

    document = Document()
    lay_out(document, landscape=False)
    document.core_properties.title = ABSENCE_TITLE
    document.add_heading(ABSENCE_TITLE, 0)
    document.add_heading(line(absence.question), 1)
    table = document.add_table(0, 2, style="Table Grid")
    for name, value in absence_facts(absence).items():
        for box, text in zip(table.add_row().cells, (name, value), strict=True):
            put(box.paragraphs[0], line(text))
    if absence.nearest:
        document.add_paragraph(f"{NEAREST}:")
        add_quote(document.add_paragraph(), absence.nearest.quote, ())
        put(document.add_paragraph(), place_line(absence.nearest, titled=True))
    return document_bytes(document)
