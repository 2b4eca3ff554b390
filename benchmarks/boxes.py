"""Highlights on page images: what stands under the boxes of 60 passages, and how long they take.

    python benchmarks/boxes.py [--json FILE]

Twenty passages each of a Chinese PDF by reportlab, of one in two columns by Chromium, and of a scan, in
English and Chinese, that is recognized. What pdfium itself finds under the boxes is held against the
passage; for the scan, what stood there in the document that was scanned against that document's
sentences. Then the time from a passage to the image of its page with boxes, the file in memory.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median

import pypdfium2
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reading"))
from documents import Made, make, set_by_chromium, set_by_reportlab
from under_boxes import drawn, text_under, written

from indexer.reading.formats.pdf.boxes import find_boxes
from indexer.reading.formats.pdf.images import page_image
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan
from indexer.types import Plan, Span

PASSAGES = 20  # of each producer
SCAN_RESOLUTION = 200 / 72
TIMES = 5


def scanned(data: bytes) -> bytes:
    """The pages of a PDF as images alone."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            image = page.render(scale=SCAN_RESOLUTION).to_pil()
            canvas.drawImage(ImageReader(image), 0, 0, *A4)
            canvas.showPage()
    canvas.save()
    return file.getvalue()


def first_pages(data: bytes, count: int) -> bytes:
    """The first ``count`` pages of a PDF."""
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(data)).pages[:count]:
        writer.add_page(page)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def passages(plan: Plan) -> list[Span]:
    """Passages of a plan, evenly spaced, those over a page break first."""
    spans = [(p.start, p.end) for p in chunk_plan(plan)]
    broken = [s for s in spans if any(s[0] < page.start < s[1] for page in plan.pages)]
    rest = [s for s in spans if s not in broken]
    wanted = max(PASSAGES - len(broken), 1)
    return sorted((broken + rest[:: max(len(rest) // wanted, 1)])[:PASSAGES])


def sentences(made: Made, plan: Plan, count: int) -> Iterator[tuple[str, Span]]:
    """Sentences of the document that was scanned, with the span that was recognized of each, evenly spaced."""
    offsets = [i for i, c in enumerate(plan.text) if not c.isspace()]
    recognized = "".join(plan.text[i] for i in offsets)
    source = "".join(made.text().split())
    blocks = SequenceMatcher(None, source, recognized, autojunk=False).get_matching_blocks()
    to_text = {b.a + i: offsets[b.b + i] for b in blocks for i in range(b.size)}
    found = []
    at = 0
    for sentence in made.sentences():
        bare = "".join(sentence.split())
        start = source.index(bare, at)
        at = start + len(bare)
        if start in to_text and at - 1 in to_text:
            found.append((bare, (to_text[start], to_text[at - 1] + 1)))
    yield from found[:: max(len(found) // count, 1)][:count]


def measure(wanted: str, under: str) -> tuple[int, int]:
    """Characters of ``wanted`` that are under the boxes, and what else is."""
    blocks = SequenceMatcher(None, wanted, under, autojunk=False).get_matching_blocks()
    met = sum(block.size for block in blocks)
    return met, len(under) - met


def cases(folder: Path) -> Iterator[tuple[str, bytes, Plan, bytes, list[tuple[str, Span]]]]:
    """(producer, file, plan, file whose characters are looked at, what is expected under the boxes of a span)."""
    made = make("single", 101, "zh")
    data, _ = set_by_reportlab(made)
    plan = load_plan(folder / "single.pdf", data=data)
    yield "reportlab, Chinese", data, plan, data, [(written(plan, span), span) for span in passages(plan)]
    made = make("columns", 102, "en")
    data, _ = set_by_chromium(made, folder, columns=2)
    plan = load_plan(folder / "columns.pdf", data=data)
    yield "Chromium, two columns", data, plan, data, [(written(plan, span), span) for span in passages(plan)]
    for language in ("en", "zh"):
        made = make(f"scan-{language}", 103, language, sections=1)
        made = replace(made, blocks=tuple(block for block in made.blocks if block[0] != "table"))
        original = first_pages(set_by_reportlab(made, size=12)[0], 2)
        data = scanned(original)
        plan = load_plan(folder / f"scan-{language}.pdf", data=data)
        yield f"scan, {language}", data, plan, original, list(sentences(made, plan, PASSAGES // 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for producer, data, plan, original, expected in cases(Path(name)):
            row = {"producer": producer, "pages": len(plan.pages), **_row(data, plan, original, expected)}
            rows.append(row)
            print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    total = {key: sum(row[key] for row in rows) for key in ("passages", "over a page break")}
    characters, met, outside = (sum(row[key] for row in rows) for key in ("characters", "under the boxes", "outside"))
    print(f"{total['passages']} passages, {total['over a page break']} over a page break")
    print(f"of their characters under the boxes: {met / characters:.2%}; other characters there: {outside}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), "utf-8")


def _row(data: bytes, plan: Plan, original: bytes, expected: Sequence[tuple[str, Span]]) -> dict[str, float]:
    places: dict[int, list[tuple[str, float, float]]] = {}
    characters = met = outside = broken = 0
    worst = 1.0
    taken: list[float] = []
    worked: list[float] = []
    for wanted, span in expected:
        pages = find_boxes(data, plan, span)
        broken += len(pages) > 1
        under = "".join(
            text_under(places.setdefault(page.number, drawn(original, page.number)), page.boxes) for page in pages
        )
        there, more = measure(wanted, under)
        characters, met, outside = characters + len(wanted), met + there, outside + more
        worst = min(worst, there / len(wanted))
        for _ in range(TIMES):
            started, used = time.perf_counter(), time.process_time()
            (first, *_) = find_boxes(data, plan, span)
            page_image(data, first.number, first.boxes, scale=2)
            taken.append(time.perf_counter() - started)
            worked.append(time.process_time() - used)
    return {
        "passages": len(expected),
        "over a page break": broken,
        "characters": characters,
        "under the boxes": met,
        "outside": outside,
        "worst passage": round(worst, 4),
        "ms to the image, median": round(1000 * median(taken)),
        "slowest": round(1000 * max(taken)),
        "ms of a processor, median": round(1000 * median(worked)),
    }


if __name__ == "__main__":
    main()
