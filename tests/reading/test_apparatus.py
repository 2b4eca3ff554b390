"""Contents pages and reference lists in every format; plans that look like them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from made_pdfs import SENTENCES, pdf, prose, say
from reportlab.pdfgen.canvas import Canvas

from indexer.reading.apparatus import find_contents, find_references
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan
from indexer.types import Page, Plan, Role

CHAPTERS = ("Wells and springs", "Weirs", "Gravel pits", "Fees", "Herons")
SOURCES = (
    "Alder, P. (2019). Water below gravel. Journal of County Hydrology, 12(3), pp. 14-29.",
    "Birch, Q. and Cole, R. (2021). Counting herons at dawn. https://doi.example/10.55/herons",
    "County Laboratory (2020). Report on the wells. Retrieved from https://lab.example/wells",
    "Dale, S. et al. (2018). Levies and meadows. Proceedings of the Flood Congress, vol. 4.",
    "Elm, T. (2022). The almanac as a record. Weir University Press.",
)


def as_text(contents: list[str], chapters: dict[str, str], references: list[str]) -> bytes:
    parts = ["\n".join(contents), *(f"{name}\n\n{body}" for name, body in chapters.items()), "\n\n".join(references)]
    return "\n\n".join(["County Water Plan", *parts]).encode()


def as_html(contents: list[str], chapters: dict[str, str], references: list[str]) -> bytes:
    listed = "".join(f"<p>{line}</p>" for line in contents)
    body = "".join(f"<h2>{name}</h2><p>{text}</p>" for name, text in chapters.items())
    last = "".join(f"<p>{line}</p>" for line in references[1:])
    return f"<html><body><article><h1>County Water Plan</h1>{listed}{body}<h2>{references[0]}</h2>{last}</article></body></html>".encode()


def as_docx(contents: list[str], chapters: dict[str, str], references: list[str]) -> bytes:
    document = Document()
    for line in contents:
        document.add_paragraph(line)
    for name, text in chapters.items():
        document.add_heading(name, 1)
        document.add_paragraph(text)
    document.add_heading(references[0], 1)
    for line in references[1:]:
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_pdf(contents: list[str], chapters: dict[str, str], references: list[str]) -> bytes:
    def listed(lines: list[str]) -> Callable[[Canvas], None]:
        def page(canvas: Canvas) -> None:
            say(canvas, lines[0], 72, 780, size=14, bold=True)
            for i, line in enumerate(lines[1:]):
                say(canvas, line, 72, 740 - 24 * i)

        return page

    def chapter(name: str, text: str) -> Callable[[Canvas], None]:
        def page(canvas: Canvas) -> None:
            say(canvas, name, 72, 780, size=14, bold=True)
            prose(canvas, 755, sentences=[text])

        return page

    return pdf(listed(contents), *(chapter(*item) for item in chapters.items()), listed(references))


CHAPTER_TEXTS = {
    name: " ".join(SENTENCES[i:] + SENTENCES[:i]) + f" This is what is done for {name.lower()}."
    for i, name in enumerate(CHAPTERS)
}
MADE = {"plan.txt": as_text, "plan.html": as_html, "plan.docx": as_docx, "plan.pdf": as_pdf}


def read(folder: Path, name: str, contents: list[str], references: list[str]) -> Plan:
    path = folder / name
    path.write_bytes(MADE[name](contents, CHAPTER_TEXTS, references))
    return load_plan(path)


def by_role(plan: Plan) -> dict[Role, str]:
    found: dict[Role, list[str]] = {}
    for passage in chunk_plan(plan):
        found.setdefault(passage.role, []).append(passage.text)
    return {role: bare("".join(texts)) for role, texts in found.items()}


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("leaders", [" ........ ", " "])
def test_contents_and_references_are_told_apart(tmp_path: Path, name: str, leaders: str) -> None:
    contents = ["Contents", *(f"{chapter}{leaders}{n}" for n, chapter in enumerate(CHAPTERS, 2))]
    texts = by_role(read(tmp_path, name, contents, ["References", *SOURCES]))
    assert all(bare(line) in texts[Role.CONTENTS] for line in contents)
    assert all(bare(source) in texts[Role.REFERENCES] for source in SOURCES)
    assert all(bare(text) in texts[Role.BODY] for text in CHAPTER_TEXTS.values())
    assert "...." not in texts[Role.BODY] and "Alder" not in texts[Role.BODY]


@pytest.mark.parametrize("name", MADE)
def test_contents_without_page_numbers_and_numbered_references(tmp_path: Path, name: str) -> None:
    references = ["Cited", *(f"[{n}] {source}" for n, source in enumerate(SOURCES, 1))]
    texts = by_role(read(tmp_path, name, ["Contents", *CHAPTERS], references))
    assert all(bare(chapter) in texts[Role.CONTENTS] for chapter in CHAPTERS)
    assert all(bare(source) in texts[Role.REFERENCES] for source in SOURCES)
    assert all(bare(text) in texts[Role.BODY] for text in CHAPTER_TEXTS.values())


GOOD = {
    "dated measures": "\n".join(f"{what} {year}" for what, year in zip(CHAPTERS, range(2026, 2031), strict=True)),
    "dated measures with leaders": "\n".join(
        f"{what} ........ {year}" for what, year in zip(CHAPTERS, range(2026, 2031), strict=True)
    ),
    "an index of targets": "Index of targets\n"
    + "\n".join(f"{n}0 % of all {what.lower()} are inspected ..... {n}" for n, what in enumerate(CHAPTERS, 2)),
    "a table of costs": "\n".join(f"{what} | {n * 12}" for n, what in enumerate(CHAPTERS, 2)),
    "numbered measures with years": "\n".join(f"[{n}] By 203{n} the {w.lower()} are closed." for n, w in enumerate(CHAPTERS)),
    "sources of water": "Sources\n\n" + "\n\n".join(SENTENCES),
    "a plan that cites": "References\n\n"
    + "\n\n".join(f"{s} This follows the report (2019)." if i % 2 else s * 3 for i, s in enumerate(SENTENCES)),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_what_looks_alike_stays(name: str) -> None:
    text = f"County Water Plan\n\n{GOOD[name]}\n\n" + "\n\n".join(CHAPTER_TEXTS.values())
    assert find_contents(text) == []
    assert find_references(text) == []


def test_numbers_that_are_not_the_pages_of_the_titles_make_no_contents() -> None:
    costs = "\n".join(f"{name} {cost}" for name, cost in zip(CHAPTERS, (3, 11, 24, 38, 60), strict=True))
    chapters = [f"{name}\n\n{text}\n\n" for name, text in CHAPTER_TEXTS.items()]
    text = f"{costs}\n\n"
    pages = [Page(1, 0, len(text))]
    for number, chapter in enumerate(chapters, 2):
        pages.append(Page(number, len(text), len(text) + len(chapter)))
        text += chapter
    assert find_contents(text, pages) == []
    right = text.replace(costs, "\n".join(f"{name} {n}" for n, name in enumerate(CHAPTERS, 2)))
    moved = len(text) - len(right)
    shifted = [Page(p.number, max(p.start - moved, 0), p.end - moved) for p in pages]
    assert [right[a:b].count("\n") for a, b in find_contents(right, shifted)] == [4]


def test_an_appendix_behind_the_references_is_body() -> None:
    text = "\n\n".join(["References", *SOURCES, "Appendix", *SENTENCES, *SENTENCES])
    [(start, end)] = find_references(text)
    assert (text[start:end].splitlines()[0], text[end:].split()[0]) == ("References", "Appendix")
