"""Plans made up and set by two producers, reportlab and Chromium, whose source text and pages are known."""

from __future__ import annotations

import html
import io
import random
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

from pypdf import PdfReader
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Table, TableStyle

from indexer.language.sentences import fold_space
from indexer.types import Plan

CHROMIUM = (
    "chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()

_ENGLISH = {
    "who": "The province|Each city|The energy bureau|Every large plant|The transport department|A county with forests"
    "|The grid company|The council|Each steel works|The housing office",
    "does": "reports its emissions|replaces old boilers|keeps within its quota|plants mixed forest|insulates public buildings"
    "|electrifies its buses|closes kilns that waste heat|publishes what it has measured|trains inspectors"
    "|stores surplus wind power",
    "how": "by the end of 2025|with an investment of 3.4 billion yuan|at least twice a year|in step with its neighbours"
    "|as the low-carbon rules require|for no less than 12.5% of the total|under the supervision of the auditors"
    "|without raising the price of heat|where the soil allows it|before any new permit is given",
    "so": "so that the share of coal falls to 44%|and the results are open to all|because demand keeps growing"
    "|while jobs are kept in the region|and half of the savings stay with the villages|until the review of 2028"
    "|which brings down the cost of repair|so that 1.2 million households benefit",
}
_CHINESE = {
    "who": "全省|各市县|能源主管部门|重点用能企业|交通运输部门|林业部门|电网公司|住房城乡建设部门",
    "does": "开展碳排放核算|淘汰落后锅炉|严格执行配额管理|营造混交林|推进公共建筑节能改造|推广新能源公交车|建设储能设施|公开监测结果",
    "how": "于2025年底前完成|总投资约34亿元|每年不少于两次|与相邻地区同步推进|占比不低于12.5%|接受审计部门监督|不得增加居民用热负担",
    "so": "使煤炭消费比重降至44%左右|并向社会公布|节约资金的一半留给乡村|切实保障就业|惠及120万户家庭|为后续评估提供依据",
}
_HEADINGS = {
    "en": "Industry|Energy supply|Transport|Buildings|Forests and wetlands|Supervision|Finance|Public part in it",
    "zh": "工业领域|能源供应|交通运输|城乡建设|森林与湿地|监督考核|财政金融|全民行动",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A document as its author wrote it; a block is (kind, parts): "h1", "h2", "p" (sentences), "li", "table" (rows)."""

    name: str
    language: str
    title: str
    blocks: tuple[tuple[str, tuple[str, ...]], ...]

    def text(self) -> str:
        """What a reader reads, in order, a table's row with bars between its cells."""
        between = " " if self.language == "en" else ""
        return "\n".join([self.title, *("\n".join(b) if k == "table" else between.join(b) for k, b in self.blocks)])

    def sentences(self) -> list[str]:
        """All that is read on one page each: sentences and headings, in order."""
        return [part for kind, parts in self.blocks if kind != "table" for part in parts]


def make(name: str, seed: int, language: str = "en", sections: int = 6) -> Made:
    """A document of about ``sections`` pages of text, the same for the same seed."""
    draw = random.Random(seed)
    words = _ENGLISH if language == "en" else _CHINESE

    def sentence() -> str:
        who, does, how, so = (draw.choice(words[key].split("|")) for key in ("who", "does", "how", "so"))
        if language == "zh":
            return f"{who}{does}，{how}，{so}。"
        return f"{who} {does} {how}, {so}." if draw.random() < 0.7 else f"{who} {does} {how}."

    def paragraph(low: int, high: int) -> tuple[str, ...]:
        return tuple(sentence() for _ in range(draw.randint(low, high)))

    blocks: list[tuple[str, tuple[str, ...]]] = []
    headings = draw.sample(_HEADINGS[language].split("|"), min(sections, 8))
    for number, heading in enumerate(headings, 1):
        mark = f"{number}. " if language == "en" else "一二三四五六七八"[number - 1] + "、"
        blocks.append(("h1", (mark + heading,)))
        for part in range(1, draw.randint(2, 3) + 1):
            blocks.append(
                (
                    "h2",
                    (
                        f"({part}) {draw.choice(headings)}"
                        if language == "en"
                        else f"（{'一二三'[part - 1]}）{draw.choice(headings)}",
                    ),
                )
            )
            blocks += [("p", paragraph(3, 7)) for _ in range(draw.randint(2, 4))]
        if draw.random() < 0.5:
            blocks += [("li", (("– " if language == "en" else "• ") + sentence(),)) for _ in range(3)]
        if draw.random() < 0.5:
            head = ("Fuel", "2020", "2025", "2030") if language == "en" else ("品种", "2020年", "2025年", "2030年")
            fuels = ("Coal", "Natural gas", "Wind and sun") if language == "en" else ("煤炭", "天然气", "风电光伏")
            rows = [
                " | ".join((fuel, *(f"{draw.randint(10, 99)}.{draw.randint(0, 9)}%" for _ in range(3))))
                for fuel in fuels
            ]
            blocks.append(("table", (" | ".join(head), *rows)))
    title = "Carbon Peak Plan of the Province" if language == "en" else "全省碳达峰实施方案"
    return Made(name, language, title, tuple(blocks))


def without_tables(made: Made) -> Made:
    """The document without its tables."""
    return replace(made, blocks=tuple(block for block in made.blocks if block[0] != "table"))


def set_by_reportlab(
    made: Made, *, columns: int = 1, running: bool = True, size: float = 10.5
) -> tuple[bytes, list[int]]:
    """The document as PDF and the page of each of its sentences, from 1."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    chinese = made.language == "zh"
    font, bold = ("STSong-Light", "STSong-Light") if chinese else ("Times-Roman", "Times-Bold")
    wrap = {"wordWrap": "CJK"} if chinese else {}
    body = ParagraphStyle("body", fontName=font, fontSize=size, leading=size * 1.4, spaceAfter=size * 0.6,
                          alignment=0 if chinese else TA_JUSTIFY, **wrap)  # fmt: skip
    styles = {
        "p": body,
        "li": ParagraphStyle("li", body, leftIndent=12),
        "h1": ParagraphStyle(
            "h1", body, fontName=bold, fontSize=size * 1.5, leading=size * 2, spaceBefore=8, alignment=0
        ),
        "h2": ParagraphStyle("h2", body, fontName=bold, fontSize=size * 1.2, leading=size * 1.7, alignment=0),
    }
    story: list[Paragraph | Table] = [
        Paragraph(made.title, ParagraphStyle("title", styles["h1"], fontSize=size * 2, leading=size * 2.6))
    ]
    count = 0
    for kind, parts in made.blocks:
        if kind == "table":
            table = Table([row.split(" | ") for row in parts], spaceAfter=10)
            table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONTNAME", (0, 0), (-1, -1), font)]))
            story.append(table)
            continue
        marked = []
        for part in parts:
            # behind the first character: a mark before it may be drawn at the end of the line above
            marked.append(f'{html.escape(part[0])}<onDraw name="mark" label="{count}"/>{html.escape(part[1:])}')
            count += 1
        story.append(Paragraph(("" if chinese else " ").join(marked), styles[kind]))

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setNamedCB("mark", lambda at, kind, label: pages.setdefault(int(label), at.getPageNumber()))
        if running:
            canvas.setFont(font, 8)
            canvas.drawString(25 * mm, 285 * mm, f"{made.title} 2030")
            canvas.drawCentredString(105 * mm, 10 * mm, f"- {canvas.getPageNumber()} -")

    width, gap = 160 * mm, 8 * mm
    each = (width - gap * (columns - 1)) / columns
    frames = [Frame(25 * mm + i * (each + gap), 25 * mm, each, 250 * mm, 0, 0, 0, 0) for i in range(columns)]
    file = io.BytesIO()
    document = BaseDocTemplate(file, pagesize=A4, invariant=1, title=made.title)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=furniture))
    pages: dict[int, int] = {}
    document.build(story)
    return file.getvalue(), [pages[i] for i in range(count)]


def set_across_columns(made: Made, *, rows: int = 48) -> tuple[bytes, list[int]]:
    """Two columns drawn row by row across both, as some programs write them; for documents without tables."""
    from reportlab.lib.utils import simpleSplit

    lines: list[str] = [made.title]
    starts: list[int] = []  # line on which each sentence begins
    for _, parts in made.blocks:
        wrapped = simpleSplit(" ".join(parts), "Times-Roman", 10, 76 * mm)
        ends = [sum(len(line.replace(" ", "")) for line in wrapped[: i + 1]) for i in range(len(wrapped))]
        position = 0
        for part in parts:
            starts.append(len(lines) + next(i for i, end in enumerate(ends) if position < end))
            position += len(part.replace(" ", ""))
        lines += wrapped
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    for page in range(0, len(lines), 2 * rows):
        canvas.setFont("Times-Roman", 10)
        for row in range(rows):
            for column in range(2):
                at = page + column * rows + row
                if at < len(lines):
                    canvas.drawString(25 * mm + column * 84 * mm, 270 * mm - row * 14, lines[at])
        canvas.showPage()
    canvas.save()
    return file.getvalue(), [start // (2 * rows) + 1 for start in starts]


def set_by_chromium(made: Made, folder: Path, *, columns: int = 1, running: bool = True) -> tuple[bytes, list[int]]:
    """The document printed by a browser from ``folder``, and the page of each of its sentences, from 1."""
    source, target = folder / f"{made.name}.html", folder / f"{made.name}.print"
    source.write_text(_page(made, columns), "utf-8")
    options = [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}"]
    options += [] if running else ["--no-pdf-header-footer"]
    subprocess.run([*CHROMIUM, *options, source.as_uri()], check=True, capture_output=True, timeout=120)
    reader = PdfReader(target)
    names = reader.named_destinations
    pages = [(reader.get_destination_page_number(names[f"/s{i}"]) or 0) + 1 for i in range(len(made.sentences()))]
    return target.read_bytes(), pages


def measure(made: Made, pages: Sequence[int], plan: Plan) -> dict[str, int | float]:
    """How much of the source is read in order, how much else is read, and sentences given the right page.

    White space is not counted, nor hyphens that a line end put in.
    """
    wanted, read = (_bare(fold_space(text)) for text in (made.text(), plan.text))
    matched = sum(block.size for block in SequenceMatcher(None, wanted, read, autojunk=False).get_matching_blocks())
    offsets = [i for i, c in enumerate(plan.text) if _bare(c)]
    right = at = 0
    for sentence, page in zip(made.sentences(), pages, strict=True):
        found = read.find(_bare(sentence), at)
        if found >= 0:
            at = found + len(_bare(sentence))
            start = offsets[found]
            right += next(p.number for p in plan.pages if p.start <= start < p.end) == page
    return {
        "characters": len(wanted),
        "in order": round(matched / len(wanted), 5),
        "of the source": round(matched / len(read), 5),
        "sentences": len(pages),
        "right page": right,
    }


def _bare(text: str) -> str:
    return re.sub(r"[\s\u00ad]+", "", text)


def _page(made: Made, columns: int) -> str:
    """The document as a web page; a link to each sentence makes the browser note where it stands."""
    parts = []
    count = 0
    for kind, pieces in made.blocks:
        if kind == "table":
            rows = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row.split(" | ")) + "</tr>" for row in pieces]
            parts.append(f"<table>{''.join(rows)}</table>")
            continue
        marked = []
        for piece in pieces:
            marked.append(f'<span id="s{count}">{html.escape(piece)}</span>')
            count += 1
        tag = {"li": "p", "h1": "h2", "h2": "h3"}.get(kind, kind)
        parts.append(f"<{tag}>{('' if made.language == 'zh' else ' ').join(marked)}</{tag}>")
    links = "".join(f'<a href="#s{i}">&#8203;</a>' for i in range(count))
    return f"""<!DOCTYPE html><html lang="{made.language}"><head><meta charset="utf-8"><title>{made.title}</title><style>
body {{ font: 11pt/1.45 {'"Noto Serif CJK SC"' if made.language == "zh" else '"DejaVu Serif"'}; text-align: justify; }}
main {{ column-count: {columns}; column-gap: 9mm; }} h1, h2, h3 {{ break-after: avoid; text-align: left; }}
table {{ border-collapse: collapse; }} td {{ border: 1px solid black; padding: 2px 9px; }}
nav {{ position: absolute; top: 0; }} @page {{ size: A4; margin: 22mm 20mm; }}
</style></head><body><nav>{links}</nav><h1>{made.title}</h1><main>{"".join(parts)}</main></body></html>"""
