"""Saved web pages: the tree, what it says of itself, and its main content with headings, lists and tables as rows.

A page saved as one file (MHTML) is unpacked first.
"""

from __future__ import annotations

import email
import email.policy
import re
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from indexer.errors import SourceError
from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.html.content import MOST_COVERED, find_content
from indexer.reading.formats.html.tables import covered
from indexer.reading.formats.html.walk import read
from indexer.reading.formats.text import decode
from indexer.reading.loading import Content, meaningful_title
from indexer.reading.metadata import iso_date
from indexer.types import Found, Metadata

ENDINGS = (".html", ".htm", ".mhtml", ".mht")

#: Tags of a page; the longest plans have some ten thousand paragraphs, and a million take minutes.
MOST_TAGS = 100_000
#: Times that a page's cells may be covered by cells.
_MOST_TIMES_COVERED = 20
#: Attributes of one tag; the parser takes the square of their number.
MOST_ATTRIBUTES = 200
_LONG_TAG = re.compile(rf"<([a-zA-Z][\w:-]{{0,30}})\s[^<>]{{{2 * MOST_ATTRIBUTES},}}>")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
#: For these names browsers read the larger character set.
_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252"}
_DROPPED = "script style noscript template nav header footer aside form iframe svg button select textarea head".split()
_DATES = ("pubdate", "publishdate", "article:published_time", "dcterms.issued", "dc.date.issued", "date")
_ISSUERS = ("contentsource", "dcterms.publisher", "dc.publisher")


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
    blocks = find_content(tree)
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
    if covered(tree) > min(_MOST_TIMES_COVERED * max(cells, 100), MOST_COVERED):
        etree.strip_attributes(tree, "colspan", "rowspan")
    return tree


def read_whole(tree: Any, blocks: Blocks) -> None:
    """Read all text of a page that HTML does not mark as navigation into ``blocks``; ``tree`` loses the rest."""
    etree.strip_elements(tree, *_DROPPED, with_tail=False)
    read(tree, blocks)


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
