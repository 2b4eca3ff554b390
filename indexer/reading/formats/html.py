"""Saved web pages: the main content through trafilatura, with headings, lists and tables as rows.

Headings that it loses are taken from the page. Where it finds little of the page's prose, all text counts that HTML
does not mark as navigation. A page saved as one file (MHTML) is unpacked first.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections import deque
from collections.abc import Iterator
from copy import deepcopy
from itertools import accumulate
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from indexer.errors import SourceError
from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.text import decode
from indexer.reading.loading import Content, meaningful_title
from indexer.reading.metadata import iso_date
from indexer.types import Found, Metadata

ENDINGS = (".html", ".htm", ".mhtml", ".mht")

#: Tags of a page; the longest plans have some ten thousand paragraphs, and a million take minutes.
MOST_TAGS = 100_000
#: Cells of a table's row, of which trafilatura takes the square.
MOST_CELLS = 2_000
#: Cells that a page's cells may cover, each and all together: trafilatura makes an element of every one.
MOST_COVERED, MOST_COVERED_IN_ALL = 20, 100_000
#: Columns or rows that a cell may cover; trafilatura takes no more either.
_WIDEST = 100
#: Attributes of one tag; the parser takes the square of their number.
MOST_ATTRIBUTES = 200
_LONG_TAG = re.compile(rf"<([a-zA-Z][\w:-]{{0,30}})\s[^<>]{{{2 * MOST_ATTRIBUTES},}}>")
#: Share of the page's prose from which trafilatura's extraction is used.
_ENOUGH = 0.5
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
#: For these names browsers read the larger character set.
_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: What a cell of a table holds that lays out a page.
_PARTS = (*_HEADINGS, "p", "ul", "ol", "table", "blockquote", "pre", "div")
#: Letters and digits by which a part of a page is known from its beginning.
_BEGINNING = 60
_SENTENCE_END = re.compile(r"[.!?:;。！？：；][\"'”’)\]]*\s*$")
_DROPPED = "script style noscript template nav header footer aside form iframe svg button select textarea head".split()
_BLOCKS = frozenset(
    "p div section article main body blockquote quote pre figure figcaption dl dt dd table tbody thead tr row"
    " ul ol list li item address hr details summary center caption".split()
)
_DATES = ("pubdate", "publishdate", "article:published_time", "dcterms.issued", "dc.date.issued", "date")
#: The name of the site comes last.
_ISSUERS = ("contentsource", "dcterms.publisher", "dc.publisher", "og:site_name", "application-name")


def load(path: Path, data: bytes) -> Content:
    """Read a web page. Raises SourceError for bytes that are no text or no page."""
    page, charset = _from_mhtml(data) if path.suffix.lower() in (".mhtml", ".mht") else (data, None)
    tree = parse_page(path, page, charset)
    metas = _metas(tree)
    title, place = _title(tree)
    own = Metadata(
        issuer=next((metas[name] for name in _ISSUERS if name in metas), ""),
        date=next((found for name in _DATES if (found := iso_date(metas.get(name, "")[:10]))), ""),
        language=(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:2].lower(),
        machine_translated="translated-" in (tree.get("class") or ""),
        found=Found(title=place),
    )
    blocks = _main_content(tree, title)
    return Content(blocks.text(), title=title, headings=blocks.headings(title), metadata=own, tables=blocks.tables())


def parse_page(path: Path, page: bytes, charset: str | None = None) -> Any:
    """The tree of a web page. Raises SourceError for bytes that are no text or no page."""
    named = _CHARSET.search(page[:4096])
    declared = charset or (named[1].decode("ascii").lower() if named else None)
    source = decode(path, page, _LARGER.get(declared or "", declared))
    if source.count("<") > MOST_TAGS:
        raise SourceError(f"{path} has more than {MOST_TAGS:,} tags. Save the plan's own page, or its text alone.")
    # the text is decoded already: the declaration would contradict it
    tree = _parse(_LONG_TAG.sub(_without_attributes, re.sub(r"^\s*<\?xml[^>]*\?>", "", source)))
    if tree is None:
        raise SourceError(f"{path} holds no web page. Save it again from the browser.")
    cells = sum(1 for _ in tree.iter("td", "th"))
    if _covered(tree) > min(MOST_COVERED * max(cells, 100), MOST_COVERED_IN_ALL):
        etree.strip_attributes(tree, "colspan", "rowspan")
    return tree


def _covered(tree: Any) -> int:
    """Cells that the cells of all tables cover, and those with which trafilatura fills up rows."""
    covered = 0
    widths: dict[Any, list[int]] = {}
    for row in tree.iter("tr"):
        spans = [[min(_count(cell, name), _WIDEST) for name in ("colspan", "rowspan")] for cell in _cells(row)]
        covered += sum(columns * rows for columns, rows in spans)
        parent = row.getparent()
        table = parent.getparent() if parent is not None and parent.tag != "table" else parent
        widths.setdefault(table, []).append(min(sum(columns for columns, _ in spans), _WIDEST))
    return covered + sum(len(found) * max(found) for found in widths.values())


def read_whole(tree: Any, blocks: Blocks) -> None:
    """Read all text of a page that HTML does not mark as navigation into ``blocks``; ``tree`` loses the rest."""
    etree.strip_elements(tree, *_DROPPED, with_tail=False)
    _read(tree, blocks)


def _from_mhtml(data: bytes) -> tuple[bytes, str | None]:
    """The first page of a MHTML file and its character set; the data itself where there is none."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            payload = part.get_payload(decode=True)
            charset = part.get_param("charset")
            return payload if isinstance(payload, bytes) else data, charset if isinstance(charset, str) else None
    return data, None


def _parse(source: str) -> Any | None:
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return tree


def _without_attributes(tag: re.Match[str]) -> str:
    return tag[0] if len(tag[0].split()) <= MOST_ATTRIBUTES else f"<{tag[1]}>"


def _metas(tree: Any) -> dict[str, str]:
    """Contents of the page's meta elements by their name in lower case."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        if name and (content := " ".join((meta.get("content") or "").split())):
            found.setdefault(name, content)
    return found


def _title(tree: Any) -> tuple[str, str]:
    """The page's only first-level heading, else its title without the name of the site; where that was found."""
    tops = [" ".join(h.text_content().split()) for h in tree.iter("h1")]
    if len(tops) == 1 and tops[0]:
        return meaningful_title(tops[0]), "heading"
    element = next(tree.iter("title"), None)
    whole = " ".join(element.text_content().split()) if element is not None else ""
    return meaningful_title(re.split(r"\s+[-–—|]\s+|[_|]", whole)[0]), "metadata"


def _main_content(tree: Any, title: str) -> Blocks:
    from trafilatura import bare_extraction

    found = Blocks()
    _open_layout(tree)
    _forget_anchors(tree)
    wide = any(len(row) > MOST_CELLS for row in tree.iter("tr")) or _covered(tree) > MOST_COVERED_IN_ALL
    options: dict[str, Any] = {"include_comments": False, "include_tables": True}
    bodies = [
        getattr(document, "body", None)
        for document in (
            [] if wide else (bare_extraction(deepcopy(tree), favor_recall=r, **options) for r in (True, False))
        )
    ]
    if bodies and bodies[0] is not None:
        if bodies[1] is not None:
            _trim(bodies[0], bodies[1])
        _put_headings(tree, bodies[0])
        _drop_notices(bodies[0], title)
        _read(bodies[0], found)
    whole = Blocks()
    read_whole(tree, whole)  # after the extraction, which needs the whole tree
    prose = sum(_letters(text) for text in _prose(tree))
    # as a last resort trafilatura returns the page as one paragraph
    structured = len(found) > 1 or len(whole) <= 1
    return found if structured and _letters(found.text()) >= max(1, _ENOUGH * prose) else whole


def _trim(body: Any, sure: Any) -> None:
    """Take from ``body``, an extraction that favours recall, what ``sure`` leaves out, one that does not.

    What ``sure`` misses of the content stands between what it keeps: tables and sentences. At the ends, or where it is
    no sentence, it belongs to what stands around the content: links to share it, other pages, comments.
    """
    known = {_letters_of(element) for element in sure.iterchildren("*")}
    parts = list(body.iterchildren("*"))
    sures = [_letters_of(part) in known for part in parts]
    if not any(sures):
        return
    first, last = sures.index(True), len(sures) - 1 - sures[::-1].index(True)
    for i, part in enumerate(parts):
        within = first < i < last and (part.tag == "table" or _SENTENCE_END.search("".join(part.itertext())))
        if not sures[i] and not within:
            body.remove(part)


def _open_layout(tree: Any) -> None:
    """Make tables whose rows have one cell each plain divisions: they lay out a page, whose parts they hold."""
    rows_of: dict[Any, list[Any]] = {}
    for row in tree.iter("tr"):
        rows_of.setdefault(next(row.iterancestors("table"), None), []).append(row)
    rows_of.pop(None, None)
    for table, rows in rows_of.items():
        if all(len(_cells(row)) == 1 and next(row.iter(*_PARTS), None) is not None for row in rows):
            for element in [table, *rows, *(cell for row in rows for cell in _cells(row))]:
                element.tag = "div"


def _forget_anchors(tree: Any) -> None:
    """Take ids that repeat a heading from it and what holds it: in "unavoidable" trafilatura reads navigation."""
    for heading in tree.iter(*_HEADINGS):
        letters = _letters_of(heading).casefold()
        for element in (heading, *heading.iterancestors()):
            own = _alphanumeric(element.get("id") or "").casefold()
            if own and own == letters:
                del element.attrib["id"]


def _put_headings(tree: Any, body: Any) -> None:
    """Put headings of the page that ``body`` lacks before the part that begins with the text behind them."""
    held = {_letters_of(head) for head in body.iter("head")}
    parts = [part for part in body.iterchildren("*") if not _heading(part.tag, part)]
    starts = [0, *accumulate(len(_letters_of(part)) for part in parts)]
    kept = "".join(map(_letters_of, parts))
    places: dict[str, deque[int]] = {}
    for n, start in enumerate(starts[:-1]):
        places.setdefault(kept[start : start + _BEGINNING], deque()).append(n)
    text, headings = _beside_headings(tree)
    last = 0
    for heading, at in headings:
        found = places.get(text[at : at + _BEGINNING], deque())
        while found and found[0] < last:
            found.popleft()
        if found and _letters_of(heading) not in held:
            last = found[0]
            head = etree.Element("head", rend=heading.tag)
            head.text = " ".join(heading.text_content().split())
            parts[last].addprevious(head)


def _beside_headings(tree: Any) -> tuple[str, list[tuple[Any, int]]]:
    """The letters of a page outside its headings, and each heading with the place among them where it stands."""
    letters: list[str] = []
    headings: list[tuple[Any, int]] = []
    within, at = 0, 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        heading = _heading(element.tag, element) is not None
        if event == "start":
            within += heading
            found = element.text
        else:
            within -= heading
            if heading:
                headings.append((element, at))
            found = element.tail
        if found and not within:
            letters.append(_alphanumeric(found))
            at += len(letters[-1])
    return "".join(letters), headings


def _drop_notices(body: Any, title: str) -> None:
    """Take the sentences above the page's ``title`` from ``body``: notes on cookies, but no dates or issuers."""
    parts = list(body.iterchildren("*"))
    letters = _alphanumeric(title)
    at = next((i for i, part in enumerate(parts) if _heading(part.tag, part) and _letters_of(part) == letters), 0)
    for part in parts[:at]:
        if part.tag == "p" and _SENTENCE_END.search("".join(part.itertext())):
            body.remove(part)


def _letters_of(element: Any) -> str:
    return _alphanumeric("".join(element.itertext()))


def _alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _prose(tree: Any) -> Iterator[str]:
    """The page's text outside links."""
    within = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        link = element.tag == "a"
        if event == "start":
            within += link
            if not within:
                yield element.text or ""
        else:
            within -= link
            if not within:
                yield element.tail or ""


def _letters(text: str) -> int:
    return sum(not c.isspace() for c in text)


def _read(root: Any, blocks: Blocks) -> None:
    """Read the elements below ``root``, HTML's own or those of trafilatura's trees, into ``blocks``."""
    _Walk(blocks).read(root)


class _Walk:
    """One pass over a tree: text gathers until a block begins or ends."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._text: list[str] = []
        self._mark = ""  # of the list item whose text comes next
        self._lists: list[int | None] = []  # items so far of each open list; None in one without numbers
        self._row: list[list[str]] = []  # cells of the open table row
        self._spans: list[tuple[int, int]] = []  # columns and rows that they cover
        self._preformatted = 0

    def read(self, root: Any) -> None:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                self._open(tag, element)
                self._add(element.text)
            else:
                self._close(tag, element)
                if element is not root:
                    self._add(element.tail)
        self._flush()

    def _add(self, text: str | None) -> None:
        if text:
            self._text.append(text if self._preformatted else re.sub(r"\s+", " ", text))

    def _open(self, tag: str, element: Any) -> None:
        if tag in ("br", "lb"):
            self._text.append("\n")
        if tag in _BLOCKS or _heading(tag, element):
            self._flush()
        if tag in ("tr", "row") and not self._row and _is_row(element):
            self._row, self._spans = [[]], []
        elif tag in ("td", "th", "cell"):
            self._flush()
            if self._row:
                self._row.append([])
                self._spans.append((_count(element, "colspan"), _count(element, "rowspan")))
        elif tag == "table":
            self._blocks.open_table()
        elif tag in ("ul", "ol", "list"):
            self._lists.append(0 if tag == "ol" or element.get("rend") == "ol" else None)
        elif tag in ("li", "item"):
            self._mark = "-"
            if self._lists and (count := self._lists[-1]) is not None:
                self._lists[-1] = count + 1
                self._mark = f"{count + 1}."
        elif tag == "pre":
            self._preformatted += 1

    def _close(self, tag: str, element: Any) -> None:
        level = _heading(tag, element)
        if tag in _BLOCKS or level or tag in ("td", "th", "cell"):
            self._flush(level)
        if tag in ("tr", "row") and self._row and _is_row(element):
            self._blocks.add_row([" ".join(cell) for cell in self._row[1:]], self._spans, head=_is_head(element))
            self._row = []
        elif tag == "table":
            self._blocks.close_table()
        elif tag in ("ul", "ol", "list") and self._lists:
            self._lists.pop()
        elif tag in ("li", "item"):
            self._mark = ""
        elif tag == "pre":
            self._preformatted -= 1

    def _flush(self, level: int | None = None) -> None:
        text = "".join(self._text)
        self._text = []
        if not text.strip():
            return
        if self._row:
            self._row[-1].append(" ".join(text.split()))
            return
        for paragraph in re.split(r"\n[ \t]*\n", text):
            marked = f"{self._mark} {paragraph.strip()}" if self._mark else paragraph
            self._blocks.add(marked, level=level, tight=bool(self._mark))
            self._mark = ""


def _heading(tag: str, element: Any) -> int | None:
    name = element.get("rend") or "" if tag == "head" else tag
    return int(name[1]) if re.fullmatch(r"h[1-6]", name) else None


def _cells(row: Any) -> list[Any]:
    return [child for child in row if child.tag in ("td", "th", "cell")]


def _is_row(element: Any) -> bool:
    """Whether a table row holds data: several cells, and no tables or headings within them."""
    cells = _cells(element)
    return len(cells) > 1 and not any(
        next(cell.iter("table", "h1", "h2", "h3", "head"), None) is not None for cell in cells
    )


def _is_head(element: Any) -> bool:
    """Whether a table row names the columns: it is in the table's head, or all of its cells with text are headings."""
    parent = element.getparent()
    cells = [cell for cell in _cells(element) if "".join(cell.itertext()).strip()]
    return (parent is not None and parent.tag == "thead") or all(
        cell.tag == "th" or cell.get("role") == "head" for cell in cells
    )


def _count(element: Any, name: str) -> int:
    given = (element.get(name) or "1").strip()
    return int(given) if re.fullmatch(r"\d{1,4}", given) else 1
