"""Words that a soft hyphen or a line end breaks are read whole in every format; compounds keep their hyphens."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from made_pdfs import pdf, say
from reportlab.pdfgen.canvas import Canvas

from indexer.language.sentences import fold_space
from indexer.reading.formats.pdf.boxes import find_boxes
from indexer.reading.hyphens import SOFT_HYPHEN, drop_soft_hyphens, settle_hyphens
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan
from indexer.targets.extracting import find_targets
from indexer.types import Plan

#: Paragraphs of a plan; "~" is a soft hyphen.
WRITTEN = (
    "County Wa~ter Plan",
    "The keep~ers of the weirs spend 40 mil~lion dol~lars on gauges by 2031.",
    "Long-term leases are let each spring. The sluice~\ngates close in winter, and long~\nterm tenants pay less.",
    "Mead~\nows are mown late.",
)
READ = (
    "The keepers of the weirs spend 40 million dollars on gauges by 2031.",
    "Long-term leases are let each spring. The sluicegates close in winter, and long-term tenants pay less.",
    "Meadows are mown late.",
)


def as_text(parts: tuple[str, ...]) -> bytes:
    return "\n\n".join(parts).encode()


def as_html(parts: tuple[str, ...]) -> bytes:
    title, *rest = (part.replace(SOFT_HYPHEN, "&shy;") for part in parts)
    body = "".join(f"<p>{part}</p>" for part in rest)
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>".encode()


def as_docx(parts: tuple[str, ...]) -> bytes:
    document = Document()
    document.add_heading(parts[0], 0)
    for part in parts[1:]:
        document.add_paragraph(part)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_records(parts: tuple[str, ...]) -> bytes:
    return "\n".join(json.dumps({"id": part[:9], "text": part}) for part in parts[1:]).encode()


MADE = {"plan.txt": as_text, "plan.md": as_text, "plan.html": as_html, "plan.docx": as_docx, "plan.jsonl": as_records}


@pytest.mark.parametrize("name", MADE)
def test_soft_hyphens(name: str) -> None:
    data = MADE[name](tuple(part.replace("~", SOFT_HYPHEN) for part in WRITTEN))
    plan = load_plan(Path(name), data=data)
    read = fold_space(plan.text)
    assert all(sentence in read for sentence in READ)
    assert plan.title == ("plan" if name == "plan.jsonl" else "County Water Plan")
    assert "mil\u00ad" not in plan.text and "keepers" in plan.text
    if name != "plan.jsonl":
        assert [(target.value, target.unit, target.year) for target in find_targets(plan)] == [(4e7, "dollar", 2031)]
    for passage in chunk_plan(plan):
        assert plan.text[passage.start : passage.end] == passage.text


def test_soft_hyphens_in_the_cells_of_a_web_page() -> None:
    rows = "<tr><th>Weir</th><th>Gauges</th></tr><tr><td>Upper mea&shy;dow</td><td>12</td></tr>"
    page = f"<html><body><p>Gauges are read.</p><table>{rows}</table></body></html>"
    plan = load_plan(Path("plan.html"), data=page.encode())
    (table,) = plan.tables
    assert [plan.text[cell.start : cell.end] for cell in table.rows[1]] == ["Upper meadow", "12"]


def settled(text: str) -> str:
    return fold_space(settle_hyphens(text))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Bound-\naries move. A boundary and all boundaries.", "Boundaries move. A boundary and all boundaries."),
        ("Bound- aries move. All boundaries.", "Boundaries move. All boundaries."),
        ("Bound\u2010\naries move. All boundaries.", "Boundaries move. All boundaries."),
        ("Bound-\naries, then-\nsome.", "Bound-aries, then-some."),
        ("Long-\nterm rent, a long-term one.", "Long-term rent, a long-term one."),
        ("Re-\nsign the lease, do not resign. Re-sign it.", "Re-sign the lease, do not resign. Re-sign it."),
        ("Both pre- and post-war weirs.", "Both pre- and post-war weirs."),
        ("The Anglo\u00ad\nSaxon mill.", "The Anglo-Saxon mill."),
        ("From 2031\u00ad\n2040", "From 2031-2040"),
        ("The end\u00ad", "The end-"),
        ("- weirs\n- wells", "- weirs - wells"),
    ],
)
def test_the_rest_of_the_text_decides(text: str, read: str) -> None:
    assert settled(text) == read


@given(st.text(st.sampled_from("abA2-\u2010\u00ad \n\t."), max_size=60))
def test_offsets_stay_where_hyphens_are_settled(text: str) -> None:
    found = settle_hyphens(text)
    assert len(found) == len(text)
    hyphens = "-\u2010\u00ad"
    assert all(a == b or (a in hyphens and b in hyphens) for a, b in zip(text, found, strict=True))
    dropped = drop_soft_hyphens(text)
    assert dropped.replace(SOFT_HYPHEN, "") == text.replace(SOFT_HYPHEN, "")
    assert drop_soft_hyphens(dropped) == dropped


def drawn(*pages: list[str]) -> tuple[bytes, Plan]:
    def page(lines: list[str]) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            for i, line in enumerate(lines):
                say(canvas, line, 72, 700 - 14 * i)

        return draw

    data = pdf(*map(page, pages))
    return data, load_plan(Path("plan.pdf"), data=data)


def test_a_word_broken_at_the_end_of_a_page() -> None:
    data, plan = drawn(
        ["The keepers count the her-"], ["ons of the long-term mead-", "ows, and long-"], ["term guests."]
    )
    assert fold_space(plan.text) == "The keepers count the herons of the long-term meadows, and long-term guests."
    start = plan.text.index("her")
    boxes = find_boxes(data, plan, (start, plan.text.index("ons of") + 3))
    assert [(page.number, len(page.boxes)) for page in boxes] == [(1, 1), (2, 1)]


def test_a_title_broken_within_a_compound() -> None:
    def page(canvas: Canvas) -> None:
        say(canvas, "A Plan for the Anglo-", 72, 740, size=20, bold=True)
        say(canvas, "Saxon Mills of the Coun-", 72, 716, size=20, bold=True)
        say(canvas, "ty", 72, 692, size=20, bold=True)
        say(canvas, "The mills are mended before the winter, and the weirs are inspected each spring.", 72, 640)
        say(canvas, "Their keepers are paid from the levy, of which an account is printed every year.", 72, 626)

    plan = load_plan(Path("plan.pdf"), data=pdf(page))
    assert plan.title == "A Plan for the Anglo-Saxon Mills of the County"
