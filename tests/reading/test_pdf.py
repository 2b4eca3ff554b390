"""PDFs of two producers against their source: order, pages, columns, tables, hyphens, scans."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from documents import Made, make, measure, set_across_columns, set_by_chromium, set_by_reportlab, without_tables
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from indexer.errors import SourceError
from indexer.language.sentences import fold_space
from indexer.reading.formats import ocr
from indexer.reading.formats.pdf.words import Word
from indexer.reading.loading import load_plan
from indexer.reading.outline import section_path
from indexer.reading.passages import chunk_plan
from indexer.types import Plan

Line = tuple[str, float, float, float]  # text, x, y, type size


def read(tmp_path: Path, data: bytes) -> Plan:
    path = tmp_path / "plan.pdf"
    path.write_bytes(data)
    return load_plan(path)


def draw(*pages: list[Line], rules: Sequence[tuple[float, float, float, float]] = ()) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    for lines in pages:
        for text, x, y, size in lines:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y, text)
        for rule in rules:
            canvas.line(*rule)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def is_read_whole(made: Made, pages: list[int], plan: Plan) -> None:
    figures = measure(made, pages, plan)
    assert figures["in order"] >= 0.99, figures
    assert figures["of the source"] >= 0.99, figures
    assert figures["right page"] == figures["sentences"], figures
    assert plan.title == made.title
    headings = [fold_space(parts[0]) for kind, parts in made.blocks if kind in ("h1", "h2")]
    assert [fold_space(s.label).replace(" ", "") for s in plan.sections] == [h.replace(" ", "") for h in headings]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_reportlab_documents_are_read_whole(tmp_path: Path, language: str, columns: int) -> None:
    made = make("plan", 60 + columns, language, sections=3)
    made = made if columns < 3 else without_tables(made)  # they would not fit
    data, pages = set_by_reportlab(made, columns=columns, size=9)
    assert max(pages) > 1
    is_read_whole(made, pages, read(tmp_path, data))


@pytest.mark.parametrize(("language", "columns"), [("en", 2), ("zh", 1)])
def test_browser_documents_are_read_whole(tmp_path: Path, language: str, columns: int) -> None:
    made = make("plan", 70 + columns, language, sections=4)
    data, pages = set_by_chromium(made, tmp_path, columns=columns)
    assert max(pages) > 2
    is_read_whole(made, pages, read(tmp_path, data))


def test_columns_written_row_by_row(tmp_path: Path) -> None:
    made = without_tables(make("plan", 80, "en", sections=3))
    data, pages = set_across_columns(made)
    figures = measure(made, pages, read(tmp_path, data))
    assert figures["in order"] == 1.0
    assert figures["right page"] == figures["sentences"]


def test_a_heading_over_two_columns_comes_before_both(tmp_path: Path) -> None:
    left = [(f"left line {i} of the first column goes on", 72, 700 - 14 * i, 10.0) for i in range(5)]
    right = [(f"right line {i} of the second column as well", 320, 700 - 14 * i, 10.0) for i in range(5)]
    over = [("A line over both columns that is as wide as the page of the plan is, margins not counted", 72, 730, 10.0)]
    under = [("And another line under both of the columns, which is just as wide as the one over them", 72, 610, 10.0)]
    text = read(tmp_path, draw(under + right + over + left)).text
    places = [
        text.index(part)
        for part in ("A line over", "left line 0", "left line 4", "right line 0", "right line 4", "And another")
    ]
    assert places == sorted(places)


BODY = [
    (f"Line {i} of what the plan says about kilns and wind, in small type.", 72, 690 - 14.0 * i, 10.0) for i in range(4)
]


@pytest.mark.parametrize(
    ("largest", "wanted"),
    [
        ("Action Plan of Anhui", [("Kilns",), ("Wind",)]),
        # a number says that it is a section, the only one so far
        ("1. General requirements", [("1. General requirements", "Kilns"), ("1. General requirements", "Wind")]),
    ],
)
def test_the_one_largest_heading_is_the_title_and_no_section(
    tmp_path: Path, largest: str, wanted: list[tuple[str, ...]]
) -> None:
    kilns = [("Kilns", 72.0, 710.0, 14.0), *BODY]
    wind = [(text.replace("Kilns", "Wind"), x, y - 120, size) for text, x, y, size in kilns]
    plan = read(tmp_path, draw([(largest, 72.0, 750.0, 22.0), *kilns, *wind]))
    paths = [
        section_path(plan.sections, i) for i, section in enumerate(plan.sections) if section.level == len(wanted[0])
    ]
    assert paths == wanted
    assert plan.title == largest


def test_a_table_without_rules_is_rows(tmp_path: Path) -> None:
    rows = [("Fuel", "2020", "2030"), ("Coal", "51%", "44%"), ("Wind and sun", "12%", "25%")]
    cells = [(cell, 72 + 130.0 * j, 600 - 16.0 * i, 10.0) for i, row in enumerate(rows) for j, cell in enumerate(row)]
    text = read(tmp_path, draw([("Shares are given below.", 72, 640, 10.0), *cells])).text
    assert "Fuel | 2020 | 2030\nCoal | 51% | 44%\nWind and sun | 12% | 25%" in text


def set_rows(rows: Sequence[Sequence[str]], bottom: float) -> list[Line]:
    return [
        (cell, 72 + 100.0 * j, bottom + 16.0 * (len(rows) - 1 - i), 10.0)
        for i, row in enumerate(rows)
        for j, cell in enumerate(row)
    ]


@pytest.mark.parametrize("pages", [1, 2, 4])
@pytest.mark.parametrize("bottom", [60.0, 400.0])
def test_the_row_of_a_table_at_a_pages_edge_is_not_running(tmp_path: Path, pages: int, bottom: float) -> None:
    drawn = []
    for n in range(pages):
        rows = [("Fuel", "2020", "2025", "2030"), *((f"F{i}", "51", "47", "44") for i in range(5))]
        rows.append(("Total", f"{n}20", f"{n}40", f"{n}60"))
        drawn.append([*set_rows(rows, bottom), ("Anhui Plan", 72, 820, 8.0), (f"Page {n + 1}", 280, 20, 8.0)])
    text = read(tmp_path, draw(*drawn)).text
    assert text.count("Fuel | 2020 | 2025 | 2030") == pages
    assert [f"Total | {n}20 | {n}40 | {n}60" in text for n in range(pages)] == [True] * pages
    assert "Page" not in text
    assert ("Anhui Plan" in text) == (pages == 1)


def test_the_last_row_of_a_table_alone_on_its_page_stays(tmp_path: Path) -> None:
    prose = [(f"Line {i} of what the plan says about kilns.", 72, 700 - 14.0 * i, 10.0) for i in range(4)]
    text = read(tmp_path, draw([*prose, *set_rows([("Total", "120", "340", "460")], 600)])).text
    assert text.split()[-4:] == ["Total", "120", "340", "460"]


def test_a_page_number_drawn_twice_for_bold_type_is_left_out(tmp_path: Path) -> None:
    pages = [
        [("Kilns close in time." if n else "Wind grows.", 72, 700, 10.0), *[(str(n + 4), 280, 20, 8.0)] * 2]
        for n in range(4)
    ]
    assert not set("4567") & set(read(tmp_path, draw(*pages)).text)


def test_cells_of_several_lines_are_read_cell_by_cell(tmp_path: Path) -> None:
    lines = [
        ("Measure", 75, 705, 10.0), ("Who", 305, 705, 10.0),
        ("Kilns that waste heat", 75, 685, 10.0), ("The bureau of", 305, 685, 10.0),
        ("are closed by 2025", 75, 673, 10.0), ("each city", 305, 673, 10.0),
        ("Forests are kept", 75, 655, 10.0), ("Counties", 305, 655, 10.0),
    ]  # fmt: skip
    rules = [(70.0, y, 500.0, y) for y in (717.0, 699.0, 668.0, 650.0)] + [
        (x, 650.0, x, 717.0) for x in (70.0, 300.0, 500.0)
    ]
    text = read(tmp_path, draw(lines, rules=rules)).text
    assert (
        text
        == "Measure | Who\nKilns that waste heat are closed by 2025 | The bureau of each city\nForests are kept | Counties"
    )


def test_hyphens_at_line_ends(tmp_path: Path) -> None:
    lines = [
        "The province plans a low-carbon econ-",
        "omy in which each kiln closes and low-",
        "carbon steel is made by the economy.",
    ]
    plan = read(tmp_path, draw([(text, 72, 700 - 14.0 * i, 11.0) for i, text in enumerate(lines)]))
    folded = fold_space(plan.text)
    assert "low-carbon economy in which" in folded
    assert "low-carbon steel" in folded
    for passage in chunk_plan(plan):
        assert plan.text[passage.start : passage.end] == passage.text


def picture(text: bool = False) -> bytes:
    """A page that is an image of a page, and a page with text before it."""
    import pypdfium2

    seen = (
        draw([("Kilns close by 2025 in every city of the province.", 60, 700, 16.0)])
        if text
        else draw([("x", 9, 9, 9)])
    )
    image = pypdfium2.PdfDocument(seen)[0].render(scale=2).to_pil()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.drawString(72, 700, "The first page has words.")
    canvas.showPage()
    canvas.drawImage(ImageReader(image), 0, 0, *A4)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """A recognizer that finds two lines on whatever it is shown, and notes what that was."""
    shown: list[object] = []

    def recognizes(image: object, **options: bool) -> tuple[list[object], list[float]]:
        shown.append(image)
        lines = [("Forests are kept.", 0.9, 100), ("They cover a fifth.", 0.8, 140)]
        return [([[80, y], [400, y], [400, y + 24], [80, y + 24]], text, score) for text, score, y in lines], [0.0]

    monkeypatch.setattr(ocr, "installed", lambda: True)
    monkeypatch.setattr(ocr, "_engine", lambda: recognizes)
    yield shown


def test_an_image_is_recognized_and_its_confidence_kept(tmp_path: Path, engine: list[object]) -> None:
    plan = read(tmp_path, picture())
    assert len(engine) == 1
    assert [p.confidence for p in plan.pages] == [None, pytest.approx(0.8 + 0.1 * 17 / 36, abs=1e-3)]
    assert plan.text.endswith("Forests are kept.\nThey cover a fifth.")
    assert "pages recognized from images: 2" in plan.warnings
    assert not plan.sections
    assert plan.text[plan.pages[1].start :] == "Forests are kept.\nThey cover a fifth."


@pytest.mark.usefixtures("engine")
def test_a_blank_page_is_not_looked_at(tmp_path: Path, engine: list[object]) -> None:
    plan = read(tmp_path, draw([("Kilns close.", 72, 700, 11.0)], []))
    assert not engine
    assert plan.warnings == ("pages without text: 2",)


def test_without_the_extra_the_pages_are_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)
    plan = read(tmp_path, picture())
    assert plan.warnings[0] == "pages without text: 2"
    assert "on page 2; to have their text recognized: pip install 'plancite[ocr]'" in plan.warnings[1]
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    canvas.rect(9, 9, 99, 99, fill=1)
    canvas.save()
    file.seek(0)
    with pytest.raises(SourceError, match=r"holds no text, only images of its 1 pages.*plancite\[ocr\]"):
        read(tmp_path, file.getvalue())


def test_recognized_words_stand_where_they_were_seen(engine: list[object]) -> None:
    import pypdfium2

    page = pypdfium2.PdfDocument(picture())[1]
    (first, _), confidence = ocr.recognize(ocr.take_picture(page))
    (word,) = first
    assert isinstance(word, Word)
    scale = 170 / 72
    assert (word.left, word.top) == (pytest.approx(80 / scale), pytest.approx(A4[1] - 100 / scale, abs=0.5))
    assert confidence is not None
    assert len(engine) == 1


def test_a_claim_of_a_million_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from indexer.reading.formats import pdf

    monkeypatch.setattr(pdf, "MOST_PAGES", 2)
    three = draw(*[[("Kilns close.", 72, 700, 11.0)]] * 3)
    with pytest.raises(SourceError, match=r"says it has 3 pages\. Split it"):
        read(tmp_path, three)
