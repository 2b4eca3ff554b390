"""Whole PDFs against what a person reads there: order, headings, running lines, title and its kin, boxes.

    python benchmarks/whole.py --data DIR [--failures] [--json FILE]

The PDFs of ``DIR/eval/real/files`` and twenty drawn ones (``tests/reading/made_plans.py``); for order and headings
the one-page PDFs of ``DIR/eval/pdf``, too. Five measures:

- Shuffled pages, of those with 25 words: fewer than .8 of the neighbouring words of our text of the page are
  neighbours in ``pdftotext``'s layout or raw order (poppler-utils). One without our warning that it reads badly is
  silent. Also the line ends within our paragraphs that either order joins, too: columns woven together by parts.
- Headings, of those that stand in pdftotext's text of their page, which are sections of ours that begin there, once the
  bookmarks are taken out: bookmarks of the drawn PDFs, headings by eye of the real ones, those of the true Markdown
  of the one-page ones. Also bookmarks of the real ones alone.
- False headings: our sections that are neither such a heading nor, by eye, the name of a box, a chart or a term.
- Pages with a running header or footer, by eye or as drawn, whose passages hold it.
- Title, issuer, date and language of the eight real documents, as a person reads them there ("" where nothing says it).

What was read by eye is in ``questions/whole``; these files were in view when reading was made. Last, what stands
under the boxes of the drawn PDFs' passages, turned pages and tables among them; ``boxes.py`` has those of other PDFs.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from boxes import measure, passages
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reading"))
from made_plans import made_plans
from under_boxes import drawn, text_under, written

from indexer.errors import SourceError
from indexer.language.sentences import fold_space
from indexer.reading.doubts import doubtful_pages
from indexer.reading.formats.pdf.boxes import find_boxes
from indexer.reading.formats.pdf.headings import read_bookmarks
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan
from indexer.types import Plan

EYE = Path(__file__).with_name("questions") / "whole" / "real.jsonl"
NEIGHBOURS = 0.8
FEWEST_WORDS = 25
_PARTS = 4  # lines of a heading that the truth may write as a heading each
ABOUT = ("title", "issuer", "date", "language")

#: (page from 1, text)
Placed = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Document:
    """A file and what is known of it; ``headings`` are None where none were annotated."""

    name: str
    data: bytes
    headings: Sequence[Placed] = ()
    also: Sequence[Placed] = ()
    running: Sequence[Placed] = ()  # page 0: on any page


@dataclass(slots=True)
class Counts:
    """Of one set of files."""

    pages: int = 0
    judged: int = 0
    shuffled: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    ends: int = 0
    ends_met: int = 0
    woven: list[str] = field(default_factory=list)
    headings: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    running: int = 0
    kept: list[str] = field(default_factory=list)
    marks: int = 0
    marks_missed: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[str]:
        if self.judged:
            yield (
                f"pages shuffled {len(self.shuffled)} of {self.judged} ({len(self.shuffled) / self.judged:.2%}), "
                f"silently {len(self.silent)}; warned of though in order {len(self.warned)}"
            )
        if self.ends:
            yield (
                f"line ends within paragraphs that poppler joins, too {self.ends_met / self.ends:.4f} of {self.ends}; "
                f"pages with fewer than {NEIGHBOURS} of theirs {len(self.woven)}"
            )
        if self.headings:
            found = self.headings - len(self.missed)
            yield (
                f"headings found {found} of {self.headings} ({found / self.headings:.3f}); "
                f"false {len(self.false)}, {10 * len(self.false) / self.pages:.2f} in 10 pages"
            )
        if self.marks:
            found = self.marks - len(self.marks_missed)
            yield f"bookmarks found {found} of {self.marks} ({found / self.marks:.3f})"
        if self.running:
            share = len(self.kept) / self.running
            yield f"running lines in passages, pages {len(self.kept)} of {self.running} ({share:.2%})"


def read(document: Document, data: bytes) -> Plan | None:
    try:
        return load_plan(Path(f"{document.name}.pdf"), data=data)
    except SourceError:
        return None


def without_bookmarks(data: bytes) -> bytes:
    """The same PDF without its bookmarks."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    writer.root_object.pop(NameObject("/Outlines"), None)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def poppler(path: Path, *options: str) -> list[str]:
    """The text of each page as pdftotext has it."""
    done = subprocess.run(["pdftotext", *options, path, "-"], check=True, capture_output=True, timeout=120)
    return done.stdout.decode("utf-8", "replace").split("\f")[:-1]


def words(text: str) -> list[str]:
    """Words without marks at them, those that a line end breaks as one."""
    joined = re.sub(r"[-\u00ad\u2010]\s*\n\s*", "", text).replace("\u00ad", "")
    return re.findall(r"[^\W_]+", joined.casefold())


def in_order(text: str, *others: str) -> float | None:
    """The share of neighbouring words of ``text`` that are neighbours in one of ``others``; None for few words."""
    ours = list(pairwise(words(text)))
    if len(ours) < FEWEST_WORDS:
        return None
    known = {pair for other in others for pair in pairwise(words(other))}
    return sum(pair in known for pair in ours) / len(ours)


def compared(text: str) -> str:
    """Letters and digits alone, without the number in front."""
    said = fold_space(text).casefold().translate(str.maketrans("₂²", "22"))
    bare = re.sub(r"^(?:\d{1,2}(?:\.\d{1,2})*|[ivx]{1,5}|[a-c])[.)]?\s+(?=\w)", "", said)
    return re.sub(r"[\W_¹²³⁴⁵⁶⁷⁸⁹⁰]+", "", bare)


def joined(text: str, *others: str) -> tuple[int, int]:
    """The line ends of ``text`` within paragraphs, tables apart, and those behind which ``others`` go on as we do."""
    known = {pair for other in others for pair in pairwise(words(other))}
    ends = [
        (before[-1], after[0])
        for above, below in pairwise(text.split("\n"))
        if " | " not in above + below and above[-1:] not in "-\u00ad"
        if (before := words(above)) and (after := words(below))
    ]
    return len(ends), sum(pair in known for pair in ends)


def page_of(plan: Plan, offset: int) -> int:
    return next((p.number for p in plan.pages if p.start <= offset < p.end), 0)


def count_order(document: Document, plan: Plan, orders: Sequence[Sequence[str]], counts: Counts) -> None:
    doubted = doubtful_pages(plan.warnings)
    for page in plan.pages:
        share = in_order(plan.text[page.start : page.end], *(order[page.number - 1] for order in orders))
        if share is None:
            continue
        counts.judged += 1
        ends, met = joined(plan.text[page.start : page.end], *(order[page.number - 1] for order in orders))
        counts.ends, counts.ends_met = counts.ends + ends, counts.ends_met + met
        if met < NEIGHBOURS * ends:
            counts.woven.append(f"{document.name} page {page.number}: {met} of {ends} line ends")
        place = f"{document.name} page {page.number}: {share:.2f}"
        if share < NEIGHBOURS:
            counts.shuffled.append(place)
            if page.number not in doubted:
                counts.silent.append(place)
        elif page.number in doubted:
            counts.warned.append(place)


def count_headings(document: Document, plan: Plan, shown: Sequence[str], counts: Counts) -> None:
    """Headings of ``document`` that are sections of ``plan``, read without bookmarks, and sections that are none.

    A heading that the truth writes as several, one below another, may be read as one.
    """
    headings = [(page, compared(text)) for page, text in document.headings]
    ours = [(page_of(plan, s.start), compared(s.label)) for s in plan.sections]
    joined: dict[tuple[int, str], set[int]] = {}
    for first, (page, _) in enumerate(headings):
        for end in range(first + 1, min(first + _PARTS, len(headings)) + 1):
            if all(at == page for at, _ in headings[first:end]):
                whole = page, "".join(text for _, text in headings[first:end])
                joined.setdefault(whole, set()).update(range(first, end))
    found = {i for said in ours for i in joined.get(said, ())}
    standing = [i for i, (page, text) in enumerate(headings) if text and text in compared_page(shown[page - 1])]
    known = {*joined, *((page, compared(text)) for page, text in document.also)}
    counts.headings += len(standing)
    counts.missed += [
        f"{document.name} page {p}: {t}" for p, t in (document.headings[i] for i in standing if i not in found)
    ]
    counts.false += [
        f"{document.name} page {said[0]}: {section.label}"
        for said, section in zip(ours, plan.sections, strict=True)
        if said not in known
    ]


def compared_page(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def count_bookmarks(document: Document, plan: Plan, shown: Sequence[str], counts: Counts) -> None:
    ours = {(page_of(plan, s.start), compared(s.label)) for s in plan.sections}
    for title, page, _ in read_bookmarks(PdfReader(io.BytesIO(document.data))):
        if (said := compared(title)) and said in compared_page(shown[page]):
            counts.marks += 1
            # a bookmark may leave out the second line of its heading
            if not any(at == page + 1 and text.startswith(said) for at, text in ours):
                counts.marks_missed.append(f"{document.name} page {page + 1}: {title}")


def count_running(document: Document, plan: Plan, shown: Sequence[str], counts: Counts) -> None:
    """Pages on which a running line stands, and those whose passages hold all that the page has of its words."""
    passages_ = chunk_plan(plan)
    for page in plan.pages:
        there = compared_page(shown[page.number - 1])
        lines = [compared_page(text) for at, text in document.running if at in (0, page.number)]
        lines = [line for line in lines if line in there]
        if not lines:
            continue
        counts.running += 1
        held = compared_page(
            "\n".join(
                plan.text[max(p.start, page.start) : min(p.end, page.end)]
                for p in passages_
                if p.start < page.end and page.start < p.end
            )
        )
        # its words may also stand in the page's text
        if kept := [line for line in lines if held.count(line) >= there.count(line)]:
            counts.kept.append(f"{document.name} page {page.number}: {kept[0]}")


def count_boxes(document: Document, plan: Plan) -> tuple[int, int, int]:
    """Characters of passages, those of them under their boxes, others there."""
    places: dict[int, Any] = {}
    wanted = met = outside = 0
    for span in passages(plan):
        pages = find_boxes(document.data, plan, span)
        under = "".join(
            text_under(places.setdefault(page.number, drawn(document.data, page.number)), page.boxes) for page in pages
        )
        expected = written(plan, span)
        there, more = measure(expected, under)
        wanted, met, outside = wanted + len(expected), met + there, outside + more
    return wanted, met, outside


def real_documents(folder: Path, known: Sequence[dict[str, Any]]) -> Iterator[Document]:
    for about in known:
        path = folder / f"{about['doc']}.pdf"
        if path.exists():
            headings, also = ([(page, text) for page, text in about[key]] for key in ("headings", "also"))
            yield Document(about["doc"], path.read_bytes(), headings, also, [(0, text) for text in about["running"]])


def single_pages(folder: Path) -> Iterator[Document]:
    for path in sorted((folder / "pdfs").glob("*.pdf")):
        markdown = (folder / "markdown" / f"{path.stem}.md").read_text("utf-8")
        headings = [(1, text) for text in re.findall(r"^#{1,6}\s+(.*)$", markdown, re.MULTILINE)]
        yield Document(path.stem, path.read_bytes(), headings)


def look(name: str, documents: Iterable[Document], *, marks: bool = False) -> Counts:
    counts = Counts()
    with tempfile.TemporaryDirectory() as folder:
        for document in documents:
            path = Path(folder) / "page.pdf"
            path.write_bytes(document.data)
            plan, bare = read(document, document.data), read(document, without_bookmarks(document.data))
            if plan is None or bare is None:
                continue
            layout, raw = poppler(path, "-layout"), poppler(path, "-raw")
            counts.pages += len(plan.pages)
            count_order(document, plan, (layout, raw), counts)
            titled = [(p, t) for p, t in document.headings if compared(t) != compared(plan.title)]
            # the title is no section of ours
            count_headings(
                replace(document, headings=titled, also=[*document.also, *document.headings]), bare, raw, counts
            )
            if marks:
                count_bookmarks(document, bare, raw, counts)
            count_running(document, plan, raw, counts)
    for row in counts.rows():
        print(f"{name}: {row}")
    return counts


def count_about(folder: Path, known: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Documents whose title, issuer, date or language is not what a person reads, with what we read."""
    wrong: dict[str, list[str]] = {key: [] for key in ABOUT}
    for about in known:
        (path,) = folder.glob(f"{about['doc']}.*")
        plan = load_plan(path)
        ours = {"title": plan.title, **{key: getattr(plan.metadata, key) for key in ABOUT[1:]}}
        for key in ABOUT:
            right = about[key] if isinstance(about[key], list) else [about[key]]
            if ours[key].casefold() not in [text.casefold() for text in right]:
                wrong[key].append(f"{about['doc']}: {ours[key]!r}, by eye {right[0]!r}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--failures", action="store_true", help="print each page, heading and line that is wrong")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    known = [json.loads(line) for line in EYE.read_text("utf-8").splitlines()]
    real = options.data / "eval/real/files"
    made = [Document(d.name, d.data, d.headings, (), d.running) for d in made_plans()]
    found = {
        "real": look("real", real_documents(real, known), marks=True),
        "drawn": look("drawn", made),
        "one page": look("one page", single_pages(options.data / "eval/pdf")),
    }
    wrong = count_about(real, known)
    for key in ABOUT:
        print(f"{key}: {len(known) - len(wrong[key])} of {len(known)}")
    boxes = [count_boxes(document, plan) for document in made if (plan := read(document, document.data))]
    wanted, met, outside = (sum(row[i] for row in boxes) for i in range(3))
    print(f"drawn: characters of passages under their boxes {met / wanted:.2%}; others there {outside}")
    if options.failures:
        for name, counts in found.items():
            for kind in ("shuffled", "silent", "warned", "woven", "missed", "false", "kept", "marks_missed"):
                for place in getattr(counts, kind):
                    print(f"{name}: {kind}: {place}")
        for key, places in wrong.items():
            print(*(f"{key}: {place}" for place in places), sep="\n")
    if options.json:
        rows = {**{name: asdict(counts) for name, counts in found.items()}, "wrong": wrong, "boxes": boxes}
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
