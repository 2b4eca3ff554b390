"""Time grows in proportion to the text, whatever is in it: each generator aims at a pattern, at n, 2n and 4n."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from growing import GENERATORS, MOST_SECONDS, assert_proportional, seconds
from hostile_files import scattered
from made_pdfs import pdf, say
from reportlab.pdfgen.canvas import Canvas

from indexer.asking.question import Kind, fits_kind, kind_of, read_question
from indexer.errors import SourceError
from indexer.language.dates import find_years
from indexer.language.folding import fold_spelling
from indexer.language.matching import absent_words, holds_figure, word_set, words
from indexer.language.obligation import find_binding
from indexer.language.quantities import find_quantities
from indexer.language.sentences import LONGEST_SENTENCE, fold_space, folded_places, split_sentences
from indexer.language.terms import analyze
from indexer.reading.loading import load_plan
from indexer.reading.passages import LONGEST, chunk_plan, indexed_text
from indexer.targets.extracting import find_targets
from indexer.targets.sectors import sector_of

pytestmark = pytest.mark.slow

SIZE = 5_000  # characters


def read_all(path: Path, text: str) -> None:
    path.write_text(f"The plan begins.\n{text}", "utf-8")
    try:
        plan = load_plan(path)
    except SourceError:
        return
    for passage in chunk_plan(plan):
        indexed_text(passage)
    for target in find_targets(plan):
        sector_of(target)


@pytest.fixture(scope="module", autouse=True)
def _warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is imported late is imported before anything is timed; what other tests left is not collected each time."""
    read_all(tmp_path_factory.mktemp("warm") / "plan.txt", "a" * 5000 + "\n" + "三" * 5000)
    analyze("kilns")
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("name", GENERATORS)
def test_a_plan_is_read_in_proportion(name: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    assert_proportional(lambda size: read_all(path, GENERATORS[name](size)), (SIZE, 2 * SIZE, 4 * SIZE))


@pytest.mark.parametrize("ending", [".md", ".html"])
@pytest.mark.parametrize(
    "name",
    [
        "headings", "hashes", "fences", "open fences", "blank lines", "greater", "digits", "a table with bars",
        "tables with bars", "captions", "lines under heads", "one line under heads", "tables", "wide gaps in a cell",
        "wide gaps in a head", "stops and closings", "dockets", "run leaders",
    ],
)  # fmt: skip
def test_formats_read_in_proportion(name: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"plan{ending}"
    assert_proportional(lambda size: read_all(path, GENERATORS[name](size)), (SIZE, 2 * SIZE, 4 * SIZE))


@pytest.mark.parametrize("name", GENERATORS)
def test_language_works_in_proportion_on_text_of_any_length(name: str) -> None:
    def run(size: int) -> None:
        text = GENERATORS[name](size)
        find_quantities(text)
        find_years(text, periods=True)
        find_binding(text)
        fold_spelling(text)
        words(text)
        word_set(text)
        analyze(text)
        holds_figure(text, "13.7")
        absent_words(["Anhui", "13.7"], [text])
        folded_places(text, fold_space(text))

    assert_proportional(run, (SIZE, 2 * SIZE, 4 * SIZE))


@pytest.mark.parametrize("name", GENERATORS)
def test_questions_and_sentences_are_read_in_proportion(name: str) -> None:
    def run(size: int) -> None:
        text = f"What {GENERATORS[name](size)}"[:LONGEST_SENTENCE]
        kind_of(text)
        read_question(text)
        for kind in Kind:
            fits_kind(kind, text)

    assert_proportional(run, (LONGEST_SENTENCE // 4, LONGEST_SENTENCE // 2, LONGEST_SENTENCE))


def test_a_long_table_and_a_long_run_of_digits(tmp_path: Path) -> None:
    table = "District 7 12.7 13.0 140 15,107 1.7\n" * 400
    assert seconds(lambda: read_all(tmp_path / "table.txt", table)) < MOST_SECONDS
    assert seconds(lambda: read_all(tmp_path / "digits.txt", "7" * 120_000)) < MOST_SECONDS


def test_words_scattered_over_a_page_are_read_in_proportion(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    load_plan(path, data=scattered(100))  # what is imported late is
    assert_proportional(lambda count: load_plan(path, data=scattered(count)), (1_550, 3_100, 6_200))


@pytest.mark.parametrize("name", ["stops", "hyphens", "leaders", "run leaders", "bars", "digits with points", "·", "_"])
def test_a_line_of_a_page_is_read_in_proportion(name: str) -> None:
    def line(size: int) -> bytes:
        def page(canvas: Canvas) -> None:
            text = GENERATORS[name](size) if name in GENERATORS else name * size
            say(canvas, text, 10, 700, size=0.1)  # all of it within the page
            say(canvas, "Cement kilns close by 2030.", 10, 600)

        return pdf(page)

    def read(size: int) -> None:
        load_plan(Path("plan.pdf"), data=lines[size])

    sizes = (2_000, 4_000, 8_000)
    lines = {size: line(size) for size in (100, *sizes)}
    read(100)  # what is imported late is
    assert_proportional(read, sizes)


@pytest.mark.parametrize("unit", ["=41", "=?utf-8?q?=41?= ", "a, ", '"', "(", "<", "a*0*=b; "])
@pytest.mark.parametrize("name", ["Subject", "From", "Date", "Content-Type"])
def test_the_headers_of_an_e_mail_are_read_in_proportion(name: str, unit: str) -> None:
    def read(size: int) -> None:
        before = {"Content-Type": "text/plain; "}.get(name, "=?utf-8?q?")
        head = f"{name}: {before}{unit * (size // len(unit))}?=\r\nX: y"
        with suppress(SourceError):  # brackets in brackets are refused
            load_plan(Path("plan.eml"), data=f"{head}\r\n\r\nKilns close by 2030.\r\n".encode())

    read(100)  # what is imported late is
    assert_proportional(read, (25_000, 50_000, 100_000))


@pytest.mark.parametrize("name", GENERATORS)
def test_sentences_are_bounded_and_hold_every_character(name: str) -> None:
    text = GENERATORS[name](3 * LONGEST_SENTENCE)
    spans = split_sentences(text)
    assert all(0 < end - start <= LONGEST_SENTENCE for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


@pytest.mark.parametrize("name", GENERATORS)
def test_passages_are_bounded(name: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(f"The plan begins.\n{GENERATORS[name](8 * LONGEST)}", "utf-8")
    try:
        plan = load_plan(path)
    except SourceError:
        return
    # a heading goes with what follows it
    assert max(p.end - p.start for p in chunk_plan(plan)) <= 2 * LONGEST
