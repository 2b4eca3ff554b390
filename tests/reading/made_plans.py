"""Twenty plans as offices lay them out, drawn piece by piece: what each page shows is known.

Columns, sidebars, tables with and without rules, charts, footnotes, marginal notes, pulled quotes, headers and
footers, turned pages. Every heading has a bookmark.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from documents import make
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
_TOP, _FOOT, _LEFT = 760.0, 90.0, 72.0
_GAP = 18.0
_NAMES = (
    "Water and wells|What the county has done so far|Roads, bridges and the people who keep them|Energy|Schools"
    "|Measures of the next ten years|Who pays|Forests|A levy on gravel|Reporting|Housing near the brooks|Air"
    "|How the plan was made|Next steps|Heat in the towns|Risks|Farming on wet ground|Jobs|Ferries and the harbour"
    "|Targets for each district of the county and how they are shared among its towns|Data|Offices|Waste|Law"
).split("|")
_PLACES = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple")
_KEEPERS = ("Works office", "County bank", "River board", "Forest trust", "Town clerks")


@dataclass(frozen=True, slots=True)
class Look:
    """How a plan is set; ``heads`` are the font, size and case of headings by level."""

    columns: int
    size: float
    heads: tuple[tuple[str, float, bool], tuple[str, float, bool]]
    numbered: bool
    header: str  # "", "same", "facing" or "ruled"
    margin: bool  # notes beside the text
    mixed: bool  # pieces of a page are drawn in any order


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan that was drawn: its headings are (page from 1, text), ``running`` (page, text) what stands at its edges."""

    name: str
    data: bytes
    title: str
    headings: tuple[tuple[int, str], ...]
    running: tuple[tuple[int, str], ...]


#: A text in one place: font, size, x, y, text.
_Text = tuple[str, float, float, float, str]


@dataclass(slots=True)
class _Sheet:
    """A page in the making: texts and straight lines, drawn when it is full; ``floors`` are how far columns reach."""

    texts: list[list[_Text]] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    fills: list[tuple[float, float, float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    turn: int = 0


class _Plan:
    def __init__(self, seed: int, look: Look, title: str) -> None:
        self.draw = random.Random(seed)
        self.look, self.title = look, title
        self.sheets: list[_Sheet] = []
        self.headings: list[tuple[int, str, int]] = []
        self.sentences = self._sentences(seed)
        self.number = [0, 0]
        self.note = 0
        left = _LEFT + (70 if look.margin else 0)
        self.width = (WIDTH - _LEFT - left - _GAP * (look.columns - 1)) / look.columns
        self.lefts = [left + i * (self.width + _GAP) for i in range(look.columns)]
        self.column = look.columns
        self.top = self.y = _TOP

    def _sentences(self, seed: int) -> Iterator[str]:
        while True:
            for kind, parts in make("source", seed, sections=8).blocks:
                if kind == "p":
                    yield from parts
            seed += 1000

    @property
    def sheet(self) -> _Sheet:
        return self.sheets[-1]

    def turn_page(self) -> None:
        self.sheets.append(_Sheet())
        self.column, self.y, self.top = 0, _TOP, _TOP

    def room(self, height: float) -> None:
        """Go on in the next column, or on the next page, where ``height`` does not fit."""
        if self.column < self.look.columns and self.y - height >= _FOOT + 16 * len(self.sheet.notes):
            return
        if self.column + 1 < self.look.columns:
            self.column, self.y = self.column + 1, self.top
        else:
            self.turn_page()

    def lines(self, text: str, font: str, size: float, *, indent: float = 0.0, keep: int = 1) -> None:
        wrapped = simpleSplit(text, font, size, self.width - indent)
        piece: list[_Text] = []
        for i, line in enumerate(wrapped):
            before = self.column, len(self.sheets)
            self.room(size * 1.3 * (max(keep, len(wrapped)) if i == 0 and keep > 1 else 1))
            if piece and before != (self.column, len(self.sheets)):
                piece = []
            if not piece:
                self.sheet.texts.append(piece)
            self.y -= size * 1.3
            piece.append((font, size, self.lefts[self.column] + indent, self.y, line))

    def heading(self, level: int, name: str) -> None:
        font, size, capitals = self.look.heads[level]
        self.number = [self.number[0] + 1, 0] if level == 0 else [self.number[0], self.number[1] + 1]
        mark = f"{self.number[0]}. " if level == 0 else f"{self.number[0]}.{self.number[1]} "
        text = (mark if self.look.numbered else "") + (name.upper() if capitals else name)
        self.y -= size * (0.9 if self.y < self.top else 0)
        self.room(size * 1.3 * 2 + 60)
        self.lines(text, font, size)
        self.headings.append((len(self.sheets), text, level))
        self.y -= 4

    def paragraph(self, sentences: int) -> None:
        text = " ".join(next(self.sentences) for _ in range(sentences))
        if self.look.margin and self.draw.random() < 0.4:
            self.room(80)
            note = [("Helvetica-Oblique", 7.0, 40.0, self.y - 12 - 9 * i, t)
                    for i, t in enumerate(simpleSplit(f"See the {self.draw.choice(_KEEPERS).lower()} of the county for this", "Helvetica-Oblique", 7, 85))]  # fmt: skip
            self.sheet.texts.append(note)
        self.lines(text, "Helvetica", self.look.size)
        self.y -= self.look.size * 0.7

    def footnote(self) -> None:
        self.room(100)
        self.note += 1
        self.lines(next(self.sentences), "Helvetica", self.look.size)
        font, size, x, y, text = self.sheet.texts[-1][-1]
        end = x + Canvas(io.BytesIO()).stringWidth(text, font, size)
        self.sheet.texts[-1].append((font, size * 0.6, end, y + size * 0.35, str(self.note)))
        self.sheet.notes.append(f"{self.note} Figures of the {self.draw.choice(_KEEPERS).lower()}, {2010 + self.note}.")
        self.y -= self.look.size * 0.7

    def items(self) -> None:
        for _ in range(3):
            sentence = next(self.sentences)
            self.room(self.look.size * 1.3)
            self.lines(sentence, "Helvetica", self.look.size, indent=14)
            # the mark stands before the first line, which may be in the column before
            size = self.look.size
            count = len(simpleSplit(sentence, "Helvetica", size, self.width - 14))
            piece = self.sheet.texts[-1]
            if len(piece) == count:
                _, _, x, y, _ = piece[0]
                piece.insert(0, ("Helvetica", size, x - 12, y, "\u2022"))
        self.y -= 6

    def table(self, *, ruled: bool) -> None:
        rows = [["Place", "Today", "In 2040"]] + [
            [name, f"{self.draw.randint(10, 99)}.{self.draw.randint(0, 9)}", f"{self.draw.randint(10, 99)}.{self.draw.randint(0, 9)}"]
            for name in self.draw.sample(_PLACES, 5)
        ]  # fmt: skip
        self.room(18 * (len(rows) + 2))
        self.y -= 12
        x, pitch, top = self.lefts[self.column], 16.0, self.y
        xs = [x + self.width * share for share in (0, 0.45, 0.7)]
        piece = [
            ("Helvetica-Bold" if i == 0 else "Helvetica", self.look.size - 1, at + 3, top - pitch * i - 11, cell)
            for i, row in enumerate(rows)
            for at, cell in zip(xs, row, strict=True)
        ]
        self.sheet.texts.append(piece)
        self.y = top - pitch * len(rows)
        right = x + self.width * 0.95
        if ruled:
            self.sheet.rules += [(x, top - pitch * i, right, top - pitch * i) for i in range(len(rows) + 1)]
            self.sheet.rules += [(at, top, at, self.y) for at in (*xs, right)]
        self.y -= 14

    def chart(self) -> None:
        """Bars with figures over them, a scale at the left and years below; a caption under it."""
        self.room(150)
        x, base = self.lefts[self.column] + 24, self.y - 110
        piece: list[_Text] = [("Helvetica", 6.0, x - 20, base + 24 * i - 2, str(25 * i)) for i in range(5)]
        self.sheet.rules += [(x, base + 24 * i, x + self.width * 0.8, base + 24 * i) for i in range(5)]
        for i in range(4):
            high = 20 + self.draw.randint(5, 70)
            at = x + 8 + i * self.width * 0.2
            self.sheet.fills.append((at, base, 18, high))
            piece += [("Helvetica", 6.0, at + 2, base + high + 3, str(high)), ("Helvetica", 6.0, at, base - 9, str(2020 + 5 * i))]  # fmt: skip
        self.sheet.texts.append(piece)
        self.y = base - 18
        self.lines(f"Figure {len(self.sheets)}. Herons counted at the weirs", "Helvetica-Oblique", self.look.size - 1.5)
        self.y -= 10

    def sidebar(self) -> None:
        """A box of small type at the side of prose that is set narrower; on a page of one column."""
        if self.look.columns > 1:
            return self.pulled_quote()
        self.room(170)
        x, top = self.lefts[0] + self.width * 0.68, self.y
        wrapped = simpleSplit(" ".join(next(self.sentences) for _ in range(3)), "Helvetica", 8, self.width * 0.29)
        self.sheet.texts.append([("Helvetica", 8.0, x, top - 12 - 10.5 * i, t) for i, t in enumerate(wrapped)])
        low = top - 18 - 10.5 * len(wrapped)
        self.sheet.rules += [(x - 5, top, x - 5, low), (x - 5, top, x + self.width * 0.31, top)]
        wide, self.width = self.width, self.width * 0.62
        while self.y > low:
            self.lines(next(self.sentences), "Helvetica", self.look.size)
            self.y -= 5
        self.width = wide
        self.y -= 8
        return None

    def pulled_quote(self) -> None:
        self.room(90)
        self.y -= 8
        self.lines(f"\u201c{next(self.sentences)}\u201d", "Helvetica-Oblique", self.look.size * 1.3, keep=2)
        self.y -= 12

    def sideways(self, *, drawn: bool) -> None:
        """A page with a wide table, turned by its own mark or drawn from below upwards."""
        self.turn_page()
        head = ["Place", "Keeper", "2025", "2030", "2035", "2040"]
        rows = [head] + [
            [name, self.draw.choice(_KEEPERS), *(str(self.draw.randint(100, 999)) for _ in range(4))]
            for name in self.draw.sample(_PLACES, 8)
        ]
        self.sheet.turn = 1 if drawn else 2
        xs = (60, 170, 330, 430, 530, 630, 730)
        self.sheet.texts.append(
            [
                ("Helvetica", 9.0, x + 3, 440 - 20 * i, cell)
                for i, row in enumerate(rows)
                for x, cell in zip(xs, row, strict=False)
            ]
        )
        self.sheet.rules += [(60, 455 - 20 * i, 730, 455 - 20 * i) for i in range(len(rows) + 1)]
        self.sheet.rules += [(x, 455, x, 455 - 20 * len(rows)) for x in xs]
        self.sheet.texts += [[("Helvetica", 9.0, 60, 240 - 12 * i, line)] for i, line in enumerate(simpleSplit(" ".join(next(self.sentences) for _ in range(4)), "Helvetica", 9, 640))]  # fmt: skip
        self.column = self.look.columns


def _looks() -> Iterator[Look]:
    heads = (
        (("Helvetica-Bold", 16.0, False), ("Helvetica-Bold", 12.0, False)),
        (("Helvetica", 18.0, False), ("Helvetica-Bold", 10.0, False)),
        (("Helvetica-Bold", 13.0, True), ("Helvetica-BoldOblique", 10.5, False)),
        (("Helvetica", 14.0, True), ("Helvetica", 12.0, False)),
        (("Times-Bold", 15.0, False), ("Times-BoldItalic", 11.5, False)),
    )
    for i in range(20):
        yield Look(
            columns=1 + i % 2,
            size=(9.0, 10.0, 9.5)[i % 3],
            heads=heads[i % 5],
            numbered=i % 4 in (1, 2),
            header=("same", "facing", "ruled", "")[(i // 2) % 4],
            margin=i % 2 == 0 and i % 3 == 1,
            mixed=i % 4 == 3,
        )


def made_plans() -> Iterator[Drawn]:
    """The twenty, the same each time."""
    for number, look in enumerate(_looks()):
        yield _made(number, look)


def _made(number: int, look: Look) -> Drawn:
    title = (
        f"{_PLACES[number % 10]} County {('Water', 'Climate', 'Transport', 'Housing')[number % 4]} Plan {2030 + number}"
    )
    plan = _Plan(number + 500, look, title)
    plan.turn_page()
    pieces = ["table", "chart", "sidebar", "footnote", "items", "open table", "quote", "paragraph", "footnote"]
    plan.draw.shuffle(pieces)
    names = plan.draw.sample(_NAMES, 12)
    for chapter in range(4):
        for level, name in zip((0, 1, 1), names[3 * chapter : 3 * chapter + 3], strict=True):
            plan.heading(level, name)
            plan.paragraph(plan.draw.randint(2, 4))
            for piece in (pieces * 2)[3 * chapter + level :][:2]:
                _put(plan, piece)
                plan.paragraph(plan.draw.randint(2, 5))
        if chapter == 1 and number % 2:
            plan.sideways(drawn=number % 4 == 1)
    data, running = _print(plan, number)
    headings = tuple((page + 1, text) for page, text, _ in plan.headings)
    return Drawn(f"made-{number:02}", data, title, headings, running)


def _put(plan: _Plan, piece: str) -> None:
    if piece in ("table", "open table"):
        plan.table(ruled=piece == "table")
    elif piece == "paragraph":
        plan.paragraph(3)
    elif piece == "quote":
        plan.pulled_quote()
    else:
        getattr(plan, piece)()


def _print(plan: _Plan, number: int) -> tuple[bytes, tuple[tuple[int, str], ...]]:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica-Bold", 26)
    for i, line in enumerate(simpleSplit(plan.title, "Helvetica-Bold", 26, 400)):
        canvas.drawString(_LEFT, 600 - 32 * i, line)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(_LEFT, 480, f"May {2020 + number % 6}")
    canvas.showPage()
    running: list[tuple[int, str]] = []
    for at, sheet in enumerate(plan.sheets, 2):
        running += [(at, said) for said in _edges(canvas, plan, at)]
        # reportlab swaps the sides of a page that it turns
        canvas.setPageSize((HEIGHT, WIDTH) if sheet.turn == 2 else A4)
        canvas.setPageRotation(90 if sheet.turn == 2 else 0)
        canvas.saveState()
        if sheet.turn == 1:
            canvas.translate(WIDTH - 40, 20)
            canvas.rotate(90)
        elif sheet.turn == 2:
            canvas.translate(WIDTH, 0)
            canvas.rotate(90)
        for x0, y0, x1, y1 in sheet.rules:
            canvas.line(x0, y0, x1, y1)
        canvas.setFillGray(0.7)
        for fill in sheet.fills:
            canvas.rect(*fill, fill=1, stroke=0)
        canvas.setFillGray(0)
        pieces = list(sheet.texts)
        if sheet.notes:
            low = _FOOT - 16 + 10 * len(sheet.notes)
            canvas.line(_LEFT, low + 10, _LEFT + 120, low + 10)
            pieces.append([("Helvetica", 7.0, _LEFT, low - 10 * i, note) for i, note in enumerate(sheet.notes)])
        if plan.look.mixed:
            plan.draw.shuffle(pieces)
        for font, size, x, y, text in (piece for group in pieces for piece in group):
            canvas.setFont(font, size)
            canvas.drawString(x, y, text)
        canvas.restoreState()
        for page, text, level in plan.headings:
            if page == at - 1:
                canvas.bookmarkPage(f"{at} {text}")
                canvas.addOutlineEntry(text, f"{at} {text}", level)
        canvas.showPage()
    canvas.save()
    return file.getvalue(), tuple(running)


def _edges(canvas: Canvas, plan: _Plan, page: int) -> Sequence[str]:
    """Draw the header and footer of ``page``; what they say but for its number."""
    kind = plan.look.header
    if not kind or plan.sheets[page - 2].turn:
        return ()
    canvas.setFont("Helvetica", 8)
    chapter = next((text for at, text, level in reversed(plan.headings) if at <= page - 1 and level == 0), plan.title)
    if kind == "same":
        canvas.drawString(_LEFT, 805, f"{plan.title} - adopted by the council")
        canvas.drawRightString(WIDTH - _LEFT, 40, f"Page {page}")
        return (f"{plan.title} - adopted by the council",)
    if kind == "facing":
        said = plan.title if page % 2 else chapter
        draw = canvas.drawRightString if page % 2 else canvas.drawString
        draw(WIDTH - _LEFT if page % 2 else _LEFT, 800, said)
        canvas.drawCentredString(WIDTH / 2, 35, str(page))
        return (said,)
    canvas.line(_LEFT, 50, WIDTH - _LEFT, 50)
    canvas.drawString(_LEFT, 38, f"{plan.title}  |  Office of the county  |  {page}")
    return (f"{plan.title} | Office of the county",)
