"""Kinds of pages that readers of PDFs get wrong, each drawn small, with what is right.

Each is drawn as it stands in documents that were found to be misread: type sizes, places, rules. The other kinds of that
list are drawn by the tests of what they are about:

- test_pdf_pages.py: page frames, merged cells, turned marks and pages, contents lines, larger sentences, headers of
  three lines, header rows of tables, last figures, footnote marks, bold headings, forms, empty pages, bookmarks
- test_whole_documents.py: titles on two lines
- test_kept.py: content controls, text boxes, Strict Word, lists in cells, three columns, close cells, spans of rows and
  columns, no space glyphs, text drawn twice
- test_docx.py: tracked changes
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from made_pdfs import SENTENCES, cells, prose, say
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
_X = 60.0
_SIZE = 11.0
_LEADING = 15 / 11

Page = Callable[[Canvas], None]
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is right: ``parts`` are the text in order, ``around`` words that stand behind it in any order.

    An empty title is the file's name; None is not judged.
    """

    parts: tuple[str, ...]
    around: tuple[str, ...] = ()
    title: str | None = ""
    date: str = ""
    issuer: str = ""
    sections: tuple[str, ...] = ()
    tables: tuple[Rows, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    pages: tuple[Page, ...]
    right: Reading
    about: dict[str, str] = field(default_factory=dict)


def turned(n: int) -> tuple[str, ...]:
    """The sentences from another one on, for pages that are not alike."""
    return SENTENCES[n % 6 :] + SENTENCES[: n % 6]


def _written(rows: Rows) -> tuple[str, ...]:
    return tuple(" | ".join(row) for row in rows)


# -- tables and what is none --------------------------------------------------------------------------


def boxed_page(count: int) -> Drawn:
    """A box around the whole page, bands at its foot, a rule at the side."""

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            canvas.rect(0, 0, WIDTH, HEIGHT)
            for left, right in ((0, 330), (330, 390), (390, WIDTH), (0, WIDTH)):
                canvas.rect(left, 40, right - left, 60)
            canvas.line(130, 140, 130, 800)
            y = prose(canvas, 780, x=140, width=425, size=_SIZE, leading=_LEADING, sentences=turned(n)[:3])
            prose(canvas, y - 10, x=140, width=425, size=_SIZE, leading=_LEADING, sentences=turned(n)[3:])

        return draw

    return Drawn(
        tuple(map(page, range(count))), Reading(tuple(sentence for n in range(count) for sentence in turned(n)))
    )


_BASINS: Rows = (
    ("Basin", "Today", "Dry decade", "Wet decade"),
    (
        "Alder Brook",
        "Little silt now, one sluice at the mill",
        "Somewhat more, the sluice sticks in most of the winters",
        "Far more, the sluice has to be raised or given up",
    ),
    (
        "Birch Brook",
        "Much silt now, three sluices at the mill",
        "More of it, one sluice fails in a few of the winters",
        "Very much, the mill has to be moved by the county",
    ),
    (
        "Cedar Pond",
        "No silt now, its bed is of gravel and flat",
        "None, herons may leave it in some of the winters",
        "Little, herons need reeds in most of the winters",
    ),
    (
        "Dogwood Weir",
        "Middling silt now, two gates and no sluice",
        "More of it, a gate is shut in some of the winters",
        "Very much, a third gate has to be built quite soon",
    ),
)


def _wrapped_rows(
    canvas: Canvas, rows: Rows, xs: Sequence[float], y: float, *, size: float, pitch: float, after: float
) -> float:
    """Rows whose cells but the first wrap within their columns; the lower end of the last row."""
    widths = [right - left - 8 for left, right in pairwise([*xs, 535.0])]
    for row in rows:
        lowest = y
        for text, x, width in zip(row, xs, widths, strict=True):
            for i, line in enumerate(simpleSplit(text, "Helvetica", size, width) if x > xs[0] else [text]):
                say(canvas, line, x, y - pitch * i, size=size)
                lowest = min(lowest, y - pitch * i)
        y = lowest - pitch - after
    return y


def _leaders(rows: Rows, dots: int) -> Rows:
    return [rows[0], *([f"{row[0]} {'.' * dots}", *row[1:]] for row in rows[1:])]


def open_table(count: int) -> Drawn:
    """Rules across alone, above and below the head and at the end; wrapped cells; dots behind the names."""
    rows = _leaders(_BASINS, 14)
    xs = (_X, 180.0, 300.0, 420.0)

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            y = prose(canvas, 790, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(n)[:3]) - 10
            canvas.line(_X, y, 535, y)
            cells(canvas, [rows[0]], xs, (y - 14,), size=9, bold=True)
            canvas.line(_X, y - 20, 535, y - 20)
            end = _wrapped_rows(canvas, rows[1:], xs, y - 32, size=9, pitch=10.5, after=4)
            canvas.line(_X, end + 8, 535, end + 8)
            prose(canvas, end - 12, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(n)[3:])

        return draw

    return Drawn(tuple(map(page, range(count))), _table_amid(rows, count))


def walled_columns(count: int) -> Drawn:
    """Walls between columns, no rule between the rows of the body, which are set as closely as their lines."""
    rows = _leaders(_BASINS, 10)
    xs = (_X, 165.0, 270.0, 375.0)

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            y = prose(canvas, 790, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(n)[:3]) - 10
            cells(canvas, [rows[0]], xs, (y - 14,), size=8, bold=True)
            end = _wrapped_rows(canvas, rows[1:], xs, y - 32, size=8, pitch=9, after=1)
            for level in (y, y - 20, end + 5):
                canvas.line(_X, level, 535, level)
            for x in xs[1:]:
                canvas.line(x - 4, y - 4, x - 4, end + 5)
            prose(canvas, end - 21, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(n)[3:])

        return draw

    return Drawn(tuple(map(page, range(count))), _table_amid(rows, count))


def _table_amid(rows: Rows, count: int) -> Reading:
    """The reading of ``count`` pages with the same table amid their sentences."""
    parts = [part for n in range(count) for part in (*turned(n)[:3], *_written(rows), *turned(n)[3:])]
    return Reading(tuple(parts), tables=(rows,) * count)


def cell_over_the_page(count: int) -> Drawn:
    """A table whose last cell on the page goes on at the top of the next, in a row without a name."""
    before = [
        ("Parish", "What is built"),
        ("Upper parish", "The wells of the upper parish are sunk anew, and the keepers"),
    ]
    after = [
        ("", "of all the weirs above it take part in the digging."),
        ("Lower parish", "Nothing is built before 2033."),
    ]

    def first(canvas: Canvas) -> None:
        prose(canvas, 780, width=475, x=_X, size=_SIZE, leading=_LEADING)
        _walls(canvas, (60, 160, 535), (200, 170, 60))
        cells(canvas, before, (65, 165), (180, 155))

    def second(canvas: Canvas) -> None:
        _walls(canvas, (60, 160, 535), (800, 760, 730))
        cells(canvas, after, (65, 165), (785, 740))
        prose(canvas, 700, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(2))

    def third(canvas: Canvas) -> None:
        prose(canvas, 780, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(4))

    rows = [*before, *after]
    parts = (*SENTENCES, *_written(rows), *turned(2), *(turned(4) if count > 1 else ()))
    return Drawn((first, second, *([third] if count > 1 else [])), Reading(parts, tables=(rows,)))


def _walls(canvas: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    canvas.lines([(x, ys[0], x, ys[-1]) for x in xs] + [(xs[0], y, xs[-1], y) for y in ys])


# -- order --------------------------------------------------------------------------------------------


def text_beside_a_chart(count: int, size: float = _SIZE) -> Drawn:
    """A narrow column beside the figures of a chart, its headline, its years and its source; no line is drawn."""
    years = ("2011", "2016", "2021", "2026")
    said = ("Herons come back to each of the old weirs", "Herons a year, by weir", "Source: the almanac of the county")
    figures = [figure for row in _FIGURES for figure in row]

    def page(canvas: Canvas) -> None:
        prose(canvas, 790, width=475, x=_X, size=size, leading=_LEADING, sentences=SENTENCES[:3])
        prose(canvas, 620, width=195, x=_X, size=size, leading=14 / 11, sentences=SENTENCES[3:])
        say(canvas, said[0], 280, 620, size=size - 1, bold=True)
        say(canvas, said[1], 280, 606, size=9)
        for i, (mark, *row) in enumerate(_FIGURES):
            say(canvas, mark, 280, 585 - 23 * i, size=7)
            for j, figure in enumerate(row, 1):
                x, y = 265 + 55 * j + (3 * i + 5 * j) % 10, 583 - 23 * i - (5 * i + 7 * j) % 12
                say(canvas, figure, x, y, size=7)
        for j, year in enumerate(years):
            say(canvas, year, 320 + 55 * j, 385, size=7)
        say(canvas, said[2], 280, 370, size=8)

    def before(canvas: Canvas) -> None:
        prose(canvas, 790, width=475, x=_X, size=size, leading=_LEADING, sentences=turned(3))

    around = (*(word for text in said for word in text.split()), *figures, *years)
    parts = (*(turned(3) if count > 1 else ()), *SENTENCES)
    return Drawn((*([before] if count > 1 else []), page), Reading(parts, around=around))


#: Rows of a chart's figures; the first of each is the scale's.
_FIGURES = [(str(100 - 12 * i), *(str(20 + (31 * i + 17 * j) % 71) for j in range(4))) for i in range(9)]


_ITEMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("11. Who may open the sluice at the weir?", ("The keeper", "A miller, when the keeper is told of it first", "Nobody")),
    ("12. Who counts herons at dawn?", ("The volunteers", "The school, in the weeks of spring", "The works")),
    ("13. Where is a well dug in place of a pipe?", ("Where rock lies deep", "On the meadows", "Nowhere")),
    ("14. How often is a culvert inspected?", ("Every spring", "Every month, and daily in a flood", "Never")),
    ("15. What may a bridge have besides its rails?", ("A gauge", "A lamp with a panel of its own", "A bench")),
    ("16. Who prints the counts of the year?", ("The almanac", "The county bank", "The laboratory")),
)  # fmt: skip


def columns_of_items(count: int) -> Drawn:
    """Two columns of questions and their answers, drawn line by line across both."""
    lines = [[line for question, answers in half for line in (question, *(f"o  {a}" for a in answers))] for half in (_ITEMS[:3], _ITEMS[3:])]  # fmt: skip

    def page(canvas: Canvas) -> None:
        for i, (left, right) in enumerate(zip(*lines, strict=True)):
            say(canvas, left, _X, 760 - 14 * i)
            say(canvas, right, 320, 760 - 14 * i)

    def more(canvas: Canvas) -> None:
        prose(canvas, 780, width=475, x=_X, size=_SIZE, leading=_LEADING)

    parts = (*lines[0], *lines[1], *(SENTENCES if count > 1 else ()))
    return Drawn(
        (page, *([more] if count > 1 else [])), Reading(parts, sections=tuple(question for question, _ in _ITEMS))
    )


def symbol_bullets(count: int) -> Drawn:
    """Short items behind signs of a symbol font, then items of several lines with a hanging indent."""
    short = ("Wells and springs", "Weirs", "Culverts", "Flood levy", "Water for Alder", "Gravel pits", "Herons", "Fees")
    long = (
        "Write down what the gauges of Alder Weir and of Birch Weir show in each week of the flood, as the Friends of "
        "the Brooks have asked in 2031, and print it.",
        "Ask the millers of Cedar Brook, above all the County Milling Guild and its keepers, how much water they take "
        "in every month.",
    )

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            say(canvas, f"List {n + 1} of the county covers this:", _X, 780, size=_SIZE)
            y = 765.0
            for item in short:
                say(canvas, "■", 78, y, size=_SIZE)
                say(canvas, item, 96, y, size=_SIZE)
                y -= 15
            y -= 10
            for item in long:
                say(canvas, "■", 78, y, size=_SIZE)
                y = prose(canvas, y, x=96, width=340, size=_SIZE, leading=_LEADING, sentences=[item])

        return draw

    items = tuple(f"■ {item}" for item in (*short, *long))
    parts = [part for n in range(count) for part in (f"List {n + 1} of the county covers this:", *items)]
    return Drawn(tuple(map(page, range(count))), Reading(tuple(parts)))


# -- headings -----------------------------------------------------------------------------------------


def sizes_of_the_text_matrix(count: int) -> Drawn:
    """A font of size 1 that the text matrix makes larger, as many programs write it."""

    def scaled(canvas: Canvas, text: str, y: float, size: float) -> None:
        shown = canvas.beginText(0, 0)
        shown.setFont("Helvetica", 1)
        shown.setTextTransform(size, 0, 0, size, _X, y)
        shown.textOut(text)
        canvas.drawText(shown)

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            if n == 0:
                scaled(canvas, "County Water Plan", 780, 26)
            for i, name in enumerate(names[n]):
                y = 740.0 - 170 * i
                scaled(canvas, name, y, 16)
                for k, line in enumerate(simpleSplit(" ".join(turned(i + n)), "Helvetica", _SIZE, 475)):
                    scaled(canvas, line, y - 24 - 15 * k, _SIZE)

        return draw

    names = (("Wells and springs", "Weirs"), ("Fees", "Herons"))[:count]
    parts = [part for n in range(count) for i, name in enumerate(names[n]) for part in (name, *turned(i + n))]
    title = "County Water Plan"
    return Drawn(
        tuple(map(page, range(count))),
        Reading((title, *parts), title=title, sections=tuple(name for pair in names for name in pair)),
    )


def numbered_parts(count: int) -> Drawn:
    """Numbered headings in the body's size right above their text, below a line that a part repeats."""
    names = ("1. Bridges", "2. Wells", "3. Meadows", "4. Herons", "5. Sluices", "6. Pits")[: 2 + 2 * count]
    summary = f"Repairing bridges. {SENTENCES[0]}"

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            y = 780.0
            if n == 0:
                say(canvas, "County Water Plan", _X, 780, size=12, bold=True)
                y = prose(canvas, 750, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=[summary]) - 8
            for i in range(2 * n, 2 * n + 2):
                say(canvas, names[i], _X, y, size=_SIZE)
                y = prose(canvas, y - 15, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(i)) - 8

        return draw

    parts = [part for i, name in enumerate(names) for part in (name, *turned(i))]
    title = "County Water Plan"
    return Drawn(tuple(map(page, range(count + 1))), Reading((title, summary, *parts), title=title, sections=names))


def cross_references(count: int) -> Drawn:
    """A rule in one size whose lines may begin with a section of another law."""
    first = (
        "1. Mooring",
        "This rule says which boats may lie at the weirs and for how many nights they may lie there. As",
        "Section 7(b)(2) of the Water Law requires the keeper to write a list, the list is open to all.",
        "It is read out each spring.",
    )
    second = (
        "2. Levies",
        "Levies are fixed each year. They are paid when a boat passes the sluice, and under",
        "Article 9 of the Water Law requires that a note be given.",
        "Boats of the county pay none.",
    )
    third = ("3. Nights", "A night ends at six. Boats that leave later pay for", "Section 2 of the weir as well.")
    blocks = (first, second, third)[: 1 + count]

    def page(canvas: Canvas) -> None:
        say(canvas, "County Weir Rule", _X, 780, size=_SIZE)
        y = 750.0
        for block in blocks:
            for line in block:
                say(canvas, line, _X, y, size=_SIZE)
                y -= 15
            y -= 15

    parts = ("County Weir Rule", *(line for block in blocks for line in block))
    return Drawn((page,), Reading(parts, title="County Weir Rule", sections=tuple(block[0] for block in blocks)))


def heading_of_every_page(count: int) -> Drawn:
    """The same heading over the text of all pages, the first one, too: no header, and no title alone."""

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            say(canvas, "MEASURES", _X, 790, size=16, bold=True)
            prose(canvas, 750, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(n))

        return draw

    pages = 2 + 2 * count
    parts = [part for n in range(pages) for part in ("MEASURES", *turned(n))]
    return Drawn(tuple(map(page, range(pages))), Reading(tuple(parts), title=None, sections=("MEASURES",) * pages))


# -- titles, dates, issuers ---------------------------------------------------------------------------


def _titled(own: str) -> Callable[[int], Drawn]:
    """A title in larger type, in a file that calls itself something else."""

    def drawn(count: int) -> Drawn:
        def first(canvas: Canvas) -> None:
            say(canvas, "County Water Plan", _X, 780, size=22, bold=True)
            prose(canvas, 740, width=475, x=_X, size=_SIZE, leading=_LEADING)

        def second(canvas: Canvas) -> None:
            prose(canvas, 780, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(3))

        parts = ("County Water Plan", *SENTENCES, *(turned(3) if count > 1 else ()))
        return Drawn((first, second)[:count], Reading(parts, title="County Water Plan"), {"title": own})

    return drawn


def letterhead(count: int, size: float = _SIZE) -> Drawn:
    """Bold lines in the body's size: whose office it is, a file's number, the title."""
    lines = ("DEPARTMENT OF RIVERS", "Office of Wells", "[File No. 77-12; RIN 4410-BB02]", "Wells and Springs; Last Order for the Sinking of Wells")  # fmt: skip

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            for i, line in enumerate(lines if n == 0 else ()):
                say(canvas, line, _X, 780 - 25 * i, size=size, bold=True)
            prose(canvas, 780 if n else 670, width=475, x=_X, size=size, leading=_LEADING, sentences=turned(n))

        return draw

    parts = (*lines, *(sentence for n in range(count) for sentence in turned(n)))
    return Drawn(tuple(map(page, range(count))), Reading(parts, title=lines[-1], issuer="DEPARTMENT OF RIVERS"))


def release(count: int) -> Drawn:
    """A masthead in small capitals, a line that says when it was released, a title of two lines."""
    lines = ("COUNTS AND GAUGES FOR CLEANER BROOKS", "FOR RELEASE APRIL 9, 2031", "The County Plans", "for Its Wells")

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            if n == 0:
                say(canvas, lines[0], _X, 800, size=9)
                say(canvas, lines[1], _X, 770, size=10, bold=True)
                say(canvas, lines[2], _X, 730, size=24, bold=True)
                say(canvas, lines[3], _X, 702, size=24, bold=True)
            prose(canvas, 780 if n else 660, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(n))

        return draw

    pages = 1 + count
    parts = (*lines, *(sentence for n in range(pages) for sentence in turned(n)))
    return Drawn(
        tuple(map(page, range(pages))), Reading(parts, title="The County Plans for Its Wells", date="2031-04-09")
    )


def dated_header(count: int) -> Drawn:
    """A journal's header with its date, the number of the page set apart from it."""

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            say(canvas, str(40312 + n), _X, 800, size=9, bold=True)
            say(
                canvas,
                "County Journal / Vol. 51, No. 38 / Friday, March 14, 2031 / Orders",
                160,
                800,
                size=9,
                bold=True,
            )
            y = prose(canvas, 770, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(n)[:3]) - 10
            prose(canvas, y, width=475, x=_X, size=_SIZE, leading=_LEADING, sentences=turned(n)[3:])

        return draw

    pages = 2 + 2 * count
    parts = tuple(sentence for n in range(pages) for sentence in turned(n))
    return Drawn(tuple(map(page, range(pages))), Reading(parts, date="2031-03-14"))


#: What draws each kind, by itself or, for 2, with more pages.
KINDS: dict[str, Callable[[int], Drawn]] = {
    "a box around the page, bands at its foot and a rule at the side": boxed_page,
    "a table without walls whose cells wrap": open_table,
    "walled columns whose rows no rule and no gap parts": walled_columns,
    "a cell that goes on over the page": cell_over_the_page,
    "prose beside a chart": text_beside_a_chart,
    "prose in small type beside a chart": lambda count: text_beside_a_chart(count, size=9),
    "two columns of short items drawn line by line": columns_of_items,
    "symbol bullets and hanging indents": symbol_bullets,
    "type sizes that only the text matrix says": sizes_of_the_text_matrix,
    "numbered parts below a line that repeats one": numbered_parts,
    "cross-references at the beginning of lines": cross_references,
    "one heading over all pages": heading_of_every_page,
    "a title beside the name of a workbook": _titled("Copy of County Water Plan 2019-0412 CHECKED-2.xls"),
    "a title beside the name of a publication": _titled("Printer's Copy of County Plan 4-12-2019.pub"),
    "a title beside what Word calls the file": _titled("Microsoft Word - Title Page"),
    "a letterhead above a title of the body's size": letterhead,
    "a letterhead far above its lines in small type": lambda count: letterhead(count, size=9),
    "a masthead and a release line": release,
    "the date in a journal's header": dated_header,
}
