"""Plain text, in whatever encoding: bytes -> canonical text, form feeds as page breaks."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from indexer.errors import SourceError
from indexer.reading.loading import Content
from indexer.types import Page

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: Share of control characters above which bytes are no text.
_MOST_CONTROLS = 0.01


def load(path: Path, data: bytes) -> Content:
    """Read a text file. Raises SourceError for bytes that are no text in any encoding."""
    text = decode(path, data)
    return Content(text, pages=_pages(text))


def decode(path: Path, data: bytes) -> str:
    """``data`` as text with "\\n" line ends, composed characters (NFC) and no control characters.

    Raises SourceError when it is not text.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _guess(data)
    try:
        text = data.decode(encoding or "utf-8")
    except (UnicodeDecodeError, LookupError):
        raise _not_text(path) from None
    controls = sum(unicodedata.category(c) == "Cc" and c not in "\n\r\t\f" for c in text[:100_000])
    if controls > _MOST_CONTROLS * min(len(text), 100_000):
        raise _not_text(path)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t\f" or unicodedata.category(c) != "Cc")


def _guess(data: bytes) -> str | None:
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:200_000]).best()
        return best.encoding if best else None


def _pages(text: str) -> tuple[Page, ...]:
    if "\f" not in text.strip("\f"):
        return ()
    pages = []
    start = 0
    for number, part in enumerate(text.split("\f"), 1):
        pages.append(Page(number, start, start + len(part) + 1))
        start += len(part) + 1
    return tuple(pages)


def _not_text(path: Path) -> SourceError:
    return SourceError(
        f"{path} is not text, though its name says so. Save it as text (UTF-8) or give the original document."
    )
