"""Saved web pages: main content, headings, tables, character sets, pages in one file, pages with little prose."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from trafilatura import extract
from web_pages import saved_page

from indexer.errors import SourceError
from indexer.reading.loading import load_plan
from indexer.types import Plan

ARTICLE = """
<h1>Anhui Carbon Plan</h1>
<p>Cement kilns close by 2025, and the <b>quotas</b> of each city hold <a href="/q">until then</a>.</p>
<h2>1. Energy</h2>
<p>Wind farms grow to twice their size; the grid is made ready for them in every county of the north.</p>
<ul><li>first measure</li><li>second measure</li></ul><ol><li>one thing</li><li>another thing</li></ol>
<h3>(1) Coal</h3>
<table><tr><th>Year</th><th>Share</th></tr><tr><td>2025</td><td>51%</td></tr></table>
<p>Coal use falls<br>year by year.</p>
"""
PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Anhui Carbon Plan - Province portal</title>
<meta name="PubDate" content="2022-08-05 10:00"><style>p {{}}</style></head><body>
<nav><a href="/">Home</a> <a href="/news">All the news</a></nav><div class="content">{ARTICLE}</div>
<footer>Copyright of the portal. <a href="/about">About us</a></footer><script>alert("ran")</script></body></html>"""
CHINESE = "<p>到2025年，非化石能源消费比重达到20%左右。严禁新增水泥熟料产能，推进水泥错峰生产常态化。</p>"


def read(tmp_path: Path, data: bytes | str, name: str = "plan.html") -> Plan:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return load_plan(path)


def test_the_main_content_with_its_structure(tmp_path: Path) -> None:
    plan = read(tmp_path, PAGE)
    assert plan.title == "Anhui Carbon Plan"
    assert [(s.level, s.label) for s in plan.sections] == [(1, "1. Energy"), (2, "(1) Coal")]
    assert "quotas of each city hold until then." in plan.text
    assert "- first measure\n- second measure" in plan.text
    assert "1. one thing\n2. another thing" in plan.text
    assert "Year | Share\n2025 | 51%" in plan.text
    assert "Coal use falls\nyear by year." in plan.text
    for left_out in ("Home", "All the news", "Copyright", "alert", "portal"):
        assert left_out not in plan.text
    assert (plan.metadata.language, plan.metadata.date) == ("en", "2022-08-05")


def test_whoever_runs_the_site_issues_what_names_nobody_else(tmp_path: Path) -> None:
    page = (
        '<html><head><title>Wells</title><meta name="application-name" content="River Panel">{}</head><body>{}</body>'
    )
    prose = "<p>The county tests the water of every well twice a year, and prints what it finds there.</p>" * 3
    assert read(tmp_path, page.format("", prose)).metadata.issuer == "River Panel"
    named = '<meta name="dcterms.publisher" content="County of Birch">'
    assert read(tmp_path, page.format(named, prose)).metadata.issuer == "County of Birch"


def test_a_page_with_little_prose_is_read_whole(tmp_path: Path) -> None:
    rows = "".join(
        f"<div>{city}: <span>kilns close {year}</span></div>" for city, year in [("Hefei", 2024), ("Wuhu", 2025)]
    )
    plan = read(tmp_path, f"<html><body><nav>Menu</nav><h2>Cities</h2>{rows}<form>Search</form></body></html>")
    assert plan.text == "Cities\n\nHefei: kilns close 2024\n\nWuhu: kilns close 2025"
    assert [s.title for s in plan.sections] == ["Cities"]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("gb2312", "gb18030"), ("gbk", "gbk"), ("utf-8", "utf-8"), ("big5", "utf-8"), ("no-such-thing", "gb18030")],
)
def test_the_character_set_is_what_the_page_says_if_that_fits(tmp_path: Path, charset: str, encoding: str) -> None:
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body>{CHINESE}</body>'
    assert read(tmp_path, page.encode(encoding)).text == CHINESE[3:-4]


def test_a_western_page_in_its_own_character_set(tmp_path: Path) -> None:
    page = (
        '<html><head><meta charset="iso-8859-1"></head><body><p>Les forêts couvrent 20 % – déjà – du pays.</p></body>'
    )
    assert read(tmp_path, page.encode("cp1252")).text == "Les forêts couvrent 20 % – déjà – du pays."


def test_a_page_saved_in_one_file(tmp_path: Path) -> None:
    head = (
        b"From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=XX\r\n\r\n--XX\r\n"
        b"Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    data = head + f"<html><body>{CHINESE}</body></html>".encode("gb18030") + b"\r\n--XX--\r\n"
    assert read(tmp_path, data, "plan.mhtml").text == CHINESE[3:-4]


def test_a_page_translated_in_the_browser_says_so(tmp_path: Path) -> None:
    assert read(tmp_path, PAGE.replace('<html lang="en">', '<html class="translated-ltr">')).metadata.machine_translated
    assert not read(tmp_path, PAGE).metadata.machine_translated


def test_line_breaks_in_pairs_part_paragraphs(tmp_path: Path) -> None:
    assert (
        read(tmp_path, "<html><body>　　Kilns close.<br><br>　　Wind grows.</body></html>").text
        == "Kilns close.\n\nWind grows."
    )


def test_a_table_for_layout_is_no_table(tmp_path: Path) -> None:
    page = "<table><tr><td><h2>Industry</h2><p>Kilns close.</p></td><td><h2>Energy</h2><p>Wind grows.</p></td></tr></table>"
    plan = read(tmp_path, f"<html><body>{page}</body></html>")
    assert [s.title for s in plan.sections] == ["Industry", "Energy"]
    assert "|" not in plan.text


def test_made_pages_are_read_whole_and_less_of_what_stands_around_them_than_trafilatura_alone_keeps() -> None:
    def bare(text: str) -> str:
        return "".join(character for character in text if character.isalnum())

    ours, others = [], []
    for seed in range(12):  # three of each build
        page = saved_page(seed)
        plan = load_plan(Path("page.html"), data=page.html.encode())
        assert [part for part in page.main if bare(part) not in bare(plan.text)] == []
        headings = re.findall("<h([12])>(.*?)</h", page.html)[1:]  # behind the title
        assert [(str(section.level), bare(section.label)) for section in plan.sections] == [
            (level, bare(heading)) for level, heading in headings
        ]
        alone = bare(extract(page.html, include_comments=False) or "")
        ours += [bare(part) in bare(plan.text) for part in page.around]
        others += [bare(part) in alone for part in page.around]
    assert sum(ours) < sum(others)


def test_an_anchor_named_like_its_heading_does_not_make_its_section_furniture(tmp_path: Path) -> None:
    titles = ["The Current State", "Heat", "Unavoidable Changes", "Transport", "Industry", "Buildings", "Money"]
    parts = "".join(
        f'<div id="{title.lower().replace(" ", "-")}"><h2>{title}</h2>'
        + "".join(f"<p>{title}: the district cuts what its kilns emit by {n} percent each year.</p>" for n in range(9))
        + "</div>"
        for title in titles
    )
    plan = read(tmp_path, f"<html><body><main><h1>The Plan</h1>{parts}</main></body></html>")
    assert [s.title for s in plan.sections][-7:] == titles
    assert plan.text.count("the district cuts") == 63


def test_a_note_above_the_title_is_left_out_and_a_date_there_is_not(tmp_path: Path) -> None:
    prose = "".join(f"<p>Measure {n} of the district cuts what its kilns emit by {n} percent.</p>" for n in range(9))
    above = "<p>We use cookies to make this site work.</p><p>Published on 5 August 2022</p>"
    text = read(tmp_path, f"<html><body><div>{above}</div><div><h1>The Plan</h1>{prose}</div></body></html>").text
    assert "cookies" not in text
    assert text.count("of the district cuts") == 9


def test_an_abstract_above_the_first_chapter_stays(tmp_path: Path) -> None:
    prose = "".join(f"<p>Measure {n} of the district cuts what its kilns emit by {n} percent.</p>" for n in range(9))
    abstract = "<p>This plan says how the district closes its kilns by 2030.</p>"
    text = read(tmp_path, f"<html><body><main>{abstract}<h1>1. Kilns</h1>{prose}<h1>2. Mills</h1>{prose}</main>").text
    assert text.startswith("This plan says how the district closes its kilns by 2030.")


def test_what_looks_like_a_program_stays_text(tmp_path: Path) -> None:
    plan = read(
        tmp_path, "<html><body><p>Type &lt;script&gt;alert(1)&lt;/script&gt; and $x^2$ **bold**.</p></body></html>"
    )
    assert plan.text == "Type <script>alert(1)</script> and $x^2$ **bold**."


def test_elements_nested_without_end(tmp_path: Path) -> None:
    # the parser gives up at a depth; what stands before it is read or the page is refused
    try:
        plan = read(tmp_path, "<html><body><p>Kilns close.</p>" + "<div>" * 50_000 + "deep" + "</div>" * 50_000)
    except SourceError as error:
        assert "plan.html" in str(error)
    else:
        assert plan.text.startswith("Kilns close.")


def test_a_page_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"plan\.html holds no text"):
        read(tmp_path, "<html><head><title>Plan</title></head><body><script>x()</script></body></html>")


def test_a_tag_of_thousands_of_attributes_and_a_row_of_thousands_of_cells_are_read_fast(tmp_path: Path) -> None:
    path = tmp_path / "plan.html"
    attributes = " ".join(f'a{i}="x"' for i in range(40_000))
    cells = "".join(f"<td>{i}</td>" for i in range(20_000))
    for body in (
        f"<p {attributes}>Kilns close by 2025.</p>",
        f"<p>Kilns close by 2025.</p><table><tr>{cells}</tr></table>",
    ):
        path.write_text(f"<html><body>{body}</body></html>", "utf-8")
        start = time.process_time()
        assert "Kilns close by 2025." in load_plan(path).text
        assert time.process_time() - start < 3


@pytest.mark.parametrize(
    "row",
    [
        "<tr><td colspan=99>Kilns close by 2025.</td></tr>",
        "<tr><td colspan=99 rowspan=999>Kilns close by 2025.</td></tr>",
        "<tr><td rowspan=999>Kilns close by 2025.</td></tr>",
        "<tr><td colspan=9>Kilns</td><td colspan=90>close by 2025.</td></tr>",
    ],
)
@pytest.mark.parametrize("first", ["", f"<tr>{'<td>1</td>' * 1_900}</tr>"], ids=["", "beside a long row"])
def test_cells_that_cover_hundreds_are_read_for_what_they_hold(row: str, first: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.html"
    path.write_text(f"<html><body><p>The plan.</p><table>{first}{row * 5_000}</table></body></html>", "utf-8")
    text = load_plan(path).text
    assert text.count("Kilns") == 5_000
    assert len(text) < 5_000 * 120 + 12_000


def test_a_tag_with_few_attributes_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "plan.html"
    path.write_text(f'<html><body><p title="{"x" * 1000}" hidden>Kilns close.</p></body></html>', "utf-8")
    assert load_plan(path).text == "Kilns close."
