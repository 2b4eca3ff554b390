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

#: Bytes from which an encoding is guessed.
_SAMPLE = 200_000
#: Western European letters are taken where they are about as likely as the best guess: left alone, the
#: guess reads "à" as "ą" and "£" as "Ł".
_AS_LIKELY = 0.03


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

        # cut behind a line: half a character at the end would rule the right encoding out
        sample = data if len(data) <= _SAMPLE else data[: data.rfind(b"\n", 0, _SAMPLE) + 1] or data[:_SAMPLE]
        matches = list(from_bytes(sample))
        western = [m for m in matches if m.encoding == "cp1252" and m.chaos <= matches[0].chaos + _AS_LIKELY]
        return (western or matches)[0].encoding if matches else None


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
